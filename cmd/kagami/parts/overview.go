package parts

import (
	"context"

	"kagami/internal/address"
	"kagami/internal/asset/disposal"
	"kagami/internal/asset/life"
	"kagami/internal/asset/loan"
	"kagami/internal/asset/missing"
	"kagami/internal/authz"
	weboverview "kagami/web/asset/overview"
)

// lent is how the overview of the register shows what is out, and what is not back in time.
func lent(loans *loan.Service) weboverview.Beside {
	return func(ctx context.Context, actor authz.Actor, section string) ([]weboverview.Tile, error) {
		return tiles([]choice{{"out", "持出し・貸出し中"}, {"overdue", "返却の期限を過ぎている"}}, address.Loans, section, func(kind string) (int, error) {
			return loans.Count(ctx, actor, loan.Search{Kind: kind, Section: section})
		})
	}
}

// disposedOf is how it shows what waits to be disposed of, and to be confirmed.
func disposedOf(disposals *disposal.Service) weboverview.Beside {
	return func(ctx context.Context, actor authz.Actor, section string) ([]weboverview.Tile, error) {
		return tiles([]choice{{"waiting", "廃棄待ち"}, {"done", "廃棄の確認待ち"}}, address.Disposals, section, func(kind string) (int, error) {
			return disposals.Count(ctx, actor, disposal.Search{Kind: kind, Section: section})
		})
	}
}

// notThere is how it shows what can't be found.
func notThere(lost *missing.Service) weboverview.Beside {
	return func(ctx context.Context, actor authz.Actor, section string) ([]weboverview.Tile, error) {
		return tiles([]choice{{string(life.Missing), life.Missing.Title()}}, address.Assets, section, func(string) (int, error) {
			return lost.Count(ctx, actor, section)
		})
	}
}

// choice is a choice of a list by its state, and the words of how many that are.
type choice struct{ state, words string }

// tiles are the numbers of some choices of the list at an address, each as that list counts.
func tiles(choices []choice, list, section string, count func(state string) (int, error)) ([]weboverview.Tile, error) {
	var found []weboverview.Tile
	for _, c := range choices {
		n, err := count(c.state)
		if err != nil {
			return nil, err
		}
		u := list
		if section != "" {
			u = address.With(u, "section", section)
		}
		found = append(found, weboverview.Tile{URL: address.With(u, "state", c.state), Count: n, Words: c.words})
	}
	return found, nil
}
