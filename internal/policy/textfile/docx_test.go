package textfile_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"strings"
	"testing"

	"kagami/internal/fault"
	"kagami/internal/policy/outline"
	"kagami/internal/policy/textfile"
)

// word is a Word document as its parts.
type word struct{ body, styles, numbering, footnotes string }

const (
	wordSpace = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" ` +
		`xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" ` +
		`xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml" ` +
		`xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"`
	relation = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
)

func (w word) file(t testing.TB) []byte {
	return zipped(t, map[string]string{
		"_rels/.rels":                  `<Relationships><Relationship Id="1" Type="` + relation + `/officeDocument" Target="word/document.xml"/></Relationships>`,
		"word/_rels/document.xml.rels": `<Relationships><Relationship Id="1" Type="` + relation + `/styles" Target="styles.xml"/><Relationship Id="2" Type="` + relation + `/numbering" Target="/word/numbering.xml"/><Relationship Id="3" Type="` + relation + `/footnotes" Target="footnotes.xml"/></Relationships>`,
		"word/document.xml":            `<?xml version="1.0" encoding="UTF-8"?><w:document ` + wordSpace + `><w:body>` + w.body + `<w:sectPr/></w:body></w:document>`,
		"word/styles.xml":              `<w:styles ` + wordSpace + `>` + w.styles + `</w:styles>`,
		"word/footnotes.xml":           `<w:footnotes ` + wordSpace + `>` + w.footnotes + `</w:footnotes>`,
		"word/numbering.xml":           `<w:numbering ` + wordSpace + `>` + w.numbering + `</w:numbering>`,
	})
}

func zipped(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		f, err := z.Create(name)
		if err == nil {
			_, err = f.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// run and p write Word's XML.
func run(text string) string {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		panic(err)
	}
	return `<w:r><w:t xml:space="preserve">` + b.String() + `</w:t></w:r>`
}

func p(text string, properties ...string) string {
	return `<w:p><w:pPr>` + strings.Join(properties, "") + `</w:pPr>` + run(text) + `</w:p>`
}

func numbered(list, level int) string {
	return fmt.Sprintf(`<w:numPr><w:ilvl w:val="%d"/><w:numId w:val="%d"/></w:numPr>`, level, list)
}

func lvl(at int, format, text string, more ...string) string {
	return fmt.Sprintf(`<w:lvl w:ilvl="%d"><w:start w:val="1"/><w:numFmt w:val="%s"/>%s<w:lvlText w:val="%s"/></w:lvl>`, at, format, strings.Join(more, ""), text)
}

// regulation counts as towns' 規程 do.
var regulation = `<w:abstractNum w:abstractNumId="7">` + lvl(0, "decimalFullWidth", "第%1条") + lvl(1, "decimalFullWidth", "（%2）") +
	lvl(2, "aiueoFullWidth", "%3") + lvl(3, "decimalEnclosedCircle", "%4") + `</w:abstractNum>` +
	`<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>` +
	`<w:num w:numId="2"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="1"><w:startOverride w:val="1"/></w:lvlOverride></w:num>`

func TestReadsWordDocuments(t *testing.T) {
	var reader textfile.Reader
	for name, c := range map[string]struct {
		document word
		want     string
	}{
		"a line a paragraph":                    {word{body: p("情報セキュリティ対策基準") + p("") + p("第1条　守る。 ")}, "情報セキュリティ対策基準\n\n第1条　守る。 \n"},
		"letters of several looks are one line": {word{body: `<w:p>` + run("守") + `<w:r><w:rPr><w:b/></w:rPr><w:t>る</w:t></w:r><w:hyperlink>` + run("こと") + `</w:hyperlink><w:proofErr/></w:p>`}, "守ること\n"},
		"line ends, tabs and signs":             {word{body: `<w:p><w:r><w:t>課長</w:t><w:tab/><w:t>副</w:t><w:br/><w:t>A</w:t><w:noBreakHyphen/><w:t>B</w:t><w:sym w:font="Symbol" w:char="F0B7"/><w:sym w:char="3231"/></w:r></w:p>`}, "課長\t副\nA-B〓㈱\n"},
		"how a word is read is left out":        {word{body: `<w:p><w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>かがみ</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>鏡</w:t></w:r></w:rubyBase></w:ruby></w:r>` + run("を見る") + `</w:p>`}, "鏡を見る\n"},
		"deleted is left out and inserted is taken": {word{body: `<w:p>` + run("職員は、") + `<w:del><w:r><w:delText>毎年</w:delText></w:r></w:del><w:ins>` + run("毎月") + `</w:ins>` + run("学ぶ。") + `</w:p>` +
			`<w:p><w:moveFrom>` + run("移す前") + `</w:moveFrom><w:moveTo>` + run("移した") + `</w:moveTo></w:p>`}, "職員は、毎月学ぶ。\n移した\n"},
		"a paragraph whose end was deleted goes on": {word{body: p("前半", `<w:rPr><w:del/></w:rPr>`) + p("後半") + p("", `<w:rPr><w:del/></w:rPr>`) + p("次")}, "前半後半\n次\n"},
		"the look of before counts for nothing":     {word{body: p("本文", `<w:pPrChange><w:pPr>`+numbered(1, 0)+`</w:pPr></w:pPrChange>`), numbering: regulation}, "本文\n"},
		"hidden letters are left out":               {word{body: `<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>見えない</w:t></w:r><w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>見える</w:t></w:r></w:p>`}, "見える\n"},
		"codes of fields are left out":              {word{body: `<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>REF x</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>` + run("第2条") + `</w:p>`}, "第2条\n"},
		"formulas":                                  {word{body: `<w:p><m:oMath><m:r><m:t>a+b</m:t></m:r></m:oMath></w:p>`}, "a+b\n"},
		"a text box stands once, after its paragraph": {word{body: `<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx><w:txbxContent>` + p("箱の中") + `</w:txbxContent></wps:txbx></w:drawing></mc:Choice>` +
			`<mc:Fallback><w:pict><v:textbox><w:txbxContent>` + p("箱の中") + `</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>` + run("外") + `</w:p>` + p("次")}, "外\n箱の中\n次\n"},
		"an old text box": {word{body: `<w:p><w:r><w:pict><v:shape><v:textbox><w:txbxContent>` + p("箱") + `</w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>`}, "\n箱\n"},
		"a table is a line a row": {word{body: `<w:tbl><w:tr><w:tc>` + p("役割") + `</w:tc><w:tc>` + p("担当") + `</w:tc></w:tr>` +
			`<w:tr><w:tc>` + p("統括") + p("責任者") + `</w:tc><w:sdt><w:sdtContent><w:tc>` + p("課長") + `</w:tc></w:sdtContent></w:sdt></w:tr><w:tr><w:tc>` + p("") + `</w:tc><w:tc>` + p("") + `</w:tc></w:tr></w:tbl>` + p("後")},
			"役割\t担当\n統括　責任者\t課長\n後\n"},
		"a frame around text":    {word{body: `<w:tbl><w:tr><w:tc>` + p("一行目") + p("二行目") + `</w:tc></w:tr></w:tbl>`}, "一行目\n二行目\n"},
		"contents have dots":     {word{styles: `<w:style w:type="paragraph" w:styleId="11"><w:name w:val="toc 1"/></w:style>`, body: `<w:p><w:pPr><w:pStyle w:val="11"/></w:pPr><w:r><w:t>第1章　総則</w:t><w:tab/><w:t>3</w:t></w:r></w:p>`}, "第1章　総則……3\n"},
		"blocks within controls": {word{body: `<w:sdt><w:sdtContent>` + p("中") + `</w:sdtContent></w:sdt>`}, "中\n"},
		"notes stand at the end": {word{footnotes: `<w:footnote w:id="0">` + p("") + `</w:footnote><w:footnote w:id="2">` + p("甲の注") + `</w:footnote><w:footnote w:id="3">` + p("乙の") + p("注") + `</w:footnote>`,
			body: `<w:p>` + run("乙") + `<w:r><w:footnoteReference w:id="3"/></w:r>` + run("と甲") + `<w:r><w:footnoteReference w:id="2"/></w:r></w:p>` + p("後")}, "乙（注1）と甲（注2）\n後\n注1　乙の　注\n注2　甲の注\n"},
		"an unknown element's own text": {word{body: `<w:p><x:y xmlns:x="urn:x"><x:t>読まない</x:t></x:y>` + run("読む") + `</w:p>`}, "読む\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := reader.Text(c.document.file(t))
			if err != nil || got != c.want {
				t.Errorf("got %q, want %q, %v", got, c.want, err)
			}
		})
	}
}

// Numbers that Word counts by itself are in no text of the file.
func TestWritesTheNumbersThatWordCounts(t *testing.T) {
	var reader textfile.Reader
	heading := func(id, more string) string {
		return `<w:style w:type="paragraph" w:styleId="` + id + `"><w:name w:val="heading 1"/>` + more + `</w:style>`
	}
	for name, c := range map[string]struct {
		document word
		want     string
	}{
		"in their depths": {word{numbering: regulation, body: p("目的", numbered(1, 0)) + p("一つ", numbered(1, 1)) + p("二つ", numbered(1, 1)) + p("細目", numbered(1, 2)) + p("細目", numbered(1, 2)) +
			p("細々目", numbered(1, 3)) + p("定義", numbered(1, 0)) + p("新たに", numbered(1, 1))},
			"第１条　目的\n（１）　一つ\n（２）　二つ\nア　細目\nイ　細目\n①　細々目\n第２条　定義\n（１）　新たに\n"},
		"text between does not stop them": {word{numbering: regulation, body: p("一", numbered(1, 0)) + p("本文") + p("二", numbered(1, 0))}, "第１条　一\n本文\n第２条　二\n"},
		"a list with a start of its own":  {word{numbering: regulation, body: p("一", numbered(1, 0)) + p("甲", numbered(1, 1)) + p("乙", numbered(1, 1)) + p("丙", numbered(2, 1)) + p("丁", numbered(2, 1)) + p("二", numbered(2, 0))}, "第１条　一\n（１）　甲\n（２）　乙\n（１）　丙\n（２）　丁\n第２条　二\n"},
		"a deleted paragraph has none":    {word{numbering: regulation, body: p("一", numbered(1, 0)) + `<w:p><w:pPr>` + numbered(1, 0) + `<w:rPr><w:del/></w:rPr></w:pPr><w:del>` + run("消した") + `</w:del></w:p>` + p("二", numbered(1, 0))}, "第１条　一\n第２条　二\n"},
		"an empty paragraph has one":      {word{numbering: regulation, body: p("", numbered(1, 0))}, "第１条\n"},
		"by a style": {word{styles: heading("a", `<w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr>`) + heading("b", `<w:basedOn w:val="a"/>`) + heading("c", `<w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr>`),
			numbering: `<w:abstractNum w:abstractNumId="1">` + lvl(0, "japaneseCounting", "第%1章", `<w:pStyle w:val="a"/>`) + lvl(1, "decimal", "%1.%2", `<w:isLgl/>`, `<w:pStyle w:val="c"/>`) + `</w:abstractNum><w:num w:numId="3"><w:abstractNumId w:val="1"/></w:num>`,
			body:      p("総則", `<w:pStyle w:val="a"/>`) + p("目的", `<w:pStyle w:val="c"/>`) + p("組織", `<w:pStyle w:val="b"/>`) + p("体制", `<w:pStyle w:val="c"/>`) + p("番号なし", `<w:pStyle w:val="a"/>`, `<w:numPr><w:numId w:val="0"/></w:numPr>`)},
			"第一章　総則\n1.1　目的\n第二章　組織\n2.1　体制\n番号なし\n"},
		"by a list style": {word{numbering: `<w:abstractNum w:abstractNumId="1"><w:numStyleLink w:val="s"/></w:abstractNum><w:abstractNum w:abstractNumId="2"><w:styleLink w:val="s"/>` + lvl(0, "decimal", "(%1)") + `</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>`,
			body: p("甲", numbered(1, 0))}, "(1)　甲\n"},
		"never anew": {word{numbering: `<w:abstractNum w:abstractNumId="1">` + lvl(0, "decimal", "第%1章") + lvl(1, "decimal", "第%2条", `<w:lvlRestart w:val="0"/>`) + `</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>`,
			body: p("総則", numbered(1, 0)) + p("目的", numbered(1, 1)) + p("体制", numbered(1, 0)) + p("組織", numbered(1, 1))}, "第1章　総則\n第1条　目的\n第2章　体制\n第2条　組織\n"},
		"points": {word{numbering: `<w:abstractNum w:abstractNumId="1">` + lvl(0, "bullet", "\uf06c") + lvl(1, "bullet", "○") + `</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>`,
			body: p("甲", numbered(1, 0)) + p("乙", numbered(1, 1))}, "・　甲\n○　乙\n"},
		"a list that is not there": {word{body: p("甲", numbered(9, 0))}, "甲\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := reader.Text(c.document.file(t))
			if err != nil || got != c.want {
				t.Errorf("got %q, want %q, %v", got, c.want, err)
			}
		})
	}
}

func TestCountsInWordsFormats(t *testing.T) {
	var reader textfile.Reader
	for format, want := range map[string]string{
		"decimal": "1 2 9 10 11 21 100", "decimalZero": "01 02 09 10 11 21 100", "decimalFullWidth": "１ ２ ９ １０ １１ ２１ １００",
		"aiueoFullWidth": "ア イ ケ コ サ ナ 100", "iroha": "イ ロ リ ヌ ル ナ 100", "ideographTraditional": "甲 乙 壬 癸 11 21 100",
		"decimalEnclosedCircle": "① ② ⑨ ⑩ ⑪ ㉑ 100", "decimalEnclosedParen": "⑴ ⑵ ⑼ ⑽ ⑾ 21 100", "lowerLetter": "a b i j k u vvvv", "upperRoman": "I II IX X XI XXI C",
		"japaneseCounting": "一 二 九 十 十一 二十一 百", "japaneseLegal": "壱 弐 九 壱拾 壱拾壱 弐拾壱 壱百", "ideographDigital": "一 二 九 一〇 一一 二一 一〇〇", "none": "      ", "unheardOf": "1 2 9 10 11 21 100",
	} {
		var body strings.Builder
		for n := 1; n <= 100; n++ {
			body.WriteString(p("x", numbered(1, 0)))
		}
		text, err := reader.Text(word{body: body.String(), numbering: `<w:abstractNum w:abstractNumId="1">` + lvl(0, format, "%1") + `</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>`}.file(t))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for i, line := range strings.Split(text, "\n") {
			switch i + 1 {
			case 1, 2, 9, 10, 11, 21, 100:
				got = append(got, strings.TrimSuffix(strings.TrimSuffix(line, "x"), "　"))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %q", format, strings.Join(got, " "), want)
		}
	}
}

func TestRefusesWordDocumentsThatItCannotRead(t *testing.T) {
	var reader textfile.Reader
	whole := word{body: p("本文")}.file(t)
	deep := strings.Repeat("<w:sdt>", 400) + p("底") + strings.Repeat("</w:sdt>", 400)
	skipped := strings.Repeat("<w:x>", 1_000_000)
	for name, c := range map[string]struct {
		raw  []byte
		kind fault.Kind
	}{
		"cut off":                       {whole[:len(whole)/2], fault.Invalid},
		"not XML":                       {word{body: "<w:p></w:q>"}.file(t), fault.Invalid},
		"an entity of its own":          {word{body: "<w:p>" + run("a") + "&secret;</w:p>"}.file(t), fault.Invalid},
		"no text":                       {word{body: p("  ")}.file(t), fault.Invalid},
		"a workbook":                    {zipped(t, map[string]string{"_rels/.rels": `<Relationships><Relationship Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>`}), fault.Unsupported},
		"a ZIP of anything":             {zipped(t, map[string]string{"a.txt": "a"}), fault.Unsupported},
		"elements deep in each other":   {word{body: deep}.file(t), fault.TooLarge},
		"the same where nobody looks":   {word{body: skipped}.file(t), fault.TooLarge},
		"a bomb of letters":             {word{body: strings.Repeat(p(strings.Repeat("あ", 1000)), 4000)}.file(t), fault.TooLarge},
		"a bomb in one run":             {word{body: p(strings.Repeat("a", 20<<20))}.file(t), fault.TooLarge},
		"a bomb of attributes":          {word{body: "<w:p " + strings.Repeat(`a="" `, 4<<20) + "/>"}.file(t), fault.TooLarge},
		"a bomb of empty paragraphs":    {word{body: strings.Repeat("<w:p/>", 1<<20)}.file(t), fault.TooLarge},
		"a bomb of long numbers":        {word{body: strings.Repeat(p("", numbered(1, 0)), 20000), numbering: `<w:abstractNum w:abstractNumId="1">` + lvl(0, "decimal", strings.Repeat("%1", 1000)) + `</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>`}.file(t), fault.TooLarge},
		"a bomb where nothing is taken": {word{body: "<w:x>" + strings.Repeat(p("a"), 1<<20) + "</w:x>"}.file(t), fault.TooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := reader.Text(c.raw)
			if fault.KindOf(err) != c.kind {
				t.Errorf("got %.100q, %v; want %v", text, err, c.kind)
			}
		})
	}
}

// The town's 基本方針 as a Word document, in both ways in which one may be
// typed: has the outline of its text.
func TestTheTownsPolicyComesBackFromAWordDocument(t *testing.T) {
	raw, err := os.ReadFile("../../sample/kihon-hoshin.txt")
	if err != nil {
		t.Fatal(err)
	}
	source, err := outline.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	want := outline.Read(source, nil)
	var reader textfile.Reader

	var lines strings.Builder
	for line := range strings.Lines(source) {
		lines.WriteString(p(strings.TrimSuffix(line, "\n")))
	}
	text, err := reader.Text(word{body: lines.String()}.file(t))
	if err != nil {
		t.Fatal(err)
	}
	same(t, outline.Read(text, nil), want)

	// Typed afresh: a paragraph each, the numbers counted by Word.
	var body strings.Builder
	clauses := 0
	want.Walk(func(c *outline.Clause, parents []*outline.Clause) {
		writeClause(&body, c, len(parents))
		clauses++
	})
	text, err = reader.Text(word{body: body.String(), numbering: `<w:abstractNum w:abstractNumId="1">` + lvl(0, "decimal", "第%1章") + lvl(1, "decimal", "%2.") + lvl(2, "decimal", "（%3）") +
		lvl(3, "decimalEnclosedCircle", "%4") + `</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>`}.file(t))
	if err != nil {
		t.Fatal(err)
	}
	typed := outline.Read(text, nil)
	for _, q := range typed.Questions {
		if q.Read != outline.AsFigure {
			t.Errorf("asked about more than the figure: %+v", q)
		}
	}
	if clauses < 50 {
		t.Fatalf("%d clauses were written", clauses)
	}
	typed.Questions, want.Questions = nil, nil
	same(t, typed, want)
}

// writeClause writes a clause as it is typed in Word.
func writeClause(b *strings.Builder, c *outline.Clause, depth int) {
	first, rest := c.Heading, c.Text
	if first == "" {
		first, rest, _ = strings.Cut(c.Text, "\n")
	}
	if c.Kind == outline.Figure {
		b.WriteString(p("図 " + strings.TrimPrefix(c.Label, "図") + " " + c.Heading))
	} else {
		b.WriteString(p(first, numbered(1, depth)))
	}
	if rest != "" {
		for paragraph := range strings.SplitSeq(rest, "\n") {
			b.WriteString(p(paragraph))
		}
	}
}

func same(t *testing.T, got, want *outline.Outline) {
	t.Helper()
	g, err := json.MarshalIndent(got, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	w, err := json.MarshalIndent(want, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if string(g) == string(w) {
		return
	}
	a, b := strings.Split(string(g), "\n"), strings.Split(string(w), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Errorf("line %d of the outline: got %s, want %s", i+1, a[i], b[i])
			return
		}
	}
	t.Errorf("the outlines have %d and %d lines", len(a), len(b))
}

func FuzzWordDocument(f *testing.F) {
	f.Add(p("第1条　見本", numbered(1, 0)), regulation, "")
	f.Add(`<w:tbl><w:tr><w:tc>`+p("甲")+`</w:tc></w:tr></w:tbl>`, lvl(0, "none", "%1"), `<w:style w:styleId="a"><w:basedOn w:val="a"/></w:style>`)
	f.Add(`<w:p><w:r><w:ruby><w:rubyBase>`+run("鏡")+`</w:rubyBase></w:ruby></w:r></w:p>`, "", "")
	f.Fuzz(func(t *testing.T, body, numbering, styles string) {
		var reader textfile.Reader
		text, err := reader.Text(word{body: body, styles: styles, numbering: numbering}.file(t))
		if err != nil && fault.KindOf(err) == fault.Internal {
			t.Errorf("an error without a sentence: %v", err)
		}
		if strings.ContainsAny(text, "\r\x00") || len(text) > textfile.MaxSize {
			t.Errorf("read %q", text)
		}
	})
}
