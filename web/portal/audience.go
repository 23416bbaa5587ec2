package portal

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/policy"
	"kagami/web/page"
	"kagami/web/screen"
)

func (p *Portal) showAudience(w http.ResponseWriter, r *http.Request) error {
	document, audience, err := p.Policy.AudienceOf(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code"))
	if err != nil {
		return err
	}
	return p.audienceForm(w, r, document, page.AudienceFields{Typed: audience, Named: !audience.Everyone}, nil)
}

func (p *Portal) changeAudience(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, code := r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code")
	typed := page.AudienceFields{Typed: audienceField(r), Named: r.PostForm.Get("audience") == "named"}
	if err := p.Policy.ChangeAudience(ctx, actor, code, typed.Typed); err != nil {
		document, _, notThere := p.Policy.AudienceOf(ctx, actor, code)
		if notThere != nil {
			return notThere
		}
		return p.audienceForm(w, r, document, typed, err)
	}
	return screen.GoOn(w, r, address.Policy(code), "audience-changed")
}

func (p *Portal) audienceForm(w http.ResponseWriter, r *http.Request, document policy.Document, fields page.AudienceFields, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	fields.Problems = problems
	if fields.Sections, err = p.Org.Sections(r.Context(), screen.Actor(r.Context()), screen.Today(r.Context())); err != nil {
		return err
	}
	screen.Render(w, r, status, page.AudiencePage(page.Audience{
		Frame: screen.Frame(r, document.Title+"の対象", policiesLink, documentLink(document)), Document: document, Fields: fields, Problems: problems,
	}))
	return nil
}
