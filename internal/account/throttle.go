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

const (
	// failureMemory is how long a failure counts.
	failureMemory = 24 * time.Hour
	// outageMemory is how long a try counts that the directory has not answered.
	outageMemory = 30 * time.Minute
	// checkLimit is the longest that a check may take. A try that was cut off, with
	// the portal or the database, counts for no longer.
	checkLimit = time.Minute
)

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

// waits are the waits after each failure that is not free, in seconds, up to the
// first of the longest ones.
func (c counter) waits() []float64 {
	limit := limits[c]
	var waits []float64
	for n := limit.free + 1; ; n++ {
		wait := c.wait(n)
		waits = append(waits, wait.Seconds())
		if wait == limit.longest {
			return waits
		}
	}
}

// tally is what a try counts for: what it is tried at and, but on a known device,
// the network that it comes from.
type tally struct {
	counter counter // of the target: byAccount or byDevice
	target  []byte
	// also are targets of the same person, and are forgotten with this one.
	also    [][]byte
	network []byte // nil on a known device
}

// newTally makes a tally without a network.
func newTally(c counter, target string) tally { return tally{counter: c, target: keyOf(target)} }

// keyOf is what stands in the database of a target or a network.
func keyOf(name string) []byte {
	sum := sha256.Sum256([]byte(name))
	return sum[:]
}

// tallyOf is what a try at an account counts for. On a device from which the
// person has signed in before it counts for that device alone, so that nobody
// elsewhere shuts the person out, nor they anybody.
func (s *Service) tallyOf(ctx context.Context, account string, person int64, try Try) (tally, error) {
	known, err := s.sessions.KnowsDevice(ctx, try.Device, person)
	if err != nil {
		return tally{}, err
	}
	if known {
		return newTally(byDevice, account+" on device "+try.Device), nil
	}
	t := newTally(byAccount, account)
	t.network = keyOf(network(try.IP))
	return t, nil
}

// ofPerson names the account of a person, for counting.
func ofPerson(person int64) string { return "person " + strconv.FormatInt(person, 10) }

// ofLogin names an account by a login, for counting.
func ofLogin(login string) string { return "login " + login }

// countByLogin lets a sign-in count for the login that was typed rather than for
// whose it is: an outsider must not learn, from a wait, which e-mail and which
// staff number are the same person's.
func (who candidate) countByLogin(t tally, login string) tally {
	if t.counter != byAccount {
		return t
	}
	t.target = keyOf(ofLogin(login))
	for _, other := range who.Logins {
		t.also = append(t.also, keyOf(ofLogin(other)))
	}
	return t
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

// outage is the error of a check that the directory has not answered: the try
// counts for a while, for whoever has a password of the portal's own like for
// whoever has none, so that nobody learns from a wait which it is.
type outage struct {
	error
	// guessed tells that the password was held against one of the portal's own, and
	// was wrong: the try counts for the network too.
	guessed bool
}

func (o outage) Unwrap() error { return o.error }

// throttled makes a check that can fail, unless too many have failed before:
// then TooMany, which costs nothing and lengthens no wait. The try is noted before
// the check is made, so that tries side by side don't slip through. A refusal,
// which is returned as the error that it is of, makes it a failure; after any
// other error, which was no guess, it is taken back; and after a success it is
// forgotten, with the failures before it.
//
// The check is made in a turn, which it may leave early: beside others no more
// guesses slip through than there are turns. Its context goes on when the
// browser has gone: to hang up takes no guess back.
func (s *Service) throttled(ctx context.Context, t tally, turns hashing, check func(ctx context.Context, leave func()) error) error {
	id, leave, err := s.begin(ctx, t, turns)
	if err != nil {
		return err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkLimit)
	defer cancel()
	err = check(ctx, leave)
	// nobody learns what the database has not taken down
	settled := s.settle(context.WithoutCancel(ctx), t, id, err)
	if refused, wrong := errors.AsType[refusal](err); wrong {
		if settled != nil {
			return settled
		}
		return refused.error
	}
	return errors.Join(err, settled)
}

// ThrottleCode makes a check of a code that a person has typed beside their
// password, unless too many have failed before: then TooMany. A check that is
// Unauthenticated counts as a failure, apart from those of passwords, so that who
// knows the password can't begin anew.
func (s *Service) ThrottleCode(ctx context.Context, person int64, try Try, check func() error) error {
	t, err := s.tallyOf(ctx, ofPerson(person)+" code", person, try)
	if err != nil {
		return err
	}
	return s.throttled(ctx, t, nil, func(context.Context, func()) error {
		err := check()
		if fault.KindOf(err) == fault.Unauthenticated {
			return refusal{err}
		}
		return err
	})
}

// The pauses of a try that others under way at its target, or from a network that
// has failed too often, stand in the way of: each twice as long as the one before.
const (
	firstPause = 50 * time.Millisecond
	lastPause  = time.Second
)

// begin notes a try in a turn of its own. Whoever has to wait takes no turn: one
// with failures gets TooMany; one who only has others under way before them, who
// may be right, comes again until those are through.
func (s *Service) begin(ctx context.Context, t tally, turns hashing) (id int64, leave func(), _ error) {
	for pause := firstPause; ; pause *= 2 {
		found, err := s.standing(ctx, t)
		if err == nil && found.UnderWay <= 0 {
			if leave, err = turns.enter(ctx); err != nil {
				return 0, nil, err
			}
			if found, err = s.note(ctx, t); err == nil && found.ID != 0 {
				return found.ID, leave, nil
			}
			leave()
		}
		switch {
		case err != nil:
			return 0, nil, fmt.Errorf("counting a sign-in: %w", err)
		case found.Failed > 0:
			return 0, nil, tooMany(time.Duration(found.Failed * float64(time.Second)))
		case pause > lastPause:
			return 0, nil, tooMany(time.Second)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return 0, nil, fmt.Errorf("waiting for other sign-ins: %w", ctx.Err())
		}
	}
}

// standing is how long the next try has to wait, in seconds.
type standing struct {
	Failed   float64 // for the failures
	UnderWay float64 // and for those under way too, if all of them failed; at most 0 for no wait at all
	ID       int64   // of the try that was noted; 0 for none
}

// selectStanding begins a statement on the standing. A network's tries under way
// count only where failures make it wait: others who are right don't. What seems
// to have happened later than now, since the clock was set back, counts, but makes
// nobody wait for it.
const selectStanding = `
	WITH clock AS MATERIALIZED (SELECT database_clock() AS now),
	rule (counter, free, waits) AS (VALUES ('target', @target_free::int, @target_waits::float8[]), ('network', @network_free, @network_waits)),
	try AS (
		(SELECT 'target' AS counter, failed, at FROM sign_in_try, clock
			WHERE target = @target AND ends_at > now AND (failed OR at <= now) ORDER BY id DESC LIMIT @target_enough)
		UNION ALL
		(SELECT 'network', failed, at FROM sign_in_try, clock
			WHERE network = @network AND failed AND ends_at > now ORDER BY id DESC LIMIT @network_enough)
		UNION ALL
		(SELECT 'network', failed, at FROM sign_in_try, clock
			WHERE network = @network AND NOT failed AND ends_at > now AND at <= now ORDER BY id DESC LIMIT @network_enough)
	),
	count AS (
		SELECT counter, count(*)::int AS tries, (count(*) FILTER (WHERE failed))::int AS failures,
		       extract(epoch FROM now - max(at) FILTER (WHERE at <= now))::float8 AS since_try,
		       extract(epoch FROM now - max(at) FILTER (WHERE at <= now AND failed))::float8 AS since_failure
		FROM try, clock GROUP BY counter, now
	),
	standing AS (
		SELECT coalesce(max(waits[least(failures - free, cardinality(waits))] - since_failure), 0) AS failed,
		       coalesce(max(waits[least(tries - free, cardinality(waits))] - since_try) FILTER (WHERE counter = 'target' OR failures > free), 0) AS under_way
		FROM count JOIN rule USING (counter)
	)`

// standingArguments are those of selectStanding and of what goes on from it.
func (t tally) standingArguments() pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{
		"target": t.target, "target_free": limits[t.counter].free, "target_waits": t.counter.waits(), "target_enough": t.counter.enough(),
		"network": t.network, "network_free": limits[byIP].free, "network_waits": byIP.waits(), "network_enough": byIP.enough(),
	}
}

// enough is how many tries make whoever comes next wait the longest.
func (c counter) enough() int { return limits[c].free + len(c.waits()) }

// standing looks how long the next try has to wait.
func (s *Service) standing(ctx context.Context, t tally) (standing, error) {
	rows, err := s.pool.Query(ctx, selectStanding+` SELECT failed, under_way, 0::bigint AS id FROM standing`, t.standingArguments())
	if err != nil {
		return standing{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[standing])
}

// note notes a try that begins, unless it has to wait. Of tries at one target each
// is noted before the next one looks; of those from one network only where it has
// failed too often, so that the others there are not slowed. These locks are the
// only ones of their transaction.
func (s *Service) note(ctx context.Context, t tally) (standing, error) {
	var (
		batch pgx.Batch
		found standing
	)
	batch.Queue(`SELECT pg_advisory_xact_lock(hashtextextended('kagami: tries at ' || encode($1, 'hex'), 0))`, t.target)
	batch.Queue(`
		SELECT pg_advisory_xact_lock(hashtextextended('kagami: tries from ' || encode($1, 'hex'), 0))
		FROM (SELECT count(*) AS n FROM (SELECT FROM sign_in_try WHERE network = $1 AND failed AND ends_at > database_clock() LIMIT $2 + 1) f) failures
		WHERE n > $2`, t.network, limits[byIP].free)
	arguments := t.standingArguments()
	arguments["seconds"] = checkLimit.Seconds()
	batch.Queue(selectStanding+`,
		noted AS (
			INSERT INTO sign_in_try (target, network, at, ends_at)
			SELECT @target, @network, now, now + make_interval(secs => @seconds) FROM clock, standing WHERE under_way <= 0 RETURNING id
		)
		SELECT failed, under_way, coalesce((SELECT id FROM noted), 0) AS id FROM standing`, arguments).
		Query(func(rows pgx.Rows) (err error) {
			found, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[standing])
			return err
		})
	if err := s.pool.SendBatch(ctx, &batch).Close(); err != nil {
		return standing{}, err
	}
	return found, nil
}

// settleLimit is how long the database may take to write what has become of a try.
const settleLimit = 5 * time.Second

// settle writes what has become of a try by the error of its check.
func (s *Service) settle(ctx context.Context, t tally, id int64, failure error) error {
	ctx, cancel := context.WithTimeout(ctx, settleLimit)
	defer cancel()
	var batch pgx.Batch
	fail := func(memory time.Duration, network bool) {
		batch.Queue(`
			UPDATE sign_in_try SET failed = true, at = now, ends_at = now + make_interval(secs => @seconds), network = CASE WHEN @network THEN network END
			FROM (SELECT database_clock() AS now) clock WHERE id = @id`,
			pgx.StrictNamedArgs{"id": id, "seconds": memory.Seconds(), "network": network})
		// of the oldest, what is over goes, and what a clock that was set back has left in
		// the future
		batch.Queue(`
			DELETE FROM sign_in_try WHERE id IN (
				SELECT t.id FROM (SELECT id FROM sign_in_try ORDER BY id LIMIT 100) oldest JOIN sign_in_try t USING (id), (SELECT database_clock() AS now) clock
				WHERE t.ends_at NOT BETWEEN now - make_interval(secs => $1) AND now + make_interval(secs => 2 * $1) FOR UPDATE OF t SKIP LOCKED)`,
			failureMemory.Seconds())
	}
	cut, unanswered := errors.AsType[outage](failure)
	_, wrong := errors.AsType[refusal](failure)
	switch {
	case failure == nil:
		t.queueForget(&batch, id)
	case wrong:
		fail(failureMemory, true)
	case unanswered:
		fail(outageMemory, cut.guessed)
	default:
		batch.Queue(`DELETE FROM sign_in_try WHERE id = $1`, id)
	}
	if err := s.pool.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("writing what has become of a sign-in: %w", err)
	}
	return nil
}

// queueForget forgets a try that was right and the failures before it. For the
// network only those count no more that came from there too: somebody who can sign
// in there vouches for what they have mistyped, not for the rest.
func (t tally) queueForget(batch *pgx.Batch, id int64) {
	batch.Queue(`
		WITH theirs AS (SELECT id, network FROM sign_in_try WHERE target = ANY(@targets) AND (failed OR id = @id) ORDER BY id FOR UPDATE),
		elsewhere AS (UPDATE sign_in_try t SET target = NULL FROM theirs WHERE t.id = theirs.id AND theirs.network <> @network)
		DELETE FROM sign_in_try t USING theirs WHERE t.id = theirs.id AND (theirs.network <> @network) IS NOT TRUE`,
		pgx.StrictNamedArgs{"targets": append(t.also, t.target), "network": t.network, "id": id})
}

func tooMany(left time.Duration) error {
	seconds := int((left + time.Second - 1) / time.Second)
	return &fault.Error{
		Kind: fault.TooMany, RetryAfter: time.Duration(seconds) * time.Second,
		Message: fmt.Sprintf("失敗が続いたため、あと%d秒は試せません。%d秒待ってから、もう一度行ってください。", seconds, seconds),
	}
}
