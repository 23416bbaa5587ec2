package find

import (
	"context"

	"kagami/internal/asset"
	"kagami/internal/asset/classify"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/state"
)

// Questions are what assets are classified by on a day, in the order in which they are
// asked. Forbidden for who reads no register.
func (s *Service) Questions(ctx context.Context, actor authz.Actor, scheme asset.Scheme, day calendar.Date) ([]classify.Question, error) {
	if actor.Reach(authz.ReadAssets) == authz.None {
		return nil, fault.New(fault.Forbidden, "情報資産台帳は、あなたの役割では見られません。")
	}
	return cached(s.questions, actor, day, func() ([]classify.Question, error) {
		values, err := edition.LoadForPortal(ctx, s.pool, day)
		if err != nil {
			return nil, err
		}
		return classify.QuestionsOn(values, day, scheme), nil
	})
}

// editionsKey names what is made of the editions of a day.
type editionsKey struct {
	day      calendar.Date
	editions int64
}

// cachedEditions is more than the days and editions of one moment.
const cachedEditions = 4

// cached is what is made of the editions of a day, made anew where these have changed. It is
// shared: nobody changes it.
func cached[T any](cache state.Cache[editionsKey, T], actor authz.Actor, day calendar.Date, draw func() (T, error)) (T, error) {
	number, counted := actor.State.Of(edition.ChangeCounter)
	if !counted {
		return draw()
	}
	return cache.Get(editionsKey{day, number}, draw)
}
