package sheet_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kagami/internal/fault"
	"kagami/internal/sheet"
	"kagami/internal/sheet/sheettest"
)

// bomb is a workbook of so many sheets, which name so many parts in turn: each part
// is size bytes of a filler, that lie in the file once.
func bomb(t testing.TB, sheets, parts int, filler string, size int) []byte {
	t.Helper()
	var (
		names, relations strings.Builder
		packed, file     bytes.Buffer
	)
	for i := range sheets {
		fmt.Fprintf(&names, `<sheet name="s%d" r:id="r%d"/>`, i, i)
		fmt.Fprintf(&relations, `<Relationship Id="r%d" Target="worksheets/sheet%d.xml"/>`, i, i%parts)
	}
	body := []byte("<worksheet>" + strings.Repeat(filler, size/len(filler)) + "</worksheet>")
	pack, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pack.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := pack.Close(); err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(&file)
	write := func(part io.Writer, err error, text []byte) {
		if err == nil {
			_, err = part.Write(text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.Create("xl/workbook.xml")
	write(part, err, []byte("<workbook><sheets>"+names.String()+"</sheets></workbook>"))
	part, err = w.Create("xl/_rels/workbook.xml.rels")
	write(part, err, []byte("<Relationships>"+relations.String()+"</Relationships>"))
	for i := range parts {
		part, err = w.CreateRaw(&zip.FileHeader{
			Name: fmt.Sprintf("xl/worksheets/sheet%d.xml", i), Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(body),
			CompressedSize64: uint64(packed.Len()), UncompressedSize64: uint64(len(body)),
		})
		write(part, err, packed.Bytes())
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// The file that once held a core for more than ten minutes: 49 kB, 200 sheets that
// all name one part of 48 MB; and what is like it. Each is refused with a sentence,
// at once, and in little memory.
func TestASmallFileIsNeverMuchWork(t *testing.T) {
	for name, c := range map[string]struct {
		sheets, parts int
		filler        string
		kind          fault.Kind
	}{
		"200 sheets that name one part": {200, 1, "<x/>", fault.TooLarge},
		"as many sheets as are read":    {50, 1, "<x/>", fault.TooLarge},
		"as many parts":                 {50, 50, "<x/>", fault.TooLarge},
		"rows of nothing":               {50, 1, "<row/>", fault.Internal}, // no headings among the first
		"one row without an end":        {50, 1, "<c/>", fault.TooLarge},
		"blanks":                        {50, 1, " ", fault.TooLarge},
		"remarks":                       {50, 1, "<!---->", fault.TooLarge},
		"instructions":                  {50, 1, "<?x?>", fault.TooLarge},
		"one tag without an end":        {50, 1, "<x", fault.Invalid},
		"entities":                      {50, 1, "<v>" + strings.Repeat("&amp;", 100) + "</v>", fault.TooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			size := 48 << 20
			if c.sheets < 200 {
				size = 16 << 20
			}
			file := bomb(t, c.sheets, c.parts, c.filler, size)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			var err error
			sheettest.MustBeQuick(t, func() { _, _, err = read(file) })
			runtime.ReadMemStats(&after)
			if fault.KindOf(err) != c.kind || c.kind == fault.Internal && !errors.Is(err, sheet.ErrNoHeadings) {
				t.Errorf("got %v", err)
			}
			if got := after.TotalAlloc - before.TotalAlloc; got > 256<<20 {
				t.Errorf("%d MB were asked for in all", got>>20)
			}
		})
	}
}

// Whatever one tag, one text or one row of a workbook or a CSV file holds, no more
// than a bound of it is held at once.
func TestWhatIsLongIsNotHeldWhole(t *testing.T) {
	t.Parallel()
	noise := func(n int) string { // that packing does not make small
		var b strings.Builder
		for i := uint32(1); b.Len() < n; i++ {
			fmt.Fprintf(&b, "%08x", i*2654435761)
		}
		return b.String()
	}
	const head = `<worksheet><sheetData><row><c t="inlineStr"><is><t>職員番号</t></is></c></row>`
	in := func(body string) []byte {
		return zipped(t, map[string]string{
			"xl/workbook.xml":            `<workbook><sheets><sheet r:id="r1"/></sheets></workbook>`,
			"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>`,
			"xl/worksheets/sheet1.xml":   head + body,
		})
	}
	long := noise(3 << 20)
	for name, c := range map[string]struct {
		file []byte
		kind fault.Kind
	}{
		"a text":                  {in("<row><c><v>" + long), fault.TooLarge},
		"an attribute":            {in(`<row r="` + long), fault.TooLarge},
		"attributes":              {in("<row " + strings.Repeat(`a="0123456789abcdef" `, 200_000)), fault.TooLarge},
		"a name":                  {in("<" + strings.ReplaceAll(long, "0", "a")), fault.TooLarge},
		"a remark":                {in("<!--" + long), fault.TooLarge},
		"a cell of many pieces":   {in("<row><c><v>" + strings.Repeat(noise(1<<10)+"<!-- -->", 3<<10)), fault.TooLarge},
		"a text of many pieces":   {in(`<row><c t="inlineStr"><is>` + strings.Repeat("<t>"+noise(1<<10)+"</t>", 3<<10)), fault.TooLarge},
		"a line of CSV":           {[]byte("職員番号\n1\n" + long + "\n"), fault.Invalid},
		"a line of commas":        {[]byte("職員番号\n1\n" + strings.Repeat(",", 9<<20)), fault.Invalid},
		"a quotation without end": {[]byte("職員番号\n1\n\"" + long), fault.Invalid},
	} {
		var err error
		sheettest.MustBeQuick(t, func() { _, _, err = read(c.file) })
		if fault.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// One text that many cells share is counted for each of them: who takes the rows in
// may copy it.
func TestATextSharedByManyCellsCountsForEach(t *testing.T) {
	t.Parallel()
	file := zipped(t, map[string]string{
		"xl/workbook.xml":            `<workbook><sheets><sheet r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/sharedStrings.xml":       `<sst><si><t>職員番号</t></si><si><t>` + strings.Repeat("見本", 50_000) + `</t></si></sst>`,
		"xl/worksheets/sheet1.xml":   `<worksheet><sheetData><row><c t="s"><v>0</v></c></row>` + strings.Repeat(`<row><c t="s"><v>1</v></c></row>`, 10_000) + `</sheetData></worksheet>`,
	})
	handed := 0
	err := sheet.Read(t.Context(), file, func([]string) bool { return true }, func(row sheet.Row) error {
		handed += len(row.Cells[0])
		return nil
	})
	if fault.KindOf(err) != fault.TooLarge || handed > 128<<20 {
		t.Errorf("%d MB were handed on, %v", handed>>20, err)
	}
}

// A workbook of many styles, formats, texts and cells.
func TestWhatAWorkbookHasAtMost(t *testing.T) {
	t.Parallel()
	var texts strings.Builder
	for i := range 1_000_001 {
		fmt.Fprintf(&texts, "<si><t>%d</t></si>", i*7919)
	}
	with := func(name, body string) []byte {
		parts := map[string]string{
			"xl/workbook.xml":            `<workbook><sheets><sheet r:id="r1"/></sheets></workbook>`,
			"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>`,
		}
		parts[name] = body
		return zipped(t, parts)
	}
	for name, file := range map[string][]byte{
		"texts":   with("xl/sharedStrings.xml", "<sst>"+texts.String()+"</sst>"),
		"styles":  with("xl/styles.xml", "<styleSheet><cellXfs>"+strings.Repeat(`<xf numFmtId="1"/>`, 70_000)+"</cellXfs></styleSheet>"),
		"formats": with("xl/styles.xml", "<styleSheet><numFmts>"+numbered(`<numFmt numFmtId="%d" formatCode="0"/>`, 1_001)+"</numFmts></styleSheet>"),
		"parts":   with("xl/_rels/workbook.xml.rels", "<Relationships>"+numbered(`<Relationship Id="%d" Target="x"/>`, 1_001)+"</Relationships>"),
		"sheets":  with("xl/workbook.xml", "<workbook><sheets>"+numbered(`<sheet r:id="r%d"/>`, 51)+"</sheets></workbook>"),
		"cells": with("xl/worksheets/sheet1.xml", `<worksheet><sheetData><row><c t="inlineStr"><is><t>職員番号</t></is></c></row>`+
			numbered(`<row><c r="GR%d"><v>1</v></c></row>`, 30_000)+"</sheetData></worksheet>"),
	} {
		if _, _, err := read(file); fault.KindOf(err) != fault.TooLarge {
			t.Errorf("%s: %v", name, err)
		}
	}
	hidden := with("xl/workbook.xml", "<workbook><sheets>"+numbered(`<sheet state="hidden" r:id="r%d"/>`, 200)+"</sheets></workbook>")
	if _, _, err := read(hidden); !errors.Is(err, sheet.ErrNoHeadings) {
		t.Errorf("hidden sheets are counted: %v", err)
	}
}

// numbered is a text n times, with its number in it.
func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// Blank rows below a table, of which a workbook may have a million, are no rows.
func TestBlankRowsAreNotCounted(t *testing.T) {
	t.Parallel()
	_, rows, err := read([]byte("職員番号\n1\n" + strings.Repeat(" ,\n", 200_001) + "2\n"))
	if err != nil || len(rows) != 2 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

// Who has gone waits for nothing: the reading ends with its context.
func TestReadingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	xlsx, err := sheet.Table{Columns: []string{"職員番号"}, Rows: manyRows(20_000)}.File("x", sheet.XLSX)
	if err != nil {
		t.Fatal(err)
	}
	csv, err := sheet.Table{Columns: []string{"職員番号"}, Rows: manyRows(20_000)}.File("x", sheet.CSV)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []sheet.File{xlsx, csv} {
		ctx, cancel := context.WithCancel(t.Context())
		rows := 0
		err := sheet.Read(ctx, file.Body, func([]string) bool { return true }, func(sheet.Row) error {
			if rows++; rows == 10 {
				cancel()
			}
			return nil
		})
		if fault.KindOf(err) != fault.Unavailable || !errors.Is(err, context.Canceled) || rows > 10_000 {
			t.Errorf("%s: after %d rows: %v", file.Name, rows, err)
		}
	}
}

func manyRows(n int) [][]sheet.Cell {
	rows := make([][]sheet.Cell, n)
	for i := range rows {
		rows[i] = sheet.Texts(fmt.Sprintf("%08d", i))
	}
	return rows
}

// What takes too long is given up with a sentence.
func TestReadingHasADeadline(t *testing.T) {
	file, err := sheet.Table{Columns: []string{"職員番号"}, Rows: manyRows(20_000)}.File("x", sheet.XLSX)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		rows := 0
		err := sheet.Read(t.Context(), file.Body, func([]string) bool { return true }, func(sheet.Row) error {
			rows++
			<-time.After(time.Second)
			return nil
		})
		if e, ok := errors.AsType[*fault.Error](err); !ok || e.Kind != fault.TooLarge || !strings.Contains(e.Message, "30秒") {
			t.Errorf("after %d rows: %v", rows, err)
		}
	})
}
