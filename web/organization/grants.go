package organization

import (
	"net/http"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/web/component"
	"kagami/web/component/period"
	"kagami/web/layout"
	"kagami/web/screen"
)

// showGrantForm asks for a role to give to a person directly.
func (s *Screens) showGrantForm(w http.ResponseWriter, r *http.Request) error {
	person, err := s.person(r)
	if err != nil {
		return err
	}
	return s.drawGrantForm(w, r, s.newGrant(r, person), nil)
}

func (s *Screens) giveRole(w http.ResponseWriter, r *http.Request) error {
	person, err := s.person(r)
	if err != nil {
		return err
	}
	ctx, actor, today := r.Context(), screen.Actor(r.Context()), screen.Today(r.Context())
	form, f := s.newGrant(r, person), r.PostForm
	form.Typed = grantFields{Role: f.Get("role"), Section: f.Get("section"), First: f.Get("first"), Last: f.Get("last"), Reason: f.Get("reason")}
	var read screen.Form
	grant := org.Grant{
		Person: person.ID, Role: authz.Role(form.Typed.Role), Section: form.Typed.Section, Reason: form.Typed.Reason,
		First: read.Day("first", form.Typed.First), Last: read.Day("last", form.Typed.Last),
	}
	if err := read.Err(); err != nil {
		return s.drawGrantForm(w, r, form, err)
	}
	if !f.Has("shown") { // a form, since why it is given stands in no address
		history, err := s.org.HistoryOf(ctx, actor, person.ID, today)
		if err != nil {
			return err
		}
		plan, err := s.transfers.ForeseeRole(ctx, actor, grant, history.Grants, today)
		if err != nil {
			return s.drawGrantForm(w, r, form, err)
		}
		if form.Sections, err = s.sections(r); err != nil {
			return err
		}
		return screen.Show(w, r, grantCheckPage(grantCheck{grantForm: form, RolePlan: plan, Person: person, Grant: grant}))
	}
	if err := s.org.GiveRole(ctx, actor, grant); err != nil {
		return s.drawGrantForm(w, r, form, err)
	}
	return screen.GoOn(w, r, address.With(address.Person(person.StaffNumber), "of", grant.First.String()), "role-given")
}

func (s *Screens) newGrant(r *http.Request, person org.Person) grantForm {
	return grantForm{
		Frame:   screen.Frame(r, person.Name+"に役割を直接与える", organizationLink, peopleLink, layout.Link{Label: person.Name, Address: address.Person(person.StaffNumber)}),
		Address: address.PersonRoles(person.StaffNumber),
	}
}

func (s *Screens) drawGrantForm(w http.ResponseWriter, r *http.Request, form grantForm, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	form.Problems = problems
	if form.Sections, err = s.sections(r); err != nil {
		return err
	}
	screen.Render(w, r, status, grantFormPage(form))
	return nil
}

func (s *Screens) showGrant(w http.ResponseWriter, r *http.Request) error {
	g, err := s.org.Grant(r.Context(), screen.Actor(r.Context()), idIn(r))
	if err != nil {
		return err
	}
	return s.drawGrantPeriod(w, r, g, g.Last.String(), nil)
}

// endGrant ends a role given directly, or takes it back before it begins.
func (s *Screens) endGrant(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	g, err := s.org.Grant(ctx, actor, idIn(r))
	if err != nil {
		return err
	}
	done, typed := "ended", r.PostForm.Get("last")
	if r.PostForm.Get("act") == "withdraw" {
		done, err = "withdrawn", s.org.WithdrawRole(ctx, actor, g.ID)
	} else {
		var read screen.Form
		last := read.Day("last", typed)
		if err = read.Err(); err == nil {
			err = s.org.EndRole(ctx, actor, g.ID, last)
		}
	}
	if err != nil {
		return s.drawGrantPeriod(w, r, g, typed, err)
	}
	return screen.GoOn(w, r, address.Person(g.StaffNumber), done)
}

func (s *Screens) drawGrantPeriod(w http.ResponseWriter, r *http.Request, g org.Grant, last string, refusal error) error {
	today := screen.Today(r.Context())
	return s.drawPeriod(w, r, period.View{
		Frame:   screen.Frame(r, g.Role.Title()+"の役割", organizationLink, peopleLink, layout.Link{Label: g.PersonName, Address: address.Person(g.StaffNumber)}),
		Address: address.Grant(g.ID),
		Facts:   []component.Fact{{Name: "氏名", Value: g.PersonName}, {Name: "最初の日", Value: calendar.Wareki(g.First)}, {Name: "理由", Value: g.Reason}},
		Last:    last, Yesterday: today.AddDays(-1), Prepared: g.First.After(today), Withdraw: "この役割を取り消す",
	}, refusal)
}
