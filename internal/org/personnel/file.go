package personnel

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/sheet"
)

// File is what the personnel office's file (名簿) says: who holds which post
// from which day on.
type File struct {
	Rows     []Row
	Problems []Problem // rows that could not be read; they are not in Rows
	Numbers  []string  // the staff numbers of those, where they could be read
	Ignored  []string  // the headings of columns that are not read
	SHA256   []byte    // of the file
}

// Row is a row: a person holds a post from a day on.
type Row struct {
	Line        int // in the file
	org.Person      // what is empty, beyond number and name, stays as it is
	SectionCode string
	SectionName string
	Title       string
	First       calendar.Date
	Last        calendar.Date // zero: as it is, and until further notice where it is new
}

// Problem is one thing wrong with a row.
type Problem struct {
	Line   int    // in the file; 0 for what is not in it
	Column string // the heading; empty for the row as a whole
	Reason string // what is wrong and what to do, in Japanese
}

// Sentence is the problem with its place.
func (p Problem) Sentence() string {
	place := ""
	if p.Line > 0 {
		place = fmt.Sprintf("%d行目", p.Line)
	}
	if p.Column != "" {
		place += "「" + p.Column + "」"
	}
	if place == "" {
		return p.Reason
	}
	return place + "：" + p.Reason
}

// Read reads the personnel office's file, an Excel workbook or CSV with
// its columns in any order. A row that can't be read is among the Problems and
// does not stop the others; Invalid where the headings are not there.
func Read(ctx context.Context, file []byte) (File, error) {
	sum := sha256.Sum256(file)
	p := File{SHA256: sum[:]}
	var h head
	isHead := func(cells []string) (is bool) {
		h, is = readHead(cells)
		return is
	}
	err := sheet.Read(ctx, file, isHead, func(row sheet.Row) error {
		if problems := h.problems(); problems != nil {
			return fault.InvalidFields(problems)
		}
		p.read(h, row)
		return nil
	})
	if errors.Is(err, sheet.ErrNoHeadings) {
		return File{}, invalid("見出しの行が見つかりません。「職員番号」「氏名」「課室」「職」「発令日」の見出しがある表を選んでください。ひな形を使うこともできます。")
	}
	if err != nil {
		return File{}, fmt.Errorf("reading a personnel file: %w", err)
	}
	if problems := h.problems(); problems != nil {
		return File{}, fault.InvalidFields(problems)
	}
	if len(p.Rows)+len(p.Problems) == 0 {
		return File{}, invalid("見出しの下に、行がありません。名簿の入ったファイルを選んでください。")
	}
	p.Ignored = h.ignored
	return p, nil
}

// invalid is what is wrong with a file as a whole.
func invalid(message string) error {
	return fault.InvalidFields([]fault.Problem{{Field: "file", Message: message}})
}

// read takes a row in, as a row or as what is wrong with it.
func (p *File) read(h head, row sheet.Row) {
	cell := func(c column) string {
		if i := h.at[c]; i >= 0 && i < len(row.Cells) {
			return org.OneLine(row.Cells[i])
		}
		return ""
	}
	var problems []Problem
	wrong := func(c column, reason string) {
		problems = append(problems, Problem{row.Line, headings[c][0], reason})
	}
	r := Row{
		Line: row.Line,
		Person: org.Person{
			StaffNumber: cell(staffNumberColumn), Name: cell(nameColumn), Furigana: cell(furiganaColumn), Email: cell(emailColumn),
			Kind: readKind(cell(kindColumn), func(reason string) { wrong(kindColumn, reason) }),
		},
		SectionCode: norm.NFKC.String(cell(sectionCodeColumn)), SectionName: cell(sectionColumn), Title: cell(titleColumn),
		First: readDay(cell(firstColumn), func(reason string) { wrong(firstColumn, reason) }),
		Last:  readDay(cell(lastColumn), func(reason string) { wrong(lastColumn, reason) }),
	}
	for c := range noteColumn {
		if utf8.RuneCountInString(cell(c)) > maxCell {
			wrong(c, fmt.Sprintf("%d字までにしてください。", maxCell))
		}
	}
	kind := r.Kind
	r.Person = r.Folded()
	r.Kind = kind
	if !isStaffNumber(r.StaffNumber) {
		wrong(staffNumberColumn, org.Message("person_staff_number_shape"))
	}
	if r.Name == "" {
		wrong(nameColumn, org.Message("person_name_given"))
	}
	if e, ok := errors.AsType[*fault.Error](r.Check()); ok {
		for _, problem := range e.Problems {
			wrong(map[string]column{"furigana": furiganaColumn, "email": emailColumn}[problem.Field], problem.Message)
		}
	}
	if r.Title == "" {
		wrong(titleColumn, org.Message("post_title_given"))
	}
	if cell(firstColumn) == "" {
		wrong(firstColumn, "発令日を入力してください。")
	}
	if !r.Last.IsZero() && r.Last.Before(r.First) {
		wrong(lastColumn, "終了日が、発令日より前です。終了日は、発令日かそれより後の日にしてください。")
	}
	if problems != nil {
		p.Problems = append(p.Problems, problems...)
		p.Numbers = append(p.Numbers, r.StaffNumber)
		return
	}
	p.Rows = append(p.Rows, r)
}
