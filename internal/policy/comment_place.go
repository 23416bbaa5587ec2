package policy

import (
	"kagami/internal/policy/outline"
)

// Commented is a clause as it was when it was commented on.
type Commented struct {
	Anchor, Citation, Heading string
	Wording                   string // its own, without what is inside it
}

// Standing is where a clause that was commented on stands now; empty where it has
// gone.
type Standing struct {
	Anchor, Citation string

	order int
}

// places finds clauses again in a text that has been worked on since.
type places struct {
	list   []outline.Anchored
	anchor map[string]int      // their places in the list
	same   map[[2]string][]int // by heading and wording
}

func newPlaces(o *outline.Outline) places {
	p := places{list: o.Anchors(), anchor: map[string]int{}, same: map[[2]string][]int{}}
	for i, a := range p.list {
		p.anchor[a.Anchor] = i
		key := [2]string{a.Heading, a.Text}
		p.same[key] = append(p.same[key], i)
	}
	return p
}

// of tells where a clause stands: at its address where it reads as it did; else
// where alone a clause reads so, for it has moved; else at its address where what
// stands there is like it. An address whose clause is another one is not its own
// any more.
func (p places) of(c Commented) Standing {
	at, there := p.anchor[c.Anchor]
	if there && p.list[at].Heading == c.Heading && p.list[at].Text == c.Wording {
		return p.at(at)
	}
	if same := p.same[[2]string{c.Heading, c.Wording}]; len(same) == 1 {
		return p.at(same[0])
	}
	if there && alike(c, p.list[at]) {
		return p.at(at)
	}
	return Standing{order: len(p.list)}
}

func (p places) at(i int) Standing {
	return Standing{Anchor: p.list[i].Anchor, Citation: p.list[i].Citation, order: i}
}

// alike tells whether a clause is another one's later wording: it bears the same
// title, or shares at least half of its pairs of characters with it.
func alike(c Commented, now outline.Anchored) bool {
	if c.Heading != "" && c.Heading == now.Heading {
		return true
	}
	before, after := pairs(c.Heading+c.Wording), pairs(now.Heading+now.Text)
	shared := 0
	for pair, n := range before {
		shared += min(n, after[pair])
	}
	return shared > 0 && 2*shared >= min(total(before), total(after))
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
