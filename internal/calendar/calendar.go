// Package calendar tells days: a day is a day in Asia/Tokyo and a Date, as a date
// in PostgreSQL; an instant is a time.Time.
package calendar

import "time"

// Tokyo is Japan's time, which has had no change of clocks since 1951. It is
// fixed here so that no machine needs a time zone database.
var Tokyo = time.FixedZone("Asia/Tokyo", 9*60*60)

// FiscalYear is the 年度 of a day, which begins on 1 April: 2026 for 31 March 2027.
func FiscalYear(day Date) int {
	year, month, _ := day.Date()
	if month < time.April {
		year--
	}
	return year
}

// ReiwaYear is the 年度 of a day as papers are numbered by it: 8 for 令和8年度.
func ReiwaYear(day Date) int {
	const before = 2018 // the year before 令和元年
	return FiscalYear(day) - before
}
