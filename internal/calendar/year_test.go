package calendar_test

import (
	"testing"

	"kagami/internal/calendar"
)

func TestAFiscalYearBeginsInApril(t *testing.T) {
	for day, want := range map[string]int{"2026-04-01": 2026, "2026-12-31": 2026, "2027-03-31": 2026, "2027-04-01": 2027} {
		on, err := calendar.ParseDay(day)
		if err != nil {
			t.Fatal(err)
		}
		if got := calendar.FiscalYear(on); got != want {
			t.Errorf("%s is in %d", day, got)
		}
	}
}

func TestPapersAreNumberedByTheYearOfReiwa(t *testing.T) {
	for day, want := range map[calendar.Date]int{
		calendar.NewDate(2026, 11, 24): 8, calendar.NewDate(2027, 3, 31): 8, calendar.NewDate(2027, 4, 1): 9, calendar.NewDate(2019, 5, 1): 1,
	} {
		if got := calendar.ReiwaYear(day); got != want {
			t.Errorf("%v is in 令和%d年度", day, got)
		}
	}
}
