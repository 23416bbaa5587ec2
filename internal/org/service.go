package org

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/state"
)

// Service is the organization as it stands in a database.
type Service struct {
	pool *pgxpool.Pool
	door *door.Door
	// the caches: of actors, and of gaps
	actors state.Kept[actorKey, authz.Actor]
	gaps   state.Kept[gapsKey, Gaps]
}

// New makes the organization's service.
func New(pool *pgxpool.Pool, d *door.Door) *Service {
	return &Service{
		pool: pool, door: d, actors: state.NewKept[actorKey, authz.Actor](cachedActors), gaps: state.NewKept[gapsKey, Gaps](cachedGaps),
	}
}

// Empty tells whether nobody has been registered yet.
func (s *Service) Empty(ctx context.Context) (bool, error) {
	var empty bool
	err := s.pool.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM person)`).Scan(&empty)
	if err != nil {
		return false, fmt.Errorf("looking for people: %w", err)
	}
	return empty, nil
}

// maySee lets through who may see the organization.
func maySee(actor authz.Actor) error {
	if actor.Reach(authz.SeeOrganization) == authz.All {
		return nil
	}
	_, err := authz.Check(actor, authz.SeeOrganization, authz.Matter{})
	return err
}
