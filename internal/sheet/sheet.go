// Package sheet hands tables out as files that open in Excel by a double click,
// and reads those that people hand in.
package sheet

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Format is a kind of file.
type Format int

// The formats.
const (
	CSV  Format = iota // UTF-8 with a mark, so that Excel knows it
	XLSX               // with its first row fixed and filters on it
)

// Table is a table of texts.
type Table struct {
	Columns []string
	Rows    [][]string
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
	b.WriteString("\ufeff")
	out := csv.NewWriter(&b)
	out.UseCRLF = true
	if err := out.Write(t.Columns); err != nil {
		return nil, err
	}
	for _, row := range t.Rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = plain(cell)
		}
		if err := out.Write(safe); err != nil {
			return nil, err
		}
	}
	out.Flush()
	return b.Bytes(), out.Error()
}

// plain keeps a text from being run as a formula when the file is opened.
func plain(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
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
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	if err := out.SetColWidth(1, len(t.Columns), 20); err != nil {
		return nil, err
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	for i, row := range append([][]string{t.Columns}, t.Rows...) {
		cells := make([]any, len(row))
		for j, text := range row {
			cell := excelize.Cell{Value: text}
			if i == 0 {
				cell.StyleID = bold
			}
			cells[j] = cell
		}
		if err := out.SetRow("A"+strconv.Itoa(i+1), cells); err != nil {
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
