package task

import (
	"context"
	"errors"
	"fmt"
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
}

type statement struct {
	doing string
	sql   string
	args  pgx.StrictNamedArgs
	read  func(pgx.Rows) error
}

// Queue adds a statement that reads. Once its rows have come, read takes them;
// what read queues goes to the database in the next round trip, together with
// what others queue then. doing says for the log what failed: listing drafts.
func (b *Batch) Queue(doing, sql string, args pgx.StrictNamedArgs, read func(pgx.Rows) error) {
	b.queued = append(b.queued, statement{doing, sql, args, read})
}

// Add adds something to do.
func (b *Batch) Add(tasks ...Task) { b.tasks = append(b.tasks, tasks...) }

// Run sends what is queued, in one round trip, and again as long as reading the
// rows has queued more.
func (b *Batch) Run(ctx context.Context, db Sender) error {
	for len(b.queued) > 0 {
		round := b.queued
		b.queued = nil
		var (
			statements pgx.Batch
			doing      []string
		)
		for _, s := range round {
			doing = append(doing, s.doing)
			statements.Queue(s.sql, s.args).Query(func(rows pgx.Rows) error {
				if err := s.read(rows); err != nil {
					return fmt.Errorf("%s: %w", s.doing, err)
				}
				return nil
			})
		}
		if err := db.SendBatch(ctx, &statements).Close(); err != nil {
			return fmt.Errorf("asking in one batch (%s): %w", strings.Join(doing, ", "), err)
		}
	}
	return nil
}

// Rows queues a statement whose rows are read by the names of their columns, and
// hands them on together.
func Rows[T any](b *Batch, doing, sql string, args pgx.StrictNamedArgs, take func([]T) error) {
	b.Queue(doing, sql, args, func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[T])
		if err != nil {
			return err
		}
		return take(list)
	})
}

// One queues a statement that gives one row, or none: then take is not called.
func One[T any](b *Batch, doing, sql string, args pgx.StrictNamedArgs, take func(T) error) {
	b.Queue(doing, sql, args, func(rows pgx.Rows) error {
		one, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[T])
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		return take(one)
	})
}
