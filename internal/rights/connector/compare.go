package connector

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/rights/connector/drift"
	"kagami/internal/rights/connector/peer"
	"kagami/internal/rights/connector/reach"
	"kagami/internal/trail"
)

// nightly is the job of comparing what was not compared tonight yet.
type nightly struct{}

// Kind is the job's name in the database.
func (nightly) Kind() string { return "right_compare_due" }

// InsertOpts is in which queue it waits.
func (nightly) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: queue} }

// compareOne is the job of comparing what one connector leads to, because somebody wants it.
type compareOne struct {
	Connector int64 `json:"connector"`
	Version   int   `json:"version"` // as it is set
}

// Kind is the job's name in the database.
func (compareOne) Kind() string { return "right_compare" }

// InsertOpts is in which queue it waits; and that what waits already is not wanted once more:
// what somebody is suspended from would wait behind it.
func (compareOne) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled, rivertype.JobStateRetryable,
	}}}
}

const (
	// compareHour is when it is compared each night, in Tokyo.
	compareHour = 2 * time.Hour
	// batch is how many accounts go to the database at once: a statement may take 30 seconds.
	batch = 5000
	// brokenOff is after how long a comparison that has not ended never will: longer than a job may
	// take.
	brokenOff = 10 * time.Minute
	// lastWords is how long it may take to write down that the time was over.
	lastWords = 10 * time.Second
	// mostAsked is how many accounts that seem to be missing are asked for once more.
	mostAsked = 100
)

// CompareDue compares what each connector leads to, once a night, and what was broken off then
// when the portal was stopped; and lets be tried again what
// has failed because nobody answered.
func (s *Service) CompareDue(ctx context.Context) error {
	due := s.today().Start().Add(compareHour)
	if now := s.door.Now(); now.Before(due) {
		due = calendar.Day(now).AddDays(-1).Start().Add(compareHour)
	}
	rows, err := s.pool.Query(ctx, `
		SELECT c.id FROM connector c WHERE c.mode <> 'off' AND c.kind <> 'webhook' AND NOT EXISTS (SELECT FROM connector_run u WHERE u.connector_id = c.id AND u.begun_at >= $1 AND (u.ended_at IS NOT NULL OR u.begun_at > $2)) ORDER BY c.id`,
		due, s.door.Now().Add(-brokenOff))
	if err != nil {
		return fmt.Errorf("looking what is to be compared: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("looking what is to be compared: %w", err)
	}
	var failed []error
	for _, id := range list {
		failed = append(failed, s.retryUnanswered(ctx, id), s.compare(ctx, id))
	}
	return errors.Join(failed...)
}

// retryUnanswered lets be tried again what has failed because nobody answered.
func (s *Service) retryUnanswered(ctx context.Context, connector int64) error {
	return s.door.Do(ctx, authz.AsPortal(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.FallsDue, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		list, err := again(ctx, tx, tx.Now, `c.id = @connector AND c.mode = 'on' AND t.state = 'failed' AND t.trouble IN ('unavailable', 'unknown')`, pgx.StrictNamedArgs{"connector": connector})
		if err != nil || len(list) == 0 {
			return door.Unchanged(), err
		}
		return door.Effect{Subject: trail.Subject{Kind: "connector", ID: connector}, Fields: []string{"again"}, Refs: map[string]int64{"targets": int64(len(list))}}, enqueue(ctx, tx, list)
	})
}

// compare compares the accounts of what a connector leads to with what is wanted. It fails
// only where the database does: what else goes wrong it writes down.
func (s *Service) compare(ctx context.Context, connector int64) error {
	l, err := postgres.One[link](ctx, s.pool, "looking at a connector", selectLink+` WHERE c.id = @id`, pgx.StrictNamedArgs{"id": connector})
	if err != nil {
		return err
	}
	var run int64
	begun := s.door.Now()
	err = s.pool.QueryRow(ctx, `INSERT INTO connector_run (connector_id, version, begun_at) VALUES ($1, $2, $3) RETURNING id`, l.ID, l.Version, begun).Scan(&run)
	if err != nil {
		return fmt.Errorf("beginning to compare: %w", err)
	}
	entries, found, failure := s.gather(ctx, l, run)
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded): // it answers, but it would take too long
		failure = ctx.Err()
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), lastWords)
		defer cancel()
	case ctx.Err() != nil:
		return ctx.Err()
	}
	if failure != nil {
		s.log.LogAttrs(ctx, slog.LevelWarn, "accounts not compared", slog.Int64("connector", l.ID), slog.String("trouble", string(reach.TroubleOf(failure))), slog.String("cause", fault.Cause(failure)))
	}
	return s.conclude(ctx, l, run, entries, found, failure)
}

// gather lists the accounts into the database, and asks once more for those that seem to be
// missing; found are the people who have one all the same.
func (s *Service) gather(ctx context.Context, l link, run int64) (entries int, found []int64, err error) {
	far, err := s.far(l.Code, l.Kind, l.Config, l.Secret, l.Groups)
	if err != nil || !l.Kind.Lists() {
		return 0, []int64{}, err
	}
	var rows [][]any
	write := func() error {
		if len(rows) == 0 {
			return nil
		}
		n, err := s.pool.CopyFrom(ctx, pgx.Identifier{"connector_account"}, []string{"run_id", "external_id", "number", "login", "name", "enabled", "groups"}, pgx.CopyFromRows(rows))
		entries, rows = entries+int(n), rows[:0]
		return err
	}
	err = far.Peer.List(ctx, func(a peer.Account) error {
		groups := a.Groups
		if groups == nil {
			groups = []string{}
		}
		if rows = append(rows, []any{run, a.ID, a.Number, a.Login, a.Name, a.Enabled, groups}); len(rows) < batch {
			return nil
		}
		return write()
	})
	if err == nil {
		err = write()
	}
	if err != nil {
		return entries, []int64{}, fmt.Errorf("listing accounts: %w", err)
	}
	found, err = s.askAgain(ctx, l, far.Peer, run)
	return entries, found, err
}

// askAgain asks for the accounts of people who seem to have none: a list that comes in pages
// may miss what changes meanwhile.
func (s *Service) askAgain(ctx context.Context, l link, far peer.Peer, run int64) ([]int64, error) {
	type missing struct {
		Person int64
		Number string
	}
	var list []missing
	err := s.compared(ctx, func(tx pgx.Tx) (err error) {
		list, err = postgres.List[missing](ctx, tx, "looking for missing accounts", drift.Differences+`
			SELECT DISTINCT d.person_id AS person, p.staff_number AS number FROM difference d JOIN person_shown p ON p.id = d.person_id WHERE d.kind = 'missing' ORDER BY 1 LIMIT @most`,
			pgx.StrictNamedArgs{"connector": l.ID, "run": run, "most": mostAsked})
		return err
	})
	if err != nil {
		return []int64{}, err
	}
	found := []int64{}
	for _, m := range list {
		var accounts []peer.Account
		if err := timely(ctx, func(ctx context.Context) (err error) { accounts, err = far.Find(ctx, m.Number); return err }); err != nil {
			return found, fmt.Errorf("asking for a missing account: %w", err)
		}
		if len(accounts) > 0 {
			found = append(found, m.Person)
		}
	}
	return found, nil
}

// whole lets the statements of a transaction that follow go through whole lists: of accounts
// that have come just now the database does not know how many they are, and would look up
// each in all the others. single ends that.
const whole, single = `SELECT set_config('enable_nestloop', 'off', true)`, `SELECT set_config('enable_nestloop', 'on', true)`

// compared asks what differs.
func (s *Service) compared(ctx context.Context, ask func(tx pgx.Tx) error) error {
	return postgres.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, whole); err != nil {
			return fmt.Errorf("comparing accounts: %w", err)
		}
		return ask(tx)
	})
}

// conclude writes down what a run has found: what differs is kept, with when it was first
// seen; what differs no more is settled.
func (s *Service) conclude(ctx context.Context, l link, run int64, entries int, found []int64, failure error) error {
	trouble := reach.Trouble("")
	if failure != nil {
		trouble = reach.TroubleOf(failure)
	}
	err := s.door.Do(ctx, authz.AsPortal(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.FallsDue, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		effect := door.Effect{Subject: trail.Subject{Kind: "connector", ID: l.ID}, Fields: []string{"compared"}, Refs: map[string]int64{"entries": int64(entries)}}
		if _, err := tx.Exec(ctx, `UPDATE connector_run SET ended_at = @now, entries = @entries, trouble = @trouble WHERE id = @run`,
			pgx.StrictNamedArgs{"now": tx.Now, "entries": entries, "trouble": string(trouble), "run": run}); err != nil {
			return door.Unchanged(), fmt.Errorf("ending a comparison: %w", err)
		}
		if failure != nil {
			_, err := tx.Exec(ctx, `DELETE FROM connector_account WHERE run_id = $1`, run)
			return effect, err
		}
		if l.Kind.Lists() {
			if err := keepDrift(ctx, tx, l.ID, run, found); err != nil {
				return door.Unchanged(), err
			}
		}
		tag, err := tx.Exec(ctx, `UPDATE connector SET dry_version = version WHERE id = @id AND version = @version AND mode = 'dry' AND dry_version IS DISTINCT FROM version`,
			pgx.StrictNamedArgs{"id": l.ID, "version": l.Version})
		if err == nil && tag.RowsAffected() > 0 {
			err = noteStep(ctx, tx, l.ID, 0, "tried", nil)
		}
		return effect, err
	})
	if err != nil {
		return fmt.Errorf("concluding a comparison: %w", err)
	}
	return nil
}

// keepDrift keeps what differs though it was carried out before the run began: what still
// waits, or has failed, is shown as that.
func keepDrift(ctx context.Context, tx *door.Tx, connector, run int64, found []int64) error {
	args := pgx.StrictNamedArgs{"connector": connector, "run": run}
	if _, err := tx.Exec(ctx, whole); err != nil {
		return fmt.Errorf("keeping what differs: %w", err)
	}
	if _, err := tx.Exec(ctx, drift.Differences+`
		INSERT INTO right_drift (connector_id, asset_id, kind, person_id, external_id, login, first_seen, last_seen)
		SELECT @connector, d.asset_id, d.kind, d.person_id, d.external_id, d.login, @now::timestamptz, @now::timestamptz
		FROM difference d JOIN connector_run u ON u.id = @run
		WHERE (d.state IS NULL OR d.state = 'done' AND d.done_at < u.begun_at) AND NOT (d.kind = 'missing' AND d.person_id = ANY(@found::bigint[]))
		ON CONFLICT (connector_id, asset_id, kind, (coalesce(person_id, 0)), external_id) WHERE settled_at IS NULL DO UPDATE SET last_seen = excluded.last_seen, login = excluded.login`,
		with(args, "now", tx.Now, "found", found)); err != nil {
		return fmt.Errorf("keeping what differs: %w", err)
	}
	if _, err := tx.Exec(ctx, single); err != nil {
		return fmt.Errorf("keeping what differs: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE right_drift SET settled_at = @now WHERE connector_id = @connector AND settled_at IS NULL AND last_seen < (SELECT begun_at FROM connector_run WHERE id = @run)`,
		with(args, "now", tx.Now)); err != nil {
		return fmt.Errorf("settling what differs no more: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM connector_account a USING connector_run u WHERE u.id = a.run_id AND u.connector_id = @connector AND u.id < @run`, args); err != nil {
		return fmt.Errorf("forgetting older accounts: %w", err)
	}
	return nil
}
