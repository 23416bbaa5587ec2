package textfile_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"kagami/internal/fault"
	"kagami/internal/policy/textfile"
)

// paper writes a PDF of numbered objects, the first of them the catalog.
func paper(trailer string, objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	places := make([]int, len(objects))
	for i, object := range objects {
		places[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, place := range places {
		fmt.Fprintf(&b, "%010d 00000 n \n", place)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, trailer, start)
	return b.Bytes()
}

func stream(dictionary, content string) string {
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", dictionary, len(content), content)
}

// text is a text in a file of a town: Japanese letters by the numbers of a font's
// glyphs, which only the font's ToUnicode tells, or not.
type text struct {
	pages     []string // each some lines
	lost      bool     // the font does not tell its letters
	picture   int      // the page, from 1, that is a picture only
	encrypted bool
}

func (f text) file() []byte {
	glyphs := map[rune]int{}
	var order []rune
	write := func(s string) string {
		var b strings.Builder
		for _, r := range s {
			if glyphs[r] == 0 {
				order = append(order, r)
				glyphs[r] = len(order)
			}
			fmt.Fprintf(&b, "%04x", glyphs[r])
		}
		return b.String()
	}
	const before = 5 // objects: catalog, pages, font, its descendant, ToUnicode
	var kids, pages []string
	for i, page := range f.pages {
		var content strings.Builder
		content.WriteString("BT /F1 10 Tf 14 TL 50 800 Td\n")
		for line := range strings.SplitSeq(page, "\n") {
			fmt.Fprintf(&content, "<%s> Tj T*\n", write(line))
		}
		content.WriteString("ET")
		if f.picture == i+1 {
			content.Reset()
			content.WriteString("q 500 0 0 700 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q")
		}
		n := before + 1 + 2*i
		kids = append(kids, fmt.Sprintf("%d 0 R", n))
		pages = append(pages, fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>", n+1), stream("", content.String()))
	}
	var cmap strings.Builder
	cmap.WriteString("/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n1 begincodespacerange <0000> <ffff> endcodespacerange\n")
	for i, r := range order {
		fmt.Fprintf(&cmap, "1 beginbfchar <%04x> <%s> endbfchar\n", i+1, units(r))
	}
	cmap.WriteString("endcmap end end")
	tells, trailer := "/ToUnicode 5 0 R", ""
	if f.lost {
		tells = ""
	}
	if f.encrypted {
		trailer = "/Encrypt<</Filter/Standard/V 1/R 2/O<" + strings.Repeat("41", 32) + ">/U<" + strings.Repeat("42", 32) + ">/P -4>>/ID[<00><00>]"
	}
	return paper(trailer, append([]string{
		"<</Type/Catalog/Pages 2 0 R>>",
		fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]>>", len(kids), strings.Join(kids, " ")),
		"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[4 0 R]" + tells + ">>",
		"<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 1000/FontDescriptor<</Type/FontDescriptor/FontName/X/Flags 4>>>>",
		stream("", cmap.String()),
	}, pages...)...)
}

// units are the UTF-16 units of a letter, as ToUnicode writes them.
func units(r rune) string {
	if r < 0x10000 {
		return fmt.Sprintf("%04x", r)
	}
	r -= 0x10000
	return fmt.Sprintf("%04x%04x", 0xd800+r>>10, 0xdc00+r&0x3ff)
}

// pdfs reads for all tests: starting the library is what takes time.
var pdfs textfile.Reader

func TestPDFs(t *testing.T) {
	for name, c := range map[string]struct {
		raw  []byte
		want string
	}{
		"lines in their order, page by page": {text{pages: []string{"第1条　目的\n本町の情報資産を守り、町民の", "信頼にこたえる。"}}.file(), "第1条　目的\n本町の情報資産を守り、町民の\n信頼にこたえる。\n"},
		"rare letters and half-width ones":   {text{pages: []string{"𠮷田・髙﨑　①ｱLGWAN(1)"}}.file(), "𠮷田・髙﨑　①ｱLGWAN(1)\n"},
		"radicals for characters":            {text{pages: []string{"⼀般住⺠の⻑"}}.file(), "一般住民の長\n"},
		"an empty page":                      {text{pages: []string{"甲乙", "", "丙丁"}}.file(), "甲乙\n丙丁\n"},
		"a page of Japanese letters by their standard number": {paper("",
			"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[5 0 R]>>",
			"<</Type/Font/Subtype/Type0/BaseFont/Ryumin-Light/Encoding/90ms-RKSJ-H/DescendantFonts[4 0 R]>>",
			"<</Type/Font/Subtype/CIDFontType0/BaseFont/Ryumin-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>/DW 1000/FontDescriptor<</Type/FontDescriptor/FontName/Ryumin-Light/Flags 4>>>>",
			"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents 6 0 R>>",
			stream("", "BT /F1 10 Tf 50 800 Td <91e68fcd> Tj ET")), "第章\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := pdfs.Text(c.raw)
			if err != nil || got != c.want {
				t.Errorf("got %q, want %q, %v", got, c.want, err)
			}
		})
	}
	for name, c := range map[string]struct {
		raw   []byte
		kind  fault.Kind
		words string
	}{
		"only pictures":                {text{pages: []string{"甲"}, picture: 1}.file(), fault.Unsupported, "文字の入っていない（画像だけの）PDF です。"},
		"a page that is a picture":     {text{pages: []string{"甲乙", "丙"}, picture: 2}.file(), fault.Unsupported, "2ページ目は画像"},
		"letters that nobody can tell": {text{pages: []string{"甲乙"}, lost: true}.file(), fault.Unsupported, "1ページ目に、どの文字か分からない"},
		"a password":                   {text{pages: []string{"甲"}, encrypted: true}.file(), fault.Unsupported, "パスワード"},
		"nothing but a beginning":      {[]byte("%PDF-1.7\n"), fault.Invalid, "壊れている"},
		"no pages":                     {text{}.file(), fault.Unsupported, "文字の入っていない"},
		"pages within themselves":      {paper("", "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 9/Kids[2 0 R 2 0 R]>>"), fault.Invalid, "壊れている"},
		"more pages than are read":     {paper("", "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 3001/Kids["+strings.Repeat("3 0 R ", 3001)+"]>>", "<</Type/Page/Parent 2 0 R>>"), fault.TooLarge, "読みきれません"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := pdfs.Text(c.raw)
			if fault.KindOf(err) != c.kind || !strings.Contains(fmt.Sprint(err), c.words) {
				t.Errorf("got %q, %v; want %v, %s", got, err, c.kind, c.words)
			}
		})
	}
}

func FuzzPDF(f *testing.F) {
	f.Add(text{pages: []string{"第1条　目的", "乙"}}.file())
	f.Add(text{pages: []string{"甲"}, encrypted: true}.file())
	f.Add(text{pages: []string{"甲"}, picture: 1}.file())
	// started beforehand: an input that takes ten seconds counts as hanging
	if _, err := pdfs.Text(text{pages: []string{"甲乙"}}.file()); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := pdfs.Text(append([]byte("%PDF-"), bytes.TrimPrefix(raw, []byte("%PDF-"))...))
		if err != nil && fault.KindOf(err) == fault.Internal {
			t.Errorf("an error without a sentence: %v", err)
		}
		if strings.ContainsAny(got, "\r\x00\ufffd") {
			t.Errorf("read %q", got)
		}
	})
}
