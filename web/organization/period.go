package organization

import (
	"net/http"

	"kagami/web/screen"
)

func (s *Screens) drawPeriod(w http.ResponseWriter, r *http.Request, form periodView, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	form.Problems = problems
	screen.Render(w, r, status, periodPage(form))
	return nil
}
