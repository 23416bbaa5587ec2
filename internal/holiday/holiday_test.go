package holiday_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/japanese"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/holiday"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/task"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

var (
	today         = calendar.NewDate(2026, time.November, 24)
	administrator = authz.Actor{Name: "見本", Holdings: []authz.Holding{{Role: authz.Administrator}}}
)

// What is shipped keeps to the law: 国民の祝日に関する法律 2条 and 3条.
func TestTheShippedHolidaysAreThoseOfTheLaw(t *testing.T) {
	t.Parallel()
	days := map[calendar.Date]string{}
	for _, h := range holiday.Holidays.On(edition.Values{}, today) {
		days[h.Day] = h.Name
	}
	if len(days) != 19+18+17 {
		t.Errorf("%d days", len(days))
	}
	for year := 2025; year <= 2027; year++ {
		for name, day := range map[string]calendar.Date{
			"元日": calendar.NewDate(year, time.January, 1), "成人の日": monday(year, time.January, 2), "建国記念の日": calendar.NewDate(year, time.February, 11),
			"天皇誕生日": calendar.NewDate(year, time.February, 23), "昭和の日": calendar.NewDate(year, time.April, 29), "憲法記念日": calendar.NewDate(year, time.May, 3),
			"みどりの日": calendar.NewDate(year, time.May, 4), "こどもの日": calendar.NewDate(year, time.May, 5), "海の日": monday(year, time.July, 3),
			"山の日": calendar.NewDate(year, time.August, 11), "敬老の日": monday(year, time.September, 3), "スポーツの日": monday(year, time.October, 2),
			"文化の日": calendar.NewDate(year, time.November, 3), "勤労感謝の日": calendar.NewDate(year, time.November, 23),
		} {
			if days[day] != name {
				t.Errorf("%s is %q, want %s", day, days[day], name)
			}
		}
		for d := calendar.NewDate(year, time.January, 1); d.Year() == year; d = d.AddDays(1) {
			if want := isExtra(days, d); (days[d] == "休日") != want {
				t.Errorf("%s is %q; a day off in place of another or between two: %t", d, days[d], want)
			}
		}
	}
}

// isExtra tells whether a day is off by 3条2項 (in place of a holiday on a Sunday: the
// next day that is none) or 3項 (between two holidays).
func isExtra(days map[calendar.Date]string, d calendar.Date) bool {
	named := func(day calendar.Date) bool { return days[day] != "" && days[day] != "休日" }
	if named(d) {
		return false
	}
	for before := d.AddDays(-1); named(before); before = before.AddDays(-1) {
		if weekday(before) == time.Sunday {
			return true
		}
	}
	return weekday(d) != time.Sunday && named(d.AddDays(-1)) && named(d.AddDays(1))
}

func weekday(d calendar.Date) time.Weekday { return d.Start().In(calendar.Tokyo).Weekday() }

// monday is the nth Monday of a month.
func monday(year int, month time.Month, n int) calendar.Date {
	d := calendar.NewDate(year, month, 1)
	for weekday(d) != time.Monday {
		d = d.AddDays(1)
	}
	return d.AddDays(7 * (n - 1))
}

func TestTheOfficeIsClosedAsTheTownSays(t *testing.T) {
	t.Parallel()
	db := databases.New(t)
	s := edition.NewService(db.Pool, door.New(db.Pool, func() time.Time { return today.Start() }), holiday.Kinds()...)
	for _, say := range []edition.Say{
		{What: "own", Cells: []string{"12月28日", "年末年始の休日"}},
		{What: "struck", Cells: []string{"01-03"}},
	} {
		say.First, say.Reason = today, "町の条例"
		if err := s.Say(t.Context(), administrator, "closed_day", say); err != nil {
			t.Fatal(err)
		}
	}
	values, err := edition.LoadForPortal(t.Context(), db.Pool, today)
	if err != nil {
		t.Fatal(err)
	}
	office := holiday.Office(values, today)
	for day, want := range map[calendar.Date]string{
		calendar.NewDate(2026, time.December, 28): "年末年始の休日", calendar.NewDate(2027, time.January, 2): "年末年始の休日",
		calendar.NewDate(2028, time.January, 3): "", calendar.NewDate(2027, time.January, 1): "元日", calendar.NewDate(2026, time.November, 23): "勤労感謝の日",
	} {
		if got := office.Closed(day); got != want {
			t.Errorf("%s: %q, want %q", day, got, want)
		}
	}
}

// The Cabinet Office's file is in Shift_JIS, with these headings.
func TestTheCabinetOfficesFileIsReadAsItIs(t *testing.T) {
	t.Parallel()
	db := databases.New(t)
	s := edition.NewService(db.Pool, door.New(db.Pool, func() time.Time { return today.Start() }), holiday.Kinds()...)
	read := func(text string) (int64, error) {
		file, err := japanese.ShiftJIS.NewEncoder().String("国民の祝日・休日月日,国民の祝日・休日名称\r\n" + text)
		if err != nil {
			t.Fatal(err)
		}
		return s.Read(t.Context(), administrator, "holiday", edition.Typed{Name: "令和10年まで", Source: "内閣府", File: []byte(file)})
	}
	id, err := read(yearOf(2027) + yearOf(2028))
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Preview(t.Context(), administrator, "holiday", id)
	if err != nil || len(p.Rows) != 32 || p.Rows[17].Key() != "2028-01-10" || p.Show(0, p.Rows[17][0]) != "令和10年1月10日" {
		t.Errorf("%v, %v", p.Rows, err)
	}
	for name, c := range map[string]struct{ rows, want string }{
		"a year is missing":      {yearOf(2027) + yearOf(2029), "2028年の元日がありません"},
		"New Year's Day alone":   {yearOf(2027) + "2028/1/1,元日\r\n", "2028年の「成人の日」「建国記念の日」「天皇誕生日」"},
		"a holiday is missing":   {strings.Replace(yearOf(2027), "海の日", "休日", 1), "2027年の「海の日」がありません"},
		"the first year is half": {yearOf(2022)[strings.Index(yearOf(2022), "2022/5/3"):] + yearOf(2023), "2022年の元日がありません"},
		"no such day":            {"2027/1/1,元日\r\n2027/2/30,休日\r\n", "3行目: 「2027/2/30」を日付として読み取れません"},
		"twice":                  {"2027/1/1,元日\r\n2027/1/1,休日\r\n", "3行目: 2行目と同じものです"},
		"no name":                {"2027/1/1,\r\n", "名称を"},
		"nothing":                {"", "見出しを読み取れません"},
	} {
		_, err := read(c.rows)
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(problems(err), c.want) {
			t.Errorf("%s: %v %s", name, err, problems(err))
		}
	}
}

// yearOf is a year of the Cabinet Office's file, with what moves on some day of its month.
func yearOf(year int) string {
	var b strings.Builder
	for _, line := range []string{
		"1/1,元日", "1/10,成人の日", "2/11,建国記念の日", "2/23,天皇誕生日", "3/20,春分の日", "4/29,昭和の日", "5/3,憲法記念日", "5/4,みどりの日",
		"5/5,こどもの日", "7/20,海の日", "8/11,山の日", "9/20,敬老の日", "9/23,秋分の日", "10/10,スポーツの日", "11/3,文化の日", "11/23,勤労感謝の日",
	} {
		fmt.Fprintf(&b, "%d/%s\r\n", year, line)
	}
	return b.String()
}

// Before 2022 holidays had other names, and moved with the games of Tokyo.
func TestYearsThatAreOverNeedNotHaveTodaysNames(t *testing.T) {
	t.Parallel()
	var rows []edition.Row
	for _, day := range []string{"2019-01-01", "2020-01-01", "2021-01-01"} {
		rows = append(rows, edition.Row{day, "元日"})
	}
	if problem := holiday.Holidays.Whole(rows); problem != "" {
		t.Error(problem)
	}
	if problem := holiday.Holidays.Whole(append(rows, edition.Row{"2022-01-01", "元日"})); !strings.Contains(problem, "2022年の「成人の日」") {
		t.Errorf("2022: %q", problem)
	}
	if problem := holiday.Holidays.Whole(holiday.Holidays.Shipped[0].Rows); problem != "" {
		t.Errorf("as shipped: %s", problem)
	}
}

// A file closes the town on no more days than any year has had.
func TestNoFileClosesTheTown(t *testing.T) {
	t.Parallel()
	rows := slices.Clone(holiday.Holidays.Shipped[0].Rows)
	var yearly []edition.Row
	for n := range 41 {
		day := calendar.NewDate(2027, time.June, 1).AddDays(n)
		rows = append(rows, edition.Row{day.String(), "休日"})
		yearly = append(yearly, edition.Row{day.String()[5:], "休日"})
	}
	slices.SortFunc(rows, func(x, y edition.Row) int { return strings.Compare(x.Key(), y.Key()) })
	for what, problem := range map[string]string{"holidays": holiday.Holidays.Whole(rows), "closed days": holiday.Yearly.Whole(yearly)} {
		if !strings.Contains(problem, "40日まで") {
			t.Errorf("%s: %q", what, problem)
		}
	}
	if problem := holiday.Yearly.Whole(yearly[:40]); problem != "" {
		t.Errorf("forty closed days: %s", problem)
	}
}

// Two months before nothing more is known, somebody is asked for the next edition.
func TestSomebodyIsAskedForTheNextEdition(t *testing.T) {
	t.Parallel()
	db := databases.New(t)
	ending := func(actor authz.Actor, day calendar.Date) string {
		var (
			b    task.Batch
			list []string
		)
		s := edition.NewService(db.Pool, door.New(db.Pool, func() time.Time { return day.Start() }), holiday.Kinds()...)
		s.QueueEnding(&b, actor, func(kinds []edition.Ending) {
			for _, k := range kinds {
				list = append(list, k.Name+" "+k.Until.String())
			}
		})
		if err := b.Run(t.Context(), db.Pool); err != nil {
			t.Fatal(err)
		}
		return strings.Join(list, ", ")
	}
	last := calendar.NewDate(2027, time.December, 31)
	for day, want := range map[calendar.Date]string{last.AddDays(-61): "", last.AddDays(-60): "holiday 2027-12-31", last.AddDays(40): "holiday 2027-12-31"} {
		if got := ending(administrator, day); got != want {
			t.Errorf("on %s: %s, want %s", day, got, want)
		}
	}
	if got := ending(authz.Actor{Holdings: []authz.Holding{{Role: authz.Staff}}}, last); got != "" {
		t.Errorf("the staff are asked for %s", got)
	}
}

func problems(err error) string {
	var texts []string
	if e, ok := errors.AsType[*fault.Error](err); ok {
		for _, p := range e.Problems {
			texts = append(texts, p.Message)
		}
	}
	return strings.Join(texts, " ")
}
