// Package responsible finds who answers for a role on a day, by 図 1.1, and says in SQL of whom
// somebody stands above.
package responsible

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/postgres"
)

// Of returns who acts in a role of a section on a day, by the section's
// id (0 for posts that belong to none): its holders, or where there are none
// those of the role above it (図 1.1). Those in except do not count as holders:
// it is their own matter, or they may not know of it.
func Of(ctx context.Context, db postgres.Querier, role authz.Role, sections []int64, except []int64, day calendar.Date) (map[int64][]int64, error) {
	rows, err := db.Query(ctx, `
		SELECT DISTINCT role, CASE WHEN role = ANY(@of_section) THEN coalesce(section_id, 0) ELSE 0 END AS section, person_id
		FROM holding
		WHERE period @> @day::date AND rule_period @> @day::date AND NOT person_id = ANY(@except::bigint[])
		  AND (NOT role = ANY(@of_section) OR coalesce(section_id, 0) = ANY(@sections::bigint[]))
		ORDER BY role, section, person_id`,
		pgx.StrictNamedArgs{
			"day": day, "sections": sections, "of_section": authz.Covered(true), "except": append([]int64{}, except...), // nil would be NULL
		})
	if err != nil {
		return nil, fmt.Errorf("looking up who is responsible: %w", err)
	}
	type place struct {
		role    authz.Role
		section int64
	}
	holders := map[place][]int64{}
	var (
		at     place
		person int64
	)
	_, err = pgx.ForEachRow(rows, []any{&at.role, &at.section, &person}, func() error {
		holders[at] = append(holders[at], person)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("looking up who is responsible: %w", err)
	}
	in := func(role authz.Role, section int64) []int64 {
		if !role.OfSection() {
			section = 0
		}
		return holders[place{role, section}]
	}
	answer := map[int64][]int64{}
	for _, section := range sections {
		found := in(role, section)
		if len(found) == 0 {
			if up, ok := role.Above(func(r authz.Role) bool { return len(in(r, section)) == 0 }); ok {
				found = in(up, section)
			}
		}
		answer[section] = slices.Clone(found)
	}
	return answer, nil
}
