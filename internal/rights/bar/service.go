package bar

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/postgres"
	"kagami/internal/rights"
)

// Ties are what bars start with accounts. What is nil is not started, where nobody signs in.
type Ties struct {
	// Out ends all that somebody is signed in with, in the change in which they are kept out of
	// the portal.
	Out func(ctx context.Context, tx *door.Tx, person int64) error
	// KeepOut keeps somebody out whose right to the portal was revoked for good, when what has
	// kept them out until then ends. It returns what the trail is to say of that.
	KeepOut func(ctx context.Context, tx *door.Tx, person int64) (door.Effect, error)
	// Owned tells whether a case bars so: then it ends in the case alone.
	Owned func(ctx context.Context, db postgres.Querier, bar int64) (bool, error)
	// Cut makes a cut for somebody's conduct part of their case that is open, where there is one. told
	// says that whoever has to know is told by the case.
	Cut func(ctx context.Context, tx *door.Tx, actor authz.Actor, bar, person int64, o Order) (also []door.Effect, told bool, err error)
	// Told lets the case know that a cut of which somebody was not told at first is told to them now.
	Told func(ctx context.Context, tx *door.Tx, bar, person int64) error
	// Ended lets the case go on that has barred so, once its last day is over. told says that
	// whoever has to know is told by the case.
	Ended func(ctx context.Context, tx *door.Tx, bar int64) (also []door.Effect, told bool, err error)
}

// Service is what bars rights in a database.
type Service struct {
	pool   *pgxpool.Pool
	door   *door.Door
	rights *rights.Service
	ties   Ties
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door, of *rights.Service, ties Ties) *Service {
	return &Service{pool: pool, door: d, rights: of, ties: ties}
}

// At is the service at an instant: the sample town is filled with what began before.
func (s *Service) At(now time.Time) *Service {
	return New(s.pool, door.New(s.pool, func() time.Time { return now }), s.rights.At(now), s.ties)
}

// Step is what is said with a step of a bar.
type Step struct {
	Version int // that the actor has seen
	Note    string
	Matter  *authz.Matter // as that of an Order
}

const (
	maxNote   = 2000
	overtaken = "開いている間に、ほかの人がこの停止を進めました。いまの内容を確かめて、もう一度行ってください。"
)
