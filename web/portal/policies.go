package portal

import (
	"encoding/hex"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/internal/policy/acknowledge"
	"kagami/web/layout"
	"kagami/web/page"
	"kagami/web/screen"
)

func (p *Portal) acknowledge(w http.ResponseWriter, r *http.Request) error {
	code := chi.URLParam(r, "code")
	number, numberErr := strconv.Atoi(r.PostForm.Get("number"))
	hash, hashErr := hex.DecodeString(r.PostForm.Get("sha256"))
	if numberErr != nil || hashErr != nil || len(hash) == 0 {
		return fault.New(fault.Invalid, "どの版を確認したのかが送られていません。文書を開き直して、最後のボタンを押してください。")
	}
	err := p.Acknowledge.Acknowledge(r.Context(), screen.Actor(r.Context()), acknowledge.Shown{Code: code, Number: number, SHA256: hash})
	if err != nil {
		return err
	}
	return screen.GoOn(w, r, address.Policy(code), "acknowledged")
}

func (p *Portal) showAcknowledgements(w http.ResponseWriter, r *http.Request) error {
	list, err := p.Acknowledge.Acknowledgements(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	return screen.Show(w, r, page.AcknowledgementsPage(page.Acknowledgements{Frame: screen.Frame(r, "マイ記録"), List: list}))
}

func (p *Portal) showProof(w http.ResponseWriter, r *http.Request) error {
	number, err := strconv.Atoi(chi.URLParam(r, "number"))
	if err != nil {
		return screen.ErrNotFound()
	}
	proof, err := p.Acknowledge.Proof(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code"), number)
	if err != nil {
		return err
	}
	frame := screen.Frame(r, "確認の証明書", layout.Link{Label: "マイ記録", Address: address.Acknowledgements})
	return screen.Show(w, r, page.ProofPage(page.Proof{Frame: frame, Acknowledgement: proof}))
}
