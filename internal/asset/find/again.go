package find

import (
	"context"

	"kagami/internal/asset"
	"kagami/internal/asset/again"
	"kagami/internal/authz"
)

// Again are the levels and zones by which an asset has to be looked at again today; nil for
// one that has ended. NotFound where the actor may not see it.
func (s *Service) Again(ctx context.Context, actor authz.Actor, a asset.Asset) ([]again.Turned, error) {
	if err := a.AskSee(actor); err != nil {
		return nil, err
	}
	if a.State.Ended() {
		return nil, nil
	}
	day := s.register.Today()
	turned, err := cached(s.turned, actor, day, func() ([]again.Turned, error) { return again.TurnedIn(ctx, s.pool, day) })
	return again.Of(a.Details, turned), err
}
