package portal

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
	"kagami/web/page"
	"kagami/web/screen"
)

// showPublic answers with the 基本方針 in force, or the list where there are
// several.
func (p *Portal) showPublic(w http.ResponseWriter, r *http.Request) error {
	if p.HidePublic {
		return screen.ErrNotFound()
	}
	readings, err := p.Policy.Public(r.Context())
	switch {
	case err != nil:
		return err
	case len(readings) == 0:
		return screen.ErrNotFound()
	case len(readings) == 1:
		return p.publicReading(w, r, readings[0])
	}
	return p.servePublic(w, r, page.PublicListPage(page.PublicList{Frame: screen.OpenFrame(r, "情報セキュリティ基本方針"), Readings: readings}))
}

func (p *Portal) showPublicReading(w http.ResponseWriter, r *http.Request) error {
	if p.HidePublic {
		return screen.ErrNotFound()
	}
	reading, err := p.Policy.ReadPublic(r.Context(), chi.URLParam(r, "code"))
	if err != nil {
		return err
	}
	return p.publicReading(w, r, reading)
}

func (p *Portal) publicReading(w http.ResponseWriter, r *http.Request, reading policy.Reading) error {
	ctx := r.Context()
	history, err := p.Policy.PublicHistory(ctx, reading)
	if err != nil {
		return err
	}
	text, err := p.drawn.forEverybody(ctx, p.Policy, p.Follow, reading)
	if err != nil {
		return err
	}
	return p.servePublic(w, r, page.PublicPage(page.Public{
		Frame: screen.OpenFrame(r, reading.Title), Reading: reading, History: history, Contents: text.contents, Body: text.body,
	}))
}

// servePublic answers with a page that anyone may keep, and must ask about
// before it is shown again: a new revision is in force from the first minute of
// its day.
func (p *Portal) servePublic(w http.ResponseWriter, r *http.Request, c templ.Component) error {
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
