package account

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/fault"
	"kagami/internal/postgres"
)

// Try is where a password (or another secret) is tried from.
type Try struct {
	IP     netip.Addr // the client's; the zero value counts as one too
	Device string     // the token of a known device; empty for none
}

// counter is what failures are counted by.
type counter string

const (
	byAccount counter = "account"
	byIP      counter = "address" // generous: a whole town may share one
	byDevice  counter = "device"
)

// failureMemory is how long after the last failure all of them are forgotten.
const failureMemory = 24 * time.Hour

// limits are how many failures are free, and the longest wait after one more.
var limits = map[counter]struct {
	free    int
	longest time.Duration
}{
	byAccount: {5, 5 * time.Minute},
	byDevice:  {5, 5 * time.Minute},
	byIP:      {200, 30 * time.Second},
}

// wait is how long after so many failures the next try has to wait: nothing
// for the first ones, then 2, 4, 8… seconds up to a longest wait, and never for
// good.
func (c counter) wait(failures int) time.Duration {
	limit := limits[c]
	over := failures - limit.free
	switch {
	case over <= 0:
		return 0
	case over >= 16: // beyond any longest wait
		return limit.longest
	}
	return min(time.Second<<over, limit.longest)
}

// tally is a counter with what it counts for.
type tally struct {
	counter counter
	key     []byte
	// also are what counts of the same kind and for the same person, and is
	// forgotten with it.
	also [][]byte
}

func newTally(c counter, key string) tally {
	sum := sha256.Sum256([]byte(key))
	return tally{counter: c, key: sum[:]}
}

// tallies are what a try counts for. On a device from which the person has
// signed in before it counts for that device alone, so that nobody elsewhere
// shuts the person out, nor they anybody.
func (s *Service) tallies(ctx context.Context, account string, person int64, try Try) ([]tally, error) {
	known, err := s.sessions.KnowsDevice(ctx, try.Device, person)
	if err != nil {
		return nil, err
	}
	if known {
		return []tally{newTally(byDevice, account+" "+try.Device)}, nil
	}
	return []tally{newTally(byAccount, account), newTally(byIP, network(try.IP))}, nil
}

// ofPerson names the account of a person, for counting.
func ofPerson(person int64) string { return "person " + strconv.FormatInt(person, 10) }

// ofLogin names an account by a login, for counting.
func ofLogin(login string) string { return "login " + login }

// countByLogin lets a sign-in count for the login that was typed rather than for
// whose it is: an outsider must not learn, from a wait, which e-mail and which
// staff number are the same person's.
func (who candidate) countByLogin(tallies []tally, login string) {
	for i := range tallies {
		if tallies[i].counter != byAccount {
			continue
		}
		tallies[i] = newTally(byAccount, ofLogin(login))
		for _, other := range who.Logins {
			tallies[i].also = append(tallies[i].also, newTally(byAccount, ofLogin(other)).key)
		}
	}
}

// network is what counts as one IP address: of IPv6, what one subscriber has.
func network(ip netip.Addr) string {
	ip = ip.Unmap()
	if ip.Is6() {
		if prefix, err := ip.Prefix(64); err == nil {
			return prefix.String()
		}
	}
	return ip.String()
}

// refusal is the error of a check whose try was wrong, of whatever kind it is:
// the try counts as a failure.
type refusal struct{ error }

func (r refusal) Unwrap() error { return r.error }

// throttled makes a check that can fail, unless too many have failed before:
// then TooMany, which costs nothing and lengthens no wait. The failure is
// counted before the check is made, so that tries side by side don't slip
// through. It stays counted after a refusal, which is returned as the error that
// it is of; it is taken back after any other error, which was no guess; and
// after a success it is forgotten, with those before it.
func (s *Service) throttled(ctx context.Context, tallies []tally, check func() error) error {
	if err := s.count(ctx, tallies); err != nil {
		return err
	}
	err := check()
	if err == nil {
		return s.forget(ctx, tallies)
	}
	if refused, ok := errors.AsType[refusal](err); ok {
		return refused.error
	}
	return errors.Join(err, s.takeBack(ctx, tallies))
}

// ThrottleCode makes a check of a code that a person has typed beside their
// password, unless too many have failed before: then TooMany. A check that is
// Unauthenticated counts as a failure, apart from those of passwords, so that who
// knows the password can't begin anew.
func (s *Service) ThrottleCode(ctx context.Context, person int64, try Try, check func() error) error {
	tallies, err := s.tallies(ctx, ofPerson(person)+" code", person, try)
	if err != nil {
		return err
	}
	return s.throttled(ctx, tallies, func() error {
		err := check()
		if fault.KindOf(err) == fault.Unauthenticated {
			return refusal{err}
		}
		return err
	})
}

// count counts a failure for each tally, or none where one has to wait.
func (s *Service) count(ctx context.Context, tallies []tally) error {
	now := s.door.Now()
	_, err := s.pool.Exec(ctx, `
		DELETE FROM sign_in_failure WHERE (kind, key_hash) IN
			(SELECT kind, key_hash FROM sign_in_failure WHERE last_at < $1 LIMIT 100 FOR UPDATE SKIP LOCKED)`, now.Add(-failureMemory))
	if err != nil {
		return fmt.Errorf("forgetting failures: %w", err)
	}
	return postgres.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		var longest time.Duration
		for _, t := range tallies {
			left, err := t.add(ctx, tx, now)
			if err != nil {
				return fmt.Errorf("counting a sign-in: %w", err)
			}
			longest = max(longest, left)
		}
		if longest > 0 {
			return tooMany(longest)
		}
		return nil
	})
}

// add counts a failure, which stands only if the transaction does, and returns
// how long a try has still to wait.
func (t tally) add(ctx context.Context, tx pgx.Tx, now time.Time) (time.Duration, error) {
	var (
		failures int
		last     time.Time
	)
	// finds the row or makes it, and holds it either way
	err := tx.QueryRow(ctx, `
		INSERT INTO sign_in_failure (kind, key_hash, failures, last_at) VALUES ($1, $2, 0, $3)
		ON CONFLICT (kind, key_hash) DO UPDATE SET kind = excluded.kind RETURNING failures, last_at`, t.counter, t.key, now).
		Scan(&failures, &last)
	if err != nil {
		return 0, err
	}
	if now.Sub(last) >= failureMemory {
		failures = 0
	}
	if left := last.Add(t.counter.wait(failures)).Sub(now); left > 0 {
		return left, nil
	}
	_, err = tx.Exec(ctx, `UPDATE sign_in_failure SET failures = @failures, last_at = @now WHERE kind = @kind AND key_hash = @key_hash`,
		pgx.StrictNamedArgs{"failures": failures + 1, "now": now, "kind": t.counter, "key_hash": t.key})
	return 0, err
}

// takeBack undoes what count did.
func (s *Service) takeBack(ctx context.Context, tallies []tally) error {
	var batch pgx.Batch
	for _, t := range tallies {
		t.queueTakeBack(&batch)
	}
	return s.sendTallies(ctx, &batch)
}

// forget forgets the failures before a success, but for those of an IP address:
// somebody who can sign in there does not vouch for the rest.
func (s *Service) forget(ctx context.Context, tallies []tally) error {
	var batch pgx.Batch
	for _, t := range tallies {
		if t.counter == byIP {
			t.queueTakeBack(&batch)
		} else {
			batch.Queue(`DELETE FROM sign_in_failure WHERE kind = $1 AND key_hash = ANY($2)`, t.counter, append(t.also, t.key))
		}
	}
	return s.sendTallies(ctx, &batch)
}

func (t tally) queueTakeBack(batch *pgx.Batch) {
	batch.Queue(`UPDATE sign_in_failure SET failures = greatest(failures - 1, 0) WHERE kind = $1 AND key_hash = $2`, t.counter, t.key)
}

func (s *Service) sendTallies(ctx context.Context, batch *pgx.Batch) error {
	if err := s.pool.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("taking back a counted sign-in: %w", err)
	}
	return nil
}

func tooMany(left time.Duration) error {
	seconds := int((left + time.Second - 1) / time.Second)
	return &fault.Error{
		Kind: fault.TooMany, RetryAfter: time.Duration(seconds) * time.Second,
		Message: fmt.Sprintf("失敗が続いたため、あと%d秒は試せません。%d秒待ってから、もう一度行ってください。", seconds, seconds),
	}
}
