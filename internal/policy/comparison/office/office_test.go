package office_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"kagami/internal/policy/comparison"
	"kagami/internal/policy/comparison/office"
	"kagami/internal/policy/outline"
)

// form is a small comparison: an edited, an added and an unchanged clause.
func form() office.Form {
	item := func(label, text string) outline.Clause {
		return outline.Clause{Kind: outline.Item, Label: label, Text: text}
	}
	article := func(children ...outline.Clause) *outline.Outline {
		return &outline.Outline{Title: "見本", Clauses: []outline.Clause{{Kind: outline.Article, Label: "1", Heading: "目的", Text: "=1+1 の行は、式ではない。", Children: children}}}
	}
	return office.Form{
		Comparison: comparison.Compare(
			article(item("1", "資産を管理する。"), item("2", "A < B & C　である。\n次の段落。")),
			article(item("1", "資産を管理する。"), item("2", "A < B & D　である。\n次の段落。"), item("3", "新しく加わった項目である。"))),
		Heading: "見本の基準　新旧対照表", OldTitle: "第1版", NewTitle: "第2版",
	}
}

// Each cell with what is underlined between ⟦ and ⟧: 改正後, then 改正前.
var want = [][2]string{
	{"改正後　第2版", "改正前　第1版"},
	{"1　目的　（略）", "1　目的　（略）"},
	{"（1）　（略）", "（1）　（略）"},
	{"（2）　A < B & ⟦D⟧　である。\n次の段落。", "（2）　A < B & ⟦C⟧　である。\n次の段落。"},
	{"⟦（3）⟧　⟦新しく加わった項目である。⟧", "（新設）"},
}

func TestTheWorkbookReadsBack(t *testing.T) {
	file, err := form().XLSX("新旧対照表")
	if err != nil {
		t.Fatal(err)
	}
	if file.Name != "新旧対照表.xlsx" {
		t.Errorf("named %s", file.Name)
	}
	book, err := excelize.OpenReader(bytes.NewReader(file.Body))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close() //nolint:errcheck // it was read only
	const name = "新旧対照表"
	for i, w := range want {
		for j, column := range []string{"A", "B"} {
			at, err := excelize.JoinCellName(column, i+2)
			if err != nil {
				t.Fatal(err)
			}
			got, err := book.GetCellValue(name, at)
			if err != nil {
				t.Fatal(err)
			}
			runs, err := book.GetCellRichText(name, at)
			if err != nil {
				t.Fatal(err)
			}
			if len(runs) > 0 {
				got = ""
			}
			for _, r := range runs {
				if r.Font != nil && r.Font.Underline == "single" {
					got += "⟦" + r.Text + "⟧"
				} else {
					got += r.Text
				}
			}
			lines := strings.Split(got, "\n")
			for k := range lines {
				lines[k] = strings.TrimPrefix(lines[k], "　") // how far it is indented
			}
			if got = strings.Join(lines, "\n"); got != w[j] {
				t.Errorf("%s reads %q, want %q", at, got, w[j])
			}
			if formula, err := book.GetCellFormula(name, at); err != nil || formula != "" {
				t.Errorf("%s is the formula %q, %v", at, formula, err)
			}
		}
	}
	layout, err := book.GetPageLayout(name)
	if err != nil || *layout.Orientation != "landscape" || *layout.Size != 9 {
		t.Errorf("printed on %v, %v", layout, err)
	}
}

// A cell of a workbook holds 32,767 characters; a longer clause goes on below.
func TestALongClauseGoesOnInTheNextRow(t *testing.T) {
	text := strings.Repeat("資産😀", 20_000)
	of := func(text string) *outline.Outline {
		return &outline.Outline{Clauses: []outline.Clause{{Kind: outline.Article, Label: "1", Text: text}}}
	}
	file, err := office.Form{Comparison: comparison.Compare(of("短い。"), of(text))}.XLSX("x")
	if err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(file.Body))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close() //nolint:errcheck // it was read only
	rows, err := book.GetRows("新旧対照表")
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, row := range rows[2:5] {
		got += row[0]
	}
	if got != "1　"+text {
		t.Errorf("%d characters of %d came back", len([]rune(got)), len([]rune(text))+2)
	}
}

// parts are a document's parts by their names.
func parts(t *testing.T, body []byte) map[string]string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]string{}
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		list[f.Name] = string(raw)
	}
	return list
}

// sequences are the orders that ECMA-376 demands of an element's children, as
// far as the form uses them.
var sequences = map[string][]string{
	"document": {"body"},
	"body":     {"p", "tbl", "p", "sectPr"},
	"p":        {"pPr", "r"},
	"pPr":      {"spacing", "ind", "jc"},
	"r":        {"rPr", "t"},
	"rPr":      {"rFonts", "sz", "szCs", "u", "lang"},
	"tbl":      {"tblPr", "tblGrid", "tr"},
	"tblPr":    {"tblW", "tblBorders", "tblLayout", "tblCellMar"},
	"tr":       {"trPr", "tc"},
	"trPr":     {"cantSplit", "tblHeader"},
	"tc":       {"tcPr", "p"},
	"tcPr":     {"tcW", "vAlign"},
	"sectPr":   {"footerReference", "pgSz", "pgMar"},
}

func TestTheDocumentReadsBack(t *testing.T) {
	file, err := form().DOCX("新旧対照表")
	if err != nil {
		t.Fatal(err)
	}
	all := parts(t, file.Body)
	for name, content := range all {
		for d := xml.NewDecoder(strings.NewReader(content)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s is not well formed: %v", name, err)
			}
		}
	}
	type value struct {
		Val string `xml:"val,attr"`
	}
	var document struct {
		Rows []struct {
			Header *struct{} `xml:"trPr>tblHeader"`
			Cells  []struct {
				Paragraphs []struct {
					Runs []struct {
						Underline value  `xml:"rPr>u"`
						Text      string `xml:"t"`
					} `xml:"r"`
				} `xml:"p"`
			} `xml:"tc"`
		} `xml:"body>tbl>tr"`
		Page struct {
			Orient string `xml:"orient,attr"`
		} `xml:"body>sectPr>pgSz"`
	}
	if err := xml.Unmarshal([]byte(all["word/document.xml"]), &document); err != nil {
		t.Fatal(err)
	}
	if document.Page.Orient != "landscape" {
		t.Errorf("the page is %q", document.Page.Orient)
	}
	if len(document.Rows) != len(want) || document.Rows[0].Header == nil {
		t.Fatalf("%d rows, want %d, the first of them the heads", len(document.Rows), len(want))
	}
	for i, row := range document.Rows {
		for j, cell := range row.Cells {
			var lines []string
			for _, p := range cell.Paragraphs {
				line := ""
				for _, r := range p.Runs {
					if r.Underline.Val == "single" {
						line += "⟦" + r.Text + "⟧"
					} else {
						line += r.Text
					}
				}
				lines = append(lines, line)
			}
			if got := strings.Join(lines, "\n"); got != want[i][j] {
				t.Errorf("row %d reads %q, want %q", i, got, want[i][j])
			}
		}
	}
}

// Word takes a file for damaged in which elements stand in another order than
// the standard's.
func TestTheDocumentKeepsTheOrderOfTheStandard(t *testing.T) {
	file, err := form().DOCX("x")
	if err != nil {
		t.Fatal(err)
	}
	all := parts(t, file.Body)
	type element struct {
		name string
		at   int // in its sequence
	}
	var stack []element
	for d := xml.NewDecoder(strings.NewReader(all["word/document.xml"])); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if len(stack) > 0 {
				parent := &stack[len(stack)-1]
				if sequence, known := sequences[parent.name]; known {
					at := slices.Index(sequence[parent.at:], e.Name.Local)
					if at < 0 {
						t.Fatalf("%s stands in %s where it must not", e.Name.Local, parent.name)
					}
					parent.at += at
				}
			}
			stack = append(stack, element{name: e.Name.Local})
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		}
	}
}
