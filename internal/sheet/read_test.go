package sheet_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"

	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/sheet"
	"kagami/internal/sheet/sheettest"
)

// read returns the headings and the rows below them, where the headings begin
// with 職員番号.
func read(file []byte) (headings []string, rows []sheet.Row, err error) {
	err = sheet.Read(context.Background(), file,
		func(cells []string) bool {
			headings = cells
			return cells[0] == "職員番号"
		},
		func(row sheet.Row) error {
			rows = append(rows, row)
			return nil
		})
	return headings, rows, err
}

func TestReadsCSVInTheWaysItIsSaved(t *testing.T) {
	t.Parallel()
	const text = "職員番号,氏名,備考\r\n00123,髙﨑 見本,\"二行の\r\n備考\"\r\n\r\n00124,\"見本, 太郎\",\"引用符\"\"\"\r\n"
	want := []sheet.Row{
		{Line: 2, Cells: []string{"00123", "髙﨑 見本", "二行の\n備考"}},
		{Line: 5, Cells: []string{"00124", "見本, 太郎", `引用符"`}},
	}
	for name, c := range map[string]struct {
		charset encoding.Encoding
		edit    *strings.Replacer
	}{
		"UTF-8":              {encoding.Nop, strings.NewReplacer()},
		"UTF-8 with a mark":  {unicode.UTF8BOM, strings.NewReplacer()},
		"CP932":              {japanese.ShiftJIS, strings.NewReplacer()},
		"UTF-16 of Excel":    {unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), strings.NewReplacer()},
		"line ends of Unix":  {encoding.Nop, strings.NewReplacer("\r\n", "\n")},
		"line ends of a Mac": {japanese.ShiftJIS, strings.NewReplacer("\r\n", "\r")},
		"tabs":               {japanese.ShiftJIS, strings.NewReplacer("見本, 太郎", "見本, 太郎", ",", "\t")},
	} {
		t.Run(name, func(t *testing.T) {
			raw, err := c.charset.NewEncoder().String(c.edit.Replace(text))
			if err != nil {
				t.Fatal(err)
			}
			_, rows, err := read([]byte(raw))
			if err != nil || !reflect.DeepEqual(rows, want) {
				t.Errorf("got %v, %v", rows, err)
			}
		})
	}
}

// workbook makes a workbook as Excel would; fill writes its cells.
func workbook(t testing.TB, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close() //nolint:errcheck // it is in memory only
	fill(f)
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A cell is read as it is shown: what matters to people is what they see.
func TestReadsCellsOfAWorkbookAsTheyAreShown(t *testing.T) {
	t.Parallel()
	day := calendar.NewDate(2027, 4, 1)
	styled := func(f *excelize.File, cell string, value any, style excelize.Style) {
		id, err := f.NewStyle(&style)
		if err == nil {
			err = errors.Join(f.SetCellStyle("Sheet1", cell, cell, id), f.SetCellValue("Sheet1", cell, value))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	code := func(s string) excelize.Style { return excelize.Style{CustomNumFmt: &s} }
	for name, c := range map[string]struct {
		fill func(f *excelize.File, cell string)
		want string
	}{
		"a text": {func(f *excelize.File, c string) { _ = f.SetCellStr("Sheet1", c, "00123") }, "00123"},
		"a text of two fonts": {func(f *excelize.File, c string) {
			_ = f.SetCellRichText("Sheet1", c, []excelize.RichTextRun{{Text: "見本"}, {Text: "太郎", Font: &excelize.Font{Bold: true}}})
		}, "見本太郎"},
		"a number":             {func(f *excelize.File, c string) { _ = f.SetCellInt("Sheet1", c, 123) }, "123"},
		"a large number":       {func(f *excelize.File, c string) { _ = f.SetCellFloat("Sheet1", c, 1e12, -1, 64) }, "1000000000000"},
		"a staff number":       {func(f *excelize.File, c string) { styled(f, c, 123, code("00000")) }, "00123"},
		"a sum of money":       {func(f *excelize.File, c string) { styled(f, c, 12345, code(`#,##0"円"`)) }, "12345"},
		"a day":                {func(f *excelize.File, c string) { styled(f, c, day, excelize.Style{NumFmt: 14}) }, "2027-04-01"},
		"a day in its era":     {func(f *excelize.File, c string) { styled(f, c, day, code(`[$-411]ggge"年"m"月"d"日";@`)) }, "2027-04-01"},
		"a day of Excel's own": {func(f *excelize.File, c string) { styled(f, c, day, excelize.Style{NumFmt: 58}) }, "2027-04-01"},
		"the first day":        {func(f *excelize.File, c string) { styled(f, c, 1, excelize.Style{NumFmt: 14}) }, "1900-01-01"},
		"a formula": {func(f *excelize.File, c string) {
			_ = f.SetCellFormula("Sheet1", c, "A1")
			_ = f.SetCellStr("Sheet1", c, "x")
			_ = f.SetCellInt("Sheet1", c, 7)
		}, "7"},
		"yes":                        {func(f *excelize.File, c string) { _ = f.SetCellBool("Sheet1", c, true) }, "TRUE"},
		"a quotient":                 {func(f *excelize.File, c string) { _ = f.SetCellFloat("Sheet1", c, 0.25, -1, 64) }, "0.25"},
		"a format without days":      {func(f *excelize.File, c string) { styled(f, c, 5, code(`General"日"`)) }, "5"},
		"a day and its time":         {func(f *excelize.File, c string) { styled(f, c, 46478.5625, code(`yyyy/m/d h:mm`)) }, "2027-04-01 13:30:00"},
		"a second to midnight":       {func(f *excelize.File, c string) { styled(f, c, 46478.999999, excelize.Style{NumFmt: 22}) }, "2027-04-02 00:00:00"},
		"a day whose time is hidden": {func(f *excelize.File, c string) { styled(f, c, 46478.9, excelize.Style{NumFmt: 14}) }, "2027-04-01"},
	} {
		t.Run(name, func(t *testing.T) {
			file := workbook(t, func(f *excelize.File) {
				_ = f.SetSheetRow("Sheet1", "A3", &[]string{"職員番号", "値"})
				c.fill(f, "B5")
			})
			headings, rows, err := read(file)
			if err != nil || len(headings) != 2 || len(rows) != 1 || rows[0].Line != 5 || rows[0].Cells[1] != c.want {
				t.Errorf("got %q %v, %v; want %s on line 5", headings, rows, err, c.want)
			}
		})
	}
}

// The readings that Excel keeps beside Japanese words are not part of them, and
// the value of a formula is the one last computed.
func TestReadsWhatExcelItselfWrites(t *testing.T) {
	t.Parallel()
	file := zipped(t, map[string]string{
		"xl/workbook.xml":            `<workbook><workbookPr date1904="1"/><sheets><sheet name="隠" state="hidden" r:id="r1"/><sheet name="名簿" r:id="r2"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Target="/xl/worksheets/sheet2.xml"/></Relationships>`,
		"xl/sharedStrings.xml": `<sst><si><t>職員番号</t><rPh sb="0" eb="4"><t>ショクインバンゴウ</t></rPh></si><si><r><t>A</t></r><r><t xml:space="preserve"> 1&amp;_x000D_
2</t></r></si></sst>`,
		"xl/styles.xml":            `<styleSheet><cellStyleXfs><xf numFmtId="0"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2"><v>9</v></c></row></sheetData></worksheet>`,
		"xl/worksheets/sheet2.xml": `<worksheet><sheetData><row><c t="s"><v>0</v></c></row><row r="4"><c r="A4" t="s"><v>1</v></c><c r="C4" t="str"><f>A1&amp;B1</f><v>式の値</v></c><c s="1"><v>0</v></c><c s="1"><v>366</v></c><c t="inlineStr"><is><t>中</t><rPh><t>ナカ</t></rPh></is></c><c t="d"><v>2027-04-01T00:00:00</v></c></row></sheetData></worksheet>`,
	})
	headings, rows, err := read(file)
	want := []sheet.Row{{Line: 4, Cells: []string{"A 1&\n2", "", "式の値", "0", "1905-01-01", "中", "2027-04-01"}}}
	if err != nil || headings[0] != "職員番号" || !reflect.DeepEqual(rows, want) {
		t.Errorf("got %q %v, %v", headings, rows, err)
	}
}

func zipped(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, body := range parts {
		part, err := w.Create(name)
		if err == nil {
			_, err = part.Write([]byte(body))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRefusesWhatIsNoTable(t *testing.T) {
	t.Parallel()
	oneSheet := map[string]string{
		"xl/workbook.xml":            `<workbook><sheets><sheet r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>`,
	}
	with := func(name, body string) []byte {
		parts := map[string]string{name: body}
		for k, v := range oneSheet {
			parts[k] = v
		}
		return zipped(t, parts)
	}
	const head = `<worksheet><sheetData><row><c t="inlineStr"><is><t>職員番号</t></is></c></row>`
	for name, c := range map[string]struct {
		file []byte
		kind fault.Kind
	}{
		"a PDF":                      {[]byte("%PDF-1.7\n"), fault.Unsupported},
		"an old .xls":                {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), fault.Unsupported},
		"a picture":                  {[]byte("\x89PNG\r\n\x1a\n"), fault.Unsupported},
		"a program":                  {[]byte("\x7fELF\x02\x01\x01\x00\x00\x00\x03\x00\x3e"), fault.Unsupported},
		"a .docx":                    {zipped(t, map[string]string{"word/document.xml": "<x/>"}), fault.Unsupported},
		"half a workbook":            {with("xl/worksheets/sheet1.xml", head)[:200], fault.Invalid},
		"a sheet that breaks off":    {with("xl/worksheets/sheet1.xml", head+"<row><c"), fault.Invalid},
		"a zip bomb":                 {with("xl/worksheets/sheet1.xml", head+strings.Repeat(" ", 210<<20)), fault.TooLarge},
		"a sheet that ends early":    {with("xl/worksheets/sheet1.xml", head), fault.Invalid},
		"elements crossed":           {with("xl/worksheets/sheet1.xml", head+"<row><c></row></c></sheetData></worksheet>"), fault.Invalid},
		"entities of its own":        {with("xl/worksheets/sheet1.xml", `<!DOCTYPE x [<!ENTITY a "職員番号">]>`+head), fault.Invalid},
		"elements too deep":          {with("xl/worksheets/sheet1.xml", head+strings.Repeat("<x>", 1000)), fault.Invalid},
		"a bomb of texts":            {with("xl/sharedStrings.xml", "<sst>"+strings.Repeat("<si/>", 1_100_000)), fault.TooLarge},
		"a row as wide as there are": {with("xl/worksheets/sheet1.xml", head+`<row><c r="XFD2"><v>1</v></c></row>`), fault.TooLarge},
		"too many rows":              {[]byte("職員番号\n" + strings.Repeat("1\n", 200_001)), fault.TooLarge},
		"too many columns":           {[]byte("職員番号\n" + strings.Repeat(",", 300)), fault.TooLarge},
		"over 10 MB":                 {bytes.Repeat([]byte("a"), sheet.MaxSize+1), fault.TooLarge},
		"a quotation without an end": {[]byte("職員番号\n1\n\"2\n3\n"), fault.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			_, rows, err := read(c.file)
			if fault.KindOf(err) != c.kind {
				t.Errorf("got %d rows, %v", len(rows), err)
			}
			if e, ok := errors.AsType[*fault.Error](err); !ok || e.Message == "" {
				t.Error("it does not say what to do")
			}
		})
	}
	for name, file := range map[string][]byte{
		"another table": []byte("番号,名前\n1,見本\n"), "nothing": nil, "headings far below": []byte(strings.Repeat("x\n", 60) + "職員番号\n1\n"),
		"an empty workbook": workbook(t, func(*excelize.File) {}),
	} {
		if _, _, err := read(file); !errors.Is(err, sheet.ErrNoHeadings) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The line of a quotation that is not closed is named.
func TestNamesTheLineThatCanNotBeRead(t *testing.T) {
	t.Parallel()
	_, _, err := read([]byte("職員番号\r\n1\r\n2\"3\r\n"))
	if e, ok := errors.AsType[*fault.Error](err); !ok || !strings.HasPrefix(e.Message, "3行目") {
		t.Errorf("got %v", err)
	}
}

// Whatever is handed in ends with rows or with a sentence, and soon.
func FuzzRead(f *testing.F) {
	f.Add([]byte("職員番号,氏名\n1,\"見本\"\n"))
	f.Add([]byte("職員番号\t氏名\r1\t'=1\n"))
	f.Add([]byte("PK\x03\x04"))
	f.Add(workbook(f, func(b *excelize.File) { _ = b.SetSheetRow("Sheet1", "A1", &[]any{"職員番号", 1, true, time.Now()}) }))
	f.Add(bomb(f, 3, 1, "<x/>", 1<<20))
	f.Fuzz(func(t *testing.T, file []byte) {
		var (
			rows []sheet.Row
			err  error
		)
		sheettest.MustBeQuick(t, func() { _, rows, err = read(file) })
		if err == nil || errors.Is(err, sheet.ErrNoHeadings) {
			for _, row := range rows {
				if row.Line < 1 {
					t.Errorf("a row on line %d", row.Line)
				}
			}
			return
		}
		if fault.KindOf(err) == fault.Internal {
			t.Errorf("no sentence for %v", err)
		}
	})
}

// A sheet's XML is read whatever it holds.
func FuzzReadSheet(f *testing.F) {
	f.Add(`<sheetData><row r="2"><c r="A2" t="s" s="1"><v>0</v></c></row></sheetData>`, `<sst><si><t>職員番号</t></si></sst>`, `<cellXfs><xf numFmtId="14"/></cellXfs>`)
	f.Add(`<row><c t="inlineStr"><is><t>職員番号</t></is></c></row><row r="-1"><c r="GR2" s="0"><v>46478.5</v></c></row>`, `<!DOCTYPE x [<!ENTITY a "b">]><sst>&a;</sst>`,
		`<numFmts><numFmt numFmtId="9" formatCode="[$-411]ggge&quot;x&quot;\d hh:mm General"/></numFmts><cellXfs><xf numFmtId="9"/></cellXfs>`)
	f.Fuzz(func(t *testing.T, body, shared, styles string) {
		file := zipped(t, map[string]string{
			"xl/workbook.xml":            `<workbook><sheets><sheet r:id="r1"/></sheets></workbook>`,
			"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>`,
			"xl/worksheets/sheet1.xml":   body, "xl/sharedStrings.xml": shared, "xl/styles.xml": styles,
		})
		var err error
		sheettest.MustBeQuick(t, func() { _, _, err = read(file) })
		if err != nil && !errors.Is(err, sheet.ErrNoHeadings) && fault.KindOf(err) == fault.Internal {
			t.Errorf("no sentence for %v", err)
		}
	})
}

func TestReadsATableInEachSheet(t *testing.T) {
	t.Parallel()
	file := workbook(t, func(f *excelize.File) {
		for i, name := range []string{"総務課", "記入要領", "産業課"} {
			if _, err := f.NewSheet(name); err != nil {
				t.Fatal(err)
			}
			head := "職員番号"
			if name == "記入要領" {
				head = "書き方"
			}
			for at, text := range map[string]string{"A2": head, "A3": name + "の行"} {
				if err := f.SetCellStr(name, at, text); err != nil {
					t.Fatal(err)
				}
			}
			f.SetActiveSheet(i)
		}
	})
	var said []string
	err := sheet.ReadAll(t.Context(), file, func(name string) { said = append(said, name) },
		func(cells []string) bool { return cells[0] == "職員番号" },
		func(row sheet.Row) error {
			said = append(said, row.Cells[0])
			return nil
		})
	if got := strings.Join(said, " "); got != "Sheet1 総務課 総務課の行 記入要領 産業課 産業課の行" || err != nil {
		t.Errorf("%s, %v", got, err)
	}
	if err := sheet.ReadAll(t.Context(), file, func(string) {}, func([]string) bool { return false }, nil); !errors.Is(err, sheet.ErrNoHeadings) {
		t.Errorf("no table: %v", err)
	}
}
