package sheet

import (
	"fmt"
	"io"
	"iter"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// FormColumn is a column of a form.
type FormColumn struct {
	Title   string
	Hint    string   // what is to be filled in; it shows beside the cell, and on the sheet of hints
	Choices []string // of which one is to be chosen; none where any text may stand
	Days    bool     // what is filled in are days
	Locked  bool     // what stands there is not the reader's to fill in
	Width   float64  // in characters
}

// Form is a table that is handed out with its rows, filled in, and taken in again: a
// workbook with lists to choose from, whose headings can't be written over, and with rows
// below to be filled in. Its rows are written as they come: their number doesn't matter to
// what is held in memory.
type Form struct {
	Columns []FormColumn
	Blank   int // rows to be filled in below those that there are
	Also    Beside
}

// Beside is a sheet that is handed out beside a form, to be read only; one without columns is
// none.
type Beside struct {
	Name    string
	Columns []string
	Rows    [][]string
}

const (
	formSheet   = "台帳"
	hintSheet   = "書き方"
	choiceSheet = "選択肢" // hidden, and so not read either
	mostHint    = 255   // characters, as Excel has it
)

// CSV writes rows under the form's headings.
func (f Form) CSV(to io.Writer, rows iter.Seq2[[]Cell, error]) error {
	var titles []string
	for _, c := range f.Columns {
		titles = append(titles, c.Title)
	}
	if err := writeCSV(to, titles, rows); err != nil {
		return fmt.Errorf("writing a table: %w", err)
	}
	return nil
}

// XLSX writes the form with rows in it.
func (f Form) XLSX(to io.Writer, rows iter.Seq2[[]Cell, error]) (err error) {
	book := excelize.NewFile()
	defer func() {
		if closeErr := book.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			err = fmt.Errorf("writing a form: %w", err)
		}
	}()
	if err := book.SetSheetName("Sheet1", formSheet); err != nil {
		return err
	}
	if err := f.writeHints(book); err != nil {
		return err
	}
	if err := f.writeChoices(book); err != nil {
		return err
	}
	if err := f.writeRows(book, rows); err != nil {
		return err
	}
	if err := f.Also.write(book); err != nil {
		return err
	}
	_, err = book.WriteTo(to)
	return err
}

// writeHints writes the sheet that says what is to be filled in.
func (f Form) writeHints(book *excelize.File) error {
	if _, err := book.NewSheet(hintSheet); err != nil {
		return err
	}
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	wrapped, err := book.NewStyle(&excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err != nil {
		return err
	}
	lines := [][]any{{"見出し", "書き方", "選べる言葉"}}
	for _, c := range f.Columns {
		words := ""
		for i, choice := range c.Choices {
			if i > 0 {
				words += "\n"
			}
			words += choice
		}
		lines = append(lines, []any{c.Title, c.Hint, words})
	}
	for i, line := range lines {
		if err := book.SetSheetRow(hintSheet, "A"+strconv.Itoa(i+1), &line); err != nil {
			return err
		}
	}
	for column, width := range map[string]float64{"A": 18, "B": 70, "C": 40} {
		if err := book.SetColWidth(hintSheet, column, column, width); err != nil {
			return err
		}
	}
	if err := book.SetCellStyle(hintSheet, "A2", "C"+strconv.Itoa(len(lines)), wrapped); err != nil {
		return err
	}
	return book.SetCellStyle(hintSheet, "A1", "C1", bold)
}

// writeChoices writes the lists to choose from, each in its column.
func (f Form) writeChoices(book *excelize.File) error {
	if _, err := book.NewSheet(choiceSheet); err != nil {
		return err
	}
	for i, c := range f.Columns {
		for j, choice := range c.Choices {
			at, err := excelize.CoordinatesToCellName(i+1, j+1)
			if err == nil {
				err = book.SetCellStr(choiceSheet, at, choice)
			}
			if err != nil {
				return err
			}
		}
	}
	return book.SetSheetVisible(choiceSheet, false)
}

// besideWidth is that of each column of a sheet beside a form, in characters.
const besideWidth = 22

func (b Beside) write(book *excelize.File) error {
	if len(b.Columns) == 0 {
		return nil
	}
	if _, err := book.NewSheet(b.Name); err != nil {
		return err
	}
	out, err := book.NewStreamWriter(b.Name)
	if err != nil {
		return err
	}
	l, err := newFormLooks(book)
	if err != nil {
		return err
	}
	if err := out.SetColWidth(1, len(b.Columns), besideWidth); err != nil {
		return err
	}
	for i, row := range append([][]string{b.Columns}, b.Rows...) {
		cells := make([]any, len(row))
		for j, text := range row {
			if cells[j], err = Text(text).inXLSX(l.open); err != nil {
				return err
			}
			if i == 0 {
				cells[j] = excelize.Cell{Value: text, StyleID: l.locked.heading}
			}
		}
		if err := out.SetRow("A"+strconv.Itoa(i+1), cells); err != nil {
			return err
		}
	}
	return out.Flush()
}

// formLooks are the styles of a form's cells, those that may be written into and those
// that may not.
type formLooks struct{ open, locked looks }

func newFormLooks(book *excelize.File) (l formLooks, err error) {
	dayCode := "yyyy-mm-dd"
	const asText = 49
	lines := &excelize.Alignment{WrapText: true, Vertical: "top"}
	for _, s := range []struct {
		id    *int
		style excelize.Style
	}{
		{&l.locked.heading, excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E6E6E6"}}, Alignment: lines}},
		{&l.locked.text, excelize.Style{NumFmt: asText, Alignment: lines, Protection: &excelize.Protection{Locked: true}, Font: &excelize.Font{Color: "595959"}}},
		{&l.open.text, excelize.Style{NumFmt: asText, Alignment: lines, Protection: &excelize.Protection{Locked: false}}},
		{&l.open.day, excelize.Style{CustomNumFmt: &dayCode, Alignment: lines, Protection: &excelize.Protection{Locked: false}}},
	} {
		if *s.id, err = book.NewStyle(&s.style); err != nil {
			return l, err
		}
	}
	return l, nil
}

// of is the style of a column's cells.
func (l formLooks) of(c FormColumn) int {
	switch {
	case c.Locked:
		return l.locked.text
	case c.Days:
		return l.open.day
	}
	return l.open.text
}

func (f Form) writeRows(book *excelize.File, rows iter.Seq2[[]Cell, error]) error {
	out, err := book.NewStreamWriter(formSheet)
	if err != nil {
		return err
	}
	l, err := newFormLooks(book)
	if err != nil {
		return err
	}
	for i, c := range f.Columns {
		if err := out.SetColWidth(i+1, i+1, c.Width); err != nil {
			return err
		}
		if err := out.SetColStyle(i+1, i+1, l.of(c)); err != nil {
			return err
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	cells := make([]any, len(f.Columns))
	for i, c := range f.Columns {
		cells[i] = excelize.Cell{Value: c.Title, StyleID: l.locked.heading}
	}
	if err := out.SetRow("A1", cells); err != nil {
		return err
	}
	line := 1
	for row, err := range rows {
		if err != nil {
			return err
		}
		for i, cell := range row {
			cells[i] = nil // an empty cell is as its column is
			if cell == (Cell{}) || cell.kind == text && cell.text == "" {
				continue
			}
			in, err := cell.inXLSX(l.open)
			if err != nil {
				return err
			}
			if cell.kind != day || f.Columns[i].Locked {
				in.StyleID = l.of(f.Columns[i])
			}
			if cell.kind == text && f.Columns[i].Days {
				in.StyleID = l.open.text
			}
			cells[i] = in
		}
		line++
		if err := out.SetRow("A"+strconv.Itoa(line), cells); err != nil {
			return err
		}
	}
	if err := f.guard(book, line); err != nil {
		return err
	}
	return out.Flush()
}

// guard keeps a form from being filled in otherwise than it can be taken in: what is
// written up to a line, and the blank rows below.
func (f Form) guard(book *excelize.File, line int) error {
	for i, c := range f.Columns {
		column, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		rule := excelize.NewDataValidation(true)
		rule.Sqref = fmt.Sprintf("%s2:%s%d", column, column, line+f.Blank)
		if len(c.Choices) > 0 {
			from, err := excelize.CoordinatesToCellName(i+1, 1, true)
			if err != nil {
				return err
			}
			to, err := excelize.CoordinatesToCellName(i+1, len(c.Choices), true)
			if err != nil {
				return err
			}
			rule.SetSqrefDropList(choiceSheet + "!" + from + ":" + to)
			rule.SetError(excelize.DataValidationErrorStyleStop, c.Title, "一覧から選んでください。選べる言葉は、シート「"+hintSheet+"」にもあります。")
		}
		if hint := []rune(c.Hint); len(hint) > 0 {
			rule.SetInput(c.Title, string(hint[:min(len(hint), mostHint)]))
		}
		if len(c.Choices)+len(c.Hint) == 0 {
			continue
		}
		if err := book.AddDataValidation(formSheet, rule); err != nil {
			return err
		}
	}
	last, err := excelize.CoordinatesToCellName(len(f.Columns), line)
	if err != nil {
		return err
	}
	if err := book.AutoFilter(formSheet, "A1:"+last, nil); err != nil {
		return err
	}
	return book.ProtectSheet(formSheet, &excelize.SheetProtectionOptions{
		SelectLockedCells: true, SelectUnlockedCells: true, AutoFilter: true, Sort: true, FormatCells: true, FormatColumns: true, FormatRows: true,
	})
}
