// Package views is the screens of what people have saved to ask the list of the register
// again: they are saved on the list, and renamed and removed here.
package views

import (
	"net/http"
	"net/url"
	"strconv"

	"kagami/internal/address"
	"kagami/internal/asset/find"
	"kagami/internal/asset/view"
	"kagami/internal/authz"
	"kagami/internal/state"
	"kagami/internal/trail"
	"kagami/web/component/register"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are those screens.
type Screens struct{ views *view.Service }

// New makes the screens.
func New(views *view.Service) *Screens { return &Screens{views} }

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/assets/views", authz.KeepViews, s.show),
			screen.Post("/assets/views", authz.KeepViews, s.change),
		},
		Flashes: map[string]layout.Done{
			"asset-view-kept":    {Heading: "条件を保存しました", Text: "情報資産の一覧の上の「保存した条件」から、いつでも開けます。"},
			"asset-view-renamed": {Heading: "名前を変えました", Text: "条件は、そのままです。"},
			"asset-view-removed": {Heading: "条件を消しました", Text: "情報資産は、そのままです。"},
		},
		Counters: []state.Counter{view.ChangeCounter},
		Subjects: []trail.Named{{Kind: "asset_view", Title: "情報資産台帳の保存した条件"}},
	}
}

func (s *Screens) show(w http.ResponseWriter, r *http.Request) error {
	return s.draw(w, r, nil)
}

func (s *Screens) change(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, form := r.Context(), screen.Actor(r.Context()), r.PostForm
	to, done := address.AssetViews, "asset-view-kept"
	var err error
	switch form.Get("do") {
	case "rename":
		done, err = "asset-view-renamed", s.views.Rename(ctx, actor, number(form), form.Get("name-"+form.Get("view")))
	case "remove":
		done, err = "asset-view-removed", s.views.Remove(ctx, actor, number(form))
	default:
		asked := askedOf(form)
		to = asked.At(address.Assets, "", "")
		err = s.views.Keep(ctx, actor, form.Get("whose") == "town", form.Get("name"), asked)
	}
	if err != nil {
		return s.draw(w, r, err)
	}
	return screen.GoOn(w, r, to, done)
}

// number is that of the view in a form; 0 for none, which nobody has.
func number(form url.Values) int64 {
	id, err := strconv.ParseInt(form.Get("view"), 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// askedOf is what the list is asked by a form that saves it.
func askedOf(form url.Values) find.Asked {
	values, err := url.ParseQuery(form.Get("asked"))
	if err != nil && values == nil {
		values = url.Values{}
	}
	return find.AskedOf(values)
}

// draw shows the views, with what was typed of one where it was refused.
func (s *Screens) draw(w http.ResponseWriter, r *http.Request, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	actor := screen.Actor(r.Context())
	list, err := s.views.List(r.Context(), actor)
	if err != nil {
		return err
	}
	p := viewsView{
		Frame: screen.Frame(r, "保存した条件", register.Link), Views: list, KeepsTowns: view.MayKeepTowns(actor), Problems: problems,
		Typed: r.PostForm, Query: view.Queried(askedOf(r.PostForm)),
	}
	if of := r.PostForm.Get("view"); of != "" { // what is wrong is so of the name of one that is there
		for i := range p.Problems {
			p.Problems[i].Field += "-" + of
		}
	}
	screen.Render(w, r, status, viewsPage(p))
	return nil
}

// nameOf is the name of a view, as it was typed where that was refused.
func (p viewsView) nameOf(v view.View) string {
	if p.Typed.Get("view") == idOf(v) && p.Typed.Get("do") == "rename" && len(p.Problems) > 0 {
		return p.Typed.Get("name-" + idOf(v))
	}
	return v.Name
}

// mayChange tells whether a view is one to rename and remove.
func (p viewsView) mayChange(v view.View) bool { return !v.OfTown || p.KeepsTowns }

func idOf(v view.View) string { return strconv.FormatInt(v.ID, 10) }
