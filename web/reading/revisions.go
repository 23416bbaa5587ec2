package reading

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/web/component/document"
	"kagami/web/screen"
)

func (s *Screens) showRevisions(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, code := r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code")
	reading, err := s.Policy.Read(ctx, actor, code)
	if err != nil {
		return err
	}
	list, err := s.Policy.History(ctx, actor, code)
	if err != nil {
		return err
	}
	abolition, err := s.Publish.AbolitionOf(ctx, actor, code)
	if err != nil {
		return err
	}
	minutes, err := s.Publish.MinutesFiles(ctx, actor, code)
	if err != nil {
		return err
	}
	return screen.Show(w, r, revisionsPage(revisionsView{
		Frame: screen.Frame(r, "版の履歴", document.List, document.Link(reading.Document)), Reading: reading, List: list, Minutes: minutes, Today: screen.Today(r.Context()), Abolition: abolition,
		MaySee: actor.Reach(authz.SeeAcknowledgements) != authz.None,
	}))
}

func (s *Screens) showRevision(w http.ResponseWriter, r *http.Request) error {
	number, err := strconv.Atoi(chi.URLParam(r, "number"))
	if err != nil {
		return screen.ErrNotFound()
	}
	reading, err := s.Policy.ReadNumber(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code"), number)
	if err != nil {
		return err
	}
	return s.showPast(w, r, reading, calendar.Date{})
}
