package textfile_test

import (
	"bytes"
	"strings"
	"testing"

	"kagami/internal/fault"
	"kagami/internal/policy/textfile"
)

func TestReadsPlainTexts(t *testing.T) {
	var reader textfile.Reader
	got, err := reader.Text([]byte("\x91\xe61\x8f\xf0\r\nPK\r\n"))
	if err != nil || got != "第1条\nPK\n" {
		t.Errorf("got %q, %v", got, err)
	}
}

// What a file is, its content tells; each is refused with what to do.
func TestRefusesOtherFiles(t *testing.T) {
	var reader textfile.Reader
	for name, c := range map[string]struct {
		raw   string
		kind  fault.Kind
		words string
	}{
		"an old Word document":     {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", fault.Unsupported, "「Word 文書（.docx）」か「書式なし（テキスト）」で保存"},
		"rich text":                {`{\rtf1\ansi`, fault.Unsupported, "「Word 文書（.docx）」で保存"},
		"a picture":                {"\x89PNG\r\n\x1a\n", fault.Unsupported, "画像は読めません"},
		"a program":                {"\x7fELF\x02\x01\x01\x00\x00\x00\x03\x00\x3e", fault.Unsupported, "文字として読めないファイル"},
		"a ZIP that is none":       {"PK\x03\x04....", fault.Invalid, "壊れている"},
		"nothing":                  {"", fault.Invalid, "文字がありません"},
		"over 10 MB":               {strings.Repeat("a", textfile.MaxSize+1), fault.TooLarge, "10 MB まで"},
		"a PDF of more than 10 MB": {"%PDF-" + string(bytes.Repeat([]byte(" "), textfile.MaxSize)), fault.TooLarge, "10 MB まで"},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := reader.Text([]byte(c.raw))
			if fault.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.words) {
				t.Errorf("got %.50q, %v; want %v", text, err, c.kind)
			}
		})
	}
}
