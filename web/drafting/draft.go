package drafting

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/web/component/document"
	"kagami/web/component/revision"
	"kagami/web/screen"
)

func (s *Screens) showDraft(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	draft, err := s.draftOf(r)
	if err != nil {
		return err
	}
	decisions, err := s.publications.Decisions(ctx, actor, draft.Revision)
	if err != nil {
		return err
	}
	before, err := s.drafts.Base(ctx, actor, draft)
	if err != nil {
		return err
	}
	comments, err := s.drafts.Comments(ctx, actor, draft)
	if err != nil {
		return err
	}
	text := document.NewText(draft.Outline).WithComments(comments)
	return screen.Show(w, r, draftPage(draftView{
		Comparison: revision.Compared(before, draft), Comments: comments,
		Frame: screen.Frame(r, draft.Title+"の下書き", document.List), Draft: draft, Actor: actor, Decisions: decisions,
		Contents: document.Contents(text), Body: document.Body(text),
	}))
}

// startDraft begins the next revision as a copy of the newest.
func (s *Screens) startDraft(w http.ResponseWriter, r *http.Request) error {
	code := chi.URLParam(r, "code")
	number, err := strconv.Atoi(r.PostForm.Get("from"))
	if err != nil {
		return fault.New(fault.Invalid, "どの版から始めるのかが送られていません。文書を開き直して、「次の版の下書きを始める」を押してください。")
	}
	if err := s.drafts.StartDraft(r.Context(), screen.Actor(r.Context()), code, number); err != nil {
		return err
	}
	return screen.GoOn(w, r, address.Draft(code), "draft-started")
}
