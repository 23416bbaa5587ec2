package authz_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kagami/internal/authz"
)

// What a town may choose begins as the table has it, and each choice does what it
// says: a 自課 is of some section.
func TestEachChoiceBeginsAsTheTableHasItAndHolds(t *testing.T) {
	somewhere := authz.Matter{OwnersSection: mine, PersonsSection: mine, SystemsSection: mine}
	for _, c := range authz.Choices() {
		if c.Allowed[0] != authz.ReachOf(c.Role, c.Action) || len(c.Allowed) < 2 {
			t.Errorf("%s begins with %s", c.Title(), c.Allowed[0].Title())
		}
		for _, reach := range c.Allowed {
			actor := holder(c.Role)
			actor.Table = actor.Table.Choose(c, reach)
			_, may := actor.May(c.Action, somewhere)
			if want := reach != authz.None; may != want || actor.Might(c.Action, authz.Self) != want || actor.Reach(c.Action) != reach {
				t.Errorf("%s is %s: may %v, reaches %s", c.Title(), reach.Title(), may, actor.Reach(c.Action).Title())
			}
			if own := len(actor.Sections(c.Action)) == 1; own != (reach == authz.Own) {
				t.Errorf("%s is %s: in sections %v", c.Title(), reach.Title(), actor.Sections(c.Action))
			}
		}
	}
}

// However a town chooses, one choice after the other, the last of each holds, and no
// other cell moves.
func TestNoOtherCellMoves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var table *authz.Table
		last := map[int]authz.Reach{}
		choices := authz.Choices()
		for range rapid.IntRange(0, 8).Draw(t, "times") {
			at := rapid.IntRange(0, len(choices)-1).Draw(t, "choice")
			reach := authz.Reach(rapid.IntRange(-1, int(authz.All)+1).Draw(t, "reach"))
			before := table
			was := before.Rows()
			table = table.Choose(choices[at], reach)
			if slices.Contains(choices[at].Allowed, reach) {
				last[at] = reach
			}
			if now := before.Rows(); !slices.EqualFunc(was, now, func(a, b authz.Row) bool { return slices.Equal(a.Cells, b.Cells) }) {
				t.Fatal("a table that is in use has changed")
			}
		}
		rows, start := table.Rows(), (*authz.Table)(nil).Rows()
		for n, row := range rows {
			for i, cell := range row.Cells {
				want := start[n].Cells[i]
				for at, reach := range last {
					if choices[at].Title() == authz.Columns()[i].Title()+"："+row.Title {
						want.Reach = reach
					}
				}
				if cell != want {
					t.Fatalf("%s of %s is %s", row.Title, authz.Columns()[i], cell.Title())
				}
			}
		}
	})
}

func TestTheDocumentMarksWhatATownDecides(t *testing.T) {
	if got := strings.Count(authz.Document(), "※ |"); got != len(authz.Choices()) {
		t.Errorf("%d cells are marked", got)
	}
}
