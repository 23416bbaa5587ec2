package portal

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/publish"
	"kagami/web/component/document"
	"kagami/web/component/revision"
	"kagami/web/page"
	"kagami/web/screen"
)

func (p *Portal) showDraft(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	draft, err := p.Draft.Draft(ctx, actor, chi.URLParam(r, "code"))
	if err != nil {
		return err
	}
	decisions, err := p.Publish.Decisions(ctx, actor, draft.Revision)
	if err != nil {
		return err
	}
	before, err := p.Draft.Base(ctx, draft)
	if err != nil {
		return err
	}
	comments, err := p.Draft.Comments(ctx, draft)
	if err != nil {
		return err
	}
	text := document.NewText(draft.Outline).WithComments(comments)
	return screen.Show(w, r, page.DraftPage(page.Draft{
		Comparison: revision.Compared(before, draft), Comments: comments,
		Frame: screen.Frame(r, draft.Title+"の下書き", document.List), Draft: draft, Actor: actor, Decisions: decisions,
		Contents: document.Contents(text), Body: document.Body(text),
	}))
}

// startDraft begins the next revision as a copy of the newest.
func (p *Portal) startDraft(w http.ResponseWriter, r *http.Request) error {
	code := chi.URLParam(r, "code")
	number, err := strconv.Atoi(r.PostForm.Get("from"))
	if err != nil {
		return fault.New(fault.Invalid, "どの版から始めるのかが送られていません。文書を開き直して、「次の版の下書きを始める」を押してください。")
	}
	if err := p.Draft.StartDraft(r.Context(), screen.Actor(r.Context()), code, number); err != nil {
		return err
	}
	return screen.GoOn(w, r, address.Draft(code), "draft-started")
}

func (p *Portal) publishPage(r *http.Request, d draft.Draft, problems []fault.Problem) (page.Publish, error) {
	campaign, err := p.campaignFields(r, d, problems)
	return page.Publish{
		Frame: screen.Frame(r, d.Title+"を公開する", revision.Crumbs(d)...), Draft: d, EffectiveOn: r.PostForm.Get("effective_on"),
		Campaign: campaign, Problems: problems,
	}, err
}

func (p *Portal) showPublish(w http.ResponseWriter, r *http.Request) error {
	draft, err := p.Draft.Draft(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code"))
	if err != nil {
		return err
	}
	form, err := p.publishPage(r, draft, nil)
	if err != nil {
		return err
	}
	return screen.Show(w, r, page.PublishPage(form))
}

// publish asks once more what can't be undone, and then does it.
func (p *Portal) publish(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor, code := screen.Actor(ctx), chi.URLParam(r, "code")
	draft, err := p.Draft.Draft(ctx, actor, code)
	if err != nil {
		return err
	}
	publication := publish.Publication{EffectiveOn: screen.DayField(r, "effective_on"), SHA256: revision.Hash(r.PostForm), Campaign: campaignField(r)}
	var refusal error
	people := 0
	if r.PostForm.Get("act") == "publish" {
		refusal = p.Publish.PublishDecided(ctx, actor, code, publication)
	} else if refusal = p.Publish.CheckPublication(ctx, draft, publication); refusal == nil {
		people, refusal = p.Acknowledge.Bound(ctx, draft.Document, publication.Campaign.Of)
	}
	problems, status, err := screen.Refused(refusal)
	switch {
	case err != nil:
		return err
	case problems == nil && r.PostForm.Get("act") == "publish":
		return screen.GoOn(w, r, address.Policy(code), "published")
	}
	form, err := p.publishPage(r, draft, problems)
	if err != nil {
		return err
	}
	if problems == nil {
		form.Confirm = &page.Confirm{Publication: publication, People: people}
	}
	screen.Render(w, r, status, page.PublishPage(form))
	return nil
}
