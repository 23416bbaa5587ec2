// Package find is the cases of violations as a list, in numbers, and as what waits for somebody,
// each as far as an actor reads them.
package find

import (
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/state"
)

// Service finds cases in a database.
type Service struct {
	pool    *pgxpool.Pool
	now     func() time.Time
	waiting state.Cache[waitingKey, []Waiting]
}

// New makes the service.
func New(pool *pgxpool.Pool, now func() time.Time) *Service {
	return &Service{pool: pool, now: now, waiting: state.NewCache[waitingKey, []Waiting](cachedWaiting)}
}
