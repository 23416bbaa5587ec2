package sheet

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A workbook is mostly XML of very many small elements. It is taken apart here and not by
// encoding/xml, which takes two thirds of all the time that reading a register does. What
// that refuses is refused here, too.

// errSyntax says that a text is no XML.
var errSyntax = errors.New("the text is no XML")

// lexer takes an XML text apart.
type lexer struct {
	in         *bufio.Reader
	raw        []byte // the present token
	name       xml.Name
	attributes []xml.Attr
	closed     bool // an element that ends where it begins
	known      map[string]xml.Name
}

// token is a sort of piece of an XML text.
type token int

const (
	textToken token = iota
	beginToken
	endToken
	noToken // what means nothing: a comment
)

// mostKnown is how many names are kept for the next time.
const mostKnown = 1000

// next reads a token. io.EOF where there is none.
func (l *lexer) next() (token, error) {
	first, err := l.in.ReadByte()
	if err != nil {
		return noToken, err
	}
	l.raw = l.raw[:0]
	if first != '<' {
		return l.text()
	}
	second, err := l.in.ReadByte()
	if err != nil {
		return noToken, ended(err)
	}
	switch second {
	case '!':
		return l.special()
	case '?':
		return noToken, l.instruction()
	case '/':
		if err := l.until(">"); err != nil {
			return noToken, err
		}
		rest, err := l.named(l.raw)
		if err == nil && len(bytes.TrimLeft(rest, blanks)) > 0 {
			err = errSyntax
		}
		return endToken, err
	}
	if err := l.in.UnreadByte(); err != nil {
		return noToken, err
	}
	return beginToken, l.element()
}

const blanks = " \r\n\t"

// ended is an error in the midst of something that is to go on.
func ended(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// text reads what stands between elements.
func (l *lexer) text() (token, error) {
	if err := l.in.UnreadByte(); err != nil {
		return noToken, err
	}
	for {
		piece, err := l.in.ReadSlice('<')
		if l.raw = append(l.raw, piece...); err == nil {
			l.raw = l.raw[:len(l.raw)-1]
			if err := l.in.UnreadByte(); err != nil {
				return noToken, err
			}
		}
		if len(l.raw) > maxToken {
			return noToken, errLongToken
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return noToken, err
		}
		if bytes.Contains(l.raw, []byte("]]>")) {
			return noToken, errSyntax
		}
		l.raw, err = plainXML(l.raw)
		return textToken, err
	}
}

// until reads on up to an end that is left away.
func (l *lexer) until(end string) error {
	for {
		piece, err := l.in.ReadSlice(end[len(end)-1])
		l.raw = append(l.raw, piece...)
		if len(l.raw) > maxToken {
			return errLongToken
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return ended(err)
		}
		if bytes.HasSuffix(l.raw, []byte(end)) {
			l.raw = l.raw[:len(l.raw)-len(end)]
			return nil
		}
	}
}

// special reads a comment, or a text in which nothing is marked. What declares is not read.
func (l *lexer) special() (token, error) {
	mark, err := l.in.Peek(2)
	if err != nil {
		return noToken, ended(err)
	}
	if string(mark) == "--" {
		if _, err := l.in.Discard(2); err != nil {
			return noToken, err
		}
		if err := l.until("-->"); err != nil {
			return noToken, err
		}
		if bytes.Contains(l.raw, []byte("--")) {
			return noToken, errSyntax
		}
		return noToken, nil
	}
	const unmarked = "[CDATA["
	if mark, err = l.in.Peek(len(unmarked)); err != nil || string(mark) != unmarked {
		return noToken, errShape
	}
	if _, err := l.in.Discard(len(unmarked)); err != nil {
		return noToken, err
	}
	if err := l.until("]]>"); err != nil {
		return noToken, err
	}
	if !areCharacters(l.raw) {
		return noToken, errSyntax
	}
	l.raw = oneBreak(l.raw)
	return textToken, nil
}

// instruction reads what is meant for programs: of the text itself, that it is in UTF-8.
func (l *lexer) instruction() error {
	if err := l.until("?>"); err != nil {
		return err
	}
	rest, err := l.named(l.raw)
	if err != nil {
		return err
	}
	if l.name != (xml.Name{Local: "xml"}) {
		return nil
	}
	for said, only := range map[string]string{"version": "1.0", "encoding": "utf-8"} {
		_, value, there := bytes.Cut(rest, []byte(said+"="))
		if !there || len(value) == 0 || value[0] != '"' && value[0] != '\'' {
			continue
		}
		if value, _, there = bytes.Cut(value[1:], value[:1]); there && len(value) > 0 && !strings.EqualFold(string(value), only) {
			return errSyntax
		}
	}
	return nil
}

// element reads how an element begins.
func (l *lexer) element() error {
	for quote := byte(0); ; { // a > may stand in a value, and no < anywhere
		piece, err := l.in.ReadSlice('>')
		if l.raw = append(l.raw, piece...); len(l.raw) > maxToken {
			return errLongToken
		}
		for _, c := range piece {
			switch {
			case c == '<':
				return errSyntax
			case quote == 0 && (c == '"' || c == '\''):
				quote = c
			case c == quote:
				quote = 0
			}
		}
		if err == nil && quote == 0 {
			l.raw = l.raw[:len(l.raw)-1]
			break
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return ended(err)
		}
	}
	tag := l.raw
	if l.closed = bytes.HasSuffix(tag, []byte("/")); l.closed {
		tag = tag[:len(tag)-1]
	}
	rest, err := l.named(tag)
	l.attributes = l.attributes[:0]
	name := l.name
	for rest = bytes.TrimLeft(rest, blanks); err == nil && len(rest) > 0; rest = bytes.TrimLeft(rest, blanks) {
		rest, err = l.attribute(rest)
	}
	l.name = name
	return err
}

// attribute reads an attribute, and returns what stands behind it.
func (l *lexer) attribute(from []byte) (rest []byte, err error) {
	if rest, err = l.named(from); err != nil {
		return nil, err
	}
	rest = bytes.TrimLeft(rest, blanks)
	if len(rest) == 0 || rest[0] != '=' {
		return nil, errSyntax
	}
	rest = bytes.TrimLeft(rest[1:], blanks)
	if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
		return nil, errSyntax
	}
	value, rest, whole := bytes.Cut(rest[1:], rest[:1])
	if !whole || bytes.IndexByte(value, '<') >= 0 {
		return nil, errSyntax
	}
	if value, err = plainXML(value); err != nil {
		return nil, err
	}
	l.attributes = append(l.attributes, xml.Attr{Name: l.name, Value: string(value)})
	return rest, nil
}

// named reads a name, and returns what stands behind it.
func (l *lexer) named(from []byte) (rest []byte, err error) {
	n := 0
	for n < len(from) && ofName(from[n]) {
		n++
	}
	if n == 0 {
		return nil, errSyntax
	}
	rest = from[n:]
	if name, known := l.known[string(from[:n])]; known {
		l.name = name
		return rest, nil
	}
	whole := string(from[:n])
	if c := whole[0]; c == '-' || c == '.' || c >= '0' && c <= '9' || !utf8.ValidString(whole) || strings.Count(whole, ":") > 1 {
		return nil, errSyntax
	}
	l.name = xml.Name{Local: whole}
	if space, local, parted := strings.Cut(whole, ":"); parted && space != "" && local != "" {
		l.name = xml.Name{Space: space, Local: local}
	}
	if len(l.known) < mostKnown {
		l.known[whole] = l.name
	}
	return rest, nil
}

func ofName(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == ':' || c == '-' || c == '.' || c >= utf8.RuneSelf
}

// areCharacters tells whether a text has nothing but the characters that XML may have.
func areCharacters(text []byte) bool {
	plain := true
	for _, c := range text {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			return false
		}
		plain = plain && c < utf8.RuneSelf
	}
	return plain || utf8.Valid(text) && !bytes.Contains(text, []byte("\uFFFE")) && !bytes.Contains(text, []byte("\uFFFF"))
}

// oneBreak has each line end as \n.
func oneBreak(text []byte) []byte {
	if bytes.IndexByte(text, '\r') < 0 {
		return text
	}
	return bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
}

// written are the characters that have names.
var written = map[string]rune{"lt": '<', "gt": '>', "amp": '&', "apos": '\'', "quot": '"'}

// plainXML is a text without what XML writes characters as.
func plainXML(text []byte) ([]byte, error) {
	if !areCharacters(text) {
		return nil, errSyntax
	}
	text = oneBreak(text)
	if bytes.IndexByte(text, '&') < 0 {
		return text, nil
	}
	var plain []byte
	for {
		before, after, marked := bytes.Cut(text, []byte("&"))
		plain = append(plain, before...)
		if !marked {
			return plain, nil
		}
		name, rest, whole := bytes.Cut(after, []byte(";"))
		if !whole {
			return nil, errSyntax
		}
		char, known := written[string(name)]
		if number, ok := bytes.CutPrefix(name, []byte("#")); ok {
			base := 10
			if hex, ok := bytes.CutPrefix(number, []byte("x")); ok {
				number, base = hex, 16
			}
			n, err := strconv.ParseUint(string(number), base, 32)
			known = err == nil && n <= utf8.MaxRune
			char = rune(n) //nolint:gosec // no more than the last character
		}
		if !known || !areCharacters([]byte(string(char))) {
			return nil, errSyntax
		}
		plain, text = utf8.AppendRune(plain, char), rest
	}
}
