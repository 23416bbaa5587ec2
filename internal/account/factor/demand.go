package factor

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/postgres"
)

// DefaultDemanded are the roles whose holders must have a second factor where
// the town has not decided otherwise.
func DefaultDemanded() []authz.Role {
	return []authz.Role{authz.CISO, authz.GeneralSecurityOfficer, authz.Administrator}
}

// Demands tells whether somebody must have a second factor: they hold a role
// that demands one today, in whatever capacity.
func (s *Service) Demands(actor authz.Actor) bool {
	return slices.ContainsFunc(s.Demanded, actor.Has)
}

// demandedOf tells whether a person must have a second factor today: by a role
// of theirs, or by one that they stand in for while it is vacant.
func (s *Service) demandedOf(ctx context.Context, db postgres.Querier, person int64, today calendar.Date) (bool, error) {
	rows, err := db.Query(ctx, `
		SELECT role, bool_or(person_id = $1) FROM holding WHERE period @> $2::date AND rule_period @> $2::date GROUP BY role`, person, today)
	if err != nil {
		return false, fmt.Errorf("looking up who holds what: %w", err)
	}
	theirs := map[authz.Role]bool{}
	var (
		role authz.Role
		mine bool
	)
	if _, err := pgx.ForEachRow(rows, []any{&role, &mine}, func() error { theirs[role] = mine; return nil }); err != nil {
		return false, fmt.Errorf("looking up who holds what: %w", err)
	}
	vacant := func(role authz.Role) bool {
		_, held := theirs[role]
		return !held
	}
	return slices.ContainsFunc(s.Demanded, func(role authz.Role) bool {
		if vacant(role) {
			role, _ = role.Above(vacant)
		}
		return theirs[role]
	}), nil
}
