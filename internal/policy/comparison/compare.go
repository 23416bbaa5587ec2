package comparison

import (
	"slices"

	"kagami/internal/policy/outline"
)

// Compare sets two texts side by side. Neither is changed.
func Compare(oldText, newText *outline.Outline) Comparison {
	known := ids{own: map[[2]string]int{}, whole: map[string]int{}}
	c := comparer{old: newTree(oldText, known), new: newTree(newText, known)}
	match(c.old, c.new)
	c.judge()
	if oldText.Title != newText.Title {
		before, after := &Side{}, &Side{}
		before.Heading, after.Heading = difference(oldText.Title, newText.Title)
		c.rows = append(c.rows, Row{Kind: Changed, Old: before, New: after})
	}
	c.write(0, 0)
	return Comparison{Rows: c.rows}
}

// comparer writes the table of two texts whose clauses are matched.
type comparer struct {
	old, new []node
	kinds    []Kind // of the new text's clauses
	busy     []bool // whether anything changed inside them
	rows     []Row
}

// judge tells of every clause of the new text what became of it, and in which
// ones something changed.
func (c *comparer) judge() {
	c.kinds, c.busy = make([]Kind, len(c.new)), make([]bool, len(c.new))
	inPlace := c.inPlace()
	for i := 1; i < len(c.new); i++ {
		c.kinds[i] = c.kindOf(i, inPlace[i])
	}
	for o := 1; o < len(c.old); o++ {
		// what was removed or went away changed the clause that it stood in
		parent := c.old[c.old[o].parent].other
		n := c.old[o].other
		if parent != none && (n == none || c.new[n].parent != parent) {
			c.busy[parent] = true
		}
	}
	for i := len(c.new) - 1; i > 0; i-- {
		if c.busy[i] || c.kinds[i] != Same {
			c.busy[c.new[i].parent] = true
		}
	}
}

func (c *comparer) kindOf(i int, inPlace bool) Kind {
	n := &c.new[i]
	if n.other == none {
		return Added
	}
	o := &c.old[n.other]
	changed := o.own != n.own
	switch {
	case !inPlace && changed:
		return MovedChanged
	case !inPlace:
		return Moved
	case changed:
		return Changed
	case renumbered(o, n):
		return Renumbered
	}
	return Same
}

func renumbered(o, n *node) bool { return o.Label != n.Label || o.Kind != n.Kind }

// inPlace tells of every clause of the new text whether it stands in the same
// clause as before, and in the same order with as many of its neighbours as
// possible.
func (c *comparer) inPlace() []bool {
	in := make([]bool, len(c.new))
	for i := range c.new {
		if c.new[i].other == none {
			continue
		}
		var stayed, places []int
		for _, child := range c.new[i].children {
			if o := c.new[child].other; o != none && c.old[o].parent == c.new[i].other {
				stayed, places = append(stayed, child), append(places, c.old[o].place)
			}
		}
		for _, at := range longestRise(places) {
			in[stayed[at]] = true
		}
	}
	return in
}

// longestRise returns the indices of a longest rising part of a list of
// different numbers.
func longestRise(list []int) []int {
	var (
		ends   []int // of the best parts of each length, by index
		before = make([]int, len(list))
	)
	for i, v := range list {
		at, _ := slices.BinarySearchFunc(ends, v, func(end, v int) int { return list[end] - v })
		before[i] = none
		if at > 0 {
			before[i] = ends[at-1]
		}
		if at == len(ends) {
			ends = append(ends, i)
		} else {
			ends[at] = i
		}
	}
	if len(ends) == 0 {
		return nil
	}
	rise := make([]int, 0, len(ends))
	for i := ends[len(ends)-1]; i != none; i = before[i] {
		rise = append(rise, i)
	}
	slices.Reverse(rise)
	return rise
}

// write adds the rows of what stands in a clause: n in the new text, o in the
// old one; none where it does not stand there.
func (c *comparer) write(o, n int) {
	removed := c.removedAfter(o, n)
	c.writeRemoved(removed[none])
	if n == none {
		return
	}
	children := c.new[n].children
	for start := 0; start < len(children); {
		i := children[start]
		end := start + 1
		if !c.quiet(i) {
			c.writeOne(i)
		} else {
			// neighbours in both texts go into one fold
			for end < len(children) && len(removed[c.new[children[end-1]].other]) == 0 && c.follows(children[end-1], children[end]) {
				end++
			}
			c.writeFold(children[start:end])
		}
		if last := c.new[children[end-1]].other; last != none {
			c.writeRemoved(removed[last])
		}
		start = end
	}
}

// quiet tells whether a clause may be folded.
func (c *comparer) quiet(i int) bool {
	return (c.kinds[i] == Same || c.kinds[i] == Renumbered) && !c.busy[i]
}

// follows tells whether a clause may stand in the same fold as its neighbour.
func (c *comparer) follows(i, next int) bool {
	return c.quiet(next) && c.kinds[next] == c.kinds[i] && c.old[c.new[next].other].place == c.old[c.new[i].other].place+1
}

// removedAfter lists the removed clauses that stood in o, by the old clause after
// which they stand in the table; under none are those that stood first.
func (c *comparer) removedAfter(o, n int) map[int][]int {
	removed := map[int][]int{}
	if o == none {
		return removed
	}
	after := none
	for _, child := range c.old[o].children {
		switch other := c.old[child].other; {
		case other == none:
			removed[after] = append(removed[after], child)
		case c.new[other].parent == n && c.kinds[other] != Moved && c.kinds[other] != MovedChanged:
			after = child
		}
	}
	return removed
}

func (c *comparer) writeRemoved(list []int) {
	for _, o := range list {
		side := newSide(&c.old[o])
		side.Heading, side.Text = whole(c.old[o].Heading, true), whole(c.old[o].Text, true)
		side.Number = true
		c.rows = append(c.rows, Row{Kind: Removed, Old: side})
		c.write(o, none)
	}
}

func (c *comparer) writeOne(i int) {
	n := &c.new[i]
	row := Row{Kind: c.kinds[i], New: newSide(n)}
	if n.other == none {
		row.New.Heading, row.New.Text, row.New.Number = whole(n.Heading, true), whole(n.Text, true), true
	} else {
		row.Old, row.New = c.sides(i)
		row.Abridged = row.Kind == Same || row.Kind == Renumbered
	}
	c.rows = append(c.rows, row)
	c.write(n.other, i)
}

// sides are a clause of the new text as it stands in both.
func (c *comparer) sides(i int) (before, after *Side) {
	n := &c.new[i]
	o := &c.old[n.other]
	before, after = newSide(o), newSide(n)
	before.Heading, after.Heading = difference(o.Heading, n.Heading)
	before.Text, after.Text = difference(o.Text, n.Text)
	if renumbered(o, n) {
		before.Number, after.Number = true, true
	}
	if c.kinds[i] == Moved || c.kinds[i] == MovedChanged {
		before.Elsewhere, after.Elsewhere = true, true
	}
	return before, after
}

func (c *comparer) writeFold(list []int) {
	row := Row{Kind: c.kinds[list[0]]}
	for _, first := range list {
		for i := first; i < first+c.new[first].size; i++ {
			before, after := c.sides(i)
			row.Folded = append(row.Folded, Pair{*before, *after})
		}
	}
	c.rows = append(c.rows, row)
}

func newSide(n *node) *Side {
	return &Side{Kind: n.Kind, Label: n.Label, Anchor: n.Anchor, Citation: n.Citation, Indent: n.indent, depth: n.Depth}
}
