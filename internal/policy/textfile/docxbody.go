package textfile

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// body reads the text of a Word document as it is shown with all its changes
// accepted: what was deleted is left out, what was inserted is taken.
type body struct {
	part      *part
	styles    *styles
	numbering *numbering
	out       lines
	notes     map[string]string // texts of footnotes and endnotes by their kind and number
	noted     lines             // those that the text refers to, in its order

	paragraphs, size int // what was read so far, in all; size in bytes
}

// lines are lines of text in their order.
type lines struct {
	list  []string
	begun string // of a paragraph whose end was deleted: the next one goes on
}

func (l *lines) add(text string) {
	l.list = append(l.list, strings.Split(l.begun+text, "\n")...)
	l.begun = ""
}

func (l *lines) text() string {
	if l.begun != "" {
		l.add("")
	}
	if len(l.list) == 0 {
		return ""
	}
	return strings.Join(l.list, "\n") + "\n"
}

func (b *body) read(x *part) error {
	b.part = x
	return x.each(func(xml.StartElement) error { // the document
		return x.each(func(e xml.StartElement) error {
			if name(e) != "body" {
				return x.skip()
			}
			return b.blocks(&b.out)
		})
	})
}

// readNotes reads the notes of a kind, footnote or endnote.
func (b *body) readNotes(x *part, kind string) error {
	b.part = x
	return x.each(func(xml.StartElement) error {
		return x.each(func(e xml.StartElement) error {
			if name(e) != kind {
				return x.skip()
			}
			var text lines
			err := b.blocks(&text)
			b.notes[kind+attribute(e, "id")] = inOneLine(text.text())
			return err
		})
	})
}

// note puts a note at the end, and returns the sign for where it belongs.
func (b *body) note(key string) (string, error) {
	text, ok := b.notes[key]
	if !ok {
		return "", nil
	}
	number := "注" + strconv.Itoa(len(b.noted.list)+1)
	b.noted.add(number + "　" + text)
	return "（" + number + "）", b.count(len(text))
}

// blocks reads the paragraphs and tables within the present element.
func (b *body) blocks(out *lines) error {
	var visit func(xml.StartElement) error
	visit = func(e xml.StartElement) error {
		switch name(e) {
		case "p":
			return b.paragraph(out)
		case "tbl":
			return b.table(out)
		case "sdt", "sdtContent", "customXml", "ins", "moveTo":
			return b.part.each(visit)
		case "mc:AlternateContent":
			return b.part.alternatives(visit)
		}
		return b.part.skip()
	}
	return b.part.each(visit)
}

// paragraph is a paragraph while it is read.
type paragraph struct {
	text     strings.Builder
	boxes    lines // of the text boxes that hang on it
	style    string
	label    string
	goesOn   bool // its end was deleted
	contents bool // it stands in a table of contents
}

func (b *body) paragraph(out *lines) error {
	if b.paragraphs++; b.paragraphs > maxParagraphs {
		return errTooLarge()
	}
	p := &paragraph{}
	marked := false // whether its properties have been read
	mark := func() error {
		if marked {
			return nil
		}
		marked = true
		return b.mark(p, numberRef{})
	}
	var visit func(xml.StartElement) error
	visit = func(e xml.StartElement) error {
		kind := name(e)
		if kind == "pPr" {
			marked = true
			return b.properties(p)
		}
		if err := mark(); err != nil {
			return err
		}
		switch kind {
		case "r":
			return b.run(p)
		case "ins", "moveTo", "hyperlink", "smartTag", "sdt", "sdtContent", "fldSimple", "customXml", "dir", "bdo":
			return b.part.each(visit)
		case "m:t":
			return b.write(p)
		case "mc:AlternateContent":
			return b.part.alternatives(visit)
		}
		if strings.HasPrefix(kind, "m:") { // a formula's letters in their order
			return b.part.each(visit)
		}
		return b.part.skip()
	}
	if err := b.part.each(visit); err != nil {
		return err
	}
	if err := mark(); err != nil {
		return err
	}
	text := p.text.String()
	if p.label != "" {
		text = strings.TrimRight(p.label+"　"+strings.TrimLeft(text, " 　\t"), " 　\t")
	}
	if p.goesOn {
		out.begun += text
		out.list = append(out.list, p.boxes.list...)
		return nil
	}
	out.add(text)
	out.list = append(out.list, p.boxes.list...)
	return nil
}

// properties reads what is said of a paragraph, and counts its number.
func (b *body) properties(p *paragraph) error {
	var ref numberRef
	err := b.part.each(func(e xml.StartElement) error {
		switch name(e) {
		case "pStyle":
			p.style = attribute(e, "val")
		case "numPr":
			return ref.read(b.part)
		case "rPr":
			return b.part.each(func(e xml.StartElement) error {
				if n := name(e); n == "del" || n == "moveFrom" {
					p.goesOn = true
				}
				return b.part.skip()
			})
		}
		return b.part.skip()
	})
	if err != nil {
		return err
	}
	return b.mark(p, ref)
}

// mark gives a paragraph the number that Word counts for it.
func (b *body) mark(p *paragraph, ref numberRef) error {
	style := b.styles.of(p.style)
	p.contents = style.contents
	if p.goesOn { // its number goes with its end
		return nil
	}
	p.label = b.numbering.label(p.style, ref)
	return b.count(len(p.label))
}

// count keeps account of how much text there is.
func (b *body) count(bytes int) error {
	b.size += bytes + 1
	if b.size > MaxSize {
		return errTooLarge()
	}
	return nil
}

// write takes the letters of the present element over.
func (b *body) write(p *paragraph) error {
	text, err := b.part.characters()
	if err != nil {
		return err
	}
	p.text.WriteString(text)
	return b.count(len(text))
}

// leader stands for the tab before a page's number in a table of contents, which
// Word fills with dots.
const leader = "……"

// run reads a run: letters of one look.
func (b *body) run(p *paragraph) error {
	hidden := false
	var visit func(xml.StartElement) error
	visit = func(e xml.StartElement) error {
		kind := name(e)
		if hidden {
			return b.part.skip()
		}
		sign := ""
		switch kind {
		case "rPr":
			return b.part.each(func(e xml.StartElement) error {
				if name(e) == "vanish" {
					hidden = on(e)
				}
				return b.part.skip()
			})
		case "t":
			return b.write(p)
		case "tab", "ptab":
			sign = "\t"
			if p.contents {
				sign = leader
			}
		case "br", "cr":
			sign = "\n"
		case "noBreakHyphen":
			sign = "-"
		case "footnoteReference", "endnoteReference":
			var err error
			if sign, err = b.note(strings.TrimSuffix(kind, "Reference") + attribute(e, "id")); err != nil {
				return err
			}
		case "sym":
			sign = symbol(attribute(e, "char"))
		case "ruby": // the words, without how they are read
			return b.part.each(func(e xml.StartElement) error {
				if name(e) != "rubyBase" {
					return b.part.skip()
				}
				return b.part.each(b.runsOf(p))
			})
		case "mc:AlternateContent":
			return b.part.alternatives(visit)
		case "drawing", "pict", "object":
			return b.part.each(b.boxesOf(p))
		}
		p.text.WriteString(sign)
		if err := b.count(len(sign)); err != nil {
			return err
		}
		return b.part.skip()
	}
	return b.part.each(visit)
}

// runsOf reads the runs in a ruby's base.
func (b *body) runsOf(p *paragraph) func(xml.StartElement) error {
	var visit func(xml.StartElement) error
	visit = func(e xml.StartElement) error {
		switch name(e) {
		case "r":
			return b.run(p)
		case "ins", "moveTo":
			return b.part.each(visit)
		}
		return b.part.skip()
	}
	return visit
}

// boxesOf looks for text boxes in a drawing. Their lines stand after those of
// the paragraph that they hang on.
func (b *body) boxesOf(p *paragraph) func(xml.StartElement) error {
	var visit func(xml.StartElement) error
	visit = func(e xml.StartElement) error {
		switch name(e) {
		case "txbxContent":
			return b.blocks(&p.boxes)
		case "mc:AlternateContent":
			return b.part.alternatives(visit)
		}
		return b.part.each(visit)
	}
	return visit
}

// symbol is a letter by its number; 〓, as printers put it, for one that only
// its font knows.
func symbol(number string) string {
	code, err := strconv.ParseUint(number, 16, 16)
	if err != nil || code < ' ' || code >= 0xd800 && code < 0xf900 || code >= 0xfffe {
		return "〓"
	}
	return string(rune(code))
}

// table reads a table, a line a row, its cells parted by tabs as the outline's
// reader knows them. A cell that is alone in its row is a frame around text.
func (b *body) table(out *lines) error {
	var row []lines
	var visit func(xml.StartElement) error
	visit = func(e xml.StartElement) error {
		switch name(e) {
		case "tr":
			row = nil
			if err := b.part.each(visit); err != nil {
				return err
			}
			addRow(out, row)
			return nil
		case "tc":
			var cell lines
			if err := b.blocks(&cell); err != nil {
				return err
			}
			row = append(row, cell)
			return b.count(0)
		case "sdt", "sdtContent", "customXml", "ins", "moveTo":
			return b.part.each(visit)
		case "mc:AlternateContent":
			return b.part.alternatives(visit)
		}
		return b.part.skip()
	}
	return b.part.each(visit)
}

func addRow(out *lines, row []lines) {
	if len(row) == 1 {
		if text := row[0].text(); strings.TrimSpace(text) != "" {
			out.add(strings.TrimSuffix(text, "\n"))
		}
		return
	}
	cells := make([]string, len(row))
	for i := range row {
		cells[i] = inOneLine(row[i].text())
	}
	if line := strings.TrimRight(strings.Join(cells, "\t"), "\t"); line != "" {
		out.add(line)
	}
}

// inOneLine makes one line of a cell's.
func inOneLine(text string) string {
	var filled []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(strings.ReplaceAll(line, "\t", "　")); line != "" {
			filled = append(filled, line)
		}
	}
	return strings.Join(filled, "　")
}
