package overview_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/overview"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres/pgtest"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

var today = calendar.NewDate(2026, time.November, 24)

// office is a register with two sections, by the day.
type office struct {
	*overview.Service
	t            *testing.T
	db           pgtest.DB
	day          *calendar.Date
	assets       *asset.Service
	tax, welfare authz.Actor
	officer      authz.Actor
}

func newOffice(t *testing.T) office {
	t.Helper()
	db := databases.New(t)
	day := today
	through := door.New(db.Pool, func() time.Time { return day.Start().Add(time.Hour) })
	assets := asset.New(db.Pool, through)
	o := office{Service: overview.New(db.Pool, assets), t: t, db: db, day: &day, assets: assets}
	town := org.New(db.Pool, through)
	for i, code := range []string{"zeimu", "fukushi"} {
		section, err := town.AddSection(t.Context(), authz.AsOperator(), org.Section{Code: code, Name: code + "課", Kind: org.Internal, Position: i})
		if err != nil {
			t.Fatal(err)
		}
		person, err := town.AddPerson(t.Context(), authz.AsOperator(), org.Person{StaffNumber: fmt.Sprint("P", i), Name: "見本", Furigana: "ミホン"})
		if err != nil {
			t.Fatal(err)
		}
		*[]*authz.Actor{&o.tax, &o.welfare}[i] = authz.Actor{Person: person, Holdings: []authz.Holding{{Role: authz.SecurityManager, Section: section}}}
	}
	o.officer = authz.Actor{Person: o.tax.Person, Holdings: []authz.Holding{{Role: authz.GeneralSecurityOfficer}}}
	return o
}

func (o office) add(actor authz.Actor, section, level, zone, owner string) {
	o.t.Helper()
	_, err := o.assets.Register(o.t.Context(), actor, section, asset.Details{
		Kind: asset.Information, Name: "見本", Confidentiality: level, Integrity: "1", Availability: "1", Personal: asset.NotPersonal, Zone: zone, Owner: owner,
		RegisteredOn: today.AddDays(-10),
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

// on is that day, for the portal and the database.
func (o office) on(day calendar.Date) {
	*o.day = day
	o.db.SetClock(o.t, day.Start().Add(time.Hour))
}

func (o office) see(actor authz.Actor, asked overview.Asked) overview.Overview {
	o.t.Helper()
	seen, err := o.Overview(o.t.Context(), actor, asked, *o.day)
	if err != nil {
		o.t.Fatal(err)
	}
	return seen
}

func TestTheOverviewSumsUpWhatSomebodyMaySee(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(o.tax, "zeimu", "3B", asset.InternetZone, "") // 要是正
	o.add(o.tax, "zeimu", "2", asset.LGWANZone, "課長")
	o.add(o.welfare, "fukushi", "2", asset.LGWANZone, "課長")

	all := o.see(o.officer, overview.Asked{})
	if want := (overview.Numbers{Assets: 3, Unowned: 1, Broken: 1}); all.All != want {
		t.Errorf("the town: %+v", all.All)
	}
	if len(all.Sections) != 2 || all.Sections[0].Assets != 2 || all.Sections[1].Assets != 1 {
		t.Errorf("by section: %+v", all.Sections)
	}
	if len(all.Grid) != 2 {
		t.Errorf("the grid: %+v", all.Grid)
	}
	for _, c := range all.Grid {
		if want := (overview.Cell{Zone: asset.LGWANZone, Confidentiality: "2", Assets: 2}); c.Zone == asset.LGWANZone && c != want {
			t.Errorf("a cell: %+v", c)
		}
	}
	own := o.see(o.welfare, overview.Asked{})
	if want := (overview.Numbers{Assets: 1}); own.All != want || len(own.Sections) != 1 || len(own.Grid) != 1 || own.Ages != [4]int{} {
		t.Errorf("a section of its own: %+v", own)
	}
	if one := o.see(o.officer, overview.Asked{Section: "fukushi"}); one.All.Assets != 1 || len(one.Grid) != 1 {
		t.Errorf("one section of all: %+v", one)
	}
	if _, err := o.Overview(t.Context(), o.welfare, overview.Asked{Section: "zeimu"}, today); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another's section: %v", err)
	}
	if _, err := o.Overview(t.Context(), authz.Actor{Person: o.tax.Person, Holdings: []authz.Holding{{Role: authz.Administrator}}}, overview.Asked{}, today); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("who reads no register: %v", err)
	}
}

func TestWhatDoesNotFitIsCountedByItsAge(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(o.tax, "zeimu", "3B", asset.InternetZone, "")
	for days, want := range map[int][4]int{0: {1, 0, 0, 0}, 30: {1, 0, 0, 0}, 31: {0, 1, 0, 0}, 90: {0, 1, 0, 0}, 91: {0, 0, 1, 0}, 365: {0, 0, 1, 0}, 366: {0, 0, 0, 1}} {
		*o.day = today.AddDays(days)
		if got := o.see(o.officer, overview.Asked{}).Ages; got != want {
			t.Errorf("after %d days: %v", days, got)
		}
	}
}

// What was kept of a day stays as it was; the trend has the ends of months and the newest
// day.
func TestEarlierDaysStayAsTheyWere(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	keep := func(day calendar.Date) {
		o.on(day)
		if err := o.KeepDay(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	o.add(o.tax, "zeimu", "2", asset.LGWANZone, "")
	keep(calendar.NewDate(2026, time.November, 29))
	o.add(o.tax, "zeimu", "3B", asset.InternetZone, "課長")
	keep(calendar.NewDate(2026, time.November, 30))
	o.add(o.tax, "zeimu", "2", asset.LGWANZone, "課長")
	keep(calendar.NewDate(2026, time.December, 15))

	now := o.see(o.officer, overview.Asked{})
	want := []overview.Point{{Day: calendar.NewDate(2026, time.November, 30), Assets: 2, Broken: 1}, {Day: calendar.NewDate(2026, time.December, 15), Assets: 3, Broken: 1}}
	if len(now.Trend) != 2 || now.Trend[0] != want[0] || now.Trend[1] != want[1] {
		t.Errorf("the trend: %+v", now.Trend)
	}
	if kept := o.see(o.officer, overview.Asked{Day: calendar.NewDate(2026, time.November, 30)}); !kept.Missing.IsZero() || kept.All.Assets != 2 {
		t.Errorf("a day that was kept: %v %+v", kept.Missing, kept.All)
	}
	then := o.see(o.officer, overview.Asked{Day: calendar.NewDate(2026, time.December, 1)})
	if !then.Earlier || then.Day != calendar.NewDate(2026, time.November, 30) || then.Missing != calendar.NewDate(2026, time.December, 1) || then.All != (overview.Numbers{Assets: 2, Unowned: 1, Broken: 1}) {
		t.Errorf("an earlier day: %v %+v", then.Day, then.All)
	}
	for day, want := range map[calendar.Date]string{calendar.NewDate(2026, time.November, 1): "台帳の数字を残し始める前の日です。令和8年11月29日から", o.day.AddDays(1): "まだ来ていない日です。"} {
		_, err := o.Overview(t.Context(), o.officer, overview.Asked{Day: day}, *o.day)
		failure, is := errors.AsType[*fault.Error](err)
		if !is || failure.Kind != fault.Invalid || !strings.Contains(failure.Problems[0].Message, want) {
			t.Errorf("%v: %v", day, err)
		}
	}
	if own := o.see(o.welfare, overview.Asked{Day: calendar.NewDate(2026, time.December, 1)}); own.All != (overview.Numbers{}) {
		t.Errorf("another section sees %+v", own.All)
	}
}

// What was looked at leaves the number at once, and not when the job comes by.
func TestWhatIsLookedAtLeavesTheNumberAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(o.tax, "zeimu", "2", asset.LGWANZone, "")
	o.on(today.AddDays(400))
	if n := o.see(o.officer, overview.Asked{}).All.Unchecked; n != 1 {
		t.Errorf("after a year: %d", n)
	}
	if err := o.KeepDay(t.Context()); err != nil {
		t.Fatal(err)
	}
	a, err := o.assets.Find(t.Context(), o.tax, "zeimu-0001")
	if err != nil {
		t.Fatal(err)
	}
	a.CheckedOn = *o.day
	if err := o.assets.Change(t.Context(), o.tax, "zeimu-0001", 1, a.Details, ""); err != nil {
		t.Fatal(err)
	}
	if n := o.see(o.officer, overview.Asked{}).All.Unchecked; n != 0 {
		t.Errorf("looked at: %d", n)
	}
}

// Where only today's numbers were kept there is no earlier day to choose.
func TestOnTheFirstDayThereIsNoneBefore(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(o.tax, "zeimu", "2", asset.LGWANZone, "")
	o.on(today)
	if err := o.KeepDay(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := o.Overview(t.Context(), o.officer, overview.Asked{Day: today.AddDays(-1)}, today)
	if failure, is := errors.AsType[*fault.Error](err); !is || !strings.Contains(failure.Problems[0].Message, "数字があるのは、今日だけです。下は") {
		t.Errorf("the day before: %v", err)
	}
}

// A portal whose clock is slow writes nothing over the day before.
func TestTheDayIsThatOfTheDatabase(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(o.tax, "zeimu", "2", asset.LGWANZone, "")
	o.on(today)
	if err := o.KeepDay(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.db.SetClock(t, today.AddDays(1).Start())
	o.add(o.tax, "zeimu", "2", asset.LGWANZone, "")
	if err := o.KeepDay(t.Context()); err != nil {
		t.Fatal(err)
	}
	*o.day = today.AddDays(1)
	if now, before := o.see(o.officer, overview.Asked{}).Trend[0], o.see(o.officer, overview.Asked{Day: today}); before.All.Assets != 1 || now.Assets != 2 {
		t.Errorf("%+v, before it %+v", now, before.All)
	}
}

func TestTheNumbersOfADayAreKept(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(o.tax, "zeimu", "3B", asset.InternetZone, "")
	o.add(o.tax, "zeimu", "2", asset.LGWANZone, "")
	number := func(day calendar.Date, duty string) (n int) {
		err := o.db.Pool.QueryRow(t.Context(), `SELECT coalesce(sum(number), -1) FROM asset_day WHERE day = $1::date AND duty = $2`, day, duty).Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	keep := func(day calendar.Date) {
		o.on(day)
		if err := o.KeepDay(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	later := today.AddDays(400)
	keep(today)
	keep(later)
	if assets, broken, unchecked := number(today, "assets"), number(today, "broken"), number(today, "unchecked"); assets != 2 || broken != 1 || unchecked != 0 {
		t.Errorf("today: %d, %d broken, %d unchecked", assets, broken, unchecked)
	}
	if n := number(later, "unchecked"); n != 2 {
		t.Errorf("after a year %d are unchecked", n)
	}
	if err := o.assets.EndAsMistaken(t.Context(), o.tax, "zeimu-0001", 1, "二重"); err != nil {
		t.Fatal(err)
	}
	keep(later)
	if n := number(later, "unchecked"); n != 1 {
		t.Errorf("after one has ended %d are unchecked", n)
	}
	if n := number(today, "assets"); n != 2 {
		t.Errorf("an earlier day has changed: %d", n)
	}
}
