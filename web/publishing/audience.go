package publishing

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/policy"
	"kagami/web/component/audience"
	"kagami/web/component/document"
	"kagami/web/screen"
)

func (s *Screens) showAudience(w http.ResponseWriter, r *http.Request) error {
	d, chosen, err := s.policies.AudienceOf(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code"))
	if err != nil {
		return err
	}
	return s.audienceForm(w, r, d, audience.Fields{Typed: chosen, Named: !chosen.Everyone}, nil)
}

func (s *Screens) changeAudience(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, code := r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code")
	typed := audience.Fields{Typed: audience.Chosen(r.PostForm, "audience"), Named: r.PostForm.Get("audience") == "named"}
	if err := s.policies.ChangeAudience(ctx, actor, code, typed.Typed); err != nil {
		d, _, notThere := s.policies.AudienceOf(ctx, actor, code)
		if notThere != nil {
			return notThere
		}
		return s.audienceForm(w, r, d, typed, err)
	}
	return screen.GoOn(w, r, address.Policy(code), "audience-changed")
}

func (s *Screens) audienceForm(w http.ResponseWriter, r *http.Request, d policy.Document, fields audience.Fields, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	fields.Problems = problems
	if fields.Sections, err = s.organization.Sections(r.Context(), screen.Actor(r.Context()), screen.Today(r.Context())); err != nil {
		return err
	}
	screen.Render(w, r, status, audiencePage(audienceView{
		Frame: screen.Frame(r, d.Title+"の対象", document.List, document.Link(d)), Document: d, Fields: fields, Problems: problems,
	}))
	return nil
}
