// Package restore is the screen on which an earlier state of an asset is brought back.
package restore

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/restore"
	"kagami/internal/authz"
	"kagami/web/component"
	"kagami/web/component/register"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are that screen.
type Screens struct {
	past     *restore.Service
	register *asset.Service
}

// New makes the screens.
func New(past *restore.Service, register *asset.Service) *Screens { return &Screens{past, register} }

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/assets/{asset}/versions/{version}", authz.ChangeAssets, s.showVersion),
			screen.Post("/assets/{asset}/versions/{version}", authz.ChangeAssets, s.restore),
		},
		Flashes: map[string]layout.Done{
			"asset-restored": {Heading: "前の内容に戻しました", Text: "戻す前の内容は、下の履歴に残ります。"},
		},
	}
}

// named is the version that the address names; 0 where it is none.
func named(r *http.Request) (code string, version int) {
	version, err := strconv.Atoi(chi.URLParam(r, "version"))
	if err != nil {
		version = 0
	}
	return chi.URLParam(r, "asset"), version
}

func (s *Screens) showVersion(w http.ResponseWriter, r *http.Request) error {
	return s.draw(w, r, nil)
}

func (s *Screens) restore(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	code, version := named(r)
	var read screen.Form
	seen := read.Version(r.PostForm.Get("seen"))
	if err := s.past.Restore(ctx, actor, code, seen, version, r.PostForm.Get("why")); err != nil {
		return s.draw(w, r, err)
	}
	now, err := s.register.Find(ctx, actor, code)
	switch {
	case err != nil:
		return err
	case now.Version == seen:
		return screen.GoOn(w, r, address.Asset(code), "asset-same")
	}
	return screen.GoOn(w, r, address.Asset(code), "asset-restored")
}

// draw shows what would change on the asset as it stands now.
func (s *Screens) draw(w http.ResponseWriter, r *http.Request, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	code, version := named(r)
	past, err := s.past.Look(r.Context(), screen.Actor(r.Context()), code, version)
	if err != nil {
		return err
	}
	if refusal == nil {
		problems = past.Refused
	}
	screen.Render(w, r, status, versionPage(versionView{
		Frame: screen.Frame(r, "前の内容に戻す", register.Way(code)...),
		Past:  past, Version: version, Why: r.PostForm.Get("why"), Problems: problems,
	}))
	return nil
}

// difference is one column that becomes another.
type difference struct{ Title, Now, Then string }

func (p versionView) differences() []difference {
	var list []difference
	now, then := asset.Changed(p.Past.Asset.Details, p.Past.Then)
	for _, f := range asset.Fields {
		text, differs := then[f.Key]
		switch {
		case differs && f.Inner:
			list = append(list, difference{f.Title, "いまの答え", "そのときの答え"})
		case differs:
			list = append(list, difference{f.Title, component.OrNone(p.Past.Scheme.Shown(f.Key, now[f.Key])), component.OrNone(p.Past.Scheme.Shown(f.Key, text))})
		}
	}
	return list
}
