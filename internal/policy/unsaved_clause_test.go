package policy_test

import (
	"crypto/rand"
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/amend"
	"kagami/internal/policy/outline"
)

// rewriting is somebody's form on clause 1 of a draft, with words in it.
func rewriting(d policy.Draft, words string) policy.UnsavedClause {
	return policy.UnsavedClause{
		Token:     rand.Text(),
		Amendment: amend.Amendment{Act: amend.Rewrite, Anchor: "1", Heading: "目的", Text: words, Renumber: true},
		Shown:     "0123456789abcdef", BasedOn: d.SHA256,
	}
}

func (o office) unsavedClauses(actor authz.Actor, d policy.Draft) []policy.UnsavedClause {
	o.t.Helper()
	list, err := o.UnsavedClauses(o.t.Context(), actor, d)
	must(o.t, err)
	return list
}

func TestWhatIsTypedOnAClauseIsKeptForWhoTypedItAlone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.published(policy.Basic, "kihon")
	d := o.draftOf("kihon", threeClauses)
	entries := o.count("trail_entry")
	one, two := rewriting(d, "途中の"), rewriting(d, "別の")
	beside := policy.UnsavedClause{
		Token:     rand.Text(),
		Amendment: amend.Amendment{Act: amend.Insert, Anchor: "2", Where: amend.Under, Kind: "item", Text: "加える。"},
		Shown:     "fedcba9876543210", BasedOn: d.SHA256,
	}
	kept, err := o.KeepUnsavedClause(ctx, o.officer, "kihon", one)
	must(t, err)
	if !kept.At.Equal(now) || kept.Changed {
		t.Errorf("told %+v", kept)
	}
	_, err = o.KeepUnsavedClause(ctx, o.officer, "kihon", beside)
	must(t, err)
	_, err = o.KeepUnsavedClause(ctx, o.colleague(), "kihon", two)
	must(t, err)
	one.Text = "途中の文"
	_, err = o.KeepUnsavedClause(ctx, o.officer, "kihon", one)
	must(t, err)

	mine := map[string]policy.UnsavedClause{}
	for _, u := range o.unsavedClauses(o.officer, d) {
		mine[u.Token] = u
	}
	for _, want := range []policy.UnsavedClause{one, beside} {
		got := mine[want.Token]
		if got.Amendment != want.Amendment || got.Shown != want.Shown || string(got.BasedOn) != string(d.SHA256) || !got.At.Equal(now) {
			t.Errorf("kept is %+v, want %+v", got, want)
		}
	}
	if theirs := o.unsavedClauses(o.colleague(), d); len(mine) != 2 || len(theirs) != 1 || theirs[0].Text != "別の" {
		t.Errorf("kept are %v and %v", mine, theirs)
	}
	if list := o.unsavedClauses(o.ciso, d); len(list) != 0 {
		t.Error("the CISO is given another's words")
	}
	// another's token throws nothing away
	must(t, o.DropUnsavedClause(ctx, o.officer, d, two.Token))
	must(t, o.DropUnsavedClause(ctx, o.officer, d, beside.Token))
	if n := o.count("unsaved_clause"); n != 2 {
		t.Errorf("%d are kept", n)
	}
	if n := o.count("trail_entry"); n != entries {
		t.Errorf("the trail has %d entries more", n-entries)
	}
}

// A draft tells whose words on its clauses wait, and no word of them.
func TestADraftTellsWhoHasWordsOnItsClauses(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.published(policy.Basic, "kihon")
	d := o.draftOf("kihon", threeClauses)
	_, err := o.KeepUnsavedClause(ctx, o.officer, "kihon", rewriting(d, "途中の"))
	must(t, err)
	_, err = o.KeepUnsavedClause(ctx, o.colleague(), "kihon", rewriting(d, "別の"))
	must(t, err)
	_, err = o.KeepUnsaved(ctx, o.colleague(), "kihon", "第1条　別の", d.SHA256)
	must(t, err)
	u := o.draft("kihon").Unfinished
	if !u.Own.IsZero() || !u.OwnClause.Equal(now) || len(u.Others) != 1 || u.Others[0] != "見本 5" {
		t.Errorf("the draft tells %+v", u)
	}
}

// What is kept goes when that very form is saved, and with the draft; what other
// forms have kept, and a change of the whole text, leave it alone.
func TestWhatIsKeptOfAClauseGoesWithItsFormOrTheDraft(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.published(policy.Basic, "kihon")
	d := o.draftOf("kihon", threeClauses)
	one, other := rewriting(d, "途中の。"), rewriting(d, "別の画面の。")
	keep := func(u policy.UnsavedClause, changed bool) {
		t.Helper()
		kept, err := o.KeepUnsavedClause(ctx, o.officer, "kihon", u)
		must(t, err)
		if kept.Changed != changed {
			t.Errorf("told that the draft has changed: %t", kept.Changed)
		}
	}
	left := func(after string, want int) {
		t.Helper()
		if n := o.count("unsaved_clause"); n != want {
			t.Errorf("after %s %d are kept, want %d", after, n, want)
		}
	}
	keep(one, false)
	keep(other, false)
	must(t, o.Amend(ctx, o.officer, "kihon", one.Amendment, nil, d.SHA256, one.Token))
	left("saving one form", 1)
	keep(other, true)
	must(t, o.Edit(ctx, o.officer, "kihon", threeClauses, o.draft("kihon").SHA256))
	left("editing the whole text", 1)
	if err := o.Amend(ctx, o.officer, "kihon", other.Amendment, nil, []byte("other"), other.Token); fault.KindOf(err) != fault.Conflict {
		t.Errorf("for another text: %v", err)
	}
	left("a refused change", 1)
	must(t, o.Submit(ctx, o.officer, "kihon", minor(o.draft("kihon"))))
	left("handing in", 1)
	must(t, o.SendBack(ctx, o.ciso, "kihon", "見本", o.draft("kihon").SHA256))
	left("sending back", 1)
	must(t, o.leaveNothing())
	left("withdrawing", 0)
	if _, err := o.KeepUnsavedClause(ctx, o.officer, "kihon", other); fault.KindOf(err) != fault.NotFound {
		t.Errorf("kept without a draft: %v", err)
	}
}

func TestWhatSaysWhatTheClauseSaysIsNotKept(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.published(policy.Basic, "kihon")
	d := o.draftOf("kihon", threeClauses)
	rewrite := rewriting(d, "目的を定める。")
	insert := rewrite
	insert.Amendment = amend.Amendment{Act: amend.Insert, Anchor: "1", Where: amend.After, Renumber: true}
	for _, u := range []policy.UnsavedClause{rewrite, insert} {
		for _, c := range []struct {
			heading, text string
			kept          bool
		}{{"目的", "途中の。", true}, {"目的", "目的を定める。\r\n", u.Act == amend.Insert}, {"", "途中の。", true}, {" ", "\n", false}} {
			u.Heading, u.Text = c.heading, c.text
			kept, err := o.KeepUnsavedClause(t.Context(), o.officer, "kihon", u)
			must(t, err)
			if left := len(o.unsavedClauses(o.officer, d)) == 1; left != c.kept || kept.At.IsZero() == c.kept {
				t.Errorf("%s: %q %q is kept: %t, told: %+v", u.Act, c.heading, c.text, left, kept)
			}
		}
	}
}

func TestWordsOnAClauseThatNoFormHasSentAreNotKept(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.publishedFor(policy.Procedure, "tejun", policy.Audience{Roles: []authz.Role{authz.CISO}})
	must(t, o.StartDraft(t.Context(), o.officer, "tejun", 1))
	d := o.draft("tejun")
	for _, c := range []struct {
		name  string
		actor authz.Actor
		code  string
		with  func(*policy.UnsavedClause)
		want  fault.Kind
	}{
		{"a 職員", o.staff, "tejun", nil, fault.NotFound},
		{"a 管理者", o.manager, "tejun", nil, fault.NotFound},
		{"the CISO", o.ciso, "tejun", nil, fault.Forbidden},
		{"of no document", o.officer, "nothing", nil, fault.NotFound},
		{"of a text of none", o.officer, "tejun", func(u *policy.UnsavedClause) { u.BasedOn = nil }, fault.Invalid},
		{"without a token", o.officer, "tejun", func(u *policy.UnsavedClause) { u.Token = "" }, fault.Invalid},
		{"with a token of its own", o.officer, "tejun", func(u *policy.UnsavedClause) { u.Token = strings.Repeat("a", 26) }, fault.Invalid},
		{"of no clause", o.officer, "tejun", func(u *policy.UnsavedClause) { u.Anchor = "" }, fault.Invalid},
		{"of a move", o.officer, "tejun", func(u *policy.UnsavedClause) { u.Act, u.Where = amend.Move, amend.Up }, fault.Invalid},
		{"put in nowhere", o.officer, "tejun", func(u *policy.UnsavedClause) { u.Act = amend.Insert }, fault.Invalid},
		{"put in upwards", o.officer, "tejun", func(u *policy.UnsavedClause) { u.Act, u.Where = amend.Insert, amend.Up }, fault.Invalid},
		{"rewritten somewhere", o.officer, "tejun", func(u *policy.UnsavedClause) { u.Where = amend.After }, fault.Invalid},
		{"of a long kind", o.officer, "tejun", func(u *policy.UnsavedClause) { u.Kind = outline.Kind(strings.Repeat("x", 41)) }, fault.Invalid},
		{"shown at length", o.officer, "tejun", func(u *policy.UnsavedClause) { u.Shown = strings.Repeat("0", 65) }, fault.Invalid},
		{"of no characters", o.officer, "tejun", func(u *policy.UnsavedClause) { u.Text = "\xff" }, fault.Unsupported},
		{"with a NUL", o.officer, "tejun", func(u *policy.UnsavedClause) { u.Heading = "\x00" }, fault.Unsupported},
		{"of more than 10 MB", o.officer, "tejun", func(u *policy.UnsavedClause) { u.Text = strings.Repeat("x", 10<<20+1) }, fault.TooLarge},
	} {
		u := rewriting(d, "途中の")
		if c.with != nil {
			c.with(&u)
		}
		if _, err := o.KeepUnsavedClause(t.Context(), c.actor, c.code, u); fault.KindOf(err) != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if n := o.count("unsaved_clause"); n != 0 {
		t.Errorf("%d are kept", n)
	}
}
