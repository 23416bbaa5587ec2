// Package calendar tells days: a day is a day in Asia/Tokyo, and is carried as
// midnight UTC of that date, as PostgreSQL's date type is read.
package calendar

import "time"

// Tokyo is Japan's time, which has had no change of clocks since 1951. It is
// fixed here so that no machine needs a time zone database.
var Tokyo = time.FixedZone("Asia/Tokyo", 9*60*60)

// Day is the day in Tokyo at an instant.
func Day(instant time.Time) time.Time {
	y, m, d := instant.In(Tokyo).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// Start is the instant at which a day begins in Tokyo.
func Start(day time.Time) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, Tokyo)
}

// ParseDay reads a day as date fields in a form give it, 2026-11-24.
func ParseDay(s string) (time.Time, error) { return time.Parse(time.DateOnly, s) }

// FiscalYear is the 年度 of a day, which begins on 1 April: 2026 for 31 March 2027.
func FiscalYear(day time.Time) int {
	if day.Month() < time.April {
		return day.Year() - 1
	}
	return day.Year()
}
