package organization

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/handover"
	"kagami/internal/org"
	"kagami/internal/org/absence"
	"kagami/internal/org/transfer"
	"kagami/web/component/period"
	"kagami/web/layout"
	"kagami/web/screen"
)

// person is who the address names.
func (s *Screens) person(r *http.Request) (org.Person, error) {
	return s.org.Person(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "number"))
}

func (s *Screens) showPerson(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, today := r.Context(), screen.Actor(r.Context()), screen.Today(r.Context())
	person, err := s.person(r)
	if err != nil {
		return err
	}
	v := personView{
		Frame: screen.Frame(r, person.Name, organizationLink, peopleLink), Person: person, Today: today,
		Myself: actor.Person == person.ID,
	}
	if v.MayChange, err = s.mayChange(r, org.Change{Person: person.ID}); err != nil {
		return err
	}
	if v.History, err = s.org.HistoryOf(ctx, actor, person.ID, today); err != nil {
		return err
	}
	if v.Absences, err = s.absences.Of(ctx, actor, person.ID, today); err != nil {
		return err
	}
	if v.MayChange {
		if v.Hanging, err = s.handing.Hanging(ctx, actor, person.ID); err != nil {
			return err
		}
	}
	leaves := transfer.Leaves(v.Appointments, today) || slices.ContainsFunc(v.Absences, func(a absence.Absence) bool { return !a.Over(today) })
	if given, _ := handover.Split(v.Hanging); len(given) > 0 {
		v.MayHandOver = true
	} else if !leaves {
		v.Hanging = nil // all that hangs on them goes on with them
	}
	held, err := s.org.ActorOn(ctx, person.ID, today)
	if err != nil && fault.KindOf(err) != fault.Unauthenticated {
		return err
	}
	v.Holdings = held.Holdings
	v.SeesRights = v.Myself || actor.Reach(authz.ReadRights) == authz.All
	if v.Done != nil {
		v.Done.Heading = person.Name + "さん：" + v.Done.Heading
		v.Done.Text = v.doneOf(r.URL.Query().Get("done"), r.URL.Query().Get("of")) + v.Done.Text
	}
	return screen.Show(w, r, personPage(v))
}

// doneOf says what was done, of what begins on a first day: of which post, role or section,
// and from when to when. It is empty where the page lists no such thing.
func (v personView) doneOf(done, first string) string {
	switch done {
	case "appointed":
		for _, a := range v.Appointments {
			if a.First.String() == first {
				return a.PostName() + "、" + period.Words(a.First, a.Last) + "。"
			}
		}
	case "role-given":
		for _, g := range v.Grants {
			if g.First.String() == first {
				return g.Role.Title() + "（" + scopeName(g.SectionName) + "）、" + period.Words(g.First, g.Last) + "。"
			}
		}
	default:
		for _, a := range v.Absences {
			if a.First.String() == first {
				return period.Words(a.First, a.Last) + "。"
			}
		}
	}
	return ""
}

func (s *Screens) showPersonEdit(w http.ResponseWriter, r *http.Request) error {
	person, err := s.person(r)
	if err != nil {
		return err
	}
	return s.drawPersonForm(w, r, s.personEdit(r, person, fieldsOfPerson(person)), nil)
}

func (s *Screens) changePerson(w http.ResponseWriter, r *http.Request) error {
	current, err := s.person(r)
	if err != nil {
		return err
	}
	form := s.personEdit(r, current, typedPerson(r))
	person := readPerson(form.Typed)
	if err := s.org.ChangePerson(r.Context(), screen.Actor(r.Context()), current.ID, person); err != nil {
		if now := fieldsOfPerson(current); now.Version != form.Typed.Version {
			form.Current, form.Typed.Version = &now, now.Version
		}
		return s.drawPersonForm(w, r, form, err)
	}
	return screen.GoOn(w, r, address.Person(person.Folded().StaffNumber), "changed")
}

func (s *Screens) personEdit(r *http.Request, person org.Person, typed personFields) personForm {
	return personForm{
		Frame: screen.Frame(r, person.Name+"の登録を変える", organizationLink, peopleLink, layout.Link{Label: person.Name, Address: address.Person(person.StaffNumber)}),
		Typed: typed, Address: address.PersonEdit(person.StaffNumber),
	}
}

func (s *Screens) drawPersonForm(w http.ResponseWriter, r *http.Request, form personForm, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	form.Problems = problems
	screen.Render(w, r, status, personFormPage(form))
	return nil
}

func typedPerson(r *http.Request) personFields {
	f := r.PostForm
	return personFields{
		StaffNumber: f.Get("staff_number"), Name: f.Get("name"), Furigana: f.Get("furigana"), Email: f.Get("email"),
		Kind: f.Get("kind"), Version: f.Get("version"),
	}
}

func fieldsOfPerson(p org.Person) personFields {
	return personFields{
		StaffNumber: p.StaffNumber, Name: p.Name, Furigana: p.Furigana, Email: p.Email, Kind: string(p.Kind), Version: strconv.Itoa(p.Version),
	}
}

func readPerson(f personFields) org.Person {
	var read screen.Form
	return org.Person{
		StaffNumber: f.StaffNumber, Name: f.Name, Furigana: f.Furigana, Email: f.Email,
		Kind: org.PersonKind(f.Kind), Version: read.Version(f.Version),
	}
}
