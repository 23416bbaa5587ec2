package find

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

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
		err = pgx.BeginTxFunc(ctx, s.pool, reading, func(tx pgx.Tx) error {
			l := lookup{tx: tx, today: s.register.Today(), order: q.order(scheme)}
			if found, err := l.ask(ctx, actor, q); err != nil || !found {
				return err
			}
			args := l.with(pgx.StrictNamedArgs{"most": most})
			if strings.Contains(l.whole(), "@zones") {
				args["zones"] = l.zones
			}
			_, by := l.direction()
			rows, err := tx.Query(ctx, fmt.Sprintf(`%s WHERE %s ORDER BY %s %s, a.code_order %s LIMIT @most`, asset.Select, l.where, l.whole(), by, by), args)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				a, err := pgx.RowToStructByName[asset.Asset](rows)
				if err != nil {
					return err
				}
				if !yield(a, nil) {
					return errEnough
				}
			}
			return rows.Err()
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(asset.Asset{}, fmt.Errorf("reading the register: %w", err))
		}
	}
}

// errEnough is that nobody wants more.
var errEnough = errors.New("enough")

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
