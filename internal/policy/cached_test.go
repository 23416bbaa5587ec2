package policy_test

import (
	"testing"
	"time"

	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/policytest"
)

// A request that does not know how many acknowledgements there are gets none from
// the cache.
func TestAnAcknowledgementIsSeenWhereItsCounterIsNotRead(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	shown := o.Published(policy.Basic, "kihon")
	reader := o.InStateOf(o.Staff, policy.ChangeCounter)
	if r, err := o.Policy.Read(ctx, reader, "kihon"); err != nil || r.AcknowledgedAt != nil {
		t.Fatalf("at first: %+v, %v", r, err)
	}
	must(t, o.Acknowledge.Acknowledge(ctx, o.Staff, shown))
	if r, err := o.Policy.Read(ctx, reader, "kihon"); err != nil || r.AcknowledgedAt == nil {
		t.Errorf("acknowledged: %+v, %v", r, err)
	}
}

// A request that does not know how often documents have changed gets none from the
// cache.
func TestAChangeOfTheAudienceIsSeenWhereItsCounterIsNotRead(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	o.PublishedFor(policy.Procedure, "tejun", policy.Audience{Sections: []string{"zeimu"}})
	reader := o.InStateOf(o.Staff, policy.AcknowledgementCounter)
	_, err := o.Policy.Read(ctx, reader, "tejun")
	must(t, err)
	must(t, o.Policy.ChangeAudience(ctx, o.CISO, "tejun", policy.Audience{Sections: []string{"fukushi"}}))
	if _, err := o.Policy.Read(ctx, reader, "tejun"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("it is still read: %v", err)
	}
}

// A revision is in force from midnight on, though nothing in the database changes.
func TestWhatIsCachedEndsAtMidnight(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Published(policy.Basic, "kihon")
	o.PublishNext("kihon", policytest.Text+"第3条　明日から。\n", calendar.Day(policytest.Now).AddDays(1))
	midnight := time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC) // in Tokyo
	now := midnight.Add(-time.Second)
	night, reader := o.On(func() time.Time { return now }), o.InState(o.Staff)
	if r, err := night.Policy.Read(t.Context(), reader, "kihon"); err != nil || r.Number != 1 {
		t.Errorf("before midnight: %d, %v", r.Number, err)
	}
	now = midnight
	if r, err := night.Policy.Read(t.Context(), reader, "kihon"); err != nil || r.Number != 2 {
		t.Errorf("after midnight: %d, %v", r.Number, err)
	}
}
