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

// readCSV reads the rows of a CSV file.
func readCSV(file []byte, t *table) error {
	text, ok := charset.Decode(file)
	if !ok {
		return fault.New(fault.Unsupported, "表として読めないファイルです。Excel ファイル（.xlsx）か、UTF-8 か Shift_JIS の CSV を選んでください。")
	}
	text = lineEnds.Replace(text)
	in := csv.NewReader(strings.NewReader(text))
	in.FieldsPerRecord = -1
	in.Comma = delimiter(text)
	for {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) || errors.Is(err, errElsewhere) {
			return nil
		}
		if bad, ok := errors.AsType[*csv.ParseError](err); ok {
			return fault.Wrap(err, fault.Invalid, fmt.Sprintf("%d行目を読めません。引用符（\"）の数が合っていないか、引用符の外に文字があります。Excel で開いて保存し直すか、その行を直してください。", bad.StartLine))
		}
		if err != nil {
			return err
		}
		if len(cells) > maxColumns {
			return errTooLarge()
		}
		line, _ := in.FieldPos(0)
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

// delimiter is what stands between the cells: of comma and tab, the one that is
// more often in the beginning.
func delimiter(text string) rune {
	start := text[:min(len(text), 4<<10)]
	if strings.Count(start, "\t") > strings.Count(start, ",") {
		return '\t'
	}
	return ','
}

// shown takes away what plain has put before a text.
func shown(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && plain(rest) == cell {
		return rest
	}
	return cell
}
