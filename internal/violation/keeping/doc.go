// Package keeping is how long cases of violations are kept: those whose time is over are listed
// for who leads them, who decides whether they go or stay longer, and never while they are held
// (審査請求, 訴訟, 開示請求, 監査). Of what goes only a number for the totals stays.
package keeping

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/door"
)

// Service keeps cases in a database.
type Service struct {
	pool *pgxpool.Pool
	door *door.Door
	ties Ties
}

// Ties are what the disposal of a case ends elsewhere.
type Ties struct {
	// Forget finds who has reported a case that is about to be disposed of; what it returns forgets them,
	// once the case is gone.
	Forget func(ctx context.Context, tx pgx.Tx, caseID int64) (func() error, error)
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door, ties Ties) *Service { return &Service{pool, d, ties} }
