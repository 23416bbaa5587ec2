package intake

import (
	"context"
	"errors"
	"fmt"

	"kagami/internal/fault"
	"kagami/internal/sheet"
)

// Row is a row of a file.
type Row struct {
	Line  int // in the file, from 1, as Excel and an editor count
	cells []string
	at    []int
}

// Cell is what stands in a column, by its place in the table; empty where the file
// has no such column.
func (r Row) Cell(column int) string {
	if i := r.at[column]; i >= 0 && i < len(r.cells) {
		return r.cells[i]
	}
	return ""
}

// Questions is the error of a file whose headings somebody can settle: it says what
// to do to whoever can't. It is Invalid.
type Questions struct{ Reading }

func (q *Questions) Error() string { return "headings are to be settled" }

func (q *Questions) Unwrap() error {
	if q.Guessed() {
		return q.table.noHeadings()
	}
	return fault.InvalidFields(q.problems())
}

// samples is how many cells below each heading are shown to whoever settles it.
const samples = 3

var errSettleFirst = errors.New("the headings are not settled")

// Read reads a file, .xlsx or CSV, by its headings, and by what has been answered of
// them; each gets its rows, as sheet.Read does. Invalid where there are no such
// headings, no row below them, or no needed column; Questions where somebody can
// settle that; and the errors of sheet.Read.
//
// Where no row has headings that it knows, it takes for them the first that may be some,
// and asks: none is read so without somebody's word.
func (t Table) Read(ctx context.Context, file []byte, answers Answers, each func(Row) error) (Reading, error) {
	looked, likely := 0, -1
	empty, over := true, false // over: a row of data came first
	r, err := t.readBelow(ctx, file, answers, each, func(head []Heading, cells []string) bool {
		if !over && likely < 0 && len(head) >= t.needed() {
			if over = !areWords(cells); !over {
				likely = looked
			}
		}
		empty = empty && len(head) == 0
		looked++
		return t.isHead(head)
	})
	switch {
	case !errors.Is(err, sheet.ErrNoHeadings):
		return r, err
	case empty:
		return Reading{}, invalid("このファイルには、何も書かれていません。表の入ったファイルを選んでください。Excel では、表のシートが非表示になっていないかも確かめてください。")
	case likely < 0:
		return Reading{}, t.noHeadings()
	}
	looked = 0
	r, err = t.readBelow(ctx, file, answers, each, func([]Heading, []string) bool {
		looked++
		return looked > likely
	})
	if questions, ok := errors.AsType[*Questions](err); !ok && fault.KindOf(err) == fault.Invalid {
		return Reading{}, t.noHeadings()
	} else if ok {
		return questions.Reading, err
	}
	return r, err
}

// readBelow reads the rows below the first that is the head.
func (t Table) readBelow(ctx context.Context, file []byte, answers Answers, each func(Row) error, isHead func(head []Heading, cells []string) bool) (Reading, error) {
	r := Reading{table: t}
	at := make([]int, len(t.Columns))
	rows, unsettled := 0, false
	err := sheet.Read(ctx, file, func(cells []string) bool {
		r.Headings = t.headings(cells, answers)
		return isHead(r.Headings, cells)
	}, func(row sheet.Row) error {
		if rows++; rows == 1 {
			unsettled = r.Unsettled()
			r.place(at)
		}
		if !unsettled {
			return each(Row{Line: row.Line, cells: row.Cells, at: at})
		}
		if r.sample(row.Cells); rows == samples {
			return errSettleFirst
		}
		return nil
	})
	switch {
	case err != nil && !errors.Is(err, errSettleFirst):
		return Reading{}, fmt.Errorf("reading the table of %s: %w", t.Kind, err)
	case r.Unsettled() && rows > 0 && r.canBeSettled():
		return r, &Questions{r}
	case r.Unsettled():
		return r, fault.InvalidFields(r.problems())
	case rows == 0:
		return r, invalid("見出しの下に、行がありません。中身のあるファイルを選んでください。")
	}
	return r, nil
}

// place notes where the columns stand in the file, -1 for nowhere.
func (r Reading) place(at []int) {
	for i, c := range r.table.Columns {
		at[i] = -1
		for _, h := range r.Headings {
			if h.Sure() && h.Column == c.Key {
				at[i] = h.At
			}
		}
	}
}

// sample notes what stands below the headings.
func (r Reading) sample(cells []string) {
	for i := range r.Headings {
		h := &r.Headings[i]
		if h.At < len(cells) {
			if cell := oneLine(cells[h.At], longestSample); cell != "" {
				h.Samples = append(h.Samples, cell)
			}
		}
	}
}
