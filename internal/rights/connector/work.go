package connector

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/rights/connector/reach"
	"kagami/internal/trail"
)

// carryOut is the job of carrying out what is wanted of one person's rights.
type carryOut struct {
	Person int64 `json:"person"`
	// behind tells that it is one of so many that who comes alone goes before it.
	behind bool
}

// Kind is the job's name in the database.
func (carryOut) Kind() string { return "right_carry_out" }

const (
	first = 1 // river's priorities
	after = 2
	few   = 10 // people whose rights go before those of many
)

// InsertOpts is in which queue it waits, and behind whom.
func (c carryOut) InsertOpts() river.InsertOpts {
	if c.behind {
		return river.InsertOpts{Queue: queue, Priority: after}
	}
	return river.InsertOpts{Queue: queue, Priority: first}
}

// sweep is the job of looking for what nobody carries out, though it is due: a portal may have
// been killed over it.
type sweep struct{}

// Kind is the job's name in the database.
func (sweep) Kind() string { return "right_sweep" }

const (
	sweepEvery   = time.Minute
	sweepMost    = 500             // people at a time
	busy         = time.Second / 4 // until it is tried again, where another is at the same person
	compareEvery = time.Hour
)

// RegisterJobs adds the workers.
func (s *Service) RegisterJobs(workers *river.Workers) []*river.PeriodicJob {
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, j *river.Job[carryOut]) error {
		wait, err := s.CarryOutForPortal(ctx, j.Args.Person)
		if err == nil && wait > 0 {
			return river.JobSnooze(wait)
		}
		return err
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[sweep]) error { return s.Sweep(ctx) }))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[nightly]) error { return s.CompareDue(ctx) }))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, j *river.Job[compareOne]) error { return s.compare(ctx, j.Args.Connector) }))
	return []*river.PeriodicJob{
		river.NewPeriodicJob(river.PeriodicInterval(sweepEvery), func() (river.JobArgs, *river.InsertOpts) { return sweep{}, nil }, &river.PeriodicJobOpts{RunOnStart: true}),
		river.NewPeriodicJob(river.PeriodicInterval(compareEvery), func() (river.JobArgs, *river.InsertOpts) { return nightly{}, nil }, &river.PeriodicJobOpts{RunOnStart: true}),
	}
}

// due tells of a target t that it is to be carried out at @now, by a connector c of it.
const due = `t.state = 'waiting' AND t.next_at <= @now::timestamptz AND c.mode = 'on'`

// Sweep enqueues people again whose targets have been due for a while.
func (s *Service) Sweep(ctx context.Context) error {
	err := s.door.Do(ctx, authz.AsPortal(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.FallsDue, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		rows, err := tx.Query(ctx, `
			SELECT t.person_id FROM right_target t JOIN connector_system x ON x.asset_id = t.asset_id JOIN connector c ON c.id = x.connector_id
			WHERE `+due+` GROUP BY 1 ORDER BY min(t.next_at) LIMIT @most`, pgx.StrictNamedArgs{"now": tx.Now.Add(-sweepEvery), "most": sweepMost})
		if err != nil {
			return door.Unchanged(), fmt.Errorf("looking for rights that are due: %w", err)
		}
		people, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil || len(people) == 0 {
			return door.Unchanged(), err
		}
		return door.Effect{Subject: trail.Subject{Kind: "right_target", ID: people[0]}, Fields: []string{"enqueued"}}, enqueuePeople(ctx, tx, people)
	})
	if err != nil {
		return fmt.Errorf("sweeping rights: %w", err)
	}
	return nil
}

// target is one that is to be carried out.
type target struct {
	ID, Person, Asset int64
	Version, Tries    int
	Since             time.Time
	Number, System    string
	Connector         int64
	What              What
	Groups            []string
	Rights            reach.Rights
}

// link is a connector with what its targets share.
type link struct {
	ID      int64
	Code    string
	Kind    reach.Kind
	Config  []byte
	Secret  []byte
	Version int
	Groups  []string
}

const selectLink = `
	SELECT c.id, c.code, c.kind, c.config, c.secret, c.version,
	       coalesce((SELECT array_agg(DISTINCT g ORDER BY g) FROM connector_system x, unnest(x.groups) AS g WHERE x.connector_id = c.id), '{}') AS groups
	FROM connector c`

// CarryOutForPortal carries out what is wanted of a person's rights, and returns how long to wait until
// there may be more to do; 0 for nothing more.
func (s *Service) CarryOutForPortal(ctx context.Context, person int64) (wait time.Duration, err error) {
	if _, err := s.pool.Exec(ctx, `INSERT INTO right_person (person_id) VALUES ($1) ON CONFLICT DO NOTHING`, person); err != nil {
		return 0, fmt.Errorf("carrying out rights: %w", err)
	}
	err = postgres.InTx(ctx, s.pool, func(lock pgx.Tx) error {
		var one int
		err := lock.QueryRow(ctx, `SELECT 1 FROM right_person WHERE person_id = $1 FOR UPDATE SKIP LOCKED`, person).Scan(&one)
		if errors.Is(err, pgx.ErrNoRows) {
			wait = busy
			return nil
		}
		if err != nil {
			return err
		}
		wait, err = s.carryOut(ctx, lock, person)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("carrying out rights: %w", err)
	}
	return wait, nil
}

func (s *Service) carryOut(ctx context.Context, lock pgx.Tx, person int64) (time.Duration, error) {
	targets, err := postgres.List[target](ctx, s.pool, "looking what is to be carried out", `
		SELECT t.id, t.person_id AS person, t.asset_id AS asset, t.version, t.tries, t.since, p.staff_number AS number, y.code AS system, x.connector_id AS connector, x.what, x.groups,
		       coalesce((SELECT jsonb_agg(jsonb_build_object('login', r.login, 'outsider', r.outsider <> '', 'usable', r.id = ANY(t.usable)))
		                 FROM access_right r WHERE r.person_id = t.person_id AND r.asset_id = t.asset_id AND r.state IN ('permitted', 'ended')), '[]') AS rights
		FROM right_target t JOIN connector_system x ON x.asset_id = t.asset_id JOIN connector c ON c.id = x.connector_id
		JOIN person_shown p ON p.id = t.person_id JOIN system_shown y ON y.id = t.asset_id
		WHERE t.person_id = @person AND `+due+` ORDER BY x.connector_id, x.what, t.asset_id`, pgx.StrictNamedArgs{"person": person, "now": s.door.Now()})
	if err != nil {
		return 0, err
	}
	links := map[int64]*carrier{}
	for _, t := range targets {
		// whoever is at the person still has the lock, or stops before it touches anything
		if _, err := lock.Exec(ctx, `SELECT 1`); err != nil {
			return 0, err
		}
		c := links[t.Connector]
		if c == nil {
			if c, err = s.carrier(ctx, t); err != nil {
				return 0, err
			}
			links[t.Connector] = c
		}
		partly, failure := c.apply(ctx, t)
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if err := s.record(ctx, t, partly, failure); err != nil {
			return 0, err
		}
		if !c.heard && s.away.Heard(t.Connector, failure) {
			if err := s.passOver(ctx, t, failure); err != nil {
				return 0, err
			}
		}
		c.heard = c.failure != nil // all that the person has there meets the same
	}
	return s.nextFor(ctx, person)
}

// nextFor is how long it is until something of a person may be tried again.
func (s *Service) nextFor(ctx context.Context, person int64) (time.Duration, error) {
	found, err := postgres.One[struct{ At *time.Time }](ctx, s.pool, "looking what comes next", `
		SELECT min(t.next_at) AS at FROM right_target t JOIN connector_system x ON x.asset_id = t.asset_id JOIN connector c ON c.id = x.connector_id
		WHERE t.person_id = @person AND t.state = 'waiting' AND c.mode = 'on'`, pgx.StrictNamedArgs{"person": person})
	if err != nil || found.At == nil {
		return 0, err
	}
	return max(found.At.Sub(s.door.Now()), busy), nil
}

const (
	mostTries = 8
	firstWait = 10 * time.Second
	longest   = 10 * time.Minute
)

// pause is how long it waits after so many tries.
func pause(tries int) time.Duration { return min(firstWait<<(tries-1), longest) }

// record writes down what became of a target: of the version that was carried out. One that
// has changed meanwhile still waits.
func (s *Service) record(ctx context.Context, t target, partly bool, failure error) error {
	trouble := reach.Trouble("")
	state, tries := Done, t.Tries+1
	if failure != nil {
		trouble, state = reach.TroubleOf(failure), Failed
		if trouble.Passes() && tries < mostTries {
			state = Waiting
		}
		s.log.LogAttrs(ctx, slog.LevelWarn, "right not carried out",
			slog.Int64("target", t.ID), slog.Int64("connector", t.Connector), slog.String("trouble", string(trouble)), slog.Int("try", tries), slog.String("cause", fault.Cause(failure)))
	}
	err := s.door.Do(ctx, authz.AsPortal(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.FallsDue, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		tag, err := tx.Exec(ctx, `
			UPDATE right_target SET state = @state, tries = @tries, trouble = @trouble, partly = @partly, next_at = @next,
				effected = CASE WHEN @state = 'done' THEN usable ELSE effected END, done_at = CASE WHEN @state = 'done' THEN @now::timestamptz END
			WHERE id = @id AND version = @version AND (state = 'waiting' OR state = 'failed' AND @state = 'done')`, pgx.StrictNamedArgs{
			"id": t.ID, "version": t.Version, "state": string(state), "tries": tries, "trouble": string(trouble), "partly": partly && failure != nil,
			"next": tx.Now.Add(pause(tries)), "now": tx.Now,
		})
		if err != nil || tag.RowsAffected() == 0 {
			return door.Unchanged(), err
		}
		follow := settleDrift
		if state != Done {
			follow = tellFailed
		}
		if state != Waiting {
			if err := follow(ctx, tx, t); err != nil {
				return door.Unchanged(), err
			}
		}
		return door.Effect{
			Subject: trail.Subject{Kind: "right_target", ID: t.ID}, Fields: []string{string(state)}, Refs: map[string]int64{"person": t.Person, "asset": t.Asset, "connector": t.Connector},
		}, nil
	})
	if err != nil {
		return fmt.Errorf("recording what became of target %d: %w", t.ID, err)
	}
	return nil
}
