package screen

import (
	"slices"
	"testing"

	"github.com/a-h/templ"

	"kagami/internal/task"
)

// Groups stand in the order of their best hits, and of those alike in that of the
// Parts; a group without hits does not stand there.
func TestGroupsStandInTheOrderOfTheirBest(t *testing.T) {
	t.Parallel()
	var b Batch
	for _, best := range []task.Rank{task.InText, task.NumberEqual, task.InTitle} {
		b.Group(func() Group { return Group{Best: best, Draw: templ.NopComponent} })
	}
	b.Group(func() Group { return Group{Best: task.BeginsWith} })
	var got []task.Rank
	for _, g := range b.Groups() {
		got = append(got, g.Best)
	}
	if want := []task.Rank{task.NumberEqual, task.InTitle, task.InText}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// The next page is that of one Part: the others have nothing to show on it.
func TestTheNextPageIsOfOnePart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		after, place string
		asked        bool
	}{
		{"", "", true},
		{Place("assets", "7"), "7", true},
		{Place("assets", "a:b"), "a:b", true},
		{Place("policies", "kihon.12"), "kihon.12", false},
		{"kihon.12", "", true}, // no link carries it: the first page
	} {
		if place, asked := (Query{After: c.after}).In("assets"); asked != c.asked || asked && place != c.place {
			t.Errorf("%q: %q, %v", c.after, place, asked)
		}
	}
}
