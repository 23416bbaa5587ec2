package amend

import (
	"strings"

	"kagami/internal/policy/outline"
)

// series is a list of clauses that count together: those of one kind and style
// in one clause. 第n条 count through the whole text, and apart in each 附則.
type series struct {
	in    *node
	kind  outline.Kind
	style style
}

func (t *tree) seriesOf(n *node) series {
	s := series{n.parent, n.clause.Kind, n.old.style}
	if n.clause.Kind != outline.Article || n.old.before != "第" {
		return s
	}
	for s.in = n.parent; s.in.parent != nil && s.in.clause.Kind != outline.Supplement; {
		s.in = s.in.parent
	}
	return s
}

// lists are the clauses that count, by series, in the order of the text.
func (t *tree) lists() map[series][]*node {
	lists := map[series][]*node{}
	t.walk(func(n *node) {
		if n.counted {
			key := t.seriesOf(n)
			lists[key] = append(lists[key], n)
		}
	})
	return lists
}

// number gives the clauses their numbers: those put in, and where it is wanted
// those that follow.
func (t *tree) number(all bool) {
	for key, list := range t.lists() {
		start, known := t.starts[key]
		if !known {
			start = t.first(list[0])
		}
		if all {
			count(list, start)
		} else {
			fill(list, start, known)
		}
	}
	t.walk(func(n *node) { // 1.1 follows its 1
		if rest, ok := strings.CutPrefix(n.clause.Label, n.label+"."); ok && n.label != "" && n.origin != none && !n.fresh {
			n.clause.Label = n.parent.clause.Label + "." + rest
		}
	})
}

// first is the number with which a new list begins: a text's first 項 bears no
// number where it stands as the article's own words.
func (t *tree) first(n *node) int {
	if n.clause.Kind == outline.Paragraph && n.parent.clause.Text != "" {
		return 2
	}
	return 1
}

// count numbers a list anew. What came before the change keeps its number, what
// follows moves up or on; gaps between neighbours that stay neighbours, and
// lists that count from 1 again, stay.
func count(list []*node, start int) {
	var (
		before *node
		last   number // of before, as it is now
	)
	for _, n := range list {
		m := n.old
		inPlace := !n.fresh && n.before == before
		switch {
		case before == nil && inPlace:
		case before == nil:
			m = m.to(start, 0)
		case m.sub > 0 && inPlace && m.n == before.old.n:
			m = m.to(last.n, max(last.sub, 1)+m.sub-max(before.old.sub, 1))
		case m.sub > 0 && !n.fresh && (inPlace || !n.orphan()):
			m = m.to(last.last, max(last.sub, 1)+1)
		case inPlace && m.n > before.old.last:
			m = m.to(last.last+m.n-before.old.last, m.sub)
		case inPlace: // it counts from 1 again
		default:
			m = m.to(last.last+1, 0)
		}
		n.clause.Label = m.label()
		before, last = n, m
	}
}

// orphan tells whether a branch (第5条の2) has lost the article that it branched
// from, so that it takes its place.
func (n *node) orphan() bool {
	for n.old.sub > 0 && n.before != nil {
		n = n.before
		if n.fresh && n.old.sub == 0 {
			return true
		}
	}
	return false
}

// fill numbers only what has been put in, with numbers that nothing has.
func fill(list []*node, start int, known bool) {
	used, highest := map[string]bool{}, start-1
	for _, n := range list {
		if !n.fresh {
			used[n.clause.Label], highest = true, max(highest, n.old.last)
		}
	}
	for i, n := range list {
		if !n.fresh {
			continue
		}
		if n.origin != none && known && !used[n.clause.Label] {
			used[n.clause.Label], highest = true, max(highest, n.old.last)
			continue
		}
		m := n.old.single().to(highest+1, 0)
		if i > 0 && i+1 < len(list) && m.unit == "条" {
			before := list[i-1].clause
			if branch, ok := numberOf(&before); ok {
				m = m.to(branch.last, max(branch.sub, 1)+1)
				for used[m.label()] {
					m.sub++
				}
			}
		}
		n.clause.Label = m.label()
		used[n.clause.Label], highest = true, max(highest, m.last)
	}
}
