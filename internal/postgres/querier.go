package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Querier is the part of a pool or a transaction that reads.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// List reads the rows of a query by the names of their columns; T is a struct.
// doing says for the log what failed: listing drafts.
func List[T any](ctx context.Context, db Querier, doing, sql string, args ...any) ([]T, error) {
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[T])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	return list, nil
}

// One reads the one row of a query as List does. The error is pgx.ErrNoRows for
// none, and pgx.ErrTooManyRows for more.
func One[T any](ctx context.Context, db Querier, doing, sql string, args ...any) (T, error) {
	var one T
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return one, fmt.Errorf("%s: %w", doing, err)
	}
	if one, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[T]); err != nil {
		return one, fmt.Errorf("%s: %w", doing, err)
	}
	return one, nil
}
