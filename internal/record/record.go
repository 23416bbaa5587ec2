// Package record is what the histories of things have alike: each change keeps what the
// columns of the thing were and are, and two versions are told apart column by column. It
// knows no database: the rows stand with the thing.
package record

import (
	"slices"
	"time"

	"kagami/internal/calendar"
)

// Column is one that the versions of a thing have.
type Column interface {
	// Named is the column as it is stored in the history, and as it is headed.
	Named() (key, title string)
}

// Event is one change of a thing.
type Event struct {
	Version int
	At      time.Time
	By      string // empty for the operator and the portal
	Why     string
	Before  map[string]string // by the keys of columns; empty for the change that made the thing
	After   map[string]string
}

// Comparison is in which columns two versions of a thing differ: their keys, in the order in
// which they were compared, with what they were and are.
type Comparison struct {
	Keys          []string
	Before, After map[string]string
}

// NewComparison is that of two versions before any column is compared.
func NewComparison() *Comparison {
	return &Comparison{Before: map[string]string{}, After: map[string]string{}}
}

// Add compares a column.
func (c *Comparison) Add(key, was, is string) {
	if was != is {
		c.Keys, c.Before[key], c.After[key] = append(c.Keys, key), was, is
	}
}

// DayText is a day as a history keeps it: 2026-11-24; empty for none.
func DayText(day calendar.Date) string {
	if day.IsZero() {
		return ""
	}
	return day.String()
}

// Difference is a column that a change has changed, as people read it.
type Difference struct{ Title, From, To string }

// Differences are what an event has changed, in the order of the columns; shown is how people
// read what is stored. What reads as before has not changed for them.
func Differences[C Column](columns []C, e Event, shown func(key, text string) string) []Difference {
	var list []Difference
	for _, c := range columns {
		key, title := c.Named()
		text, changed := e.After[key]
		if !changed {
			continue
		}
		if from, to := shown(key, e.Before[key]), shown(key, text); from != to {
			list = append(list, Difference{title, from, to})
		}
	}
	return list
}

// Overtaken is that others have changed a thing while somebody typed.
type Overtaken struct {
	Last  Event // the newest change
	Lines []Line
}

// Line is a column in which what stands there and what was typed differ.
type Line struct {
	Key, Title string
	Now, Typed string // as they are stored
	ByOthers   bool   // it has been changed since the form was opened
}

// Overtake compares what stands there now with what was typed on a version that was seen, by
// the history with the newest change first.
func Overtake[C Column](columns []C, history []Event, seen int, now, typed func(C) string) *Overtaken {
	o := &Overtaken{}
	if len(history) > 0 {
		o.Last = history[0]
	}
	for _, c := range columns {
		key, title := c.Named()
		line := Line{Key: key, Title: title, Now: now(c), Typed: typed(c)}
		line.ByOthers = slices.ContainsFunc(history, func(e Event) bool {
			_, changed := e.After[key]
			return changed && e.Version > seen
		})
		if line.Now != line.Typed {
			o.Lines = append(o.Lines, line)
		}
	}
	return o
}
