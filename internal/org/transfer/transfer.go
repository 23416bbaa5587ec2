// Package transfer is what becomes of the posts that somebody holds where they are
// given another: they leave them (異動), or hold it beside (兼務). Nobody guesses which;
// and both are shown before and after.
package transfer

import (
	"slices"

	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/org"
)

// Way is how somebody comes to another post.
type Way string

// The ways.
const (
	Transfer   Way = "transfer"   // 異動: what they hold ends on the day before
	Concurrent Way = "concurrent" // 兼務: what they hold runs on
)

// Ways are both.
func Ways() []Way { return []Way{Transfer, Concurrent} }

// Title is the way on screen.
func (w Way) Title() string {
	if w == Transfer {
		return "異動（いまの発令を前日で終える）"
	}
	return "兼務（いまの発令もそのまま続ける）"
}

// Line is a post that somebody holds, before a day or from it on.
type Line struct {
	Post        string
	First, Last calendar.Date // zero Last: until further notice
	Acting      bool
	New, Ends   bool // the post that they are given; one that ends earlier for it
}

// Plan is what somebody holds before and after.
type Plan struct {
	Before, After []Line
	Held          []int64 // the appointments that they hold on the first day, by their ids in order
	Asks          bool    // whether there is anything to leave or to hold it beside
}

// Foresee returns what comes of giving somebody with a history the post of an
// appointment in a way. Invalid where the way is not said and must be, or cannot be
// gone.
func Foresee(history []org.AppointmentLine, a org.Appointment, post string, way Way) (Plan, error) {
	p := Plan{Held: []int64{}}
	for _, h := range history {
		if !h.Last.IsZero() && h.Last.Before(a.First.AddDays(-1)) {
			continue // it is over by then
		}
		line := Line{Post: h.PostName(), First: h.First, Last: h.Last, Acting: h.Acting}
		p.Before = append(p.Before, line)
		if h.On(a.First) {
			p.Held = append(p.Held, h.ID)
			if leaves := h.First.Before(a.First) && h.Post != a.Post; leaves {
				p.Asks = true
				if way == Transfer {
					line.Last, line.Ends = a.First.AddDays(-1), true
				}
			}
		}
		p.After = append(p.After, line)
	}
	slices.Sort(p.Held)
	p.After = append(p.After, Line{Post: post, First: a.First, Last: a.Last, Acting: a.Acting, New: true})
	switch {
	case p.Asks && way != Transfer && way != Concurrent:
		return p, wrong("この人には、その日に続いている発令があります。異動か兼務かを選んでください。")
	case way == Transfer && a.Acting:
		return p, wrong("職務代理では、本人の発令は続きます。「兼務」を選んでください。")
	}
	return p, nil
}

func wrong(message string) error {
	return fault.InvalidFields([]fault.Problem{{Field: "way", Message: message}})
}

// recently is for how many days somebody is still looked upon as leaving what they held.
const recently = 90

// Leaves tells whether somebody with a history is leaving a post on a day, or has left
// one not long ago: then what they hold is to be looked through.
func Leaves(history []org.AppointmentLine, day calendar.Date) bool {
	return slices.ContainsFunc(history, func(h org.AppointmentLine) bool {
		return !h.Last.IsZero() && !h.Last.Before(day.AddDays(-recently))
	})
}
