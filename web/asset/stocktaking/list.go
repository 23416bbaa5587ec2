package stocktaking

import (
	"net/http"

	"kagami/internal/authz"
	"kagami/web/component/register"
	"kagami/web/screen"
)

func (s *Screens) showList(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, after := r.Context(), screen.Actor(r.Context()), r.URL.Query().Get("after")
	list, next, err := s.stocktakings.List(ctx, actor, after)
	if err != nil {
		return err
	}
	return screen.Show(w, r, listPage(listView{
		Frame: screen.Frame(r, "棚卸し", register.Link), List: list, Next: next, Later: after != "",
		MayOpen: actor.Reach(authz.OpenStocktakings) == authz.All, Today: screen.Today(ctx),
	}))
}
