package sheet

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"kagami/internal/charset"
	"kagami/internal/fault"
)

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// readCSV reads the rows of a CSV file, by the delimiter that it is more likely to
// have; where there are no headings then, by the other.
func readCSV(file []byte, t *table) error {
	text, ok := charset.Decode(file)
	if !ok {
		return fault.New(fault.Unsupported, "表として読めないファイルです。Excel ファイル（.xlsx）か、UTF-8 か Shift_JIS の CSV を選んでください。")
	}
	if strings.Count(text, "\r") > strings.Count(text, "\r\n") { // those that the csv package does not take
		text = lineEnds.Replace(text)
	}
	likely, other := delimiters(text)
	err := readDelimited(text, likely, t)
	if t.found || t.budget.alive() != nil {
		return err
	}
	if otherErr := readDelimited(text, other, t); t.found {
		return otherErr
	}
	return err
}

func readDelimited(text string, delimiter rune, t *table) error {
	t.begin("")
	from := &source{in: strings.NewReader(text), budget: t.budget}
	in := csv.NewReader(from)
	in.FieldsPerRecord = -1
	in.Comma = delimiter
	line := 0 // of the row before
	for {
		from.next()
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if bad, ok := errors.AsType[*csv.ParseError](err); ok {
			return fault.Wrap(err, fault.Invalid, fmt.Sprintf("%d行目を読めません。引用符（\"）の数が合っていないか、引用符の外に文字があります。Excel で開いて保存し直すか、その行を直してください。", bad.StartLine))
		}
		if errors.Is(err, errLongToken) {
			return fault.Wrap(err, fault.Invalid, fmt.Sprintf("%d行目の次の行が長すぎて、読めません。引用符（\"）の数が合っているか確かめ、その行を直してください。", line))
		}
		if err != nil {
			return err
		}
		if len(cells) > maxColumns {
			return errTooLarge()
		}
		if err := t.budget.takeCells(len(cells)); err != nil {
			return err
		}
		line, _ = in.FieldPos(0)
		for i, cell := range cells {
			cells[i] = shown(cell)
		}
		if err := t.add(Row{Line: line, Cells: cells}); errors.Is(err, errElsewhere) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// delimiters are what may stand between the cells: of comma and tab first the one
// that is more often in the beginning, outside of quotations.
func delimiters(text string) (likely, other rune) {
	commas, tabs, quoted := 0, 0, false
	for _, c := range []byte(text[:min(len(text), 4<<10)]) {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == ',':
			commas++
		case c == '\t':
			tabs++
		}
	}
	if tabs > commas {
		return '\t', ','
	}
	return ',', '\t'
}
