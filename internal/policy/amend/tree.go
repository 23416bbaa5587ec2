package amend

import (
	"slices"

	"kagami/internal/policy/outline"
)

// node is a clause while it is being changed.
type node struct {
	clause   outline.Clause // without its children
	anchor   string         // in the old text
	origin   int            // its place in the old text, or none
	parent   *node
	children []*node

	fresh   bool   // put in, moved or taken out: it counts anew
	old     number // its number before
	counted bool   // whether it has one
	before  *node  // the one that it followed in its list
	label   string // of its parent before, for 1.1 under 1
}

// tree is a text while it is being changed.
type tree struct {
	root     *node
	all      []*node // as in the old text
	articles bool    // it counts in 第n条
	starts   map[series]int
}

func newTree(o *outline.Outline) *tree {
	t := &tree{root: &node{origin: none}}
	parents := []*node{t.root}
	for i, a := range o.Anchors() {
		parents = parents[:a.Depth+1]
		parent := parents[a.Depth]
		n := &node{clause: *a.Clause, anchor: a.Anchor, origin: i, parent: parent, label: parent.clause.Label}
		n.clause.Children = nil
		n.old, n.counted = numberOf(&n.clause)
		if a.Kind == outline.Article && n.old.before == "第" {
			t.articles = true
		}
		parent.children = append(parent.children, n)
		t.all, parents = append(t.all, n), append(parents, n)
	}
	t.starts = map[series]int{}
	for key, list := range t.lists() {
		t.starts[key] = list[0].old.n
		for i, n := range list[1:] {
			n.before = list[i]
		}
	}
	return t
}

func (t *tree) find(anchor string) *node {
	for _, n := range t.all {
		if n.anchor == anchor {
			return n
		}
	}
	return nil
}

// outline is the text as it is now, with the origins of its clauses.
func (t *tree) outline(title string) (*outline.Outline, []int) {
	var origins []int
	var build func(list []*node) []outline.Clause
	build = func(list []*node) []outline.Clause {
		clauses := make([]outline.Clause, len(list))
		for i, n := range list {
			origins = append(origins, n.origin)
			clauses[i] = n.clause
			clauses[i].Children = build(n.children)
		}
		return clauses
	}
	return &outline.Outline{Title: title, Clauses: build(t.root.children), Questions: []outline.Question{}}, origins
}

// walk visits every clause, outer before inner.
func (t *tree) walk(visit func(n *node)) {
	var walk func(list []*node)
	walk = func(list []*node) {
		for _, n := range list {
			visit(n)
			walk(n.children)
		}
	}
	walk(t.root.children)
}

// within tells whether a clause is another one, or inside it.
func (n *node) within(other *node) bool {
	for ; n != nil; n = n.parent {
		if n == other {
			return true
		}
	}
	return false
}

// neighbour is the nearest clause of the same kind before or after it.
func (n *node) neighbour(where Where) *node {
	list := slices.Clone(n.parent.children)
	if where == Up {
		slices.Reverse(list)
	}
	for _, other := range list[slices.Index(list, n)+1:] {
		if other.clause.Kind == n.clause.Kind {
			return other
		}
	}
	return nil
}

// stands tells whether a clause stands at a place already.
func (n *node) stands(to *node, where Where) bool {
	list := n.parent.children
	at := slices.Index(list, n)
	switch where {
	case Before:
		return at+1 < len(list) && list[at+1] == to
	case After:
		return at > 0 && list[at-1] == to
	}
	return n.parent == to && at == len(list)-1
}

// put puts a clause at a place, and gives it that place's way of counting.
func (t *tree) put(n, to *node, where Where) {
	n.parent = to.parent
	switch list := to.parent; where {
	case Before:
		list.children = slices.Insert(list.children, slices.Index(list.children, to), n)
	case After:
		list.children = slices.Insert(list.children, slices.Index(list.children, to)+1, n)
	default:
		n.parent = to
		to.children = append(to.children, n)
	}
	way := t.wayOf(n, to)
	if way.Label == "" {
		return // it is one that does not count
	}
	m, ok := numberOf(&way)
	if !ok {
		n.clause.Label, n.counted = way.Label, false
		return
	}
	if !n.counted || n.old.style != m.style || n.old.before != m.before {
		n.old = m.single()
	}
	n.counted, n.clause.Label = true, n.old.label()
}

// wayOf is a clause that counts as one put in should: the one that it is put
// beside, another of its kind there, one at such a place elsewhere, or the usual.
func (t *tree) wayOf(n, to *node) outline.Clause {
	if to.parent == n.parent && to.clause.Kind == n.clause.Kind {
		return to.clause
	}
	if n.clause.Kind == outline.Figure {
		return n.clause
	}
	for _, other := range slices.Backward(n.parent.children) {
		if other != n && other.clause.Kind == n.clause.Kind && other.clause.Label != "" {
			return other.clause
		}
	}
	parent := n.parent.clause.Kind
	for _, other := range t.all {
		if !other.fresh && other.clause.Kind == n.clause.Kind && other.parent.clause.Kind == parent && other.old.style != n.parent.old.style && other.old.style != inDecimals && other.clause.Label != "" {
			return other.clause
		}
	}
	return outline.Clause{Kind: n.clause.Kind, Label: t.usual(n)}
}

// usual is the first number of a clause of a kind that the text has nowhere.
func (t *tree) usual(n *node) string {
	switch n.clause.Kind {
	case outline.Chapter:
		return "第1章"
	case outline.Section:
		return "第1節"
	case outline.Supplement:
		return "附則"
	case outline.Article:
		if t.articles {
			return "第1条"
		}
	case outline.Subitem:
		if t.articles || n.parent.old.style == inCircles {
			return "ア"
		}
		return "①"
	}
	return "1"
}

// kindBeside is the kind of a clause that is put beside another; "" where none
// has a place.
func (t *tree) kindBeside(at *node) outline.Kind {
	if at.clause.Kind != outline.Figure {
		return at.clause.Kind
	}
	if at.parent != t.root {
		if kinds := t.kindsUnder(at.parent); len(kinds) > 0 {
			return kinds[0]
		}
		return ""
	}
	for _, n := range slices.Backward(t.root.children) {
		if n.clause.Kind != outline.Figure && n.clause.Kind != outline.Supplement {
			return n.clause.Kind
		}
	}
	return outline.Article
}

// inside says what kinds of clause stand in one of a kind.
var inside = map[outline.Kind][]outline.Kind{
	outline.Chapter:    {outline.Article, outline.Section},
	outline.Section:    {outline.Article},
	outline.Article:    {outline.Item, outline.Paragraph},
	outline.Supplement: {outline.Paragraph, outline.Article, outline.Item},
	outline.Paragraph:  {outline.Item},
	outline.Item:       {outline.Subitem},
	outline.Subitem:    {outline.Subitem},
}

// kindsUnder are the kinds that can be put under a clause: first that of what is
// there.
func (t *tree) kindsUnder(at *node) []outline.Kind {
	var kinds []outline.Kind
	for _, n := range slices.Backward(at.children) {
		if n.clause.Kind != outline.Figure && n.clause.Label != "" && !slices.Contains(kinds, n.clause.Kind) {
			kinds = append(kinds, n.clause.Kind)
		}
	}
	if at.clause.Kind == outline.Supplement && len(kinds) > 0 {
		return kinds // one counts in 項 or in 条
	}
	for _, kind := range inside[at.clause.Kind] {
		if !slices.Contains(kinds, kind) && (kind != outline.Paragraph || t.articles) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// takes tells whether a clause of a kind can be put at a place.
func (t *tree) takes(to *node, where Where, kind outline.Kind) bool {
	parent := to.parent
	if where == Under {
		if parent = to; kind == outline.Figure {
			return to.clause.Kind != outline.Figure
		}
	}
	switch {
	case kind == outline.Figure:
		return true
	case parent == t.root:
		return where != Under && (to.clause.Kind == kind || slices.ContainsFunc(t.root.children, func(n *node) bool { return n.clause.Kind == kind }))
	}
	return slices.Contains(t.kindsUnder(parent), kind)
}
