package publishing

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/publish"
	"kagami/web/component/revision"
	"kagami/web/screen"
)

func (s *Screens) showDecision(w http.ResponseWriter, r *http.Request) error {
	draft, err := s.draftOf(r)
	if err != nil {
		return err
	}
	return s.decisionForm(w, r, draft, decisionView{DecidedOn: screen.Today(r.Context()).String()}, nil)
}

func (s *Screens) decide(w http.ResponseWriter, r *http.Request) error {
	if err := screen.ParseFiles(r, maxMinutes); err != nil {
		return err
	}
	draft, err := s.draftOf(r)
	if err != nil {
		return err
	}
	form := decisionView{DecidedOn: r.PostForm.Get("decided_on"), Others: r.PostForm.Get("others"), Typed: publish.Decision{
		On: screen.DayField(r, "decided_on"), Adopted: r.PostForm.Get("result") == "adopted", Rejected: r.PostForm.Get("result") == "rejected",
		Chair: r.PostForm.Get("chair"), Attendees: slices.Clone(r.PostForm["attendees"]), Minutes: strings.TrimSpace(r.PostForm.Get("minutes")), SHA256: revision.Hash(r.PostForm),
	}}
	if r.PostForm.Get("act") != "record" {
		return s.decisionForm(w, r, draft, form, nil)
	}
	decision := form.Typed
	for _, number := range strings.Fields(form.Others) {
		if !slices.Contains(decision.Attendees, number) {
			decision.Attendees = append(decision.Attendees, number)
		}
	}
	if decision.File, err = minutesField(r); err == nil {
		err = s.publications.RecordDecision(r.Context(), screen.Actor(r.Context()), draft.Code, decision)
	}
	if err != nil {
		return s.decisionForm(w, r, draft, form, err)
	}
	return screen.GoOn(w, r, address.Draft(draft.Code), "decided")
}

func (s *Screens) decisionForm(w http.ResponseWriter, r *http.Request, d draft.Draft, form decisionView, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	day := form.Typed.On
	if day.IsZero() {
		day = screen.Today(r.Context())
	}
	if form.People, err = s.publications.Councillors(r.Context(), screen.Actor(r.Context()), day); err != nil {
		return err
	}
	form.Frame, form.Draft, form.Problems = screen.Frame(r, "本部会議の決定を記録する", revision.Crumbs(d)...), d, problems
	screen.Render(w, r, status, decisionPage(form))
	return nil
}

// minutesField takes in the minutes of a form; nil where no file was chosen.
func minutesField(r *http.Request) (*publish.File, error) {
	file, header, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return nil, nil
	}
	if err != nil {
		return nil, screen.BadForm(err)
	}
	defer file.Close() //nolint:errcheck // it was read only
	body, err := io.ReadAll(io.LimitReader(file, publish.MaxFile+1))
	if err != nil {
		return nil, screen.BadForm(err)
	}
	return publish.NewFile(header.Filename, body)
}

// minutes hands out the minutes that were attached to a decision, always as a
// file to save: what is in it was made elsewhere.
func (s *Screens) minutes(w http.ResponseWriter, r *http.Request) error {
	number, err := strconv.Atoi(chi.URLParam(r, "number"))
	if err != nil {
		return screen.ErrNotFound()
	}
	file, err := s.publications.Minutes(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code"), number)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", file.Type)
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(file.Name))
	h.Set("Content-Length", strconv.Itoa(len(file.Body)))
	_, _ = w.Write(file.Body) // whoever has gone does not need it
	return nil
}
