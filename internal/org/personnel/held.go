package personnel

import (
	"fmt"
	"slices"
	"strings"

	"kagami/internal/calendar"
	"kagami/internal/org"
)

// held is an appointment as it is and as it is to be, with what the file says of
// it.
type held struct {
	org.AppointmentChange
	line   int // the row that says so; 0 for none
	listed bool
}

// meet tells whether two appointments have a day in common.
func meet(a, b org.Appointment) bool {
	return (b.Last.IsZero() || !a.First.After(b.Last)) && (a.Last.IsZero() || !b.First.After(a.Last))
}

// within is the part of an appointment during which a rule lasts.
func within(a org.Appointment, r org.Rule) (org.Appointment, bool) {
	if a.First.Before(r.First) {
		a.First = r.First
	}
	if !r.Last.IsZero() && (a.Last.IsZero() || r.Last.Before(a.Last)) {
		a.Last = r.Last
	}
	return a, a.Last.IsZero() || !a.Last.Before(a.First)
}

// firstDayWithout is the first day from today on that none of the periods
// holds; false where there is none.
func firstDayWithout(periods []org.Appointment, today calendar.Date) (calendar.Date, bool) {
	slices.SortFunc(periods, func(a, b org.Appointment) int { return a.First.Compare(b.First) })
	day := today
	for _, a := range periods {
		switch {
		case a.First.After(day):
			return day, true
		case a.Last.IsZero():
			return calendar.Date{}, false
		case !a.Last.Before(day):
			day = a.Last.AddDays(1)
		}
	}
	return day, true
}

// dayChange says which days of an appointment change.
func dayChange(h *held) string {
	var changes []string
	if h.First != h.Was.First {
		changes = append(changes, fmt.Sprintf("最初の日：%s → %s", calendar.Wareki(h.Was.First), calendar.Wareki(h.First)))
	}
	if h.Last != h.Was.Last {
		was := "なし"
		if !h.Was.Last.IsZero() {
			was = calendar.Wareki(h.Was.Last)
		}
		changes = append(changes, fmt.Sprintf("最後の日：%s → %s", was, calendar.Wareki(h.Last)))
	}
	return strings.Join(changes, "、")
}
