package acknowledging

import (
	"fmt"
	"strings"

	"kagami/internal/calendar"
	"kagami/internal/policy/acknowledge"
)

// Measures of the chart of acknowledgements by day, in its own units.
const (
	progressWidth, progressHeight = 640, 200
	progressLeft, progressBottom  = 72, 36
	progressTop, progressRight    = 24, 12
)

// progressChart is how many have acknowledged by each day, as a line that only
// rises.
type progressChart struct {
	Line    string // the points of the line, and of the area below it
	Area    string
	Rules   []progressRule
	Due     int // where the last day in time stands; 0 for none
	First   string
	Last    string
	DueText string
}

// progressRule is a line across the chart at a share of the people.
type progressRule struct {
	Y     int
	Label string
}

// drawProgress lays it out: from the first day to today, or to the last day in
// time where that is later.
func drawProgress(p acknowledge.Coverage) progressChart {
	last := p.Progress.Until
	if p.Reading.Closes.After(last) {
		last = p.Reading.Closes
	}
	first := p.Progress.From
	if first.After(last) {
		first = last
	}
	days := last.Sub(first) + 1
	x := func(day calendar.Date) int {
		return progressLeft + (progressWidth-progressLeft-progressRight)*(day.Sub(first)+1)/days
	}
	y := func(count int) int {
		return progressHeight - progressBottom - (progressHeight-progressBottom-progressTop)*count/max(p.Asked, 1)
	}
	points := []string{point(progressLeft, y(0))}
	total := 0
	for _, d := range p.Progress.Days {
		points = append(points, point(x(d.Day.AddDays(-1)), y(total)), point(x(d.Day), y(d.Total)))
		total = d.Total
	}
	end := x(p.Progress.Until)
	if p.Progress.From.After(p.Progress.Until) {
		end = progressLeft
	}
	points = append(points, point(end, y(total)))
	c := progressChart{
		Line: strings.Join(points, " "), Area: strings.Join(append(points, point(end, y(0))), " "),
		First: calendar.Wareki(first), Last: calendar.Wareki(last),
	}
	for _, share := range []int{0, 50, 100} {
		c.Rules = append(c.Rules, progressRule{progressHeight - progressBottom - (progressHeight-progressBottom-progressTop)*share/100, fmt.Sprintf("%d%%", share)})
	}
	if !p.Reading.Closes.IsZero() {
		c.Due, c.DueText = x(p.Reading.Closes), "期限"
	}
	return c
}

func point(x, y int) string { return fmt.Sprintf("%d,%d", x, y) }
