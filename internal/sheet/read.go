package sheet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"kagami/internal/fault"
)

// Row is a row of a table that somebody handed in.
type Row struct {
	Line  int      // in the file, from 1, as Excel and an editor count
	Cells []string // as shown: dates as 2027-04-01; there may be fewer than headings
}

// ErrNoHeadings says that no row of a file has the headings looked for.
var ErrNoHeadings = errors.New("no row has the headings")

// known are files that people hand in by mistake, by how they begin.
var known = []struct{ magic, sentence string }{
	{"%PDF", "PDF は読めません。もとの Excel ファイル（.xlsx）か CSV を選んでください。"},
	{"\xd0\xcf\x11\xe0", "古い形式（.xls）か、パスワードのついた Excel ファイルは読めません。Excel で開き、パスワードを外して「Excel ブック（.xlsx）」で保存し直してから、選んでください。"},
	{"\x89PNG", "画像は読めません。Excel ファイル（.xlsx）か CSV を選んでください。"},
	{"\xff\xd8\xff", "画像は読めません。Excel ファイル（.xlsx）か CSV を選んでください。"},
}

// Read reads the table in a file: .xlsx, or CSV with commas or tabs in UTF-8,
// UTF-16 or CP932; which it is, its content tells and not its name. heads is
// asked row by row which one holds the headings, in a workbook through its
// visible sheets from the first; each then gets the rows below in their order,
// without those that are blank. A cell of a workbook is read as it is shown, a
// formula as it was last computed (NotReckoned where it never was), lines in a cell end in "\n". An error of each
// ends the reading, and so does the context, within milliseconds.
//
// Unsupported for other files, TooLarge beyond the limits of this package and
// beyond Deadline, Invalid where the file is damaged, Unavailable where the
// context has ended, ErrNoHeadings.
func Read(ctx context.Context, file []byte, heads func(cells []string) bool, each func(Row) error) error {
	return read(ctx, file, &table{heads: heads, each: each})
}

// ReadAll is Read for a file that has a table in several of its sheets: begin is told
// the name of each before its rows, empty for CSV, and heads is asked anew in each.
// Sheets without a table are passed over.
func ReadAll(ctx context.Context, file []byte, begin func(sheet string), heads func(cells []string) bool, each func(Row) error) error {
	return read(ctx, file, &table{heads: heads, each: each, all: begin})
}

func read(ctx context.Context, file []byte, t *table) error {
	if len(file) > MaxSize {
		return errTooLarge()
	}
	for _, k := range known {
		if bytes.HasPrefix(file, []byte(k.magic)) {
			return fault.New(fault.Unsupported, k.sentence)
		}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, Deadline, errDeadline)
	defer cancel()
	t.budget = newBudget(ctx, len(file))
	rows := readCSV
	if bytes.HasPrefix(file, []byte("PK\x03\x04")) {
		rows = readXLSX
	}
	if err := rows(file, t); err != nil {
		return fmt.Errorf("reading a table: %w", err)
	}
	if !t.any {
		return ErrNoHeadings
	}
	return nil
}

// table is the table being looked for.
type table struct {
	heads  func([]string) bool
	each   func(Row) error
	all    func(sheet string) // told of each sheet; nil where only the first table is read
	budget *budget
	found  bool // in this sheet
	any    bool // in any
	looked int  // rows of the sheet in which headings were looked for
	rows   int  // of the table
}

// errElsewhere ends the reading of a sheet in which there is no table.
var errElsewhere = errors.New("the headings are not in this sheet")

// begin begins a sheet, or the file once more.
func (t *table) begin(sheet string) {
	t.looked, t.found = 0, false
	if t.all != nil {
		t.all(sheet)
	}
}

// add takes a row in.
func (t *table) add(row Row) error {
	if !t.found {
		if t.looked++; t.looked > headRows {
			return errElsewhere
		}
	}
	switch {
	case blank(row.Cells):
		return nil
	case !t.found:
		t.found = t.heads(row.Cells)
		t.any = t.any || t.found
		t.budget.looking = !t.found
		return nil
	}
	if t.rows++; t.rows > maxRows {
		return errTooLarge()
	}
	return t.each(row)
}

func blank(cells []string) bool {
	for _, cell := range cells {
		if strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return true
}
