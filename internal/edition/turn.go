package edition

import (
	"context"
	"slices"

	"kagami/internal/authz"
	"kagami/internal/calendar"
)

// Turn is that a row in effect became another one on a day.
type Turn struct {
	Change
	Day     calendar.Date
	Edition string // the name of the edition that began on the day; empty where the town has said so
}

// Turns are how the rows in effect have changed up to a day, in the order of days and of
// keys. The first edition of all changes nothing: nothing older is known.
func (v Values) Turns(kind Kind, until calendar.Date) []Turn {
	var days []calendar.Date
	for _, e := range v.editions(kind) {
		days = append(days, e.First)
	}
	for _, o := range v.own[kind.Name] {
		days = append(days, o.First)
	}
	slices.SortFunc(days, calendar.Date.Compare)
	var list []Turn
	for _, day := range slices.Compact(days) {
		if day.After(until) {
			break
		}
		said, held := v.said(kind, day), v.edition(kind, day)
		for _, c := range Changes(rowsOf(v.on(kind, day.AddDays(-1))), rowsOf(v.on(kind, day))) {
			t := Turn{Change: c, Day: day, Edition: held.Name}
			if said[c.Key()].First == day {
				t.Edition = ""
			}
			list = append(list, t)
		}
	}
	return list
}

func rowsOf(list []InEffect) []Row {
	rows := make([]Row, len(list))
	for i, r := range list {
		rows[i] = r.Row
	}
	return rows
}

// Use is what goes by a row, told on the page of what an edition changes.
type Use struct{ Words, URL string } // 情報資産 120件, and where they are

// Uses tell by the keys of rows of a kind what goes by them, as far as the actor may see it.
type Uses func(ctx context.Context, actor authz.Actor, kind string, keys []string) (map[string]Use, error)
