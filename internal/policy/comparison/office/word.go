package office

import "encoding/xml"

// The part of WordprocessingML (ECMA-376 Part 1, 17) that the form needs. The
// fields stand in the order of the standard's sequences: Word takes a file that
// breaks it for damaged.

const (
	wordSpace     = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
	relationSpace = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
)

type document struct {
	XMLName xml.Name `xml:"w:document"`
	W       string   `xml:"xmlns:w,attr"`
	R       string   `xml:"xmlns:r,attr"`
	Body    body
}

type body struct {
	XMLName xml.Name `xml:"w:body"`
	Parts   []any    // paragraphs and tables, and the section last
}

type (
	empty struct{}
	value struct {
		Value string `xml:"w:val,attr"`
	}
	width struct {
		Width int    `xml:"w:w,attr"`
		Type  string `xml:"w:type,attr"`
	}
)

type paragraph struct {
	XMLName    xml.Name `xml:"w:p"`
	Properties *paragraphProperties
	Runs       []textRun
}

type paragraphProperties struct {
	XMLName xml.Name     `xml:"w:pPr"`
	Spacing *spacing     `xml:"w:spacing"`
	Indent  *indentation `xml:"w:ind"`
	Align   *value       `xml:"w:jc"`
}

type spacing struct {
	After int `xml:"w:after,attr"`
}

type indentation struct {
	Left int `xml:"w:left,attr"`
}

type textRun struct {
	XMLName    xml.Name `xml:"w:r"`
	Properties runProperties
	Text       runText
}

// The fonts are the style's, for all runs alike.
type runProperties struct {
	XMLName     xml.Name `xml:"w:rPr"`
	Size        value    `xml:"w:sz"`
	ComplexSize value    `xml:"w:szCs"`
	Underline   *value   `xml:"w:u"`
}

type runText struct {
	XMLName xml.Name `xml:"w:t"`
	Space   string   `xml:"xml:space,attr"`
	Text    string   `xml:",chardata"`
}

type table struct {
	XMLName    xml.Name `xml:"w:tbl"`
	Properties tableProperties
	Grid       grid
	Rows       []tableRow
}

type tableProperties struct {
	XMLName xml.Name `xml:"w:tblPr"`
	Width   width    `xml:"w:tblW"`
	Borders borders  `xml:"w:tblBorders"`
	Layout  struct {
		Type string `xml:"w:type,attr"`
	} `xml:"w:tblLayout"`
}

type borders struct {
	Top     border `xml:"w:top"`
	Left    border `xml:"w:left"`
	Bottom  border `xml:"w:bottom"`
	Right   border `xml:"w:right"`
	InsideH border `xml:"w:insideH"`
	InsideV border `xml:"w:insideV"`
}

type border struct {
	Value string `xml:"w:val,attr"`
	Size  int    `xml:"w:sz,attr"` // in eighths of a point
	Space int    `xml:"w:space,attr"`
	Color string `xml:"w:color,attr"`
}

func newTableProperties() tableProperties {
	line := border{Value: "single", Size: 4, Color: "000000"}
	p := tableProperties{Width: width{2 * columnTwips, "dxa"}, Borders: borders{line, line, line, line, line, line}}
	p.Layout.Type = "fixed"
	return p
}

type grid struct {
	XMLName xml.Name     `xml:"w:tblGrid"`
	Columns []gridColumn `xml:"w:gridCol"`
}

type gridColumn struct {
	Width int `xml:"w:w,attr"`
}

type tableRow struct {
	XMLName    xml.Name `xml:"w:tr"`
	Properties *rowProperties
	Cells      []tableCell
}

type rowProperties struct {
	XMLName     xml.Name `xml:"w:trPr"`
	CannotSplit *empty   `xml:"w:cantSplit"`
	Header      *empty   `xml:"w:tblHeader"` // stands on every page
}

type tableCell struct {
	XMLName    xml.Name `xml:"w:tc"`
	Properties cellProperties
	Paragraphs []paragraph
}

type cellProperties struct {
	XMLName xml.Name `xml:"w:tcPr"`
	Width   width    `xml:"w:tcW"`
	Align   *value   `xml:"w:vAlign"`
}

type section struct {
	XMLName xml.Name        `xml:"w:sectPr"`
	Footer  footerReference `xml:"w:footerReference"`
	Size    pageSize        `xml:"w:pgSz"`
	Margin  pageMargin      `xml:"w:pgMar"`
}

type footerReference struct {
	Type string `xml:"w:type,attr"`
	ID   string `xml:"r:id,attr"`
}

type pageSize struct {
	Width  int    `xml:"w:w,attr"`
	Height int    `xml:"w:h,attr"`
	Orient string `xml:"w:orient,attr"`
}

type pageMargin struct {
	Top    int `xml:"w:top,attr"`
	Right  int `xml:"w:right,attr"`
	Bottom int `xml:"w:bottom,attr"`
	Left   int `xml:"w:left,attr"`
	Header int `xml:"w:header,attr"`
	Footer int `xml:"w:footer,attr"`
	Gutter int `xml:"w:gutter,attr"`
}

// The parts that are the same in every file.
const (
	contentTypes = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>` +
		`<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>` +
		`<Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/>` +
		`</Types>`

	packageRelations = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="` + relationSpace + `/officeDocument" Target="word/document.xml"/>` +
		`</Relationships>`

	documentRelations = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="` + relationSpace + `/styles" Target="styles.xml"/>` +
		`<Relationship Id="rId2" Type="` + relationSpace + `/footer" Target="footer1.xml"/>` +
		`</Relationships>`

	wordStyles = `<w:styles xmlns:w="` + wordSpace + `">` +
		`<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="` + font + `" w:hAnsi="` + font + `" w:eastAsia="` + font + `" w:cs="` + font + `"/>` +
		`<w:sz w:val="` + bodySize + `"/><w:szCs w:val="` + bodySize + `"/><w:lang w:val="en-US" w:eastAsia="ja-JP"/></w:rPr></w:rPrDefault></w:docDefaults>` +
		`<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>` +
		`<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>` +
		`<w:tblPr><w:tblCellMar><w:left w:w="108" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>` +
		`</w:styles>`

	footer = `<w:ftr xmlns:w="` + wordSpace + `"><w:p><w:pPr><w:jc w:val="center"/></w:pPr>` +
		`<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple><w:r><w:t xml:space="preserve"> / </w:t></w:r>` +
		`<w:fldSimple w:instr=" NUMPAGES "><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p></w:ftr>`
)
