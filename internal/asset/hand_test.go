package asset_test

import (
	"testing"

	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/org"
)

// A section that is abolished leaves its assets to be handed over by the 統括, and takes
// none any more.
func TestAssetsOfAnAbolishedSectionAreHandedOver(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.register(t, onInternet())
	town, operator := org.New(o.db.Pool, o.through()), authz.AsOperator()
	all, err := town.Sections(t.Context(), operator, today)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if s.Code == "zeimu" {
			s.AbolishedOn = today.AddDays(1)
			if err := town.ChangeSection(t.Context(), operator, "zeimu", s); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := o.Hand(t.Context(), o.officer, code, 1, "fukushi", ""); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("handed over by the 統括 while there is the section: %v", err)
	}
	after := o.at(today.AddDays(2)).With(asset.Ties{})
	if s, err := after.Sections(t.Context(), operator); err != nil || len(s) != 1 {
		t.Errorf("offered are %v, %v", s, err)
	}
	if _, err := after.Register(t.Context(), operator, "zeimu", ledger()); fault.KindOf(err) != fault.Invalid {
		t.Errorf("registered in a section that is no more: %v", err)
	}
	for name, c := range map[string]struct {
		who     authz.Actor
		version int
		section string
		kind    fault.Kind
	}{
		"to the same section":    {o.officer, 1, "zeimu", fault.Invalid},
		"to none":                {o.officer, 1, "", fault.Invalid},
		"on an older version":    {o.officer, 0, "fukushi", fault.Conflict},
		"by the administrator":   {o.administrator, 1, "fukushi", fault.NotFound},
		"by who does not see it": {o.welfare, 1, "fukushi", fault.NotFound},
	} {
		if err := after.Hand(t.Context(), c.who, code, c.version, c.section, ""); fault.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := after.Hand(t.Context(), o.officer, code, 1, "fukushi", "課の統合"); err != nil {
		t.Fatal(err)
	}
	a, err := o.Find(t.Context(), o.welfare, code)
	if err != nil || a.SectionCode != "fukushi" || a.Version != 2 || a.BrokenSince != today || !a.MayChange(o.welfare) {
		t.Errorf("%+v, %v", a, err)
	}
	history, err := o.History(t.Context(), o.welfare, code)
	if err != nil || history[0].Before["section"] != "税務町民課" || history[0].After["section"] != "福祉こども課" || history[0].Why != "課の統合" {
		t.Errorf("%+v, %v", history, err)
	}
	o.sums(t, "handed over")
}
