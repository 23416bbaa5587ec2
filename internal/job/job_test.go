package job_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/job"
	"kagami/internal/postgres"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/trail"
)

var server pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &server)) }

// now is the instant of every change here: long past for river, which has a
// real clock.
var now = time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

// errand is a job.
type errand struct {
	Thing int64 `json:"thing"`
}

func (errand) Kind() string { return "errand" }

// errands hands each errand to run to a test.
type errands struct {
	river.WorkerDefaults[errand]
	run func(ctx context.Context, thing int64) error
}

func (e *errands) Work(ctx context.Context, job *river.Job[errand]) error {
	return e.run(ctx, job.Args.Thing)
}

// start runs errands until the test ends.
func start(t *testing.T, pool *pgxpool.Pool, log *slog.Logger, run func(ctx context.Context, thing int64) error) job.Runner {
	t.Helper()
	jobs, err := job.Start(t.Context(), pool, log, always, nil, func(workers *river.Workers) []*river.PeriodicJob {
		river.AddWorker(workers, &errands{run: run})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := jobs.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return jobs
}

// change makes a change that enqueues errands, and ends as failure says.
func change(t *testing.T, db pgtest.DB, at time.Time, failure error, things ...int64) error {
	t.Helper()
	return door.New(db.Pool, clock).Do(t.Context(), authz.AsOperator(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.ChangeOrganization, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		for _, thing := range things {
			if err := tx.Enqueue(t.Context(), errand{thing}, at); err != nil {
				return door.Unchanged(), err
			}
		}
		return door.Effect{Subject: trail.Subject{Kind: "post", ID: 1}}, failure
	})
}

// always lets jobs run.
func always() error { return nil }

// While none may run here a job waits, and it is not counted as one that failed.
func TestAJobWaitsWhileNoneMayRun(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	asked := make(chan int64, 10)
	may := func() error { asked <- 1; return errors.New("not now") }
	jobs, err := job.Start(t.Context(), db.Pool, quiet(), may, nil, func(workers *river.Workers) []*river.PeriodicJob {
		river.AddWorker(workers, &errands{run: func(context.Context, int64) error { t.Error("it ran"); return nil }})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := change(t, db, now, nil, 1); err != nil {
		t.Fatal(err)
	}
	next(t, asked)
	if err := jobs.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	var state, failures string
	err = db.Pool.QueryRow(t.Context(), `SELECT state, coalesce(array_length(errors, 1), 0)::text FROM river_job`).Scan(&state, &failures)
	if err != nil || state != "scheduled" || failures != "0" {
		t.Errorf("it is %s after %s failures: %v", state, failures, err)
	}
}

// next waits for what comes through a channel.
func next[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(time.Minute):
		t.Fatal("nothing came within a minute")
		panic("unreachable")
	}
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestAJobRunsOnceItsChangeIsCommittedAndNeverIfItFails(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	ran := make(chan int64, 10)
	start(t, db.Pool, quiet(), func(_ context.Context, thing int64) error { ran <- thing; return nil })
	failure := errors.New("something went wrong")
	if err := change(t, db, now, failure, 1); !errors.Is(err, failure) {
		t.Fatal(err)
	}
	if err := change(t, db, now, nil, 2); err != nil {
		t.Fatal(err)
	}
	if thing := next(t, ran); thing != 2 {
		t.Errorf("ran the errand for %d", thing)
	}
	var left int
	if err := db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE args @> '{"thing": 1}'`).Scan(&left); err != nil || left != 0 {
		t.Errorf("the change that failed left %d jobs: %v", left, err)
	}
}

func TestAJobForLaterIsKeptUntilThen(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	ran := make(chan int64, 10)
	start(t, db.Pool, quiet(), func(_ context.Context, thing int64) error { ran <- thing; return nil })
	later := time.Now().Add(time.Hour).Truncate(time.Microsecond)
	if err := change(t, db, later, nil, 1); err != nil {
		t.Fatal(err)
	}
	if err := change(t, db, now.Add(-time.Hour), nil, 2); err != nil {
		t.Fatal(err)
	}
	if thing := next(t, ran); thing != 2 {
		t.Errorf("ran the errand for %d", thing)
	}
	var (
		state string
		at    time.Time
	)
	err := db.Pool.QueryRow(t.Context(), `SELECT state, scheduled_at FROM river_job WHERE args @> '{"thing": 1}'`).Scan(&state, &at)
	if err != nil || state != "scheduled" || !at.Equal(later) {
		t.Errorf("the job for later is %s for %v: %v", state, at, err)
	}
}

func TestAnyNumberOfPortalsShareTheJobs(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	const many = 20
	ran := make(chan int64, 2*many)
	for range 3 {
		pool, err := postgres.Open(t.Context(), db.URL)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(pool.Close)
		start(t, pool, quiet(), func(_ context.Context, thing int64) error { ran <- thing; return nil })
	}
	things := make([]int64, many)
	for i := range things {
		things[i] = int64(i)
	}
	if err := change(t, db, now, nil, things...); err != nil {
		t.Fatal(err)
	}
	times := map[int64]int{}
	for range things {
		times[next(t, ran)]++
	}
	if len(times) != many || len(ran) != 0 {
		t.Errorf("%d of %d errands were run, and %d again", len(times), many, len(ran))
	}
}

func TestWhatIsPeriodicIsEnqueuedByThePortalsThemselves(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	ran := make(chan int64, 10)
	jobs, err := job.Start(t.Context(), db.Pool, quiet(), always, nil, func(workers *river.Workers) []*river.PeriodicJob {
		river.AddWorker(workers, &errands{run: func(_ context.Context, thing int64) error { ran <- thing; return nil }})
		daily := func() (river.JobArgs, *river.InsertOpts) { return errand{7}, nil }
		return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(24*time.Hour), daily, &river.PeriodicJobOpts{RunOnStart: true})}
	})
	if err != nil {
		t.Fatal(err)
	}
	if thing := next(t, ran); thing != 7 {
		t.Errorf("ran the errand for %d", thing)
	}
	if err := jobs.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// hasty is a job in a queue that asks by itself what there is.
type hasty struct{}

func (hasty) Kind() string { return "hasty" }

func (hasty) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: "hasty"} }

// What is put off for a moment is told to nobody: a queue that does not want to wait for the
// usual poll asks more often.
func TestWhatIsPutOffForAMomentRunsThen(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	ran := make(chan int64, 10)
	jobs, err := job.Start(t.Context(), db.Pool, quiet(), always, []job.Queue{{Name: "hasty", Hands: 1, Poll: 100 * time.Millisecond}}, func(workers *river.Workers) []*river.PeriodicJob {
		times := int64(0)
		river.AddWorker(workers, river.WorkFunc(func(context.Context, *river.Job[hasty]) error {
			times++
			ran <- times
			if times == 1 {
				return river.JobSnooze(time.Millisecond)
			}
			return nil
		}))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = door.New(db.Pool, clock).Do(t.Context(), authz.AsOperator(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.ChangeOrganization, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		return door.Effect{Subject: trail.Subject{Kind: "post", ID: 1}}, tx.Enqueue(t.Context(), hasty{}, now)
	})
	if err != nil {
		t.Fatal(err)
	}
	next(t, ran)
	begun := time.Now()
	if next(t, ran); time.Since(begun) > 10*time.Second {
		t.Errorf("it ran again after %v", time.Since(begun))
	}
	if err := jobs.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// lines is a log that a test reads while it is written.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func TestWhatFailsGoesToTheLogByKindAndIDAndWithoutWords(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func() error{
		"an error": func() error {
			return fault.Wrap(errors.New("the cause"), fault.Conflict, "見本太郎さんは見つかりません。")
		},
		"a panic": func() error { panic("the cause") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := server.New(t)
			var log lines
			ran := make(chan int64, 10)
			jobs := start(t, db.Pool, slog.New(slog.NewJSONHandler(&log, nil)), func(_ context.Context, thing int64) error {
				ran <- thing
				return fail()
			})
			if err := change(t, db, now, nil, 424242); err != nil {
				t.Fatal(err)
			}
			next(t, ran)
			if err := jobs.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
			text := log.String()
			for _, want := range []string{`"msg":"job failed"`, `"job":1`, `"kind":"errand"`, `"attempt":1`, "the cause"} {
				if !strings.Contains(text, want) {
					t.Errorf("the log lacks %s: %s", want, text)
				}
			}
			for _, secret := range []string{"見本太郎", "424242"} {
				if strings.Contains(text, secret) {
					t.Errorf("the log holds %s: %s", secret, text)
				}
			}
		})
	}
}

func TestStoppingWaitsForWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	begun, release := make(chan int64), make(chan struct{})
	jobs := start(t, db.Pool, quiet(), func(_ context.Context, thing int64) error {
		begun <- thing
		<-release
		return nil
	})
	if err := change(t, db, now, nil, 1); err != nil {
		t.Fatal(err)
	}
	next(t, begun)
	stopped := make(chan error, 1)
	go func() { stopped <- jobs.Stop(context.Background()) }()
	select {
	case err := <-stopped:
		t.Fatalf("stopped while a job was under way: %v", err)
	default:
	}
	close(release)
	if err := next(t, stopped); err != nil {
		t.Fatal(err)
	}
	var state string
	if err := db.Pool.QueryRow(t.Context(), `SELECT state FROM river_job`).Scan(&state); err != nil || state != "completed" {
		t.Errorf("the job is %s: %v", state, err)
	}
}

func TestWithoutJobsNothingRuns(t *testing.T) {
	t.Parallel()
	jobs, err := job.Start(t.Context(), server.New(t).Pool, quiet(), always, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := jobs.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}
