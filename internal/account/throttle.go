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
	Address netip.Addr // the client's; the zero value counts as one address too
	Device  string     // the token of a known device; empty for none
}

// counter is what failures are counted by.
type counter string

const (
	byAccount counter = "account"
	byAddress counter = "address" // generous: a whole town may share one
	byDevice  counter = "device"
)

// forgotten is how long after the last failure all of them are forgotten.
const forgotten = 24 * time.Hour

// limits are how many failures are free, and the longest wait after one more.
var limits = map[counter]struct {
	free    int
	longest time.Duration
}{
	byAccount: {5, 5 * time.Minute},
	byDevice:  {5, 5 * time.Minute},
	byAddress: {200, 30 * time.Second},
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
// keeps the person out, nor they anybody.
func (s *Service) tallies(ctx context.Context, account string, person int64, try Try) ([]tally, error) {
	known, err := s.sessions.KnowsDevice(ctx, try.Device, person)
	if err != nil {
		return nil, err
	}
	if known {
		return []tally{newTally(byDevice, account+" "+try.Device)}, nil
	}
	return []tally{newTally(byAccount, account), newTally(byAddress, network(try.Address))}, nil
}

// ofPerson names the account of a person, for counting.
func ofPerson(person int64) string { return "person " + strconv.FormatInt(person, 10) }

// ofLogin names an account by a login, for counting.
func ofLogin(login string) string { return "login " + login }

// countByLogin lets a sign-in count for the login that was typed rather than for
// whose it is: an outsider must not learn, from a wait, which e-mail and which
// staff number are the same person's.
func (who found) countByLogin(tallies []tally, login string) {
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

// network is what counts as one address: of IPv6, what one subscriber has.
func network(address netip.Addr) string {
	address = address.Unmap()
	if address.Is6() {
		if prefix, err := address.Prefix(64); err == nil {
			return prefix.String()
		}
	}
	return address.String()
}

// throttled makes a check that can fail, unless too many have failed before:
// then TooMany, which costs nothing and lengthens no wait. The failure is
// counted before the check is made, so that tries side by side don't slip
// through, and taken back if it succeeds.
func (s *Service) throttled(ctx context.Context, tallies []tally, check func() (bool, error)) (bool, error) {
	if err := s.count(ctx, tallies); err != nil {
		return false, err
	}
	ok, err := check()
	if ok || err != nil {
		// what failed for another reason was no guess
		err = errors.Join(err, s.takeBack(ctx, tallies, ok))
	}
	return ok && err == nil, err
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
	var refusal error
	_, err = s.throttled(ctx, tallies, func() (bool, error) {
		err := check()
		if fault.KindOf(err) == fault.Unauthenticated {
			refusal = err
			return false, nil
		}
		return err == nil, err
	})
	if err != nil {
		return err
	}
	return refusal
}

// count counts a failure for each tally, or none where one has to wait.
func (s *Service) count(ctx context.Context, tallies []tally) error {
	now := s.door.Now()
	_, err := s.pool.Exec(ctx, `
		DELETE FROM sign_in_failure WHERE (kind, key_hash) IN
			(SELECT kind, key_hash FROM sign_in_failure WHERE last_at < $1 LIMIT 100 FOR UPDATE SKIP LOCKED)`, now.Add(-forgotten))
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
	if now.Sub(last) >= forgotten {
		failures = 0
	}
	if left := last.Add(t.counter.wait(failures)).Sub(now); left > 0 {
		return left, nil
	}
	_, err = tx.Exec(ctx, `UPDATE sign_in_failure SET failures = @failures, last_at = @now WHERE kind = @kind AND key_hash = @key_hash`,
		pgx.StrictNamedArgs{"failures": failures + 1, "now": now, "kind": t.counter, "key_hash": t.key})
	return 0, err
}

// takeBack undoes what count did. After a success the failures before it are
// forgotten too, but for those of an address: somebody who can sign in there
// does not vouch for the rest.
func (s *Service) takeBack(ctx context.Context, tallies []tally, succeeded bool) error {
	var batch pgx.Batch
	for _, t := range tallies {
		if succeeded && t.counter != byAddress {
			batch.Queue(`DELETE FROM sign_in_failure WHERE kind = $1 AND key_hash = ANY($2)`, t.counter, append(t.also, t.key))
		} else {
			batch.Queue(`UPDATE sign_in_failure SET failures = greatest(failures - 1, 0) WHERE kind = $1 AND key_hash = $2`, t.counter, t.key)
		}
	}
	if err := s.pool.SendBatch(ctx, &batch).Close(); err != nil {
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
