package keeping

import (
	"net/http"
	"strings"

	"kagami/internal/address"
	"kagami/internal/asset/propose"
	"kagami/web/component/register"
	"kagami/web/screen"
)

func (s *Screens) showDrafts(w http.ResponseWriter, r *http.Request) error {
	return s.drawDrafts(w, r, nil)
}

// confirmDrafts confirms those that are ticked: each tick is a 管理番号 and its version.
func (s *Screens) confirmDrafts(w http.ResponseWriter, r *http.Request) error {
	var read screen.Form
	var list []propose.Seen
	for _, ticked := range r.PostForm["draft"] {
		code, version, _ := strings.Cut(ticked, " ")
		list = append(list, propose.Seen{Code: code, Version: read.Version(version)})
	}
	err := read.Err()
	if err == nil {
		err = s.proposals.Confirm(r.Context(), screen.Actor(r.Context()), list)
	}
	if err != nil {
		return s.drawDrafts(w, r, err)
	}
	return screen.GoOn(w, r, address.AssetDrafts, "drafts-confirmed")
}

func (s *Screens) drawDrafts(w http.ResponseWriter, r *http.Request, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	waiting, err := s.proposals.Waiting(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	scheme, err := s.register.Scheme(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	view := draftsView{Scheme: scheme, Frame: screen.Frame(r, "下書きと変更の提案を確認する", register.Link), Problems: problems, Ticked: map[string]bool{}}
	for _, line := range waiting {
		if line.Proposal {
			view.Proposals = append(view.Proposals, line)
		} else {
			view.Drafts = append(view.Drafts, line)
		}
	}
	for _, ticked := range r.PostForm["draft"] {
		view.Ticked[ticked] = true
	}
	screen.Render(w, r, status, draftsPage(view))
	return nil
}
