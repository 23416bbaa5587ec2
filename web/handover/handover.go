// Package handover is the screen on which what hangs on somebody goes to somebody
// else in one act.
package handover

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/handover"
	"kagami/internal/org"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are that screen.
type Screens struct {
	org     *org.Service
	handing *handover.Service
}

// New makes it.
func New(organization *org.Service, handing *handover.Service) *Screens {
	return &Screens{organization, handing}
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/people/{number}/handover", authz.ChangeOrganization, s.showHandover).Asking(s.ask),
			screen.Post("/people/{number}/handover", authz.ChangeOrganization, s.handOver).Asking(s.ask).Sensitive(),
		},
		Flashes: map[string]layout.Done{
			"handed-over": {Heading: "引き継ぎました", Text: "引き継いだ人に、お知らせが届きました。1件ずつ、監査証跡に残っています。"},
		},
	}
}

func (s *Screens) person(r *http.Request) (org.Person, error) {
	return s.org.Person(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "number"))
}

// ask asks with the person whose things they are.
func (s *Screens) ask(r *http.Request) error {
	person, err := s.person(r)
	if err != nil {
		return err
	}
	return s.org.Ask(r.Context(), screen.Actor(r.Context()), org.Change{Person: person.ID})
}

func (s *Screens) showHandover(w http.ResponseWriter, r *http.Request) error {
	person, err := s.person(r)
	if err != nil {
		return err
	}
	return s.drawHandover(w, r, person, handoverFields{All: true}, nil)
}

// handOver hands what was picked over to whom was named.
func (s *Screens) handOver(w http.ResponseWriter, r *http.Request) error {
	person, err := s.person(r)
	if err != nil {
		return err
	}
	typed := handoverFields{To: r.PostForm.Get("to"), Give: r.PostForm["give"]}
	if err := s.handing.HandOver(r.Context(), screen.Actor(r.Context()), person.ID, typed.To, picked(typed.Give)); err != nil {
		return s.drawHandover(w, r, person, typed, err)
	}
	return screen.GoOn(w, r, address.Person(person.StaffNumber), "handed-over")
}

// picked reads what was picked, each as draft:12.
func picked(give []string) handover.Picked {
	p := handover.Picked{}
	for _, one := range give {
		kind, number, _ := strings.Cut(one, ":")
		if id, err := strconv.ParseInt(number, 10, 64); err == nil {
			p[kind] = append(p[kind], id)
		}
	}
	return p
}

func (s *Screens) drawHandover(w http.ResponseWriter, r *http.Request, person org.Person, typed handoverFields, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	hanging, err := s.handing.Hanging(r.Context(), screen.Actor(r.Context()), person.ID)
	if err != nil {
		return err
	}
	candidates, err := s.handing.Candidates(r.Context(), screen.Actor(r.Context()), person.ID, screen.Today(r.Context()))
	if err != nil {
		return err
	}
	given, fixed := handover.Split(hanging)
	screen.Render(w, r, status, handoverPage(handoverView{
		Frame: screen.Frame(r, person.Name+"さんの仕事を引き継ぐ",
			layout.Link{Label: "体制", Address: address.Organization}, layout.Link{Label: "職員", Address: address.People},
			layout.Link{Label: person.Name, Address: address.Person(person.StaffNumber)}),
		Person: person, Given: given, Fixed: fixed, Candidates: candidates, Typed: typed, Problems: problems,
	}))
	return nil
}
