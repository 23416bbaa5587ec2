package outline

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Term is a word that the text defines.
type Term struct {
	Name       string
	Definition string
	Anchor     string // of the clause that defines it
	Citation   string // 2(5)
}

// Terms lists the words that the text defines: the items, each with a heading
// and its meaning, under the article on definitions (定義).
func (o *Outline) Terms() []Term {
	var (
		terms []Term
		depth = -1 // of the article on definitions, while in it
	)
	for _, a := range o.Anchors() {
		if depth >= 0 && a.Depth <= depth {
			depth = -1
		}
		if a.Kind == Article && strings.Contains(a.Heading, "定義") {
			depth = a.Depth
			continue
		}
		if depth < 0 || a.Kind != Item {
			continue
		}
		for _, name := range termNames(a.Clause) {
			terms = append(terms, Term{Name: name, Definition: a.Text, Anchor: a.Anchor, Citation: a.Citation})
		}
	}
	return terms
}

// termNames are the names of what an item defines: its heading without remarks
// (※), and what stands there in brackets as another name; or the 「名」 that the
// sentence begins with.
func termNames(c *Clause) []string {
	heading := c.Heading
	if heading == "" {
		if rest, found := strings.CutPrefix(c.Text, "「"); found {
			if name, _, closed := strings.Cut(rest, "」"); closed {
				heading = name
			}
		}
	}
	heading, _, _ = strings.Cut(heading, "※")
	name, other, bracketed := strings.Cut(heading, "（")
	names := []string{strings.TrimSpace(name)}
	if bracketed {
		other, _, _ = strings.Cut(other, "）")
		names = append(names, strings.TrimSpace(other))
	}
	return slices.DeleteFunc(names, func(s string) bool { return utf8.RuneCountInString(s) < 2 })
}

// Span is a place in a text where a term is used, in bytes.
type Span struct {
	Start, End int
	Term       int // its index in the list that was looked for
}

// Finder finds terms in texts.
type Finder struct {
	byFirst map[rune][]candidate
}

type candidate struct {
	name string
	term int
}

// NewFinder prepares to find terms.
func NewFinder(terms []Term) *Finder {
	f := &Finder{byFirst: map[rune][]candidate{}}
	for i, t := range terms {
		first, _ := utf8.DecodeRuneInString(t.Name)
		f.byFirst[first] = append(f.byFirst[first], candidate{t.Name, i})
	}
	for _, list := range f.byFirst {
		slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(len(b.name), len(a.name)) })
	}
	return f
}

// Find lists the uses of the terms in a text, in their order. Where several
// terms begin at one place, the longest is meant: 情報セキュリティポリシー, not
// 情報セキュリティ.
func (f *Finder) Find(text string) []Span {
	var spans []Span
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		for _, c := range f.byFirst[r] {
			if strings.HasPrefix(text[at:], c.name) {
				spans = append(spans, Span{Start: at, End: at + len(c.name), Term: c.term})
				size = len(c.name)
				break
			}
		}
		at += size
	}
	return spans
}
