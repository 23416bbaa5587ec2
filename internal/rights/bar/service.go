package bar

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/door"
	"kagami/internal/rights"
)

// Out ends all that somebody is signed in to the portal with, in the change that keeps them
// out of it.
type Out func(ctx context.Context, tx *door.Tx, person int64) error

// Service is what bars rights in a database.
type Service struct {
	pool   *pgxpool.Pool
	door   *door.Door
	rights *rights.Service
	out    Out
}

// New makes the service; out is nil where nobody signs in.
func New(pool *pgxpool.Pool, d *door.Door, of *rights.Service, out Out) *Service {
	return &Service{pool: pool, door: d, rights: of, out: out}
}

// At is the service at an instant: the sample town is filled with what began before.
func (s *Service) At(now time.Time) *Service {
	return New(s.pool, door.New(s.pool, func() time.Time { return now }), s.rights.At(now), s.out)
}

// Step is what is said with a step of a bar.
type Step struct {
	Version int // that the actor has seen
	Note    string
}

const (
	maxNote   = 2000
	overtaken = "開いている間に、ほかの人がこの停止を進めました。いまの内容を確かめて、もう一度行ってください。"
)
