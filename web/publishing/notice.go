package publishing

import (
	"net/http"
	"strings"

	"kagami/internal/address"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/publish"
	"kagami/web/component/revision"
	"kagami/web/screen"
)

func (s *Screens) showNotice(w http.ResponseWriter, r *http.Request) error {
	draft, err := s.draftOf(r)
	if err != nil {
		return err
	}
	return s.noticeForm(w, r, draft, noticeView{Typed: publish.CISONotice{Addressees: "各課室長"}}, nil)
}

func (s *Screens) notify(w http.ResponseWriter, r *http.Request) error {
	draft, err := s.draftOf(r)
	if err != nil {
		return err
	}
	typed := publish.CISONotice{
		Publication: publish.Publication{EffectiveOn: screen.DayField(r, "effective_on"), SHA256: revision.Hash(r.PostForm), Campaign: campaignField(r)},
		Addressees:  strings.TrimSpace(r.PostForm.Get("addressees")), Body: strings.TrimSpace(r.PostForm.Get("body")),
		Answer: strings.TrimSpace(r.PostForm.Get("answer")),
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	if r.PostForm.Get("act") == "publish" {
		if err := s.publications.PublishMinor(ctx, actor, draft.Code, typed); err != nil {
			return s.noticeForm(w, r, draft, noticeView{Typed: typed}, err)
		}
		return screen.GoOn(w, r, address.Policy(draft.Code), "published")
	}
	if r.PostForm.Get("act") == "edit" {
		return s.noticeForm(w, r, draft, noticeView{Typed: typed}, nil)
	}
	var people acknowledge.Headcount
	if err = s.publications.CheckCISONotice(ctx, actor, draft, typed); err == nil {
		people, err = s.acknowledgements.CountAsked(ctx, actor, draft.Document, typed.Campaign.Of)
	}
	if err != nil {
		return s.noticeForm(w, r, draft, noticeView{Typed: typed}, err)
	}
	return s.noticeForm(w, r, draft, noticeView{Typed: typed, Confirm: &confirmView{Publication: typed.Publication, People: people}}, nil)
}

func (s *Screens) noticeForm(w http.ResponseWriter, r *http.Request, d draft.Draft, form noticeView, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	before, err := s.drafts.Base(r.Context(), screen.Actor(r.Context()), d)
	if err != nil {
		return err
	}
	if form.Campaign, err = s.campaignFields(r, d, problems); err != nil {
		return err
	}
	form.Frame, form.Draft, form.Problems = screen.Frame(r, d.Title+"を通知で公開する", revision.Crumbs(d)...), d, problems
	form.Touched, form.Comparison = publish.Weighty(before, d.Outline), revision.Compared(before, d)
	form.EffectiveOn, form.Today = r.PostForm.Get("effective_on"), screen.Today(r.Context())
	screen.Render(w, r, status, noticePage(form))
	return nil
}
