package loan

import (
	"net/http"

	"kagami/internal/asset/loan"
	"kagami/internal/fault"
	"kagami/web/screen"
)

// showSlip shows what is signed when something is handed over, and when it comes back.
func (s *Screens) showSlip(w http.ResponseWriter, r *http.Request) error {
	l, err := s.loan(r)
	if err != nil {
		return err
	}
	switch l.State {
	case loan.Permitted, loan.Handed, loan.Closed:
	default:
		return fault.New(fault.Conflict, "票は、許可された持出し・貸出しにだけあります。")
	}
	scheme, err := s.loans.SchemeForPortal(r.Context())
	if err != nil {
		return err
	}
	return screen.Show(w, r, slipPage(slipView{
		Frame: screen.Frame(r, "持出し・貸出し票："+loan.Number(l.Code), way(l)...), Loan: l, Safeguards: scheme.Titles(l.Safeguards),
	}))
}
