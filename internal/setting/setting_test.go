package setting_test

import (
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/setting"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

var (
	today    = calendar.NewDate(2026, time.November, 24)
	reminded = setting.NewDays("sample.days", "見本のお知らせ", "見本です。", -3, 1)
	other    = setting.NewDays("sample.other", "ほかのお知らせ", "見本です。")
	general  = authz.Actor{Name: "見本", Holdings: []authz.Holding{{Role: authz.GeneralSecurityOfficer}}}
	auditor  = authz.Actor{Name: "見本", Holdings: []authz.Holding{{Role: authz.Auditor}}}
	staff    = authz.Actor{Name: "見本", Holdings: []authz.Holding{{Role: authz.Staff}}}
)

type desk struct {
	*setting.Service
	t  *testing.T
	db pgtest.DB
}

// sitAt is a desk on a day counted from today.
func sitAt(t *testing.T, db pgtest.DB, days int) desk {
	t.Helper()
	now := func() time.Time { return today.AddDays(days).Start().Add(9 * time.Hour) }
	return desk{setting.New(db.Pool, door.New(db.Pool, now), reminded.Setting, other.Setting), t, db}
}

// line is the setting as it is shown now.
func (d desk) line() setting.Line {
	d.t.Helper()
	line, err := d.Line(d.t.Context(), general, "sample.days")
	if err != nil {
		d.t.Fatal(err)
	}
	return line
}

// typed is what somebody types who has just looked.
func (d desk) typed(value string, first calendar.Date) setting.Typed {
	d.t.Helper()
	return setting.Typed{Value: value, First: first, Reason: "見本", Last: d.line().Last}
}

func (d desk) set(value string, first calendar.Date) {
	d.t.Helper()
	if err := d.Set(d.t.Context(), general, "sample.days", d.typed(value, first)); err != nil {
		d.t.Fatal(err)
	}
}

func (d desk) takeBack(first calendar.Date) error {
	d.t.Helper()
	return d.TakeBack(d.t.Context(), general, "sample.days", d.typed("", first))
}

// on is what holds on a day.
func (d desk) on(day calendar.Date) []int {
	d.t.Helper()
	values, err := setting.LoadForPortal(d.t.Context(), d.db.Pool)
	if err != nil {
		d.t.Fatal(err)
	}
	return reminded.On(values, day)
}

func (d desk) wants(day calendar.Date, want ...int) {
	d.t.Helper()
	if got := d.on(day); !slices.Equal(got, want) {
		d.t.Errorf("on %s %v holds, want %v", day, got, want)
	}
}

func TestAValueHoldsFromItsFirstDayOnUntilTheNext(t *testing.T) {
	t.Parallel()
	d := sitAt(t, databases.New(t), 0)
	d.wants(today, -3, 1) // as it was from the first
	d.set("7日前", today)
	d.set("なし", today.AddDays(30))
	d.wants(today.AddDays(-1), -3, 1)
	d.wants(today, -7)
	d.wants(today.AddDays(29), -7)
	d.wants(today.AddDays(30))
	d.wants(today.AddDays(3000))
}

func TestTheNewestOfOneDayCounts(t *testing.T) {
	t.Parallel()
	d := sitAt(t, databases.New(t), 0)
	d.set("7日前", today.AddDays(3))
	d.set("5日前", today.AddDays(3))
	d.wants(today.AddDays(3), -5)
}

func TestWhatIsToComeMayBeTakenBack(t *testing.T) {
	t.Parallel()
	d := sitAt(t, databases.New(t), 0)
	d.set("7日前", today.AddDays(3))
	if err := d.takeBack(today.AddDays(3)); err != nil {
		t.Fatal(err)
	}
	d.wants(today.AddDays(3), -3, 1)
	if err := d.takeBack(today.AddDays(3)); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a second time: %v", err)
	}
	d.set("2日前", today)
	if err := d.takeBack(today); fault.KindOf(err) != fault.Invalid {
		t.Errorf("what holds already: %v", err)
	}
}

// Of two desks that saw the same, the second is told what the first has done.
func TestNobodyOverwritesWhatTheyHaveNotSeen(t *testing.T) {
	t.Parallel()
	d := sitAt(t, databases.New(t), 0)
	day := today.AddDays(3)
	wants := func(what string, err error) {
		t.Helper()
		if e, _ := errors.AsType[*fault.Error](err); e == nil || e.Kind != fault.Conflict || !strings.Contains(e.Message, "画面を開いたあとに") {
			t.Errorf("%s: %v", what, err)
		}
	}
	second := d.typed("5日前", day)
	d.set("7日前", day)
	wants("the first that was ever set", d.Set(t.Context(), general, "sample.days", second))
	third := d.typed("", day)
	d.set("2日前", day)
	wants("a value taken back that was not seen", d.TakeBack(t.Context(), general, "sample.days", third))
	d.wants(day, -2)
	if err := d.Set(t.Context(), general, "sample.other", setting.Typed{Value: "当日", First: day, Reason: "見本"}); err != nil {
		t.Errorf("another setting: %v", err)
	}
	d.set("5日前", day) // having seen it
	d.wants(day, -5)
}

func TestWhatIsSoAlreadyIsNotSetAgain(t *testing.T) {
	t.Parallel()
	d := sitAt(t, databases.New(t), 0)
	so := func(what, value string, first calendar.Date) {
		t.Helper()
		err := d.Set(t.Context(), general, "sample.days", d.typed(value, first))
		if e, _ := errors.AsType[*fault.Error](err); e == nil || len(e.Problems) != 1 || e.Problems[0].Field != "value" || !strings.Contains(e.Problems[0].Message, "すでに「") {
			t.Errorf("%s: %v", what, err)
		}
	}
	so("the default", "1日後、３日前", today)
	d.set("7日前", today.AddDays(3))
	so("the same day", "7日前", today.AddDays(3))
	so("a day on which it still holds", "7日前", today.AddDays(9))
	if n := len(d.line().History); n != 1 {
		t.Errorf("%d entries", n)
	}
	d.set("3日前、1日後", today.AddDays(9)) // back to the default
	d.set("7日前", today)
	d.wants(today.AddDays(9), -3, 1)
}

func TestWhatStartsTodayIsNoLongerToCome(t *testing.T) {
	t.Parallel()
	d := sitAt(t, databases.New(t), 0)
	d.set("7日前", today)
	d.set("5日前", today.AddDays(1))
	if l := d.line(); l.Value != "7日前" || len(l.Coming) != 1 || l.Coming[0].Value != "5日前" {
		t.Errorf("%s holds, to come: %+v", l.Value, l.Coming)
	}
}

func TestWhatCannotBeSetIsRefusedAndNothingHolds(t *testing.T) {
	t.Parallel()
	d := sitAt(t, databases.New(t), 0)
	for name, c := range map[string]struct {
		typed setting.Typed
		field string
	}{
		"no days":             {setting.Typed{Value: "", First: today, Reason: "見本"}, "value"},
		"a word":              {setting.Typed{Value: "あした", First: today, Reason: "見本"}, "value"},
		"too far":             {setting.Typed{Value: "999日前", First: today, Reason: "見本"}, "value"},
		"too many":            {setting.Typed{Value: strings.Repeat("1日前 ", 21), First: today, Reason: "見本"}, "value"},
		"yesterday":           {setting.Typed{Value: "1日前", First: today.AddDays(-1), Reason: "見本"}, "first"},
		"no day":              {setting.Typed{Value: "1日前", Reason: "見本"}, "first"},
		"the year 3026":       {setting.Typed{Value: "1日前", First: calendar.NewDate(3026, time.April, 1), Reason: "見本"}, "first"},
		"over five years":     {setting.Typed{Value: "1日前", First: today.AddYears(5).AddDays(1), Reason: "見本"}, "first"},
		"without a reason":    {setting.Typed{Value: "1日前", First: today, Reason: " 　"}, "reason"},
		"a reason of a novel": {setting.Typed{Value: "1日前", First: today, Reason: strings.Repeat("あ", 501)}, "reason"},
	} {
		err := d.Set(t.Context(), general, "sample.days", c.typed)
		e, ok := errors.AsType[*fault.Error](err)
		if !ok || len(e.Problems) != 1 || e.Problems[0].Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	d.wants(today, -3, 1)
}

func TestOnlyTheGeneralSecurityOfficerSetsAndOthersSee(t *testing.T) {
	t.Parallel()
	d := sitAt(t, databases.New(t), 0)
	if err := d.Set(t.Context(), auditor, "sample.days", setting.Typed{Value: "1日前", First: today, Reason: "見本"}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("the auditor sets: %v", err)
	}
	lines, err := d.Lines(t.Context(), auditor)
	if err != nil || len(lines) != 2 || lines[0].Changes || lines[0].Value != "3日前、1日後" || lines[1].Value != "なし" {
		t.Errorf("the auditor sees %+v, %v", lines, err)
	}
	if _, err := d.Lines(t.Context(), staff); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a 職員 sees: %v", err)
	}
	if _, err := d.Line(t.Context(), general, "sample.none"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("none: %v", err)
	}
}

func TestTheHistorySaysWhatHeldAndWhy(t *testing.T) {
	t.Parallel()
	db := databases.New(t)
	sitAt(t, db, 0).set("7日前", today)
	sitAt(t, db, 2).set("5日前", today.AddDays(10))
	line, err := sitAt(t, db, 3).Line(t.Context(), general, "sample.days")
	if err != nil {
		t.Fatal(err)
	}
	if line.Value != "7日前" || len(line.Coming) != 1 || line.Coming[0].Value != "5日前" || len(line.History) != 2 || line.History[0].Value != "5日前" || line.History[0].Stands != setting.Later || line.History[1].Stands != setting.Now {
		t.Errorf("%+v", line)
	}
}

// How each value stands is said, and which was set last, whatever its first day.
func TestTheHistorySaysHowEachValueStands(t *testing.T) {
	t.Parallel()
	db := databases.New(t)
	sitAt(t, db, 0).set("7日前", today)
	sitAt(t, db, 2).set("5日前", today.AddDays(10))
	sitAt(t, db, 2).set("4日前", today.AddDays(10))
	sitAt(t, db, 3).set("2日前", today.AddDays(3))
	line, err := sitAt(t, db, 4).Line(t.Context(), general, "sample.days")
	if err != nil || line.Newest.Value != "2日前" {
		t.Fatalf("%+v, %v", line.Newest, err)
	}
	var stands []setting.Standing
	for _, e := range line.History {
		stands = append(stands, e.Stands)
	}
	if want := []setting.Standing{setting.Later, setting.Replaced, setting.Now, setting.Past}; !slices.Equal(stands, want) {
		t.Errorf("%v, want %v", stands, want)
	}
}

// What is typed, kept and shown is one thing.
func TestDaysComeBackAsTheyWereShown(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.SliceOfNDistinct(rapid.IntRange(-366, 366), 0, 20, rapid.ID).Draw(t, "days")
		slices.Sort(days)
		one := setting.NewDays("x", "", "", days...)
		kept, problem := one.Fold(one.Show(one.Default))
		if problem != "" || kept != one.Default {
			t.Fatalf("%v is shown %q, and kept %q: %s", days, one.Show(one.Default), kept, problem)
		}
		if got := one.On(setting.NewValues(map[string]string{"x": kept}), today); !slices.Equal(got, days) {
			t.Fatalf("%v came back as %v", days, got)
		}
	})
}

func TestDaysAreReadAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"３日前、１日後": "-3,1", " 3日前 当日\n1後 ": "-3,0,1", "1日後,3日前,3日前": "-3,1", "なし": "",
	} {
		if kept, problem := reminded.Fold(typed); kept != want || problem != "" {
			t.Errorf("%q: %q, %s", typed, kept, problem)
		}
	}
}

func FuzzDays(f *testing.F) {
	f.Add("3日前、1日後")
	f.Add("なし")
	f.Fuzz(func(t *testing.T, typed string) {
		began := time.Now()
		kept, problem := reminded.Fold(typed)
		if again, trouble := reminded.Fold(reminded.Show(kept)); problem == "" && (again != kept || trouble != "") {
			t.Errorf("%q is kept as %q and then as %q: %s", typed, kept, again, trouble)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("%d bytes took %v", len(typed), took)
		}
	})
}

func TestAChoiceIsOneOfItsOptions(t *testing.T) {
	t.Parallel()
	s := setting.NewChoice("sample.choice", "見本", "見本です。", setting.Option{Kept: "own", Title: "自課"}, setting.Option{Kept: "none", Title: "ない（No）"})
	for typed, want := range map[string]string{
		"自課": "own", "　自課 ": "own", "ない（Ｎｏ）": "none", "ない(No)": "none", "own": "", "": "", "自課、ない（No）": "", "<b>": "",
	} {
		kept, problem := s.Fold(typed)
		if kept != want || (problem == "") != (want != "") {
			t.Errorf("%q: %q, %q", typed, kept, problem)
		}
	}
	for _, option := range s.Choices {
		if kept, problem := s.Fold(option); problem != "" || s.Show(kept) != option {
			t.Errorf("%s comes back as %s", option, s.Show(kept))
		}
	}
	if got := s.On(setting.Values{}, today); got != "own" {
		t.Errorf("by default %s", got)
	}
	if got := s.Show("from elsewhere"); got != "from elsewhere" {
		t.Errorf("what is no option is shown as %s", got)
	}
}

// What holds on a day is the same asked of the values as of the view that others join.
func TestTheViewSaysWhatHolds(t *testing.T) {
	t.Parallel()
	db := databases.New(t)
	d := sitAt(t, db, 0)
	rapid.Check(t, func(t *rapid.T) {
		first := today.AddDays(rapid.IntRange(1, 6).Draw(t, "first"))
		if rapid.Bool().Draw(t, "set") {
			value := rapid.SampledFrom([]string{"なし", "当日", "2日前"}).Draw(t, "value")
			if value != reminded.Show(keep(d.on(first))) { // else it is so already
				d.set(value, first)
			}
		} else if err := d.takeBack(first); err != nil && fault.KindOf(err) != fault.Conflict {
			t.Fatal(err)
		}
		for n := range 8 {
			day := today.AddDays(n)
			held := reminded.Default
			err := db.Pool.QueryRow(d.t.Context(), `
				SELECT value FROM setting_held WHERE name = 'sample.days' AND first_day <= $1 ORDER BY first_day DESC LIMIT 1`, day).Scan(&held)
			if err != nil && !errors.Is(err, pgx.ErrNoRows) {
				t.Fatal(err)
			}
			if reminded.Show(held) != reminded.Show(keep(d.on(day))) {
				t.Fatalf("on %s the view says %q, the values %v", day, held, d.on(day))
			}
		}
	})
}

// keep writes days as a setting keeps them.
func keep(days []int) string {
	var texts []string
	for _, day := range days {
		texts = append(texts, strconv.Itoa(day))
	}
	return strings.Join(texts, ",")
}
