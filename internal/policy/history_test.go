package policy_test

import (
	"testing"

	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/policytest"
	"kagami/internal/policy/publish"
)

// A revision takes effect on its day by itself; an earlier day shows what was.
func TestEachDayHasItsRevision(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	day := calendar.Day(policytest.Now)
	o.Published(policy.Basic, "kihon")
	o.PublishNext("kihon", policytest.Text+"第3条　加える。\n", day.AddDays(10))
	o.DraftOf("kihon", policytest.Text)
	d, err := policytest.Adopt(ctx, o.Rooms, o.Officer, "kihon", o.Chair, day)
	must(t, err)
	err = o.Publish.PublishDecided(ctx, o.CISO, "kihon", publish.Publication{EffectiveOn: day.AddDays(9), SHA256: d.SHA256, Campaign: policytest.AskAll(day)})
	if fault.KindOf(err) != fault.Conflict {
		t.Errorf("before the last 施行日: %v", err)
	}
	if o.Drafted("kihon").State != draft.Decided {
		t.Error("the draft has not stayed")
	}
	for after, want := range map[int]int{0: 1, 9: 1, 10: 2, 400: 2} {
		reading, err := o.Policy.ReadOn(ctx, o.Staff, "kihon", day.AddDays(after))
		must(t, err)
		if reading.Number != want {
			t.Errorf("after %d days revision %d", after, reading.Number)
		}
	}
	if _, err := o.Policy.ReadOn(ctx, o.Staff, "kihon", day.AddDays(-1)); fault.KindOf(err) != fault.NotFound {
		t.Errorf("before the first: %v", err)
	}
	if _, err := o.Policy.ReadNumber(ctx, o.Staff, "kihon", 3); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a draft is read by its number: %v", err)
	}
	history, err := o.Policy.History(ctx, o.Staff, "kihon")
	must(t, err)
	if len(history) != 2 || history[0].Status(day) != "施行前" || history[1].Status(day) != "施行中" || history[1].Status(day.AddDays(10)) != "旧版" {
		t.Errorf("the history: %+v", history)
	}
	reading, err := o.Policy.ReadNumber(ctx, o.Staff, "kihon", 2)
	must(t, err)
	if formers, err := o.Follow.Formers(ctx, o.Staff, reading); err != nil || len(formers) != 0 {
		t.Errorf("no clause has gone: %+v, %v", formers, err)
	}
}
