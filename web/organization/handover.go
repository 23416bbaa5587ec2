package organization

import (
	"net/http"
	"strconv"
	"strings"

	"kagami/internal/address"
	"kagami/internal/handover"
	"kagami/internal/org"
	"kagami/web/screen"
)

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
	given, fixed := handover.Split(hanging)
	screen.Render(w, r, status, handoverPage(handoverView{
		Frame:  screen.Frame(r, person.Name+"さんの仕事を引き継ぐ", organizationLink, peopleLink, linkOf(person)),
		Person: person, Given: given, Fixed: fixed, Typed: typed, Problems: problems,
	}))
	return nil
}
