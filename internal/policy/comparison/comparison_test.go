package comparison_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"kagami/internal/policy/comparison"
	"kagami/internal/policy/outline"
)

var update = flag.Bool("update", false, "write the tables that the tests expect")

// printed shows a table for reading: a row's kind, and its two cells with what
// is underlined between ⟦ and ⟧.
func printed(c comparison.Comparison) string {
	var b strings.Builder
	for _, r := range c.Rows {
		before, after := r.Lines()
		fmt.Fprintf(&b, "%s\n", r.Kind)
		for _, cell := range []struct {
			sign  string
			lines []comparison.Line
		}{{"+", after}, {"-", before}} {
			for _, line := range cell.lines {
				b.WriteString("  " + cell.sign + " ")
				for _, p := range line {
					if p.Changed {
						b.WriteString("⟦" + p.Text + "⟧")
					} else {
						b.WriteString(p.Text)
					}
				}
				b.WriteByte('\n')
			}
		}
	}
	return b.String()
}

func townsPolicy(t testing.TB) string {
	t.Helper()
	raw, err := os.ReadFile("../../sample/kihon-hoshin.txt")
	if err != nil {
		t.Fatal(err)
	}
	return outline.Write(outline.Read(string(raw), nil))
}

// The town's own text against itself with what revisions do to texts; beside
// each stands the table that comes of it.
func TestComparesTheTownsPolicy(t *testing.T) {
	text := townsPolicy(t)
	between := func(begin, end string) string {
		from := strings.Index(text, "\n　"+begin) + 1
		until := strings.Index(text, "\n　"+end) + 1
		if from == 0 || until <= from {
			t.Fatalf("%q or %q is not in\n%s", begin, end, text)
		}
		return text[from:until]
	}
	earthquake := between("　（3）\n　　　地震", "　（4）\n　　　大規模")
	_, secrecy, _ := strings.Cut(between("　（5）　機密性", "　（6）　完全性"), "\n")
	_, wholeness, _ := strings.Cut(between("　（6）　完全性", "　（7）　可用性"), "\n")
	for name, edits := range map[string][]string{
		"wording":          {"維持するため、本町", "確保するため、見本町"},
		"item-added":       {"　　（6）　完全性\n", "　　（6）　真正性\n　　　情報の作成者が偽られていないことを確保することをいう。\n　　（7）　完全性\n", "　　（7）　可用性", "　　（8）　可用性", "　　（8）　マイ", "　　（9）　マイ", "　　（9）　LG", "　　（10）　LG", "　　（10）　イン", "　　（11）　イン", "　　（11）　通", "　　（12）　通", "　　（12）　無", "　　（13）　無"},
		"article-removed":  {between("3．", "4．"), "", "　4．", "　3．", "　5．", "　4．", "　6．", "　5．", "　7．", "　6．", "　8．", "　7．", "　9．", "　8．", "　10．", "　9．"},
		"article-moved":    {between("8．", "9．"), "", between("1．", "2．"), between("1．", "2．") + between("8．", "9．")},
		"heading":          {"　5．　", "　5．　すべての"},
		"figure":           {"最高情報", "最上位情報"},
		"moved-and-edited": {between("8．", "9．"), "", between("1．", "2．"), between("1．", "2．") + strings.Replace(between("8．", "9．"), "情報セキュリティ", "情報の安全", 1)},
		"item-elsewhere":   {earthquake, "", "　10．", earthquake + "　10．"},
		"items-exchanged":  {between("　（5）　機密性", "　（6）　完全性"), "　　（5）　完全性\n" + wholeness, between("　（6）　完全性", "　（7）　可用性"), "　　（6）　機密性\n" + secrecy},
		"title":            {"【文書】情報", "【文書】見本町情報"},
		"everything-else":  {text[strings.Index(text, "\n")+1:], "第1章　別の文書\n　1．　趣旨\n　　何も共通しない。\n"},
	} {
		t.Run(name, func(t *testing.T) {
			edited := strings.NewReplacer(edits...).Replace(text)
			if edited == text {
				t.Fatal("nothing was edited")
			}
			got := printed(comparison.Compare(outline.Read(text, nil), outline.Read(edited, nil)))
			golden := "testdata/" + name + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the table has changed; look at the difference with -update:\n%s", got)
			}
		})
	}
}

// A long clause of which much was taken away and put in is still compared by
// character where it was only edited.
func TestALongClauseIsNotUnderlinedWhole(t *testing.T) {
	same := strings.Repeat("職員等は、情報資産を適切に取り扱わなければならない。", 40)
	fresh := strings.Repeat("この文は新しい規定を述べるもので、改正前にはない。", 40)
	of := func(text string) *outline.Outline {
		return &outline.Outline{Clauses: []outline.Clause{{Kind: outline.Article, Label: "1", Heading: "責務", Text: text}}}
	}
	c := comparison.Compare(of(same+"管理者は、年１回点検する。"), of(fresh+same+"管理者は、年２回点検する。"))
	if got := unchanged(c.Rows[0].New.Text); got != same+"管理者は、年回点検する。" {
		t.Errorf("unchanged is %q", got)
	}
	if got := c.Rows[0].Old.Text; len(got) != 3 || got[1] != (comparison.Passage{Text: "１", Changed: true}) {
		t.Errorf("the old side: %v", got)
	}
}

// standard is a 対策基準 of about 200 pages of 800 characters, in chapters of
// articles with items, each about something else.
func standard(pages int) *outline.Outline {
	words := []string{"情報資産", "管理者", "職員等", "外部委託", "ネットワーク", "端末", "記録媒体", "認証", "点検", "報告", "手順", "訓練", "権限", "監査", "暗号", "保管", "廃棄", "搬送", "障害", "通報"}
	word := func(n int) string { return words[n*7919%len(words)] }
	o := &outline.Outline{Title: "見本町情報セキュリティ対策基準"}
	for article, written := 1, 0; written < pages*800; article++ {
		if article%10 == 1 {
			n := len(o.Clauses) + 1
			o.Clauses = append(o.Clauses, outline.Clause{Kind: outline.Chapter, Label: fmt.Sprintf("第%d章", n), Heading: word(n) + "の管理"})
		}
		c := outline.Clause{Kind: outline.Article, Label: fmt.Sprintf("第%d条", article), Heading: word(article) + "の" + word(article/7+3)}
		c.Text = fmt.Sprintf("%sは、%sに関する%sを、%dか月ごとに%sし、その結果を%sに記録しなければならない。", word(article), word(article+1), word(article/3), article%12+1, word(article/5), word(article/11))
		written += len([]rune(c.Text))
		for item := 1; item <= 8; item++ {
			text := fmt.Sprintf("%sの%sについては、%sを%sする前に、%sの%sを確かめ、%d日以内に%sへ通知すること。", word(article+item), word(item*3), word(article*item), word(item+article/2), word(article/4+item), word(item*5+1), article*item%28+1, word(article/9))
			c.Children = append(c.Children, outline.Clause{Kind: outline.Item, Label: fmt.Sprint(item), Text: text})
			written += len([]rune(text))
		}
		chapter := &o.Clauses[len(o.Clauses)-1]
		chapter.Children = append(chapter.Children, c)
	}
	return o
}

func BenchmarkCompare(b *testing.B) {
	before := standard(200)
	edited, rewritten := copied(before), copied(before)
	n := 0
	edited.Walk(func(c *outline.Clause, _ []*outline.Clause) {
		if n++; n%5 == 0 {
			c.Text = strings.Replace(c.Text, "については", "に関しては、責任者の承認を得て", 1)
		}
	})
	rewritten.Walk(func(c *outline.Clause, _ []*outline.Clause) {
		c.Label += "の2"
		c.Text = strings.Map(func(r rune) rune { return r + rune(len(c.Text)%3) }, c.Text)
	})
	long, other := copied(before), copied(before)
	for _, o := range []*outline.Outline{long, other} {
		for i := range o.Clauses {
			for j := range o.Clauses[i].Children {
				c := &o.Clauses[i].Children[j]
				for _, item := range c.Children {
					c.Text += item.Text
				}
				c.Children = nil
				if o == other {
					runes := []rune(c.Text)
					slices.Reverse(runes)
					c.Text = string(runes)
				}
			}
		}
	}
	b.Run("long", func(b *testing.B) {
		for b.Loop() {
			comparison.Compare(long, other)
		}
	})
	for name, after := range map[string]*outline.Outline{"same": copied(before), "edited": edited, "rewritten": rewritten, "unrelated": {Title: "別", Clauses: standard(150).Clauses[5:]}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				comparison.Compare(before, after)
			}
		})
	}
}
