package acknowledge_test

import (
	"context"
	"sync"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/policytest"
	"kagami/internal/trail"
)

// 基本方針 5 and 7(9): what the 本部会議 has decided is published, and everyone
// acknowledges it once.
func TestADecidedTextIsPublishedAndAcknowledgedOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	shown := o.Published(policy.Basic, "kihon")
	var wait sync.WaitGroup
	for range 8 { // whatever is clicked twice
		wait.Go(func() {
			if err := o.Acknowledge.Acknowledge(context.Background(), o.Staff, shown); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	list, err := o.Acknowledge.Acknowledgements(t.Context(), o.Staff)
	must(t, err)
	if len(list) != 1 || !list[0].At.Equal(policytest.Now) || string(list[0].SHA256) != string(shown.SHA256) {
		t.Errorf("got %+v", list)
	}
	var entries int
	must(t, o.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM trail_entry WHERE action = $1`, authz.Acknowledge).Scan(&entries))
	if entries != 1 {
		t.Errorf("the trail tells it %d times", entries)
	}
	if _, err := trail.Verify(t.Context(), o.DB.Pool); err != nil {
		t.Error(err)
	}
	if _, err := o.Acknowledge.Proof(t.Context(), o.Staff, "kihon", 1); err != nil {
		t.Errorf("their own proof: %v", err)
	}
	if _, err := o.Acknowledge.Proof(t.Context(), o.Staff, "another", 1); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a proof of another document: %v", err)
	}
	if _, err := o.Acknowledge.Proof(t.Context(), o.Manager, "kihon", 1); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a proof of what was not acknowledged: %v", err)
	}
}

func TestWhatWasShownMustBeWhatIsInForce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	shown := o.Published(policy.Basic, "kihon")
	for name, wrong := range map[string]acknowledge.Shown{
		"another text":     {Code: "kihon", Number: 1, SHA256: []byte("another")},
		"another revision": {Code: "kihon", Number: 2, SHA256: shown.SHA256},
	} {
		if err := o.Acknowledge.Acknowledge(t.Context(), o.Staff, wrong); fault.KindOf(err) != fault.Conflict {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := o.Acknowledge.Acknowledge(t.Context(), o.Staff, acknowledge.Shown{Code: "nothing", Number: 1}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("no such document: %v", err)
	}
}

// 基本方針 10: what one may not read any more one has no record of.
func TestAnAcknowledgementOfWhatOneMayNotReadIsNotFound(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	must(t, o.Acknowledge.Acknowledge(ctx, o.Staff, o.PublishedFor(policy.Procedure, "tejun", policy.Audience{Sections: []string{"zeimu"}})))
	must(t, o.Policy.ChangeAudience(ctx, o.CISO, "tejun", policy.Audience{Sections: []string{"fukushi"}}))
	if list, err := o.Acknowledge.Acknowledgements(ctx, o.Staff); err != nil || len(list) != 0 {
		t.Errorf("listed: %+v, %v", list, err)
	}
	if _, err := o.Acknowledge.Proof(ctx, o.Staff, "tejun", 1); fault.KindOf(err) != fault.NotFound {
		t.Errorf("proved: %v", err)
	}
}
