package filebook

import (
	"context"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Kept is what becomes of the entries of two assets of which one is merged into the other.
type Kept struct {
	Moves bool // that of the one that ends becomes that of the one that stays
	Drops bool // both have one: that of the one that ends leaves the town's book
}

// KeptOf tells what would become of them, for who may see both.
func KeptOf(ctx context.Context, db postgres.Querier, actor authz.Actor, gone, kept asset.Asset) (Kept, error) {
	for _, a := range []asset.Asset{gone, kept} {
		if err := a.AskSee(actor); err != nil {
			return Kept{}, err
		}
	}
	list, err := entriesOf(ctx, db, gone, kept)
	return keptOf(list, gone, kept), err
}

func keptOf(list map[int64]written, gone, kept asset.Asset) Kept {
	_, ends := list[gone.ID]
	_, stays := list[kept.ID]
	return Kept{Moves: ends && !stays, Drops: ends && stays}
}

func entriesOf(ctx context.Context, db postgres.Querier, assets ...asset.Asset) (map[int64]written, error) {
	var ids []int64
	for _, a := range assets {
		ids = append(ids, a.ID)
	}
	rows, err := postgres.List[written](ctx, db, "finding files of personal data", selectEntry+` WHERE asset_id = ANY(@assets)`, pgx.StrictNamedArgs{"assets": ids})
	if err != nil {
		return nil, err
	}
	list := map[int64]written{}
	for _, w := range rows {
		list[w.AssetID] = w
	}
	return list, nil
}

// Move lets the entry of an asset that is merged into another stand in the book for that
// one, in a change that has locked both and allowed it: what the law has a town publish
// stays published. Nothing moves where the other has one.
func Move(ctx context.Context, tx *door.Tx, actor authz.Actor, gone, kept asset.Asset) ([]door.Effect, error) {
	list, err := entriesOf(ctx, tx, gone, kept)
	if err != nil || !keptOf(list, gone, kept).Moves {
		return nil, err
	}
	e := list[gone.ID].Entry
	keys, _, after := changed(Entry{}, e)
	return []door.Effect{{Subject: trail.Subject{Kind: "asset_file", ID: kept.ID}, Fields: keys}}, save(ctx, tx, actor, kept.ID, 1, e, map[string]string{}, after)
}
