package calendar

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

// Date is a day, without a time and a place: 2026-11-24. Two are the same day
// where they are ==. The zero Date is no day: it is NULL in the database, and
// before every day. (It stands where 1 January of the year 1 would, a day that
// no office writes.)
type Date struct {
	days int32 // since that day
}

// NewDate is a day of the Gregorian calendar; 32 November is 2 December.
func NewDate(year int, month time.Month, day int) Date {
	return dateOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// Day is the day in Tokyo at an instant.
func Day(instant time.Time) Date { return NewDate(instant.In(Tokyo).Date()) }

// ParseDay reads a day as date fields in a form give it, 2026-11-24.
func ParseDay(s string) (Date, error) {
	at, err := time.Parse(time.DateOnly, s)
	if err == nil && at.IsZero() {
		err = errors.New("1 January of the year 1 stands for no day")
	}
	if err != nil {
		return Date{}, err
	}
	return dateOf(at), nil
}

const (
	secondsOfDay = 24 * 60 * 60
	firstSecond  = -62135596800 // of the zero time.Time, in Unix time
)

// dateOf is the day that begins at a midnight in UTC.
func dateOf(midnight time.Time) Date {
	return Date{int32((midnight.Unix() - firstSecond) / secondsOfDay)}
}

// midnight is the day as the standard library and pgx have one; the zero
// time.Time for no day.
func (d Date) midnight() time.Time {
	return time.Unix(int64(d.days)*secondsOfDay+firstSecond, 0).UTC()
}

// IsZero tells whether it is no day.
func (d Date) IsZero() bool { return d == Date{} }

// Compare is -1 where it is before another day, 0 where it is the same, else 1.
func (d Date) Compare(other Date) int { return cmp.Compare(d.days, other.days) }

// Before tells whether it is before another day.
func (d Date) Before(other Date) bool { return d.days < other.days }

// After tells whether it is after another day.
func (d Date) After(other Date) bool { return d.days > other.days }

// AddDays is the day so many days later, or earlier where days is negative.
func (d Date) AddDays(days int) Date { return Date{d.days + int32(days)} }

// AddYears is the same day so many years later; 1 March for 29 February where
// there is none.
func (d Date) AddYears(years int) Date { return dateOf(d.midnight().AddDate(years, 0, 0)) }

// Sub is how many days it is after another day; negative where it is before.
func (d Date) Sub(other Date) int { return int(d.days - other.days) }

// Year is the day's year.
func (d Date) Year() int { return d.midnight().Year() }

// Date is the day's year, month and day of the month.
func (d Date) Date() (year int, month time.Month, day int) { return d.midnight().Date() }

// Start is the instant at which it begins in Tokyo.
func (d Date) Start() time.Time {
	y, m, day := d.Date()
	return time.Date(y, m, day, 0, 0, 0, 0, Tokyo)
}

// String writes it as 2026-11-24, and no day as nothing.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.Format(time.DateOnly)
}

// Format writes it in a layout of the package time, which has no time of day:
// 20061124 for the layout 20060102.
func (d Date) Format(layout string) string { return d.midnight().Format(layout) }

// MarshalJSON writes it as its midnight in UTC, "2026-11-24T00:00:00Z", and no day
// as "0001-01-01T00:00:00Z": what is kept as JSON has days written so.
func (d Date) MarshalJSON() ([]byte, error) { return d.midnight().MarshalJSON() }

// UnmarshalJSON reads what MarshalJSON writes.
func (d *Date) UnmarshalJSON(written []byte) error {
	var at time.Time
	if err := at.UnmarshalJSON(written); err != nil {
		return err
	}
	*d = NewDate(at.Date())
	return nil
}

// ScanDate reads a date of the database; no day for NULL.
func (d *Date) ScanDate(v pgtype.Date) error {
	switch {
	case !v.Valid:
		*d = Date{}
	case v.InfinityModifier != pgtype.Finite:
		return fmt.Errorf("a day cannot be %s", v.InfinityModifier)
	default:
		*d = NewDate(v.Time.Date())
	}
	return nil
}

// DateValue writes a date of the database; NULL for no day.
func (d Date) DateValue() (pgtype.Date, error) {
	return pgtype.Date{Time: d.midnight(), Valid: !d.IsZero()}, nil
}

// TextValue refuses: pgx would send a day as text to a parameter that is no date,
// and PostgreSQL would take it for midnight in whatever zone the session has. Such
// a statement says $1::date.
func (d Date) TextValue() (pgtype.Text, error) {
	return pgtype.Text{}, errors.New("a day was given for a parameter that is no date")
}
