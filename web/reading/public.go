package reading

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"kagami/internal/policy"
	"kagami/web/screen"
)

// showPublic answers with the 基本方針 in force, or the list where there are
// several.
func (s *Screens) showPublic(w http.ResponseWriter, r *http.Request) error {
	if s.HidePublic {
		return screen.ErrNotFound()
	}
	readings, err := s.Policy.ReadingsForPublic(r.Context())
	switch {
	case err != nil:
		return err
	case len(readings) == 0:
		return screen.ErrNotFound()
	case len(readings) == 1:
		return s.publicReading(w, r, readings[0])
	}
	return s.servePublic(w, r, publicListPage(publicListView{Frame: screen.OpenFrame(r, "情報セキュリティ基本方針"), Readings: readings}))
}

func (s *Screens) showPublicReading(w http.ResponseWriter, r *http.Request) error {
	if s.HidePublic {
		return screen.ErrNotFound()
	}
	reading, err := s.Policy.ReadForPublic(r.Context(), chi.URLParam(r, "code"))
	if err != nil {
		return err
	}
	return s.publicReading(w, r, reading)
}

func (s *Screens) publicReading(w http.ResponseWriter, r *http.Request, reading policy.Reading) error {
	ctx := r.Context()
	history, err := s.Policy.HistoryForPublic(ctx, reading)
	if err != nil {
		return err
	}
	text, err := s.drawn.forPublic(ctx, s.Policy, s.Follow, reading)
	if err != nil {
		return err
	}
	return s.servePublic(w, r, publicPage(publicView{
		Frame: screen.OpenFrame(r, reading.Title), Reading: reading, History: history, Contents: text.contents, Body: text.body,
	}))
}

// servePublic answers with a page that anyone may cache, and must ask about
// before it is shown again: a new revision is in force from the first minute of
// its day.
func (s *Screens) servePublic(w http.ResponseWriter, r *http.Request, c templ.Component) error {
	var b bytes.Buffer
	if err := c.Render(r.Context(), &b); err != nil {
		return fmt.Errorf("drawing a public page: %w", err)
	}
	sum := sha256.Sum256(b.Bytes())
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "public, no-cache")
	h.Set("ETag", `"`+hex.EncodeToString(sum[:16])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b.Bytes()))
	return nil
}
