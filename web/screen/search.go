package screen

import (
	"cmp"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kagami/internal/task"
)

// Query is what somebody looks for.
type Query struct {
	Words string // as typed, without blanks around
	// After is the place of the last hit on the page before, as Place writes it;
	// empty for the first page.
	After string
}

// Place is the place of a hit among those of a Part, as a link to the next page
// carries it: policies:kihon.12.
func Place(part, place string) string { return part + ":" + place }

// In is the place after which a Part goes on; empty for its first page. false where
// the next page is another Part's, and this one has nothing to show.
func (q Query) In(part string) (place string, asked bool) {
	of, place, ok := strings.Cut(q.After, ":")
	if !ok { // or what no link carries
		return "", true
	}
	return place, of == part
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
