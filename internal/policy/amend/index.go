package amend

import (
	"slices"
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
	headings map[string]bool
	ends     []int                   // where what is inside each clause ends
	kinds    map[outline.Kind][]int  // by kind
	within   map[int][]int           // the articles by the 附則 around them, none for the main text
	numbered map[articleNumber][]int // those that bear one number
	joint    map[int][]int           // those that stand for several, like within
}

// articleNumber is an article's number, as it counts through the main text, or
// through a 附則.
type articleNumber struct {
	in     int // the 附則; none for the main text
	dai    bool
	n, sub int
}

func newIndex(o *outline.Outline) *index {
	x := &index{
		title: o.Title, list: o.Anchors(), headings: map[string]bool{},
		kinds: map[outline.Kind][]int{}, within: map[int][]int{}, numbered: map[articleNumber][]int{}, joint: map[int][]int{},
	}
	x.parent, x.children, x.numbers = make([]int, len(x.list)), make([][]int, len(x.list)), make([]number, len(x.list))
	var parents []int
	for i, a := range x.list {
		parents = parents[:a.Depth]
		x.parent[i] = none
		if a.Depth > 0 {
			p := parents[a.Depth-1]
			x.parent[i], x.children[p] = p, append(x.children[p], i)
		}
		parents = append(parents, i)
		if a.Heading != "" {
			x.headings[a.Heading] = true
		}
		if m, ok := numberOf(a.Clause); ok {
			x.numbers[i] = m
			x.articles = x.articles || a.Kind == outline.Article && m.before == "第"
		}
		if x.kinds[a.Kind] = append(x.kinds[a.Kind], i); a.Kind == outline.Article {
			x.addArticle(i)
		}
	}
	x.ends = make([]int, len(x.list))
	for i := range slices.Backward(x.list) {
		x.ends[i] = i + 1
		if children := x.children[i]; len(children) > 0 {
			x.ends[i] = x.ends[children[len(children)-1]]
		}
	}
	return x
}

func (x *index) addArticle(i int) {
	in, m := x.around(i, outline.Supplement), &x.numbers[i]
	if x.list[i].Label != "" {
		x.within[in] = append(x.within[in], i)
	}
	switch {
	case m.style == "":
	case m.last > m.n:
		x.joint[in] = append(x.joint[in], i)
	default:
		number := articleNumber{in, m.before == "第", m.n, m.sub}
		x.numbered[number] = append(x.numbered[number], i)
	}
}

// counts tells whether a clause has the number, or stands for it among others.
func (x *index) counts(i, n, sub int) bool {
	m := &x.numbers[i]
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
	kind := x.list[i].Kind
	var list []int
	switch parent := x.parent[i]; {
	case kind == outline.Article && x.articles:
		return x.within[x.around(i, outline.Supplement)]
	case parent != none:
		list = x.children[parent]
	default:
		for j := 0; j < len(x.list); j = x.ends[j] {
			list = append(list, j)
		}
	}
	return slices.DeleteFunc(slices.Clone(list), func(j int) bool { return x.list[j].Kind != kind || x.list[j].Label == "" })
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
	c := &x.list[i]
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
	var i int
	if p.level <= ofArticle { // chapters and 附則 hold their articles at any depth
		i = x.outer(p, x.around(in.Clause, outline.Supplement), in.Clause+1, x.ends[in.Clause])
	} else {
		i = x.among(p, x.children[in.Clause])
	}
	return Target{Clause: i}, i != none
}

// outer is the one clause from a place of the text up to another that a part
// names which stands for a 附則, a chapter, a section or an article: the latter in
// a 附則, or where in is none in the main text.
func (x *index) outer(p part, in, from, to int) int {
	var lists [][]int
	switch p.level {
	case ofSupplement:
		lists = [][]int{x.kinds[outline.Supplement]}
	case ofChapter:
		lists = [][]int{x.kinds[outline.Chapter]}
	case ofSection:
		lists = [][]int{x.kinds[outline.Section]}
	default:
		lists = [][]int{x.numbered[articleNumber{in, p.unit == "条", p.n, p.sub}], x.joint[in]}
	}
	found := none
	for _, list := range lists {
		first, _ := slices.BinarySearch(list, from)
		for _, i := range list[first:] {
			if i >= to {
				break
			}
			if !x.matches(p, i) {
				continue
			}
			if found != none {
				return none
			}
			found = i
		}
	}
	return found
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
		i := x.outer(p, none, 0, len(x.list))
		return Target{Clause: i}, i != none
	case ofSection:
		if in := x.around(at, outline.Chapter); in != none {
			return x.under(p, Target{Clause: in})
		}
		i := x.outer(p, none, 0, len(x.list))
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
	i := x.outer(p, none, 0, len(x.list))
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
