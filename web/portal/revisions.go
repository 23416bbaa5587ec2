package portal

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/web/component/document"
	"kagami/web/layout"
	"kagami/web/page"
	"kagami/web/screen"
)

func (p *Portal) showPrintedNotice(w http.ResponseWriter, r *http.Request) error {
	number, err := strconv.Atoi(chi.URLParam(r, "number"))
	if err != nil {
		return screen.ErrNotFound()
	}
	notice, err := p.Publish.Notice(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code"), number)
	if err != nil {
		return err
	}
	return screen.Show(w, r, page.PrintedNoticePage(page.PrintedNotice{
		Frame:              screen.Frame(r, "通知", document.List, document.Link(notice.Document), layout.Link{Label: "版の履歴", Address: address.Revisions(notice.Code)}),
		RecordedCISONotice: notice,
	}))
}

// minutes hands out the minutes that were attached to a decision, always as a
// file to save: what is in it was made elsewhere.
func (p *Portal) minutes(w http.ResponseWriter, r *http.Request) error {
	number, err := strconv.Atoi(chi.URLParam(r, "number"))
	if err != nil {
		return screen.ErrNotFound()
	}
	file, err := p.Publish.Minutes(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code"), number)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", file.Type)
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(file.Name))
	h.Set("Content-Length", strconv.Itoa(len(file.Body)))
	_, _ = w.Write(file.Body) // whoever has gone does not need it
	return nil
}
