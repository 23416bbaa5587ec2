package calendar_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

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
		if got := calendar.Day(at).String(); got != want {
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

func TestDaysAreReadAsOfficesWriteThem(t *testing.T) {
	for written, want := range map[string]string{
		"2027-04-01": "2027-04-01", "2027/4/1": "2027-04-01", "2027年4月1日": "2027-04-01", "20270401": "2027-04-01", "２０２７．４．１": "2027-04-01",
		"令和9年4月1日": "2027-04-01", "令和　９年　４月　１日": "2027-04-01", "R9.4.1": "2027-04-01", "r9/4/1": "2027-04-01", "Ｒ９．４．１": "2027-04-01",
		"令和元年5月1日": "2019-05-01", "平成31年4月30日": "2019-04-30", "H31.4.30": "2019-04-30", "S64.1.7": "1989-01-07",
		"2027/4/1 0:00": "2027-04-01", "2027-04-01 00:00:00": "2027-04-01", "令和9年4月1日　０：００": "2027-04-01",
		"令和9年4月31日": "", "2027/2/29": "", "平成31年5月1日": "", "令和元年4月30日": "", "R0.4.1": "", "9.4.1": "", "4月1日": "", "2027": "", "": "", "未定": "",
	} {
		day, ok := calendar.ReadDay(written)
		if got := day.String(); ok != (want != "") || ok && got != want {
			t.Errorf("%q is read as %s (%t), want %s", written, got, ok, want)
		}
	}
}

// What is written in eras is read again as the same day.
func TestDaysWrittenInErasAreReadAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := calendar.NewDate(1873, 1, 1).AddDays(rapid.IntRange(0, 80_000).Draw(t, "days"))
		if got, ok := calendar.ReadDay(calendar.Wareki(day)); !ok || got != day {
			t.Fatalf("%s is read as %s", calendar.Wareki(day), got)
		}
	})
}
