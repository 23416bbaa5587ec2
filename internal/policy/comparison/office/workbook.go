package office

import (
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"kagami/internal/policy/comparison"
)

const (
	sheetName = "新旧対照表"
	font      = "游明朝"
	// mostInCell is how much a cell holds, in UTF-16 units: Excel's limit is
	// 32,767. What is longer goes on in the row below.
	mostInCell = 32_000
	heads      = 2 // rows of the sheet before the table's own
	// A row's height, which Excel does not find by itself for a file from outside.
	columnWidth   = 66.0 // of half-width characters
	charsPerLine  = 31   // full-width ones
	lineHeight    = 16.5 // points
	tallestRow    = 409.0
	headingHeight = 32.0
	headHeight    = 22.0
	a4            = 9
	levelOfIndent = "　"
)

// workbook writes the form with excelize.
func (f Form) workbook() (body []byte, err error) {
	file := excelize.NewFile()
	defer func() {
		if closeErr := file.Close(); err == nil {
			err = closeErr
		}
	}()
	if err := file.SetSheetName("Sheet1", sheetName); err != nil {
		return nil, err
	}
	if err := f.fill(file); err != nil {
		return nil, err
	}
	if err := layOut(file); err != nil {
		return nil, err
	}
	b, err := file.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// fill writes the rows.
func (f Form) fill(file *excelize.File) error {
	styles, err := newStyles(file)
	if err != nil {
		return err
	}
	if err := file.SetCellStr(sheetName, "A1", f.Heading); err != nil {
		return err
	}
	if err := file.MergeCell(sheetName, "A1", "B1"); err != nil {
		return err
	}
	if err := file.SetCellStyle(sheetName, "A1", "B1", styles.heading); err != nil {
		return err
	}
	for column, head := range map[string]string{"A": newHead + "　" + f.NewTitle, "B": oldHead + "　" + f.OldTitle} {
		if err := file.SetCellStr(sheetName, column+"2", head); err != nil {
			return err
		}
	}
	if err := file.SetCellStyle(sheetName, "A2", "B2", styles.head); err != nil {
		return err
	}
	for i, height := range []float64{headingHeight, headHeight} {
		if err := file.SetRowHeight(sheetName, i+1, height); err != nil {
			return err
		}
	}
	row := heads
	for _, r := range f.Comparison.Rows {
		before, after := r.Lines()
		beforeIndent, afterIndent := r.Indent()
		olds, news := parts(before, beforeIndent), parts(after, afterIndent)
		for i := range max(len(olds), len(news)) {
			row++
			height := 0
			for column, list := range map[string][]cell{"A": news, "B": olds} {
				if i < len(list) {
					if err := file.SetCellRichText(sheetName, column+strconv.Itoa(row), list[i].runs); err != nil {
						return err
					}
					height = max(height, list[i].lines)
				}
			}
			if err := file.SetRowHeight(sheetName, row, min(float64(height)*lineHeight+4, tallestRow)); err != nil {
				return err
			}
		}
	}
	if row > heads {
		if err := file.SetCellStyle(sheetName, "A3", "B"+strconv.Itoa(row), styles.body); err != nil {
			return err
		}
	}
	return file.SetCellStr(sheetName, "A"+strconv.Itoa(row+1), note)
}

type styles struct{ heading, head, body int }

func newStyles(file *excelize.File) (s styles, err error) {
	border := make([]excelize.Border, 0, 4)
	for _, side := range []string{"left", "right", "top", "bottom"} {
		border = append(border, excelize.Border{Type: side, Color: "000000", Style: 1})
	}
	center := &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}
	s.heading, err = file.NewStyle(&excelize.Style{Font: &excelize.Font{Family: font, Size: 14}, Alignment: center})
	if err != nil {
		return s, err
	}
	s.head, err = file.NewStyle(&excelize.Style{Font: &excelize.Font{Family: font, Size: 10.5}, Alignment: center, Border: border})
	if err != nil {
		return s, err
	}
	s.body, err = file.NewStyle(&excelize.Style{
		Font: &excelize.Font{Family: font, Size: 10.5}, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}, Border: border,
	})
	return s, err
}

// layOut makes it print on landscape A4, as wide as the page, the heads on every
// page.
func layOut(file *excelize.File) error {
	paper, landscape, once, anyHeight, fit := a4, "landscape", 1, 0, true
	if err := file.SetPageLayout(sheetName, &excelize.PageLayoutOptions{Size: &paper, Orientation: &landscape, FitToWidth: &once, FitToHeight: &anyHeight}); err != nil {
		return err
	}
	if err := file.SetSheetProps(sheetName, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	if err := file.SetColWidth(sheetName, "A", "B", columnWidth); err != nil {
		return err
	}
	if err := file.SetPanes(sheetName, &excelize.Panes{Freeze: true, YSplit: heads, TopLeftCell: "A3", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if err := file.SetHeaderFooter(sheetName, &excelize.HeaderFooterOptions{OddFooter: "&C&P / &N"}); err != nil {
		return err
	}
	return file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: "'" + sheetName + "'!$1:$2", Scope: sheetName})
}

// cell is what stands in a cell, and about how many lines it takes.
type cell struct {
	runs  []excelize.RichTextRun
	lines int
}

// parts writes lines into as few cells as hold them, one below the other.
func parts(lines []comparison.Line, indent int) []cell {
	var (
		list []cell
		now  cell
		size int
	)
	add := func(text string, changed bool) {
		f := &excelize.Font{Family: font, Size: 10.5, Color: "000000"}
		if changed {
			f.Underline = "single"
		}
		now.runs = append(now.runs, excelize.RichTextRun{Text: text, Font: f})
		size += units(text)
	}
	shut := func() {
		list, now, size = append(list, now), cell{}, 0
	}
	for i, line := range lines {
		lead := strings.Repeat(levelOfIndent, indent)
		if i > 0 && size > 0 {
			lead = "\n" + lead
		}
		if lead != "" {
			add(lead, false)
		}
		characters := indent
		for _, p := range line {
			for rest := p.Text; rest != ""; {
				var piece string
				if piece, rest = beginning(rest, mostInCell-size); piece != "" {
					add(piece, p.Changed)
					characters += len([]rune(piece))
				}
				if rest != "" {
					shut()
				}
			}
		}
		now.lines += characters/charsPerLine + 1
	}
	shut()
	return list
}

func units(text string) int { return len(utf16.Encode([]rune(text))) }

// beginning parts a text after as many characters as fit.
func beginning(text string, most int) (piece, rest string) {
	for i, r := range text {
		if most -= utf16.RuneLen(r); most < 0 {
			return text[:i], text[i:]
		}
	}
	return text, ""
}
