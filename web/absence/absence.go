package absence

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/internal/org/absence"
	"kagami/web/component"
	"kagami/web/component/period"
	"kagami/web/screen"
)

func (s *Screens) showAbsenceForm(w http.ResponseWriter, r *http.Request) error {
	person, err := s.person(r)
	if err != nil {
		return err
	}
	return s.drawAbsenceForm(w, r, person, absenceFields{}, nil)
}

func (s *Screens) recordAbsence(w http.ResponseWriter, r *http.Request) error {
	person, err := s.person(r)
	if err != nil {
		return err
	}
	f := r.PostForm
	typed := absenceFields{First: f.Get("first"), Last: f.Get("last"), Kind: f.Get("kind"), Reason: f.Get("reason")}
	var read screen.Form
	a := absence.Typed{First: read.Day("first", typed.First), Last: read.Day("last", typed.Last), Kind: typed.Kind, Reason: typed.Reason}
	if err := read.Err(); err != nil {
		return s.drawAbsenceForm(w, r, person, typed, err)
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	unattended, err := s.absences.Foresee(ctx, actor, person.ID, a)
	if err == nil && len(unattended) > 0 && !f.Has("shown") { // a form: the kind and the reason stand in no address
		return screen.Show(w, r, absenceCheckPage(absenceCheck{
			Frame: screen.Frame(r, person.Name+"の休業を登録する", way(person)...), Address: address.PersonAbsences(person.StaffNumber),
			Name: person.Name, Days: period.Words(a.First, a.Last), Typed: typed, Unattended: unattended,
		}))
	}
	if err == nil {
		err = s.absences.Record(ctx, actor, person.ID, a)
	}
	if err != nil {
		return s.drawAbsenceForm(w, r, person, typed, err)
	}
	done := "absent"
	if len(unattended) > 0 {
		done = "absent-unattended"
	}
	return screen.GoOn(w, r, address.With(address.Person(person.StaffNumber), "of", a.First.String()), done)
}

func (s *Screens) drawAbsenceForm(w http.ResponseWriter, r *http.Request, person org.Person, typed absenceFields, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	kinds, err := s.absences.Kinds(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	screen.Render(w, r, status, absenceFormPage(absenceForm{
		Frame: screen.Frame(r, person.Name+"の休業を登録する", way(person)...), Address: address.PersonAbsences(person.StaffNumber),
		Typed: typed, Kinds: kinds, Problems: problems,
	}))
	return nil
}

// absence is the person and the absence of theirs that the address names.
func (s *Screens) absence(r *http.Request) (org.Person, absence.Absence, error) {
	person, err := s.person(r)
	if err != nil {
		return org.Person{}, absence.Absence{}, err
	}
	first, err := calendar.ParseDay(chi.URLParam(r, "first"))
	if err != nil {
		return org.Person{}, absence.Absence{}, screen.ErrNotFound()
	}
	a, err := s.absences.One(r.Context(), screen.Actor(r.Context()), person.ID, first)
	return person, a, err
}

func (s *Screens) showAbsence(w http.ResponseWriter, r *http.Request) error {
	person, a, err := s.absence(r)
	if err != nil {
		return err
	}
	return s.drawAbsencePeriod(w, r, person, a, a.Last.String(), nil)
}

// changeAbsence ends an absence, or takes back one that was recorded by mistake.
func (s *Screens) changeAbsence(w http.ResponseWriter, r *http.Request) error {
	person, a, err := s.absence(r)
	if err != nil {
		return err
	}
	ctx, actor, typed, done := r.Context(), screen.Actor(r.Context()), r.PostForm.Get("last"), "absence-ended"
	var read screen.Form
	version := read.Version(r.PostForm.Get("version"))
	if r.PostForm.Get("act") == "withdraw" {
		done, typed = "absence-back", a.Last.String()
		err = s.absences.Withdraw(ctx, actor, person.ID, a.First, version, r.PostForm.Get("why"))
	} else {
		last := read.Day("last", typed)
		if err = read.Err(); err == nil {
			err = s.absences.End(ctx, actor, person.ID, a.First, last, version)
		}
	}
	if err != nil {
		return s.drawAbsencePeriod(w, r, person, a, typed, err)
	}
	return screen.GoOn(w, r, address.With(address.Person(person.StaffNumber), "of", a.First.String()), done)
}

func (s *Screens) drawAbsencePeriod(w http.ResponseWriter, r *http.Request, person org.Person, a absence.Absence, last string, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, period.Page(period.View{
		Frame:   screen.Frame(r, person.Name+"の休業", way(person)...),
		Address: address.PersonAbsence(person.StaffNumber, a.First.String()),
		Facts:   []component.Fact{{Name: "氏名", Value: person.Name}, {Name: "種類", Value: a.Kind.Title}, {Name: "いまの期間", Value: period.Words(a.First, a.Last)}},
		Last:    last, AsksWhy: true, Why: r.PostForm.Get("why"), MayReopen: true, Withdraw: "この休業を取り消す", Version: a.Version,
		Hint:     "仕事に戻る日の前の日です。戻った日から、確認などの期限が新しく始まります。空にすると、終わりの日を決めないことになります。",
		Problems: problems,
	}))
	return nil
}
