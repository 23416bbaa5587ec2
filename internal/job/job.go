// Package job runs what must happen later or again and again, by river on the
// same database. A job is written down in the transaction of the change that
// wants it (door.Tx.Enqueue) and runs once that is committed.
//
// Of several portals on one database, each takes jobs as it has hands free, and
// one of them, the leader, starts what is due and repeats what is periodic. When
// it goes, another takes over within seconds.
//
// river goes by the real clock. A worker asks its domain's own for the day.
package job

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
)

const (
	// hands is how many jobs a portal runs at once: few, since each may hold a
	// connection that a page waits for.
	hands = 2
	// poll is how long a job waits if the notification of it was lost.
	poll = 30 * time.Second
	// cooldown is how long a queue waits at least before it looks for jobs again, once a hand
	// is free: short, since whoever has few hands gets that few jobs at a time only.
	cooldown = 10 * time.Millisecond
	// limit is the longest that a job may take. It has a statement or a few, of 30
	// seconds each at most.
	limit = 5 * time.Minute
	// wait is how long a job is put off that may not run here now.
	wait = time.Minute
	// grace is how long jobs under way may go on when the portal stops. They begin
	// anew where one still runs.
	grace = 10 * time.Second
)

// Register adds a domain's workers, and returns the jobs of it that are enqueued
// again and again. A domain has one as its method RegisterJobs.
//
// A job may run twice, and on any portal: a worker does its work so that the
// second time finds nothing to do.
type Register func(workers *river.Workers) []*river.PeriodicJob

// Queue is a queue of a domain's own, with how many jobs of it a portal runs at once:
// what hangs in it holds up no other domain. A job waits in it where its arguments say
// so (river.JobArgsWithInsertOpts).
//
// Poll is how long a job of it waits at most that nobody is told of: one that was put off
// for a moment, or whose notification was lost. Zero is as in all others.
type Queue struct {
	Name  string
	Hands int
	Poll  time.Duration
}

// Runner runs jobs. The zero value has none to run.
type Runner struct {
	client *river.Client[pgx.Tx]
}

// Start runs the domains' jobs until Stop; ctx's end does not end them. What
// fails goes to the log by its kind and id, and is tried again later. Before each
// it asks whether jobs may run: while they may not, they wait, for this portal or
// another.
func Start(ctx context.Context, pool *pgxpool.Pool, log *slog.Logger, may func() error, queues []Queue, domains ...Register) (Runner, error) {
	if len(domains) == 0 {
		return Runner{}, nil
	}
	workers := river.NewWorkers()
	var periodic []*river.PeriodicJob
	for _, register := range domains {
		periodic = append(periodic, register(workers)...)
	}
	all := map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: hands}}
	for _, q := range queues {
		all[q.Name] = river.QueueConfig{MaxWorkers: q.Hands, FetchPollInterval: q.Poll}
	}
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{
		Workers:           workers,
		PeriodicJobs:      periodic,
		Queues:            all,
		FetchCooldown:     cooldown,
		FetchPollInterval: poll,
		JobTimeout:        limit,
		SoftStopTimeout:   grace,
		ErrorHandler:      failures{log},
		Middleware:        []rivertype.Middleware{river.WorkerMiddlewareFunc(unless(may))},
		Logger:            slog.New(warnings{log.Handler()}),
		// rebuilding indexes takes the schema's owner, which the portal is not
		ReindexerIndexNames: []string{},
		ReindexerSchedule:   river.NeverSchedule(),
	})
	if err != nil {
		return Runner{}, fmt.Errorf("preparing the jobs: %w", err)
	}
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return Runner{}, fmt.Errorf("starting the jobs: %w", err)
	}
	return Runner{client}, nil
}

// unless puts a job off while none may run here.
func unless(may func() error) func(ctx context.Context, job *rivertype.JobRow, run func(context.Context) error) error {
	return func(ctx context.Context, _ *rivertype.JobRow, run func(context.Context) error) error {
		if may() != nil {
			return river.JobSnooze(wait)
		}
		return run(ctx)
	}
}

// Stop takes no more jobs and waits until those under way are done.
func (r Runner) Stop(ctx context.Context) error {
	if r.client == nil {
		return nil
	}
	if err := r.client.Stop(ctx); err != nil {
		return fmt.Errorf("stopping the jobs: %w", err)
	}
	return nil
}
