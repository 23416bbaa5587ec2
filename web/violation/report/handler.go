package report

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/calendar"
	"kagami/internal/violation/report"
	"kagami/web/screen"
)

// naming is what somebody has typed of who is named.
type naming struct{ Number, First, Last string }

func (s *Screens) showHandlers(w http.ResponseWriter, r *http.Request) error {
	return s.drawHandlers(w, r, naming{First: screen.Today(r.Context()).String()}, nil)
}

func (s *Screens) nameHandler(w http.ResponseWriter, r *http.Request) error {
	var days screen.Form
	form := r.PostForm
	n := naming{form.Get("number"), form.Get("first_on"), form.Get("last_on")}
	first, last := days.Day("first_on", n.First), days.Day("last_on", n.Last)
	err := days.Err()
	if err == nil {
		err = s.reports.NameHandler(r.Context(), screen.Actor(r.Context()), n.Number, first, last)
	}
	if err != nil {
		return s.drawHandlers(w, r, n, err)
	}
	return screen.GoOn(w, r, address.ReportHandlers, "report-handler")
}

func (s *Screens) endHandler(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(chi.URLParam(r, "handler"), 10, 64)
	if err != nil {
		return screen.ErrNotFound()
	}
	var days screen.Form
	last := days.Day("", r.PostForm.Get("ends_on"))
	if err = days.Err(); err == nil {
		err = s.reports.EndHandler(r.Context(), screen.Actor(r.Context()), id, last)
	}
	if err != nil {
		return s.drawHandlers(w, r, naming{First: screen.Today(r.Context()).String()}, err)
	}
	return screen.GoOn(w, r, address.ReportHandlers, "report-handler-ended")
}

func (s *Screens) drawHandlers(w http.ResponseWriter, r *http.Request, n naming, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	list, err := s.reports.Handlers(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	screen.Render(w, r, status, handlersPage(handlersView{
		Frame: screen.Frame(r, "公益通報対応業務従事者", way...), Handlers: list, Typed: n, Today: screen.Today(r.Context()), Problems: problems,
	}))
	return nil
}

// on tells whether somebody is named still, or will be.
func on(h report.Handler, today calendar.Date) bool { return h.Last.IsZero() || !h.Last.Before(today) }
