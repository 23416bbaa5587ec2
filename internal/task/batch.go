package task

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Sender is what a batch is sent to: a pool, a connection or a transaction.
type Sender interface {
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// Batch gathers statements, and the tasks that their rows make. The zero value
// is empty. A statement that is not worth a query is not queued: what is known
// already is added at once.
type Batch struct {
	queued []statement
	tasks  []Task
	failed error
}

type statement struct {
	doing string
	sql   string
	args  []any
	read  func(pgx.Rows) error
}

// Queue adds a statement that reads, with its arguments as pgx takes them. Once
// its rows have come, read takes them; what read queues goes to the database in
// the next round trip, together with what others queue then. doing says for the
// log what failed: listing drafts.
func (b *Batch) Queue(doing string, read func(pgx.Rows) error, sql string, args ...any) {
	b.queued = append(b.queued, statement{doing, sql, args, read})
}

// Fail says that something could not even be asked; Run then asks nothing and
// returns the first such failure.
func (b *Batch) Fail(err error) {
	if b.failed == nil {
		b.failed = err
	}
}

// Add adds something to do.
func (b *Batch) Add(tasks ...Task) { b.tasks = append(b.tasks, tasks...) }

// Run sends what is queued, in one round trip, and again as long as reading the
// rows has queued more.
func (b *Batch) Run(ctx context.Context, db Sender) error {
	for b.failed == nil && len(b.queued) > 0 {
		round := b.queued
		b.queued = nil
		var (
			statements pgx.Batch
			doing      []string
		)
		for _, s := range round {
			doing = append(doing, s.doing)
			statements.Queue(s.sql, s.args...).Query(s.take)
		}
		if err := db.SendBatch(ctx, &statements).Close(); err != nil {
			return fmt.Errorf("asking in one batch (%s): %w", strings.Join(doing, ", "), err)
		}
	}
	return b.failed
}

// take reads the statement's rows. A panic is a failure like others: it would
// leave through the pool's Close, and take the connection with it for good.
func (s statement) take(rows pgx.Rows) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%s: panic: %v\n%s", s.doing, v, debug.Stack())
		}
	}()
	if err := s.read(rows); err != nil {
		return fmt.Errorf("%s: %w", s.doing, err)
	}
	return nil
}

// Rows queues a statement whose rows are read one by one, and hands them on
// together: task.Rows(b, "listing drafts", pgx.RowToStructByName[draft], take, sql).
func Rows[T any](b *Batch, doing string, scan pgx.RowToFunc[T], take func([]T), sql string, args ...any) {
	b.Queue(doing, func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, scan)
		if err != nil {
			return err
		}
		take(list)
		return nil
	}, sql, args...)
}
