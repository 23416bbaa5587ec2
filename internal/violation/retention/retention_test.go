package retention

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kagami/internal/calendar"
	"kagami/internal/edition"
)

var shipped = Periods.On(edition.Values{}, calendar.NewDate(2026, time.November, 28))

func TestTheLastDayOfKeeping(t *testing.T) {
	t.Parallel()
	day := calendar.NewDate
	with := func(years int, start Start) []Period {
		return []Period{{Outcome: Improved, Years: years, Start: start}}
	}
	for name, c := range map[string]struct {
		periods []Period
		outcome Outcome
		closed  calendar.Date
		want    calendar.Date // zero for none
	}{
		"dismissed":                       {shipped, Dismissed, day(2026, time.November, 28), day(2028, time.March, 31)},
		"no violation":                    {shipped, NotViolation, day(2026, time.November, 28), day(2028, time.March, 31)},
		"improved":                        {shipped, Improved, day(2026, time.November, 28), day(2032, time.March, 31)},
		"on the last day of a year":       {shipped, Improved, day(2027, time.March, 31), day(2032, time.March, 31)},
		"on the first day of a year":      {shipped, Improved, day(2027, time.April, 1), day(2033, time.March, 31)},
		"lifted":                          {shipped, Lifted, day(2026, time.November, 28), day(2032, time.March, 31)},
		"left revoked":                    {shipped, LeftRevoked, day(2026, time.November, 28), day(2032, time.March, 31)},
		"of a vendor":                     {shipped, Vendor, day(2026, time.November, 28), day(2032, time.March, 31)},
		"referred: as the papers of 人事":   {shipped, Referred, day(2026, time.November, 28), calendar.Date{}},
		"an outcome of which nobody says": {with(1, NextDay), Dismissed, day(2026, time.November, 28), calendar.Date{}},
		"from the next year":              {with(3, NextYear), Improved, day(2026, time.November, 28), day(2029, time.December, 31)},
		"from the next day":               {with(3, NextDay), Improved, day(2026, time.November, 28), day(2029, time.November, 28)},
		"from a leap day":                 {with(1, NextDay), Improved, day(2028, time.February, 28), day(2029, time.February, 28)},
	} {
		got, ends := Until(c.periods, c.outcome, c.closed)
		if got != c.want || ends == c.want.IsZero() {
			t.Errorf("%s: %s %t, want %s", name, got, ends, c.want)
		}
	}
}

// Whatever a town says, records are kept for as many years as it says, and for no whole one more
// than that and the rest of the one in which the case was closed.
func TestRecordsAreKeptForTheirYears(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		closed := calendar.NewDate(2026, time.April, 1).AddDays(rapid.IntRange(0, 4000).Draw(t, "closed"))
		years := rapid.IntRange(1, mostYears).Draw(t, "years")
		start := rapid.SampledFrom([]Start{NextFiscalYear, NextYear, NextDay}).Draw(t, "start")
		last, ends := Until([]Period{{Outcome: Lifted, Years: years, Start: start}}, Lifted, closed)
		if !ends || last.Before(closed.AddYears(years).AddDays(-1)) || last.After(closed.AddYears(years+1)) {
			t.Fatalf("closed on %s, %d years %s: until %s", closed, years, start, last)
		}
	})
}

func TestWhatCanBeAPeriod(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cells []string
		want  edition.Row // nil for none
	}{
		"as it is shown":    {[]string{"指導で改善", "総務・服務", "5年", "翌年度の4月1日", "規程12条"}, edition.Row{"improved", "総務・服務", "5", "fiscal_year", "規程12条"}},
		"of another width":  {[]string{"指導で改善 ", "総務・服務", "１０", "翌年の１月１日", "規程12条"}, edition.Row{"improved", "総務・服務", "10", "year", "規程12条"}},
		"without an end":    {[]string{"懲戒審査を依頼", "人事記録", "永年", "完了の翌日", "規程12条"}, edition.Row{"referred", "人事記録", "endless", "day", "規程12条"}},
		"another outcome":   {[]string{"有罪", "総務・服務", "5", "翌年度の4月1日", "規程12条"}, nil},
		"no year":           {[]string{"指導で改善", "総務・服務", "0", "翌年度の4月1日", "規程12条"}, nil},
		"more than thirty":  {[]string{"指導で改善", "総務・服務", "31年", "翌年度の4月1日", "規程12条"}, nil},
		"months":            {[]string{"指導で改善", "総務・服務", "6か月", "翌年度の4月1日", "規程12条"}, nil},
		"from another day":  {[]string{"指導で改善", "総務・服務", "5", "4月1日", "規程12条"}, nil},
		"without its class": {[]string{"指導で改善", "", "5", "翌年度の4月1日", "規程12条"}, nil},
		"without a basis":   {[]string{"指導で改善", "総務・服務", "5", "翌年度の4月1日", ""}, nil},
	} {
		row, problem := foldPeriod(c.cells)
		if (problem == "") != (c.want != nil) || c.want != nil && !slices.Equal(row, c.want) {
			t.Errorf("%s: %q %q", name, row, problem)
		}
	}
}

func TestAnEditionHasEveryOutcome(t *testing.T) {
	t.Parallel()
	rows := Periods.Shipped[0].Rows
	if problem := everyOutcome(rows); problem != "" {
		t.Error(problem)
	}
	for i := range rows {
		if everyOutcome(slices.Delete(slices.Clone(rows), i, i+1)) == "" {
			t.Errorf("%s may be missing", rows[i].Key())
		}
	}
}

func FuzzPeriod(f *testing.F) {
	f.Add("指導で改善", "総務・服務", "５年", "翌年度の4月1日", "規程12条")
	f.Add("referred", "人事記録", "定めない", "day", " ")
	f.Fuzz(func(t *testing.T, outcome, class, years, start, basis string) {
		row, problem := foldPeriod([]string{outcome, class, years, start, basis})
		if problem != "" {
			return
		}
		shown := make([]string, len(row))
		for i, cell := range row {
			shown[i] = showPeriod(i, cell)
		}
		if again, problem := foldPeriod(shown); !slices.Equal(again, row) {
			t.Errorf("%q is read again as %q: %s", row, again, problem)
		}
		if p := readPeriod(row); p.Years < 0 || p.Years > mostYears || (p.Years == 0) != (row[2] == endless) {
			t.Errorf("%q: %v", row, p)
		}
	})
}
