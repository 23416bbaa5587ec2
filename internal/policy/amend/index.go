package amend

import (
	"strings"

	"kagami/internal/policy/outline"
)

// Target is what a reference leads to: a clause, by its place in the order of
// the text, or the first 項 of an article that stands there without a number.
type Target struct {
	Clause int
	First  bool
}

// index is a text in which references are looked up.
type index struct {
	title    string
	list     []outline.Anchored
	parent   []int // none for the outermost
	children [][]int
	numbers  []number // without style "" where a clause does not count
	articles bool     // the text counts in 第n条
	main     []int    // the articles outside of 附則
	all      []int
	headings map[string]bool
}

func newIndex(o *outline.Outline) *index {
	x := &index{title: o.Title, list: o.Anchors(), headings: map[string]bool{}}
	x.parent, x.children, x.numbers = make([]int, len(x.list)), make([][]int, len(x.list)), make([]number, len(x.list))
	var open []int
	for i, a := range x.list {
		open = open[:a.Depth]
		x.parent[i] = none
		if a.Depth > 0 {
			p := open[a.Depth-1]
			x.parent[i], x.children[p] = p, append(x.children[p], i)
		}
		open = append(open, i)
		if a.Heading != "" {
			x.headings[a.Heading] = true
		}
		if m, ok := numberOf(a.Clause); ok {
			x.numbers[i] = m
			x.articles = x.articles || a.Kind == outline.Article && m.before == "第"
		}
		if x.all = append(x.all, i); a.Kind == outline.Article && x.around(i, outline.Supplement) == none {
			x.main = append(x.main, i)
		}
	}
	return x
}

// counts tells whether a clause has the number, or stands for it among others.
func (x *index) counts(i, n, sub int) bool {
	m := x.numbers[i]
	return m.style != "" && m.n <= n && n <= m.last && m.sub == sub
}

// around is the nearest clause of a kind around a clause, itself among them.
func (x *index) around(i int, kinds ...outline.Kind) int {
	for ; i != none; i = x.parent[i] {
		for _, kind := range kinds {
			if x.list[i].Kind == kind {
				return i
			}
		}
	}
	return none
}

// siblings are the clauses of the same kind that stand beside one, itself among
// them, in order. Articles go on through the whole text, but not into a 附則 or
// out of it.
func (x *index) siblings(i int) []int {
	kind, within := x.list[i].Kind, x.parent[i]
	if kind == outline.Article && x.articles {
		within = x.around(i, outline.Supplement)
	}
	var list []int
	for j, a := range x.list {
		if a.Kind != kind || a.Label == "" {
			continue
		}
		if kind == outline.Article && x.articles {
			if x.around(j, outline.Supplement) == within {
				list = append(list, j)
			}
		} else if x.parent[j] == within {
			list = append(list, j)
		}
	}
	return list
}

// level orders the parts of a reference, from the outermost in.
type level int

const (
	ofSupplement level = iota + 1
	ofChapter
	ofSection
	ofArticle
	ofParagraph
	ofItem
	ofSubitem
)

// form is how a part of a reference is written.
type form int

const (
	byUnit    form = iota // 第5条の2, ７項
	byBracket             // (3), （ア）, ⑶
	bySign                // ①, ア
	byKin                 // 前項, 次条, 同号
	byName                // 附則
)

// part is one part of a reference: 第5条 and 第2項 of 第5条第2項.
type part struct {
	start, end int // in the text, in bytes
	level      level
	form       form
	unit       string // 条, 項; "" in brackets
	dai        bool   // 第 stands before it
	n, sub     int
	write      numeral
	sign       string // ア, folded
	kin        kin
	target     Target
}

// kin is how a relative reference points.
type kin int

const (
	theOneBefore kin = iota + 1 // 前項
	theNext                     // 次項
	theSame                     // 同項
)

// matches tells whether a clause is what a part names, by its number alone.
func (x *index) matches(p part, i int) bool {
	c := x.list[i]
	switch p.level {
	case ofSupplement:
		return c.Kind == outline.Supplement
	case ofChapter:
		return c.Kind == outline.Chapter && strings.HasPrefix(x.numbers[i].unit, p.unit) && x.counts(i, p.n, p.sub)
	case ofSection:
		return c.Kind == outline.Section && strings.HasPrefix(x.numbers[i].unit, p.unit) && x.counts(i, p.n, p.sub)
	case ofArticle:
		return c.Kind == outline.Article && (x.numbers[i].before == "第") == (p.unit == "条") && x.counts(i, p.n, p.sub)
	case ofParagraph:
		return c.Kind == outline.Paragraph && x.counts(i, p.n, p.sub)
	}
	item := c.Kind == outline.Item || c.Kind == outline.Subitem
	switch {
	case p.sign != "":
		return item && c.Label == p.sign
	case p.form == byBracket:
		return item && x.numbers[i].style == inDigits && x.counts(i, p.n, 0)
	}
	return c.Kind == outline.Item && (x.numbers[i].style == inDigits || x.numbers[i].style == inKanji) && x.counts(i, p.n, p.sub)
}

// among is the one clause of several that a part names; none where there is
// none, or more than one.
func (x *index) among(p part, list []int) int {
	found := none
	for _, i := range list {
		if x.matches(p, i) {
			if found != none {
				return none
			}
			found = i
		}
	}
	return found
}

// under finds what a part names in a clause.
func (x *index) under(p part, in Target) (Target, bool) {
	if in.First {
		if p.level < ofItem {
			return Target{}, false
		}
		in.First = false
	}
	if p.level == ofParagraph {
		if i := x.among(p, x.children[in.Clause]); i != none {
			return Target{Clause: i}, true
		}
		return Target{in.Clause, true}, p.n == 1 && x.holdsParagraphs(in.Clause)
	}
	list := x.children[in.Clause]
	if p.level <= ofArticle { // chapters and 附則 hold their articles at any depth
		list = nil
		for i := in.Clause + 1; i < len(x.list) && x.list[i].Depth > x.list[in.Clause].Depth; i++ {
			list = append(list, i)
		}
	}
	i := x.among(p, list)
	return Target{Clause: i}, i != none
}

// holdsParagraphs tells whether a clause's own words are its first 項.
func (x *index) holdsParagraphs(i int) bool {
	kind := x.list[i].Kind
	if kind != outline.Supplement && (kind != outline.Article || x.numbers[i].before != "第") || x.list[i].Text == "" {
		return false
	}
	for _, child := range x.children[i] {
		if x.list[child].Kind == outline.Paragraph && x.counts(child, 1, 0) {
			return false
		}
	}
	return true
}

// from finds what the first part of a reference names, as it stands in a clause.
func (x *index) from(p part, at int) (Target, bool) {
	switch p.level {
	case ofSupplement, ofChapter:
		i := x.among(p, x.all)
		return Target{Clause: i}, i != none
	case ofSection:
		if in := x.around(at, outline.Chapter); in != none {
			return x.under(p, Target{Clause: in})
		}
		i := x.among(p, x.all)
		return Target{Clause: i}, i != none
	case ofArticle:
		return x.article(p, at)
	case ofParagraph:
		if in := x.around(at, outline.Article, outline.Supplement); in != none {
			return x.under(p, Target{Clause: in})
		}
		return Target{}, false
	}
	for in := at; in != none; in = x.parent[in] {
		if t, ok := x.under(p, Target{Clause: in}); ok {
			return t, true
		}
		if kind := x.list[in].Kind; kind == outline.Article || kind == outline.Supplement {
			break
		}
	}
	return Target{}, false
}

// article finds 第n条, or n項 of a text without 条: in the main text; and where
// the numbers begin anew in each chapter, in the same chapter.
func (x *index) article(p part, at int) (Target, bool) {
	if in := x.around(at, outline.Section, outline.Chapter); in != none && !x.articles {
		if t, ok := x.under(p, Target{Clause: in}); ok {
			return t, true
		}
	}
	i := x.among(p, x.main)
	return Target{Clause: i}, i != none
}

// before finds what 前項 and the like mean in a clause; of 前３項, the others too.
func (x *index) before(p part, at int) (t Target, others []Target, ok bool) {
	t, ok = x.relative(p, at)
	for n := p.n; n > 1 && ok; n-- {
		others = append(others, t)
		if t.First {
			return t, nil, false
		}
		t, ok = x.relative(p, t.Clause)
	}
	return t, others, ok
}

// relative finds what 前項, 次条 and the like mean in a clause.
func (x *index) relative(p part, at int) (Target, bool) {
	own := none
	switch p.level {
	case ofChapter:
		own = x.around(at, outline.Chapter)
	case ofSection:
		own = x.around(at, outline.Section)
	case ofArticle:
		own = x.around(at, outline.Article)
	case ofItem:
		own = x.around(at, outline.Item)
	case ofParagraph:
		own = x.around(at, outline.Paragraph)
		if own == none || x.list[own].Label == "" {
			own = x.around(at, outline.Article, outline.Supplement)
			if own == none {
				return Target{}, false
			}
			if x.holdsParagraphs(own) { // the first 項 has no one before it
				p.n = 2
				if p.kin == theNext {
					return x.under(p, Target{Clause: own})
				}
				return Target{}, false
			}
		}
	}
	if own == none {
		return Target{}, false
	}
	list := x.siblings(own)
	for i, j := range list {
		switch {
		case j != own:
		case p.kin == theNext && i+1 < len(list):
			return Target{Clause: list[i+1]}, true
		case p.kin == theOneBefore && i > 0:
			return Target{Clause: list[i-1]}, true
		case p.kin == theOneBefore && p.level == ofParagraph && x.parent[own] != none && x.holdsParagraphs(x.parent[own]):
			return Target{x.parent[own], true}, true
		}
	}
	return Target{}, false
}
