package intake

import (
	"net/http"

	"kagami/internal/address"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/rights"
	ledger "kagami/internal/rights/intake"
	"kagami/web/screen"
)

func (s *Screens) showAccounts(w http.ResponseWriter, r *http.Request) error {
	today := screen.Today(r.Context())
	return s.drawAccounts(w, r, http.StatusOK, typedAccounts{Kind: string(rights.General), From: today.String()}, nil)
}

// typedAccounts is what somebody has typed of accounts.
type typedAccounts struct {
	Keys                       []string
	Kind, Grade, Purpose, From string
}

func (s *Screens) drawAccounts(w http.ResponseWriter, r *http.Request, status int, typed typedAccounts, problems []fault.Problem) error {
	list, err := s.files.Accounts(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	screen.Render(w, r, status, accountsPage(accountsView{
		Frame: screen.Frame(r, "ディレクトリにだけあるアカウント", importWay...), Accounts: list, Typed: typed, Problems: problems, Known: s.files.KnowsAccounts(),
	}))
	return nil
}

// takeAccounts takes the accounts in that were chosen.
func (s *Screens) takeAccounts(w http.ResponseWriter, r *http.Request) error {
	typed := typedAccounts{
		Keys: r.PostForm["account"], Kind: r.PostForm.Get("kind"), Grade: r.PostForm.Get("grade"), Purpose: r.PostForm.Get("purpose"), From: r.PostForm.Get("from_on"),
	}
	from, ok := calendar.ReadDay(typed.From)
	if !ok && typed.From != "" {
		return s.drawAccounts(w, r, http.StatusUnprocessableEntity, typed, []fault.Problem{{Field: "from_on", Message: "日付を読めません。2026-04-01 のように入力してください。"}})
	}
	err := s.files.TakeAccounts(r.Context(), screen.Actor(r.Context()), ledger.Taking{Keys: typed.Keys, Kind: rights.Kind(typed.Kind), Grade: typed.Grade, Purpose: typed.Purpose, From: from})
	if problems := screen.Problems(err); problems != nil {
		return s.drawAccounts(w, r, screen.Status(fault.KindOf(err)), typed, problems)
	}
	if err != nil {
		return err
	}
	return screen.GoOn(w, r, address.RightAccounts, "right-accounts")
}
