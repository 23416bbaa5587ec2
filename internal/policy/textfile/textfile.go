// Package textfile reads the text in a file that somebody hands in: a plain
// text, a Word document, or a PDF with text in it.
//
// What it returns goes through the outline's reader as any text does, with its
// questions; so nothing here guesses at clauses. It keeps the order of the file
// and every word that its reader sees on paper, the numbers that Word counts by
// itself included, and never puts one character in the place of another.
package textfile

import (
	"bytes"
	"strings"

	"kagami/internal/fault"
	"kagami/internal/policy/outline"
)

// MaxSize is the largest file that is read, in bytes. No more text than that
// comes out of a smaller file either.
const MaxSize = outline.MaxSize

// known are files that people hand in by mistake, by how they begin.
var known = []struct{ magic, sentence string }{
	{"\xd0\xcf\x11\xe0", "古い形式の Word（.doc）や Excel（.xls）、一太郎、パスワードのついた Word のファイルは読めません。そのソフトで開き、パスワードを外して「Word 文書（.docx）」か「書式なし（テキスト）」で保存し、そのファイルを選んでください。"},
	{"{\\rtf", "リッチテキスト（.rtf）は読めません。Word で開き、「Word 文書（.docx）」で保存し、そのファイルを選んでください。"},
	{"\x89PNG", "画像は読めません。文字の入ったファイル（テキスト、Word 文書、PDF）を選んでください。"},
	{"\xff\xd8\xff", "画像は読めません。文字の入ったファイル（テキスト、Word 文書、PDF）を選んでください。"},
}

// Reader reads files. The zero value is ready, and may be used by many at once;
// keep one, since it holds on to what is costly to start.
type Reader struct {
	pdf pdfReader
}

// Text returns the text in a file, its lines ending in "\n". What kind of file
// it is, its content tells and not its name.
//
// Unsupported for other kinds, for what bears a password and for a PDF that is
// only pictures; Invalid for a damaged file or one without text; TooLarge beyond
// the limits of size and time.
func (r *Reader) Text(raw []byte) (string, error) {
	if len(raw) > MaxSize {
		return "", errTooLarge()
	}
	for _, k := range known {
		if bytes.HasPrefix(raw, []byte(k.magic)) {
			return "", fault.New(fault.Unsupported, k.sentence)
		}
	}
	read := outline.Decode
	switch {
	case bytes.HasPrefix(raw, []byte("%PDF-")):
		read = r.pdf.text
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")):
		read = readDOCX
	}
	text, err := read(raw)
	if err != nil {
		return "", err
	}
	if strings.TrimSpace(text) == "" {
		return "", fault.New(fault.Invalid, "ファイルに文字がありません。本文の入ったファイルを選んでください。")
	}
	return text, nil
}

func errTooLarge() error {
	return fault.New(fault.TooLarge, "ファイルが大きすぎます。10 MB までのファイルを選んでください。図や写真が多いときは、本文をコピーし、「本文を貼り付ける」に貼り付けてください。")
}
