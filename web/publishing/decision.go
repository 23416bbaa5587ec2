package publishing

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/attachment"
	"kagami/internal/authz"
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

// decide asks once more what can't be taken back, and then records it.
func (s *Screens) decide(w http.ResponseWriter, r *http.Request) error {
	draft, err := s.draftOf(r) // before a file is taken in
	if err != nil {
		return err
	}
	sent, refusal := s.minutesField(w, r)
	form := decisionView{DecidedOn: r.PostForm.Get("decided_on"), Others: r.PostForm.Get("others"), Sent: sent, Typed: publish.Decision{
		On: screen.DayField(r, "decided_on"), Adopted: r.PostForm.Get("result") == "adopted", Rejected: r.PostForm.Get("result") == "rejected",
		Chair: r.PostForm.Get("chair"), Attendees: slices.Clone(r.PostForm["attendees"]), Minutes: strings.TrimSpace(r.PostForm.Get("minutes")),
		File: sent.Token, SHA256: revision.Hash(r.PostForm),
	}}
	act := r.PostForm.Get("act")
	if refusal != nil || act == "people" || act == "edit" {
		return s.decisionForm(w, r, draft, form, refusal)
	}
	decision := form.Typed
	for _, number := range strings.Fields(form.Others) {
		if !slices.Contains(decision.Attendees, number) {
			decision.Attendees = append(decision.Attendees, number)
		}
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	if act == "record" {
		if err := s.publications.RecordDecision(ctx, actor, draft.Code, decision); err != nil {
			return s.decisionForm(w, r, draft, form, err)
		}
		return screen.GoOn(w, r, address.Draft(draft.Code), "decided")
	}
	meeting, err := s.publications.CheckDecision(ctx, actor, draft, decision)
	if err == nil {
		form.Confirm = &meeting
	}
	return s.decisionForm(w, r, draft, form, err)
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

// minutesField reads the form, and takes in its file; without one, the file that was
// sent before with a form that was refused. Zero for none.
func (s *Screens) minutesField(w http.ResponseWriter, r *http.Request) (attachment.File, error) {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	var sent attachment.File
	err := screen.ReadStream(w, r, attachment.Field, func(name string, body io.Reader) (err error) {
		sent, err = s.attachments.Upload(ctx, actor, name, body, minutesKinds...)
		return err
	})
	before := r.PostForm.Get("sent")
	if sent.Token != "" || before == "" {
		return sent, err
	}
	sent, gone := s.attachments.Untied(ctx, actor, before)
	if err == nil && gone != nil {
		err = screen.AtField(attachment.Field, gone)
	}
	return sent, err
}

// minutes hands out the minutes that were attached to a decision.
func (s *Screens) minutes(w http.ResponseWriter, r *http.Request) error {
	number, err := strconv.Atoi(chi.URLParam(r, "number"))
	if err != nil {
		return screen.ErrNotFound()
	}
	content, err := s.attachments.Open(r.Context(), screen.Actor(r.Context()), func(ctx context.Context, actor authz.Actor) (int64, error) {
		return s.publications.Minutes(ctx, actor, chi.URLParam(r, "code"), number)
	})
	if err != nil {
		return err
	}
	return screen.ServeAttachment(w, r, content)
}
