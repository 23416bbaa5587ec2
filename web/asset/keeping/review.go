package keeping

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/propose"
	"kagami/internal/fault"
	"kagami/web/component/register"
	"kagami/web/layout"
	"kagami/web/screen"
)

func (s *Screens) showReview(w http.ResponseWriter, r *http.Request) error {
	return s.drawReview(w, r, nil)
}

// acts are what is done about a draft or a proposal, each with what is said after it.
func (s *Screens) review(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, form := r.Context(), screen.Actor(r.Context()), r.PostForm
	var read screen.Form
	seen := propose.Seen{Code: chi.URLParam(r, "asset"), Version: read.Version(form.Get("version"))}
	if err := read.Err(); err != nil {
		return s.drawReview(w, r, err)
	}
	proposal, _ := strconv.ParseInt(form.Get("proposal"), 10, 64) // 0, and anything else that is none, is none
	var err error
	flash := "draft-sent-back"
	switch do := form.Get("do"); {
	case do == "confirm" && proposal == 0:
		flash, err = "drafts-confirmed", s.proposals.Confirm(ctx, actor, []propose.Seen{seen})
	case do == "confirm":
		flash, err = "proposal-confirmed", s.proposals.ConfirmProposal(ctx, actor, seen, proposal)
	case do == "send-back" && proposal == 0:
		err = s.proposals.SendBack(ctx, actor, seen, form.Get("words"))
	case do == "send-back":
		err = s.proposals.SendProposalBack(ctx, actor, seen, proposal, form.Get("words"))
	default:
		err = fault.New(fault.Invalid, "画面のボタンから選んでください。")
	}
	if err != nil {
		return s.drawReview(w, r, err)
	}
	return screen.GoOn(w, r, address.Asset(seen.Code), flash)
}

// drawReview shows what waits of an asset as it stands now.
func (s *Screens) drawReview(w http.ResponseWriter, r *http.Request, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	a, err := s.register.Find(ctx, actor, chi.URLParam(r, "asset"))
	if err != nil {
		return err
	}
	scheme, err := s.register.Scheme(ctx, actor)
	if err != nil {
		return err
	}
	view := reviewView{
		Frame: screen.Frame(r, "確認する："+a.Name, register.Link, layout.Link{Label: a.Code, Address: address.Asset(a.Code)}),
		Asset: a, Words: r.PostForm.Get("words"), Problems: problems,
	}
	if view.Draft, err = s.proposals.Draft(ctx, actor, a); err != nil {
		return err
	}
	if view.Proposal, err = s.proposals.Open(ctx, actor, a); err != nil {
		return err
	}
	switch {
	case view.Proposal.ID != 0:
		view.Lines = proposedLines(scheme, a, view.Proposal)
		view.is(scheme, a.Apply(view.Proposal.After))
		view.MayWithdraw = view.Proposal.Person == actor.Person
		view.MayConfirm, err = s.proposals.MayConfirm(ctx, actor, a, view.Proposal.Person)
	case view.Draft.Waits(a):
		view.Lines = draftedLines(scheme, a)
		view.MayWithdraw = view.Draft.AskWithdraw(actor) == nil
		view.is(scheme, a.Details)
		view.MayConfirm, err = s.proposals.MayConfirmDraft(ctx, actor, a, view.Draft)
	}
	if err != nil {
		return err
	}
	if len(view.Lines) == 0 {
		if err := s.takenBack(r, a, &view); err != nil {
			return err
		}
	}
	screen.Render(w, r, status, reviewPage(view))
	return nil
}

// takenBack says who has withdrawn what waited of an asset, where that is why nothing does.
func (s *Screens) takenBack(r *http.Request, a asset.Asset, view *reviewView) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	if a.State == asset.Mistaken {
		history, err := s.register.History(ctx, actor, a)
		e := asset.Withdrawal(a, history)
		view.TakenBack, view.TakenBackBy, view.TakenBackAt = e.Version != 0, e.By, e.At
		return err
	}
	last, err := s.proposals.Last(ctx, actor, a)
	view.TakenBack, view.TakenBackBy, view.TakenBackAt = last.Withdrawn, last.By, last.At
	return err
}

// is says what the asset is to be once it is confirmed.
func (p *reviewView) is(scheme asset.Scheme, d asset.Details) {
	p.Essentials, p.Breaks = essentials(scheme, d), p.Asset.WouldBreak(d, scheme)
}

// line is a column of what waits.
type line struct {
	Title, From, To string
	Moved           bool // it has changed since it was proposed
}

func proposedLines(scheme asset.Scheme, a asset.Asset, p propose.Proposal) []line {
	var list []line
	for _, f := range asset.Fields {
		to, there := p.After[f.Key]
		if !there || f.Inner {
			continue
		}
		now := f.Text(a.Details)
		list = append(list, line{f.Title, scheme.Shown(f.Key, now), scheme.Shown(f.Key, to), now != p.Before[f.Key]})
	}
	return list
}

// draftedLines are what a draft says beside its essentials, which stand above it.
func draftedLines(scheme asset.Scheme, a asset.Asset) []line {
	var list []line
	for _, f := range asset.Fields {
		if text := f.Text(a.Details); text != "" && !f.Inner && !slices.Contains(essentialKeys, f.Key) {
			list = append(list, line{Title: f.Title, To: scheme.Shown(f.Key, text)})
		}
	}
	return list
}
