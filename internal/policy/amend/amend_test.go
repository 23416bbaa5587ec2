package amend_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"kagami/internal/policy/amend"
	"kagami/internal/policy/outline"
)

// labels writes the numbers of a text in a row, children in brackets.
func labels(o *outline.Outline) string {
	var all func(list []outline.Clause) string
	all = func(list []outline.Clause) string {
		var words []string
		for _, c := range list {
			s := c.Label
			if s == "" {
				s = "_"
			}
			if len(c.Children) > 0 {
				s += "[" + all(c.Children) + "]"
			}
			words = append(words, s)
		}
		return strings.Join(words, " ")
	}
	return all(o.Clauses)
}

func article(n string, children ...outline.Clause) outline.Clause {
	return outline.Clause{Kind: outline.Article, Label: n, Heading: "見出し" + n, Text: "本文" + n + "。", Children: children}
}

func clausesOf(kind outline.Kind, labels string) []outline.Clause {
	var list []outline.Clause
	for label := range strings.FieldsSeq(labels) {
		list = append(list, outline.Clause{Kind: kind, Label: label, Text: "本文" + label + "。"})
	}
	return list
}

func doc(list ...outline.Clause) *outline.Outline {
	return &outline.Outline{Title: "見本", Clauses: list}
}

// Each kind of label goes on in its own way of counting.
func TestNumbersGoOnInTheirOwnWayOfCounting(t *testing.T) {
	items := func(labels string) *outline.Outline {
		return doc(article("1", clausesOf(outline.Item, labels)...), article("2"))
	}
	subitems := func(labels string) *outline.Outline {
		return doc(article("1", outline.Clause{Kind: outline.Item, Label: "1", Text: "本文。", Children: clausesOf(outline.Subitem, labels)}))
	}
	articles := func(labels string) *outline.Outline {
		list := clausesOf(outline.Article, labels)
		return doc(outline.Clause{Kind: outline.Chapter, Label: "第1章", Children: list[:1]}, outline.Clause{Kind: outline.Chapter, Label: "第2章", Children: list[1:]})
	}
	put := func(at string, where amend.Where, renumber bool) amend.Amendment {
		return amend.Amendment{Act: amend.Insert, Anchor: at, Where: where, Text: "新しい本文。", Renumber: renumber}
	}
	takeOut := func(at string, renumber bool) amend.Amendment {
		return amend.Amendment{Act: amend.Delete, Anchor: at, Renumber: renumber}
	}
	move := func(at string, where amend.Where, to string, renumber bool) amend.Amendment {
		return amend.Amendment{Act: amend.Move, Anchor: at, Where: where, To: to, Renumber: renumber}
	}
	for _, c := range []struct {
		name   string
		before *outline.Outline
		a      amend.Amendment
		want   string
	}{
		{"items", items("1 2 3"), put("1-2", amend.Before, true), "1[1 2 3 4] 2"},
		{"items at the end", items("1 2 3"), put("1-3", amend.After, true), "1[1 2 3 4] 2"},
		{"under an article", items("1 2 3"), put("1", amend.Under, true), "1[1 2 3 4] 2"},
		{"under an empty article", items("1 2 3"), put("2", amend.Under, true), "1[1 2 3] 2[1]"},
		{"under an item", items("1 2"), put("1-1", amend.Under, true), "1[1[①] 2] 2"},
		{"articles", items("1"), put("1", amend.Before, true), "1 2[1] 3"},
		{"kanji", items("九 十 十一"), put("1-9", amend.After, true), "1[九 十 十一 十二] 2"},
		{"circles", subitems("① ②"), put("1-1-1", amend.After, true), "1[1[① ② ③]]"},
		{"the twentieth circle", subitems("⑲ ⑳"), put("1-1-20", amend.After, true), "1[1[⑲ ⑳ ㉑]]"},
		{"kana", subitems("ア イ ウ"), put("1-1-k1", amend.After, true), "1[1[ア イ ウ エ]]"},
		{"latin", subitems("a b"), put("1-1-a", amend.After, true), "1[1[a b c]]"},
		{"past the last sign", subitems("y z"), put("1-1-z", amend.After, true), "1[1[y z 27]]"},
		{"first of all", items("1 2"), put("1-1", amend.Before, true), "1[1 2 3] 2"},
		{"第n条 through chapters", articles("第1条 第2条 第3条"), put("1", amend.After, true), "第1章[第1条 第2条] 第2章[第3条 第4条]"},
		{"第n条 in kanji", articles("第一条 第二条"), put("1", amend.After, true), "第1章[第一条 第二条] 第2章[第三条]"},
		{"branches follow their article", articles("第1条 第2条 第2条の2 第3条"), put("1", amend.After, true), "第1章[第1条 第2条] 第2章[第3条 第3条の2 第4条]"},
		{"a branch takes its article's place", articles("第1条 第2条 第2条の2 第2条の3 第3条"), takeOut("2", true), "第1章[第1条] 第2章[第2条 第2条の2 第3条]"},
		{"a branch goes", articles("第1条 第2条 第2条の2 第2条の3 第3条"), takeOut("2_2", true), "第1章[第1条] 第2章[第2条 第2条の2 第3条]"},
		{"articles that are no more", articles("第1条 第2条 第3条及び第4条 第5条"), takeOut("2", true), "第1章[第1条] 第2章[第2条及び第3条 第4条]"},
		{"from and to", articles("第1条 第2条 第3条から第6条まで 第7条"), put("2", amend.After, true), "第1章[第1条] 第2章[第2条 第3条 第4条から第7条まで 第8条]"},
		{"a gap stays", items("1 2 5 6"), put("1-1", amend.After, true), "1[1 2 3 6 7] 2"},
		{"a list that counts anew", items("1 2 1 2"), put("1-1", amend.After, true), "1[1 2 3 1 2] 2"},
		{"1.1 under 1", items("1.1 1.2"), put("1-1_1", amend.After, true), "1[1.1 1.2 1.3] 2"},
		{"1.1 goes with 1", items("1.1 1.2"), put("1", amend.Before, true), "1 2[2.1 2.2] 3"},
		{"taken out", items("1 2 3"), takeOut("1-2", true), "1[1 2] 2"},
		{"the first taken out", items("1 2 3"), takeOut("1-1", true), "1[1 2] 2"},
		{"moved up", items("1 2 3"), move("1-3", amend.Up, "", true), "1[1 2 3] 2"},
		{"moved elsewhere", items("1 2 3"), move("1-2", amend.Under, "2", true), "1[1 2] 2[1]"},

		{"free number in the middle", items("1 2 3"), put("1-1", amend.After, false), "1[1 4 2 3] 2"},
		{"free number at the end", items("1 2 3"), put("1-3", amend.After, false), "1[1 2 3 4] 2"},
		{"a branch", articles("第1条 第2条 第3条"), put("2", amend.After, false), "第1章[第1条] 第2章[第2条 第2条の2 第3条]"},
		{"another branch", articles("第1条 第2条 第2条の2 第3条"), put("2_2", amend.After, false), "第1章[第1条] 第2章[第2条 第2条の2 第2条の3 第3条]"},
		{"a branch whose number is taken", articles("第1条 第2条 第2条の2 第3条"), put("2", amend.After, false), "第1章[第1条] 第2章[第2条 第2条の3 第2条の2 第3条]"},
		{"a gap", items("1 2 3"), takeOut("1-2", false), "1[1 3] 2"},
		{"moved with its number", items("1 2 3"), move("1-3", amend.Up, "", false), "1[1 3 2] 2"},
		{"moved to where its number is free", items("1 2 3"), move("1-1", amend.Under, "2", false), "1[2 3] 2[1]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := labels(c.before)
			change, err := amend.Apply(c.before, c.a)
			if err != nil {
				t.Fatal(err)
			}
			if got := labels(change.New); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if labels(c.before) != before {
				t.Error("the old text has changed")
			}
		})
	}
}

// The 項 of an article begin with the second: the first is its own words.
func TestTheFirst項BearsNoNumber(t *testing.T) {
	o := at(rules, "本文。")
	change, err := amend.Apply(o, amend.Amendment{Act: amend.Insert, Anchor: "5", Where: amend.Under, Kind: outline.Paragraph, Text: "加える。", Renumber: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := labels(change.New); !strings.Contains(got, "第5条[2]") {
		t.Errorf("got %s", got)
	}
}

func TestWhatCantBeDoneIsRefused(t *testing.T) {
	o := at(notes, "本文。")
	for _, c := range []struct {
		name string
		a    amend.Amendment
		want amend.Refusal
	}{
		{"no such clause", amend.Amendment{Act: amend.Delete, Anchor: "99"}, amend.NoClause},
		{"no act", amend.Amendment{Act: "burn", Anchor: "1"}, amend.NoPlace},
		{"no words", amend.Amendment{Act: amend.Insert, Anchor: "1", Where: amend.After, Text: " 　\n"}, amend.NoWords},
		{"words taken away", amend.Amendment{Act: amend.Rewrite, Anchor: "1"}, amend.NoWords},
		{"the same words", amend.Amendment{Act: amend.Rewrite, Anchor: "1", Heading: "目的", Text: " 目的を定める。\r\n"}, amend.NoChange},
		{"a place that is none", amend.Amendment{Act: amend.Insert, Anchor: "1", Where: "beside", Text: "本文"}, amend.NoPlace},
		{"a kind that has no place there", amend.Amendment{Act: amend.Insert, Anchor: "1", Where: amend.Under, Kind: outline.Chapter, Text: "本文"}, amend.OtherKind},
		{"moved under itself", amend.Amendment{Act: amend.Move, Anchor: "3", Where: amend.Under, To: "3"}, amend.UnderItself},
		{"moved into what is in it", amend.Amendment{Act: amend.Move, Anchor: "3", Where: amend.After, To: "3-2"}, amend.UnderItself},
		{"moved to nowhere", amend.Amendment{Act: amend.Move, Anchor: "3", Where: amend.After, To: "77"}, amend.NoTarget},
		{"an article into an item", amend.Amendment{Act: amend.Move, Anchor: "1", Where: amend.After, To: "3-2-1"}, amend.OtherKind},
		{"moved to where it is", amend.Amendment{Act: amend.Move, Anchor: "2", Where: amend.After, To: "1"}, amend.NoChange},
		{"the first up", amend.Amendment{Act: amend.Move, Anchor: "1", Where: amend.Up}, amend.NoChange},
	} {
		if _, err := amend.Apply(o, c.a); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	alone := doc(article("1"))
	if _, err := amend.Apply(alone, amend.Amendment{Act: amend.Delete, Anchor: "1"}); !errors.Is(err, amend.Emptied) {
		t.Errorf("the only clause taken out: %v", err)
	}
}

// told writes the findings: where: words > proposed, or why a person must say.
func told(c *amend.Change) string {
	var list []string
	for _, f := range c.Findings {
		s := f.Citation + ": " + f.Words + " > "
		if f.Proposed == "" {
			s += string(f.Why)
		} else {
			s += f.Proposed
		}
		if f.Doubt != amend.NoDoubt {
			s += "?"
		}
		list = append(list, s)
	}
	return strings.Join(list, "\n")
}

// The town's own sentence: where a clause goes, the references to it follow, in
// the way they are written.
func TestReferencesFollowTheirClauses(t *testing.T) {
	insert := func(at string, where amend.Where) amend.Amendment {
		return amend.Amendment{Act: amend.Insert, Anchor: at, Where: where, Text: "新しい本文。", Renumber: true}
	}
	for _, c := range []struct {
		name, text, words string
		a                 amend.Amendment
		want              string
	}{
		{"full width", notes, "２項「対象とする脅威」から守る。", insert("1", amend.After), "4: ２項「対象とする脅威」 > ３項「対象とする脅威」"},
		{"several", notes, "上記１項、２項及び４項に規定する", insert("1", amend.After), "4: ２項 > ３項\n4: ４項 > ５項"},
		{"an item", notes, "2項(2)に定める", insert("2-1", amend.Before), "3: 2項(2) > 2項(3)"},
		{"an item, full width", notes, "２項（２）に定める", insert("2-1", amend.Before), "3: ２項（２） > ２項（３）"},
		{"an item of one sign", notes, "２項⑵に定める", insert("2-1", amend.Before), "3: ２項⑵ > ２項⑶"},
		{"a sign", notes, "3項(2)②ア又はイ", insert("3-2-1", amend.Before), "3: 3項(2)②ア > 3項(2)③ア"},
		{"kana", notes, "3項(2)②ア又はイ", insert("3-2-2-k2", amend.Before), "3: イ > ウ"},
		{"what is before stays", notes, "１項に定める", insert("1", amend.After), ""},
		{"heading alone", notes, "２項「対象とする脅威」から守る。", amend.Amendment{Act: amend.Rewrite, Anchor: "2", Heading: "想定する脅威"}, "3: ２項「対象とする脅威」 > ２項「想定する脅威」"},
		{"heading taken away", notes, "２項「対象とする脅威」から守る。", amend.Amendment{Act: amend.Rewrite, Anchor: "2", Text: "脅威。"}, "3: ２項「対象とする脅威」 > ２項"},
		{"taken out", notes, "２項「対象とする脅威」から守る。", amend.Amendment{Act: amend.Delete, Anchor: "2", Renumber: true}, "2: ２項「対象とする脅威」 > lost"},
		{"a clause in it taken out", notes, "２項(1)、(2)から守る。", amend.Amendment{Act: amend.Delete, Anchor: "2-1", Renumber: true}, "3: ２項(1) > lost\n3: (2) > (1)"},
		{"the relative one", notes, "前項による", insert("2", amend.After), "4: 前項 > 2項"},
		{"the relative one that stays", notes, "前項による", insert("1", amend.After), ""},
		{"moved away", notes, "２項(1)による", amend.Amendment{Act: amend.Move, Anchor: "2-1", Where: amend.Under, To: "4", Renumber: true}, "3: ２項(1) > ４項(1)"},
		{"doubtful", notes, "対策基準の2項、2項による", insert("1", amend.After), "4: 2項 > 3項?"},
		{"other texts'", notes, "対策基準の2項による", insert("1", amend.After), ""},
		{"led nowhere, and leads now", notes, "5項による", insert("1", amend.After), "4: 5項 > appears"},

		{"第n条", rules, "第3条第2項による", insert("2", amend.After), "第2条第3項: 第3条第2項 > 第4条第2項"},
		{"a branch", rules, "第４条の２による", insert("2", amend.After), "第2条第3項: 第４条の２ > 第５条の２"},
		{"kanji", rules, "第三条による", insert("2", amend.After), "第2条第3項: 第三条 > 第四条"},
		{"from and to", rules, "第3条から第5条までに定める", insert("3", amend.After), "第2条第3項: 第5条 > 第6条"},
		{"the same article", rules, "第3条第1項又は同条第2項", insert("3-2", amend.Before), "第2条第3項: 同条第2項 > 同条第3項"},
		{"the same article further on", rules, "第3条第1項又は同条第2項", insert("2", amend.After), "第2条第3項: 第3条第1項 > 第4条第1項"},
		{"with the first", rules, "第3条第1項及び第2項", insert("3-2", amend.Before), "第2条第3項: 第2項 > 第3項"},
		{"号", rules, "第2条第2号に定める", insert("2-1", amend.Before), "第2条第3項: 第2条第2号 > 第2条第3号"},
		{"kanji 号", rules, "第二号アに定める", insert("2-3-1", amend.Before), "第2条第3項: 第二号ア > 第三号ア"},
		{"next article", rules, "次条による", insert("2", amend.After), "第2条第3項: 次条 > 第4条"},
		{"the first 項 in front", rules, "前条第1項による", insert("1", amend.After), "第3条第3項: 前条第1項 > 第1条第1項"},
		{"chapters", rules, "第2章による", insert("ch1", amend.After), "第2条第3項: 第2章 > 第3章"},
		{"附則", rules, "附則第2項の例", insert("fusoku-1", amend.After), "第2条第3項: 附則第2項 > 附則第3項"},
		{"several in front", rules, "前２項の例", insert("2-2.2", amend.After), "第2条第4項: 前２項 > elsewhere"},
		{"without new numbers", rules, "第3条による", amend.Amendment{Act: amend.Insert, Anchor: "2", Where: amend.After, Text: "本文"}, ""},
		{"what is put in names the old number", rules, "本文。", amend.Amendment{Act: amend.Insert, Anchor: "2", Where: amend.After, Text: "第3条及び第9条による。", Renumber: true}, "第3条: 第3条 > 第4条?\n第3条: 第9条 > nowhere"},
		{"what is given leads nowhere", rules, "本文。", amend.Amendment{Act: amend.Rewrite, Anchor: "1", Text: "第99条及び第3条による。"}, "第1条: 第99条 > nowhere"},
	} {
		t.Run(c.name, func(t *testing.T) {
			change, err := amend.Apply(at(c.text, c.words), c.a)
			if err != nil {
				t.Fatal(err)
			}
			got := told(change)
			if c.text == rules { // its own 前項 is not what is looked at
				got = strings.TrimPrefix(strings.TrimPrefix(got, "第2条第2項: 前項 > 第1項"), "\n")
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// Only what is chosen is changed, and the words around it stay.
func TestOnlyWhatIsChosenIsChanged(t *testing.T) {
	change, err := amend.Apply(at(notes, "上記１項、２項及び４項に規定する対策"), amend.Amendment{Act: amend.Insert, Anchor: "1", Where: amend.After, Text: "本文", Renumber: true})
	if err != nil {
		t.Fatal(err)
	}
	for chosen, want := range map[string]string{
		"":    "上記１項、２項及び４項に規定する対策",
		"0":   "上記１項、３項及び４項に規定する対策",
		"1":   "上記１項、２項及び５項に規定する対策",
		"0 1": "上記１項、３項及び５項に規定する対策",
	} {
		o := change.With(func(i int) bool { return strings.Contains(chosen, fmt.Sprint(i)) })
		if got := o.Clauses[3].Text; got != want {
			t.Errorf("with %q: %s", chosen, got)
		}
	}
	if got := change.New.Clauses[3].Text; got != "上記１項、２項及び４項に規定する対策" {
		t.Errorf("the change itself has changed: %s", got)
	}
}

// The town's 基本方針 with a clause put in before 対象とする脅威: what 7 and 10 say of
// other clauses follows, in the width in which it is written.
func TestTheTownsPolicyFollowsAClausePutIn(t *testing.T) {
	source, err := os.ReadFile("../../sample/kihon-hoshin.txt")
	if err != nil {
		t.Fatal(err)
	}
	change, err := amend.Apply(outline.Read(string(source), nil), amend.Amendment{
		Act: amend.Insert, Anchor: "3", Where: amend.Before, Heading: "基本理念", Text: "町民の信頼に応える。", Renumber: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = "8: ３項「対象とする脅威」 > ４項「対象とする脅威」\n11: ７項 > ８項\n11: ８項 > ９項\n11: ９項 > １０項"
	if got := told(change); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if n := len(change.Renumbered); n != 9 || change.Renumbered[0] != (amend.Renumbering{Heading: "基本理念", New: "3"}) || change.Renumbered[1].Old != "3" || change.Renumbered[1].New != "4" {
		t.Errorf("%d clauses with new numbers: %v", n, change.Renumbered)
	}
}

// A standard of 200 pages is followed while a person waits for a page.
func BenchmarkApply(b *testing.B) {
	var list []outline.Clause
	for i := range 200 {
		c := article(fmt.Sprintf("第%d条", i+1), clausesOf(outline.Item, "1 2 3 4 5 6 7 8")...)
		for j := range c.Children {
			c.Children[j].Text = strings.Repeat("職員等は、情報資産を適切に取り扱う。", 5) + fmt.Sprintf("第%d条第2号による。", (i*7)%200+1)
		}
		list = append(list, c)
	}
	o := doc(list...)
	for b.Loop() {
		if _, err := amend.Apply(o, amend.Amendment{Act: amend.Insert, Anchor: "1", Where: amend.Before, Text: "本文", Renumber: true}); err != nil {
			b.Fatal(err)
		}
	}
}

// manyReferences is a text of so many articles, each with references to others.
func manyReferences(articles int) *outline.Outline {
	list := make([]outline.Clause, articles)
	for i := range list {
		list[i] = article(fmt.Sprintf("第%d条", i+1))
		list[i].Text = fmt.Sprintf("第%d条、第%d条第1項及び第%d条に定めるほか、前条及び次条による。", i+1, articles-i, (i*7)%articles+1)
	}
	return doc(list...)
}

// A text with thousands of clauses and references is followed in a time that
// grows with the text, and not with its square.
func TestFollowingGrowsWithTheText(t *testing.T) {
	took := func(o *outline.Outline) time.Duration {
		best := time.Hour
		for range 3 {
			begun := time.Now()
			if _, err := amend.Apply(o, amend.Amendment{Act: amend.Insert, Anchor: "1", Where: amend.Before, Text: "本文", Renumber: true}); err != nil {
				t.Fatal(err)
			}
			best = min(best, time.Since(begun))
		}
		return best
	}
	small, large := took(manyReferences(500)), took(manyReferences(4000))
	if large > 24*small { // 8 times the text; its square would take 64 times as long
		t.Errorf("%v for 500 articles, %v for 4,000", small, large)
	}
}
