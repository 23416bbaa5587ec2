package organization

import (
	"net/http"

	"kagami/internal/address"
	"kagami/internal/org"
	"kagami/web/layout"
	"kagami/web/screen"
)

var peopleLink = layout.Link{Label: "職員", Address: address.People}

func (s *Screens) showPeople(w http.ResponseWriter, r *http.Request) error {
	actor, q := screen.Actor(r.Context()), r.URL.Query()
	found, err := s.org.People(r.Context(), actor, org.Search{Words: q.Get("q"), Day: screen.Today(r.Context()), After: q.Get("after")})
	if err != nil {
		return err
	}
	return screen.Show(w, r, peoplePage(peopleView{
		Frame: screen.Frame(r, "職員", organizationLink), Words: q.Get("q"), People: found.People, Next: found.Next, MayChange: mayChangeOrganization(actor),
	}))
}
