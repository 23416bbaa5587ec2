package portal

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/web/layout"
	"kagami/web/page"
	"kagami/web/screen"
)

var peopleLink = layout.Link{Label: "職員", Address: address.People}

func mayChangeOrganization(actor authz.Actor) bool {
	return actor.Reach(authz.ChangeOrganization) == authz.All
}

func (p *Portal) showPeople(w http.ResponseWriter, r *http.Request) error {
	actor, q := screen.Actor(r.Context()), r.URL.Query()
	people, next, err := p.Org.People(r.Context(), actor, org.Search{Words: q.Get("q"), Day: screen.Today(r.Context()), After: q.Get("after")})
	if err != nil {
		return err
	}
	return screen.Show(w, r, page.PeoplePage(page.People{
		Frame: screen.Frame(r, "職員", organizationLink), Words: q.Get("q"), People: people, Next: next, MayChange: mayChangeOrganization(actor),
	}))
}

// person is who the address names.
func (p *Portal) person(r *http.Request) (org.Person, error) {
	return p.Org.Person(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "number"))
}

func (p *Portal) showPerson(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, today := r.Context(), screen.Actor(r.Context()), screen.Today(r.Context())
	person, err := p.person(r)
	if err != nil {
		return err
	}
	v := page.PersonView{
		Frame: screen.Frame(r, person.Name, organizationLink, peopleLink), Person: person, Today: today,
		MayChange: mayChangeOrganization(actor) && actor.Person != person.ID,
		Myself:    actor.Person == person.ID,
	}
	if v.History, err = p.Org.HistoryOf(ctx, actor, person.ID, today); err != nil {
		return err
	}
	held, err := p.Org.ActorOn(ctx, person.ID, today)
	if err != nil && fault.KindOf(err) != fault.Unauthenticated {
		return err
	}
	v.Holdings = held.Holdings
	return screen.Show(w, r, page.PersonPage(v))
}

func (p *Portal) showPersonEdit(w http.ResponseWriter, r *http.Request) error {
	person, err := p.person(r)
	if err != nil {
		return err
	}
	return p.personForm(w, r, p.personEdit(r, person, personFields(person)), nil)
}

func (p *Portal) changePerson(w http.ResponseWriter, r *http.Request) error {
	current, err := p.person(r)
	if err != nil {
		return err
	}
	form := p.personEdit(r, current, typedPerson(r))
	person := readPerson(form.Typed)
	if err := p.Org.ChangePerson(r.Context(), screen.Actor(r.Context()), current.ID, person); err != nil {
		if now := personFields(current); now.Version != form.Typed.Version {
			form.Current, form.Typed.Version = &now, now.Version
		}
		return p.personForm(w, r, form, err)
	}
	return screen.GoOn(w, r, address.Person(person.Folded().StaffNumber), "changed")
}

func (p *Portal) personEdit(r *http.Request, person org.Person, typed page.PersonFields) page.PersonForm {
	return page.PersonForm{
		Frame: screen.Frame(r, person.Name+"の登録を変える", organizationLink, peopleLink, layout.Link{Label: person.Name, Address: address.Person(person.StaffNumber)}),
		Typed: typed, Address: address.PersonEdit(person.StaffNumber),
	}
}

func (p *Portal) personForm(w http.ResponseWriter, r *http.Request, form page.PersonForm, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	form.Problems = problems
	screen.Render(w, r, status, page.PersonFormPage(form))
	return nil
}

func typedPerson(r *http.Request) page.PersonFields {
	f := r.PostForm
	return page.PersonFields{
		StaffNumber: f.Get("staff_number"), Name: f.Get("name"), Furigana: f.Get("furigana"), Email: f.Get("email"),
		Kind: f.Get("kind"), Version: f.Get("version"),
	}
}

func personFields(p org.Person) page.PersonFields {
	return page.PersonFields{
		StaffNumber: p.StaffNumber, Name: p.Name, Furigana: p.Furigana, Email: p.Email, Kind: string(p.Kind), Version: strconv.Itoa(p.Version),
	}
}

func readPerson(f page.PersonFields) org.Person {
	var read screen.Form
	return org.Person{
		StaffNumber: f.StaffNumber, Name: f.Name, Furigana: f.Furigana, Email: f.Email,
		Kind: org.PersonKind(f.Kind), Version: read.Version(f.Version),
	}
}
