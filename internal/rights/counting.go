package rights

import (
	"context"
	"fmt"
	"iter"
	"maps"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
)

// Counting are the rights that List finds, as far as they are asked for or permitted and not
// over, one after another: by their systems and people.
func (s *Service) Counting(ctx context.Context, actor authz.Actor, q Search) iter.Seq2[Right, error] {
	return func(yield func(Right, error) bool) {
		where, args, err := s.counting(ctx, actor, q)
		if err != nil {
			yield(Right{}, err)
			return
		}
		rows, err := s.pool.Query(ctx, selectRight+` WHERE `+where+` AND r.state IN ('asked', 'permitted') AND (`+over+`) IS NOT TRUE ORDER BY y.code, p.staff_number, r.id`, args)
		if err != nil {
			yield(Right{}, fmt.Errorf("listing the whole ledger: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			r, err := pgx.RowToStructByName[Right](rows)
			r.Standing = r.Standing.Shown(r.barsShown(actor))
			if !yield(r, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(Right{}, fmt.Errorf("listing the whole ledger: %w", err))
		}
	}
}

// counting is what a right r must be like, and its arguments: all of them are read, so that no
// page's order helps to find them.
func (s *Service) counting(ctx context.Context, actor authz.Actor, q Search) (string, pgx.StrictNamedArgs, error) {
	condition, args := seen(actor)
	maps.Copy(args, Instant(s.door.Now()))
	if q.Person != "" {
		condition += ` AND r.person_id = (SELECT id FROM person_shown WHERE lower(staff_number) = lower(@person))`
		args["person"] = q.Person
	}
	if q.System != "" {
		condition += ` AND r.asset_id = (SELECT id FROM system_shown WHERE code = @system)`
		args["system"] = q.System
	}
	if q.Section != "" {
		id, people, err := s.sectionPeople(ctx, q.Section)
		if err != nil {
			return "", nil, err
		}
		condition += ` AND (r.section_id = @section OR r.person_id = ANY(@people))`
		args["section"], args["people"] = id, people
	}
	return condition, args, nil
}
