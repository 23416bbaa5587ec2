package portal

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/web/component/revision"
	"kagami/web/page"
	"kagami/web/screen"
)

func (p *Portal) draftOf(r *http.Request) (draft.Draft, error) {
	return p.Draft.Draft(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code"))
}

func (p *Portal) showSubmit(w http.ResponseWriter, r *http.Request) error {
	d, err := p.draftOf(r)
	if err != nil {
		return err
	}
	typed := draft.Submission{Scale: d.Scale, Why: d.Why, WhyText: d.WhyText}
	if d.First() {
		typed.Scale = draft.Major
	}
	return p.submitForm(w, r, d, typed, nil)
}

func (p *Portal) submit(w http.ResponseWriter, r *http.Request) error {
	d, err := p.draftOf(r)
	if err != nil {
		return err
	}
	typed := draft.Submission{
		Scale: draft.Scale(r.PostForm.Get("scale")), Why: policy.Why(r.PostForm.Get("why")),
		WhyText: strings.TrimSpace(r.PostForm.Get("why_text")), SHA256: revision.Hash(r.PostForm),
	}
	if err := p.Draft.Submit(r.Context(), screen.Actor(r.Context()), d.Code, typed); err != nil {
		return p.submitForm(w, r, d, typed, err)
	}
	return screen.GoOn(w, r, address.Draft(d.Code), "submitted")
}

func (p *Portal) submitForm(w http.ResponseWriter, r *http.Request, d draft.Draft, typed draft.Submission, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, page.SubmitPage(page.Submit{
		Frame: screen.Frame(r, d.Title+"を提出する", revision.Crumbs(d)...), Draft: d, Typed: typed, Problems: problems,
	}))
	return nil
}

// stepBack is a step that takes nothing but a reason.
type stepBack struct {
	step, title, what, act, done string
	do                           func(ctx context.Context, actor authz.Actor, code, reason string, sha256 []byte) error
}

func (p *Portal) takeBack() stepBack {
	return stepBack{
		"take-back", "を下書きに引き戻す", "提出を取りやめ、下書きに戻します。本部会議の決定は記録に残りますが、公開にはもう一度の決定が要ります。", "引き戻す", "taken-back", p.Draft.TakeBack,
	}
}

func (p *Portal) withdraw() stepBack {
	return stepBack{
		"withdraw", "を取り下げる", "この下書きを捨てます。元には戻せません。捨てたことと理由は、記録に残ります。", "取り下げる", "draft-withdrawn", p.Draft.Withdraw,
	}
}

func (p *Portal) showStepBack(of func() stepBack) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error { return p.reasonForm(w, r, of(), nil) }
}

func (p *Portal) stepBack(of func() stepBack) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		s, code := of(), chi.URLParam(r, "code")
		if err := s.do(r.Context(), screen.Actor(r.Context()), code, strings.TrimSpace(r.PostForm.Get("reason")), revision.Hash(r.PostForm)); err != nil {
			return p.reasonForm(w, r, s, err)
		}
		if s.done == "draft-withdrawn" {
			return screen.GoOn(w, r, address.Policies, s.done)
		}
		return screen.GoOn(w, r, address.Draft(code), s.done)
	}
}

func (p *Portal) reasonForm(w http.ResponseWriter, r *http.Request, s stepBack, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	draft, err := p.draftOf(r)
	if err != nil {
		return errors.Join(refusal, err)
	}
	screen.Render(w, r, status, revision.ReasonPage(revision.Reason{
		Frame: screen.Frame(r, draft.Title+s.title, revision.Crumbs(draft)...), Draft: draft, Step: s.step, What: s.what, Act: s.act, Final: s.step == "withdraw",
		Typed: r.PostForm.Get("reason"), Problems: problems,
	}))
	return nil
}
