package amend_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kagami/internal/policy/amend"
	"kagami/internal/policy/outline"
)

// ways are how references are written, with numbers that may or may not be there.
var ways = []string{
	"第%d条", "第%d条第%d項", "第%d条第%d項第%d号", "第%d条第%d号", "第%d条及び第%d条", "第%d条第%d項及び第%d項", "第%d項", "第%d号", "(%d)の", "(%d)及び(%d)に",
	"%d項", "%d項(%d)", "%d項(%d)①", "%d項（%d）及び（%d）", "第%d章", "前項", "前条", "次条", "前条第%d項", "第%d条又は同条第%d項", "法第%d条", "規則等の第%d条", "附則第%d項", "前%d項",
	"%d項「見出し」", "第%d条の2", "第%d号ア及びイ", "①の", "東京", "。", "は、", "アクセス",
}

func words() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		for range rapid.IntRange(1, 4).Draw(t, "pieces") {
			way := rapid.SampledFrom(ways).Draw(t, "way")
			numbers := make([]any, strings.Count(way, "%d"))
			for i := range numbers {
				numbers[i] = rapid.IntRange(1, 5).Draw(t, "number")
			}
			fmt.Fprintf(&b, way, numbers...)
			b.WriteString(rapid.SampledFrom([]string{"", "。", "による、", "及び", "に定める"}).Draw(t, "after"))
		}
		return b.String()
	})
}

// texts count in order, in 条 or in 項.
func texts() *rapid.Generator[*outline.Outline] {
	return rapid.Custom(func(t *rapid.T) *outline.Outline {
		inArticles, n := rapid.Bool().Draw(t, "in 条"), 0
		clause := func(kind outline.Kind, label string) outline.Clause {
			c := outline.Clause{Kind: kind, Label: label, Text: words().Draw(t, "text"), Children: []outline.Clause{}}
			if rapid.IntRange(0, 2).Draw(t, "headed") == 0 {
				c.Heading = rapid.SampledFrom([]string{"見出し", "目的", "（第2条関係）による"}).Draw(t, "heading")
			}
			return c
		}
		signs := rapid.SampledFrom([]string{"①②③", "アイウ"}).Draw(t, "signs")
		items := func() []outline.Clause {
			list := []outline.Clause{}
			for i := range rapid.IntRange(0, 3).Draw(t, "items") {
				c := clause(outline.Item, fmt.Sprint(i+1))
				for j := range rapid.IntRange(0, 2).Draw(t, "subitems") {
					c.Children = append(c.Children, clause(outline.Subitem, string([]rune(signs)[j])))
				}
				list = append(list, c)
			}
			return list
		}
		articles := func() []outline.Clause {
			list := []outline.Clause{}
			for range rapid.IntRange(1, 3).Draw(t, "articles") {
				n++
				c := clause(outline.Article, fmt.Sprint(n))
				c.Children = items()
				if inArticles {
					c.Label = fmt.Sprintf("第%d条", n)
					for i := range rapid.IntRange(0, 2).Draw(t, "paragraphs") {
						p := clause(outline.Paragraph, fmt.Sprint(i+2))
						p.Children = items()
						c.Children = append(c.Children, p)
					}
				}
				list = append(list, c)
			}
			return list
		}
		o := &outline.Outline{Title: "見本", Questions: []outline.Question{}}
		if !inArticles || rapid.Bool().Draw(t, "no chapters") {
			o.Clauses = articles()
			return o
		}
		for i := range rapid.IntRange(1, 3).Draw(t, "chapters") {
			c := clause(outline.Chapter, fmt.Sprintf("第%d章", i+1))
			c.Children = articles()
			o.Clauses = append(o.Clauses, c)
		}
		s := outline.Clause{Kind: outline.Supplement, Label: "附則", Children: clausesOf(outline.Paragraph, "1 2")}
		for i := range s.Children {
			s.Children[i].Children = []outline.Clause{}
		}
		o.Clauses = append(o.Clauses, s)
		return o
	})
}

// amendments are of a text, those that are refused among them.
func amendments(o *outline.Outline) *rapid.Generator[amend.Amendment] {
	return rapid.Custom(func(t *rapid.T) amend.Amendment {
		var anchors []string
		for _, a := range o.Anchors() {
			anchors = append(anchors, a.Anchor)
		}
		return amend.Amendment{
			Act:     rapid.SampledFrom([]amend.Act{amend.Rewrite, amend.Insert, amend.Insert, amend.Move, amend.Move, amend.Delete}).Draw(t, "act"),
			Anchor:  rapid.SampledFrom(anchors).Draw(t, "anchor"),
			Where:   rapid.SampledFrom([]amend.Where{amend.Up, amend.Down, amend.Before, amend.After, amend.Under}).Draw(t, "where"),
			To:      rapid.SampledFrom(anchors).Draw(t, "to"),
			Heading: rapid.SampledFrom([]string{"", "見出し", "新しい見出し"}).Draw(t, "heading"),
			Text:    "新しい本文。\n段落。", Renumber: rapid.IntRange(0, 3).Draw(t, "renumber") > 0,
		}
	})
}

// written is an outline with all that it says.
func written(o *outline.Outline) string {
	b, err := json.MarshalIndent(o, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// marked tells clauses apart whatever becomes of their numbers: their headings
// carry a mark that no reference names.
func marked(o *outline.Outline) *outline.Outline {
	o = outline.Read(outline.Write(o), nil)
	n := 0
	o.Walk(func(c *outline.Clause, _ []*outline.Clause) {
		c.Text = fmt.Sprintf("〈%d〉", n) + c.Text
		n++
	})
	return o
}

func markOf(c outline.Anchored) string {
	mark, _, _ := strings.Cut(c.Text, "〉")
	return mark
}

// With all that is proposed, every reference leads to the clause it led to, but
// for those that a person is asked about.
func TestReferencesThatAreWrittenAnewLeadWhereTheyLed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := marked(texts().Draw(t, "text"))
		a := amendments(o).Draw(t, "amendment")
		for _, c := range o.Anchors() {
			if a.Act == amend.Rewrite && c.Anchor == a.Anchor {
				a.Text = markOf(c) + "〉" + a.Text
			}
		}
		change, err := amend.Apply(o, a)
		if err != nil {
			return
		}
		type place struct {
			mark      string
			inHeading bool
			nth       int
		}
		// by the clause they stand in, and their place among its references
		places := func(o *outline.Outline) (led map[place]string, count map[place]int) {
			led, count = map[place]string{}, map[place]int{}
			anchors := o.Anchors()
			for _, r := range amend.Find(o) {
				p := place{markOf(anchors[r.Clause]), r.InHeading, 0}
				count[p]++
				p.nth = count[p]
				led[p] = "nowhere"
				if r.Leads {
					led[p] = markOf(anchors[r.Target.Clause]) + fmt.Sprint(r.Target.First)
				}
			}
			return led, count
		}
		asked := map[string]bool{} // clauses with references that a person says about
		anchors := change.New.Anchors()
		for _, f := range change.Findings {
			if f.Proposed == "" {
				asked[markOf(anchors[f.Clause])] = true
			}
		}
		after := change.With(func(int) bool { return true })
		before, counted := places(o)
		now, countedNow := places(after)
		for p, led := range now {
			old, known := before[p]
			whole := place{p.mark, p.inHeading, 0}
			if counted[whole] != countedNow[whole] {
				continue // （1）の begins to be a reference where there is a (1) now
			}
			if !known || asked[p.mark] || !strings.HasPrefix(p.mark, "〈") {
				continue
			}
			if old != led {
				t.Fatalf("the reference %v led to %s, and leads to %s\n%s\nbecomes\n%s", p, old, led, outline.Write(o), outline.Write(after))
			}
		}
	})
}

// What comes out is written and read back as it is, with no question.
func TestWhatIsAmendedReadsBackTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := texts().Draw(t, "text")
		before := written(o)
		change, err := amend.Apply(o, amendments(o).Draw(t, "amendment"))
		if written(o) != before {
			t.Fatal("the old text has changed")
		}
		if err != nil {
			return
		}
		for _, all := range []bool{false, true} {
			after := change.With(func(int) bool { return all })
			again := outline.Read(outline.Write(after), nil)
			if len(again.Questions) > 0 || written(again) != written(after) {
				t.Fatalf("written\n%s\nread again\n%s\n%s", written(after), written(again), outline.Write(after))
			}
		}
	})
}

// A clause that goes somewhere and comes back leaves the text as it was.
func TestThereAndBackIsWhereItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := texts().Draw(t, "text")
		var anchors []outline.Anchored
		for _, a := range o.Anchors() {
			if a.Kind == outline.Item || a.Kind == outline.Article || a.Kind == outline.Paragraph {
				anchors = append(anchors, a)
			}
		}
		a := rapid.SampledFrom(anchors).Draw(t, "clause")
		where := rapid.SampledFrom([]amend.Where{amend.Up, amend.Down}).Draw(t, "where")
		renumber := rapid.Bool().Draw(t, "renumber")
		there, err := amend.Apply(o, amend.Amendment{Act: amend.Move, Anchor: a.Anchor, Where: where, Renumber: renumber})
		if err != nil {
			return
		}
		at := slices.IndexFunc(there.New.Anchors(), func(n outline.Anchored) bool { return n.Text == a.Text && n.Heading == a.Heading && n.Kind == a.Kind })
		back := map[amend.Where]amend.Where{amend.Up: amend.Down, amend.Down: amend.Up}[where]
		list := there.New.Anchors()
		again, err := amend.Apply(there.New, amend.Amendment{Act: amend.Move, Anchor: list[at].Anchor, Where: back, Renumber: renumber})
		if err != nil {
			return // another of the same words was found
		}
		if written(again.New) != written(o) && countOf(list, a) == 1 {
			t.Fatalf("%s %s and back\n%s\nis\n%s", a.Anchor, where, outline.Write(o), outline.Write(again.New))
		}
	})
}

// countOf is how many clauses read as one does.
func countOf(list []outline.Anchored, a outline.Anchored) int {
	n := 0
	for _, other := range list {
		if other.Text == a.Text && other.Heading == a.Heading && other.Kind == a.Kind {
			n++
		}
	}
	return n
}

// With new numbers, a text that counted in order counts in order.
func TestNewNumbersCountInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := texts().Draw(t, "text")
		a := amendments(o).Draw(t, "amendment")
		a.Renumber = true
		change, err := amend.Apply(o, a)
		if err != nil {
			return
		}
		want := map[outline.Kind]int{}
		next := func(kind outline.Kind, label string) {
			n := want[kind] + 1
			if n == 1 && kind == outline.Paragraph && label == "2" {
				n = 2
			}
			if want[kind] = n; label != fmt.Sprint(n) && label != fmt.Sprintf("第%d条", n) && label != fmt.Sprintf("第%d章", n) {
				t.Fatalf("%s %s stands where %d should in\n%s", kind, label, n, outline.Write(change.New))
			}
		}
		change.New.Walk(func(c *outline.Clause, parents []*outline.Clause) {
			switch c.Kind {
			case outline.Supplement:
				want = map[outline.Kind]int{}
			case outline.Chapter:
				next(c.Kind, c.Label)
			case outline.Article:
				next(c.Kind, c.Label)
				want[outline.Paragraph], want[outline.Item] = 0, 0
			case outline.Paragraph:
				next(c.Kind, c.Label)
				want[outline.Item] = 0
			case outline.Item:
				if parents[len(parents)-1].Kind == outline.Article && len(parents) > 0 && want[outline.Paragraph] > 0 {
					return // behind the 項 of its article
				}
				next(c.Kind, c.Label)
			}
		})
	})
}

// anyText is made of any kinds with any numbers, as a hand may have written it.
func anyText(depth int) *rapid.Generator[[]outline.Clause] {
	one := rapid.Custom(func(t *rapid.T) outline.Clause {
		c := outline.Clause{
			Kind: rapid.SampledFrom([]outline.Kind{
				outline.Chapter, outline.Section, outline.Article, outline.Paragraph, outline.Item, outline.Subitem, outline.Figure, outline.Supplement,
			}).Draw(t, "kind"),
			Label: rapid.SampledFrom([]string{
				"", "1", "2", "9999", "1.1", "1.1.1", "第1条", "第2条", "第2条の2", "第3条及び第4条", "第9999条", "第1章", "第1款", "ア", "ン", "①", "㊿", "z", "十", "附則", "図1", "第", "の",
			}).Draw(t, "label"),
			Heading: rapid.SampledFrom([]string{"", "見出し", "第2条関係"}).Draw(t, "heading"), Text: words().Draw(t, "text"),
		}
		if depth > 0 {
			c.Children = anyText(depth-1).Draw(t, "children")
		}
		return c
	})
	return rapid.SliceOfN(one, 1, 3)
}

// Whatever the text, it can be amended, and no clause is lost but those taken
// out.
func TestNoClauseIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := &outline.Outline{Clauses: anyText(2).Draw(t, "text")}
		a := amendments(o).Draw(t, "amendment")
		change, err := amend.Apply(o, a)
		if err != nil {
			return
		}
		want := len(o.Anchors())
		for _, c := range o.Anchors() {
			if a.Act == amend.Delete && c.Anchor == a.Anchor {
				whole := outline.Outline{Clauses: []outline.Clause{*c.Clause}}
				want -= len(whole.Anchors())
			}
		}
		if a.Act == amend.Insert {
			want++
		}
		if got := len(change.With(func(int) bool { return true }).Anchors()); got != want {
			t.Fatalf("%d clauses, want %d", got, want)
		}
	})
}
