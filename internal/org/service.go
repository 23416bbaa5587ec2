package org

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/postgres"
	"kagami/internal/state"
)

// Service is the organization as it stands in a database.
type Service struct {
	pool *pgxpool.Pool
	door *door.Door
	// the caches: of actors, and of gaps
	actors state.Cache[actorKey, authz.Actor]
	gaps   state.Cache[gapsKey, Gaps]
}

// New makes the organization's service.
func New(pool *pgxpool.Pool, d *door.Door) *Service {
	return &Service{
		pool: pool, door: d, actors: state.NewCache[actorKey, authz.Actor](cachedActors), gaps: state.NewCache[gapsKey, Gaps](cachedGaps),
	}
}

// EmptyForPortal tells whether nobody has been registered yet.
func (s *Service) EmptyForPortal(ctx context.Context) (bool, error) {
	type row struct{ Empty bool }
	found, err := postgres.One[row](ctx, s.pool, "looking for people", `SELECT NOT EXISTS (SELECT FROM person) AS empty`)
	return found.Empty, err
}

// maySee lets through who may see the organization.
func maySee(actor authz.Actor) error {
	if actor.Reach(authz.SeeOrganization) == authz.All {
		return nil
	}
	_, err := authz.Check(actor, authz.SeeOrganization, authz.Matter{})
	return err
}

// Lock lets changes of the organization follow one another: of who holds what, and
// of how long 課室 last. Two that are harmless alone can't meet, and none waits for
// another's rows in a circle.
const Lock door.Lock = "organization"

// change is door.Do for a change of the organization.
func (s *Service) change(ctx context.Context, actor authz.Actor, fn func(*door.Tx, authz.Actor) (door.Effect, error)) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Take(ctx, Lock); err != nil {
			return door.Unchanged(), err
		}
		return fn(tx, actor)
	})
}

// theOne is the row that list has found where there can be one; none tells what
// there is to say where it is not there.
func theOne[T any](found []T, err, none error) (T, error) {
	if err == nil && len(found) == 0 {
		err = none
	}
	if err != nil {
		var zero T
		return zero, err
	}
	return found[0], nil
}
