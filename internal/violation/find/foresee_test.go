package find_test

import (
	"testing"

	"kagami/internal/authz"
	"kagami/internal/org"
	"kagami/internal/rights/rightstest"
	"kagami/internal/violation/violationtest"
)

// Of somebody with several posts it is chosen in whose work it happened: another 管理者 is told.
func TestWhereSomebodyWithSeveralPostsHasActedIsChosen(t *testing.T) {
	t.Parallel()
	o := violationtest.New(t, databases.New(t))
	ctx := t.Context()
	o.Must(o.Town.Appoint(ctx, authz.AsOperator(), org.Appointment{Person: o.People["fukushi 主事"], Post: o.Posts["zeimu 主査"], First: rightstest.Today.AddDays(-10)}, org.Beside))
	f := o.Finding("fukushi 主事")
	for _, c := range []struct{ section, name, told string }{{"", "福祉こども課", "見本 fukushi 課長"}, {"zeimu", "税務町民課", "見本 zeimu 課長"}} {
		f.Section = c.section
		seen, err := o.Lists.Foresee(ctx, o.As("soumu 統括"), f, false)
		o.Must(err)
		if seen.Section != c.name || len(seen.Sections) != 2 || len(seen.Told) != 1 || seen.Told[0].Name != c.told {
			t.Errorf("in %q: %+v", c.section, seen)
		}
		code, err := o.Cases.Confirm(ctx, o.As("soumu 統括"), f)
		o.Must(err)
		if told := o.Told(code, "confirm"); len(told) != 1 || "見本 "+told[0] != c.told+" manager notice" {
			t.Errorf("what was foreseen is not who was told: %s", told)
		}
		f.Facts += "別の日にも。"
	}
}
