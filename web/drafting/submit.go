package drafting

import (
	"net/http"
	"strings"

	"kagami/internal/address"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/web/component/revision"
	"kagami/web/screen"
)

func (s *Screens) showSubmit(w http.ResponseWriter, r *http.Request) error {
	d, err := s.draftOf(r)
	if err != nil {
		return err
	}
	typed := draft.Submission{Scale: d.Scale, Why: d.Why, WhyText: d.WhyText}
	if d.First() {
		typed.Scale = draft.Major
	}
	return s.submitForm(w, r, d, typed, nil)
}

func (s *Screens) submit(w http.ResponseWriter, r *http.Request) error {
	d, err := s.draftOf(r)
	if err != nil {
		return err
	}
	typed := draft.Submission{
		Scale: draft.Scale(r.PostForm.Get("scale")), Why: policy.Why(r.PostForm.Get("why")),
		WhyText: strings.TrimSpace(r.PostForm.Get("why_text")), SHA256: revision.Hash(r.PostForm),
	}
	if err := s.drafts.Submit(r.Context(), screen.Actor(r.Context()), d.Code, typed); err != nil {
		return s.submitForm(w, r, d, typed, err)
	}
	return screen.GoOn(w, r, address.Draft(d.Code), "submitted")
}

func (s *Screens) submitForm(w http.ResponseWriter, r *http.Request, d draft.Draft, typed draft.Submission, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, submitPage(submitView{
		Frame: screen.Frame(r, d.Title+"を提出する", revision.Crumbs(d)...), Draft: d, Typed: typed, Problems: problems,
	}))
	return nil
}
