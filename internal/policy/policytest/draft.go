package policytest

import (
	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/publish"
)

// DraftOf starts the next revision of a document and puts a text into it.
func (o Office) DraftOf(code, text string) draft.Draft {
	o.T.Helper()
	ctx := o.T.Context()
	history, err := o.Policy.History(ctx, o.Officer, code)
	must(o.T, err)
	must(o.T, o.Draft.StartDraft(ctx, o.Officer, code, history[0].Number))
	draft := o.Drafted(code)
	must(o.T, o.Draft.Edit(ctx, o.Officer, code, text, draft.SHA256))
	return o.Drafted(code)
}

// Drafted is a document's draft as it stands.
func (o Office) Drafted(code string) draft.Draft {
	o.T.Helper()
	draft, err := o.Draft.Draft(o.T.Context(), o.Officer, code)
	must(o.T, err)
	return draft
}

// PublishNext publishes another revision, decided today.
func (o Office) PublishNext(code, text string, effective calendar.Date) {
	o.T.Helper()
	o.DraftOf(code, text)
	draft, err := Adopt(o.T.Context(), o.Rooms, o.Officer, code, o.Chair, calendar.Day(Now))
	must(o.T, err)
	must(o.T, o.Publish.PublishDecided(o.T.Context(), o.CISO, code, publish.Publication{EffectiveOn: effective, SHA256: draft.SHA256, Campaign: AskAll(effective)}))
}

// Minor hands a draft in as a 簡易な見直し.
func Minor(d draft.Draft) draft.Submission {
	return draft.Submission{Scale: draft.Minor, Why: policy.AfterAudit, WhyText: "監査で用語の誤りが見つかったため", SHA256: d.SHA256}
}

// Major hands a draft in to the 本部会議.
func Major(d draft.Draft) draft.Submission {
	return draft.Submission{Scale: draft.Major, Why: policy.AfterLaw, WhyText: "法律が改正されたため", SHA256: d.SHA256}
}

// Notice is the 通知 that publishes a draft today.
func (o Office) Notice(d draft.Draft) publish.CISONotice {
	return publish.CISONotice{
		Publication: publish.Publication{EffectiveOn: calendar.Day(Now), SHA256: d.SHA256, Campaign: AskAll(calendar.Day(Now))}, Addressees: "各課室長", Body: "基本方針を簡易に見直したので通知する。",
	}
}

// Decision is that the 本部会議 adopted a draft today.
func (o Office) Decision(d draft.Draft) publish.Decision {
	return publish.Decision{On: calendar.Day(Now), Adopted: true, Chair: o.Chair, Attendees: []string{o.Chair, "2"}, Minutes: "原案のとおり決定", SHA256: d.SHA256}
}

// At takes a fresh draft of the second revision to a state.
func (o Office) At(state draft.State, scale draft.Scale) draft.Draft {
	o.T.Helper()
	ctx := o.T.Context()
	d := o.DraftOf("kihon", Text+"第3条　加える。\n")
	if state == draft.InDraft {
		return d
	}
	submission := Major(d)
	if scale == draft.Minor {
		submission = Minor(d)
	}
	must(o.T, o.Draft.Submit(ctx, o.Officer, "kihon", submission))
	if state == draft.Decided {
		must(o.T, o.Publish.RecordDecision(ctx, o.Officer, "kihon", o.Decision(d)))
	}
	return d
}

// LeaveNothing throws the draft away, whatever its state.
func (o Office) LeaveNothing() error {
	ctx := o.T.Context()
	d, err := o.Draft.Draft(ctx, o.Officer, "kihon")
	if err != nil {
		return nil // it was published or thrown away
	}
	if d.State != draft.InDraft {
		if err := o.Draft.TakeBack(ctx, o.Officer, "kihon", "見本", d.SHA256); err != nil {
			return err
		}
	}
	return o.Draft.Withdraw(ctx, o.Officer, "kihon", "見本", d.SHA256)
}
