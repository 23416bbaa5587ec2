package textfile

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"

	"kagami/internal/fault"
)

// What is unpacked of a Word document at most: beyond it is TooLarge.
const (
	maxPart       = 32 << 20 // bytes of one part
	maxToken      = 4 << 20  // bytes of one tag or of the letters between two
	maxDepth      = 300      // elements within each other
	maxParagraphs = 200_000
)

func errDamagedDOCX(err error) error {
	return fault.Wrap(err, fault.Invalid, "Word 文書が壊れているため、読めません。Word で開いて保存し直してから、選んでください。")
}

// readDOCX reads a Word document: a line a paragraph, a line a row of a table,
// the notes at the end.
func readDOCX(raw []byte) (string, error) {
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return "", errDamagedDOCX(err)
	}
	p := packed{}
	for _, f := range archive.File {
		p[strings.ToLower(f.Name)] = f
	}
	main, err := p.target("_rels/.rels", "/officeDocument")
	if err != nil {
		return "", err
	}
	if main == "" || !strings.HasPrefix(path.Base(main), "document") {
		return "", fault.New(fault.Unsupported, "この形式のファイルは読めません（Excel、PowerPoint、圧縮したファイルなど）。「Word 文書（.docx）」か「書式なし（テキスト）」で保存し、そのファイルを選んでください。")
	}
	relations := path.Dir(main) + "/_rels/" + path.Base(main) + ".rels"
	s := newStyles()
	if err := p.read(relations, "/styles", s.read); err != nil {
		return "", err
	}
	n := newNumbering(s)
	if err := p.read(relations, "/numbering", n.read); err != nil {
		return "", err
	}
	b := &body{styles: s, numbering: n, notes: map[string]string{}}
	for _, kind := range []string{"footnote", "endnote"} {
		if err := p.read(relations, "/"+kind+"s", func(x *part) error { return b.readNotes(x, kind) }); err != nil {
			return "", err
		}
	}
	if err := p.with(main, b.read); err != nil {
		return "", err
	}
	return b.out.text() + b.noted.text(), nil
}

// packed are the parts of a document by their names in small letters.
type packed map[string]*zip.File

// target finds the part that relations name by the end of its type; empty where
// there is none.
func (p packed) target(relations, kind string) (string, error) {
	found := ""
	err := p.with(relations, func(x *part) error {
		return x.each(func(xml.StartElement) error {
			return x.each(func(e xml.StartElement) error {
				if e.Name.Local == "Relationship" && strings.HasSuffix(attribute(e, "Type"), kind) {
					found = attribute(e, "Target")
					if !strings.HasPrefix(found, "/") {
						found = path.Join(path.Dir(relations), "..", found)
					}
					found = strings.TrimPrefix(path.Clean(found), "/")
				}
				return x.skip()
			})
		})
	})
	return found, err
}

// read opens the part that relations name, if there is one.
func (p packed) read(relations, kind string, read func(*part) error) error {
	name, err := p.target(relations, kind)
	if err != nil || name == "" {
		return err
	}
	return p.with(name, read)
}

// with hands a part on; one that is not there has nothing in it.
func (p packed) with(name string, read func(*part) error) error {
	f := p[strings.ToLower(name)]
	if f == nil {
		return nil
	}
	in, err := f.Open()
	if err != nil {
		return errDamagedDOCX(err)
	}
	defer in.Close() //nolint:errcheck // it was read only
	err = read(newPart(in))
	if err != nil && fault.KindOf(err) == fault.Internal {
		return errDamagedDOCX(err)
	}
	return err
}

// limited refuses to go on beyond a number of bytes, where an io.LimitedReader
// would end.
type limited struct {
	in    io.Reader
	left  int64
	token int64 // what is left for the present token
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 || l.token <= 0 {
		return 0, errTooLarge()
	}
	n, err := l.in.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	l.token -= int64(n)
	return n, err
}

// part is an XML part as it is read, element by element.
type part struct {
	bytes *limited
	in    *xml.Decoder
	depth int
}

func newPart(in io.Reader) *part {
	bytes := &limited{in: in, left: maxPart}
	return &part{bytes: bytes, in: xml.NewDecoder(bytes)}
}

// next reads a token and keeps account of the depth.
func (x *part) next() (xml.Token, error) {
	x.bytes.token = maxToken
	token, err := x.in.Token()
	if err != nil {
		return nil, err
	}
	switch token.(type) {
	case xml.StartElement:
		if x.depth++; x.depth > maxDepth {
			return nil, errTooLarge()
		}
	case xml.EndElement:
		x.depth--
	}
	return token, nil
}

// each hands on the elements within the present one, or at the outermost the
// root; visit reads each to its end, by each, skip or characters.
func (x *part) each(visit func(xml.StartElement) error) error {
	_, err := x.content(visit)
	return err
}

// skip passes the present element over.
func (x *part) skip() error {
	for outside := x.depth - 1; x.depth > outside; {
		if _, err := x.next(); err != nil {
			return err
		}
	}
	return nil
}

// characters is the text in the present element.
func (x *part) characters() (string, error) {
	return x.content(func(xml.StartElement) error { return x.skip() })
}

func (x *part) content(visit func(xml.StartElement) error) (string, error) {
	var text strings.Builder
	for {
		token, err := x.next()
		if errors.Is(err, io.EOF) && x.depth == 0 {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if err := visit(token); err != nil {
				return "", err
			}
		case xml.CharData:
			text.Write(token)
		case xml.EndElement:
			return text.String(), nil
		}
	}
}

// name is an element's name: bare in Word's own vocabulary, old or strict, and
// with a prefix in the others that hold text. Of the rest it is ":".
func name(e xml.StartElement) string {
	switch e.Name.Space {
	case "http://schemas.openxmlformats.org/wordprocessingml/2006/main", "http://purl.oclc.org/ooxml/wordprocessingml/main":
		return e.Name.Local
	case "http://schemas.openxmlformats.org/markup-compatibility/2006":
		return "mc:" + e.Name.Local
	case "http://schemas.openxmlformats.org/officeDocument/2006/math", "http://purl.oclc.org/ooxml/officeDocument/math":
		return "m:" + e.Name.Local
	}
	return ":"
}

// alternatives hands on the content of the first of several ways in which one
// thing is written, for Word's own versions.
func (x *part) alternatives(visit func(xml.StartElement) error) error {
	taken := false
	return x.each(func(e xml.StartElement) error {
		if taken || name(e) != "mc:Choice" && name(e) != "mc:Fallback" {
			return x.skip()
		}
		taken = true
		return x.each(visit)
	})
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// on tells whether an element that switches something does so.
func on(e xml.StartElement) bool { return switched(attribute(e, "val")) }

// switched reads a switch: on, unless it says otherwise.
func switched(value string) bool { return value != "0" && value != "false" && value != "off" }
