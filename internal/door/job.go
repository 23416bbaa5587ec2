package door

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// newJobs makes the client that writes jobs down; package job runs them. It
// runs nothing itself.
func newJobs(pool *pgxpool.Pool) *river.Client[pgx.Tx] {
	jobs, err := river.NewClient(riverpgxv5.New(pool), &river.Config{
		Logger: slog.New(slog.DiscardHandler), // what goes wrong comes back as an error
		// Of jobs that come close together, only the first wakes those who run
		// them. Were that one undone, the others would wait: so keep this short.
		FetchCooldown: river.FetchCooldownMin,
	})
	if err != nil {
		panic(err) // the settings above are wrong
	}
	return jobs
}

// Enqueue writes down that a job is to run from an instant on, at once if that
// is not after the change. It runs only if the change is committed. Its
// arguments are kept for days where the operator can read them: ids, no words.
func (tx *Tx) Enqueue(ctx context.Context, args river.JobArgs, at time.Time) error {
	var opts river.InsertOpts
	if at.After(tx.Now) {
		opts.ScheduledAt = at
	}
	if _, err := tx.jobs.InsertTx(ctx, tx.Tx, args, &opts); err != nil {
		return fmt.Errorf("enqueuing %s: %w", args.Kind(), err)
	}
	return nil
}

// EnqueueAll is Enqueue of many jobs that are to run at once, in one round trip.
func (tx *Tx) EnqueueAll(ctx context.Context, jobs []river.JobArgs) error {
	many := make([]river.InsertManyParams, len(jobs))
	for i, args := range jobs {
		many[i] = river.InsertManyParams{Args: args}
	}
	if _, err := tx.jobs.InsertManyFastTx(ctx, tx.Tx, many); err != nil {
		return fmt.Errorf("enqueuing %d jobs: %w", len(jobs), err)
	}
	return nil
}
