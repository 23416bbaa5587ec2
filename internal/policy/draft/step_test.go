package draft_test

import (
	"testing"

	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/policytest"
	"kagami/internal/policy/publish"
	"kagami/internal/trail"
)

// The life of a revision, every event in every state, by who may: what the table
// does not lead on to is refused, and the draft stays as it was.
func TestEveryEventInEveryState(t *testing.T) {
	t.Parallel()
	type place struct {
		state draft.State
		scale draft.Scale
	}
	leads := map[place]map[draft.Event]bool{
		{draft.InDraft, draft.Major}:   {draft.EventEdit: true, draft.EventSubmit: true, draft.EventWithdraw: true},
		{draft.Submitted, draft.Minor}: {draft.EventTakeBack: true, draft.EventSendBack: true, draft.EventPublishMinor: true},
		{draft.Submitted, draft.Major}: {draft.EventTakeBack: true, draft.EventAdopt: true, draft.EventReject: true},
		{draft.Decided, draft.Major}:   {draft.EventTakeBack: true, draft.EventPublishDecided: true},
	}
	events := map[draft.Event]func(o policytest.Office, d draft.Draft) error{
		draft.EventEdit: func(o policytest.Office, d draft.Draft) error {
			return o.Draft.Edit(o.T.Context(), o.Officer, "kihon", policytest.Text, d.SHA256)
		},
		draft.EventSubmit: func(o policytest.Office, d draft.Draft) error {
			return o.Draft.Submit(o.T.Context(), o.Officer, "kihon", policytest.Major(d))
		},
		draft.EventWithdraw: func(o policytest.Office, d draft.Draft) error {
			return o.Draft.Withdraw(o.T.Context(), o.Officer, "kihon", "見本", d.SHA256)
		},
		draft.EventTakeBack: func(o policytest.Office, d draft.Draft) error {
			return o.Draft.TakeBack(o.T.Context(), o.Officer, "kihon", "見本", d.SHA256)
		},
		draft.EventSendBack: func(o policytest.Office, d draft.Draft) error {
			return o.Draft.SendBack(o.T.Context(), o.CISO, "kihon", "見本", d.SHA256)
		},
		draft.EventAdopt: func(o policytest.Office, d draft.Draft) error {
			return o.Publish.RecordDecision(o.T.Context(), o.Officer, "kihon", o.Decision(d))
		},
		draft.EventReject: func(o policytest.Office, d draft.Draft) error {
			decision := o.Decision(d)
			decision.Adopted, decision.Rejected = false, true
			return o.Publish.RecordDecision(o.T.Context(), o.Officer, "kihon", decision)
		},
		draft.EventPublishMinor: func(o policytest.Office, d draft.Draft) error {
			return o.Publish.PublishMinor(o.T.Context(), o.CISO, "kihon", o.Notice(d))
		},
		draft.EventPublishDecided: func(o policytest.Office, d draft.Draft) error {
			return o.Publish.PublishDecided(o.T.Context(), o.CISO, "kihon", publish.Publication{EffectiveOn: calendar.Day(policytest.Now), SHA256: d.SHA256, Campaign: policytest.AskAll(calendar.Day(policytest.Now))})
		},
	}
	for p, may := range leads {
		t.Run(string(p.state)+" "+string(p.scale), func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.Published(policy.Basic, "kihon")
			d := o.At(p.state, p.scale)
			for event, do := range events {
				if may[event] {
					continue
				}
				if err := do(o, d); fault.KindOf(err) != fault.Conflict {
					t.Errorf("%s: %v", event, err)
				}
			}
			if now := o.Drafted("kihon"); now.State != p.state || string(now.SHA256) != string(d.SHA256) {
				t.Errorf("what was refused has changed it: %+v", now)
			}
			for event := range may {
				if err := events[event](o, o.Drafted("kihon")); err != nil {
					t.Errorf("%s: %v", event, err)
				}
				if draft, err := o.Draft.Draft(t.Context(), o.Officer, "kihon"); err == nil && draft.State == p.state {
					continue // it was changed in place
				}
				must(t, o.LeaveNothing())
				o.At(p.state, p.scale)
			}
			if _, err := trail.Verify(t.Context(), o.DB.Pool); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAFirstRevisionIsNeverMinor(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, err := o.Draft.DraftText(t.Context(), o.Officer, draft.Text{Kind: policy.Basic, Title: "見本", Source: policytest.Text})
	must(t, err)
	if err := o.Draft.Submit(t.Context(), o.Officer, "kihon", policytest.Minor(o.Drafted("kihon"))); fault.KindOf(err) != fault.Invalid {
		t.Errorf("got %v", err)
	}
}

// A draft that is taken back after the 本部会議 has adopted it rests on no decision.
func TestADraftThatIsTakenBackRestsOnNoDecision(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	o.Published(policy.Basic, "kihon")
	d := o.At(draft.Decided, draft.Major)
	decided := func() (decision, day bool) {
		must(t, o.DB.Pool.QueryRow(ctx, `SELECT decision_id IS NOT NULL, decided_on IS NOT NULL FROM revision WHERE id = $1`, d.Revision).Scan(&decision, &day))
		return decision, day
	}
	if decision, day := decided(); !decision || !day {
		t.Fatalf("decided: %t, on a day: %t", decision, day)
	}
	must(t, o.Draft.TakeBack(ctx, o.Officer, "kihon", "見本", d.SHA256))
	if decision, day := decided(); decision || day {
		t.Errorf("taken back, and still decided: %t, on a day: %t", decision, day)
	}
}

// Of two who take a step with one draft at once, the second waits, and is told.
func TestOfTwoStepsAtOnceOneIsTaken(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	o.Published(policy.Basic, "kihon")
	d := o.At(draft.Submitted, draft.Minor)
	second := make(chan error, 1)
	first := o.Draft.Step(ctx, o.Officer, "kihon", draft.EventTakeBack, d.SHA256, func(*door.Tx, draft.Locked) (draft.Change, error) {
		go func() { second <- o.Draft.SendBack(ctx, o.CISO, "kihon", "見本", d.SHA256) }()
		for waiting := false; !waiting && len(second) == 0; { // until the second waits, or is through
			must(t, o.DB.Pool.QueryRow(ctx, `
				SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE a.datname = current_database() AND NOT l.granted)`).Scan(&waiting))
		}
		return draft.Change{Note: "見本"}, nil
	})
	if err := <-second; first != nil || fault.KindOf(err) != fault.Conflict {
		t.Errorf("the first: %v, the second: %v", first, err)
	}
}
