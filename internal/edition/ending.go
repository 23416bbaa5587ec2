package edition

import (
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/task"
)

// warnDays is how long before the last day of which an edition knows somebody is
// asked to read in the next one.
const warnDays = 60

// Ending is a kind whose edition soon knows no more.
type Ending struct {
	Kind
	Until calendar.Date // the last day of which it knows
}

// known is how far a started edition knows.
type known struct {
	Kind  string
	First calendar.Date
	Last  string // the key of its last row
}

// QueueEnding asks in a batch for the kinds whose edition soon knows no more, or does
// not already, for who may read in another.
func (s *Service) QueueEnding(b *task.Batch, actor authz.Actor, take func([]Ending)) {
	if _, may := actor.May(authz.KeepEditions, authz.Matter{}); !may {
		return
	}
	today := calendar.Day(s.door.Now())
	task.Rows(b, "looking which editions end", pgx.RowToStructByName[known], func(started []known) {
		var list []Ending
		for _, kind := range s.kinds {
			if kind.Until == nil {
				continue
			}
			until := kind.Until(kind.lastKey(started, today))
			if !until.After(today.AddDays(warnDays)) {
				list = append(list, Ending{kind, until})
			}
		}
		take(list)
	}, `
		SELECT e.kind, s.first_day AS first, e.rows->-1->>0 AS last
		FROM edition e
		JOIN LATERAL `+lastSaid+` s ON s.first_day IS NOT NULL
		ORDER BY s.first_day, s.id`)
}

// lastKey is the key of the last row of the edition that holds on a day or is to hold
// after it, of those that a town has started.
func (k Kind) lastKey(started []known, today calendar.Date) string {
	held := Values{}.edition(k, today)
	last := held.Rows[len(held.Rows)-1].Key()
	for _, e := range slices.Backward(started) {
		if e.Kind == k.Name {
			if !e.First.Before(held.First) {
				return e.Last
			}
			return last
		}
	}
	return last
}
