package find

import (
	"context"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset"
	"kagami/internal/authz"
)

// All are the assets that List finds on all its pages, in its order and whole, up to so
// many. One statement asks for them, so that they are those of one moment, and hands them
// on one by one. Forbidden for who reads no register, Invalid for too many words.
func (s *Service) All(ctx context.Context, actor authz.Actor, q Search, most int) iter.Seq2[asset.Asset, error] {
	return func(yield func(asset.Asset, error) bool) {
		scheme, err := s.register.Scheme(ctx, actor)
		if err == nil {
			err = q.check()
		}
		if err != nil {
			yield(asset.Asset{}, err)
			return
		}
		where, args := q.where(actor)
		sort := q.Sorted()
		args["most"] = most
		if sort == ByZone {
			args["zones"] = zoneKeys(scheme)
		}
		rows, err := s.pool.Query(ctx, asset.Select+` WHERE `+where+` ORDER BY `+keys[sort]+`, a.code_order LIMIT @most`, args)
		if err != nil {
			yield(asset.Asset{}, fmt.Errorf("reading the register: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			a, err := pgx.RowToStructByName[asset.Asset](rows)
			if err != nil {
				yield(asset.Asset{}, fmt.Errorf("reading the register: %w", err))
				return
			}
			if !yield(a, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(asset.Asset{}, fmt.Errorf("reading the register: %w", err))
		}
	}
}

// First are the first of All, and whether there are more.
func (s *Service) First(ctx context.Context, actor authz.Actor, q Search, most int) (list []asset.Asset, more bool, err error) {
	for a, err := range s.All(ctx, actor, q, most+1) {
		if err != nil {
			return nil, false, err
		}
		if len(list) == most {
			return list, true, nil
		}
		list = append(list, a)
	}
	return list, false, nil
}
