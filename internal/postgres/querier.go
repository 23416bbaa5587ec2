package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Querier is the part of a pool or a transaction that reads.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}
