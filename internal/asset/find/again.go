package find

import (
	"context"

	"kagami/internal/asset"
	"kagami/internal/asset/again"
	"kagami/internal/authz"
	"kagami/internal/fault"
)

// Again are the levels and zones by which an asset has to be looked at again today; nil for
// one that has ended. NotFound where the actor may not see it.
func (s *Service) Again(ctx context.Context, actor authz.Actor, a asset.Asset) ([]again.Turned, error) {
	if _, may := actor.May(authz.ReadAssets, authz.Matter{OwnersSection: a.Section}); !may {
		return nil, fault.New(fault.NotFound, "この管理番号の情報資産は、見つかりません。")
	}
	if a.State.Ended() {
		return nil, nil
	}
	turned, err := again.TurnedIn(ctx, s.pool, s.register.Today())
	return again.Of(a.Details, turned), err
}
