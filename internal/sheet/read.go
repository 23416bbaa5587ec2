package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"kagami/internal/fault"
)

// What is read of a file at most: beyond it is TooLarge.
const (
	MaxSize    = 10 << 20 // bytes of the file
	maxRows    = 200_000
	maxColumns = 200
	headRows   = 50 // the headings stand among the first of a sheet's rows
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
// formula as it was last computed. An error of each ends the reading.
//
// Unsupported for other files, TooLarge beyond the limits above, Invalid where
// the file is damaged, ErrNoHeadings.
func Read(file []byte, heads func(cells []string) bool, each func(Row) error) error {
	if len(file) > MaxSize {
		return errTooLarge()
	}
	for _, k := range known {
		if bytes.HasPrefix(file, []byte(k.magic)) {
			return fault.New(fault.Unsupported, k.sentence)
		}
	}
	t := &table{heads: heads, each: each}
	read := readCSV
	if bytes.HasPrefix(file, []byte("PK\x03\x04")) {
		read = readXLSX
	}
	if err := read(file, t); err != nil {
		return fmt.Errorf("reading a table: %w", err)
	}
	if !t.found {
		return ErrNoHeadings
	}
	return nil
}

func errTooLarge() error {
	return fault.New(fault.TooLarge, fmt.Sprintf("ファイルが大きすぎます。%d MB まで、%d行までのファイルを選んでください。", MaxSize>>20, maxRows))
}

// table is the table being looked for.
type table struct {
	heads func([]string) bool
	each  func(Row) error
	found bool
	seen  int // rows of the sheet so far
}

// errElsewhere ends the reading of a sheet in which there is no table.
var errElsewhere = errors.New("the headings are not in this sheet")

// add takes a row in.
func (t *table) add(row Row) error {
	t.seen++
	switch {
	case t.seen > maxRows:
		return errTooLarge()
	case blank(row.Cells):
		return nil
	case t.found:
		return t.each(row)
	case t.seen > headRows:
		return errElsewhere
	}
	t.found = t.heads(row.Cells)
	return nil
}

func blank(cells []string) bool {
	for _, cell := range cells {
		if strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return true
}
