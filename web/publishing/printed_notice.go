package publishing

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/web/component/document"
	"kagami/web/layout"
	"kagami/web/screen"
)

func (s *Screens) showPrintedNotice(w http.ResponseWriter, r *http.Request) error {
	number, err := strconv.Atoi(chi.URLParam(r, "number"))
	if err != nil {
		return screen.ErrNotFound()
	}
	notice, err := s.publications.CISONotice(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code"), number)
	if err != nil {
		return err
	}
	return screen.Show(w, r, printedNoticePage(printedNoticeView{
		Frame:              screen.Frame(r, "通知", document.List, document.Link(notice.Document), layout.Link{Label: "版の履歴", Address: address.Revisions(notice.Code)}),
		RecordedCISONotice: notice,
	}))
}
