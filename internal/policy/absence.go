package policy

import (
	"slices"

	"kagami/internal/calendar"
)

// Away is that somebody is away from work (休業) from a first to a last day, as the
// organization shows it.
type Away struct {
	First calendar.Date
	Last  calendar.Date // zero: until further notice
}

// On tells whether they are away on a day.
func (a Away) On(day calendar.Date) bool {
	return !day.Before(a.First) && (a.Last.IsZero() || !day.After(a.Last))
}

// IsBack tells whether somebody who was asked for something on a day has been away
// since, and is back on another: then they are asked again, with as many days as those
// had who were asked first. For example, who was asked on 4月1日 and away from 4月5日
// to 9月30日 is back on 10月1日. Who was away only before they were asked is not.
func IsBack(asked, day calendar.Date, away []Away) bool {
	return slices.ContainsFunc(away, func(a Away) bool {
		return !a.Last.IsZero() && !a.Last.Before(asked) && a.Last.Before(day)
	})
}

// BackSQL is IsBack in SQL: of a person, the day on which they were asked, and the day
// on which it is asked, as columns or arguments.
func BackSQL(person, asked, day string) string {
	return `EXISTS (SELECT FROM absence_shown b WHERE b.person_id = ` + person + ` AND upper(b.period) > ` + asked + ` AND upper(b.period) <= ` + day + `::date)`
}

// AwayOn is the SQL of the ids of those who are away on a day, such as @day.
func AwayOn(day string) string {
	return `SELECT b.person_id FROM absence_shown b WHERE b.period @> ` + day + `::date`
}
