// Package sheet hands tables out as files that open in Excel by a double click,
// and reads those that people hand in.
package sheet

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// Format is a kind of file.
type Format int

// The formats.
const (
	CSV  Format = iota // UTF-8 with a mark, so that Excel knows it
	XLSX               // with its first row fixed and filters on it
)

// Table is a table to be handed out.
type Table struct {
	Columns []string
	Rows    [][]Cell
}

// File is a table as a file.
type File struct {
	Name        string // with its extension
	ContentType string
	Body        []byte
}

// File writes the table as a file of that name, without an extension, and format.
func (t Table) File(name string, format Format) (File, error) {
	write, file := t.csv, File{Name: name + ".csv", ContentType: "text/csv; charset=utf-8"}
	if format == XLSX {
		write, file = t.xlsx, File{Name: name + ".xlsx", ContentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
	}
	var err error
	if file.Body, err = write(); err != nil {
		return File{}, fmt.Errorf("writing a table: %w", err)
	}
	return file, nil
}

func (t Table) csv() ([]byte, error) {
	var b bytes.Buffer
	err := writeCSV(&b, t.Columns, func(yield func([]Cell, error) bool) {
		for _, row := range t.Rows {
			if !yield(row, nil) {
				return
			}
		}
	})
	return b.Bytes(), err
}

// writeCSV writes rows under headings as they come.
func writeCSV(to io.Writer, columns []string, rows iter.Seq2[[]Cell, error]) error {
	if _, err := io.WriteString(to, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(to)
	out.UseCRLF = true
	line := make([]string, 0, len(columns))
	write := func(cells []Cell) error {
		line = line[:0]
		for _, cell := range cells {
			line = append(line, cell.inCSV())
		}
		return out.Write(line)
	}
	if err := write(Texts(columns...)); err != nil {
		return err
	}
	for row, err := range rows {
		if err == nil {
			err = write(row)
		}
		if err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func (t Table) xlsx() (body []byte, err error) {
	f := excelize.NewFile()
	defer func() {
		if closeErr := f.Close(); err == nil {
			err = closeErr
		}
	}()
	const name = "Sheet1"
	out, err := f.NewStreamWriter(name)
	if err != nil {
		return nil, err
	}
	l, err := newLooks(f)
	if err != nil {
		return nil, err
	}
	if err := out.SetColWidth(1, len(t.Columns), 20); err != nil {
		return nil, err
	}
	if err := t.dress(out, l); err != nil {
		return nil, err
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	cells := make([]any, 0, len(t.Columns))
	write := func(line int, row []Cell) error {
		cells = cells[:0]
		for _, cell := range row {
			in, err := cell.inXLSX(l)
			if err != nil {
				return err
			}
			if line == 1 {
				in.StyleID = l.heading
			}
			cells = append(cells, in)
		}
		return out.SetRow("A"+strconv.Itoa(line), cells)
	}
	if err := write(1, Texts(t.Columns...)); err != nil {
		return nil, err
	}
	for i, row := range t.Rows {
		if err := write(i+2, row); err != nil {
			return nil, err
		}
	}
	if err := out.Flush(); err != nil {
		return nil, err
	}
	last, err := excelize.CoordinatesToCellName(len(t.Columns), len(t.Rows)+1)
	if err != nil {
		return nil, err
	}
	if err := f.AutoFilter(name, "A1:"+last, nil); err != nil {
		return nil, err
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// dress gives the columns whose first cell would be taken for something else,
// typed anew, the look of that cell: also what somebody types below the table is
// then a day, or keeps the zeros before it.
func (t Table) dress(out *excelize.StreamWriter, l looks) error {
	if len(t.Rows) == 0 {
		return nil
	}
	for i, cell := range t.Rows[0] {
		var err error
		switch {
		case cell.kind == day:
			err = out.SetColStyle(i+1, i+1, l.day)
		case cell.kind == text && zeros.MatchString(cell.text):
			err = out.SetColStyle(i+1, i+1, l.text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
