package handout

import (
	"io"
	"net/http"

	"kagami/internal/asset/find"
	"kagami/internal/sheet"
	"kagami/web/screen"
)

func (s *Screens) tableXLSX(w http.ResponseWriter, r *http.Request) error {
	return s.table(w, r, sheet.XLSX, ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
}

func (s *Screens) tableCSV(w http.ResponseWriter, r *http.Request) error {
	return s.table(w, r, sheet.CSV, ".csv", "text/csv; charset=utf-8")
}

// table hands out what the list shows by the same address, all of it.
func (s *Screens) table(w http.ResponseWriter, r *http.Request, format sheet.Format, extension, contentType string) error {
	ctx := r.Context()
	name := "情報資産台帳_" + screen.Today(ctx).Format("20060102") + extension
	return screen.ServeMade(w, name, contentType, func(to io.Writer) error {
		return s.handing.Table(ctx, screen.Actor(ctx), find.AskedOf(r.URL.Query()).Search(""), format, to)
	})
}
