package review

import (
	"net/http"

	"kagami/internal/calendar"
	"kagami/internal/rights"
	"kagami/internal/sheet"
	"kagami/web/screen"
)

func (s *Screens) showRecord(w http.ResponseWriter, r *http.Request) error {
	v, err := s.whole(r)
	if err != nil {
		return err
	}
	section := r.URL.Query().Get("section")
	record, err := s.reviews.Record(r.Context(), screen.Actor(r.Context()), v, section)
	if err != nil {
		return err
	}
	return screen.Show(w, r, recordPage(recordView{
		Frame: screen.Frame(r, v.Number()+"の記録", way(v)...), Review: v, Record: record, Section: section, Today: screen.Today(r.Context()),
	}))
}

// serveFile hands all answers out as a file.
func (s *Screens) serveFile(w http.ResponseWriter, r *http.Request) error {
	v, err := s.whole(r)
	if err != nil {
		return err
	}
	list, err := s.reviews.All(r.Context(), screen.Actor(r.Context()), v, r.URL.Query().Get("section"))
	if err != nil {
		return err
	}
	table := sheet.Table{Columns: []string{"課室", "職員番号", "使う人", "番号", "システム", "できること", "答え", "変えること", "答えた人", "答えた日"}}
	for _, l := range list {
		day := sheet.Text("")
		if l.AnsweredAt != nil {
			day = sheet.Day(calendar.Day(*l.AnsweredAt))
		}
		table.Rows = append(table.Rows, append(sheet.Texts(l.SectionName, l.StaffNumber, l.PersonName, rights.Number(l.Code), l.SystemName, l.Lets(), l.Stands.Title(), l.Words, l.AnsweredBy), day))
	}
	return screen.ServeTable(w, table, v.Number(), sheet.XLSX)
}
