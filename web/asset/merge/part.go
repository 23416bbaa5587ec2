// Package merge is the screen on which one asset is made of two that stand in the register
// for the same thing.
package merge

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/merge"
	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/web/component"
	"kagami/web/component/register"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are that screen.
type Screens struct {
	merging  *merge.Service
	register *asset.Service
}

// New makes the screens.
func New(merging *merge.Service, register *asset.Service) *Screens {
	return &Screens{merging, register}
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/assets/{asset}/merge", authz.ChangeAssets, s.showMerge),
			screen.Post("/assets/{asset}/merge", authz.ChangeAssets, s.merge),
		},
		Flashes: map[string]layout.Done{
			"asset-merged": {Heading: "1つに統合しました", Text: "統合したものの内容と履歴は、下の「統合したもの」の管理番号から見られます。"},
		},
	}
}

// showMerge asks into which asset, and shows both side by side where that is said.
func (s *Screens) showMerge(w http.ResponseWriter, r *http.Request) error {
	into := r.URL.Query().Get("into")
	if !r.URL.Query().Has("into") {
		a, err := s.register.Find(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "asset"))
		if err == nil {
			err = a.AskChange(screen.Actor(r.Context()))
		}
		if err != nil {
			return err
		}
		return s.drawChoice(w, r, a, into, nil)
	}
	return s.draw(w, r, into, nil)
}

// merge merges it on the versions that were seen.
func (s *Screens) merge(w http.ResponseWriter, r *http.Request) error {
	form := r.PostForm
	var read screen.Form
	gone := merge.Seen{Code: chi.URLParam(r, "asset"), Version: read.Version(form.Get("version"))}
	kept := merge.Seen{Code: form.Get("into"), Version: read.Version(form.Get("into_version"))}
	if form.Get("sure") == "" {
		read.Wrong("sure", "元に戻せないことを確かめて、印を付けてください。")
	}
	takes := map[string]bool{}
	for name := range form {
		if unit, ok := strings.CutPrefix(name, "take-"); ok {
			takes[unit] = form.Get(name) == "this"
		}
	}
	err := read.Err()
	if err == nil {
		err = s.merging.Merge(r.Context(), screen.Actor(r.Context()), gone, kept, takes, form.Get("why"))
	}
	if err != nil {
		return s.draw(w, r, kept.Code, err)
	}
	return screen.GoOn(w, r, address.Asset(kept.Code), "asset-merged")
}

// draw shows both as they stand now; where there is none to merge into it asks for it.
func (s *Screens) draw(w http.ResponseWriter, r *http.Request, into string, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	pair, err := s.merging.Look(ctx, actor, chi.URLParam(r, "asset"), into)
	if pair.Kept.ID == 0 && fault.KindOf(err) == fault.Invalid {
		return s.drawChoice(w, r, pair.Gone, into, err)
	}
	if err != nil {
		return err
	}
	scheme, err := s.register.Scheme(ctx, actor)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, mergePage(mergeView{
		Frame: screen.Frame(r, "ほかの資産に統合する", register.Way(pair.Gone.Code)...), Pair: pair, Scheme: scheme, Typed: r.PostForm.Get, Problems: problems,
	}))
	return nil
}

// drawChoice asks for the one to merge into.
func (s *Screens) drawChoice(w http.ResponseWriter, r *http.Request, gone asset.Asset, into string, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	offers, err := s.merging.Offers(r.Context(), screen.Actor(r.Context()), gone)
	if err != nil {
		return err
	}
	view := choiceView{Frame: screen.Frame(r, "ほかの資産に統合する", register.Way(gone.Code)...), Gone: gone, Into: into, Problems: problems}
	for _, o := range offers {
		view.Offers = append(view.Offers, component.Choice{Value: o.Code, Label: o.Name})
	}
	screen.Render(w, r, status, choicePage(view))
	return nil
}

// takesThis tells whether a unit is taken of the asset that ends: as it was chosen, else
// where nothing of it stands in the one that stays.
func (p mergeView) takesThis(u merge.Unit) bool {
	if chosen := p.Typed("take-" + u.Key); chosen != "" {
		return chosen == "this"
	}
	return u.Blank(p.Pair.Kept.Details)
}

// lines are a unit of an asset as people read it.
func (p mergeView) lines(u merge.Unit, d asset.Details) []string {
	var list []string
	for _, f := range u.Fields {
		text := p.Scheme.Shown(f.Key, f.Text(d))
		switch {
		case f.Inner || text == "" && len(u.Fields) > 1:
		case text == "":
			list = append(list, "（なし）")
		case len(u.Fields) > 1:
			list = append(list, f.Title+"："+text)
		default:
			list = append(list, text)
		}
	}
	return list
}

// moving says what becomes of the relations.
func moving(p merge.Pair) string {
	switch {
	case p.Moved+p.Left == 0:
		return ""
	case p.Left == 0:
		return "土台の関係" + strconv.Itoa(p.Moved) + "件は、残す方に移します。"
	case p.Moved == 0:
		return "土台の関係" + strconv.Itoa(p.Left) + "件は、種別が合わないか、互いに土台になるため、残す方に移せません。"
	}
	return "土台の関係" + strconv.Itoa(p.Moved) + "件は、残す方に移します。ほかの" + strconv.Itoa(p.Left) + "件は、種別が合わないか、互いに土台になるため、移せません。"
}
