package screen

import (
	"cmp"
	"slices"

	"github.com/a-h/templ"

	"kagami/internal/task"
)

// Query is what somebody looks for.
type Query struct {
	Words string // as typed, without blanks around
	// After is the place of the last hit seen, as the Part that found it writes
	// places; empty for the first page.
	After string
}

// Group is what one Part has found.
type Group struct {
	Best task.Rank       // of its hits
	Draw templ.Component // its hits, with how many there are; nil where there are none
}

// Groups are what was found, the group with the best hit first.
func (b *Batch) Groups() []Group {
	var list []Group
	for _, made := range b.groups {
		if g := made(); g.Draw != nil {
			list = append(list, g)
		}
	}
	slices.SortStableFunc(list, func(x, y Group) int { return cmp.Compare(x.Best, y.Best) })
	return list
}
