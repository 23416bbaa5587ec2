package edition

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kagami/internal/calendar"
)

var june = calendar.NewDate(2026, time.June, 1)

func text(rows []InEffect) string {
	var list []string
	for _, r := range rows {
		list = append(list, strings.Join(r.Row, "=")+string(r.Origin))
	}
	return strings.Join(list, " ")
}

func TestTheEditionOfADayIsTheLatestThatHasBegun(t *testing.T) {
	t.Parallel()
	kind := Kind{Name: "sample", Shipped: []Edition{{Name: "first", First: june}, {Name: "second", First: june.AddYears(1)}}}
	values := Values{started: map[string][]Edition{"sample": {{Name: "town", First: june.AddDays(10)}, {Name: "again", First: june.AddYears(1)}}}}
	for day, want := range map[calendar.Date]string{
		june.AddDays(-1): "first", // nothing older is known
		june:             "first", june.AddDays(9): "first", june.AddDays(10): "town", june.AddYears(1).AddDays(-1): "town",
		june.AddYears(1): "again", // of one day the town's
		june.AddYears(9): "again",
	} {
		if got := values.edition(kind, day); got.Name != want {
			t.Errorf("on %s: %s, want %s", day, got.Name, want)
		}
	}
}

func TestTheTownsOwnRowsLieOverAnyEdition(t *testing.T) {
	t.Parallel()
	rows := []Row{{"a", "1"}, {"b", "2"}, {"c", "3"}}
	kind := Kind{Name: "sample", Shipped: []Edition{{First: june, Rows: rows}, {First: june.AddDays(50), Rows: rows[:1]}}}
	values := Values{own: map[string][]own{"sample": {
		{Key: "b", First: june.AddDays(1), Says: struck},
		{Key: "a", First: june.AddDays(2), Says: itsOwn, Cells: Row{"a", "9"}},
		{Key: "d", First: june.AddDays(2), Says: itsOwn, Cells: Row{"d", "4"}},
		{Key: "a", First: june.AddDays(3), Says: asEdition},
		{Key: "d", First: june.AddDays(3), Says: struck},
		{Key: "d", First: june.AddDays(4), Says: itsOwn, Cells: Row{"d", "5"}},
	}}}
	for days, want := range map[int]string{
		0: "a=1 b=2 c=3", 1: "a=1 c=3", 2: "a=9replaced c=3 d=4added", 3: "a=1 c=3", 4: "a=1 c=3 d=5added", 50: "a=1 d=5added",
	} {
		if got := text(values.on(kind, june.AddDays(days))); got != want {
			t.Errorf("after %d days: %s, want %s", days, got, want)
		}
	}
}

func TestTheLastRowIsThatOfTheEditionThatHolds(t *testing.T) {
	t.Parallel()
	kind := Kind{Name: "sample", Shipped: []Edition{{First: june, Rows: []Row{{"2027"}}}, {First: june.AddDays(9), Rows: []Row{{"2029"}}}}}
	for name, c := range map[string]struct {
		started []known
		on      calendar.Date
		want    string
	}{
		"as shipped":             {nil, june, "2027"},
		"shipped anew":           {nil, june.AddDays(9), "2029"},
		"the town's":             {[]known{{"sample", june.AddDays(3), "2028"}}, june.AddDays(5), "2028"},
		"of one day":             {[]known{{"sample", june, "2028"}}, june, "2028"},
		"shipped after the town": {[]known{{"sample", june.AddDays(3), "2028"}}, june.AddDays(9), "2029"},
		"to come":                {[]known{{"sample", june.AddDays(30), "2028"}}, june.AddDays(5), "2028"},
		"another kind's":         {[]known{{"other", june.AddDays(3), "2028"}}, june.AddDays(5), "2027"},
	} {
		if got := kind.lastKey(c.started, c.on); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func drawRows(t *rapid.T, name string) []Row {
	cells := rapid.MapOfN(rapid.StringMatching(`[a-f]`), rapid.StringMatching(`[0-3]`), 0, 6).Draw(t, name)
	var rows []Row
	for _, key := range slices.Sorted(maps.Keys(cells)) {
		rows = append(rows, Row{key, cells[key]})
	}
	return rows
}

// What changes, applied to the one edition, gives the other.
func TestChangesLeadFromOneEditionToTheNext(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before, after := drawRows(t, "before"), drawRows(t, "after")
		rows := map[string]Row{}
		for _, row := range before {
			rows[row.Key()] = row
		}
		for _, c := range Changes(before, after) {
			if slices.Equal(c.Before, c.After) || !slices.Equal(rows[c.Key()], c.Before) {
				t.Fatalf("%v is no change", c)
			}
			delete(rows, c.Key())
			if c.After != nil {
				rows[c.Key()] = c.After
			}
		}
		var got []Row
		for _, key := range slices.Sorted(maps.Keys(rows)) {
			got = append(got, rows[key])
		}
		if fmt.Sprint(got) != fmt.Sprint(after) {
			t.Fatalf("%v, want %v", got, after)
		}
	})
}
