package personnel

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/internal/org/personnel"
	"kagami/web/component/intake"
	"kagami/web/layout"
	"kagami/web/screen"
)

func (s *Screens) showHeadings(w http.ResponseWriter, r *http.Request) error {
	i, err := s.files.Headings(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "token"))
	if err != nil {
		return err
	}
	return s.drawHeadings(w, r, http.StatusOK, i, intake.Fields{Reading: i.Headings})
}

// settleHeadings reads a file as somebody has chosen, and goes on to what it would do.
func (s *Screens) settleHeadings(w http.ResponseWriter, r *http.Request) error {
	ctx, token := r.Context(), chi.URLParam(r, "token")
	err := s.files.Settle(ctx, screen.Actor(ctx), token, r.PostForm.Get)
	if err == nil {
		return screen.GoOn(w, r, address.PersonnelImport(token), "")
	}
	problems := screen.Problems(err)
	if problems == nil {
		return err
	}
	i, loadErr := s.files.Headings(ctx, screen.Actor(ctx), token)
	if loadErr != nil {
		return err // there is nothing to settle any more
	}
	return s.drawHeadings(w, r, screen.Status(fault.KindOf(err)), i, intake.Fields{Reading: i.Headings, Typed: r.PostForm.Get, Problems: problems})
}

func (s *Screens) drawHeadings(w http.ResponseWriter, r *http.Request, status int, i personnel.Import, fields intake.Fields) error {
	screen.Render(w, r, status, headingsPage(headingsView{
		Frame:  screen.Frame(r, "見出しの読み方を決める", organizationLink, layout.Link{Label: "名簿を取り込む", Address: address.Personnel}),
		Import: i, Fields: fields,
	}))
	return nil
}
