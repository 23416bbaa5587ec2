package organization

import (
	"net/http"
	"net/url"
	"slices"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/internal/org/transfer"
	"kagami/web/component"
	"kagami/web/component/period"
	"kagami/web/layout"
	"kagami/web/screen"
)

// showRegister asks for a new person and their first post: nobody is without
// one.
func (s *Screens) showRegister(w http.ResponseWriter, r *http.Request) error {
	form := s.registerForm(r)
	form.Section = r.URL.Query().Get("section")
	form.Person.Kind = string(org.Regular)
	return s.drawAppointmentForm(w, r, form, nil)
}

func (s *Screens) register(w http.ResponseWriter, r *http.Request) error {
	form := s.registerForm(r)
	form.Section, form.Person, form.Typed = r.PostForm.Get("section"), typedPerson(r), typedAppointment(r.PostForm)
	person := readPerson(form.Person)
	a, err := readAppointment(form.Typed)
	if err == nil {
		_, err = s.org.Register(r.Context(), screen.Actor(r.Context()), person, a, org.Succession{Others: form.Typed.Succeed != ""})
	}
	if err != nil {
		return s.drawAppointmentForm(w, r, form, err)
	}
	return screen.GoOn(w, r, address.Person(person.Folded().StaffNumber), "registered")
}

func (s *Screens) registerForm(r *http.Request) appointmentForm {
	return appointmentForm{Frame: screen.Frame(r, "職員を加える", organizationLink, peopleLink), Address: address.Register, New: true}
}

func (s *Screens) showAppoint(w http.ResponseWriter, r *http.Request) error {
	person, err := s.person(r)
	if err != nil {
		return err
	}
	form, q := s.appointForm(r, person), r.URL.Query()
	form.Section = q.Get("section")
	if !q.Has("check") {
		return s.drawAppointmentForm(w, r, form, nil)
	}
	form.Typed = typedAppointment(q)
	plan, a, err := s.foresee(r, person, form)
	if err != nil {
		return s.drawAppointmentForm(w, r, form, err)
	}
	endings, err := s.transfers.Endings(r.Context(), screen.Actor(r.Context()), a, form.Typed.succession())
	if err != nil {
		return err
	}
	return screen.Show(w, r, appointmentCheckPage(appointmentCheck{appointmentForm: form, Name: person.Name, Plan: plan, Endings: endings}))
}

func (s *Screens) appoint(w http.ResponseWriter, r *http.Request) error {
	person, err := s.person(r)
	if err != nil {
		return err
	}
	form := s.appointForm(r, person)
	form.Section, form.Typed = r.PostForm.Get("section"), typedAppointment(r.PostForm)
	_, a, err := s.foresee(r, person, form)
	if err == nil {
		how := form.Typed.succession()
		how.Held = typedHeld(r.PostForm)
		err = s.org.Appoint(r.Context(), screen.Actor(r.Context()), a, how)
	}
	if err != nil {
		return s.drawAppointmentForm(w, r, form, err)
	}
	return screen.GoOn(w, r, address.With(address.Person(person.StaffNumber), "of", a.First.String()), "appointed")
}

func (s *Screens) appointForm(r *http.Request, person org.Person) appointmentForm {
	return appointmentForm{
		Frame:   screen.Frame(r, person.Name+"に発令する", organizationLink, peopleLink, layout.Link{Label: person.Name, Address: address.Person(person.StaffNumber)}),
		Address: address.PersonAppoint(person.StaffNumber),
	}
}

// drawAppointmentForm shows the form with the posts of the section that was picked.
func (s *Screens) drawAppointmentForm(w http.ResponseWriter, r *http.Request, form appointmentForm, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	form.Problems = problems
	if form.Sections, err = s.sections(r); err != nil {
		return err
	}
	switch form.Section {
	case "":
	case sectionOfNone:
		form.Posts, err = s.org.PostsOf(r.Context(), screen.Actor(r.Context()), "")
	default:
		form.Posts, err = s.org.PostsOf(r.Context(), screen.Actor(r.Context()), form.Section)
	}
	if err != nil {
		return err
	}
	screen.Render(w, r, status, appointmentFormPage(form))
	return nil
}

// foresee reads what was typed, and tells what comes of it.
func (s *Screens) foresee(r *http.Request, person org.Person, form appointmentForm) (transfer.Plan, org.Appointment, error) {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	if _, err := authz.Check(actor, authz.ChangeOrganization, authz.Matter{Person: person.ID, Decision: true}); err != nil && actor.Person == person.ID {
		return transfer.Plan{}, org.Appointment{}, err // whatever they have typed
	}
	a, err := readAppointment(form.Typed)
	if err != nil {
		return transfer.Plan{}, a, err
	}
	a.Person = person.ID
	if form.Section == sectionOfNone {
		form.Section = ""
	}
	posts, err := s.org.PostsOf(ctx, actor, form.Section)
	if err != nil {
		return transfer.Plan{}, a, err
	}
	at := slices.IndexFunc(posts, func(p org.Post) bool { return p.ID == a.Post })
	if err := checkTyped(a, at >= 0); err != nil {
		return transfer.Plan{}, a, err
	}
	history, err := s.org.HistoryOf(ctx, actor, person.ID, screen.Today(ctx))
	if err != nil {
		return transfer.Plan{}, a, err
	}
	plan, err := transfer.Foresee(history.Appointments, a, posts[at].Name(), transfer.Way(form.Typed.Way))
	if err == nil && r.Method == http.MethodGet { // once it is done the organization refuses it itself
		err = s.transfers.Check(ctx, a, posts[at].SingleHolder, form.Typed.Succeed != "")
	}
	return plan, a, err
}

// checkTyped finds what must be there before anything can be foreseen.
func checkTyped(a org.Appointment, found bool) error {
	var read screen.Form
	if !found {
		read.Wrong("post", "職を選んでください。")
	}
	switch {
	case a.First.IsZero():
		read.Wrong("first", "最初の日を入力してください。")
	case !a.Last.IsZero() && a.Last.Before(a.First):
		read.Wrong("last", org.Message("appointment_period_not_empty"))
	}
	return read.Err()
}

// typedHeld are the appointments that the page to check has shown; nil where there was
// none.
func typedHeld(f url.Values) []int64 {
	if !f.Has("shown") {
		return nil
	}
	held := []int64{}
	var read screen.Form
	for _, id := range f["held"] {
		held = append(held, read.ID(id))
	}
	return held
}

func typedAppointment(f url.Values) appointmentFields {
	return appointmentFields{Post: f.Get("post"), First: f.Get("first"), Last: f.Get("last"), Acting: f.Get("acting"), Succeed: f.Get("succeed"), Way: f.Get("way")}
}

// succession is what is to become of what is held already.
func (f appointmentFields) succession() org.Succession {
	return org.Succession{Others: f.Succeed != "", Own: transfer.Way(f.Way) == transfer.Transfer}
}

func readAppointment(f appointmentFields) (org.Appointment, error) {
	var read screen.Form
	a := org.Appointment{
		Post: read.ID(f.Post), First: read.Day("first", f.First), Last: read.Day("last", f.Last), Acting: f.Acting != "",
	}
	return a, read.Err()
}

func (s *Screens) showAppointment(w http.ResponseWriter, r *http.Request) error {
	a, err := s.org.Appointment(r.Context(), screen.Actor(r.Context()), idIn(r), screen.Today(r.Context()))
	if err != nil {
		return err
	}
	return s.drawAppointmentPeriod(w, r, a, a.Last.String(), nil)
}

// changeAppointment ends an appointment, or takes back one that has not begun.
func (s *Screens) changeAppointment(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, today := r.Context(), screen.Actor(r.Context()), screen.Today(r.Context())
	a, err := s.org.Appointment(ctx, actor, idIn(r), today)
	if err != nil {
		return err
	}
	if r.PostForm.Get("act") == "withdraw" {
		if err := s.org.Withdraw(ctx, actor, a.ID); err != nil {
			return s.drawAppointmentPeriod(w, r, a, a.Last.String(), err)
		}
		return screen.GoOn(w, r, address.Person(a.StaffNumber), "withdrawn")
	}
	var read screen.Form
	last := read.Day("last", r.PostForm.Get("last"))
	if err = read.Err(); err == nil {
		err = s.org.EndAppointment(ctx, actor, a.ID, last)
	}
	if err != nil {
		return s.drawAppointmentPeriod(w, r, a, r.PostForm.Get("last"), err)
	}
	if last.IsZero() {
		return screen.GoOn(w, r, address.Person(a.StaffNumber), "changed")
	}
	return screen.GoOn(w, r, address.Person(a.StaffNumber), "ended")
}

func (s *Screens) drawAppointmentPeriod(w http.ResponseWriter, r *http.Request, a org.AppointmentLine, last string, refusal error) error {
	today := screen.Today(r.Context())
	return s.drawPeriod(w, r, period.View{
		Frame:   screen.Frame(r, a.PostName()+"の発令", organizationLink, peopleLink, layout.Link{Label: a.PersonName, Address: address.Person(a.StaffNumber)}),
		Address: address.Appointment(a.ID),
		Facts:   []component.Fact{{Name: "氏名", Value: a.PersonName}, {Name: "最初の日", Value: calendar.Wareki(a.First)}},
		Last:    last, Yesterday: today.AddDays(-1), Prepared: a.First.After(today), MayReopen: true, Withdraw: "この発令を取り消す",
	}, refusal)
}
