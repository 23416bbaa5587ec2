package find_test

import (
	"fmt"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/edition"
)

// say has the town say something of a row from today on.
func (o office) say(kind, what string, cells ...string) {
	o.t.Helper()
	through := door.New(o.db.Pool, func() time.Time { return today.Start().Add(9 * time.Hour) })
	err := edition.NewService(o.db.Pool, through, asset.EditionKinds()...).Say(o.t.Context(), authz.Actor{Holdings: []authz.Holding{{Role: authz.Administrator}}}, kind,
		edition.Say{Cells: cells, What: what, First: today, Reason: "見本"})
	if err != nil {
		o.t.Fatal(err)
	}
}

func TestWhatHasToBeLookedAtAgainIsFound(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	level := func(key string) func(*asset.Details) {
		return func(d *asset.Details) { d.Confidentiality = key }
	}
	code := o.add("課税台帳", level("3B"))
	o.add("見た台帳", level("3B"), func(d *asset.Details) { d.CheckedOn = today })
	o.add("名簿", level("3C"))
	o.add("水道の台帳", func(d *asset.Details) { d.Zone = "standalone" })
	o.add("きょうの台帳", level("3B"), func(d *asset.Details) { d.RegisteredOn = today })
	o.addTo(o.welfare, "fukushi", "生活保護台帳", level("3B"))
	again := find.Search{Again: true, Sort: find.ByName}
	if page := o.list(o.officer, again); page.Count != 0 {
		t.Errorf("before anything has changed: %s", names(page))
	}
	o.say("asset_level", "own", "機密性 3B", "自治体機密性3B", "町で決めた意味", "40")
	o.say("asset_zone", "struck", "standalone", "", "", "")
	for who, c := range map[string]struct {
		actor authz.Actor
		q     find.Search
		want  string
	}{
		"the officer":             {o.officer, again, "水道の台帳 生活保護台帳 課税台帳"},
		"the manager":             {o.tax, again, "水道の台帳 課税台帳"},
		"the manager of another":  {o.welfare, again, "生活保護台帳"},
		"the officer, of a level": {o.officer, find.Search{Again: true, Sort: find.ByName, Levels: map[asset.Aspect]string{asset.Confidentiality: "3B"}}, "生活保護台帳 課税台帳"},
		"by words":                {o.officer, find.Search{Again: true, Words: "課税"}, "課税台帳"},
		"what has ended":          {o.officer, find.Search{Again: true, States: find.States(asset.Retired)}, ""},
	} {
		if page := o.list(c.actor, c.q); names(page) != c.want {
			t.Errorf("%s finds %d: %s, want %s", who, page.Count, names(page), c.want)
		}
	}
	a, err := o.register.Find(t.Context(), o.tax, code)
	if err != nil {
		t.Fatal(err)
	}
	if turned, err := o.Again(t.Context(), o.tax, a); err != nil || len(turned) != 1 || turned[0].Key != "3B" || turned[0].Day != today || turned[0].Edition != "" {
		t.Errorf("of the asset: %+v, %v", turned, err)
	}
	if _, err := o.Again(t.Context(), o.welfare, a); err == nil {
		t.Error("of another section's asset it is told")
	}
	d := a.Details
	d.CheckedOn = today
	if err := o.register.Change(t.Context(), o.tax, code, a.Version, d, ""); err != nil {
		t.Fatal(err)
	}
	if page := o.list(o.tax, again); names(page) != "水道の台帳" {
		t.Errorf("after it was looked at: %s", names(page))
	}
}

// What an edition would change is told as far as somebody may see it.
func TestHowManyAssetsGoByARow(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add("課税台帳", func(d *asset.Details) { d.Confidentiality, d.Integrity = "3B", "2" })
	o.add("名簿")
	o.addTo(o.welfare, "fukushi", "生活保護台帳", func(d *asset.Details) { d.Confidentiality = "3B" })
	levels, zones := []string{"機密性 3B", "機密性 3A", "完全性 2", "可用性 1"}, []string{"lgwan", "internet"}
	words := func(actor authz.Actor, kind string, keys []string) string {
		uses, err := o.Uses(t.Context(), actor, kind, keys)
		if err != nil {
			t.Fatal(err)
		}
		said := map[string]string{}
		for key, use := range uses {
			said[key] = use.Words + " " + use.URL
		}
		return fmt.Sprint(said)
	}
	want := func(uses map[string]string) string { return fmt.Sprint(uses) }
	if got := words(o.officer, "asset_level", levels); got != want(map[string]string{
		"機密性 3B": "情報資産 2件 /assets?confidentiality=3B", "完全性 2": "情報資産 1件 /assets?integrity=2", "可用性 1": "情報資産 3件 /assets?availability=1",
	}) {
		t.Errorf("the officer: %s", got)
	}
	if got := words(o.tax, "asset_level", levels[:1]); got != want(map[string]string{"機密性 3B": "情報資産 1件 /assets?confidentiality=3B"}) {
		t.Errorf("a manager: %s", got)
	}
	if got := words(o.officer, "asset_zone", zones); got != want(map[string]string{"lgwan": "情報資産 3件 /assets?zone=lgwan"}) {
		t.Errorf("zones: %s", got)
	}
	if got := words(authz.Actor{Holdings: []authz.Holding{{Role: authz.Administrator}}}, "asset_level", levels) + words(o.officer, "holiday", zones); got != "map[]map[]" {
		t.Errorf("who reads no register, and of another kind: %s", got)
	}
}
