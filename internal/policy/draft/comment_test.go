package draft_test

import (
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/policytest"
	"kagami/internal/trail"
)

func commentsOn(o policytest.Office, code string) []draft.Comment {
	o.T.Helper()
	comments, err := o.Draft.Comments(o.T.Context(), o.Officer, o.Drafted(code))
	must(o.T, err)
	return comments
}

func TestAClauseIsCommentedOnAndResolvedOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.Published(policy.Basic, "kihon")
	d := o.At(draft.Submitted, draft.Minor)
	write := func(actor authz.Actor, anchor, words string) {
		t.Helper()
		must(t, o.Draft.WriteComment(ctx, actor, "kihon", draft.NewComment{Anchor: anchor, Text: words, SHA256: d.SHA256}))
	}
	write(o.CISO, "2", "だれが守るのか")
	write(o.Officer, "1", "見本でよいか")
	write(o.CISO, "2", "いつから守るのか")
	comments := commentsOn(o, "kihon")
	if len(comments) != 3 || comments[0].Number != 2 || comments[1].Text != "だれが守るのか" || comments[1].Clause.Citation != "第2条" ||
		comments[1].Now.Anchor != "2" || comments[1].By == "" || !comments[1].At.Equal(policytest.Now) || !comments[1].Unresolved() {
		t.Fatalf("comments: %+v", comments)
	}
	// who drafts resolves any, who wrote it their own
	if comments[0].Resolvable(o.CISO) || !comments[1].Resolvable(o.CISO) || !comments[1].Resolvable(o.Officer) || comments[1].Resolvable(o.Staff) {
		t.Error("the wrong people are offered to resolve")
	}
	if err := o.Draft.ResolveComment(ctx, o.CISO, "kihon", 2); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("the CISO resolves another's: %v", err)
	}
	must(t, o.Draft.ResolveComment(ctx, o.CISO, "kihon", 1))
	must(t, o.Draft.ResolveComment(ctx, o.Officer, "kihon", 3))
	if err := o.Draft.ResolveComment(ctx, o.Officer, "kihon", 1); fault.KindOf(err) != fault.Conflict {
		t.Errorf("twice: %v", err)
	}
	if err := o.Draft.ResolveComment(ctx, o.Officer, "kihon", 4); fault.KindOf(err) != fault.NotFound {
		t.Errorf("one that there is not: %v", err)
	}
	if c := commentsOn(o, "kihon")[1]; c.Unresolved() || c.ResolvedBy == "" || !c.ResolvedAt.Equal(policytest.Now) || c.Resolvable(o.Officer) {
		t.Errorf("resolved: %+v", c)
	}
	// the text is worked on: what was said stays with its clause, or says where it was
	must(t, o.Draft.SendBack(ctx, o.CISO, "kihon", "見本", d.SHA256))
	must(t, o.Draft.Edit(ctx, o.Officer, "kihon", "第1条　職員等は、これを守る。\n", d.SHA256))
	comments = commentsOn(o, "kihon")
	if c := comments[0]; c.Number != 1 || c.Now.Anchor != "1" || c.Clause.Citation != "第2条" {
		t.Errorf("moved: %+v", c)
	}
	if c := comments[2]; c.Number != 2 || c.Now.Anchor != "" || c.Clause.Citation != "第1条" {
		t.Errorf("gone: %+v", c)
	}
}

// The trail tells that somebody commented, on which draft, and none of the words.
func TestTheTrailTellsOfACommentWithoutItsWords(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Published(policy.Basic, "kihon")
	d := o.At(draft.InDraft, "")
	must(t, o.Draft.WriteComment(t.Context(), o.Officer, "kihon", draft.NewComment{Anchor: "1", Text: "ないしょの話", SHA256: d.SHA256}))
	must(t, o.Draft.ResolveComment(t.Context(), o.Officer, "kihon", 1))
	var clear string
	must(t, o.DB.Pool.QueryRow(t.Context(), `
		SELECT string_agg(concat(role, action, subject_kind, fields, refs), ' ' ORDER BY id) FROM trail_entry WHERE subject_kind = 'draft_comment'`).Scan(&clear))
	if strings.Contains(clear, "ないしょ") || strings.Count(clear, string(authz.CommentDraft)) != 2 || !strings.Contains(clear, "resolved") {
		t.Errorf("the trail: %s", clear)
	}
	if _, err := trail.Verify(t.Context(), o.DB.Pool); err != nil {
		t.Error(err)
	}
}

func TestACommentThatIsNotWholeIsRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Published(policy.Basic, "kihon")
	o.PublishedFor(policy.Procedure, "tejun", policy.Audience{Roles: []authz.Role{authz.CISO}})
	d := o.At(draft.InDraft, "")
	whole := draft.NewComment{Anchor: "1", Text: "見本", SHA256: d.SHA256}
	for name, c := range map[string]struct {
		actor  authz.Actor
		code   string
		change func(*draft.NewComment)
		want   fault.Kind
	}{
		"no words":            {o.Officer, "kihon", func(n *draft.NewComment) { n.Text = "　\n" }, fault.Invalid},
		"too many words":      {o.Officer, "kihon", func(n *draft.NewComment) { n.Text = strings.Repeat("長", 2001) }, fault.Invalid},
		"on no clause":        {o.Officer, "kihon", func(n *draft.NewComment) { n.Anchor = "" }, fault.Invalid},
		"on an unknown one":   {o.Officer, "kihon", func(n *draft.NewComment) { n.Anchor = "99" }, fault.Invalid},
		"on another text":     {o.Officer, "kihon", func(n *draft.NewComment) { n.SHA256 = nil }, fault.Conflict},
		"by a 職員":             {o.Staff, "kihon", func(*draft.NewComment) {}, fault.NotFound},
		"by a 管理者":            {o.Manager, "kihon", func(*draft.NewComment) {}, fault.NotFound},
		"on no document":      {o.Officer, "nothing", func(*draft.NewComment) {}, fault.NotFound},
		"on what is no draft": {o.Officer, "tejun", func(*draft.NewComment) {}, fault.NotFound},
	} {
		n := whole
		c.change(&n)
		if err := o.Draft.WriteComment(t.Context(), c.actor, c.code, n); fault.KindOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := countOf(o, "draft_comment"); n != 0 {
		t.Errorf("%d comments were written", n)
	}
	longest := whole
	longest.Text = strings.Repeat("長", 2000)
	must(t, o.Draft.WriteComment(t.Context(), o.Officer, "kihon", longest))
}
