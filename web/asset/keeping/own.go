package keeping

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/asset/propose"
	"kagami/internal/fault"
	"kagami/web/component/register"
	"kagami/web/layout"
	"kagami/web/screen"
)

// showOwn shows what somebody has drafted and proposed themselves.
func (s *Screens) showOwn(w http.ResponseWriter, r *http.Request) error {
	list, err := s.proposals.Own(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	screen.Render(w, r, http.StatusOK, ownPage(ownView{Frame: screen.Frame(r, "自分の下書き", register.Link), List: list}))
	return nil
}

func (s *Screens) showWithdraw(w http.ResponseWriter, r *http.Request) error {
	return s.drawWithdraw(w, r, nil)
}

// withdraw takes a draft or a proposal back, as somebody has seen it.
func (s *Screens) withdraw(w http.ResponseWriter, r *http.Request) error {
	var read screen.Form
	seen := propose.Seen{Code: chi.URLParam(r, "asset"), Version: read.Version(r.PostForm.Get("version"))}
	proposal, _ := strconv.ParseInt(r.PostForm.Get("proposal"), 10, 64) // 0, and anything else that is none, is none
	err := read.Err()
	if err == nil {
		err = s.proposals.Withdraw(r.Context(), screen.Actor(r.Context()), seen, proposal)
	}
	if err != nil {
		return s.drawWithdraw(w, r, err)
	}
	if proposal != 0 {
		return screen.GoOn(w, r, address.OwnAssetDrafts, "proposal-withdrawn")
	}
	return screen.GoOn(w, r, address.OwnAssetDrafts, "asset-draft-withdrawn")
}

// drawWithdraw asks before something is taken back.
func (s *Screens) drawWithdraw(w http.ResponseWriter, r *http.Request, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	a, err := s.register.Find(ctx, actor, chi.URLParam(r, "asset"))
	if err != nil {
		return err
	}
	own, err := s.proposals.OwnOf(ctx, actor, a)
	if fault.KindOf(err) == fault.NotFound && refusal != nil {
		return refusal // it is over meanwhile, and that says so
	}
	if err != nil {
		return err
	}
	screen.Render(w, r, status, withdrawPage(withdrawView{
		Frame: screen.Frame(r, "取り下げる："+a.Name, register.Link, layout.Link{Label: "自分の下書き", Address: address.OwnAssetDrafts}),
		Own:   own, Version: a.Version, Problems: problems,
	}))
	return nil
}
