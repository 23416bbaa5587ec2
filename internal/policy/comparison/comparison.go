package comparison

import "kagami/internal/policy/outline"

// Kind says what became of a clause.
type Kind string

// The kinds. A clause that only got another number is Renumbered; one that
// stands elsewhere than its neighbours, or under another clause, is Moved.
const (
	Same         Kind = "same"
	Changed      Kind = "changed" // its wording or heading, perhaps its number too
	Added        Kind = "added"
	Removed      Kind = "removed"
	Renumbered   Kind = "renumbered"
	Moved        Kind = "moved"
	MovedChanged Kind = "moved+changed"
)

// Title is the kind's name on screen; empty for Same.
func (k Kind) Title() string {
	switch k {
	case Changed:
		return "変更"
	case Added:
		return "新設"
	case Removed:
		return "削除"
	case Renumbered:
		return "番号の変更"
	case Moved:
		return "移動"
	case MovedChanged:
		return "移動・変更"
	case Same:
	}
	return ""
}

// Passage is a part of a text. Its ends are those of characters as people see
// them (grapheme clusters).
type Passage struct {
	Text    string
	Changed bool
}

// Side is a clause as it stands in one of the two texts. The document's title
// has neither Kind nor Anchor, and is its Heading.
type Side struct {
	Kind     outline.Kind
	Label    string
	Anchor   string // its address in its own text, as outline.Anchors gives it
	Citation string // 7(3)②
	Indent   int    // how many numbered clauses it stands in, chapters and sections aside
	// Heading and Text joined are the clause's own, to the byte. Changed passages
	// do not stand in the other text.
	Heading []Passage
	Text    []Passage
	// Number tells whether the number is another one than in the other text.
	Number bool
	// Elsewhere tells whether the clause stands elsewhere in the other text.
	Elsewhere bool

	depth int // as outline.Anchors gives it
}

// Pair is an unchanged clause in both texts.
type Pair struct {
	Old, New Side
}

// Row is one row of the table.
type Row struct {
	Kind     Kind
	Old, New *Side // nil where the clause does not stand in that text
	// Abridged rows show the number and heading of a clause for what changed
	// inside it; its own wording is unchanged.
	Abridged bool
	// Folded are neighbouring clauses, with all that is in them, of which nothing
	// changed but the outermost ones' numbers, if Kind is Renumbered. Such a row has
	// no Old and New.
	Folded []Pair
}

// Comparison is two texts side by side.
type Comparison struct {
	// Rows follow the new text; what was removed stands where it stood.
	Rows []Row
}

// Unchanged tells whether the texts are the same, numbers and title too.
func (c Comparison) Unchanged() bool {
	for _, r := range c.Rows {
		if r.Kind != Same {
			return false
		}
	}
	return true
}

// Count tells how many clauses are of a kind that is not Same. The document's
// title counts as one.
func (c Comparison) Count(kind Kind) int {
	n := 0
	for _, r := range c.Rows {
		switch {
		case r.Kind != kind:
		case r.Folded == nil:
			n++
		default:
			n += len(outermost(r.Folded))
		}
	}
	return n
}

// outermost are the clauses of a fold that stand in no other clause of it.
func outermost(folded []Pair) []Pair {
	var list []Pair
	for _, p := range folded {
		if p.New.depth == folded[0].New.depth {
			list = append(list, p)
		}
	}
	return list
}
