package session

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// sweepEvery is how often sessions that are over are deleted. Find knows that they
// are over; this is for the space.
const sweepEvery = 5 * time.Minute

// sweep is the job of deleting them.
type sweep struct{}

// Kind is the job's name in the database.
func (sweep) Kind() string { return "session_sweep" }

// RegisterJobs adds the worker that sweeps.
func (s *Service) RegisterJobs(workers *river.Workers) []*river.PeriodicJob {
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[sweep]) error { return s.Sweep(ctx) }))
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(sweepEvery),
		func() (river.JobArgs, *river.InsertOpts) { return sweep{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})}
}

// Sweep deletes the sessions that are over.
func (s *Service) Sweep(ctx context.Context) error {
	if _, err := s.pool.Exec(ctx, `DELETE FROM sessions WHERE expiry <= @now`, pgx.StrictNamedArgs{"now": s.door.Now()}); err != nil {
		return fmt.Errorf("sweeping sessions: %w", err)
	}
	return nil
}
