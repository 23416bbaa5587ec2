package parts

import (
	"context"

	"kagami/internal/address"
	"kagami/internal/asset/loan"
	"kagami/internal/authz"
	weboverview "kagami/web/asset/overview"
)

// lent is how the overview of the register shows what is out, and what is not back in time.
func lent(loans *loan.Service) weboverview.Beside {
	return func(ctx context.Context, actor authz.Actor, section string) (tiles []weboverview.Tile, err error) {
		for _, t := range []struct{ kind, words string }{{"out", "持出し・貸出し中"}, {"overdue", "返却の期限を過ぎている"}} {
			count, err := loans.Count(ctx, actor, loan.Search{Kind: t.kind, Section: section})
			if err != nil {
				return nil, err
			}
			u := address.With(address.Loans, "state", t.kind)
			if section != "" {
				u = address.With(u, "section", section)
			}
			tiles = append(tiles, weboverview.Tile{URL: u, Count: count, Words: t.words})
		}
		return tiles, nil
	}
}
