package draft

import (
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/door"
)

// Service is the drafts in a database.
type Service struct {
	pool *pgxpool.Pool
	door *door.Door
	now  func() time.Time
}

// New makes the service of drafts.
func New(pool *pgxpool.Pool, d *door.Door, now func() time.Time) *Service {
	return &Service{pool: pool, door: d, now: now}
}
