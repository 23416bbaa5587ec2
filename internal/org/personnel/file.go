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
	"kagami/internal/sheet/intake"
)

// File is what the personnel office's file (名簿) says: who holds which post
// from which day on.
type File struct {
	Rows     []Row
	Problems []intake.Problem // what could not be read
	Faulty   []Row            // the rows of which that is so, as far as they could be read; they are not in Rows
	Ignored  []string         // the headings of columns that are not read
	SHA256   []byte           // of the file

	reading intake.Reading
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

// Read reads the personnel office's file, an Excel workbook or CSV with its columns
// in any order, by what has been settled of its headings. A row that can't be read is
// among the Problems and does not stop the others. Invalid where the headings or the
// rows are not there; intake.Questions where somebody can settle the headings.
func Read(ctx context.Context, file []byte, answers intake.Answers) (File, error) {
	p := File{SHA256: sha256Of(file)}
	reading, err := table.Read(ctx, file, answers, func(row intake.Row) error {
		p.read(row)
		return nil
	})
	if err != nil {
		return File{}, err
	}
	p.Ignored, p.reading = reading.Ignored(), reading
	return p, nil
}

func sha256Of(file []byte) []byte {
	sum := sha256.Sum256(file)
	return sum[:]
}

// read takes a row in, as a row or as what is wrong with it.
func (p *File) read(row intake.Row) {
	cell := func(c column) string { return org.OneLine(row.Cell(int(c))) }
	var problems []intake.Problem
	wrong := func(c column, reason string) {
		problems = append(problems, intake.Problem{Line: row.Line, Column: c.title(), Reason: reason})
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
		p.Faulty = append(p.Faulty, r)
		return
	}
	p.Rows = append(p.Rows, r)
}
