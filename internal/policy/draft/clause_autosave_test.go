package draft_test

import (
	"crypto/rand"
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/amend"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/outline"
	"kagami/internal/policy/policytest"
)

// rewriting is somebody's form on clause 1 of a draft, with words in it.
func rewriting(d draft.Draft, words string) draft.ClauseAutosave {
	return draft.ClauseAutosave{
		Token:     rand.Text(),
		Amendment: amend.Amendment{Act: amend.Rewrite, Anchor: "1", Heading: "目的", Text: words, Renumber: true},
		Shown:     "0123456789abcdef", BasedOn: d.SHA256,
	}
}

func clauseAutosaves(o policytest.Office, actor authz.Actor, d draft.Draft) []draft.ClauseAutosave {
	o.T.Helper()
	list, err := o.Draft.ClauseAutosaves(o.T.Context(), actor, d)
	must(o.T, err)
	return list
}

func TestWhatIsTypedOnAClauseIsAutosavedForWhoTypedItAlone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.Published(policy.Basic, "kihon")
	d := o.DraftOf("kihon", threeClauses)
	entries := countOf(o, "trail_entry")
	one, two := rewriting(d, "途中の"), rewriting(d, "別の")
	beside := draft.ClauseAutosave{
		Token:     rand.Text(),
		Amendment: amend.Amendment{Act: amend.Insert, Anchor: "2", Where: amend.Under, Kind: "item", Text: "加える。"},
		Shown:     "fedcba9876543210", BasedOn: d.SHA256,
	}
	status, err := o.Draft.PutClauseAutosave(ctx, o.Officer, "kihon", one)
	must(t, err)
	if !status.At.Equal(policytest.Now) || status.Changed {
		t.Errorf("told %+v", status)
	}
	_, err = o.Draft.PutClauseAutosave(ctx, o.Officer, "kihon", beside)
	must(t, err)
	_, err = o.Draft.PutClauseAutosave(ctx, colleague(o), "kihon", two)
	must(t, err)
	one.Text = "途中の文"
	_, err = o.Draft.PutClauseAutosave(ctx, o.Officer, "kihon", one)
	must(t, err)

	mine := map[string]draft.ClauseAutosave{}
	for _, u := range clauseAutosaves(o, o.Officer, d) {
		mine[u.Token] = u
	}
	for _, want := range []draft.ClauseAutosave{one, beside} {
		got := mine[want.Token]
		if got.Amendment != want.Amendment || got.Shown != want.Shown || string(got.BasedOn) != string(d.SHA256) || !got.At.Equal(policytest.Now) {
			t.Errorf("autosaved is %+v, want %+v", got, want)
		}
	}
	if theirs := clauseAutosaves(o, colleague(o), d); len(mine) != 2 || len(theirs) != 1 || theirs[0].Text != "別の" {
		t.Errorf("autosaved are %v and %v", mine, theirs)
	}
	if list := clauseAutosaves(o, o.CISO, d); len(list) != 0 {
		t.Error("the CISO is given another's words")
	}
	// another's token throws nothing away
	must(t, o.Draft.DropClauseAutosave(ctx, o.Officer, d, two.Token))
	must(t, o.Draft.DropClauseAutosave(ctx, o.Officer, d, beside.Token))
	if n := countOf(o, "unsaved_clause"); n != 2 {
		t.Errorf("%d are autosaved", n)
	}
	if n := countOf(o, "trail_entry"); n != entries {
		t.Errorf("the trail has %d entries more", n-entries)
	}
}

// A draft tells whose words on its clauses wait, and no word of them.
func TestADraftTellsWhoHasWordsOnItsClauses(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.Published(policy.Basic, "kihon")
	d := o.DraftOf("kihon", threeClauses)
	_, err := o.Draft.PutClauseAutosave(ctx, o.Officer, "kihon", rewriting(d, "途中の"))
	must(t, err)
	_, err = o.Draft.PutClauseAutosave(ctx, colleague(o), "kihon", rewriting(d, "別の"))
	must(t, err)
	_, err = o.Draft.PutAutosave(ctx, colleague(o), "kihon", "第1条　別の", d.SHA256)
	must(t, err)
	u := o.Drafted("kihon").Unfinished
	if !u.Own.IsZero() || !u.OwnClause.Equal(policytest.Now) || len(u.Others) != 1 || u.Others[0] != "見本 5" {
		t.Errorf("the draft tells %+v", u)
	}
}

// What is autosaved goes when that very form is saved, and with the draft; what other
// forms have autosaved, and a change of the whole text, leave it alone.
func TestWhatIsAutosavedOfAClauseGoesWithItsFormOrTheDraft(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.Published(policy.Basic, "kihon")
	d := o.DraftOf("kihon", threeClauses)
	one, other := rewriting(d, "途中の。"), rewriting(d, "別の画面の。")
	keep := func(u draft.ClauseAutosave, changed bool) {
		t.Helper()
		status, err := o.Draft.PutClauseAutosave(ctx, o.Officer, "kihon", u)
		must(t, err)
		if status.Changed != changed {
			t.Errorf("told that the draft has changed: %t", status.Changed)
		}
	}
	left := func(after string, want int) {
		t.Helper()
		if n := countOf(o, "unsaved_clause"); n != want {
			t.Errorf("after %s %d are autosaved, want %d", after, n, want)
		}
	}
	keep(one, false)
	keep(other, false)
	must(t, o.Draft.Amend(ctx, o.Officer, "kihon", one.Amendment, nil, d.SHA256, one.Token))
	left("saving one form", 1)
	keep(other, true)
	must(t, o.Draft.Edit(ctx, o.Officer, "kihon", threeClauses, o.Drafted("kihon").SHA256))
	left("editing the whole text", 1)
	if err := o.Draft.Amend(ctx, o.Officer, "kihon", other.Amendment, nil, []byte("other"), other.Token); fault.KindOf(err) != fault.Conflict {
		t.Errorf("for another text: %v", err)
	}
	left("a refused change", 1)
	must(t, o.Draft.Submit(ctx, o.Officer, "kihon", policytest.Minor(o.Drafted("kihon"))))
	left("handing in", 1)
	must(t, o.Draft.SendBack(ctx, o.CISO, "kihon", "見本", o.Drafted("kihon").SHA256))
	left("sending back", 1)
	must(t, o.LeaveNothing())
	left("withdrawing", 0)
	if _, err := o.Draft.PutClauseAutosave(ctx, o.Officer, "kihon", other); fault.KindOf(err) != fault.NotFound {
		t.Errorf("autosaved without a draft: %v", err)
	}
}

func TestWhatSaysWhatTheClauseSaysIsNotAutosaved(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Published(policy.Basic, "kihon")
	d := o.DraftOf("kihon", threeClauses)
	rewrite := rewriting(d, "目的を定める。")
	insert := rewrite
	insert.Amendment = amend.Amendment{Act: amend.Insert, Anchor: "1", Where: amend.After, Renumber: true}
	for _, u := range []draft.ClauseAutosave{rewrite, insert} {
		for _, c := range []struct {
			heading, text string
			saved         bool
		}{{"目的", "途中の。", true}, {"目的", "目的を定める。\r\n", u.Act == amend.Insert}, {"", "途中の。", true}, {" ", "\n", false}} {
			u.Heading, u.Text = c.heading, c.text
			status, err := o.Draft.PutClauseAutosave(t.Context(), o.Officer, "kihon", u)
			must(t, err)
			if left := len(clauseAutosaves(o, o.Officer, d)) == 1; left != c.saved || status.At.IsZero() == c.saved {
				t.Errorf("%s: %q %q is autosaved: %t, told: %+v", u.Act, c.heading, c.text, left, status)
			}
		}
	}
}

func TestWordsOnAClauseThatNoFormHasSentAreNotAutosaved(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.PublishedFor(policy.Procedure, "tejun", policy.Audience{Roles: []authz.Role{authz.CISO}})
	must(t, o.Draft.StartDraft(t.Context(), o.Officer, "tejun", 1))
	d := o.Drafted("tejun")
	for _, c := range []struct {
		name  string
		actor authz.Actor
		code  string
		with  func(*draft.ClauseAutosave)
		want  fault.Kind
	}{
		{"a 職員", o.Staff, "tejun", nil, fault.NotFound},
		{"a 管理者", o.Manager, "tejun", nil, fault.NotFound},
		{"the CISO", o.CISO, "tejun", nil, fault.Forbidden},
		{"of no document", o.Officer, "nothing", nil, fault.NotFound},
		{"of a text of none", o.Officer, "tejun", func(u *draft.ClauseAutosave) { u.BasedOn = nil }, fault.Invalid},
		{"without a token", o.Officer, "tejun", func(u *draft.ClauseAutosave) { u.Token = "" }, fault.Invalid},
		{"with a token of its own", o.Officer, "tejun", func(u *draft.ClauseAutosave) { u.Token = strings.Repeat("a", 26) }, fault.Invalid},
		{"of no clause", o.Officer, "tejun", func(u *draft.ClauseAutosave) { u.Anchor = "" }, fault.Invalid},
		{"of a move", o.Officer, "tejun", func(u *draft.ClauseAutosave) { u.Act, u.Where = amend.Move, amend.Up }, fault.Invalid},
		{"put in nowhere", o.Officer, "tejun", func(u *draft.ClauseAutosave) { u.Act = amend.Insert }, fault.Invalid},
		{"put in upwards", o.Officer, "tejun", func(u *draft.ClauseAutosave) { u.Act, u.Where = amend.Insert, amend.Up }, fault.Invalid},
		{"rewritten somewhere", o.Officer, "tejun", func(u *draft.ClauseAutosave) { u.Where = amend.After }, fault.Invalid},
		{"of a long kind", o.Officer, "tejun", func(u *draft.ClauseAutosave) { u.Kind = outline.Kind(strings.Repeat("x", 41)) }, fault.Invalid},
		{"shown at length", o.Officer, "tejun", func(u *draft.ClauseAutosave) { u.Shown = strings.Repeat("0", 65) }, fault.Invalid},
		{"of no characters", o.Officer, "tejun", func(u *draft.ClauseAutosave) { u.Text = "\xff" }, fault.Unsupported},
		{"with a NUL", o.Officer, "tejun", func(u *draft.ClauseAutosave) { u.Heading = "\x00" }, fault.Unsupported},
		{"of more than 10 MB", o.Officer, "tejun", func(u *draft.ClauseAutosave) { u.Text = strings.Repeat("x", 10<<20+1) }, fault.TooLarge},
	} {
		u := rewriting(d, "途中の")
		if c.with != nil {
			c.with(&u)
		}
		if _, err := o.Draft.PutClauseAutosave(t.Context(), c.actor, c.code, u); fault.KindOf(err) != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if n := countOf(o, "unsaved_clause"); n != 0 {
		t.Errorf("%d are autosaved", n)
	}
}
