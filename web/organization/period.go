package organization

import (
	"net/http"

	"kagami/web/component/period"
	"kagami/web/screen"
)

func (s *Screens) drawPeriod(w http.ResponseWriter, r *http.Request, form period.View, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	form.Problems = problems
	screen.Render(w, r, status, period.Page(form))
	return nil
}
