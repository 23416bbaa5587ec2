package policy_test

import (
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/policy"
)

// colleague is somebody else who drafts.
func (o office) colleague() authz.Actor {
	other := o.other
	other.Holdings = append([]authz.Holding{{Role: authz.CSIRTMember}}, other.Holdings...)
	return other
}

func (o office) count(table string) (n int) {
	o.t.Helper()
	must(o.t, o.db.Pool.QueryRow(o.t.Context(), `SELECT count(*) FROM `+table).Scan(&n))
	return n
}

func TestWhatIsTypedIsKeptForWhoTypedItAlone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.published(policy.Basic, "kihon")
	d := o.at(policy.InDraft, "")
	entries := o.count("trail_entry")
	one, two := o.officer, o.colleague()
	kept, err := o.KeepUnsaved(ctx, one, "kihon", "第1条　途中の", d.SHA256)
	must(t, err)
	if !kept.At.Equal(now) || kept.Changed || len(kept.Others) != 0 {
		t.Errorf("the first is told %+v", kept)
	}
	kept, err = o.KeepUnsaved(ctx, two, "kihon", "第1条　別の", d.SHA256)
	must(t, err)
	if len(kept.Others) != 1 || kept.Others[0] != "見本 2" {
		t.Errorf("the second is told %+v", kept)
	}
	if _, err := o.KeepUnsaved(ctx, one, "kihon", "第1条　途中の文", d.SHA256); err != nil {
		t.Error(err)
	}
	for who, want := range map[*authz.Actor]string{&one: "第1条　途中の文", &two: "第1条　別の"} {
		if u, found, err := o.Unsaved(ctx, *who, d); err != nil || !found || u.Text != want || string(u.BasedOn) != string(d.SHA256) {
			t.Errorf("kept is %+v, %t, %v", u, found, err)
		}
	}
	if names, err := o.Typing(ctx, o.ciso, d); err != nil || len(names) != 2 {
		t.Errorf("typing: %v, %v", names, err)
	}
	if _, found, err := o.Unsaved(ctx, o.ciso, d); found || err != nil {
		t.Errorf("the CISO is given another's words: %v", err)
	}
	if n := o.count("trail_entry"); n != entries {
		t.Errorf("the trail has %d entries more", n-entries)
	}
	must(t, o.DropUnsaved(ctx, one, d))
	if n := o.count("unsaved_text"); n != 1 {
		t.Errorf("%d are kept", n)
	}
}

// What is kept goes when it is saved, and with the draft, whatever ends it; it
// stays while the draft is handed in and comes back.
func TestWhatIsKeptGoesWithTheDraft(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.published(policy.Basic, "kihon")
	keep := func(actor authz.Actor) {
		t.Helper()
		_, err := o.KeepUnsaved(ctx, actor, "kihon", "第1条　途中の", o.draft("kihon").SHA256)
		must(t, err)
	}
	left := func(after string, want int) {
		t.Helper()
		if n := o.count("unsaved_text"); n != want {
			t.Errorf("after %s %d are kept, want %d", after, n, want)
		}
	}
	d := o.at(policy.InDraft, "")
	keep(o.officer)
	keep(o.colleague())
	must(t, o.Edit(ctx, o.officer, "kihon", text+"第3条　直す。\n", d.SHA256))
	left("saving one's own", 1)
	if kept, err := o.KeepUnsaved(ctx, o.colleague(), "kihon", "第1条　途中の", d.SHA256); err != nil || !kept.Changed {
		t.Errorf("the other is not told of the change: %+v, %v", kept, err)
	}
	must(t, o.Submit(ctx, o.officer, "kihon", minor(o.draft("kihon"))))
	keep(o.officer)
	left("handing in", 2)
	must(t, o.SendBack(ctx, o.ciso, "kihon", "見本", o.draft("kihon").SHA256))
	left("sending back", 2)
	must(t, o.Submit(ctx, o.officer, "kihon", minor(o.draft("kihon"))))
	must(t, o.PublishMinor(ctx, o.ciso, "kihon", o.notice(o.draft("kihon"))))
	left("publishing", 0)
	o.at(policy.InDraft, "")
	keep(o.officer)
	must(t, o.leaveNothing())
	left("withdrawing", 0)
	if _, err := o.KeepUnsaved(ctx, o.officer, "kihon", "第1条　途中の", d.SHA256); fault.KindOf(err) != fault.NotFound {
		t.Errorf("kept without a draft: %v", err)
	}
}

func TestWhatSaysWhatTheDraftSaysIsNotKept(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.published(policy.Basic, "kihon")
	d := o.at(policy.InDraft, "")
	for _, typed := range []string{"第1条　途中の", d.Text} {
		kept, err := o.KeepUnsaved(t.Context(), o.officer, "kihon", typed, d.SHA256)
		must(t, err)
		if _, found, err := o.Unsaved(t.Context(), o.officer, d); err != nil || found != (typed != d.Text) || found == kept.At.IsZero() {
			t.Errorf("%q is kept: %t, told: %+v, %v", typed, found, kept, err)
		}
	}
}

func TestWhoMayNotDraftKeepsNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.publishedFor(policy.Procedure, "tejun", policy.Audience{Roles: []authz.Role{authz.CISO}})
	must(t, o.StartDraft(t.Context(), o.officer, "tejun", 1))
	d := o.draft("tejun")
	for name, c := range map[string]struct {
		actor authz.Actor
		code  string
		hash  []byte
		want  fault.Kind
	}{
		"a 職員":               {o.staff, "tejun", d.SHA256, fault.NotFound},
		"a 管理者":              {o.manager, "tejun", d.SHA256, fault.NotFound},
		"the CISO":           {o.ciso, "tejun", d.SHA256, fault.Forbidden},
		"of no document":     {o.officer, "nothing", d.SHA256, fault.NotFound},
		"of a text of none":  {o.officer, "tejun", nil, fault.Invalid},
		"of half of a hash":  {o.officer, "tejun", d.SHA256[:16], fault.Invalid},
		"of another's words": {o.officer, "tejun", []byte(strings.Repeat("x", 64)), fault.Invalid},
	} {
		if _, err := o.KeepUnsaved(t.Context(), c.actor, c.code, "第1条　途中の", c.hash); fault.KindOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := o.count("unsaved_text"); n != 0 {
		t.Errorf("%d are kept", n)
	}
}
