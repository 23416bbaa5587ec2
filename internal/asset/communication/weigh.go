package communication

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// weighAll is the job of weighing the register anew by the rules of the day.
type weighAll struct{}

// Kind is the job's name in the database.
func (weighAll) Kind() string { return "communication_weigh" }

// weighEvery is how often it is done: a rule that a town strikes, and an edition whose first
// day has come, show in the lists within this time.
const weighEvery = 10 * time.Minute

// RegisterJobs adds the worker of the register.
func (s *Service) RegisterJobs(workers *river.Workers) []*river.PeriodicJob {
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[weighAll]) error { return s.Weigh(ctx) }))
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(weighEvery),
		func() (river.JobArgs, *river.InsertOpts) { return weighAll{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})}
}

// weighedAtOnce is how many communications are weighed in one change.
const weighedAtOnce = 1000

// Weigh weighs every communication that goes on by the rules of today: a new edition finds
// anew, and what fits again loses its day. What breaks a rule as before keeps it.
func (s *Service) Weigh(ctx context.Context) error {
	for after, next := int64(0), int64(0); next >= 0; after = next {
		err := s.door.Do(ctx, authz.AsPortal(), func(tx *door.Tx, _ authz.Actor) (effect door.Effect, err error) {
			if err := tx.Allow(authz.FallsDue, authz.Matter{}); err != nil {
				return door.Unchanged(), err
			}
			effect, next, err = weighSome(ctx, tx, after)
			return effect, err
		})
		if err != nil {
			return fmt.Errorf("weighing communications: %w", err)
		}
	}
	return nil
}

// weighSome weighs the next communications after an id, and returns the last of these, or
// -1 where there are no more.
func weighSome(ctx context.Context, tx *door.Tx, after int64) (door.Effect, int64, error) {
	scheme, err := schemeOn(ctx, tx, tx.Today())
	if err != nil {
		return door.Unchanged(), after, err
	}
	list, err := postgres.List[Communication](ctx, tx, "weighing communications", selectCommunication+`
		WHERE c.id > @after AND c.ended_on IS NULL ORDER BY c.id LIMIT @most`, pgx.StrictNamedArgs{"after": after, "most": weighedAtOnce})
	if err != nil {
		return door.Unchanged(), after, err
	}
	next := int64(-1)
	if len(list) == weighedAtOnce {
		next = list[len(list)-1].ID
	}
	var rows []map[string]any
	for _, c := range list {
		if breaks, since := scheme.weigh(c.Details, c.BreaksSince, tx.Today()); !maps.Equal(breaks, c.BreaksSince) {
			rows = append(rows, map[string]any{"id": c.ID, "version": c.Version, "breaks": breaks, "since": since})
		}
	}
	if len(rows) == 0 {
		return door.Unchanged(), next, nil
	}
	written, err := json.Marshal(rows)
	if err != nil {
		return door.Unchanged(), after, fmt.Errorf("writing what breaks rules: %w", err)
	}
	// who has changed one meanwhile has weighed it
	changed, err := tx.Query(ctx, `
		UPDATE communication c SET breaks = now.breaks, broken_since = now.since
		FROM jsonb_to_recordset(@rows) AS now(id bigint, version int, breaks jsonb, since date)
		WHERE c.id = now.id AND c.version = now.version AND c.ended_on IS NULL RETURNING c.id`, pgx.StrictNamedArgs{"rows": written})
	if err != nil {
		return door.Unchanged(), after, fmt.Errorf("writing what breaks rules: %w", err)
	}
	done, err := pgx.CollectRows(changed, func(row pgx.CollectableRow) (door.Effect, error) {
		effect := door.Effect{Subject: trail.Subject{Kind: "communication"}, Fields: []string{"breaks"}}
		return effect, row.Scan(&effect.Subject.ID)
	})
	if err != nil {
		return door.Unchanged(), after, fmt.Errorf("writing what breaks rules: %w", err)
	}
	if len(done) == 0 {
		return door.Unchanged(), next, nil
	}
	done[0].Also = done[1:]
	return done[0], next, nil
}
