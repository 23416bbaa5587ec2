package calendar_test

import (
	"testing"
	"time"

	"kagami/internal/calendar"
)

func TestADayIsADayInTokyo(t *testing.T) {
	for instant, want := range map[string]string{
		"2026-11-24T14:59:59Z": "2026-11-24",
		"2026-11-24T15:00:00Z": "2026-11-25",
		"2026-03-31T15:00:00Z": "2026-04-01",
	} {
		at, err := time.Parse(time.RFC3339, instant)
		if err != nil {
			t.Fatal(err)
		}
		if got := calendar.Day(at).Format(time.DateOnly); got != want {
			t.Errorf("%s is on %s, want %s", instant, got, want)
		}
	}
}

func TestDaysAreWrittenInEras(t *testing.T) {
	for day, want := range map[string]string{
		"2026-11-24": "令和8年11月24日",
		"2019-05-01": "令和元年5月1日",
		"2019-04-30": "平成31年4月30日",
		"1989-01-08": "平成元年1月8日",
		"1989-01-07": "昭和64年1月7日",
		"1926-12-25": "昭和元年12月25日",
		"1912-07-29": "明治45年7月29日",
		"1867-01-01": "1867年1月1日",
	} {
		at, err := calendar.ParseDay(day)
		if err != nil {
			t.Fatal(err)
		}
		if got := calendar.Wareki(at); got != want {
			t.Errorf("%s is written %s, want %s", day, got, want)
		}
	}
}

func TestInstantsAreWrittenInTokyosTime(t *testing.T) {
	at := time.Date(2026, 11, 24, 15, 5, 0, 0, time.UTC)
	if got, want := calendar.WarekiInstant(at), "令和8年11月25日 0時05分"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
