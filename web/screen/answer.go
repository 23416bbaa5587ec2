package screen

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"sync"

	"github.com/a-h/templ"

	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/internal/sheet"
)

// buffers are what pages are drawn into.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Render draws a page whole before the first byte of it is sent, so that a page
// that fails halfway is never seen. All that it shows is there already: it is drawn
// though the request's time be up, above all that which says so.
func Render(w http.ResponseWriter, r *http.Request, status int, page templ.Component) {
	b, _ := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := page.Render(context.WithoutCancel(r.Context()), b); err != nil {
		v := VisitOf(r.Context())
		v.Log.LogAttrs(r.Context(), slog.LevelError, "drawing a page", slog.String("id", v.ID), slog.String("cause", err.Error()))
		http.Error(w, "画面を作れませんでした。もう一度お試しください。", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // whoever has gone does not need it
}

// Show answers with a page.
func Show(w http.ResponseWriter, r *http.Request, page templ.Component) error {
	Render(w, r, http.StatusOK, page)
	return nil
}

// Refuse answers with a form that says itself why it was refused.
func Refuse(w http.ResponseWriter, r *http.Request, err error, form templ.Component) {
	RetryAfter(w, err)
	Render(w, r, Status(fault.KindOf(err)), form)
}

// GoOn sends the browser on to where the outcome of a form is shown; done is the
// flash that says what has been done, empty for none.
func GoOn(w http.ResponseWriter, r *http.Request, to, done string) error {
	if done != "" {
		to = address.With(to, "done", done)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// ServeTable answers with a table as a file.
func ServeTable(w http.ResponseWriter, table sheet.Table, name string, format sheet.Format) error {
	file, err := table.File(name, format)
	if err != nil {
		return err
	}
	return ServeFile(w, file)
}

// ServeFile answers with a file to keep.
func ServeFile(w http.ResponseWriter, file sheet.File) error {
	h := w.Header()
	h.Set("Content-Type", file.ContentType)
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(file.Name))
	h.Set("Content-Length", strconv.Itoa(len(file.Body)))
	_, _ = w.Write(file.Body) // whoever has gone does not need it
	return nil
}

// ServeJSON answers a script.
func ServeJSON(w http.ResponseWriter, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("writing an answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body) // whoever has gone does not need it
	return nil
}
