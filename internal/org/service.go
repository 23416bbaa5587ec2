package org

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
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

// querier is the part of a pool or a transaction that reads.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// list reads the rows of a query by the names of their columns.
func list[T any](ctx context.Context, db querier, doing, sql string, args ...any) ([]T, error) {
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[T])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	return found, nil
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
