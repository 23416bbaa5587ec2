package acknowledging

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kagami/internal/calendar"
	"kagami/internal/policy/acknowledge"
)

// The line begins at nothing, never falls, stays within the chart, and ends at
// today.
func TestTheLineOfProgressOnlyRises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := calendar.NewDate(2026, 4, 1)
		day := func(n int) calendar.Date { return from.AddDays(n) }
		p := acknowledge.Coverage{
			Asked:    rapid.IntRange(0, 500).Draw(t, "asked"),
			Progress: acknowledge.Progress{From: from, Until: day(rapid.IntRange(0, 400).Draw(t, "until"))},
		}
		if given := rapid.IntRange(-1, 60).Draw(t, "given"); given >= 0 {
			p.Reading.Closes = day(given)
		}
		total := 0
		for n := range p.Progress.Until.Sub(from) + 1 {
			count := rapid.IntRange(0, max(p.Asked-total, 0)).Draw(t, "count")
			if count > 0 && rapid.Bool().Draw(t, "some") {
				total += count
				p.Progress.Days = append(p.Progress.Days, acknowledge.DayCount{Day: day(n), Count: count, Total: total})
			}
		}
		lastX, lastY := 0, progressHeight
		for point := range strings.FieldsSeq(drawProgress(p).Line) {
			var x, y int
			if _, err := fmt.Sscanf(point, "%d,%d", &x, &y); err != nil {
				t.Fatal(err)
			}
			if x < lastX || y > lastY || x < progressLeft || x > progressWidth-progressRight || y < progressTop || y > progressHeight-progressBottom {
				t.Fatalf("after %d,%d comes %d,%d", lastX, lastY, x, y)
			}
			lastX, lastY = x, y
		}
	})
}
