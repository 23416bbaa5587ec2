package publishing

import (
	"net/http"

	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/publish"
	"kagami/web/component/revision"
	"kagami/web/screen"
)

// publishForm is the form to publish a draft with, with what was typed in it.
func (s *Screens) publishForm(r *http.Request, d draft.Draft, problems []fault.Problem) (publishView, error) {
	campaign, err := s.campaignFields(r, d, problems)
	return publishView{
		Frame: screen.Frame(r, d.Title+"を公開する", revision.Crumbs(d)...), Draft: d, EffectiveOn: r.PostForm.Get("effective_on"),
		Campaign: campaign, Problems: problems,
	}, err
}

func (s *Screens) showPublish(w http.ResponseWriter, r *http.Request) error {
	draft, err := s.draftOf(r)
	if err != nil {
		return err
	}
	form, err := s.publishForm(r, draft, nil)
	if err != nil {
		return err
	}
	return screen.Show(w, r, publishPage(form))
}

// publish asks once more what can't be undone, and then does it.
func (s *Screens) publish(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	draft, err := s.draftOf(r)
	if err != nil {
		return err
	}
	publication := publish.Publication{EffectiveOn: screen.DayField(r, "effective_on"), SHA256: revision.Hash(r.PostForm), Campaign: campaignField(r)}
	var refusal error
	var people acknowledge.Headcount
	if r.PostForm.Get("act") == "publish" {
		refusal = s.publications.PublishDecided(ctx, actor, draft.Code, publication)
	} else if refusal = s.publications.CheckPublication(ctx, draft, publication); refusal == nil {
		people, refusal = s.acknowledgements.CountAsked(ctx, actor, draft.Document, publication.Campaign.Of)
	}
	problems, status, err := screen.Refused(refusal)
	switch {
	case err != nil:
		return err
	case problems == nil && r.PostForm.Get("act") == "publish":
		return screen.GoOn(w, r, address.Policy(draft.Code), "published")
	}
	form, err := s.publishForm(r, draft, problems)
	if err != nil {
		return err
	}
	if problems == nil {
		form.Confirm = &confirmView{Publication: publication, People: people}
	}
	screen.Render(w, r, status, publishPage(form))
	return nil
}
