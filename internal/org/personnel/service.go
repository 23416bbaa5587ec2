package personnel

import (
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/door"
)

// Service takes personnel files in.
type Service struct {
	pool *pgxpool.Pool
	door *door.Door
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door) *Service { return &Service{pool: pool, door: d} }
