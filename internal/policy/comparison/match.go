package comparison

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"kagami/internal/policy/outline"
)

// matcher finds which clause of the old text is which of the new. Every step
// would find the same with the texts exchanged.
type matcher struct {
	old, new []node
	// shingles of the nodes that were looked at, by their index
	oldShingles, newShingles [][]uint64
}

// telling is how many characters a text needs, at least, to be known again
// anywhere: 削除 is not.
const telling = 12

// match matches the trees' nodes: by what stands in the same place, by what says
// the same, by number and heading, and last by likeness.
func match(oldTree, newTree []node) {
	m := &matcher{old: oldTree, new: newTree, oldShingles: make([][]uint64, len(oldTree)), newShingles: make([][]uint64, len(newTree))}
	m.join(0, 0)
	m.descend(m.identical, m.equal, m.headed)
	m.subtrees()
	m.descend(m.identical, m.equal, m.headed, m.titled, m.alike)
	m.texts()
	m.alikeAnywhere()
	m.descend(m.identical, m.equal, m.headed, m.titled, m.alike, m.numbered)
}

func (m *matcher) join(o, n int) {
	m.old[o].other, m.new[n].other = n, o
}

// descend tries the ways, in their order, on the children of every two matched
// nodes, from the outside in: what they match is descended into next.
func (m *matcher) descend(ways ...func(olds, news []int)) {
	for o := range m.old {
		n := m.old[o].other
		if n == none {
			continue
		}
		for _, way := range ways {
			olds, news := unmatched(m.old, m.old[o].children), unmatched(m.new, m.new[n].children)
			if len(olds) == 0 || len(news) == 0 {
				break
			}
			way(olds, news)
		}
	}
}

func unmatched(tree []node, list []int) []int {
	var rest []int
	for _, i := range list {
		if tree[i].other == none {
			rest = append(rest, i)
		}
	}
	return rest
}

// sign is what two clauses must share.
type sign struct {
	kind           outline.Kind
	label, heading string
	own            int
}

// pairUp matches nodes with equal keys, the first with the first; key says false
// for nodes that it cannot tell apart.
func (m *matcher) pairUp(olds, news []int, key func(*node) (sign, bool)) {
	waiting := map[sign][]int{}
	for _, o := range olds {
		if k, ok := key(&m.old[o]); ok {
			waiting[k] = append(waiting[k], o)
		}
	}
	for _, n := range news {
		k, ok := key(&m.new[n])
		if list := waiting[k]; ok && len(list) > 0 {
			m.join(list[0], n)
			waiting[k] = list[1:]
		}
	}
}

// identical matches what bears the same number and says the same.
func (m *matcher) identical(olds, news []int) {
	m.pairUp(olds, news, func(n *node) (sign, bool) {
		return sign{kind: n.Kind, label: n.Label, own: n.own}, !n.empty()
	})
}

// equal matches what says the same.
func (m *matcher) equal(olds, news []int) {
	m.pairUp(olds, news, func(n *node) (sign, bool) { return sign{own: n.own}, !n.empty() })
}

// headed matches what bears the same number and heading.
func (m *matcher) headed(olds, news []int) {
	m.pairUp(olds, news, func(n *node) (sign, bool) {
		return sign{kind: n.Kind, label: n.Label, heading: n.Heading}, n.Heading != ""
	})
}

// titled matches what bears the same heading.
func (m *matcher) titled(olds, news []int) {
	m.pairUp(olds, news, func(n *node) (sign, bool) {
		return sign{kind: n.Kind, heading: n.Heading}, n.Heading != ""
	})
}

// numbered matches what bears the same number and no other heading.
func (m *matcher) numbered(olds, news []int) {
	m.pairUp(olds, news, func(n *node) (sign, bool) {
		return sign{kind: n.Kind, label: n.Label, heading: n.Heading}, true
	})
}

// subtrees matches clauses that say the same with all that is in them, wherever
// they stand: large ones first, those under matched clauses before others.
func (m *matcher) subtrees() {
	type group struct{ olds, news []int }
	groups := map[int]*group{}
	for i := range m.old {
		if m.old[i].other == none && m.tells(m.old, i) {
			g := groups[m.old[i].whole]
			if g == nil {
				g = &group{}
				groups[m.old[i].whole] = g
			}
			g.olds = append(g.olds, i)
		}
	}
	for i := range m.new {
		if g := groups[m.new[i].whole]; g != nil && m.new[i].other == none {
			g.news = append(g.news, i)
		}
	}
	list := make([]*group, 0, len(groups))
	for _, g := range groups {
		if len(g.news) > 0 {
			list = append(list, g)
		}
	}
	// what matches in one group takes away from groups of smaller clauses only
	slices.SortFunc(list, func(a, b *group) int { return cmp.Compare(m.old[b.olds[0]].size, m.old[a.olds[0]].size) })
	for _, g := range list {
		for _, together := range []bool{true, false} {
			olds, news := unmatched(m.old, g.olds), unmatched(m.new, g.news)
			m.joinInOrder(olds, news, together)
		}
	}
}

// joinInOrder matches subtrees that say the same, the first with the first;
// together, only those under clauses that are matched with each other.
func (m *matcher) joinInOrder(olds, news []int, together bool) {
	waiting := map[int][]int{} // by the old parent, or all in one
	for _, o := range olds {
		parent := none
		if together {
			parent = m.old[o].parent
		}
		waiting[parent] = append(waiting[parent], o)
	}
	for _, n := range news {
		parent := none
		if together {
			if parent = m.new[m.new[n].parent].other; parent == none {
				continue
			}
		}
		if list := waiting[parent]; len(list) > 0 {
			for i := range m.new[n].size {
				m.join(list[0]+i, n+i)
			}
			waiting[parent] = list[1:]
		}
	}
}

func (m *matcher) tells(tree []node, i int) bool {
	return utf8.RuneCountInString(words(tree, i)) >= telling
}

// texts matches clauses that say the same and are the only ones to say it.
func (m *matcher) texts() {
	type found struct{ old, new, olds, news int }
	by := map[int]*found{}
	for i := range m.old {
		if m.old[i].other == none && !m.old[i].empty() && m.tells(m.old, i) {
			f := by[m.old[i].own]
			if f == nil {
				f = &found{}
				by[m.old[i].own] = f
			}
			f.old = i
			f.olds++
		}
	}
	for i := range m.new {
		if f := by[m.new[i].own]; f != nil && m.new[i].other == none {
			f.new = i
			f.news++
		}
	}
	for _, f := range by {
		if f.olds == 1 && f.news == 1 {
			m.join(f.old, f.new)
		}
	}
}
