package sheet

import (
	"archive/zip"
	"bufio"
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
// unpacked, each of them once.

// book is an open workbook.
type book struct {
	parts    map[string]*zip.File // those not read yet, by their names in small letters
	budget   *budget
	strings  []string
	formats  []numberFormat // by the number of a cell's style
	from1904 bool           // days are counted from 1904, as on old Macintoshes
	sheets   []namedSheet   // those that are visible, in their order
}

func errDamaged(err error) error {
	return fault.Wrap(err, fault.Invalid, "Excel ファイルが壊れているため、読めません。Excel で開いて保存し直してから、選んでください。")
}

// namedSheet is a sheet with its name, and where in the file it is.
type namedSheet struct{ name, path string }

// readXLSX reads the rows of a workbook.
func readXLSX(file []byte, t *table) error {
	archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return errDamaged(err)
	}
	b := &book{parts: make(map[string]*zip.File, len(archive.File)), budget: t.budget}
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
	for _, s := range b.sheets {
		b.budget.looking = true
		t.begin(s.name)
		if err := b.readSheet(s.path, t); err != nil && !errors.Is(err, errElsewhere) {
			return err
		}
		if t.found && t.all == nil {
			return nil
		}
	}
	return nil
}

// element is an XML element as it begins.
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
	text  func([]byte) error
	end   func(name string) error
}

// errEnough ends the reading of a part whose rest nobody asks for.
var errEnough = errors.New("the rest of this part does not matter")

// walk goes through a part; one that is not there, or has been read, has nothing
// in it.
func (b *book) walk(name string, h handler) error {
	name = strings.ToLower(name)
	part := b.parts[name]
	if part == nil {
		return nil
	}
	delete(b.parts, name)
	body, err := part.Open()
	if err != nil {
		return errDamaged(err)
	}
	defer body.Close() //nolint:errcheck // it was read only
	from := &source{in: body, budget: b.budget}
	in := bufio.NewReaderSize(from, 32<<10)
	err = b.walkXML(in, from.next, h)
	if errors.Is(err, errEnough) {
		from.token = maxUnpacked
		_, err = io.Copy(io.Discard, in) // the sum over all of it stands at its end
	}
	if err == nil || errors.Is(err, errElsewhere) || fault.KindOf(err) != fault.Internal {
		return err
	}
	return errDamaged(err)
}

// errShape says that elements do not lie within each other as they must.
var errShape = errors.New("the elements are not closed in order, or too deep")

// walkXML goes through an XML text. What declares entities of its own is not read.
func (b *book) walkXML(in *bufio.Reader, next func(), h handler) error {
	l := lexer{in: in, known: map[string]xml.Name{}}
	var within []xml.Name
	end := func(name xml.Name) error {
		last := len(within) - 1
		if last < 0 || within[last] != name {
			return errShape
		}
		within = within[:last]
		if h.end != nil {
			return h.end(name.Local)
		}
		return nil
	}
	for {
		next()
		token, err := l.next()
		if errors.Is(err, io.EOF) && len(within) == 0 {
			return nil
		}
		if err != nil {
			return err
		}
		switch token {
		case beginToken:
			if len(within) == maxDepth {
				return errShape
			}
			within = append(within, l.name)
			if err = b.budget.takeElement(); err == nil {
				err = h.begin(element{l.name.Local, l.attributes})
			}
			if err == nil && l.closed {
				err = end(l.name)
			}
		case textToken:
			if h.text != nil {
				err = h.text(l.raw)
			}
		case endToken:
			err = end(l.name)
		case noToken:
		}
		if err != nil {
			return err
		}
	}
}

// loadSheets finds the visible sheets.
func (b *book) loadSheets() error {
	targets := map[string]string{}
	err := b.walk("xl/_rels/workbook.xml.rels", handler{begin: func(e element) error {
		if e.name != "Relationship" {
			return nil
		}
		if len(targets) == maxNamed {
			return errTooLarge()
		}
		target := e.attribute("Target")
		if !strings.HasPrefix(target, "/") {
			target = "xl/" + target
		}
		targets[e.attribute("Id")] = strings.TrimPrefix(path.Clean(target), "/")
		return nil
	}})
	if err != nil {
		return err
	}
	return b.walk("xl/workbook.xml", handler{begin: func(e element) error {
		switch e.name {
		case "workbookPr":
			b.from1904 = e.attribute("date1904") == "1" || e.attribute("date1904") == "true"
		case "sheet":
			if state := e.attribute("state"); state == "" || state == "visible" {
				if len(b.sheets) == maxSheets {
					return errTooManySheets()
				}
				b.sheets = append(b.sheets, namedSheet{e.attribute("name"), targets[e.attribute("id")]})
			}
		}
		return nil
	}})
}

// loadStyles finds how the cells of each style show their numbers.
func (b *book) loadStyles() error {
	defined := map[string]numberFormat{}
	inCells := false
	return b.walk("xl/styles.xml", handler{
		begin: func(e element) error {
			switch e.name {
			case "numFmt":
				if len(defined) == maxNamed {
					return errTooLarge()
				}
				defined[e.attribute("numFmtId")] = definedFormat(e.attribute("formatCode"))
			case "cellXfs":
				inCells = true
			case "xf":
				if !inCells {
					return nil
				}
				if len(b.formats) == maxFormats {
					return errTooLarge()
				}
				id := e.attribute("numFmtId")
				format, known := defined[id]
				if !known {
					format = commonFormat(id)
				}
				b.formats = append(b.formats, format)
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
	run, runs  []byte
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
		if r.in {
			if bytes.ContainsAny(r.run, "_\r") {
				r.runs = append(r.runs, unescape(string(r.run))...)
			} else {
				r.runs = append(r.runs, r.run...)
			}
			r.run = r.run[:0]
		}
		r.in = false
	case "rPh":
		r.phonic = false
	}
}

func (r *richText) text(b []byte) error {
	if !r.in {
		return nil
	}
	if len(r.run)+len(r.runs)+len(b) > maxToken {
		return errLongToken
	}
	r.run = append(r.run, b...)
	return nil
}

// take returns what was gathered, and starts anew.
func (r *richText) take() string {
	s := string(r.runs)
	r.reset()
	return s
}

func (r *richText) reset() { *r = richText{run: r.run[:0], runs: r.runs[:0]} }

func (b *book) loadStrings() error {
	var text richText
	left := maxShared
	return b.walk("xl/sharedStrings.xml", handler{
		begin: func(e element) error {
			text.begin(e.name)
			return nil
		},
		text: text.text,
		end: func(name string) error {
			text.end(name)
			if name != "si" {
				return nil
			}
			shared := text.take()
			if left -= len(shared); left < 0 || len(b.strings) == maxStrings {
				return errTooLarge()
			}
			b.strings = append(b.strings, shared)
			return nil
		},
	})
}

// cell is a cell while it is read.
type cell struct {
	column int
	kind   string // its t
	style  int
	value  []byte
	inline richText
	inV    bool
	// whether it has a formula, and something that this was last computed as
	formula, reckoned bool
}

// NotReckoned stands for a formula that no program has computed yet.
const NotReckoned = "（計算されていない式）"

// begin begins another cell in the place of this one.
func (c *cell) begin(e element, next int) (err error) {
	if c.column, err = columnOf(e.attribute("r"), next); err != nil {
		return err
	}
	if c.style, err = strconv.Atoi(e.attribute("s")); err != nil {
		c.style = -1
	}
	c.kind, c.value, c.inV, c.formula, c.reckoned = e.attribute("t"), c.value[:0], false, false, false
	c.inline.reset()
	return nil
}

func (c *cell) text(text []byte) error {
	if !c.inV {
		return c.inline.text(text)
	}
	if len(c.value)+len(text) > maxToken {
		return errLongToken
	}
	c.value = append(c.value, text...)
	return nil
}

// readSheet hands the rows of a sheet on.
func (b *book) readSheet(name string, t *table) error {
	var (
		row   Row
		c     cell
		width int // of the row before
	)
	return b.walk(name, handler{
		begin: func(e element) error {
			switch e.name {
			case "row":
				row = Row{Line: row.Line + 1, Cells: make([]string, 0, width)}
				if n, err := strconv.Atoi(e.attribute("r")); err == nil && n > 0 {
					row.Line = n
				}
			case "c":
				return c.begin(e, len(row.Cells))
			case "v":
				c.inV, c.reckoned = true, true
			case "f":
				c.formula = true
			default:
				c.inline.begin(e.name)
			}
			return nil
		},
		text: c.text,
		end: func(name string) error {
			switch name {
			case "v":
				c.inV = false
			case "c":
				missing := max(c.column+1-len(row.Cells), 0)
				if err := b.budget.takeCells(max(missing, 1)); err != nil { // one may be there many times
					return err
				}
				row.Cells = append(row.Cells, make([]string, missing)...)
				shown, err := b.shown(&c)
				row.Cells[c.column] = shown
				return err
			case "row":
				width = len(row.Cells)
				return t.add(row)
			case "sheetData":
				return errEnough
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
func (b *book) shown(c *cell) (string, error) {
	value := string(c.value)
	if c.formula && (!c.reckoned || value == "" && c.kind != "str") { // a text may be empty
		return NotReckoned, nil
	}
	switch c.kind {
	case "s":
		if i, err := strconv.Atoi(value); err == nil && i >= 0 && i < len(b.strings) {
			// one text may stand in every cell
			return b.strings[i], b.budget.takeText(len(b.strings[i]))
		}
		return "", nil
	case "inlineStr":
		return c.inline.take(), nil
	case "str", "e":
		return unescape(value), nil
	case "b":
		if value == "1" {
			return "TRUE", nil
		}
		return "FALSE", nil
	case "d":
		day, clock, _ := strings.Cut(value, "T")
		if clock = strings.TrimSuffix(clock, "Z"); clock == "" || clock == "00:00:00" {
			return day, nil
		}
		return day + " " + clock, nil
	}
	if c.style < 0 || c.style >= len(b.formats) {
		return numberFormat{}.number(value, b.from1904), nil
	}
	return b.formats[c.style].number(value, b.from1904), nil
}
