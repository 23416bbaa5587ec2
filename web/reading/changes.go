package reading

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/web/component/document"
	"kagami/web/screen"
)

func (s *Screens) showChanges(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	reading, err := s.Policy.Read(ctx, actor, chi.URLParam(r, "code"))
	if err != nil {
		return err
	}
	if reading.Last == 0 || reading.Last == reading.Number {
		return screen.GoOn(w, r, address.Policy(reading.Code), "")
	}
	table, err := s.drawn.changes(ctx, s.Policy, actor, reading)
	if err != nil {
		return err
	}
	text, err := s.drawn.of(ctx, s.Policy, s.Follow, actor, reading)
	if err != nil {
		return err
	}
	return screen.Show(w, r, changesPage(changesView{
		Frame: screen.Frame(r, reading.Title+"の変わったところ", document.List, document.Link(reading.Document)), Reading: reading, Table: table, Body: text.body,
	}))
}
