package draft_test

import (
	"testing"

	"kagami/internal/calendar"
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
