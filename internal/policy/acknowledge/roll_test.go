package acknowledge_test

import (
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/org"
	"kagami/internal/policy"
	"kagami/internal/policy/policytest"
)

func asked(o policytest.Office, viewer authz.Actor, code string) int {
	o.T.Helper()
	coverage, err := o.Acknowledge.Coverage(o.T.Context(), viewer, code, 0)
	must(o.T, err)
	return coverage.Asked
}

// leaves says that somebody's posts end with the day of policytest.Now.
func leaves(o policytest.Office, who authz.Actor) {
	o.T.Helper()
	_, err := o.DB.Pool.Exec(o.T.Context(), `UPDATE appointment SET period = daterange(lower(period), '2026-11-25') WHERE person_id = $1`, who.Person)
	must(o.T, err)
}

// Whom a revision asks is taken from the cache where both counters are read only.
func TestWhomARevisionAsksIsNotCachedByOneCounter(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	o.Published(policy.Basic, "kihon")
	o.PublishedFor(policy.Procedure, "tejun", policy.Audience{Sections: []string{"zeimu"}})
	byPolicy, byPeople := o.InStateOf(o.CISO, policy.ChangeCounter), o.InStateOf(o.CISO, org.ChangeCounter)
	if n := asked(o, byPeople, "tejun"); n != 3 {
		t.Fatalf("three are asked, and not %d", n)
	}
	must(t, o.Policy.ChangeAudience(ctx, o.CISO, "tejun", policy.Audience{Sections: []string{"fukushi"}}))
	if n := asked(o, byPeople, "tejun"); n != 1 {
		t.Errorf("where changes of documents are not counted, %d", n)
	}
	if n := asked(o, byPolicy, "kihon"); n != 5 {
		t.Fatalf("five are asked, and not %d", n)
	}
	_, err := o.DB.Pool.Exec(ctx, `UPDATE appointment SET period = daterange(lower(period), '2026-11-24') WHERE person_id = $1`, o.Staff.Person)
	must(t, err)
	if n := asked(o, byPolicy, "kihon"); n != 4 {
		t.Errorf("where changes of people are not counted, %d", n)
	}
}

// Who leaves today is not asked from midnight on, though nothing in the database
// changes then.
func TestWhoLeavesIsNotAskedFromMidnightOn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Published(policy.Basic, "kihon")
	leaves(o, o.Staff)
	midnight := time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC) // in Tokyo
	now := midnight.Add(-time.Second)
	night, viewer := o.On(func() time.Time { return now }), o.InState(o.CISO)
	if n := asked(night, viewer, "kihon"); n != 5 {
		t.Errorf("before midnight %d", n)
	}
	now = midnight
	if n := asked(night, viewer, "kihon"); n != 4 {
		t.Errorf("after midnight %d", n)
	}
}
