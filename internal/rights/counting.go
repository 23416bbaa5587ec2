package rights

import (
	"context"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
)

// Counting are the rights that List finds, as far as they are asked for or permitted and not
// over, one after another: by their systems and people.
func (s *Service) Counting(ctx context.Context, actor authz.Actor, q Search) iter.Seq2[Right, error] {
	return func(yield func(Right, error) bool) {
		where, args, err := s.where(ctx, actor, q)
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
