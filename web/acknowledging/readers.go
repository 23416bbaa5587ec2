package acknowledging

import (
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/policy/acknowledge"
	"kagami/internal/sheet"
	"kagami/web/component/document"
	"kagami/web/screen"
)

func (s *Screens) showReaders(w http.ResponseWriter, r *http.Request) error {
	after, err := strconv.Atoi(r.URL.Query().Get("after"))
	if err != nil || after < 0 {
		after = 0
	}
	coverage, err := s.acknowledging.Coverage(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code"), after)
	if err != nil {
		return err
	}
	frame := screen.Frame(r, "確認した人", document.List, document.Link(coverage.Reading.Document))
	return screen.Show(w, r, readersPage(readersView{Frame: frame, Coverage: coverage, Today: screen.Today(r.Context())}))
}

var readersColumns = []string{
	"課室", "職員番号", "氏名", "フリガナ", "求めた日", "期限", "確認", "確認した版", "確認した日時", "本文のSHA-256", "免除の理由",
}

func (s *Screens) readersCSV(w http.ResponseWriter, r *http.Request) error {
	return s.readersFile(w, r, sheet.CSV)
}

func (s *Screens) readersXLSX(w http.ResponseWriter, r *http.Request) error {
	return s.readersFile(w, r, sheet.XLSX)
}

// readersFile hands out who has acknowledged the current revision and who has
// not, as a file.
func (s *Screens) readersFile(w http.ResponseWriter, r *http.Request, format sheet.Format) error {
	code := chi.URLParam(r, "code")
	table := sheet.Table{Columns: readersColumns}
	reading, err := s.acknowledging.CoverageLines(r.Context(), screen.Actor(r.Context()), code, func(l acknowledge.Line) error {
		table.Rows = append(table.Rows, readersRow(l))
		return nil
	})
	if err != nil {
		return err
	}
	name := reading.Title + "_確認状況_" + screen.Today(r.Context()).Format("20060102")
	return screen.ServeTable(w, table, name, format)
}

func (s *Screens) evidenceCSV(w http.ResponseWriter, r *http.Request) error {
	return s.evidenceFile(w, r, sheet.CSV)
}

func (s *Screens) evidenceXLSX(w http.ResponseWriter, r *http.Request) error {
	return s.evidenceFile(w, r, sheet.XLSX)
}

// evidenceFile hands out whom one revision has asked, and what came of it, as a
// file: also once another has followed it.
func (s *Screens) evidenceFile(w http.ResponseWriter, r *http.Request, format sheet.Format) error {
	number, err := strconv.Atoi(chi.URLParam(r, "number"))
	if err != nil {
		return screen.ErrNotFound()
	}
	table := sheet.Table{Columns: readersColumns}
	reading, err := s.acknowledging.EvidenceLines(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code"), number, func(l acknowledge.Line) error {
		table.Rows = append(table.Rows, readersRow(l))
		return nil
	})
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%s_第%d版_確認の記録_%s", reading.Title, reading.Number, screen.Today(r.Context()).Format("20060102"))
	return screen.ServeTable(w, table, name, format)
}

func readersRow(l acknowledge.Line) []sheet.Cell {
	state, number, at := "未確認", sheet.Cell{}, sheet.Cell{}
	switch {
	case l.AcknowledgedAt != nil:
		state, number, at = "確認済み", sheet.Number(l.Number), sheet.Instant(*l.AcknowledgedAt)
	case l.Absent:
		state = "休業中"
	case l.Excuse != "":
		state = "免除"
	}
	return append(sheet.Texts(l.Section, l.StaffNumber, l.Name, l.Furigana), sheet.Day(l.AskedOn), sheet.Day(l.DueOn),
		sheet.Text(state), number, at, sheet.Text(hex.EncodeToString(l.SHA256)), sheet.Text(l.Excuse))
}
