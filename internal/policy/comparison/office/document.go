package office

import (
	"archive/zip"
	"bytes"
	"encoding/xml"

	"kagami/internal/policy/comparison"
)

// Measures of a document are in twentieths of a point; letters in half points.
const (
	a4Long, a4Short = 16838, 11906
	margin          = 1134 // 20 mm
	columnTwips     = (a4Long - 2*margin) / 2
	indentTwips     = 210 // a character of 10.5 points
	headingGap      = 160
	bodySize        = "21"
	headingSize     = "28"
)

// document writes the form as the parts of a Word document.
func (f Form) document() ([]byte, error) {
	content := document{W: wordSpace, R: relationSpace, Body: body{Parts: []any{
		paragraph{Properties: &paragraphProperties{Spacing: &spacing{headingGap}, Align: &value{"center"}}, Runs: []textRun{newRun(f.Heading, headingSize, false)}},
		f.table(),
		paragraph{Runs: []textRun{newRun(note, bodySize, false)}},
		section{
			Footer: footerReference{Type: "default", ID: "rId2"},
			Size:   pageSize{Width: a4Long, Height: a4Short, Orient: "landscape"},
			Margin: pageMargin{Top: margin, Right: margin, Bottom: margin, Left: margin, Header: margin / 2, Footer: margin / 2},
		},
	}}}
	main, err := xml.Marshal(content)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	for _, part := range []struct{ name, content string }{
		{"[Content_Types].xml", contentTypes},
		{"_rels/.rels", packageRelations},
		{"word/document.xml", string(main)},
		{"word/_rels/document.xml.rels", documentRelations},
		{"word/styles.xml", wordStyles},
		{"word/footer1.xml", footer},
	} {
		w, err := archive.Create(part.name)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write([]byte(xml.Header + part.content)); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func (f Form) table() table {
	t := table{
		Properties: newTableProperties(),
		Grid:       grid{Columns: []gridColumn{{columnTwips}, {columnTwips}}},
		Rows: []tableRow{{
			Properties: &rowProperties{CannotSplit: &empty{}, Header: &empty{}},
			Cells:      []tableCell{headCell(newHead + "　" + f.NewTitle), headCell(oldHead + "　" + f.OldTitle)},
		}},
	}
	for _, r := range f.Comparison.Rows {
		before, after := r.Lines()
		beforeIndent, afterIndent := r.Indent()
		t.Rows = append(t.Rows, tableRow{Cells: []tableCell{newCell(after, afterIndent), newCell(before, beforeIndent)}})
	}
	return t
}

func newCell(lines []comparison.Line, indent int) tableCell {
	c := tableCell{Properties: cellProperties{Width: width{columnTwips, "dxa"}}}
	for _, line := range lines {
		p := paragraph{}
		if indent > 0 {
			p.Properties = &paragraphProperties{Indent: &indentation{Left: indent * indentTwips}}
		}
		for _, passage := range line {
			p.Runs = append(p.Runs, newRun(passage.Text, bodySize, passage.Changed))
		}
		c.Paragraphs = append(c.Paragraphs, p)
	}
	return c
}

func headCell(text string) tableCell {
	return tableCell{
		Properties: cellProperties{Width: width{columnTwips, "dxa"}, Align: &value{"center"}},
		Paragraphs: []paragraph{{Properties: &paragraphProperties{Align: &value{"center"}}, Runs: []textRun{newRun(text, bodySize, false)}}},
	}
}

func newRun(text, size string, underlined bool) textRun {
	r := textRun{Properties: runProperties{Size: value{size}, ComplexSize: value{size}}, Text: runText{Space: "preserve", Text: text}}
	if underlined {
		r.Properties.Underline = &value{"single"}
	}
	return r
}
