package policy_test

import (
	"testing"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/policytest"
)

// 基本方針 10: 対策基準 and 実施手順 are not public. For who may not read one, it
// does not exist.
func TestWhatIsNotPublicDoesNotExistForOthers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	shown := o.Published(policy.Standard, "kijun")
	for _, actor := range []authz.Actor{o.Staff, o.Manager} {
		readings, err := o.Policy.Readings(ctx, actor)
		must(t, err)
		if len(readings) != 0 {
			t.Errorf("the list shows %v", readings)
		}
		_, missing := o.Policy.Read(ctx, actor, "nothing")
		_, hidden := o.Policy.Read(ctx, actor, "kijun")
		if fault.KindOf(hidden) != fault.NotFound || hidden.Error() != missing.Error() {
			t.Errorf("hidden: %v, missing: %v", hidden, missing)
		}
		if err := o.Acknowledge.Acknowledge(ctx, actor, shown); fault.KindOf(err) != fault.NotFound {
			t.Errorf("acknowledged: %v", err)
		}
		if _, err := o.Acknowledge.Coverage(ctx, actor, "kijun", 0); fault.KindOf(err) != fault.NotFound {
			t.Errorf("counted: %v", err)
		}
		if _, err := o.Draft.Draft(ctx, actor, "kijun"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("drafted: %v", err)
		}
	}
	if _, err := o.Policy.Read(ctx, o.Officer, "kijun"); err != nil {
		t.Errorf("the 責任者: %v", err)
	}
	coverage, err := o.Acknowledge.Coverage(ctx, o.CISO, "kijun", 0)
	must(t, err)
	if coverage.Asked != 2 {
		t.Errorf("it asks %d people, want the two whom it is for", coverage.Asked)
	}
}

// A revision whose 施行日 has not come is the current one only until another is
// in force.
func TestTheRevisionInForceIsTheCurrentOne(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Published(policy.Basic, "kihon")
	o.PublishNext("kihon", policytest.Text+"第3条　加える。\n", calendar.Day(policytest.Now).AddDays(1))
	reading, err := o.Policy.Read(t.Context(), o.Staff, "kihon")
	must(t, err)
	if reading.Number != 1 {
		t.Errorf("today revision %d is current", reading.Number)
	}
	later := o.Later(1)
	reading, err = later.Policy.Read(t.Context(), o.Staff, "kihon")
	must(t, err)
	if reading.Number != 2 {
		t.Errorf("tomorrow revision %d is current", reading.Number)
	}
}
