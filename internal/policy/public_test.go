package policy_test

import (
	"testing"

	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/policytest"
)

// 基本方針 10: the 基本方針 in force is public, and nothing else.
func TestOnlyWhatIsInForceIsPublic(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Published(policy.Basic, "kihon")
	o.PublishedFor(policy.Standard, "kijun", policy.Audience{Everyone: true})
	_, err := o.Draft.DraftText(t.Context(), o.Officer, draft.Text{Kind: policy.Basic, Title: "見本の下書き", Code: "another", Source: policytest.Text})
	must(t, err)
	list, err := o.Policy.ReadingsForPublic(t.Context())
	must(t, err)
	if len(list) != 1 || list[0].Code != "kihon" {
		t.Errorf("public: %+v", list)
	}
	for _, code := range []string{"kijun", "another", "nothing"} {
		if _, err := o.Policy.ReadForPublic(t.Context(), code); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s: %v", code, err)
		}
	}
	reading, err := o.Policy.ReadForPublic(t.Context(), "kihon")
	must(t, err)
	history, err := o.Policy.HistoryForPublic(t.Context(), reading)
	must(t, err)
	if len(history) != 1 || history[0].Number != 1 || history[0].EffectiveOn != reading.EffectiveOn {
		t.Errorf("history: %+v", history)
	}
	before := o.Later(-1)
	if list, err := before.Policy.ReadingsForPublic(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("public the day before: %+v, %v", list, err)
	}
	if _, err := before.Policy.ReadForPublic(t.Context(), "kihon"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("read the day before: %v", err)
	}
}

// What is to come is not public yet, neither its text nor that it comes.
func TestTheHistoryForThePublicEndsToday(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	o.Published(policy.Basic, "kihon")
	o.PublishNext("kihon", policytest.Text+"第3条　明日から。\n", calendar.Day(policytest.Now).AddDays(1))
	for days, want := range []int{1, 2} {
		later := o.Later(days)
		reading, err := later.Policy.ReadForPublic(ctx, "kihon")
		must(t, err)
		if history, err := later.Policy.HistoryForPublic(ctx, reading); err != nil || len(history) != want || history[0].Number != want {
			t.Errorf("after %d days: %+v, %v", days, history, err)
		}
	}
}
