package loan

import (
	"net/http"
	"slices"
	"strings"

	"kagami/internal/asset/loan"
	"kagami/internal/authz"
	"kagami/web/screen"
)

func (s *Screens) showEntry(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	l, err := s.loan(r)
	if err != nil {
		return err
	}
	history, err := s.loans.History(ctx, actor, l.Code)
	if err != nil {
		return err
	}
	next, err := s.loans.Next(ctx, actor, l)
	if err != nil {
		return err
	}
	scheme, err := s.loans.SchemeForPortal(ctx)
	if err != nil {
		return err
	}
	lost, err := s.loans.Lost(ctx, actor, l.Code)
	if err != nil {
		return err
	}
	view := entryView{
		Frame: screen.Frame(r, loan.Number(l.Code)+"："+l.AssetName, listWay...), Loan: l, History: history, Safeguards: scheme.Titles(l.Safeguards), Lost: lost, Today: screen.Today(ctx),
	}
	for _, p := range steps {
		if slices.Contains(next, p.Event) {
			view.Steps = append(view.Steps, p)
		}
	}
	_, view.SeesAsset = actor.May(authz.ReadAssets, authz.Matter{OwnersSection: l.Holder})
	view.MayAskAgain = slices.Contains(actor.Sections(authz.AskLoans), l.Section) && !slices.Contains([]loan.State{loan.Asked, loan.Permitted, loan.Handed}, l.State)
	if !slices.ContainsFunc(next, leads) {
		view.Turn = turn(l)
	}
	return screen.Show(w, r, entryPage(view))
}

// found says what was found when it came back.
func (p entryView) found() string {
	given := map[string]loan.Answer{"whole": loan.Yes, "sound": p.Sound, "erased": p.Erased} // it closes with all of it alone
	var words []string
	for _, q := range loan.Questions {
		words = append(words, q.Words(given[q.Key]))
	}
	return strings.Join(words, "、")
}

// leads tells of a step that goes on with a loan; the others end it, or wait.
func leads(event loan.Event) bool {
	return event == loan.EventPermit || event == loan.EventHand || event == loan.EventClose
}

// turn says who goes on with a loan, to who can only wait.
func turn(l loan.Loan) string {
	switch l.State {
	case loan.Asked:
		return l.HolderName + "の課長（情報セキュリティ管理者）が、許可するかどうかを決めます。"
	case loan.Permitted:
		return l.HolderName + "の課長か担当者が、使う日に渡します。"
	case loan.Handed:
		return l.HolderName + "の課長か担当者が、返却を確かめます。"
	}
	return ""
}
