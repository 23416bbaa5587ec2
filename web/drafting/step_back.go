package drafting

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/web/component/revision"
	"kagami/web/screen"
)

// stepBack is a step that takes nothing but a reason.
type stepBack struct {
	step, title, what, act, done string
	do                           func(ctx context.Context, actor authz.Actor, code, reason string, sha256 []byte) error
}

func (s *Screens) takeBack() stepBack {
	return stepBack{
		"take-back", "を下書きに引き戻す", "提出を取りやめ、下書きに戻します。本部会議の決定は記録に残りますが、公開にはもう一度の決定が要ります。", "引き戻す", "taken-back", s.drafts.TakeBack,
	}
}

func (s *Screens) withdraw() stepBack {
	return stepBack{
		"withdraw", "を取り下げる", "この下書きを捨てます。元には戻せません。捨てたことと理由は、記録に残ります。", "取り下げる", "draft-withdrawn", s.drafts.Withdraw,
	}
}

func (s *Screens) showStepBack(of func() stepBack) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error { return s.reasonForm(w, r, of(), nil) }
}

func (s *Screens) stepBack(of func() stepBack) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		back, code := of(), chi.URLParam(r, "code")
		if err := back.do(r.Context(), screen.Actor(r.Context()), code, strings.TrimSpace(r.PostForm.Get("reason")), revision.Hash(r.PostForm)); err != nil {
			return s.reasonForm(w, r, back, err)
		}
		if back.done == "draft-withdrawn" {
			return screen.GoOn(w, r, address.Policies, back.done)
		}
		return screen.GoOn(w, r, address.Draft(code), back.done)
	}
}

func (s *Screens) reasonForm(w http.ResponseWriter, r *http.Request, back stepBack, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	draft, err := s.draftOf(r)
	if err != nil {
		return errors.Join(refusal, err)
	}
	screen.Render(w, r, status, revision.ReasonPage(revision.Reason{
		Frame: screen.Frame(r, draft.Title+back.title, revision.Crumbs(draft)...), Draft: draft, Step: back.step, What: back.what, Act: back.act, Final: back.step == "withdraw",
		Typed: r.PostForm.Get("reason"), Problems: problems,
	}))
	return nil
}
