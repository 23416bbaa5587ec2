package portal

import (
	"encoding/hex"
	"net/http"
	"net/url"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/web/layout"
	"kagami/web/page"
)

func (p *Portal) importPage(r *http.Request, i policy.Import, problems []fault.Problem) templ.Component {
	return page.ImportReviewPage(page.ImportReview{
		Frame:  p.frame(r, "読み取った結果を確かめる", policiesLink, layout.Link{Label: "文書を取り込む", Address: "/imports"}),
		Import: i, Outline: i.Outline(), Problems: problems,
	})
}

func (p *Portal) showDraft(w http.ResponseWriter, r *http.Request) error {
	actor := actorOf(r.Context())
	draft, err := p.Policy.Draft(r.Context(), actor, chi.URLParam(r, "code"))
	if err != nil {
		return err
	}
	text := page.NewText(draft.Outline)
	return p.show(w, r, page.DraftPage(page.Draft{
		Frame: p.frame(r, draft.Title+"の下書き", policiesLink), Draft: draft,
		Contents: page.Contents(text), Body: page.Body(text),
		MayPublish: actor.Reach(authz.PublishDecided) == authz.All,
	}))
}

func (p *Portal) publishPage(r *http.Request, draft policy.Draft) page.Publish {
	frame := p.frame(r, draft.Title+"を公開する", policiesLink,
		layout.Link{Label: "下書き", Address: "/policies/" + url.PathEscape(draft.Code) + "/draft"})
	return page.Publish{
		Frame: frame, Draft: draft,
		DecidedOn: r.PostForm.Get("decided_on"), EffectiveOn: r.PostForm.Get("effective_on"),
	}
}

func (p *Portal) showPublish(w http.ResponseWriter, r *http.Request) error {
	draft, err := p.Policy.Draft(r.Context(), actorOf(r.Context()), chi.URLParam(r, "code"))
	if err != nil {
		return err
	}
	return p.show(w, r, page.PublishPage(p.publishPage(r, draft)))
}

// publish asks once more what can't be undone, and then does it.
func (p *Portal) publish(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor, code := actorOf(ctx), chi.URLParam(r, "code")
	draft, err := p.Policy.Draft(ctx, actor, code)
	if err != nil {
		return err
	}
	hash, err := hex.DecodeString(r.PostForm.Get("sha256"))
	if err != nil {
		hash = nil // matches no draft
	}
	decision := policy.Decision{DecidedOn: dayField(r, "decided_on"), EffectiveOn: dayField(r, "effective_on"), SHA256: hash}
	form := p.publishPage(r, draft)
	if r.PostForm.Get("act") == "publish" {
		err = p.Policy.PublishDecided(ctx, actor, code, decision)
	} else {
		err = p.Policy.Check(decision)
	}
	if form.Problems = problemsOf(err); form.Problems != nil {
		p.render(w, r, failures[fault.KindOf(err)].status, page.PublishPage(form))
		return nil
	}
	if err != nil {
		return err
	}
	if r.PostForm.Get("act") == "publish" {
		return goOn(w, r, "/policies/"+url.PathEscape(code), "published")
	}
	people, err := p.Policy.Bound(ctx, draft.Document)
	if err != nil {
		return err
	}
	form.Confirm = &page.Confirm{Decision: decision, People: people}
	return p.show(w, r, page.PublishPage(form))
}
