package sheet_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
	letters "unicode"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/sheet"
)

var table = sheet.Table{
	Columns: []string{"課室", "氏名"},
	Rows:    [][]sheet.Cell{sheet.Texts("税務町民課", "見本, \"太郎\""), sheet.Texts("総務課", "=1+1"), sheet.Texts("総務課", "@SUM(A1)")},
}

func TestCSVOpensInExcelAndRunsNothing(t *testing.T) {
	file, err := table.File("一覧", sheet.CSV)
	if err != nil {
		t.Fatal(err)
	}
	body, marked := strings.CutPrefix(string(file.Body), "\ufeff")
	if !marked {
		t.Error("Excel would not know it as UTF-8")
	}
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("%v, %v", rows, err)
	}
	if rows[1][1] != `見本, "太郎"` || rows[2][1] != "'=1+1" || rows[3][1] != "'@SUM(A1)" {
		t.Errorf("got %q", rows)
	}
	if file.Name != "一覧.csv" {
		t.Errorf("named %s", file.Name)
	}
}

func TestXLSXHoldsTextsAndRunsNothing(t *testing.T) {
	file, err := table.File("一覧", sheet.XLSX)
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(file.Body))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // it was read only
	rows, err := f.GetRows("Sheet1")
	if err != nil || len(rows) != 4 || rows[0][0] != "課室" || rows[2][1] != "=1+1" {
		t.Errorf("%q, %v", rows, err)
	}
	if formula, err := f.GetCellFormula("Sheet1", "B3"); err != nil || formula != "" {
		t.Errorf("a text became the formula %q, %v", formula, err)
	}
}

// What the portal hands out, it reads back, whatever the texts are, and no line of
// them is run.
func TestReadsBackWhatIsHandedOut(t *testing.T) {
	t.Parallel()
	text := rapid.StringOf(rapid.OneOf(
		rapid.RuneFrom([]rune(" ,\"'=+-@\t\r\n＝＋－＠−\u3000\u200b\u2028あ漢ｶ髙①0123ABC_x")),
		rapid.RuneFrom([]rune("_x05FZ")), rapid.RuneFrom(nil, letters.L, letters.N, letters.C, letters.Z)))
	day := rapid.Custom(func(t *rapid.T) calendar.Date {
		return calendar.NewDate(rapid.IntRange(1850, 9998).Draw(t, "year"), 1, rapid.IntRange(1, 365).Draw(t, "day"))
	})
	cell := rapid.OneOf(
		rapid.Map(text, sheet.Text), rapid.Map(rapid.Int(), sheet.Number), rapid.Map(day, sheet.Day),
		rapid.Map(rapid.Int64Range(-4e9, 2e11), func(n int64) sheet.Cell { return sheet.Instant(time.Unix(n, 999)) }),
	)
	rapid.Check(t, func(t *rapid.T) {
		table := sheet.Table{Columns: []string{"職員番号", text.Draw(t, "heading") + ".", "備考"}}
		headings := []string{"職員番号", sheet.Text(table.Columns[1]).String(), "備考"}
		var want []sheet.Row
		for i := range rapid.IntRange(0, 5).Draw(t, "rows") {
			cells := []sheet.Cell{sheet.Text(fmt.Sprintf("%05d", i)), cell.Draw(t, "cell"), sheet.Text(text.Draw(t, "text") + ".")}
			table.Rows = append(table.Rows, cells)
			row := sheet.Row{Line: i + 2}
			for _, c := range cells {
				row.Cells = append(row.Cells, c.String())
			}
			want = append(want, row)
		}
		for _, format := range []sheet.Format{sheet.CSV, sheet.XLSX} {
			file, err := table.File("x", format)
			if err != nil {
				t.Fatal(err)
			}
			gotHeadings, rows, err := read(file.Body)
			for i := range rows {
				if format == sheet.CSV { // whose lines are those of the file
					rows[i].Line = i + 2
				}
			}
			if err != nil || !reflect.DeepEqual(gotHeadings, headings) || !reflect.DeepEqual(rows, want) {
				t.Fatalf("format %d: got %q %+v, %v; want %q %+v", format, gotHeadings, rows, err, headings, want)
			}
			if format == sheet.CSV {
				mustRunNothing(t, file.Body)
			}
		}
	})
}

// mustRunNothing fails where a text in a CSV file begins as a formula does, in any
// of its lines and in any width. Numbers are none.
func mustRunNothing(t interface{ Fatalf(string, ...any) }, body []byte) {
	rows, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, row := range rows {
		for _, cell := range row {
			if _, err := strconv.Atoi(cell); err == nil {
				continue
			}
			for line := range strings.FieldsFuncSeq(cell, func(r rune) bool { return strings.ContainsRune("\r\n\u2028\u2029", r) }) {
				first := norm.NFKC.String(strings.TrimLeftFunc(line, func(r rune) bool { return letters.IsSpace(r) || letters.Is(letters.Cf, r) }))
				if strings.IndexAny(first, "=+-@") == 0 || line[0] == '\t' {
					t.Fatalf("%q would be run", cell)
				}
			}
		}
	}
}

// Each sign that a formula begins with, in every width, after what is left out
// before it, and in every line; and words that only look so.
func TestFormulasAreHarmless(t *testing.T) {
	t.Parallel()
	inCSV := func(text string) []byte {
		file, err := sheet.Table{Columns: []string{"職員番号", "値"}, Rows: [][]sheet.Cell{sheet.Texts("1", text)}}.File("x", sheet.CSV)
		if err != nil {
			t.Fatal(err)
		}
		return file.Body
	}
	for text, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "\n'=1",
		"＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠A": "'＠A", "−1": "'−1", "﹦1": "'﹦1",
		" =1": "' =1", "\u3000＝1": "'\u3000＝1", "\u200b=1": "'\u200b=1", "\u00a0=1": "'\u00a0=1",
		"一行目\n=1": "一行目\n'=1", "一行目\r\n=1\r\n三行目": "一行目\n'=1\n三行目", "a\u2028=1": "a\u2028'=1",
		"'=1": "''=1", "''=1": "'''=1",
		"": "", "'": "'", "'a": "'a", "a=1": "a=1", "00123": "00123", "ー": "ー", "1-2": "1-2", "見本@町": "見本@町", "\n\n": "\n\n",
	} {
		rows, err := csv.NewReader(bytes.NewReader(inCSV(text))).ReadAll()
		if err != nil || rows[1][1] != want {
			t.Errorf("%q stands there as %q, want %q, %v", text, rows[1][1], want, err)
		}
	}
	for r := rune(1); r < letters.MaxRune; r++ {
		if strings.IndexAny(norm.NFKC.String(string(r)), "=+-@") == 0 {
			mustRunNothing(t, inCSV(string(r)+"1"))
		}
	}
}

// In a workbook a day is a day, a number a number, and what only looks like one of
// them stays the text that it is, also when somebody types it anew.
func TestAWorkbookHoldsDaysNumbersAndTexts(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 3, 31, 15, 4, 5, 0, time.UTC)
	file, err := sheet.Table{
		Columns: []string{"番号", "日", "時刻", "数", "名前", "空"},
		Rows: [][]sheet.Cell{
			{sheet.Text("00123"), sheet.Day(calendar.NewDate(2027, 4, 1)), sheet.Instant(at), sheet.Number(-5), sheet.Text("見本"), sheet.Day(calendar.Date{})},
			{sheet.Text("=1+1"), sheet.Text("R9.4.1"), sheet.Instant(time.Time{}), sheet.Number(1 << 60), sheet.Text("1/2"), sheet.Text("")},
		},
	}.File("x", sheet.XLSX)
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(file.Body))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // it was read only
	const asText = 49
	for cell, want := range map[string]struct {
		shown  string
		kind   excelize.CellType
		asText bool
	}{
		"A2": {"00123", excelize.CellTypeInlineString, true},
		"B2": {"2027-04-01", excelize.CellTypeUnset, false},
		"C2": {"2027-04-01 00:04:05", excelize.CellTypeUnset, false},
		"D2": {"-5", excelize.CellTypeUnset, false},
		"E2": {"見本", excelize.CellTypeInlineString, false},
		"F2": {"", excelize.CellTypeUnset, false},
		"A3": {"=1+1", excelize.CellTypeInlineString, true},
		"B3": {"R9.4.1", excelize.CellTypeInlineString, true},
		"C3": {"", excelize.CellTypeUnset, false},
		"D3": {"1152921504606846976", excelize.CellTypeInlineString, true},
		"E3": {"1/2", excelize.CellTypeInlineString, true},
		"A9": {"", excelize.CellTypeUnset, true}, // typed below the table
	} {
		shown, err1 := f.GetCellValue("Sheet1", cell)
		kind, err2 := f.GetCellType("Sheet1", cell)
		id, err3 := f.GetCellStyle("Sheet1", cell)
		if cell == "A9" {
			id, err3 = f.GetColStyle("Sheet1", "A")
		}
		style, err4 := f.GetStyle(id)
		if err := errors.Join(err1, err2, err3, err4); err != nil {
			t.Fatal(err)
		}
		if shown != want.shown || kind != want.kind || (style.NumFmt == asText) != want.asText {
			t.Errorf("%s: %q of type %d, style %+v", cell, shown, kind, style)
		}
	}
}

// A text that a workbook would cut off is not handed out as one.
func TestNoTextIsCutOff(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("見", 32_768)
	table := sheet.Table{Columns: []string{"職員番号"}, Rows: [][]sheet.Cell{sheet.Texts(long)}}
	if _, err := table.File("x", sheet.XLSX); fault.KindOf(err) != fault.TooLarge {
		t.Errorf("a workbook: %v", err)
	}
	file, err := table.File("x", sheet.CSV)
	if err != nil {
		t.Fatal(err)
	}
	if _, rows, err := read(file.Body); err != nil || len(rows) != 1 || rows[0].Cells[0] != long {
		t.Errorf("CSV: %d rows, %v", len(rows), err)
	}
}
