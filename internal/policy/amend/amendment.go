package amend

import (
	"slices"
	"strings"

	"kagami/internal/policy/outline"
)

// Act is what is done to a clause.
type Act string

// The acts.
const (
	Rewrite Act = "rewrite" // other words; what is inside the clause stays
	Insert  Act = "insert"  // a new clause beside or under it
	Move    Act = "move"    // another place, with all that is inside it
	Delete  Act = "delete"  // with all that is inside it
)

// Where says where a clause is put.
type Where string

// The places. Up and Down are among a clause's own neighbours; the others are
// said of another clause, and Under means after all that is in it.
const (
	Up     Where = "up"
	Down   Where = "down"
	Before Where = "before"
	After  Where = "after"
	Under  Where = "under"
)

// Amendment is one change to one clause.
type Amendment struct {
	Act Act
	// Anchor is the clause that it is about; for Insert, the one beside or under
	// which the new clause is put.
	Anchor string
	Where  Where        // of Insert and Move
	To     string       // the anchor beside or under which Move puts the clause
	Kind   outline.Kind // of what Insert puts Under; empty for what is usual there
	// Heading and Text are the words that Rewrite and Insert give.
	Heading, Text string
	// Renumber numbers the clauses that follow anew. Without it, they keep their
	// numbers, and a clause that comes in gets a free one (第5条の2).
	Renumber bool
}

// Brings tells whether a Rewrite or an Insert has words that the clause, as it
// stands in a text, does not have.
func (a Amendment) Brings(o *outline.Outline) bool {
	heading, text := cleanHeading(a.Heading), cleanText(a.Text)
	if heading == "" && text == "" {
		return false
	}
	return a.Act != Rewrite || !slices.ContainsFunc(o.Anchors(), func(c outline.Anchored) bool {
		return c.Anchor == a.Anchor && c.Heading == heading && c.Text == text
	})
}

// Refusal is why an amendment can't be made.
type Refusal string

// The refusals.
const (
	NoClause    Refusal = "no such clause"
	NoWords     Refusal = "neither heading nor text"
	NoPlace     Refusal = "no such place"
	NoTarget    Refusal = "no clause to put it beside or under"
	OtherKind   Refusal = "a clause of this kind has no place there"
	UnderItself Refusal = "a clause can't be put into itself"
	NoChange    Refusal = "nothing would change"
	Emptied     Refusal = "no clause would be left"
)

func (r Refusal) Error() string { return string(r) }

// Change is what an amendment makes of a text.
type Change struct {
	Old, New *outline.Outline
	// Renumbered are the clauses that are new, have another number or stand in
	// another clause, in the order of the new text.
	Renumbered []Renumbering
	// Findings are the references that need a look, in the order of the new text.
	Findings []Finding

	amended int   // the clause that it was about, in the new text; none where it is out
	origins []int // of the new outline's clauses: which they were in the old, or none
}

// Amended is the citation that the clause which the amendment is about has now;
// empty where it has been taken out.
func (c *Change) Amended() string {
	if c.amended == none {
		return ""
	}
	return c.New.Anchors()[c.amended].Citation
}

// Renumbering is a clause with its citation before and after.
type Renumbering struct {
	Heading  string
	Old, New string // 7(3)②; Old is empty for a new clause
}

// none is the origin of a clause that is new.
const none = -1

// Apply makes an amendment on an outline, which stays as it is.
func Apply(o *outline.Outline, a Amendment) (*Change, error) {
	t := newTree(o)
	n := t.find(a.Anchor)
	if n == nil {
		return nil, NoClause
	}
	a.Heading, a.Text = cleanHeading(a.Heading), cleanText(a.Text)
	var err error
	switch a.Act {
	case Rewrite:
		err = rewrite(n, a)
	case Insert:
		err = t.insert(n, a)
	case Move:
		err = t.move(n, a)
	case Delete:
		err = t.remove(n)
	default:
		err = NoPlace
	}
	if err != nil {
		return nil, err
	}
	t.number(a.Renumber)
	c := &Change{Old: o}
	c.New, c.origins = t.outline(o.Title)
	c.amended = slices.Index(c.origins, n.origin)
	if a.Act == Insert {
		c.amended = slices.Index(c.origins, none)
	}
	c.Renumbered = c.renumbered()
	c.Findings = c.follow(a)
	return c, nil
}

// cleanHeading makes one line of a heading.
func cleanHeading(s string) string {
	return strings.TrimSpace(lineEnds.Replace(s))
}

var lineEnds = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\f", " ", "\v", " ", "\u2028", " ", "\u2029", " ")

// cleanText keeps a text's lines that are not blank, without the blanks around
// them: as the written form holds paragraphs.
func cleanText(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\f", "\n", "\v", "\n", "\u2028", "\n", "\u2029", "\n").Replace(s)
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func rewrite(n *node, a Amendment) error {
	switch {
	case a.Heading == "" && a.Text == "" && len(n.children) == 0:
		return NoWords
	case a.Heading == n.clause.Heading && a.Text == n.clause.Text:
		return NoChange
	}
	n.clause.Heading, n.clause.Text = a.Heading, a.Text
	return nil
}

func (t *tree) insert(at *node, a Amendment) error {
	if a.Heading == "" && a.Text == "" {
		return NoWords
	}
	n := &node{origin: none, fresh: true, clause: outline.Clause{Heading: a.Heading, Text: a.Text}}
	switch a.Where {
	case Before, After:
		if n.clause.Kind = t.kindBeside(at); n.clause.Kind == "" {
			return OtherKind
		}
	case Under:
		kinds := t.kindsUnder(at)
		if len(kinds) == 0 {
			return OtherKind
		}
		n.clause.Kind = kinds[0]
		if a.Kind != "" {
			if !slices.Contains(kinds, a.Kind) {
				return OtherKind
			}
			n.clause.Kind = a.Kind
		}
	default:
		return NoPlace
	}
	t.put(n, at, a.Where)
	return nil
}

func (t *tree) move(n *node, a Amendment) error {
	to, where := t.find(a.To), a.Where
	switch where {
	case Up, Down:
		to = n.neighbour(where)
		if to == nil {
			return NoChange
		}
		where = map[Where]Where{Up: Before, Down: After}[where]
	case Before, After, Under:
		if to == nil {
			return NoTarget
		}
	default:
		return NoPlace
	}
	if err := t.canMove(n, to, where); err != nil {
		return err
	}
	n.parent.children = slices.DeleteFunc(n.parent.children, func(other *node) bool { return other == n })
	n.fresh = true
	t.put(n, to, where)
	return nil
}

// canMove tells why a clause can't be put before, after or under another.
func (t *tree) canMove(n, to *node, where Where) error {
	switch {
	case to.within(n):
		return UnderItself
	case !t.takes(to, where, n.clause.Kind):
		return OtherKind
	case n.stands(to, where):
		return NoChange
	}
	return nil
}

func (t *tree) remove(n *node) error {
	if n.parent == t.root && len(t.root.children) == 1 {
		return Emptied
	}
	n.parent.children = slices.DeleteFunc(n.parent.children, func(other *node) bool { return other == n })
	n.fresh = true
	return nil
}

// KindsUnder are the kinds of clause that can be put under a clause, the usual
// one first; none under a figure.
func KindsUnder(o *outline.Outline, anchor string) []outline.Kind {
	t := newTree(o)
	n := t.find(anchor)
	if n == nil {
		return nil
	}
	return t.kindsUnder(n)
}

// Places are the clauses, by their anchors, beside or under which a clause can be
// moved.
func Places(o *outline.Outline, anchor string, where Where) []string {
	t := newTree(o)
	n := t.find(anchor)
	if n == nil {
		return nil
	}
	var list []string
	for _, to := range t.all {
		if t.canMove(n, to, where) == nil {
			list = append(list, to.anchor)
		}
	}
	return list
}

// renumbered lists the clauses that are new, have another number or stand in
// another clause now. What is inside them goes with them and is not listed.
func (c *Change) renumbered() []Renumbering {
	before, after, list := newIndex(c.Old), newIndex(c.New), []Renumbering{}
	in := func(x *index, i int) int { // the clause around it, as its place in the old text
		switch p := x.parent[i]; {
		case p == none || x == before:
			return p
		default:
			return c.origins[p]
		}
	}
	for i, a := range after.list {
		origin := c.origins[i]
		switch {
		case origin == none:
			list = append(list, Renumbering{Heading: a.Heading, New: a.Citation})
		case before.list[origin].Label != a.Label || in(before, origin) != in(after, i):
			list = append(list, Renumbering{a.Heading, before.list[origin].Citation, a.Citation})
		}
	}
	return list
}
