package acknowledging

import (
	"encoding/hex"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/internal/policy/acknowledge"
	"kagami/web/screen"
)

func (s *Screens) acknowledge(w http.ResponseWriter, r *http.Request) error {
	code := chi.URLParam(r, "code")
	number, numberErr := strconv.Atoi(r.PostForm.Get("number"))
	hash, hashErr := hex.DecodeString(r.PostForm.Get("sha256"))
	if numberErr != nil || hashErr != nil || len(hash) == 0 {
		return fault.New(fault.Invalid, "どの版を確認したのかが送られていません。文書を開き直して、最後のボタンを押してください。")
	}
	err := s.acknowledging.Acknowledge(r.Context(), screen.Actor(r.Context()), acknowledge.Shown{Code: code, Number: number, SHA256: hash})
	if err != nil {
		return err
	}
	return screen.GoOn(w, r, address.Policy(code), "acknowledged")
}

func (s *Screens) showAcknowledgements(w http.ResponseWriter, r *http.Request) error {
	list, err := s.acknowledging.Acknowledgements(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	return screen.Show(w, r, acknowledgementsPage(acknowledgementsView{Frame: screen.Frame(r, "マイ記録"), List: list}))
}
