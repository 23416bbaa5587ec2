package comparison_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rivo/uniseg"
	"pgregory.net/rapid"

	"kagami/internal/policy/comparison"
	"kagami/internal/policy/outline"
)

// phrases are what texts are made of, with characters of several code points.
var phrases = []string{
	"情報資産の管理責任者は、", "職員等は、", "ネットワークを", "次に掲げる措置を講じる。", "適切に", "取り扱わなければならない。", "が\u3099", "葛\U000E0100城市", "👩‍👩‍👧", "\n", "削除",
}

func sentences() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Trim(strings.Join(rapid.SliceOfN(rapid.SampledFrom(phrases), 0, 8).Draw(t, "phrases"), ""), "\n")
	})
}

var (
	kinds  = []outline.Kind{outline.Chapter, outline.Article, outline.Item, outline.Subitem, outline.Figure, outline.Paragraph}
	labels = []string{"", "1", "2", "3", "第1条", "ア", "①"}
)

func clauses(depth int) *rapid.Generator[[]outline.Clause] {
	one := rapid.Custom(func(t *rapid.T) outline.Clause {
		c := outline.Clause{
			Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Label: rapid.SampledFrom(labels).Draw(t, "label"),
			Heading: rapid.SampledFrom([]string{"", "", "目的", "定義", "監査"}).Draw(t, "heading"), Text: sentences().Draw(t, "text"),
		}
		if depth > 0 {
			c.Children = clauses(depth-1).Draw(t, "children")
		}
		return c
	})
	return rapid.SliceOfN(one, 0, 4)
}

func outlines() *rapid.Generator[*outline.Outline] {
	return rapid.Custom(func(t *rapid.T) *outline.Outline {
		return &outline.Outline{Title: rapid.SampledFrom([]string{"方針", "基準"}).Draw(t, "title"), Clauses: clauses(2).Draw(t, "clauses")}
	})
}

// pairs are two texts that have something in common: the new one is the old one
// with some edits, or another one altogether.
func pairs() *rapid.Generator[[2]*outline.Outline] {
	return rapid.Custom(func(t *rapid.T) [2]*outline.Outline {
		before := outlines().Draw(t, "old")
		if rapid.IntRange(0, 4).Draw(t, "unrelated") == 0 {
			return [2]*outline.Outline{before, outlines().Draw(t, "new")}
		}
		after := copied(before)
		for range rapid.IntRange(0, 5).Draw(t, "edits") {
			edit(t, &after.Clauses)
		}
		return [2]*outline.Outline{before, after}
	})
}

func copied(o *outline.Outline) *outline.Outline {
	var all func(list []outline.Clause) []outline.Clause
	all = func(list []outline.Clause) []outline.Clause {
		list = slices.Clone(list)
		for i := range list {
			list[i].Children = all(list[i].Children)
		}
		return list
	}
	return &outline.Outline{Title: o.Title, Clauses: all(o.Clauses)}
}

// edit changes something somewhere in a list of clauses.
func edit(t *rapid.T, list *[]outline.Clause) {
	if len(*list) == 0 {
		*list = clauses(1).Draw(t, "put in")
		return
	}
	at := rapid.IntRange(0, len(*list)-1).Draw(t, "at")
	c := &(*list)[at]
	switch rapid.IntRange(0, 6).Draw(t, "edit") {
	case 0:
		c.Text += sentences().Draw(t, "more")
	case 1:
		c.Text = sentences().Draw(t, "instead") + c.Text
	case 2:
		c.Label = rapid.SampledFrom(labels).Draw(t, "number")
	case 3:
		*list = slices.Delete(*list, at, at+1)
	case 4:
		*list = slices.Insert(*list, at, clauses(1).Draw(t, "put in")...)
	case 5:
		to := rapid.IntRange(0, len(*list)-1).Draw(t, "to")
		(*list)[at], (*list)[to] = (*list)[to], (*list)[at]
	default:
		edit(t, &c.Children)
	}
}

// placed is a clause found in a table.
type placed struct {
	side *comparison.Side
	kind comparison.Kind
}

// found lists the clauses of a table by their addresses, and fails if one is
// there twice.
func found(t interface{ Fatalf(string, ...any) }, c comparison.Comparison) (olds, news map[string]placed) {
	olds, news = map[string]placed{}, map[string]placed{}
	add := func(m map[string]placed, s *comparison.Side, kind comparison.Kind) {
		if s == nil || s.Kind == "" {
			return // the title
		}
		if _, twice := m[s.Anchor]; twice {
			t.Fatalf("%s stands twice in the table", s.Anchor)
		}
		m[s.Anchor] = placed{s, kind}
	}
	for _, r := range c.Rows {
		add(olds, r.Old, r.Kind)
		add(news, r.New, r.Kind)
		for i := range r.Folded {
			add(olds, &r.Folded[i].Old, r.Kind)
			add(news, &r.Folded[i].New, r.Kind)
		}
	}
	return olds, news
}

func joined(list []comparison.Passage) string {
	var b strings.Builder
	for _, p := range list {
		b.WriteString(p.Text)
	}
	return b.String()
}

func unchanged(list []comparison.Passage) string {
	var b strings.Builder
	for _, p := range list {
		if !p.Changed {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

// Every clause of both texts stands in exactly one row or fold, with its
// wording to the byte.
func TestEveryClauseStandsInTheTableOnceAndWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := pairs().Draw(t, "texts")
		olds, news := found(t, comparison.Compare(texts[0], texts[1]))
		for i, side := range []map[string]placed{olds, news} {
			anchors := texts[i].Anchors()
			if len(anchors) != len(side) {
				t.Fatalf("%d clauses, %d in the table", len(anchors), len(side))
			}
			for _, a := range anchors {
				p, ok := side[a.Anchor]
				if !ok {
					t.Fatalf("%s is not in the table", a.Anchor)
				}
				if joined(p.side.Heading) != a.Heading || joined(p.side.Text) != a.Text || p.side.Label != a.Label {
					t.Fatalf("%s reads %q %q, not %q %q", a.Anchor, joined(p.side.Heading), joined(p.side.Text), a.Heading, a.Text)
				}
			}
		}
	})
}

// What is not underlined on the left stands on the right as well, and a
// character is underlined whole.
func TestUnderlinesWhatDiffersByCharacter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := pairs().Draw(t, "texts")
		for _, r := range comparison.Compare(texts[0], texts[1]).Rows {
			if r.Old == nil || r.New == nil {
				continue
			}
			for _, both := range [][2][]comparison.Passage{{r.Old.Heading, r.New.Heading}, {r.Old.Text, r.New.Text}} {
				if unchanged(both[0]) != unchanged(both[1]) {
					t.Fatalf("what is the same differs: %v and %v", both[0], both[1])
				}
				for _, side := range both {
					n := 0
					for _, p := range side {
						n += uniseg.GraphemeClusterCount(p.Text)
					}
					if n != uniseg.GraphemeClusterCount(joined(side)) {
						t.Fatalf("a character is cut in two: %v", side)
					}
				}
			}
		}
	})
}

func TestATextAgainstItselfHasNoChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := outlines().Draw(t, "text")
		c := comparison.Compare(o, copied(o))
		if !c.Unchanged() || len(c.Rows) > 1 {
			t.Fatalf("got %s", printed(c))
		}
	})
}

// Texts that differ anywhere never count as unchanged.
func TestAnyDifferenceIsInTheTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := pairs().Draw(t, "texts")
		same := fmt.Sprintf("%#v", flat(texts[0])) == fmt.Sprintf("%#v", flat(texts[1]))
		if c := comparison.Compare(texts[0], texts[1]); c.Unchanged() != same {
			t.Fatalf("unchanged is %v, want %v:\n%s", c.Unchanged(), same, printed(c))
		}
	})
}

// flat is all that an outline says, with the depths.
func flat(o *outline.Outline) []string {
	list := []string{o.Title}
	o.Walk(func(c *outline.Clause, parents []*outline.Clause) {
		list = append(list, fmt.Sprintf("%d %s %q %q %q", len(parents), c.Kind, c.Label, c.Heading, c.Text))
	})
	return list
}

// With the texts exchanged, what was added is what was removed.
func TestAddedAndRemovedAreEachOthersMirror(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := pairs().Draw(t, "texts")
		forthOld, forthNew := found(t, comparison.Compare(texts[0], texts[1]))
		backOld, backNew := found(t, comparison.Compare(texts[1], texts[0]))
		for _, m := range []struct {
			forth, back map[string]placed
			one, other  comparison.Kind
		}{{forthNew, backOld, comparison.Added, comparison.Removed}, {forthOld, backNew, comparison.Removed, comparison.Added}} {
			for anchor, p := range m.forth {
				if (p.kind == m.one) != (m.back[anchor].kind == m.other) {
					t.Fatalf("%s is %s one way and %s the other", anchor, p.kind, m.back[anchor].kind)
				}
			}
		}
	})
}

// The rows follow the new text.
func TestRowsFollowTheNewText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := pairs().Draw(t, "texts")
		var got, want []string
		for _, r := range comparison.Compare(texts[0], texts[1]).Rows {
			if r.New != nil && r.New.Kind != "" {
				got = append(got, r.New.Anchor)
			}
			for _, p := range r.Folded {
				got = append(got, p.New.Anchor)
			}
		}
		for _, a := range texts[1].Anchors() {
			want = append(want, a.Anchor)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}
