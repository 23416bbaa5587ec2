package outline_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"kagami/internal/policy/outline"
)

// pieces are what real texts are made of, and what could be mistaken for it.
var pieces = []string{
	"第1章", "第２章 管理", "第1節", "第1条", "第２条　", "第5条の2 ", "第3条及び第4条　削除", "第3条から第6条まで 削除", "(目的)", "（定義）", "附則", "附　則（令和5年）",
	"1. ", "２．", "3 ", "４　", "1.1 ", "1.2.1 ", "(1)", "（２） ", "⑶", "1) ", "一　", "二　", "(三)", "ア　", "イ．", "(ア)", "（イ）", "a. ", "(b)",
	"①", "②", "㉑", "図 1.1 体制図", "表2", "別表第1（第3条関係）", "様式第2号", "目次", "…… 3", "- 2 -", "3", "12", "／",
	"情報資産をいう。", "ネットワーク", "次の措置を講じる。", "において、", "（以下「職員等」という。", "）", "」", "LGWAN", "CISO and", "の規定", "から", "及び",
	" ", "　", "\t", "│", "\n", "\n\n", "\n \n", "。\n", "【文書】", "【前文】", "【図1】", "＼", "1項", "〔ア〕", "・", "\u00a0", "\u200b", "😀", "が", "ﾊﾟ",
}

// numbers are the ways of counting, from the outermost in.
var numbers = []func(n int) string{
	func(n int) string { return fmt.Sprintf("第%d章　", n) },
	func(n int) string { return fmt.Sprintf("第%d節 ", n) },
	func(n int) string { return fmt.Sprintf("第%d条　", n) },
	func(n int) string { return fmt.Sprintf("%d. ", n) },
	func(n int) string { return string(rune('０'+n%10)) + "　" },
	func(n int) string { return fmt.Sprintf("（%d） ", n) },
	func(n int) string { return string([]rune("〇一二三四五六七八九")[n%10]) + "　" },
	func(n int) string { return string(rune('①' + (n+19)%20)) },
	func(n int) string { return string([]rune("オアイウエ")[n%5]) + "　" },
	func(n int) string { return "（" + string([]rune("オアイウエ")[n%5]) + "）" },
	func(n int) string { return string(rune('a'+(n+25)%26)) + ". " },
}

// texts are made of lines that mostly count up in order, as real texts do, with
// anything at all between.
func texts() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		counted := make([]int, len(numbers))
		for range rapid.IntRange(0, 30).Draw(t, "lines") {
			if way := rapid.IntRange(0, len(numbers)+4).Draw(t, "way"); way < len(numbers) {
				step := rapid.SampledFrom([]int{1, 1, 1, 1, 1, 0, 2}).Draw(t, "step")
				b.WriteString(numbers[way](counted[way] + step))
				counted[way] += step
				clear(counted[way+1:])
			}
			b.WriteString(strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 4).Draw(t, "pieces"), ""))
			b.WriteString(rapid.SampledFrom([]string{"\n", " \n", "\n\n", "。\n", "。 \n \n"}).Draw(t, "end"))
		}
		return b.String()
	})
}

// Whatever the text, what the portal writes of it reads back as the same
// outline, and asks nothing again.
func TestWhatIsWrittenReadsBackTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		read := outline.Read(texts().Draw(t, "text"), nil)
		if strings.Contains(read.Title, "【文書】") {
			return // a damaged written form may not come out clean
		}
		written := outline.Write(read)
		again := outline.Read(written, nil)
		if len(again.Questions) > 0 {
			t.Fatalf("asks %v of\n%s", again.Questions, written)
		}
		read.Questions = again.Questions
		if a, b := asJSON(t, read), asJSON(t, again); a != b {
			t.Fatalf("read\n%s\nwritten\n%s\nread again\n%s", a, written, b)
		}
		if rewritten := outline.Write(again); rewritten != written {
			t.Fatalf("written\n%s\nwritten again\n%s", written, rewritten)
		}
	})
}

// Every character of the wording stands in the outline, and none that was not
// in the text. Left aside are blanks, the brackets and dots around numbers
// (labels are folded), and lines that a question names as the page's own.
func TestNoCharacterOfWordingIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := texts().Draw(t, "text")
		if strings.Contains(text, "【文書】") {
			return // the written form has marks of its own
		}
		o := outline.Read(text, nil)
		if len(o.Clauses) == 1 && o.Clauses[0].Kind == outline.Chapter && o.Title == o.Clauses[0].Heading {
			o.Title = "" // taken from the chapter, not from a line of its own
		}
		var got strings.Builder
		got.WriteString(o.Title)
		o.Walk(func(c *outline.Clause, _ []*outline.Clause) {
			label := c.Label
			if c.Kind == outline.Figure && label == "表" && c.Heading == "" && strings.ContainsAny(c.Text, "\t│") {
				label = "" // a table that the text does not name
			}
			got.WriteString(label + c.Heading + c.Text)
		})
		if want, got := wording(withoutLayout(text, o)), wording(got.String()); want != got {
			t.Fatalf("of the text\n%q\nwant characters %q\ngot             %q\nas %s", text, want, got, asJSON(t, o))
		}
	})
}

// withoutLayout leaves out the lines that the reader says are the page's own.
func withoutLayout(text string, o *outline.Outline) string {
	lines := strings.Split(text, "\n")
	for _, q := range o.Questions {
		if q.Read == outline.AsLayout {
			for _, n := range q.Lines {
				lines[n-1] = ""
			}
		}
	}
	return strings.Join(lines, "\n")
}

// wording folds a text and keeps its characters, sorted, without blanks and
// without the signs around numbers.
func wording(s string) string {
	folded := []rune(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("().。：:", r) {
			return -1
		}
		return r
	}, norm.NFKC.String(strings.NewReplacer("附", "附", "付", "附").Replace(s))))
	slices.Sort(folded)
	return string(folded)
}

func asJSON(t interface{ Fatal(...any) }, o *outline.Outline) string {
	b, err := json.MarshalIndent(o, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
