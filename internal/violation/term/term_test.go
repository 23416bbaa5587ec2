package term

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/holiday"
)

var (
	today   = calendar.NewDate(2026, time.November, 28)
	shipped = Terms.On(edition.Values{}, today)
	office  = holiday.Office(edition.Values{}, today)
)

func TestTheLastDayThatIsInTime(t *testing.T) {
	t.Parallel()
	day := calendar.NewDate
	with := func(key Key, days int, unit Unit) []Term { return []Term{{Key: key, Days: days, Unit: unit}} }
	for name, c := range map[string]struct {
		terms []Term
		key   Key
		from  calendar.Date
		want  calendar.Date
	}{
		"the law's twenty days":              {shipped, AnswerReporter, day(2026, time.November, 28), day(2026, time.December, 18)},
		"the last of them on a Saturday":     {shipped, AnswerReporter, day(2026, time.November, 29), day(2026, time.December, 19)},
		"the last of them at New Year":       {shipped, AnswerReporter, day(2026, time.December, 12), day(2027, time.January, 1)},
		"five office days from a Monday":     {shipped, ChanceToAnswer, day(2026, time.November, 30), day(2026, time.December, 7)},
		"from a Saturday":                    {shipped, ChanceToAnswer, day(2026, time.November, 28), day(2026, time.December, 4)},
		"over a holiday":                     {shipped, ManagerSilent, day(2026, time.November, 20), day(2026, time.November, 30)},
		"over the turn of the year":          {shipped, ManagerSilent, day(2026, time.December, 25), day(2027, time.January, 7)},
		"as the town has it":                 {with(ChanceToAnswer, 7, CalendarDays), ChanceToAnswer, day(2026, time.November, 30), day(2026, time.December, 7)},
		"one that the town has struck":       {with(ChanceToAnswer, 7, CalendarDays), ManagerSilent, day(2026, time.November, 30), day(2026, time.December, 7)},
		"a case that nobody has confirmed":   {shipped, Unconfirmed, day(2026, time.November, 30), day(2026, time.December, 14)},
		"a case that nobody has touched yet": {shipped, Untouched, day(2026, time.November, 30), day(2026, time.December, 14)},
	} {
		if got := Due(c.terms, c.key, c.from, office); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// Of office days as many are open after the first day as are given, and the last is one of them.
func TestOfficeDaysAreThoseOnWhichTheOfficeIsOpen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		from := today.AddDays(rapid.IntRange(-200, 200).Draw(t, "from"))
		days := rapid.IntRange(1, mostDays).Draw(t, "days")
		due := Due([]Term{{Key: Untouched, Days: days, Unit: OfficeDays}}, Untouched, from, office)
		open := 0
		for day := from.AddDays(1); !day.After(due); day = day.AddDays(1) {
			if office.IsOpen(day) {
				open++
			}
		}
		if open != days || !office.IsOpen(due) {
			t.Fatalf("%d office days after %s: %s, with %d", days, from, due, open)
		}
	})
}

func TestEachTermHasItsDays(t *testing.T) {
	t.Parallel()
	for _, c := range titles {
		key, err := Named(c.Kept)
		if err != nil || key.Title() != c.Title {
			t.Errorf("%s: %q, %v", c.Kept, key.Title(), err)
		}
		if term := Of(nil, key); term.Key != key || term.Days == 0 {
			t.Errorf("%s: %v", key, term)
		}
	}
	for _, key := range []string{"", "answer", "弁明の機会"} {
		if named, err := Named(key); err == nil {
			t.Errorf("%q is %q", key, named)
		}
	}
}

func TestNoDayIsReckonedFromATermThatThereIsNot(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("it has a day")
		}
	}()
	Due(shipped, "answer", today, office)
}

func TestWhatCanBeATerm(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cells []string
		want  edition.Row // nil for none
	}{
		"as it is shown":            {[]string{"弁明の機会", "7日", "暦日", "6(2)③", "説明。"}, edition.Row{"chance_to_answer", "7", "calendar", "6(2)③", "説明。"}},
		"of another width":          {[]string{" 弁明の機会", "０７", "開庁日 ", "6(2)③", "説明。"}, edition.Row{"chance_to_answer", "7", "office", "6(2)③", "説明。"}},
		"the law's own":             {[]string{"報告した人への回答", "14", "暦日", "町の要綱", "説明。"}, edition.Row{"answer_reporter", "14", "calendar", "町の要綱", "説明。"}},
		"later than the law's":      {[]string{"報告した人への回答", "21", "暦日", "町の要綱", "説明。"}, nil},
		"the law's in office days":  {[]string{"報告した人への回答", "20", "開庁日", "町の要綱", "説明。"}, nil},
		"nothing that is asked for": {[]string{"除斥", "7", "暦日", "6(2)③", "説明。"}, nil},
		"no day at all":             {[]string{"弁明の機会", "0", "暦日", "6(2)③", "説明。"}, nil},
		"a quarter and more":        {[]string{"弁明の機会", "91", "暦日", "6(2)③", "説明。"}, nil},
		"days of another kind":      {[]string{"弁明の機会", "7", "営業日", "6(2)③", "説明。"}, nil},
		"without a basis":           {[]string{"弁明の機会", "7", "暦日", "", "説明。"}, nil},
		"without a note":            {[]string{"弁明の機会", "7", "暦日", "6(2)③", " "}, nil},
	} {
		row, problem := foldTerm(c.cells)
		if (problem == "") != (c.want != nil) || c.want != nil && !slices.Equal(row, c.want) {
			t.Errorf("%s: %q %q", name, row, problem)
		}
	}
}

func TestAnEditionHasEveryTerm(t *testing.T) {
	t.Parallel()
	rows := Terms.Shipped[0].Rows
	if problem := everyTerm(rows); problem != "" {
		t.Error(problem)
	}
	for i := range rows {
		if everyTerm(slices.Delete(slices.Clone(rows), i, i+1)) == "" {
			t.Errorf("%s may be missing", rows[i].Key())
		}
	}
}

func FuzzTerm(f *testing.F) {
	f.Add("弁明の機会", "７日", "開庁日", "6(2)③", "説明。")
	f.Add("answer_reporter", "20", "calendar", " ", "\r")
	f.Fuzz(func(t *testing.T, key, days, unit, basis, note string) {
		row, problem := foldTerm([]string{key, days, unit, basis, note})
		if problem != "" {
			return
		}
		shown := make([]string, len(row))
		for i, cell := range row {
			shown[i] = showTerm(i, cell)
		}
		if again, problem := foldTerm(shown); !slices.Equal(again, row) {
			t.Errorf("%q is read again as %q: %s", row, again, problem)
		}
		if term := readTerm(row); term.Days < 1 || term.Days > mostDays {
			t.Errorf("%q: %v", row, term)
		}
	})
}
