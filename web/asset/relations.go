package asset

import (
	"net/http"
	"strings"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/relation"
	"kagami/web/screen"
)

func (s *Screens) showRelations(w http.ResponseWriter, r *http.Request) error {
	a, err := s.asset(r)
	if err != nil {
		return err
	}
	return s.drawRelations(w, r, a, nil)
}

// changeRelation says that the asset rests on another, or no longer does.
func (s *Screens) changeRelation(w http.ResponseWriter, r *http.Request) error {
	a, err := s.asset(r)
	if err != nil {
		return err
	}
	ctx, actor, on, done := r.Context(), screen.Actor(r.Context()), strings.TrimSpace(norm.NFKC.String(r.PostForm.Get("on"))), "asset-rests"
	if r.PostForm.Get("act") == "release" {
		err, done = s.relations.Release(ctx, actor, a.Code, on), "asset-released"
	} else {
		err = s.relations.Rest(ctx, actor, a.Code, on)
	}
	if err != nil {
		return s.drawRelations(w, r, a, err)
	}
	return screen.GoOn(w, r, address.AssetRelations(a.Code), done)
}

// drawRelations shows the page as it is now, with what was refused.
func (s *Screens) drawRelations(w http.ResponseWriter, r *http.Request, a asset.Asset, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	view := relationsView{
		Frame: screen.Frame(r, "土台と影響："+a.Name, way(a)...), Asset: a, MayChange: a.MayChange(actor), On: r.PostForm.Get("on"), Problems: problems,
	}
	if r.PostForm.Get("act") == "release" {
		view.On = ""
	}
	if view.Scheme, err = s.register.Scheme(ctx, actor); err != nil {
		return err
	}
	if view.Below, err = s.relations.Below(ctx, actor, a.Code); err != nil {
		return err
	}
	if view.Above, err = s.relations.Above(ctx, actor, a.Code); err != nil {
		return err
	}
	if view.Floors, err = s.relations.Floors(ctx, actor, a.Code); err != nil {
		return err
	}
	if view.History, err = s.relations.History(ctx, actor, a.Code); err != nil {
		return err
	}
	screen.Render(w, r, status, relationsPage(view))
	return nil
}

// bearers names the kinds on which the asset may rest.
func (p relationsView) bearers() string {
	var titles []string
	for _, kind := range relation.Bearers(p.Kind) {
		titles = append(titles, kind.Title())
	}
	return strings.Join(titles, "、")
}

// broken are the levels that are lower than those of what rests on the asset.
func (p relationsView) broken() []relation.Floor {
	var list []relation.Floor
	for _, f := range p.Floors {
		if f.Broken {
			list = append(list, f)
		}
	}
	return list
}

// whence says whose level it is that the asset's is lower than.
func (p relationsView) whence(f relation.Floor) string {
	level, _ := p.Scheme.Level(f.Aspect, f.Level)
	whose := "他課の資産"
	if f.Name != "" {
		whose = "「" + f.Name + "」（" + f.Code + "）"
	}
	return whose + "が" + level.Title + "のため、" + f.Aspect.Title() + "は、" + level.Title + "以上にしてください。"
}

// levels are the three levels of a neighbor.
func (p relationsView) levels(n relation.Neighbor) string {
	var titles []string
	for _, aspect := range asset.Aspects {
		titles = append(titles, aspect.Title()+n.Level(aspect))
	}
	return strings.Join(titles, "、")
}
