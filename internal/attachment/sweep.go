package attachment

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"
)

// sweep is the job of removing files that hang on nothing.
type sweep struct{}

// Kind is the job's name in the database.
func (sweep) Kind() string { return "attachment_sweep" }

const sweepEvery = time.Hour

// RegisterJobs adds the sweep.
func (s *Service) RegisterJobs(workers *river.Workers) []*river.PeriodicJob {
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[sweep]) error { return s.Sweep(ctx) }))
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(sweepEvery),
		func() (river.JobArgs, *river.InsertOpts) { return sweep{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})}
}

// Sweep removes the files that have hung on nothing for a day, one at a time: each
// may have thousands of pieces. One that is tied meanwhile stays: its tie refers to it.
func (s *Service) Sweep(ctx context.Context) error {
	for {
		tag, err := s.pool.Exec(ctx, `
			DELETE FROM attachment WHERE id = (
				SELECT a.id FROM attachment a WHERE a.begun_at <= $1 AND NOT EXISTS (SELECT FROM attachment_tie t WHERE t.attachment_id = a.id)
				ORDER BY a.begun_at LIMIT 1)`, s.now().Add(-untiedLife))
		if isTied(err) {
			continue
		}
		if err != nil {
			return fmt.Errorf("sweeping files: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return nil
		}
	}
}
