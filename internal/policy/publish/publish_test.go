package publish_test

import (
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/policytest"
	"kagami/internal/policy/publish"
	"kagami/internal/postgres"
)

// 職務分離: nobody publishes what they have written on, by whatever role.
func TestNobodyPublishesWhatTheyDrafted(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.Published(policy.Basic, "kihon")
	both := o.Officer // holds the CISO's role too, as 職務代理 does
	both.Holdings = append([]authz.Holding{{Role: authz.CISO}, {Role: authz.GeneralSecurityOfficer}}, both.Holdings...)
	d := o.At(draft.Submitted, draft.Minor)
	if err := o.Publish.PublishMinor(ctx, both, "kihon", o.Notice(d)); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("by 通知: %v", err)
	}
	must(t, o.LeaveNothing())
	d = o.At(draft.Decided, draft.Major)
	publication := publish.Publication{EffectiveOn: calendar.Day(policytest.Now), SHA256: d.SHA256, Campaign: policytest.AskAll(calendar.Day(policytest.Now))}
	for name, actor := range map[string]authz.Actor{"the drafter": both, "the 責任者": o.Officer, "a 管理者": o.Manager, "a 職員": o.Staff} {
		if err := o.Publish.PublishDecided(ctx, actor, "kihon", publication); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, o.Publish.PublishDecided(ctx, o.CISO, "kihon", publication))
	if err := o.Publish.PublishDecided(ctx, o.CISO, "kihon", publication); fault.KindOf(err) != fault.Conflict {
		t.Errorf("twice: %v", err)
	}
}

// Nor does anybody of several who have drafted it, whoever was first; where the only
// CISO is among them, the CIO publishes it.
func TestNobodyOfSeveralDraftersPublishes(t *testing.T) {
	t.Parallel()
	for name, order := range map[string][2]int{"the CISO first": {0, 1}, "the CISO last": {1, 0}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, ctx := newOffice(t), t.Context()
			o.Published(policy.Basic, "kihon")
			with := func(actor authz.Actor, role authz.Role) authz.Actor {
				actor.Holdings = append([]authz.Holding{{Role: role}}, actor.Holdings...)
				return actor
			}
			drafters := []authz.Actor{with(o.CISO, authz.SecurityOfficer), with(o.Manager, authz.SecurityOfficer)}
			must(t, o.Draft.StartDraft(ctx, drafters[order[0]], "kihon", 1))
			for i, at := range order {
				must(t, o.Draft.Edit(ctx, drafters[at], "kihon", policytest.Text+"第3条　"+strings.Repeat("加", i+1)+"える。\n", o.Drafted("kihon").SHA256))
			}
			d := o.Drafted("kihon")
			must(t, o.Draft.Submit(ctx, o.Officer, "kihon", policytest.Minor(d)))
			for _, drafter := range drafters {
				if err := o.Publish.PublishMinor(ctx, with(drafter, authz.CISO), "kihon", o.Notice(d)); fault.KindOf(err) != fault.Forbidden {
					t.Errorf("%s: %v", drafter.Name, err)
				}
			}
			if err := o.Publish.PublishMinor(ctx, with(o.Other, authz.CIO), "kihon", o.Notice(d)); err != nil {
				t.Errorf("the CIO: %v", err)
			}
		})
	}
}

// 基本方針 10: the 通知 of what one may not read does not exist.
func TestTheNoticeOfWhatOneMayNotReadIsNotFound(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	o.PublishedFor(policy.Procedure, "tejun", policy.Audience{Sections: []string{"zeimu"}})
	d := o.DraftOf("tejun", policytest.Text+"第3条　加える。\n")
	must(t, o.Draft.Submit(ctx, o.Officer, "tejun", policytest.Minor(d)))
	must(t, o.Publish.PublishMinor(ctx, o.CISO, "tejun", o.Notice(d)))
	_, err := o.Publish.CISONotice(ctx, o.Staff, "tejun", 2)
	must(t, err)
	if _, err := o.Publish.CISONotice(ctx, o.Other, "tejun", 2); fault.KindOf(err) != fault.NotFound {
		t.Errorf("whom it is not for: %v", err)
	}
}

func TestWhatIsNotWholeIsRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.Published(policy.Basic, "kihon")
	yesterday, tomorrow := calendar.Day(policytest.Now).AddDays(-1), calendar.Day(policytest.Now).AddDays(1)
	d := o.DraftOf("kihon", policytest.Text+"第3条　加える。\n")
	submit := func(change func(*draft.Submission)) error {
		u := policytest.Minor(d)
		change(&u)
		return o.Draft.Submit(ctx, o.Officer, "kihon", u)
	}
	for name, err := range map[string]error{
		"no scale":               submit(func(u *draft.Submission) { u.Scale = "" }),
		"no reason":              submit(func(u *draft.Submission) { u.Why = "" }),
		"no words":               submit(func(u *draft.Submission) { u.WhyText = " \n" }),
		"long words":             submit(func(u *draft.Submission) { u.WhyText = strings.Repeat("長", 2001) }),
		"withdrawn for nothing":  o.Draft.Withdraw(ctx, o.Officer, "kihon", "　", d.SHA256),
		"an empty text":          o.Draft.Edit(ctx, o.Officer, "kihon", " \n", d.SHA256),
		"a text with a question": o.Draft.Edit(ctx, o.Officer, "kihon", policytest.Unsure, d.SHA256),
	} {
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := o.Draft.Edit(ctx, o.Officer, "kihon", policytest.Text, []byte("another")); fault.KindOf(err) != fault.Conflict {
		t.Errorf("over another's change: %v", err)
	}
	must(t, submit(func(*draft.Submission) {}))
	notify := func(change func(*publish.CISONotice)) error {
		n := o.Notice(d)
		change(&n)
		return o.Publish.PublishMinor(ctx, o.CISO, "kihon", n)
	}
	for name, err := range map[string]error{
		"no 施行日":          notify(func(n *publish.CISONotice) { n.EffectiveOn = calendar.Date{} }),
		"施行日 yesterday":   notify(func(n *publish.CISONotice) { n.EffectiveOn = yesterday }),
		"to nobody":       notify(func(n *publish.CISONotice) { n.Addressees = "" }),
		"without a text":  notify(func(n *publish.CISONotice) { n.Body = "" }),
		"sent back, mute": o.Draft.SendBack(ctx, o.CISO, "kihon", "", d.SHA256),
	} {
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, o.Draft.TakeBack(ctx, o.Officer, "kihon", "本部会議に諮る", d.SHA256))
	must(t, o.Draft.Submit(ctx, o.Officer, "kihon", policytest.Major(d)))
	decide := func(change func(*publish.Decision)) error {
		decision := o.Decision(d)
		change(&decision)
		return o.Publish.RecordDecision(ctx, o.Officer, "kihon", decision)
	}
	for name, err := range map[string]error{
		"no day":            decide(func(d *publish.Decision) { d.On = calendar.Date{} }),
		"decided tomorrow":  decide(func(d *publish.Decision) { d.On = tomorrow }),
		"no result":         decide(func(d *publish.Decision) { d.Adopted = false }),
		"nobody in chair":   decide(func(d *publish.Decision) { d.Chair = "" }),
		"nobody there":      decide(func(d *publish.Decision) { d.Attendees = nil }),
		"chair not there":   decide(func(d *publish.Decision) { d.Attendees = []string{"2"} }),
		"no minutes":        decide(func(d *publish.Decision) { d.Minutes = "" }),
		"who has no number": decide(func(d *publish.Decision) { d.Attendees = []string{"nobody"} }),
		"who was not there": decide(func(d *publish.Decision) { d.On = d.On.AddDays(-200) }),
	} {
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, decide(func(*publish.Decision) {}))
	for name, effective := range map[string]calendar.Date{"no 施行日": {}, "before the decision": yesterday} {
		u := publish.Publication{EffectiveOn: effective, SHA256: d.SHA256, Campaign: policytest.AskAll(calendar.Day(policytest.Now))}
		if err := o.Publish.PublishDecided(ctx, o.CISO, "kihon", u); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
		if err := o.Publish.CheckPublication(ctx, o.Drafted("kihon"), u); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s, asked: %v", name, err)
		}
	}
	if current := o.Drafted("kihon"); current.State != draft.Decided || string(current.SHA256) != string(d.SHA256) {
		t.Errorf("the draft has not stayed: %+v", current)
	}
}

// 7(9): a 簡易な見直し is published by a 通知 with a number, and what it says of the
// text stays on record.
func TestAMinorRevisionIsPublishedByANumberedNotice(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.Published(policy.Basic, "kihon")
	for number := 2; number <= 3; number++ {
		d := o.DraftOf("kihon", policytest.Text+"第3条　"+strings.Repeat("加", number)+"える。\n")
		must(t, o.Draft.Submit(ctx, o.Officer, "kihon", policytest.Minor(d)))
		must(t, o.Draft.SendBack(ctx, o.CISO, "kihon", "表現を直すこと", d.SHA256))
		if steps := o.Drafted("kihon").Steps; steps[len(steps)-1].Note != "表現を直すこと" || steps[len(steps)-1].By == "" {
			t.Errorf("the drafter is not told why: %+v", steps)
		}
		must(t, o.Draft.Submit(ctx, o.Officer, "kihon", policytest.Minor(d)))
		must(t, o.Publish.PublishMinor(ctx, o.CISO, "kihon", o.Notice(d)))
		notice, err := o.Publish.CISONotice(ctx, o.Staff, "kihon", number)
		must(t, err)
		if notice.FiscalYear != 2026 || notice.Number != number-1 || notice.By == "" || notice.Addressees != "各課室長" {
			t.Errorf("the 通知: %+v", notice)
		}
	}
	reading, err := o.Policy.Read(ctx, o.Staff, "kihon")
	must(t, err)
	if reading.Number != 3 || !reading.DecidedOn.IsZero() {
		t.Errorf("in force: %+v", reading)
	}
}

// What a 簡易な見直し touches of purpose, scope, organization or sanctions is
// answered for, and the answer is stored.
func TestATouchedClauseIsAnsweredFor(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.Published(policy.Basic, "kihon")
	d := o.DraftOf("kihon", "【文書】見本\n1．　目的\n　守ることを目的とする。\n")
	must(t, o.Draft.Submit(ctx, o.Officer, "kihon", policytest.Minor(d)))
	n := o.Notice(d)
	if err := o.Publish.PublishMinor(ctx, o.CISO, "kihon", n); fault.KindOf(err) != fault.Invalid {
		t.Errorf("without an answer: %v", err)
	}
	n.Answer = "見出しを加えただけであるため"
	must(t, o.Publish.PublishMinor(ctx, o.CISO, "kihon", n))
	notice, err := o.Publish.CISONotice(ctx, o.Officer, "kihon", 2)
	must(t, err)
	if len(notice.Touched) != 1 || notice.Touched[0] != "目的：1 目的" || notice.Answer != n.Answer {
		t.Errorf("on record: %+v", notice)
	}
	if notice, err = o.Publish.CISONotice(ctx, o.Staff, "kihon", 2); err != nil || notice.Touched != nil || notice.Answer != "" {
		t.Errorf("for the staff: %+v, %v", notice, err)
	}
}

// The database itself publishes nothing without the 通知 or the decision on this
// very text, whatever a program says.
func TestTheDatabasePublishesNothingUndecided(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Published(policy.Basic, "kihon")
	d := o.At(draft.Submitted, draft.Major)
	publish := `UPDATE revision SET state = 'published', published_at = now(), effective_on = '2030-01-01', counts_from = number, asked_from = '2030-01-01'`
	old := `(SELECT decision_id FROM revision WHERE number = 1)`
	for name, c := range map[string]struct{ sql, constraint string }{
		"without anything":       {publish + ` WHERE id = $1`, "revision_published_on"},
		"as minor":               {publish + `, scale = 'minor' WHERE id = $1`, "revision_published_on"},
		"on another's decision":  {publish + `, decision_id = ` + old + `, decided_on = '2026-11-24' WHERE id = $1`, "revision_as_adopted"},
		"decided by nothing":     {`UPDATE revision SET state = 'decided' WHERE id = $1`, "revision_decided"},
		"submitted for nothing":  {`UPDATE revision SET why = NULL WHERE id = $1`, "revision_submitted_whole"},
		"asking nobody":          {`UPDATE revision SET state = 'published', published_at = now(), effective_on = '2030-01-01' WHERE id = $1`, "revision_asks"},
		"due before asking":      {publish + `, due_on = '2029-12-31' WHERE id = $1`, "revision_due_after_asking"},
		"other, but not what":    {`UPDATE revision SET why = 'other', why_text = '' WHERE id = $1`, "revision_why_explained"},
		"before the last 施行日":    {`UPDATE revision SET state = 'published', published_at = now(), effective_on = '2001-01-01' WHERE id = $1`, "revision_in_order"},
		"an older over a newer":  {publish + `, number = 0 + 0 WHERE id = $1`, "revision_newest"},
		"carried over, in short": {`INSERT INTO headquarters_decision (revision_id, text_sha256, decided_on, result, recorded_at, carried_over) SELECT $1, '', now(), 'adopted', now(), true`, ""},
	} {
		_, err := o.DB.Pool.Exec(t.Context(), c.sql, d.Revision)
		if got := postgres.Constraint(err); err == nil || got != c.constraint {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
