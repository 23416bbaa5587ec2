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
