// Package mistake is the screen on which an asset ends that should never have been
// registered.
package mistake

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/relation"
	"kagami/internal/authz"
	"kagami/web/component/register"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are that screen.
type Screens struct {
	register  *asset.Service
	relations *relation.Service
}

// New makes the screen.
func New(register *asset.Service, relations *relation.Service) *Screens {
	return &Screens{register, relations}
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/assets/{asset}/mistake", authz.ChangeAssets, s.show),
			screen.Post("/assets/{asset}/mistake", authz.ChangeAssets, s.end),
		},
		Flashes: map[string]layout.Done{
			"asset-mistaken": {Heading: "登録の誤りとして終えました", Text: "この管理番号は、ほかの情報資産には使いません。"},
		},
	}
}

// changeable is the asset that the address names, for who can change it.
func (s *Screens) changeable(r *http.Request) (asset.Asset, error) {
	a, err := s.register.Find(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "asset"))
	if err != nil {
		return a, err
	}
	return a, a.AskChange(screen.Actor(r.Context()))
}

func (s *Screens) show(w http.ResponseWriter, r *http.Request) error {
	a, err := s.changeable(r)
	if err != nil {
		return err
	}
	return s.draw(w, r, a, nil)
}

func (s *Screens) end(w http.ResponseWriter, r *http.Request) error {
	a, err := s.changeable(r)
	if err != nil {
		return err
	}
	var read screen.Form
	version := read.Version(r.PostForm.Get("version"))
	if r.PostForm.Get("sure") == "" {
		read.Wrong("sure", "元に戻せないことを確かめて、印を付けてください。")
	}
	if err = read.Err(); err == nil {
		err = s.register.EndAsMistaken(r.Context(), screen.Actor(r.Context()), a.Code, version, r.PostForm.Get("why"))
	}
	if err != nil {
		return s.draw(w, r, a, err)
	}
	return screen.GoOn(w, r, address.Asset(a.Code), "asset-mistaken")
}

// draw shows the form with what stands in the register now.
func (s *Screens) draw(w http.ResponseWriter, r *http.Request, a asset.Asset, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	above, below, err := s.relations.Beside(r.Context(), screen.Actor(r.Context()), a)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, mistakePage(mistakeView{
		Frame: screen.Frame(r, "登録の誤りとして終える："+a.Name, register.Way(a.Code)...),
		Asset: a, Above: above, Below: below, Why: r.PostForm.Get("why"), Problems: problems,
	}))
	return nil
}
