package task_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/calendar"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/task"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

// trips counts the batches that a pool is sent.
type trips struct {
	*pgxpool.Pool
	n atomic.Int64
}

func (t *trips) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	t.n.Add(1)
	return t.Pool.SendBatch(ctx, b)
}

type number struct{ N int }

// one asks for a number.
func one(b *task.Batch, doing string, take func(int), sql string, args ...any) {
	task.Rows(b, doing, pgx.RowToStructByName[number], func(rows []number) { take(rows[0].N) }, sql, args...)
}

func TestWhatManyAskGoesInOneRoundTrip(t *testing.T) {
	t.Parallel()
	db := &trips{Pool: databases.New(t).Pool}
	var b task.Batch
	var got []int
	for n := range 3 {
		one(&b, "counting", func(found int) { got = append(got, found) }, `SELECT @n::int AS n`, pgx.StrictNamedArgs{"n": n})
	}
	if err := b.Run(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, []int{0, 1, 2}) || db.n.Load() != 1 {
		t.Errorf("%v in %d round trips", got, db.n.Load())
	}
}

// What is queued while rows are read goes in the next round trip, once.
func TestReadingMayAskMore(t *testing.T) {
	t.Parallel()
	db := &trips{Pool: databases.New(t).Pool}
	var b task.Batch
	last := 0
	for range 2 {
		one(&b, "asking", func(first int) {
			one(&b, "asking more", func(second int) { last += second }, `SELECT @n::int + 1 AS n`, pgx.StrictNamedArgs{"n": first})
		}, `SELECT 1 AS n`)
	}
	if err := b.Run(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	if last != 4 || db.n.Load() != 2 {
		t.Errorf("%d in %d round trips", last, db.n.Load())
	}
}

func TestNothingQueuedAsksNobody(t *testing.T) {
	t.Parallel()
	db := &trips{}
	var b task.Batch
	b.Add(task.Task{What: "known already"})
	if err := b.Run(t.Context(), db); err != nil || db.n.Load() != 0 || len(b.Tasks()) != 1 {
		t.Errorf("%v after %d round trips", err, db.n.Load())
	}
}

// The log says which question failed, whichever of a batch it was.
func TestAFailureSaysWhatWasAsked(t *testing.T) {
	t.Parallel()
	db := databases.New(t)
	refusal := errors.New("refused")
	for name, ask := range map[string]func(*task.Batch){
		"listing what there is not": func(b *task.Batch) {
			one(b, "listing what there is not", func(int) {}, `SELECT n FROM nothing`)
		},
		"counting": func(b *task.Batch) {
			b.Queue("counting", func(pgx.Rows) error { return refusal }, `SELECT 1`)
		},
	} {
		var b task.Batch
		one(&b, "another", func(int) {}, `SELECT 1 AS n`)
		ask(&b)
		if err := b.Run(t.Context(), db.Pool); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What could not even be asked is told before anybody is asked.
func TestWhatCannotBeAskedFails(t *testing.T) {
	t.Parallel()
	db, refusal := &trips{}, errors.New("too long")
	var b task.Batch
	b.Fail(refusal)
	one(&b, "another", func(int) {}, `SELECT 1 AS n`)
	if err := b.Run(t.Context(), db); !errors.Is(err, refusal) || db.n.Load() != 0 {
		t.Errorf("%v after %d round trips", err, db.n.Load())
	}
}

func TestTasksStandByTheirDeadlines(t *testing.T) {
	t.Parallel()
	day := calendar.NewDate(2026, 11, 24)
	var b task.Batch
	b.Add(task.Task{What: "first of no day"}, task.Task{What: "late", DueOn: day.AddDays(-1)}, task.Task{What: "second of no day"},
		task.Task{What: "tomorrow", DueOn: day.AddDays(1)})
	var order []string
	for _, task := range b.Tasks() {
		order = append(order, task.What)
	}
	if want := []string{"late", "tomorrow", "first of no day", "second of no day"}; !slices.Equal(order, want) {
		t.Errorf("the order is %q", order)
	}
	for task, late := range map[task.Task]bool{{DueOn: day.AddDays(-1)}: true, {DueOn: day}: false, {}: false} {
		if task.Late(day) != late {
			t.Errorf("%v is late: %t", task.DueOn, task.Late(day))
		}
	}
}

// Who panics over their rows fails like others, and leaves the connection to those
// who come after.
func TestAPanicIsAFailureAndKeepsNoConnection(t *testing.T) {
	t.Parallel()
	pool := databases.New(t).Pool
	var b task.Batch
	b.Queue("listing drafts", func(pgx.Rows) error { panic("nothing of that kind") }, `SELECT 1`)
	err := b.Run(t.Context(), pool)
	if err == nil || !strings.Contains(err.Error(), "listing drafts: panic: nothing of that kind") {
		t.Errorf("got %v", err)
	}
	if used := pool.Stat().AcquiredConns(); used != 0 {
		t.Errorf("%d connections are still in use", used)
	}
}
