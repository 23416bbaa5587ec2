package portal

import (
	"net/http"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/web/component"
	"kagami/web/layout"
	"kagami/web/page"
	"kagami/web/screen"
)

// showRegister asks for a new person and their first post: nobody is without
// one.
func (p *Portal) showRegister(w http.ResponseWriter, r *http.Request) error {
	form := p.registerForm(r)
	form.Section = r.URL.Query().Get("section")
	form.Person.Kind = string(org.Regular)
	return p.appointmentForm(w, r, form, nil)
}

func (p *Portal) register(w http.ResponseWriter, r *http.Request) error {
	form := p.registerForm(r)
	form.Section, form.Person, form.Typed = r.PostForm.Get("section"), typedPerson(r), typedAppointment(r)
	person := readPerson(form.Person)
	a, err := readAppointment(form.Typed)
	if err == nil {
		_, err = p.Org.Register(r.Context(), screen.Actor(r.Context()), person, a, form.Typed.Succeed != "")
	}
	if err != nil {
		return p.appointmentForm(w, r, form, err)
	}
	return screen.GoOn(w, r, address.Person(person.Folded().StaffNumber), "registered")
}

func (p *Portal) registerForm(r *http.Request) page.AppointmentForm {
	return page.AppointmentForm{Frame: screen.Frame(r, "職員を加える", organizationLink, peopleLink), Address: address.Register, New: true}
}

func (p *Portal) showAppoint(w http.ResponseWriter, r *http.Request) error {
	person, err := p.person(r)
	if err != nil {
		return err
	}
	form := p.appointForm(r, person)
	form.Section = r.URL.Query().Get("section")
	return p.appointmentForm(w, r, form, nil)
}

func (p *Portal) appoint(w http.ResponseWriter, r *http.Request) error {
	person, err := p.person(r)
	if err != nil {
		return err
	}
	form := p.appointForm(r, person)
	form.Section, form.Typed = r.PostForm.Get("section"), typedAppointment(r)
	a, err := readAppointment(form.Typed)
	if err == nil {
		a.Person = person.ID
		err = p.Org.Appoint(r.Context(), screen.Actor(r.Context()), a, form.Typed.Succeed != "")
	}
	if err != nil {
		return p.appointmentForm(w, r, form, err)
	}
	return screen.GoOn(w, r, address.Person(person.StaffNumber), "appointed")
}

func (p *Portal) appointForm(r *http.Request, person org.Person) page.AppointmentForm {
	return page.AppointmentForm{
		Frame:   screen.Frame(r, person.Name+"に発令する", organizationLink, peopleLink, layout.Link{Label: person.Name, Address: address.Person(person.StaffNumber)}),
		Address: address.PersonAppoint(person.StaffNumber),
	}
}

// appointmentForm shows the form with the posts of the section that was picked.
func (p *Portal) appointmentForm(w http.ResponseWriter, r *http.Request, form page.AppointmentForm, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	form.Problems = problems
	if form.Sections, err = p.sections(r); err != nil {
		return err
	}
	switch form.Section {
	case "":
	case page.SectionOfNone:
		form.Posts, err = p.Org.PostsOf(r.Context(), screen.Actor(r.Context()), "")
	default:
		form.Posts, err = p.Org.PostsOf(r.Context(), screen.Actor(r.Context()), form.Section)
	}
	if err != nil {
		return err
	}
	screen.Render(w, r, status, page.AppointmentFormPage(form))
	return nil
}

func typedAppointment(r *http.Request) page.AppointmentFields {
	f := r.PostForm
	return page.AppointmentFields{Post: f.Get("post"), First: f.Get("first"), Last: f.Get("last"), Acting: f.Get("acting"), Succeed: f.Get("succeed")}
}

func readAppointment(f page.AppointmentFields) (org.Appointment, error) {
	var read screen.Form
	a := org.Appointment{
		Post: read.ID(f.Post), First: read.Day("first", f.First), Last: read.Day("last", f.Last), Acting: f.Acting != "",
	}
	return a, read.Err()
}

func (p *Portal) showAppointment(w http.ResponseWriter, r *http.Request) error {
	a, err := p.Org.Appointment(r.Context(), screen.Actor(r.Context()), idIn(r), screen.Today(r.Context()))
	if err != nil {
		return err
	}
	return p.appointmentPeriod(w, r, a, a.Last.String(), nil)
}

// changeAppointment ends an appointment, or takes back one that has not begun.
func (p *Portal) changeAppointment(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, today := r.Context(), screen.Actor(r.Context()), screen.Today(r.Context())
	a, err := p.Org.Appointment(ctx, actor, idIn(r), today)
	if err != nil {
		return err
	}
	if r.PostForm.Get("act") == "withdraw" {
		if err := p.Org.Withdraw(ctx, actor, a.ID); err != nil {
			return p.appointmentPeriod(w, r, a, a.Last.String(), err)
		}
		return screen.GoOn(w, r, address.Person(a.StaffNumber), "withdrawn")
	}
	var read screen.Form
	last := read.Day("last", r.PostForm.Get("last"))
	if err = read.Err(); err == nil {
		err = p.Org.EndAppointment(ctx, actor, a.ID, last)
	}
	if err != nil {
		return p.appointmentPeriod(w, r, a, r.PostForm.Get("last"), err)
	}
	if last.IsZero() {
		return screen.GoOn(w, r, address.Person(a.StaffNumber), "changed")
	}
	return screen.GoOn(w, r, address.Person(a.StaffNumber), "ended")
}

func (p *Portal) appointmentPeriod(w http.ResponseWriter, r *http.Request, a org.AppointmentLine, last string, refusal error) error {
	today := screen.Today(r.Context())
	return p.period(w, r, page.Period{
		Frame:   screen.Frame(r, a.Post+"の発令", organizationLink, peopleLink, layout.Link{Label: a.PersonName, Address: address.Person(a.StaffNumber)}),
		Address: address.Appointment(a.ID),
		Facts:   []component.Fact{{Name: "氏名", Value: a.PersonName}, {Name: "最初の日", Value: calendar.Wareki(a.First)}},
		Last:    last, Yesterday: today.AddDays(-1), Prepared: a.First.After(today), MayReopen: true, Withdraw: "この発令を取り消す",
	}, refusal)
}

func (p *Portal) period(w http.ResponseWriter, r *http.Request, form page.Period, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	form.Problems = problems
	screen.Render(w, r, status, page.PeriodPage(form))
	return nil
}

// showGrantForm asks for a role to give to a person directly.
func (p *Portal) showGrantForm(w http.ResponseWriter, r *http.Request) error {
	person, err := p.person(r)
	if err != nil {
		return err
	}
	return p.grantForm(w, r, p.newGrant(r, person), nil)
}

func (p *Portal) giveRole(w http.ResponseWriter, r *http.Request) error {
	person, err := p.person(r)
	if err != nil {
		return err
	}
	form, f := p.newGrant(r, person), r.PostForm
	form.Typed = page.GrantFields{Role: f.Get("role"), Section: f.Get("section"), First: f.Get("first"), Last: f.Get("last"), Reason: f.Get("reason")}
	var read screen.Form
	grant := org.Grant{
		Person: person.ID, Role: authz.Role(form.Typed.Role), Section: form.Typed.Section, Reason: form.Typed.Reason,
		First: read.Day("first", form.Typed.First), Last: read.Day("last", form.Typed.Last),
	}
	if err = read.Err(); err == nil {
		err = p.Org.GiveRole(r.Context(), screen.Actor(r.Context()), grant)
	}
	if err != nil {
		return p.grantForm(w, r, form, err)
	}
	return screen.GoOn(w, r, address.Person(person.StaffNumber), "role-given")
}

func (p *Portal) newGrant(r *http.Request, person org.Person) page.GrantForm {
	return page.GrantForm{
		Frame:   screen.Frame(r, person.Name+"に役割を直接与える", organizationLink, peopleLink, layout.Link{Label: person.Name, Address: address.Person(person.StaffNumber)}),
		Address: address.PersonRoles(person.StaffNumber),
	}
}

func (p *Portal) grantForm(w http.ResponseWriter, r *http.Request, form page.GrantForm, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	form.Problems = problems
	if form.Sections, err = p.sections(r); err != nil {
		return err
	}
	screen.Render(w, r, status, page.GrantFormPage(form))
	return nil
}

func (p *Portal) showGrant(w http.ResponseWriter, r *http.Request) error {
	g, err := p.Org.Grant(r.Context(), screen.Actor(r.Context()), idIn(r))
	if err != nil {
		return err
	}
	return p.grantPeriod(w, r, g, g.Last.String(), nil)
}

// endGrant ends a role given directly, or takes it back before it begins.
func (p *Portal) endGrant(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	g, err := p.Org.Grant(ctx, actor, idIn(r))
	if err != nil {
		return err
	}
	done, typed := "ended", r.PostForm.Get("last")
	if r.PostForm.Get("act") == "withdraw" {
		done, err = "withdrawn", p.Org.WithdrawRole(ctx, actor, g.ID)
	} else {
		var read screen.Form
		last := read.Day("last", typed)
		if err = read.Err(); err == nil {
			err = p.Org.EndRole(ctx, actor, g.ID, last)
		}
	}
	if err != nil {
		return p.grantPeriod(w, r, g, typed, err)
	}
	return screen.GoOn(w, r, address.Person(g.StaffNumber), done)
}

func (p *Portal) grantPeriod(w http.ResponseWriter, r *http.Request, g org.Grant, last string, refusal error) error {
	today := screen.Today(r.Context())
	return p.period(w, r, page.Period{
		Frame:   screen.Frame(r, g.Role.Title()+"の役割", organizationLink, peopleLink, layout.Link{Label: g.PersonName, Address: address.Person(g.StaffNumber)}),
		Address: address.Grant(g.ID),
		Facts:   []component.Fact{{Name: "氏名", Value: g.PersonName}, {Name: "最初の日", Value: calendar.Wareki(g.First)}, {Name: "理由", Value: g.Reason}},
		Last:    last, Yesterday: today.AddDays(-1), Prepared: g.First.After(today), Withdraw: "この役割を取り消す",
	}, refusal)
}
