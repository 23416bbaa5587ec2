package report

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/internal/violation/report"
	"kagami/web/screen"
)

// askOpening shows nothing to who opens no names at all: who is named, the table of permissions
// does not say.
func (s *Screens) askOpening(r *http.Request) error {
	as, err := s.reports.Opener(r.Context(), screen.Actor(r.Context()))
	if err == nil && as == report.NoOpener {
		err = screen.ErrNotFound()
	}
	return err
}

func (s *Screens) showOpening(w http.ResponseWriter, r *http.Request) error {
	return s.drawOpening(w, r, r.URL.Query().Get("case"), "", nil)
}

func (s *Screens) open(w http.ResponseWriter, r *http.Request) error {
	code, reason := r.PostForm.Get("case"), r.PostForm.Get("reason")
	token, err := s.reports.Open(r.Context(), screen.Actor(r.Context()), code, reason)
	if fault.KindOf(err) == fault.NotFound {
		err = fault.InvalidFields([]fault.Problem{{Field: "case", Message: screen.Message(err)}})
	}
	if err != nil {
		return s.drawOpening(w, r, code, reason, err)
	}
	return screen.GoOn(w, r, address.ReportOpening(token), "")
}

func (s *Screens) drawOpening(w http.ResponseWriter, r *http.Request, code, reason string, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	as, err := s.reports.Opener(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	screen.Render(w, r, status, openingPage(openingView{
		Frame: screen.Frame(r, "報告者の氏名を開く", way...), Case: code, Reason: reason, Names: as == report.AsGeneral, Problems: problems,
	}))
	return nil
}

func (s *Screens) showName(w http.ResponseWriter, r *http.Request) error {
	name, err := s.reports.Opened(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "token"))
	if err != nil {
		return err
	}
	return screen.Show(w, r, namePage(nameView{Frame: screen.Frame(r, "報告者の氏名", way...), Name: name}))
}
