// Package reach is the screen on which it is set how far a section reaches the
// sections inside it, and the settings of the permission table.
package reach

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/org/reach"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are those screens.
type Screens struct{ reach *reach.Service }

// New makes the screens.
func New(service *reach.Service) *Screens { return &Screens{service} }

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/organization/{section}/reach", authz.ChangeSettings, s.show),
			screen.Post("/organization/{section}/reach", authz.ChangeSettings, s.set).Sensitive(),
		},
		Flashes: map[string]layout.Done{
			"reach-set": {Heading: "変更しました", Text: "いまから、この課室の役割は、決めたとおりに中の組織に及びます。変更は、監査証跡に残りました。"},
		},
		Settings: reach.Settings(),
	}
}

func (s *Screens) show(w http.ResponseWriter, r *http.Request) error {
	section, err := s.section(r)
	if err != nil {
		return err
	}
	v, err := s.view(r, section)
	if err != nil {
		return err
	}
	screen.Tell(r, &v.Frame, "reach-set", section.Name+"の権限は、いまから、中の組織に、「"+words(section.Inside)+"」について及びます。だれが、いつ変えたかは、下の履歴に残ります。")
	if section.Inside == (reach.Inside{}) {
		screen.Tell(r, &v.Frame, "reach-set", section.Name+"の権限は、いまから、中の組織に及びません。だれが、いつ変えたかは、下の履歴に残ります。")
	}
	return screen.Show(w, r, reachPage(v))
}

func (s *Screens) section(r *http.Request) (reach.Section, error) {
	return s.reach.Section(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "section"))
}

func (s *Screens) view(r *http.Request, section reach.Section) (reachView, error) {
	history, err := s.reach.History(r.Context(), screen.Actor(r.Context()), section.ID)
	if err != nil {
		return reachView{}, err
	}
	return reachView{
		Frame: screen.Frame(r, section.Name+"の権限が中の組織に及ぶか",
			layout.Link{Label: "体制", Address: address.Organization}, layout.Link{Label: section.Name, Address: address.Section(section.Code)}),
		Section: section, Typed: section.Inside, History: history,
	}, nil
}

func (s *Screens) set(w http.ResponseWriter, r *http.Request) error {
	section, err := s.section(r)
	if err != nil {
		return err
	}
	form := r.PostForm
	seen := reach.Inside{Reads: form.Get("was_reads") != "", Told: form.Get("was_told") != "", Decides: form.Get("was_decides") != ""}
	to := reach.Inside{Reads: form.Get("reads") != "", Told: form.Get("told") != "", Decides: form.Get("decides") != ""}
	if err := s.reach.Set(r.Context(), screen.Actor(r.Context()), section.Code, seen, to); err != nil {
		problems, _, failure := screen.Refused(err)
		if failure != nil {
			return failure
		}
		v, viewErr := s.view(r, section)
		if viewErr != nil {
			return viewErr
		}
		v.Typed, v.Problems = to, problems
		screen.Refuse(w, r, err, reachPage(v))
		return nil
	}
	return screen.GoOn(w, r, address.SectionReach(section.Code), "reach-set")
}
