package calendar_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"kagami/internal/calendar"
)

var office = calendar.NewOffice(
	map[calendar.Date]string{calendar.NewDate(2027, time.January, 1): "元日", calendar.NewDate(2027, time.January, 11): "成人の日"},
	map[calendar.YearDay]string{{Month: time.December, Day: 31}: "年末年始の休日", {Month: time.January, Day: 2}: "年末年始の休日", {Month: time.February, Day: 29}: "閏日の休み"},
)

func TestAnOfficeIsClosedOnWeekendsHolidaysAndItsOwnDays(t *testing.T) {
	t.Parallel()
	for day, want := range map[string]string{
		"2026-12-25": "", "2026-12-26": "土曜日", "2026-12-27": "日曜日", "2026-12-28": "", "2026-12-31": "年末年始の休日",
		"2027-01-01": "元日", "2027-01-02": "年末年始の休日", "2027-01-04": "", "2027-01-11": "成人の日", "2028-02-29": "閏日の休み",
	} {
		if got := office.Closed(must(calendar.ParseDay(day))); got != want {
			t.Errorf("%s: %q, want %q", day, got, want)
		}
	}
}

func TestTheNextOpenDay(t *testing.T) {
	t.Parallel()
	for day, want := range map[string]string{"2026-12-30": "2026-12-30", "2026-12-31": "2027-01-04", "2027-01-09": "2027-01-12"} {
		if got := office.NextOpen(must(calendar.ParseDay(day))); got.String() != want {
			t.Errorf("%s: %s, want %s", day, got, want)
		}
	}
}

func TestNoDayBeforeTheNextOpenOneIsOpen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		day := calendar.NewDate(2026, time.December, 1).AddDays(rapid.IntRange(0, 500).Draw(t, "day"))
		next := office.NextOpen(day)
		if !office.IsOpen(next) {
			t.Fatalf("%s is not open", next)
		}
		for d := day; d.Before(next); d = d.AddDays(1) {
			if office.IsOpen(d) {
				t.Fatalf("%s is open before %s", d, next)
			}
		}
	})
}

func TestAnOfficeThatIsNeverOpenHasNoNextDay(t *testing.T) {
	t.Parallel()
	yearly := map[calendar.YearDay]string{}
	for n := range 366 {
		_, month, day := calendar.NewDate(2028, time.January, 1).AddDays(n).Date()
		yearly[calendar.YearDay{Month: month, Day: day}] = "休み"
	}
	day := calendar.NewDate(2026, time.December, 1)
	if got := calendar.NewOffice(nil, yearly).NextOpen(day); got != day {
		t.Errorf("%s", got)
	}
}

func TestADayOfEachYearIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"12-29", "01-03", "02-29"} {
		if d, err := calendar.ParseYearDay(text); err != nil || d.String() != text {
			t.Errorf("%s: %s, %v", text, d, err)
		}
	}
	for _, text := range []string{"", "02-30", "13-01", "1-3", "12/29"} {
		if d, err := calendar.ParseYearDay(text); err == nil {
			t.Errorf("%q is read as %s", text, d)
		}
	}
}

func must(d calendar.Date, err error) calendar.Date {
	if err != nil {
		panic(err)
	}
	return d
}
