package find

import (
	"context"

	"kagami/internal/asset"
	"kagami/internal/asset/classify"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/fault"
)

// Questions are what assets are classified by on a day, in the order in which they are
// asked. Forbidden for who reads no register.
func (s *Service) Questions(ctx context.Context, actor authz.Actor, scheme asset.Scheme, day calendar.Date) ([]classify.Question, error) {
	if actor.Reach(authz.ReadAssets) == authz.None {
		return nil, fault.New(fault.Forbidden, "情報資産台帳は、あなたの役割では見られません。")
	}
	values, err := edition.LoadForPortal(ctx, s.pool, day)
	if err != nil {
		return nil, err
	}
	return classify.QuestionsOn(values, day, scheme), nil
}
