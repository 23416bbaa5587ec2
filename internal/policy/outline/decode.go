package outline

import (
	"bytes"
	"strings"

	"kagami/internal/charset"
	"kagami/internal/fault"
)

// MaxSize is the largest file that is read, in bytes.
const MaxSize = 10 << 20

// known are files that are not plain texts, by how they begin.
var known = []struct{ magic, sentence string }{
	{"%PDF", "これは PDF のファイルの中身です。PDF は、ファイルとして選んでください。"},
	{"PK\x03\x04", "これは Word や Excel のファイルの中身です。Word 文書（.docx）は、ファイルとして選んでください。"},
	{"\xd0\xcf\x11\xe0", "古い形式の Word や Excel のファイルは読めません。「名前を付けて保存」で「書式なし（テキスト）」を選んで保存し、そのファイルを選んでください。"},
	{"\x89PNG", "画像は読めません。文字の入ったテキストファイルを選んでください。"},
	{"\xff\xd8\xff", "画像は読めません。文字の入ったテキストファイルを選んでください。"},
}

// Decode reads a file's bytes as text: UTF-8 with or without a mark, UTF-16
// with one or plainly without, or CP932. Line ends become "\n". It returns
// Unsupported for what is not a text in one of these, TooLarge over MaxSize, and
// never puts another character in the place of one that it can't read.
func Decode(b []byte) (string, error) {
	if len(b) > MaxSize {
		return "", fault.New(fault.TooLarge, "ファイルが大きすぎます。10 MB までのテキストファイルを選んでください。")
	}
	for _, k := range known {
		if bytes.HasPrefix(b, []byte(k.magic)) {
			return "", fault.New(fault.Unsupported, k.sentence)
		}
	}
	text, ok := charset.Decode(b)
	if !ok {
		return "", fault.New(fault.Unsupported, "文字として読めないファイルです。UTF-8 か Shift_JIS（ANSI）のテキストファイルで保存し直して、選んでください。")
	}
	text = lineEnds.Replace(text)
	if strings.TrimSpace(text) == "" {
		return "", fault.New(fault.Invalid, "ファイルに文字がありません。本文の入ったテキストファイルを選んでください。")
	}
	return text, nil
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\f", "\n", "\v", "\n", "\u2028", "\n", "\u2029", "\n")
