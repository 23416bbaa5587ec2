package violation

import (
	"slices"
	"testing"
	"time"

	"kagami/internal/violation"
	"kagami/internal/violation/procedure"
)

func TestWhereACaseHasStood(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, time.November, 1, 1, 0, 0, 0, time.UTC)
	step := func(day int, to procedure.State) violation.Step {
		return violation.Step{At: start.AddDate(0, 0, day), To: to}
	}
	days := func(list []span) (days []int) {
		for _, s := range list {
			days = append(days, s.Days)
		}
		return days
	}
	under := []violation.Step{step(0, procedure.Confirmed), step(2, procedure.Confirmed), step(3, procedure.Guided)}
	for name, c := range map[string]struct {
		steps []violation.Step
		want  []int
		now   bool
	}{
		"under way":        {under, []int{3, 7}, true},
		"over":             {append(slices.Clone(under), step(5, procedure.Closed)), []int{3, 2, 0}, false},
		"all on one day":   {[]violation.Step{step(0, procedure.Confirmed), step(0, procedure.Guided), step(0, procedure.Closed)}, []int{0, 0, 0}, false},
		"not a step taken": {nil, nil, false},
	} {
		list := spansOf(c.steps, start.AddDate(0, 0, 10))
		if !slices.Equal(days(list), c.want) || len(list) > 0 && list[len(list)-1].Now != c.now {
			t.Errorf("%s: %+v", name, list)
		}
		at, marks := 0, 0
		for _, s := range list {
			if s.X != at || s.Width < leastSpan {
				t.Errorf("%s: a span begins at %d, not where the last one ends, %d", name, s.X, at)
			}
			for _, x := range s.Marks {
				if x < s.X || x > s.X+s.Width {
					t.Errorf("%s: a step at %d stands out of its span", name, x)
				}
			}
			at, marks = at+s.Width, marks+len(s.Marks)
		}
		if marks != len(c.steps) {
			t.Errorf("%s: %d of %d steps are drawn", name, marks, len(c.steps))
		}
	}
}
