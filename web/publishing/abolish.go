package publishing

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/publish"
	"kagami/web/component/document"
	"kagami/web/screen"
)

func (s *Screens) showAbolish(w http.ResponseWriter, r *http.Request) error {
	reading, err := s.policies.Read(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code"))
	if err != nil {
		return err
	}
	newest, err := s.newestNumber(r, reading)
	if err != nil {
		return err
	}
	typed := publish.Abolition{Number: newest}
	if err := s.publications.CheckAbolition(r.Context(), screen.Actor(r.Context()), reading.Code, typed); fault.KindOf(err) == fault.Conflict {
		return err // nothing that could be typed helps
	}
	return s.abolishForm(w, r, reading, abolishView{Typed: typed}, nil)
}

// newestNumber is the number of a document's newest published revision, which may
// be one that is still to come.
func (s *Screens) newestNumber(r *http.Request, reading policy.Reading) (int, error) {
	history, err := s.policies.History(r.Context(), screen.Actor(r.Context()), reading.Code)
	if err != nil {
		return 0, err
	}
	return history[0].Number, nil
}

// abolish asks once more what can't be undone, and then does it.
func (s *Screens) abolish(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor, code := screen.Actor(ctx), chi.URLParam(r, "code")
	reading, err := s.policies.Read(ctx, actor, code)
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(r.PostForm.Get("number"))
	if err != nil {
		return fault.New(fault.Invalid, "どの版を見て廃止するのかが送られていません。文書を開き直して、「この文書を廃止する」から始めてください。")
	}
	form := abolishView{On: r.PostForm.Get("abolished_on"), DecidedOn: r.PostForm.Get("decided_on"), Typed: publish.Abolition{
		On: screen.DayField(r, "abolished_on"), DecidedOn: screen.DayField(r, "decided_on"), Number: number,
		Reason: strings.TrimSpace(r.PostForm.Get("reason")), Minutes: strings.TrimSpace(r.PostForm.Get("minutes")),
	}}
	switch r.PostForm.Get("act") {
	case "abolish":
		if err = s.publications.Abolish(ctx, actor, code, form.Typed); err == nil {
			return screen.GoOn(w, r, address.Policy(code), "abolished")
		}
	case "back":
	default:
		if err = s.publications.CheckAbolition(ctx, actor, code, form.Typed); err == nil {
			form.Confirm = true
		}
	}
	return s.abolishForm(w, r, reading, form, err)
}

func (s *Screens) abolishForm(w http.ResponseWriter, r *http.Request, reading policy.Reading, form abolishView, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	people, err := s.acknowledgements.CountAsked(r.Context(), screen.Actor(r.Context()), reading.Document, policy.Audience{Everyone: true})
	if err != nil {
		return err
	}
	form.People = people.Asked + people.Absent
	form.Frame, form.Reading, form.Problems = screen.Frame(r, reading.Title+"を廃止する", document.List, document.Link(reading.Document)), reading, problems
	screen.Render(w, r, status, abolishPage(form))
	return nil
}
