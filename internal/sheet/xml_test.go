package sheet

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"
)

// pieces are what a text is taken apart into, texts beside each other as one; ok is false
// where it is no XML.
func pieces(text string) (list string, ok bool) {
	l := lexer{in: bufio.NewReaderSize(strings.NewReader(text), 16), known: map[string]xml.Name{}}
	var out strings.Builder
	for {
		token, err := l.next()
		if err != nil {
			return out.String(), errors.Is(err, io.EOF)
		}
		switch token {
		case textToken:
			fmt.Fprintf(&out, "%x ", l.raw)
		case beginToken:
			fmt.Fprintf(&out, "<%v %q> ", l.name, l.attributes)
			if l.closed {
				fmt.Fprintf(&out, "</%v> ", l.name)
			}
		case endToken:
			fmt.Fprintf(&out, "</%v> ", l.name)
		case noToken:
		}
	}
}

// standard is pieces as encoding/xml takes a text apart.
func standard(text string) (list string, ok bool) {
	decoder := xml.NewDecoder(bytes.NewReader([]byte(text)))
	var out strings.Builder
	for {
		token, err := decoder.RawToken()
		if err != nil {
			return out.String(), errors.Is(err, io.EOF)
		}
		switch token := token.(type) {
		case xml.CharData:
			fmt.Fprintf(&out, "%x ", []byte(token))
		case xml.StartElement:
			fmt.Fprintf(&out, "<%v %q> ", token.Name, token.Attr)
		case xml.EndElement:
			fmt.Fprintf(&out, "</%v> ", token.Name)
		case xml.Directive:
			return out.String(), false
		}
	}
}

var texts = []string{
	``, `a`, `<a/>`, `<a b="c" d='e"f'>x&amp;y &#x3042;&#12354;</a>`, "<a>\r\n\rb</a>", `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><a:b xmlns:a="x" a:c="&lt;&quot;"/>`,
	`<a>]]></a>`, `<a><![CDATA[<b>&amp;]]]]></a>`, `<!-- a - b --><c />`, `<!-- a -- b --><c/>`, `<!DOCTYPE a>`, `<a b=c/>`, `<a b/>`, `<a b="<"/>`, `<a b=">"/>`, `<a b="`, `<a>&unknown;</a>`, `<a>&#0;</a>`,
	`<a>&#xD800;</a>`, `<a>&lt</a>`, "<a>\x01</a>", "<a>\xff</a>", "<a>\uFFFF</a>", `</a >`, `< a>`, `<1/>`, `<a:b:c/>`, `<a/ >`, `<a / >`, `<:a/><a:/>`, `<?xml version="1.1"?><a/>`, `<?xml encoding="Shift_JIS"?><a/>`, `<?x <>?>`,
	`<c r="A1" s="2" t="s"><v>12</v></c>`, `<`, `<!`, `<!-`, `<![CDATA[`, `<?`, `</`, `<a  b = "1"	c='2'/>`, `<a b="1"c="2"/>`, "<a b='\r\n&#13;'/>", `<あ い="う"/>`,
}

func FuzzXML(f *testing.F) {
	for _, text := range texts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := pieces(text)
		want, wanted := standard(text)
		if ok && !wanted && !lenient(text) {
			t.Errorf("%q is taken apart into %s, and is no XML after %s", text, got, want)
		}
		if wanted && (!ok || got != want) {
			t.Errorf("%q:\n%s %t\nnot\n%s", text, got, ok, want)
		}
	})
}

// lenient tells of a text of which less is asked here than by encoding/xml: which letters
// beyond ASCII a name has, what a comment or an instruction says.
func lenient(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf || r < ' ' }) || strings.Contains(text, "<?") || strings.Contains(text, "<!--")
}
