package draft

import (
	"regexp"
	"slices"

	"kagami/internal/policy/outline"
)

// CommentedClause is a clause as it was when it was commented on.
type CommentedClause struct {
	Anchor, Citation, Heading string
	Wording                   string // its own, without what is inside it
}

// Place is where a clause that was commented on stands now; empty where it has
// gone.
type Place struct {
	Anchor, Citation string

	order int
}

// places finds clauses again in a text that has been worked on since.
type places struct {
	list   []outline.Anchored
	anchor map[string]int      // their places in the list
	same   map[[2]string][]int // by heading and wording
	folded map[[2]string][]int // by these without their numbers
	titled map[string][]int    // by heading
}

func newPlaces(o *outline.Outline) places {
	p := places{list: o.Anchors(), anchor: map[string]int{}, same: map[[2]string][]int{}, folded: map[[2]string][]int{}, titled: map[string][]int{}}
	for i, a := range p.list {
		p.anchor[a.Anchor] = i
		words := [2]string{a.Heading, a.Text}
		p.same[words] = append(p.same[words], i)
		words = withoutNumbers(a.Heading, a.Text)
		p.folded[words] = append(p.folded[words], i)
		p.titled[a.Heading] = append(p.titled[a.Heading], i)
	}
	return p
}

// of tells where a clause stands: where it reads as it did, or does but for the
// numbers in it (references that were written anew), under its anchor or where it
// alone reads so; else where its title stands; else under its anchor where what
// stands there is like it. An anchor whose clause is another one is not its own
// any more.
func (p places) of(c CommentedClause) Place {
	at, there := p.anchor[c.Anchor]
	for _, like := range [][]int{p.same[[2]string{c.Heading, c.Wording}], p.folded[withoutNumbers(c.Heading, c.Wording)]} {
		switch {
		case there && slices.Contains(like, at):
			return p.at(at)
		case len(like) == 1:
			return p.at(like[0])
		}
	}
	if titled := p.titled[c.Heading]; c.Heading != "" && len(titled) > 0 {
		switch {
		case there && slices.Contains(titled, at):
			return p.at(at)
		case len(titled) == 1:
			return p.at(titled[0])
		}
	}
	if there && alike(c, p.list[at]) {
		return p.at(at)
	}
	return Place{order: len(p.list)}
}

func (p places) at(i int) Place {
	return Place{Anchor: p.list[i].Anchor, Citation: p.list[i].Citation, order: i}
}

// numerals are the numbers that a text cites by: 12, １２, 第十二, ①, ⑴.
var numerals = regexp.MustCompile(`[0-9０-９]+|第[一二三四五六七八九十百]+|[①-⑳⑴-⒇]`)

func withoutNumbers(heading, wording string) [2]string {
	return [2]string{numerals.ReplaceAllString(heading, "0"), numerals.ReplaceAllString(wording, "0")}
}

// fewestPairs are needed to know words again inside of longer ones.
const fewestPairs = 12

// alike tells whether a clause is another one's later wording: most of the pairs
// of characters of both are shared, or nearly all of the one's stand in the
// other, which only has more. Clauses that just end alike (…してはならない。) are not.
func alike(c CommentedClause, now outline.Anchored) bool {
	before, after := pairs(c.Heading+c.Wording), pairs(now.Heading+now.Text)
	shared := 0
	for pair, n := range before {
		shared += min(n, after[pair])
	}
	fewer, more := min(total(before), total(after)), max(total(before), total(after))
	return shared > 0 && 10*shared >= 3*(fewer+more) || fewer >= fewestPairs && 5*shared >= 4*fewer
}

// pairs counts every two characters in a row.
func pairs(text string) map[[2]rune]int {
	counts := map[[2]rune]int{}
	runes := []rune(text)
	for i := 1; i < len(runes); i++ {
		counts[[2]rune{runes[i-1], runes[i]}]++
	}
	return counts
}

func total(counts map[[2]rune]int) int {
	sum := 0
	for _, n := range counts {
		sum += n
	}
	return sum
}
