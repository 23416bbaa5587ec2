package draft_test

import (
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/policytest"
)

// colleague is somebody else who drafts.
func colleague(o policytest.Office) authz.Actor {
	other := o.Other
	other.Holdings = append([]authz.Holding{{Role: authz.CSIRTMember}}, other.Holdings...)
	return other
}

func countOf(o policytest.Office, table string) (n int) {
	o.T.Helper()
	must(o.T, o.DB.Pool.QueryRow(o.T.Context(), `SELECT count(*) FROM `+table).Scan(&n))
	return n
}

func TestWhatIsTypedIsAutosavedForWhoTypedItAlone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.Published(policy.Basic, "kihon")
	d := o.At(draft.InDraft, "")
	entries := countOf(o, "trail_entry")
	one, two := o.Officer, colleague(o)
	status, err := o.Draft.PutAutosave(ctx, one, "kihon", "第1条　途中の", d.SHA256)
	must(t, err)
	if !status.At.Equal(policytest.Now) || status.Changed || len(status.Others) != 0 {
		t.Errorf("the first is told %+v", status)
	}
	status, err = o.Draft.PutAutosave(ctx, two, "kihon", "第1条　別の", d.SHA256)
	must(t, err)
	if len(status.Others) != 1 || status.Others[0] != "見本 2" {
		t.Errorf("the second is told %+v", status)
	}
	if _, err := o.Draft.PutAutosave(ctx, one, "kihon", "第1条　途中の文", d.SHA256); err != nil {
		t.Error(err)
	}
	for who, want := range map[*authz.Actor]string{&one: "第1条　途中の文", &two: "第1条　別の"} {
		if u, found, err := o.Draft.Autosave(ctx, *who, d); err != nil || !found || u.Text != want || string(u.BasedOn) != string(d.SHA256) {
			t.Errorf("autosaved is %+v, %t, %v", u, found, err)
		}
	}
	if names, err := o.Draft.Typing(ctx, o.CISO, d); err != nil || len(names) != 2 {
		t.Errorf("typing: %v, %v", names, err)
	}
	if _, found, err := o.Draft.Autosave(ctx, o.CISO, d); found || err != nil {
		t.Errorf("the CISO is given another's words: %v", err)
	}
	if n := countOf(o, "trail_entry"); n != entries {
		t.Errorf("the trail has %d entries more", n-entries)
	}
	must(t, o.Draft.DropAutosave(ctx, one, d))
	if n := countOf(o, "unsaved_text"); n != 1 {
		t.Errorf("%d are autosaved", n)
	}
}

// What is autosaved goes when it is saved, and with the draft, whatever ends it; it
// stays while the draft is handed in and comes back.
func TestWhatIsAutosavedGoesWithTheDraft(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.Published(policy.Basic, "kihon")
	keep := func(actor authz.Actor) {
		t.Helper()
		_, err := o.Draft.PutAutosave(ctx, actor, "kihon", "第1条　途中の", o.Drafted("kihon").SHA256)
		must(t, err)
	}
	left := func(after string, want int) {
		t.Helper()
		if n := countOf(o, "unsaved_text"); n != want {
			t.Errorf("after %s %d are autosaved, want %d", after, n, want)
		}
	}
	d := o.At(draft.InDraft, "")
	keep(o.Officer)
	keep(colleague(o))
	must(t, o.Draft.Edit(ctx, o.Officer, "kihon", policytest.Text+"第3条　直す。\n", d.SHA256))
	left("saving one's own", 1)
	if status, err := o.Draft.PutAutosave(ctx, colleague(o), "kihon", "第1条　途中の", d.SHA256); err != nil || !status.Changed {
		t.Errorf("the other is not told of the change: %+v, %v", status, err)
	}
	must(t, o.Draft.Submit(ctx, o.Officer, "kihon", policytest.Minor(o.Drafted("kihon"))))
	keep(o.Officer)
	left("handing in", 2)
	must(t, o.Draft.SendBack(ctx, o.CISO, "kihon", "見本", o.Drafted("kihon").SHA256))
	left("sending back", 2)
	must(t, o.Draft.Submit(ctx, o.Officer, "kihon", policytest.Minor(o.Drafted("kihon"))))
	must(t, o.Publish.PublishMinor(ctx, o.CISO, "kihon", o.Notice(o.Drafted("kihon"))))
	left("publishing", 0)
	o.At(draft.InDraft, "")
	keep(o.Officer)
	must(t, o.LeaveNothing())
	left("withdrawing", 0)
	if _, err := o.Draft.PutAutosave(ctx, o.Officer, "kihon", "第1条　途中の", d.SHA256); fault.KindOf(err) != fault.NotFound {
		t.Errorf("autosaved without a draft: %v", err)
	}
}

func TestWhatSaysWhatTheDraftSaysIsNotAutosaved(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Published(policy.Basic, "kihon")
	d := o.At(draft.InDraft, "")
	for _, typed := range []string{"第1条　途中の", d.Text} {
		status, err := o.Draft.PutAutosave(t.Context(), o.Officer, "kihon", typed, d.SHA256)
		must(t, err)
		if _, found, err := o.Draft.Autosave(t.Context(), o.Officer, d); err != nil || found != (typed != d.Text) || found == status.At.IsZero() {
			t.Errorf("%q is autosaved: %t, told: %+v, %v", typed, found, status, err)
		}
	}
}

func TestWhoMayNotDraftKeepsNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.PublishedFor(policy.Procedure, "tejun", policy.Audience{Roles: []authz.Role{authz.CISO}})
	must(t, o.Draft.StartDraft(t.Context(), o.Officer, "tejun", 1))
	d := o.Drafted("tejun")
	for name, c := range map[string]struct {
		actor authz.Actor
		code  string
		hash  []byte
		want  fault.Kind
	}{
		"a 職員":               {o.Staff, "tejun", d.SHA256, fault.NotFound},
		"a 管理者":              {o.Manager, "tejun", d.SHA256, fault.NotFound},
		"the CISO":           {o.CISO, "tejun", d.SHA256, fault.Forbidden},
		"of no document":     {o.Officer, "nothing", d.SHA256, fault.NotFound},
		"of a text of none":  {o.Officer, "tejun", nil, fault.Invalid},
		"of half of a hash":  {o.Officer, "tejun", d.SHA256[:16], fault.Invalid},
		"of another's words": {o.Officer, "tejun", []byte(strings.Repeat("x", 64)), fault.Invalid},
	} {
		if _, err := o.Draft.PutAutosave(t.Context(), c.actor, c.code, "第1条　途中の", c.hash); fault.KindOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := countOf(o, "unsaved_text"); n != 0 {
		t.Errorf("%d are autosaved", n)
	}
}
