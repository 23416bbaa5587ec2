package outline_test

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"

	"kagami/internal/fault"
	"kagami/internal/policy/outline"
)

// Texts come as Windows and its programs save them.
func TestDecodesTheWaysTextsAreSaved(t *testing.T) {
	const text = "第1条　この要綱は、ＬＧＷＡＮの①ｶﾅと髙﨑を定める。\r\n２　次の項\r\n"
	want := strings.ReplaceAll(text, "\r\n", "\n")
	for name, e := range map[string]encoding.Encoding{
		"UTF-8":                  encoding.Nop,
		"UTF-8 with a mark":      unicode.UTF8BOM,
		"CP932":                  japanese.ShiftJIS,
		"UTF-16 LE":              unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
		"UTF-16 BE":              unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
		"UTF-16 LE with no mark": unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM),
		"UTF-16 BE with no mark": unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
	} {
		t.Run(name, func(t *testing.T) {
			raw, err := e.NewEncoder().String(text)
			if err != nil {
				t.Fatal(err)
			}
			got, err := outline.Decode([]byte(raw))
			if err != nil || got != want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestRefusesWhatIsNotAText(t *testing.T) {
	for name, c := range map[string]struct {
		raw  string
		kind fault.Kind
	}{
		"a PDF":                    {"%PDF-1.7\n", fault.Unsupported},
		"a .docx":                  {"PK\x03\x04....", fault.Unsupported},
		"a picture":                {"\x89PNG\r\n\x1a\n", fault.Unsupported},
		"a program":                {"\x7fELF\x02\x01\x01\x00\x00\x00\x03\x00\x3e", fault.Unsupported},
		"EUC-JP":                   {"\xc2\xe8\xb0\xec\xbe\xf2\xff\xfe", fault.Unsupported},
		"a broken UTF-8 character": {"目的\xe3\x81\n\xfd", fault.Unsupported},
		"control characters":       {"目的\x01\x02", fault.Unsupported},
		"nothing":                  {"", fault.Invalid},
		"blanks":                   {" \r\n　\n", fault.Invalid},
		"over 10 MB":               {strings.Repeat("a", outline.MaxSize+1), fault.TooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := outline.Decode([]byte(c.raw))
			if fault.KindOf(err) != c.kind {
				t.Errorf("got %q, %v; want %v", text, err, c.kind)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("第1条"))
	f.Add([]byte("\xff\xfe1\x00"))
	f.Add([]byte("\x91\xe6"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		text, err := outline.Decode(raw)
		if err == nil && strings.ContainsRune(text, '\r') {
			t.Errorf("a line end is left in %q", text)
		}
	})
}

func FuzzRead(f *testing.F) {
	for _, file := range []string{townsPolicy, "testdata/jorei.txt", "testdata/kijun.txt", "testdata/plain.txt"} {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(raw))
	}
	f.Fuzz(func(t *testing.T, text string) {
		decoded, err := outline.Decode([]byte(text))
		if err != nil {
			return
		}
		read := outline.Read(decoded, nil)
		read.Anchors()
		outline.NewFinder(read.Terms()).Find(decoded)
		if strings.Contains(decoded, "【文書】") {
			return
		}
		written := outline.Write(read)
		if again := outline.Write(outline.Read(written, nil)); again != written {
			t.Errorf("written\n%q\nwritten again\n%q", written, again)
		}
	})
}

// The time is linear in the length, whatever the text is made of; make bench
// prints it for 5 MB.
func BenchmarkRead(b *testing.B) {
	const size = 5 << 20
	town, err := os.ReadFile(townsPolicy)
	if err != nil {
		b.Fatal(err)
	}
	for name, piece := range map[string]string{
		"policy": string(town), "one line": "情報資産の", "brackets": "（", "numbers": "（1）\n", "articles": "第1条　\n",
		"captions": "図 1\n", "tabs": "a\tb\n", "dots": "…… 3\n", "deep": "①\nア　\n（ア）\na. \n",
	} {
		text := strings.Repeat(piece, size/len(piece))
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				outline.Read(text, nil)
			}
		})
	}
}
