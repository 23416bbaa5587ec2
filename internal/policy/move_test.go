package policy_test

import (
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/outline"
	"kagami/internal/policy/policytest"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// draftOf starts the next revision of a document and puts a text into it.
func (o office) draftOf(code, text string) policy.Draft {
	o.t.Helper()
	ctx := o.t.Context()
	history, err := o.History(ctx, o.officer, code)
	must(o.t, err)
	must(o.t, o.StartDraft(ctx, o.officer, code, history[0].Number))
	draft := o.draft(code)
	must(o.t, o.Edit(ctx, o.officer, code, text, draft.SHA256))
	return o.draft(code)
}

func (o office) draft(code string) policy.Draft {
	o.t.Helper()
	draft, err := o.Draft(o.t.Context(), o.officer, code)
	must(o.t, err)
	return draft
}

// next publishes another revision, decided today.
func (o office) next(code, text string, effective calendar.Date) {
	o.t.Helper()
	o.draftOf(code, text)
	draft, err := policytest.Adopt(o.t.Context(), o.Service, o.officer, code, o.chair, calendar.Day(now))
	must(o.t, err)
	must(o.t, o.PublishDecided(o.t.Context(), o.ciso, code, policy.Publication{EffectiveOn: effective, SHA256: draft.SHA256, Campaign: policytest.AskAll(effective)}))
}

func minor(d policy.Draft) policy.Submission {
	return policy.Submission{Scale: policy.Minor, Why: policy.AfterAudit, WhyText: "監査で用語の誤りが見つかったため", SHA256: d.SHA256}
}

func major(d policy.Draft) policy.Submission {
	return policy.Submission{Scale: policy.Major, Why: policy.AfterLaw, WhyText: "法律が改正されたため", SHA256: d.SHA256}
}

func (o office) notice(d policy.Draft) policy.CISONotice {
	return policy.CISONotice{
		Publication: policy.Publication{EffectiveOn: calendar.Day(now), SHA256: d.SHA256, Campaign: policytest.AskAll(calendar.Day(now))}, Addressees: "各課室長", Body: "基本方針を簡易に見直したので通知する。",
	}
}

func (o office) decision(d policy.Draft) policy.Decision {
	return policy.Decision{On: calendar.Day(now), Adopted: true, Chair: o.chair, Attendees: []string{o.chair, "2"}, Minutes: "原案のとおり決定", SHA256: d.SHA256}
}

// at takes a fresh draft of the second revision to a state.
func (o office) at(state policy.State, scale policy.Scale) policy.Draft {
	o.t.Helper()
	ctx := o.t.Context()
	d := o.draftOf("kihon", text+"第3条　加える。\n")
	if state == policy.InDraft {
		return d
	}
	submission := major(d)
	if scale == policy.Minor {
		submission = minor(d)
	}
	must(o.t, o.Submit(ctx, o.officer, "kihon", submission))
	if state == policy.Decided {
		must(o.t, o.RecordDecision(ctx, o.officer, "kihon", o.decision(d)))
	}
	return d
}

// The life of a revision, every event in every state, by who may: what the table
// does not lead on to is refused, and the draft stays as it was.
func TestEveryEventInEveryState(t *testing.T) {
	t.Parallel()
	type place struct {
		state policy.State
		scale policy.Scale
	}
	leads := map[place]map[policy.Event]bool{
		{policy.InDraft, policy.Major}:   {policy.EventEdit: true, policy.EventSubmit: true, policy.EventWithdraw: true},
		{policy.Submitted, policy.Minor}: {policy.EventTakeBack: true, policy.EventSendBack: true, policy.EventPublishNotice: true},
		{policy.Submitted, policy.Major}: {policy.EventTakeBack: true, policy.EventAdopt: true, policy.EventReject: true},
		{policy.Decided, policy.Major}:   {policy.EventTakeBack: true, policy.EventPublishDecided: true},
	}
	events := map[policy.Event]func(o office, d policy.Draft) error{
		policy.EventEdit:   func(o office, d policy.Draft) error { return o.Edit(o.t.Context(), o.officer, "kihon", text, d.SHA256) },
		policy.EventSubmit: func(o office, d policy.Draft) error { return o.Submit(o.t.Context(), o.officer, "kihon", major(d)) },
		policy.EventWithdraw: func(o office, d policy.Draft) error {
			return o.Withdraw(o.t.Context(), o.officer, "kihon", "見本", d.SHA256)
		},
		policy.EventTakeBack: func(o office, d policy.Draft) error {
			return o.TakeBack(o.t.Context(), o.officer, "kihon", "見本", d.SHA256)
		},
		policy.EventSendBack: func(o office, d policy.Draft) error {
			return o.SendBack(o.t.Context(), o.ciso, "kihon", "見本", d.SHA256)
		},
		policy.EventAdopt: func(o office, d policy.Draft) error {
			return o.RecordDecision(o.t.Context(), o.officer, "kihon", o.decision(d))
		},
		policy.EventReject: func(o office, d policy.Draft) error {
			decision := o.decision(d)
			decision.Adopted, decision.Rejected = false, true
			return o.RecordDecision(o.t.Context(), o.officer, "kihon", decision)
		},
		policy.EventPublishNotice: func(o office, d policy.Draft) error {
			return o.PublishMinor(o.t.Context(), o.ciso, "kihon", o.notice(d))
		},
		policy.EventPublishDecided: func(o office, d policy.Draft) error {
			return o.PublishDecided(o.t.Context(), o.ciso, "kihon", policy.Publication{EffectiveOn: calendar.Day(now), SHA256: d.SHA256, Campaign: policytest.AskAll(calendar.Day(now))})
		},
	}
	for p, may := range leads {
		t.Run(string(p.state)+" "+string(p.scale), func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.published(policy.Basic, "kihon")
			d := o.at(p.state, p.scale)
			for event, do := range events {
				if may[event] {
					continue
				}
				if err := do(o, d); fault.KindOf(err) != fault.Conflict {
					t.Errorf("%s: %v", event, err)
				}
			}
			if now := o.draft("kihon"); now.State != p.state || string(now.SHA256) != string(d.SHA256) {
				t.Errorf("what was refused has changed it: %+v", now)
			}
			for event := range may {
				if err := events[event](o, o.draft("kihon")); err != nil {
					t.Errorf("%s: %v", event, err)
				}
				if draft, err := o.Draft(t.Context(), o.officer, "kihon"); err == nil && draft.State == p.state {
					continue // it was changed in place
				}
				must(t, o.leaveNothing())
				o.at(p.state, p.scale)
			}
			if _, err := trail.Verify(t.Context(), o.db.Pool); err != nil {
				t.Error(err)
			}
		})
	}
}

// leaveNothing throws the open draft away, whatever its state.
func (o office) leaveNothing() error {
	ctx := o.t.Context()
	draft, err := o.Draft(ctx, o.officer, "kihon")
	if err != nil {
		return nil // it was published or thrown away
	}
	if draft.State != policy.InDraft {
		if err := o.TakeBack(ctx, o.officer, "kihon", "見本", draft.SHA256); err != nil {
			return err
		}
	}
	return o.Withdraw(ctx, o.officer, "kihon", "見本", draft.SHA256)
}

// 職務分離: nobody publishes what they have written on, by whatever role.
func TestNobodyPublishesWhatTheyDrafted(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.published(policy.Basic, "kihon")
	both := o.officer // holds the CISO's role too, as 職務代理 does
	both.Holdings = append([]authz.Holding{{Role: authz.CISO}, {Role: authz.GeneralSecurityOfficer}}, both.Holdings...)
	d := o.at(policy.Submitted, policy.Minor)
	if err := o.PublishMinor(ctx, both, "kihon", o.notice(d)); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("by 通知: %v", err)
	}
	must(t, o.leaveNothing())
	d = o.at(policy.Decided, policy.Major)
	publication := policy.Publication{EffectiveOn: calendar.Day(now), SHA256: d.SHA256, Campaign: policytest.AskAll(calendar.Day(now))}
	for name, actor := range map[string]authz.Actor{"the drafter": both, "the 責任者": o.officer, "a 管理者": o.manager, "a 職員": o.staff} {
		if err := o.PublishDecided(ctx, actor, "kihon", publication); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, o.PublishDecided(ctx, o.ciso, "kihon", publication))
	if err := o.PublishDecided(ctx, o.ciso, "kihon", publication); fault.KindOf(err) != fault.Conflict {
		t.Errorf("twice: %v", err)
	}
}

func TestWhatIsNotWholeIsRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.published(policy.Basic, "kihon")
	yesterday, tomorrow := calendar.Day(now).AddDays(-1), calendar.Day(now).AddDays(1)
	d := o.draftOf("kihon", text+"第3条　加える。\n")
	submit := func(change func(*policy.Submission)) error {
		u := minor(d)
		change(&u)
		return o.Submit(ctx, o.officer, "kihon", u)
	}
	for name, err := range map[string]error{
		"no scale":               submit(func(u *policy.Submission) { u.Scale = "" }),
		"no reason":              submit(func(u *policy.Submission) { u.Why = "" }),
		"no words":               submit(func(u *policy.Submission) { u.WhyText = " \n" }),
		"long words":             submit(func(u *policy.Submission) { u.WhyText = strings.Repeat("長", 2001) }),
		"withdrawn for nothing":  o.Withdraw(ctx, o.officer, "kihon", "　", d.SHA256),
		"an empty text":          o.Edit(ctx, o.officer, "kihon", " \n", d.SHA256),
		"a text with a question": o.Edit(ctx, o.officer, "kihon", unsure, d.SHA256),
	} {
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := o.Edit(ctx, o.officer, "kihon", text, []byte("another")); fault.KindOf(err) != fault.Conflict {
		t.Errorf("over another's change: %v", err)
	}
	must(t, submit(func(*policy.Submission) {}))
	notify := func(change func(*policy.CISONotice)) error {
		n := o.notice(d)
		change(&n)
		return o.PublishMinor(ctx, o.ciso, "kihon", n)
	}
	for name, err := range map[string]error{
		"no 施行日":          notify(func(n *policy.CISONotice) { n.EffectiveOn = calendar.Date{} }),
		"施行日 yesterday":   notify(func(n *policy.CISONotice) { n.EffectiveOn = yesterday }),
		"to nobody":       notify(func(n *policy.CISONotice) { n.Addressees = "" }),
		"without a text":  notify(func(n *policy.CISONotice) { n.Body = "" }),
		"sent back, mute": o.SendBack(ctx, o.ciso, "kihon", "", d.SHA256),
	} {
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, o.TakeBack(ctx, o.officer, "kihon", "本部会議に諮る", d.SHA256))
	must(t, o.Submit(ctx, o.officer, "kihon", major(d)))
	decide := func(change func(*policy.Decision)) error {
		decision := o.decision(d)
		change(&decision)
		return o.RecordDecision(ctx, o.officer, "kihon", decision)
	}
	for name, err := range map[string]error{
		"no day":            decide(func(d *policy.Decision) { d.On = calendar.Date{} }),
		"decided tomorrow":  decide(func(d *policy.Decision) { d.On = tomorrow }),
		"no result":         decide(func(d *policy.Decision) { d.Adopted = false }),
		"nobody in chair":   decide(func(d *policy.Decision) { d.Chair = "" }),
		"nobody there":      decide(func(d *policy.Decision) { d.Attendees = nil }),
		"no minutes":        decide(func(d *policy.Decision) { d.Minutes = "" }),
		"who has no number": decide(func(d *policy.Decision) { d.Attendees = []string{"nobody"} }),
		"who was not there": decide(func(d *policy.Decision) { d.On = d.On.AddDays(-200) }),
	} {
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, decide(func(*policy.Decision) {}))
	for name, effective := range map[string]calendar.Date{"no 施行日": {}, "before the decision": yesterday} {
		u := policy.Publication{EffectiveOn: effective, SHA256: d.SHA256, Campaign: policytest.AskAll(calendar.Day(now))}
		if err := o.PublishDecided(ctx, o.ciso, "kihon", u); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
		if err := o.CheckPublication(ctx, o.draft("kihon"), u); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s, asked: %v", name, err)
		}
	}
	if draft := o.draft("kihon"); draft.State != policy.Decided || string(draft.SHA256) != string(d.SHA256) {
		t.Errorf("the draft has not stayed: %+v", draft)
	}
}

func TestAFirstRevisionIsNeverMinor(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, err := o.DraftText(t.Context(), o.officer, policy.Text{Kind: policy.Basic, Title: "見本", Source: text})
	must(t, err)
	if err := o.Submit(t.Context(), o.officer, "kihon", minor(o.draft("kihon"))); fault.KindOf(err) != fault.Invalid {
		t.Errorf("got %v", err)
	}
}

// 7(9): a 簡易な見直し is published by a 通知 with a number, and what it says of the
// text stays on record.
func TestAMinorRevisionIsPublishedByANumberedNotice(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.published(policy.Basic, "kihon")
	for number := 2; number <= 3; number++ {
		d := o.draftOf("kihon", text+"第3条　"+strings.Repeat("加", number)+"える。\n")
		must(t, o.Submit(ctx, o.officer, "kihon", minor(d)))
		must(t, o.SendBack(ctx, o.ciso, "kihon", "表現を直すこと", d.SHA256))
		if steps := o.draft("kihon").Steps; steps[len(steps)-1].Note != "表現を直すこと" || steps[len(steps)-1].By == "" {
			t.Errorf("the drafter is not told why: %+v", steps)
		}
		must(t, o.Submit(ctx, o.officer, "kihon", minor(d)))
		must(t, o.PublishMinor(ctx, o.ciso, "kihon", o.notice(d)))
		notice, err := o.Notice(ctx, o.staff, "kihon", number)
		must(t, err)
		if notice.FiscalYear != 2026 || notice.Number != number-1 || notice.By == "" || notice.Addressees != "各課室長" {
			t.Errorf("the 通知: %+v", notice)
		}
	}
	reading, err := o.Read(ctx, o.staff, "kihon")
	must(t, err)
	if reading.Number != 3 || !reading.DecidedOn.IsZero() {
		t.Errorf("in force: %+v", reading)
	}
}

// What a 簡易な見直し touches of purpose, scope, organization or sanctions is
// answered for, and the answer is kept.
func TestATouchedClauseIsAnsweredFor(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.published(policy.Basic, "kihon")
	d := o.draftOf("kihon", "【文書】見本\n1．　目的\n　守ることを目的とする。\n")
	must(t, o.Submit(ctx, o.officer, "kihon", minor(d)))
	n := o.notice(d)
	if err := o.PublishMinor(ctx, o.ciso, "kihon", n); fault.KindOf(err) != fault.Invalid {
		t.Errorf("without an answer: %v", err)
	}
	n.Answer = "見出しを加えただけであるため"
	must(t, o.PublishMinor(ctx, o.ciso, "kihon", n))
	notice, err := o.Notice(ctx, o.officer, "kihon", 2)
	must(t, err)
	if len(notice.Touched) != 1 || notice.Touched[0] != "目的：1 目的" || notice.Answer != n.Answer {
		t.Errorf("on record: %+v", notice)
	}
	if notice, err = o.Notice(ctx, o.staff, "kihon", 2); err != nil || notice.Touched != nil || notice.Answer != "" {
		t.Errorf("for the staff: %+v, %v", notice, err)
	}
}

// A revision takes effect on its day by itself; an earlier day shows what was.
func TestEachDayHasItsRevision(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	day := calendar.Day(now)
	o.published(policy.Basic, "kihon")
	o.next("kihon", text+"第3条　加える。\n", day.AddDays(10))
	o.draftOf("kihon", text)
	draft, err := policytest.Adopt(ctx, o.Service, o.officer, "kihon", o.chair, day)
	must(t, err)
	err = o.PublishDecided(ctx, o.ciso, "kihon", policy.Publication{EffectiveOn: day.AddDays(9), SHA256: draft.SHA256, Campaign: policytest.AskAll(day)})
	if fault.KindOf(err) != fault.Conflict {
		t.Errorf("before the last 施行日: %v", err)
	}
	if o.draft("kihon").State != policy.Decided {
		t.Error("the draft has not stayed")
	}
	for after, want := range map[int]int{0: 1, 9: 1, 10: 2, 400: 2} {
		reading, err := o.ReadOn(ctx, o.staff, "kihon", day.AddDays(after))
		must(t, err)
		if reading.Number != want {
			t.Errorf("after %d days revision %d", after, reading.Number)
		}
	}
	if _, err := o.ReadOn(ctx, o.staff, "kihon", day.AddDays(-1)); fault.KindOf(err) != fault.NotFound {
		t.Errorf("before the first: %v", err)
	}
	if _, err := o.ReadNumber(ctx, o.staff, "kihon", 3); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a draft is read by its number: %v", err)
	}
	history, err := o.History(ctx, o.staff, "kihon")
	must(t, err)
	if len(history) != 2 || history[0].Status(day) != "施行前" || history[1].Status(day) != "施行中" || history[1].Status(day.AddDays(10)) != "旧版" {
		t.Errorf("the history: %+v", history)
	}
	reading, err := o.ReadNumber(ctx, o.staff, "kihon", 2)
	must(t, err)
	if formers, err := o.Formers(ctx, reading); err != nil || len(formers) != 0 {
		t.Errorf("no clause has gone: %+v, %v", formers, err)
	}
}

// The database itself publishes nothing without the 通知 or the decision on this
// very text, whatever a program says.
func TestTheDatabasePublishesNothingUndecided(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.published(policy.Basic, "kihon")
	d := o.at(policy.Submitted, policy.Major)
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
		_, err := o.db.Pool.Exec(t.Context(), c.sql, d.Revision)
		if got := postgres.Constraint(err); err == nil || got != c.constraint {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// A second revision comes from a text that was handed in, too, questions and
// all, and only one is under way at a time.
func TestTheNextRevisionComesFromATextThatWasHandedIn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.published(policy.Procedure, "tejun")
	token, err := o.StartImport(ctx, o.officer, policy.Text{Document: "tejun", Source: unsure})
	must(t, err)
	i, err := o.Import(ctx, o.officer, token)
	must(t, err)
	if i.Document != "tejun" || i.Kind != policy.Procedure || i.Title != "見本の文書" {
		t.Errorf("the import: %+v", i.Text)
	}
	if _, err := o.DraftImport(ctx, o.officer, token); fault.KindOf(err) != fault.Conflict {
		t.Errorf("with an open question: %v", err)
	}
	must(t, o.Settle(ctx, o.officer, token, unsure, outline.Answers{2: outline.AsFigure}))
	code, err := o.DraftImport(ctx, o.officer, token)
	must(t, err)
	if draft := o.draft("tejun"); code != "tejun" || draft.Number != 2 || draft.Title != "見本の文書" {
		t.Errorf("drafted %s: %+v", code, draft)
	}
	if err := o.StartDraft(ctx, o.officer, "tejun", 1); fault.KindOf(err) != fault.Conflict {
		t.Errorf("beside another: %v", err)
	}
	if err := o.StartDraft(ctx, o.staff, "tejun", 1); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("by a 職員: %v", err)
	}
	must(t, o.Withdraw(ctx, o.officer, "tejun", "やり直すため", o.draft("tejun").SHA256))
	if err := o.StartDraft(ctx, o.officer, "tejun", 7); fault.KindOf(err) != fault.Conflict {
		t.Errorf("from what is not the newest: %v", err)
	}
	must(t, o.StartDraft(ctx, o.officer, "tejun", 1))
	if draft := o.draft("tejun"); draft.Number != 2 {
		t.Errorf("what was thrown away has kept its number: %d", draft.Number)
	}
	if _, err := o.StartImport(ctx, o.officer, policy.Text{Document: "nothing", Source: text}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("for no document: %v", err)
	}
}
