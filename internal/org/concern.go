package org

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
)

// querier is the part of a pool or a transaction that reads.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// alone returns the roles that a person holds on a day and nobody else does.
func alone(ctx context.Context, db querier, person int64, day calendar.Date) ([]authz.Holding, error) {
	rows, err := db.Query(ctx, `
		SELECT DISTINCT h.role, coalesce(h.section_id, 0) AS section
		FROM holding h
		WHERE h.person_id = @person AND h.period @> @day::date AND h.rule_period @> @day::date AND (h.role = ANY(@of_town) OR h.role = ANY(@of_section))
		  AND NOT EXISTS (SELECT FROM holding o
		                  WHERE o.role = h.role AND o.person_id <> @person AND o.period @> @day::date AND o.rule_period @> @day::date
		                    AND (h.role = ANY(@of_town) OR o.section_id = h.section_id))`,
		pgx.StrictNamedArgs{"person": person, "day": day, "of_town": authz.Covered(false), "of_section": authz.Covered(true)})
	if err != nil {
		return nil, fmt.Errorf("looking for roles of one person: %w", err)
	}
	holdings, err := pgx.CollectRows(rows, pgx.RowToStructByNameLax[authz.Holding])
	if err != nil {
		return nil, fmt.Errorf("looking for roles of one person: %w", err)
	}
	return holdings, nil
}

// Concerning is the matter of deciding about a person on a day: they never
// decide themselves, and where they alone hold the role that would, the role
// above it does.
func Concerning(ctx context.Context, db querier, person int64, day calendar.Date) (authz.Matter, error) {
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
