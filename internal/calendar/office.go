package calendar

import (
	"fmt"
	"time"
)

// YearDay is a day of each year: 29 December. 29 February is there in leap years.
type YearDay struct {
	Month time.Month
	Day   int
}

// String writes it as 12-29.
func (d YearDay) String() string { return fmt.Sprintf("%02d-%02d", d.Month, d.Day) }

// ParseYearDay reads what String writes.
func ParseYearDay(s string) (YearDay, error) {
	t, err := time.Parse("2006-01-02", "2000-"+s) // a leap year
	if err != nil {
		return YearDay{}, fmt.Errorf("reading a day of each year: %w", err)
	}
	return YearDay{t.Month(), t.Day()}, nil
}

// Office tells on which days an office is open (地方自治法4条の2): not on Saturdays
// and Sundays, on holidays, and on the days of each year on which the town closes it.
// The zero Office is open from Monday to Friday.
type Office struct {
	holidays map[Date]string
	yearly   map[YearDay]string
}

// NewOffice makes an office of its closed days, with what each is called.
func NewOffice(holidays map[Date]string, yearly map[YearDay]string) Office {
	return Office{holidays, yearly}
}

// Closed tells why an office is closed on a day: 元日, 土曜日; empty where it is open.
func (o Office) Closed(day Date) string {
	if name := o.holidays[day]; name != "" {
		return name
	}
	_, month, n := day.Date()
	if name := o.yearly[YearDay{month, n}]; name != "" {
		return name
	}
	switch day.midnight().Weekday() {
	case time.Saturday:
		return "土曜日"
	case time.Sunday:
		return "日曜日"
	}
	return ""
}

// IsOpen tells whether an office is open on a day.
func (o Office) IsOpen(day Date) bool { return o.Closed(day) == "" }

// farthestOpen bounds the looking for an open day: a town that has closed every day
// has typed something wrong.
const farthestOpen = 366

// NextOpen is the day itself where the office is open, else the first day after it on
// which it is; the day itself where there is none within a year.
func (o Office) NextOpen(day Date) Date {
	for n := range farthestOpen {
		if o.IsOpen(day.AddDays(n)) {
			return day.AddDays(n)
		}
	}
	return day
}

// The hours in which an office is open on its days.
const (
	opens  = 8*time.Hour + 30*time.Minute
	closes = 17*time.Hour + 15*time.Minute
)

// InHours is the instant itself, in office hours, or else when they begin next.
func (o Office) InHours(now time.Time) time.Time {
	day := Day(now)
	switch since := now.Sub(day.Start()); {
	case !o.IsOpen(day) || since >= closes:
		return o.NextOpen(day.AddDays(1)).Start().Add(opens)
	case since < opens:
		return day.Start().Add(opens)
	}
	return now
}
