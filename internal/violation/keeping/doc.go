// Package keeping is how long cases of violations are kept: those whose time is over are listed
// for who leads them, who decides whether they go or stay longer, and never while they are held
// (審査請求, 訴訟, 開示請求, 監査). Of what goes only a number for the totals stays.
package keeping

import (
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/door"
)

// Service keeps cases in a database.
type Service struct {
	pool *pgxpool.Pool
	door *door.Door
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door) *Service { return &Service{pool, d} }
