package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"

	"kagami/internal/fault"
)

// A workbook is read here and not by the library that writes them: its reader of
// rows does not tell a date from a number, and puts large sheets, with the
// names in them, into temporary files. Of the parts only what is asked for is
// unpacked, and never more of it than this.
const (
	maxPart    = 200 << 20 // bytes of a sheet, unpacked
	maxShared  = 64 << 20  // bytes of the texts that the sheets share
	maxStrings = 1_000_000
)

// book is an open workbook.
type book struct {
	parts     map[string]*zip.File
	strings   []string
	formats   []numberFormat // by the number of a cell's style
	from1904  bool           // days are counted from 1904, as on old Macintoshes
	sheetPath []string       // the visible sheets, in their order
}

func errDamaged(err error) error {
	return fault.Wrap(err, fault.Invalid, "Excel ファイルが壊れているため、読めません。Excel で開いて保存し直してから、選んでください。")
}

// readXLSX reads the rows of a workbook.
func readXLSX(file []byte, t *table) error {
	archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return errDamaged(err)
	}
	b := &book{parts: make(map[string]*zip.File, len(archive.File))}
	for _, f := range archive.File {
		b.parts[strings.ToLower(f.Name)] = f
	}
	if b.parts["xl/workbook.xml"] == nil {
		return fault.New(fault.Unsupported, "この形式のファイルは読めません。Excel で開き、「Excel ブック（.xlsx）」で保存し直してから、選んでください。")
	}
	for _, load := range []func() error{b.loadSheets, b.loadStyles, b.loadStrings} {
		if err := load(); err != nil {
			return err
		}
	}
	for _, name := range b.sheetPath {
		t.seen = 0
		if err := b.readSheet(name, t); err != nil && !errors.Is(err, errElsewhere) {
			return err
		}
		if t.found {
			return nil
		}
	}
	return nil
}

// element is an XML element as it begins; text gathers what is in it.
type element struct {
	name       string
	attributes []xml.Attr
}

func (e element) attribute(name string) string {
	for _, a := range e.attributes {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// handler is told of the elements of a part as they begin and end, and of the
// text between them.
type handler struct {
	begin func(element) error
	text  func([]byte)
	end   func(name string) error
}

// walk goes through a part; one that is not there has nothing in it.
func (b *book) walk(name string, limit int64, h handler) error {
	part := b.parts[strings.ToLower(name)]
	if part == nil {
		return nil
	}
	body, err := part.Open()
	if err != nil {
		return errDamaged(err)
	}
	defer body.Close() //nolint:errcheck // it was read only
	in := xml.NewDecoder(&limited{body, limit})
	for {
		token, err := in.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			switch token := token.(type) {
			case xml.StartElement:
				err = h.begin(element{token.Name.Local, token.Attr})
			case xml.CharData:
				if h.text != nil {
					h.text(token)
				}
			case xml.EndElement:
				if h.end != nil {
					err = h.end(token.Name.Local)
				}
			}
			if err != nil {
				return err
			}
			continue
		}
		if fault.KindOf(err) == fault.TooLarge {
			return err
		}
		return errDamaged(err)
	}
}

// limited refuses to go on beyond a number of bytes, where an io.LimitedReader
// would end.
type limited struct {
	in   io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errTooLarge()
	}
	n, err := l.in.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}

// loadSheets finds the visible sheets.
func (b *book) loadSheets() error {
	targets := map[string]string{}
	err := b.walk("xl/_rels/workbook.xml.rels", maxShared, handler{begin: func(e element) error {
		if e.name == "Relationship" {
			target := e.attribute("Target")
			if !strings.HasPrefix(target, "/") {
				target = "xl/" + target
			}
			targets[e.attribute("Id")] = strings.TrimPrefix(path.Clean(target), "/")
		}
		return nil
	}})
	if err != nil {
		return err
	}
	return b.walk("xl/workbook.xml", maxShared, handler{begin: func(e element) error {
		switch e.name {
		case "workbookPr":
			b.from1904 = e.attribute("date1904") == "1" || e.attribute("date1904") == "true"
		case "sheet":
			if state := e.attribute("state"); state == "" || state == "visible" {
				b.sheetPath = append(b.sheetPath, targets[e.attribute("id")])
			}
		}
		return nil
	}})
}

// loadStyles finds how the cells of each style show their numbers.
func (b *book) loadStyles() error {
	codes := map[string]string{}
	inCells := false
	return b.walk("xl/styles.xml", maxShared, handler{
		begin: func(e element) error {
			switch e.name {
			case "numFmt":
				codes[e.attribute("numFmtId")] = e.attribute("formatCode")
			case "cellXfs":
				inCells = true
			case "xf":
				if inCells {
					id := e.attribute("numFmtId")
					b.formats = append(b.formats, newNumberFormat(id, codes[id]))
				}
			}
			return nil
		},
		end: func(name string) error {
			if name == "cellXfs" {
				inCells = false
			}
			return nil
		},
	})
}

// richText gathers the text of an si or is element: its runs, without the
// readings (フリガナ) that Excel keeps beside Japanese words.
type richText struct {
	b          strings.Builder
	in, phonic bool
}

func (r *richText) begin(name string) {
	switch name {
	case "t":
		r.in = !r.phonic
	case "rPh":
		r.phonic = true
	}
}

func (r *richText) end(name string) {
	switch name {
	case "t":
		r.in = false
	case "rPh":
		r.phonic = false
	}
}

func (r *richText) text(b []byte) {
	if r.in {
		r.b.Write(b)
	}
}

// take returns what was gathered, and starts anew.
func (r *richText) take() string {
	s := unescape(r.b.String())
	r.b.Reset()
	return s
}

// unescape reads _x000D_, as Excel writes characters that XML does not hold;
// line ends within a cell become "\n".
func unescape(s string) string {
	for _, end := range []string{"_x000D_\n", "_x000D_", "_x000d_\n", "_x000d_", "\r\n", "\r"} {
		s = strings.ReplaceAll(s, end, "\n")
	}
	return s
}

func (b *book) loadStrings() error {
	var text richText
	return b.walk("xl/sharedStrings.xml", maxShared, handler{
		begin: func(e element) error {
			text.begin(e.name)
			return nil
		},
		text: text.text,
		end: func(name string) error {
			text.end(name)
			if name == "si" {
				if len(b.strings) == maxStrings {
					return errTooLarge()
				}
				b.strings = append(b.strings, text.take())
			}
			return nil
		},
	})
}

// cell is a cell while it is read.
type cell struct {
	column int
	kind   string // its t
	style  int
	value  strings.Builder
	inline richText
	inV    bool
}

// readSheet hands the rows of a sheet on.
func (b *book) readSheet(name string, t *table) error {
	var (
		row  Row
		c    cell
		done bool
	)
	return b.walk(name, maxPart, handler{
		begin: func(e element) error {
			switch e.name {
			case "row":
				row = Row{Line: row.Line + 1}
				if n, err := strconv.Atoi(e.attribute("r")); err == nil {
					row.Line = n
				}
			case "c":
				column, err := columnOf(e.attribute("r"), len(row.Cells))
				if err != nil {
					return err
				}
				style, err := strconv.Atoi(e.attribute("s"))
				if err != nil {
					style = -1
				}
				c = cell{column: column, kind: e.attribute("t"), style: style}
			case "v":
				c.inV = true
			default:
				c.inline.begin(e.name)
			}
			return nil
		},
		text: func(text []byte) {
			if c.inV {
				c.value.Write(text)
			}
			c.inline.text(text)
		},
		end: func(name string) error {
			switch name {
			case "v":
				c.inV = false
			case "c":
				for len(row.Cells) <= c.column {
					row.Cells = append(row.Cells, "")
				}
				row.Cells[c.column] = b.shown(&c)
			case "row":
				if done {
					return nil
				}
				return t.add(row)
			case "sheetData":
				done = true
			default:
				c.inline.end(name)
			}
			return nil
		},
	})
}

// columnOf is the column of a reference such as B5, from 0; next where there is
// none.
func columnOf(reference string, next int) (int, error) {
	column := 0
	for _, r := range reference {
		if r < 'A' || r > 'Z' || column > maxColumns {
			break
		}
		column = column*26 + int(r-'A') + 1
	}
	if column == 0 {
		column = next + 1
	}
	if column > maxColumns {
		return 0, errTooLarge()
	}
	return column - 1, nil
}

// shown is a cell's text.
func (b *book) shown(c *cell) string {
	value := c.value.String()
	switch c.kind {
	case "s":
		if i, err := strconv.Atoi(value); err == nil && i >= 0 && i < len(b.strings) {
			return b.strings[i]
		}
		return ""
	case "inlineStr":
		return c.inline.take()
	case "str", "e":
		return unescape(value)
	case "b":
		if value == "1" {
			return "TRUE"
		}
		return "FALSE"
	case "d":
		day, _, _ := strings.Cut(value, "T")
		return day
	}
	if c.style < 0 || c.style >= len(b.formats) {
		return numberFormat{}.number(value, b.from1904)
	}
	return b.formats[c.style].number(value, b.from1904)
}
