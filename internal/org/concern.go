package org

import (
	"context"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/postgres"
)

// alone returns the roles that a person holds on a day and nobody else does.
func alone(ctx context.Context, db postgres.Querier, person int64, day calendar.Date) ([]authz.Holding, error) {
	return postgres.List[authz.Holding](ctx, db, "looking for roles of one person", `
		SELECT DISTINCT h.role, '' AS post, coalesce(h.section_id, 0) AS section, '' AS section_name, '' AS capacity
		FROM holding h
		WHERE h.person_id = @person AND h.period @> @day::date AND h.rule_period @> @day::date AND (h.role = ANY(@of_town) OR h.role = ANY(@of_section))
		  AND NOT EXISTS (SELECT FROM holding o
		                  WHERE o.role = h.role AND o.person_id <> @person AND o.period @> @day::date AND o.rule_period @> @day::date
		                    AND (h.role = ANY(@of_town) OR o.section_id = h.section_id))`,
		pgx.StrictNamedArgs{"person": person, "day": day, "of_town": authz.Covered(false), "of_section": authz.Covered(true)})
}

// Concerning is the matter of deciding about a person on a day: they never
// decide themselves, and where they alone hold the role that would, the role
// above it does.
func Concerning(ctx context.Context, db postgres.Querier, person int64, day calendar.Date) (authz.Matter, error) {
	roles, err := alone(ctx, db, person, day)
	if err != nil {
		return authz.Matter{}, err
	}
	return authz.Matter{Person: person, Decision: true, Alone: roles}, nil
}

// allowDecision allows a change of what a person is or holds, which they never
// make themselves.
func allowDecision(ctx context.Context, tx *door.Tx, person int64) error {
	matter, err := Concerning(ctx, tx, person, tx.Today())
	if err != nil {
		return err
	}
	return tx.Allow(authz.ChangeOrganization, matter)
}
