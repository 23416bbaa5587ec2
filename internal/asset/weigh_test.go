package asset_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/classify"
	"kagami/internal/asset/life"
	"kagami/internal/asset/relation"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/edition"
	"kagami/internal/fault"
)

// at is the register on another day, with the rooms that it asks.
func (o office) at(day calendar.Date) *asset.Service {
	through := door.New(o.db.Pool, func() time.Time { return day.Start().Add(9 * time.Hour) })
	return asset.New(o.db.Pool, through).With(asset.Ties{Judge: classify.Judge, Ready: relation.Ready, Spread: relation.Spread, Reckon: relation.Reckon, Misfit: relation.Misfit, Parted: relation.Part})
}

// onInternet is an asset that must not stand where it stands.
func onInternet() asset.Details {
	d := ledger()
	d.Name, d.Personal, d.NumberWork, d.Zone = "催しの名簿", asset.PlainPersonal, asset.NoNumberWork, asset.InternetZone
	return d
}

func TestABreakIsKeptWithTheDaySinceWhen(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.register(t, onInternet())
	change := func(day calendar.Date, to func(*asset.Details)) asset.Asset {
		t.Helper()
		a, err := o.Find(t.Context(), o.tax, code)
		if err != nil {
			t.Fatal(err)
		}
		to(&a.Details)
		a.LevelReason = "見直した"
		if err := o.at(day).Change(t.Context(), o.tax, code, a.Version, a.Details, ""); err != nil {
			t.Fatal(err)
		}
		a, err = o.Find(t.Context(), o.tax, code)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	a, err := o.Find(t.Context(), o.tax, code)
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]string{"internet": "2026-11-24"}; !maps.Equal(a.Breaks, want) || a.BrokenSince != today {
		t.Errorf("registered: %v since %v", a.Breaks, a.BrokenSince)
	}
	a = change(today.AddDays(5), func(d *asset.Details) {
		d.Name, d.Personal, d.NumberWork = "名簿", asset.MyNumberBorne, asset.NumberUse
	})
	want := map[string]string{"internet": "2026-11-24", "number-use": "2026-11-29", "specific": "2026-11-29"}
	if !maps.Equal(a.Breaks, want) || a.BrokenSince != today {
		t.Errorf("changed for the worse: %v since %v", a.Breaks, a.BrokenSince)
	}
	a = change(today.AddDays(6), func(d *asset.Details) { d.Zone = asset.MyNumberZone })
	if len(a.Breaks) > 0 || !a.BrokenSince.IsZero() {
		t.Errorf("put right: %v since %v", a.Breaks, a.BrokenSince)
	}
}

// model has the town arrange its three layers otherwise, from a day on.
func (o office) model(t *testing.T, day calendar.Date, model string) {
	t.Helper()
	through := door.New(o.db.Pool, func() time.Time { return day.Start() })
	err := edition.NewService(o.db.Pool, through, asset.EditionKinds()...).Say(t.Context(), o.officer, asset.ZoneRules.Name, edition.Say{
		Cells: []string{"三層の対策のモデル", model, "町のモデルです。", "7(3)"}, What: "own", First: day, Reason: "網を改めた",
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Rules that a town strikes, or takes up, are weighed of all that stands there already.
func TestNewRulesFindAnew(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.register(t, onInternet())
	o.register(t, ledger())
	entries := o.verify(t)
	if err := o.Weigh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := o.verify(t); n != entries {
		t.Errorf("weighing by the same rules wrote %d entries", n-entries)
	}
	breaks := func() map[string]string {
		a, err := o.Find(t.Context(), o.tax, code)
		if err != nil {
			t.Fatal(err)
		}
		return a.Breaks
	}
	o.model(t, today, "β′")
	if err := o.Weigh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := breaks(); len(got) > 0 {
		t.Errorf("under β′: %v", got)
	}
	if n := o.verify(t); n <= entries {
		t.Error("the trail does not show it")
	}
	o.model(t, today.AddDays(1), "α")
	if err := o.at(today.AddDays(1)).Weigh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := breaks(); got["internet"] != "2026-11-25" {
		t.Errorf("under α again: %v", got)
	}
}

// The sums are those of the register, whatever was done to it.
func TestTheSumsFollowTheRegister(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first := o.register(t, onInternet())
	o.register(t, ledger())
	draft := numbered(1)
	draft.Zone, draft.Owner = "", "課長"
	if err := o.take(t, o.tax, "zeimu", asset.Draft, draft); err != nil {
		t.Fatal(err)
	}
	o.sums(t, "registered")
	a, err := o.Find(t.Context(), o.tax, first)
	if err != nil {
		t.Fatal(err)
	}
	a.Zone, a.Owner, a.LevelReason = asset.LGWANZone, "課長", "課で決めた"
	if err := o.Change(t.Context(), o.tax, first, 1, a.Details, ""); err != nil {
		t.Fatal(err)
	}
	o.sums(t, "changed")
	if err := o.EndAsMistaken(t.Context(), o.tax, first, 2, "二重"); err != nil {
		t.Fatal(err)
	}
	o.sums(t, "ended")
	if a, err := o.Find(t.Context(), o.tax, first); err != nil || len(a.Breaks) > 0 || !a.BrokenSince.IsZero() {
		t.Errorf("what has ended does not fit: %v, %v", a.Breaks, err)
	}
}

// sums compares the sums with what they sum up.
func (o office) sums(t *testing.T, when string) {
	t.Helper()
	var differing int
	err := o.db.Pool.QueryRow(t.Context(), `
		WITH counted AS (
			SELECT section_id, zone, confidentiality, count(*)::int AS assets, (count(*) FILTER (WHERE state = 'draft'))::int AS drafts,
			       (count(*) FILTER (WHERE owner = ''))::int AS unowned, count(broken_since)::int AS broken, (count(*) FILTER (WHERE by_hand))::int AS by_hand
			FROM asset WHERE state `+life.Counts+` GROUP BY 1, 2, 3),
		kept AS (SELECT * FROM asset_sum WHERE assets <> 0)
		SELECT count(*) FROM ((TABLE counted EXCEPT TABLE kept) UNION ALL (TABLE kept EXCEPT TABLE counted)) d`).Scan(&differing)
	if err != nil {
		t.Fatal(err)
	}
	if differing > 0 {
		t.Errorf("%s: %d sums differ from the register", when, differing)
	}
}

const said = "availability-1=7 confidentiality-1=no confidentiality-2=yes integrity-1=yes"

// The answers decide; who chooses otherwise says why.
func TestALevelThatNoAnswerComesToNeedsAReason(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*asset.Details)
		want   string // the level of 機密性, or the field that is wrong
	}{
		"as answered":                 {func(d *asset.Details) { d.Answers = said }, "3B 2 1"},
		"as answered, chosen too":     {func(d *asset.Details) { d.Answers, d.Confidentiality = said, "3B" }, "3B 2 1"},
		"otherwise":                   {func(d *asset.Details) { d.Answers, d.Confidentiality = said, "2" }, "level_reason"},
		"otherwise, with a reason":    {func(d *asset.Details) { d.Answers, d.Confidentiality, d.LevelReason = said, "2", "公表している" }, "2 2 1 公表している"},
		"a reason that is not needed": {func(d *asset.Details) { d.Answers, d.LevelReason = said, "不要" }, "3B 2 1"},
		"by hand alone":               {func(d *asset.Details) { d.Confidentiality, d.Integrity, d.Availability = "2", "1", "1" }, "level_reason"},
		"not all answered":            {func(d *asset.Details) { d.Answers = "confidentiality-1=yes" }, "integrity availability"},
		"answers out of all bounds":   {func(d *asset.Details) { d.Answers = strings.Repeat("x", 2001) }, "answers confidentiality integrity availability"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			d := ledger()
			d.Confidentiality, d.Integrity, d.Availability = "", "", ""
			c.change(&d)
			code, err := o.at(today).Register(t.Context(), o.tax, "zeimu", d)
			if err != nil {
				var fields []string
				wrong, _ := errors.AsType[*fault.Error](err)
				if wrong == nil {
					t.Fatal(err)
				}
				for _, p := range wrong.Problems {
					fields = append(fields, p.Field)
				}
				for _, field := range strings.Fields(c.want) {
					if !slices.Contains(fields, field) {
						t.Errorf("wrong are %v, and not %s", fields, field)
					}
				}
				return
			}
			a, err := o.Find(t.Context(), o.tax, code)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(strings.Fields(strings.Join([]string{a.Confidentiality, a.Integrity, a.Availability, a.LevelReason}, " ")), " "); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// What came with a town's old register is mended without a word on its levels.
func TestNobodyIsAskedForAReasonWhoTouchesNoLevel(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if err := o.take(t, o.tax, "zeimu", asset.Registered, numbered(1)); err != nil {
		t.Fatal(err)
	}
	d := numbered(1)
	d.Place = "新しい棚"
	if err := o.at(today).Change(t.Context(), o.tax, "zeimu-0001", 1, d, ""); err != nil {
		t.Fatal(err)
	}
	d.Answers = "availability-1=7"
	d.Availability = ""
	if err := o.at(today).Change(t.Context(), o.tax, "zeimu-0001", 2, d, ""); err != nil {
		t.Errorf("one aspect answered, the others as they were: %v", err)
	}
	d.Availability, d.Confidentiality = "1", "2"
	if err := o.at(today).Change(t.Context(), o.tax, "zeimu-0001", 3, d, ""); fault.KindOf(err) != fault.Invalid {
		t.Errorf("another level without a reason: %v", err)
	}
}

// 3 of the three steps is what a town's old register says; nobody chooses it anew.
func TestNobodyChoosesALevelThatIsToBeSettled(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	d := ledger()
	d.Confidentiality = asset.Unsettled
	if _, err := o.Register(t.Context(), o.tax, "zeimu", d); fault.KindOf(err) != fault.Invalid {
		t.Errorf("registered: %v", err)
	}
	d.OwnNumber = "Z-1"
	if err := o.take(t, o.tax, "zeimu", asset.Registered, d); err != nil {
		t.Fatal(err)
	}
	d.Place = "別の棚"
	if err := o.Change(t.Context(), o.tax, "zeimu-0001", 1, d, ""); err != nil {
		t.Errorf("what came with it is mended: %v", err)
	}
}

// A year is a year, leap or not, wherever it is asked.
func TestWhatWasLookedAtAYearAgoIsLookedAtLately(t *testing.T) {
	t.Parallel()
	for day, want := range map[calendar.Date]calendar.Date{
		calendar.NewDate(2028, time.March, 1): calendar.NewDate(2027, time.March, 1), calendar.NewDate(2029, time.March, 1): calendar.NewDate(2028, time.March, 1),
	} {
		if got := asset.LookedAt(day); got != want {
			t.Errorf("%v: %v, want %v", day, got, want)
		}
	}
}

// A 3B on インターネット接続系 is as wrong under β as under α: it has been since its first day.
func TestAModelThatAllowsNoMoreKeepsTheDay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.register(t, onInternet())
	later := today.AddDays(400)
	o.model(t, later, "β")
	if err := o.at(later).Weigh(t.Context()); err != nil {
		t.Fatal(err)
	}
	a, err := o.Find(t.Context(), o.tax, code)
	if err != nil || a.BrokenSince != today {
		t.Errorf("broken without a gap since %v, shown since %v: %v, %v", today, a.BrokenSince, a.Breaks, err)
	}
}
