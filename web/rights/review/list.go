package review

import (
	"net/http"

	"kagami/internal/authz"
	"kagami/web/screen"
)

func (s *Screens) showList(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, after := r.Context(), screen.Actor(r.Context()), r.URL.Query().Get("after")
	list, next, err := s.reviews.List(ctx, actor, after)
	if err != nil {
		return err
	}
	return screen.Show(w, r, listPage(listView{
		Frame: screen.Frame(r, "利用権限の確認", top), List: list, Next: next, Later: after != "",
		MayOpen: actor.Reach(authz.OpenRightReviews) == authz.All, MayChange: len(actor.Sections(authz.PermitRights)) > 0, Today: screen.Today(ctx),
	}))
}
