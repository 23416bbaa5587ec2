package calendar_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"kagami/internal/calendar"
	"kagami/internal/postgres/pgtest"
)

var server pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &server)) }

func day(s string) calendar.Date {
	if s == "" {
		return calendar.Date{}
	}
	d, err := calendar.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

func TestADayIsReckonedWith(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{day("2026-11-24").AddDays(7).String(), "2026-12-01"},
		{day("2028-03-01").AddDays(-1).String(), "2028-02-29"},
		{day("2027-03-01").AddDays(-1).String(), "2027-02-28"},
		{day("2028-02-29").AddYears(1).String(), "2029-03-01"},
		{calendar.NewDate(2026, time.November, 32).String(), "2026-12-02"},
		{day("2026-11-24").Format("20060102"), "20261124"},
		{day("2026-11-24").Start().UTC().Format(time.RFC3339), "2026-11-23T15:00:00Z"},
		{calendar.Date{}.String(), ""},
	} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
	if n := day("2027-04-01").Sub(day("2026-04-01")); n != 365 {
		t.Errorf("a year has %d days", n)
	}
}

func TestDaysAreOrdered(t *testing.T) {
	days := []calendar.Date{day("2026-11-25"), {}, day("2026-11-24"), day("1868-10-23")}
	slices.SortFunc(days, calendar.Date.Compare)
	if want := []calendar.Date{{}, day("1868-10-23"), day("2026-11-24"), day("2026-11-25")}; !slices.Equal(days, want) {
		t.Errorf("got %v, want %v", days, want)
	}
	for i, d := range days[1:] {
		if !days[i].Before(d) || days[i].After(d) || d.Before(d) || d.After(d) || !d.After(days[i]) {
			t.Errorf("%s and %s are out of order", days[i], d)
		}
	}
}

func TestOnlyADayIsParsed(t *testing.T) {
	for _, s := range []string{"", "2026-11-31", "2026-1-1", "2026/11/24", "2026-11-24T00:00:00Z", "0001-01-01"} {
		if d, err := calendar.ParseDay(s); err == nil || !d.IsZero() {
			t.Errorf("%q is parsed as %s", s, d)
		}
	}
	if d, ok := calendar.ReadDay("00010101"); ok {
		t.Errorf("no day is read as %s", d)
	}
}

func TestDaysAreReckonedWithAsInstantsAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		year, days := rapid.IntRange(2, 9999).Draw(t, "year"), rapid.IntRange(-400, 400).Draw(t, "days")
		at := time.Date(year, time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 31).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
		d := calendar.NewDate(at.Date())
		if at.Year() < 10000 {
			if got, err := calendar.ParseDay(d.String()); err != nil || got != d {
				t.Fatalf("%s is parsed as %s", d, got)
			}
		}
		later := d.AddDays(days)
		if want := at.AddDate(0, 0, days); later != calendar.NewDate(want.Date()) || later.Format(time.RFC3339) != want.Format(time.RFC3339) {
			t.Fatalf("%d days after %s is %s", days, d, later)
		}
		if later.Sub(d) != days || d.Sub(later) != -days || later.AddDays(-days) != d || later.Compare(d) != min(max(days, -1), 1) {
			t.Fatalf("%s is not %d days after %s", later, days, d)
		}
		if calendar.Day(d.Start()) != d || calendar.Day(d.Start().Add(-1)) != d.AddDays(-1) {
			t.Fatalf("%s begins at %s", d, d.Start())
		}
	})
}

// What is kept as JSON was written when a day was an instant, midnight in UTC.
func TestDaysAreKeptInJSONAsInstants(t *testing.T) {
	type kept[D any] struct {
		First D
		Last  D `json:",omitzero"`
	}
	for s, want := range map[string]kept[time.Time]{
		"2026-11-24": {First: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), Last: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)},
		"":           {},
	} {
		before, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		now, err := json.Marshal(kept[calendar.Date]{day(s), day(s)})
		if err != nil || string(now) != string(before) {
			t.Errorf("%q is kept as %s (%v), want %s", s, now, err, before)
		}
		var again kept[calendar.Date]
		if err := json.Unmarshal(before, &again); err != nil || again.First != day(s) || again.Last != day(s) {
			t.Errorf("%s is read as %v (%v)", before, again, err)
		}
	}
	if err := json.Unmarshal([]byte(`"2026-11-24"`), new(calendar.Date)); err == nil {
		t.Error("a day that was not kept so is read")
	}
}

func TestADayIsADateOfTheDatabase(t *testing.T) {
	db := server.New(t)
	for _, s := range []string{"2026-11-24", "1868-10-23", "9999-12-31", ""} {
		var (
			again      calendar.Date
			text       *string
			days       []calendar.Date
			first, end calendar.Date
		)
		d := day(s)
		err := db.Pool.QueryRow(t.Context(), `
			SELECT $1::date, $1::date::text, array_append($2::date[], NULL), lower(daterange($1, $3)), upper(daterange($1, $3))`,
			d, []calendar.Date{d, day("2027-04-01")}, calendar.Date{}).Scan(&again, &text, &days, &first, &end)
		if err != nil {
			t.Fatal(err)
		}
		if again != d || first != d || !end.IsZero() || (text == nil) != d.IsZero() || text != nil && *text != s {
			t.Errorf("%q comes back as %s, %s to %s", s, again, first, end)
		}
		if want := []calendar.Date{d, day("2027-04-01"), {}}; !slices.Equal(days, want) {
			t.Errorf("got %v, want %v", days, want)
		}
	}
	rows, err := db.Pool.Query(t.Context(), `SELECT day FROM unnest($1::date[]) AS u(day) ORDER BY day NULLS FIRST`, []calendar.Date{day("2026-11-24"), {}})
	if err != nil {
		t.Fatal(err)
	}
	days, err := pgx.CollectRows(rows, pgx.RowTo[calendar.Date])
	if want := []calendar.Date{{}, day("2026-11-24")}; err != nil || !slices.Equal(days, want) {
		t.Errorf("got %v (%v), want %v", days, err, want)
	}
}

// A row's day that is NULL is no day, whatever the row before had.
func TestNoDayTakesTheRowBeforesPlace(t *testing.T) {
	rows, err := server.New(t).Pool.Query(t.Context(), `VALUES (1, '2026-11-24'::date), (2, NULL)`)
	if err != nil {
		t.Fatal(err)
	}
	var (
		n    int
		d    calendar.Date
		days []calendar.Date
	)
	_, err = pgx.ForEachRow(rows, []any{&n, &d}, func() error {
		days = append(days, d)
		return nil
	})
	if want := []calendar.Date{day("2026-11-24"), {}}; err != nil || !slices.Equal(days, want) {
		t.Errorf("got %v (%v), want %v", days, err, want)
	}
}

func TestWhatIsNoDateIsNoDay(t *testing.T) {
	db := server.New(t)
	for _, s := range []string{"SELECT $1::timestamptz", "SELECT $1::timestamp", "SELECT $1::text", "SELECT $1", "SELECT $1::date[]", "SELECT now() > $1"} {
		if _, err := db.Pool.Exec(t.Context(), s, day("2026-11-24")); err == nil {
			t.Errorf("%s takes a day", s)
		}
	}
	for _, s := range []string{"now()", "'2026-11-24'::text", "'infinity'::date", "'-infinity'::date", "2026"} {
		var d calendar.Date
		if err := db.Pool.QueryRow(t.Context(), "SELECT "+s).Scan(&d); err == nil {
			t.Errorf("%s is read as %s", s, d)
		}
	}
}
