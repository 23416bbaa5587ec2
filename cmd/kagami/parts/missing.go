package parts

import (
	"context"

	"kagami/internal/asset/loan"
	"kagami/internal/asset/missing"
	"kagami/internal/asset/stocktaking"
	"kagami/internal/authz"
	"kagami/internal/door"
)

// lostOnLoan is how what is lost on a loan is reported as missing.
func lostOnLoan(lost *missing.Service) func(context.Context, *door.Tx, authz.Actor, loan.Loss) ([]door.Effect, error) {
	return func(ctx context.Context, tx *door.Tx, actor authz.Actor, l loan.Loss) ([]door.Effect, error) {
		return lost.Report(ctx, tx, actor, missing.Seen{
			AssetID: l.AssetID, Kind: missing.Lost, From: l.From, LastSeen: l.LastSeen, NoticedAt: l.NoticedAt, NoticedBy: l.NoticedBy, Words: l.Words,
		})
	}
}

// notFound is how what is not found in a 棚卸し is reported as missing.
func notFound(lost *missing.Service) func(context.Context, *door.Tx, authz.Actor, stocktaking.Lost) ([]door.Effect, error) {
	return func(ctx context.Context, tx *door.Tx, actor authz.Actor, l stocktaking.Lost) ([]door.Effect, error) {
		return lost.Report(ctx, tx, actor, missing.Seen{
			AssetID: l.AssetID, Kind: missing.Missing, From: l.From, LastSeen: l.LastSeen, NoticedAt: l.NoticedAt, NoticedBy: l.NoticedBy, Words: l.Words,
		})
	}
}
