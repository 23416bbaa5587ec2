package publishing

import (
	"errors"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/web/component/revision"
	"kagami/web/screen"
)

func (s *Screens) showSendBack(w http.ResponseWriter, r *http.Request) error {
	return s.sendBackForm(w, r, nil)
}

func (s *Screens) sendBack(w http.ResponseWriter, r *http.Request) error {
	code, reason := chi.URLParam(r, "code"), strings.TrimSpace(r.PostForm.Get("reason"))
	if err := s.drafts.SendBack(r.Context(), screen.Actor(r.Context()), code, reason, revision.Hash(r.PostForm)); err != nil {
		return s.sendBackForm(w, r, err)
	}
	return screen.GoOn(w, r, address.Draft(code), "sent-back")
}

func (s *Screens) sendBackForm(w http.ResponseWriter, r *http.Request, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	draft, err := s.draftOf(r)
	if err != nil {
		return errors.Join(refusal, err)
	}
	screen.Render(w, r, status, revision.ReasonPage(revision.Reason{
		Frame: screen.Frame(r, draft.Title+"を差し戻す", revision.Crumbs(draft)...), Draft: draft, Step: "send-back",
		What: "この下書きを、理由を付けて差し戻します。公開はされません。", Act: "差し戻す", Typed: r.PostForm.Get("reason"), Problems: problems,
	}))
	return nil
}
