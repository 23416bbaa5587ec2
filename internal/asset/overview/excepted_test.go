package overview_test

import (
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/asset/overview"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/exception"
	"kagami/internal/postgres"
)

// except excepts an asset of the tax section from rules, until a day.
func (o office) except(code string, until calendar.Date, rules ...string) {
	o.t.Helper()
	a, err := o.assets.Find(o.t.Context(), o.tax, code)
	if err != nil {
		o.t.Fatal(err)
	}
	exceptions := exception.New(o.db.Pool, door.New(o.db.Pool, func() time.Time { return o.day.Start().Add(time.Hour) }))
	asking := exception.Asking{Section: "zeimu", Details: exception.Details{Clause: "7(3)", Reason: "更新まで", Risk: "漏えい", Instead: "毎日見る", From: *o.day, Until: until}}
	for _, rule := range rules {
		asking.About = append(asking.About, exception.About{AssetID: a.ID, Section: a.Section, Code: a.Code, Name: a.Name, Rule: rule})
	}
	number, err := exceptions.Ask(o.t.Context(), o.tax, asking)
	if err != nil {
		o.t.Fatal(err)
	}
	ciso := authz.Actor{Person: o.welfare.Person, Holdings: []authz.Holding{{Role: authz.CISO}}}
	if err := exceptions.Do(o.t.Context(), ciso, number, exception.EventPermit, exception.Step{Version: 1}); err != nil {
		o.t.Fatal(err)
	}
}

// breaks are the rules that an asset does not fit.
func (o office) breaks(code string) []string {
	o.t.Helper()
	list, err := postgres.List[struct{ Rule string }](o.t.Context(), o.db.Pool, "listing breaks",
		`SELECT jsonb_object_keys(breaks) AS rule FROM asset WHERE code = $1 ORDER BY 1`, code)
	if err != nil || len(list) == 0 {
		o.t.Fatal(list, err)
	}
	var rules []string
	for _, b := range list {
		rules = append(rules, b.Rule)
	}
	return rules
}

// What is excepted is counted apart until the exception's last day, and is to be put right
// again from the day after it; the list behind each number has as many.
func TestWhatIsExceptedIsCountedApart(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	finding := find.New(o.db.Pool, o.assets)
	o.add(o.tax, "zeimu", "3B", asset.InternetZone, "") // 要是正, and so are the next two
	o.add(o.tax, "zeimu", "3B", asset.InternetZone, "")
	o.add(o.welfare, "fukushi", "3B", asset.InternetZone, "")
	until := today.AddDays(40)
	o.except("zeimu-0001", until, o.breaks("zeimu-0001")...)
	o.except("zeimu-0002", until, "another")
	for name, c := range map[string]struct {
		day              calendar.Date
		broken, excepted int
	}{"on the first day": {today, 2, 1}, "on the last day": {until, 2, 1}, "after it": {until.AddDays(1), 3, 0}} {
		o.on(c.day)
		seen := o.see(o.officer, overview.Asked{})
		if seen.All.Broken != c.broken || seen.All.Excepted != c.excepted || seen.All.Assets != 3 {
			t.Errorf("%s: %+v", name, seen.All)
		}
		ages, cells := 0, 0
		for _, n := range seen.Ages {
			ages += n
		}
		for _, cell := range seen.Grid {
			cells += cell.Broken
		}
		if ages != c.broken || cells != c.broken {
			t.Errorf("%s: %d by age, %d in the grid", name, ages, cells)
		}
		if own := o.see(o.welfare, overview.Asked{}); own.All.Broken != 1 || own.All.Excepted != 0 {
			t.Errorf("%s, another section: %+v", name, own.All)
		}
		for broken, want := range map[find.Broken]int{find.AnyBroken: c.broken, find.ExceptedBroken: c.excepted} {
			page, err := finding.List(t.Context(), o.officer, find.Search{Broken: broken})
			if err != nil || page.Count != want || len(page.Assets) != want {
				t.Errorf("%s: %d are listed as %s, %v", name, page.Count, broken, err)
			}
			for _, line := range page.Assets {
				if excepted := !line.ExceptedUntil.IsZero(); excepted != (broken == find.ExceptedBroken) || excepted && line.ExceptedUntil != until {
					t.Errorf("%s: %s is excepted until %v", name, line.Code, line.ExceptedUntil)
				}
			}
		}
	}
	o.on(today)
	if err := o.KeepDay(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.on(until.AddDays(1))
	if kept := o.see(o.officer, overview.Asked{Day: today}); kept.All.Broken != 2 || kept.All.Excepted != 1 || kept.Trend[0].Broken != 2 {
		t.Errorf("kept of the first day: %+v, %+v", kept.All, kept.Trend)
	}
}

// An asset of which one break is excepted and another is not is to be put right.
func TestWhatIsExceptedInPartIsToBePutRight(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(o.tax, "zeimu", "3B", asset.InternetZone, "")
	if _, err := o.db.Pool.Exec(t.Context(), `UPDATE asset SET breaks = '{"one": "2026-11-24", "two": "2026-11-24"}', version = version + 1`); err != nil {
		t.Fatal(err)
	}
	o.except("zeimu-0001", today.AddDays(40), "one")
	if n := o.see(o.officer, overview.Asked{}).All; n.Broken != 1 || n.Excepted != 0 {
		t.Errorf("with one of two: %+v", n)
	}
	o.except("zeimu-0001", today.AddDays(20), "two")
	if n := o.see(o.officer, overview.Asked{}).All; n.Broken != 0 || n.Excepted != 1 {
		t.Errorf("with both: %+v", n)
	}
	*o.day = today.AddDays(21)
	if n := o.see(o.officer, overview.Asked{}).All; n.Broken != 1 || n.Excepted != 0 {
		t.Errorf("after the end of the first: %+v", n)
	}
}
