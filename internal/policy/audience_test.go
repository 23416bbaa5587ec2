package policy_test

import (
	"testing"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/policy"
	"kagami/internal/policy/policytest"
)

// 基本方針 10: a 対策基準 or 実施手順 is read by whom it is for, and by those who read
// all of them; it asks whom it is for, and no other.
func TestADocumentIsReadByWhomItIsForAndAsksThem(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		audience                    policy.Audience
		ciso, manager, staff, other bool // whether it is for them
		asks                        int
	}{
		"everyone":          {policy.Audience{Everyone: true}, true, true, true, true, 5},
		"a role":            {policy.Audience{Roles: []authz.Role{authz.SecurityManager}}, false, true, false, true, 2},
		"a section":         {policy.Audience{Sections: []string{"zeimu"}}, false, true, true, false, 3},
		"a role, a section": {policy.Audience{Roles: []authz.Role{authz.CISO}, Sections: []string{"fukushi"}}, true, false, false, true, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.PublishedFor(policy.Procedure, "tejun", c.audience)
			for who, w := range map[string]struct {
				actor authz.Actor
				asked bool
				reads bool
			}{
				"CISO": {o.CISO, c.ciso, true}, "管理者": {o.Manager, c.manager, c.manager}, "職員": {o.Staff, c.staff, c.staff}, "other": {o.Other, c.other, c.other},
			} {
				for how, actor := range map[string]authz.Actor{"loaded": w.actor, "cached": o.InState(w.actor)} {
					reading, err := o.Policy.Read(t.Context(), actor, "tejun")
					if w.reads && (err != nil || reading.Asked != w.asked) {
						t.Errorf("%s (%s): asked %t, %v", who, how, reading.Asked, err)
					}
					if !w.reads && fault.KindOf(err) != fault.NotFound {
						t.Errorf("%s (%s) reads it: %v", who, how, err)
					}
				}
				list, err := o.Policy.Readings(t.Context(), w.actor)
				must(t, err)
				if w.reads != (len(list) == 1) || w.reads && list[0].Asked != w.asked {
					t.Errorf("the list of %s: %+v", who, list)
				}
			}
			coverage, err := o.Acknowledge.Coverage(t.Context(), o.CISO, "tejun", 0)
			must(t, err)
			if coverage.Asked != c.asks {
				t.Errorf("it asks %d people, want %d", coverage.Asked, c.asks)
			}
		})
	}
}

// Whoever has a role and no post is none of the 職員等: nobody counts them, and no
// page asks them.
func TestWhoHasARoleWithoutAPostIsNotAsked(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	o.Published(policy.Basic, "kihon")
	var general int64
	must(t, o.DB.Pool.QueryRow(ctx, `SELECT id FROM person WHERE staff_number = 'G'`).Scan(&general))
	people := org.New(o.DB.Pool, door.New(o.DB.Pool, o.Clock))
	actor, err := people.ActorOn(ctx, general, calendar.Day(policytest.Now))
	must(t, err)
	for how, actor := range map[string]authz.Actor{"loaded": actor, "cached": o.InState(actor)} {
		reading, err := o.Policy.Read(ctx, actor, "kihon")
		if err != nil || policytest.Asks(reading) {
			t.Errorf("%s: %+v, %v", how, reading, err)
		}
	}
	list, err := o.Policy.Readings(ctx, actor)
	if err != nil || len(list) != 1 || list[0].Outstanding() {
		t.Errorf("the list: %+v, %v", list, err)
	}
}

// What is cached of a document is never older than a change of whom it is for, or
// of the roles of who asks.
func TestAChangeOfTheAudienceOrOfARoleHoldsAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	shown := o.PublishedFor(policy.Procedure, "tejun", policy.Audience{Sections: []string{"zeimu"}})
	reads := func(want bool, when string) {
		t.Helper()
		if _, err := o.Policy.Read(ctx, o.InState(o.Staff), "tejun"); (err == nil) != want || err != nil && fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s: %v", when, err)
		}
	}
	reads(true, "at first")
	must(t, o.Acknowledge.Acknowledge(ctx, o.Staff, shown))
	for name, c := range map[string]struct {
		actor    authz.Actor
		audience policy.Audience
		kind     fault.Kind
	}{
		"by the 責任者":    {o.Officer, policy.Audience{Everyone: true}, fault.Forbidden},
		"by a stranger": {o.Other, policy.Audience{Everyone: true}, fault.NotFound},
		"for nobody":    {o.CISO, policy.Audience{}, fault.Invalid},
	} {
		if err := o.Policy.ChangeAudience(ctx, c.actor, "tejun", c.audience); fault.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, o.Policy.ChangeAudience(ctx, o.CISO, "tejun", policy.Audience{Sections: []string{"fukushi"}}))
	reads(false, "when it is no longer for them")
	if list, err := o.Acknowledge.Acknowledgements(ctx, o.Staff); err != nil || len(list) != 0 {
		t.Errorf("their records tell that it exists: %v, %v", list, err)
	}
	if _, err := o.Acknowledge.Proof(ctx, o.Staff, "tejun", 1); fault.KindOf(err) != fault.NotFound {
		t.Errorf("their proof tells that it exists: %v", err)
	}
	must(t, o.Policy.ChangeAudience(ctx, o.CISO, "tejun", policy.Audience{Roles: []authz.Role{authz.SystemManager}}))
	if d, a, err := o.Policy.AudienceOf(ctx, o.CISO, "tejun"); err != nil || d.Code != "tejun" || a.Everyone || len(a.Roles) != 1 || len(a.Sections) != 0 {
		t.Errorf("it is for %+v, %v", a, err)
	}
	reads(false, "when it is for another role")
	people := org.New(o.DB.Pool, door.New(o.DB.Pool, o.Clock))
	must(t, people.GiveRole(ctx, authz.AsOperator(), org.Grant{Person: o.Staff.Person, Role: authz.SystemManager, Section: "zeimu", First: calendar.Day(policytest.Now), Reason: "見本"}))
	reads(true, "when they hold that role")
}
