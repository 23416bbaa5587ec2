package acknowledging

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/web/layout"
	"kagami/web/screen"
)

func (s *Screens) showProof(w http.ResponseWriter, r *http.Request) error {
	number, err := strconv.Atoi(chi.URLParam(r, "number"))
	if err != nil {
		return screen.ErrNotFound()
	}
	proof, err := s.acknowledging.Proof(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code"), number)
	if err != nil {
		return err
	}
	frame := screen.Frame(r, "確認の証明書", layout.Link{Label: "マイ記録", Address: address.Acknowledgements})
	return screen.Show(w, r, proofPage(proofView{Frame: frame, Acknowledgement: proof}))
}
