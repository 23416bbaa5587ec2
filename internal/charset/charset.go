// Package charset reads the bytes of texts that people hand in.
package charset

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
)

// Decode reads bytes as text: UTF-8 with or without a mark, UTF-16 with one or
// plainly without, or CP932. It never puts another character in the place of
// one that it can't read: false for what is in none of these, and for what holds
// control characters that no text holds.
func Decode(b []byte) (string, bool) {
	text, ok := decode(b)
	return text, ok && !binary(text)
}

func decode(b []byte) (string, bool) {
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		return string(b[3:]), utf8.Valid(b)
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return with(unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM), b)
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return with(unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM), b)
	case utf8.Valid(b) && bytes.IndexByte(b, 0) < 0:
		return string(b), true
	case bytes.IndexByte(b, 0) >= 0:
		// line ends and blanks have a zero byte in UTF-16: on which side tells
		// the order
		if zerosAt(b, 1) >= zerosAt(b, 0) {
			return with(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), b)
		}
		return with(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), b)
	}
	return with(japanese.ShiftJIS, b)
}

// with decodes; the decoder puts U+FFFD where it can't read.
func with(e encoding.Encoding, b []byte) (string, bool) {
	text, err := e.NewDecoder().Bytes(b)
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
		return "", false
	}
	return string(text), true
}

func zerosAt(b []byte, offset int) int {
	n := 0
	for i := offset; i < len(b); i += 2 {
		if b[i] == 0 {
			n++
		}
	}
	return n
}

// binary tells whether a text holds what no text holds: control characters
// beyond tab, line end and page end.
func binary(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return r < ' ' && !strings.ContainsRune("\t\n\r\f\v", r) || r == 0x7f || r == 0xfffe || r == 0xffff
	})
}
