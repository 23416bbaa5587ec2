package policy_test

import (
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/trail"
)

func (o office) comments(code string) []policy.Comment {
	o.t.Helper()
	comments, err := o.Comments(o.t.Context(), o.draft(code))
	must(o.t, err)
	return comments
}

func TestAClauseIsCommentedOnAndResolvedOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.published(policy.Basic, "kihon")
	d := o.at(policy.Submitted, policy.Minor)
	write := func(actor authz.Actor, anchor, words string) {
		t.Helper()
		must(t, o.WriteComment(ctx, actor, "kihon", policy.NewComment{Anchor: anchor, Text: words, SHA256: d.SHA256}))
	}
	write(o.ciso, "2", "だれが守るのか")
	write(o.officer, "1", "見本でよいか")
	write(o.ciso, "2", "いつから守るのか")
	comments := o.comments("kihon")
	if len(comments) != 3 || comments[0].Number != 2 || comments[1].Text != "だれが守るのか" || comments[1].Clause.Citation != "第2条" ||
		comments[1].Now.Anchor != "2" || comments[1].By == "" || !comments[1].At.Equal(now) || !comments[1].Open() {
		t.Fatalf("comments: %+v", comments)
	}
	// who drafts resolves any, who wrote it their own
	if comments[0].Resolvable(o.ciso) || !comments[1].Resolvable(o.ciso) || !comments[1].Resolvable(o.officer) || comments[1].Resolvable(o.staff) {
		t.Error("the wrong people are offered to resolve")
	}
	if err := o.ResolveComment(ctx, o.ciso, "kihon", 2); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("the CISO resolves another's: %v", err)
	}
	must(t, o.ResolveComment(ctx, o.ciso, "kihon", 1))
	must(t, o.ResolveComment(ctx, o.officer, "kihon", 3))
	if err := o.ResolveComment(ctx, o.officer, "kihon", 1); fault.KindOf(err) != fault.Conflict {
		t.Errorf("twice: %v", err)
	}
	if err := o.ResolveComment(ctx, o.officer, "kihon", 4); fault.KindOf(err) != fault.NotFound {
		t.Errorf("one that there is not: %v", err)
	}
	if c := o.comments("kihon")[1]; c.Open() || c.ResolvedBy == "" || !c.ResolvedAt.Equal(now) || c.Resolvable(o.officer) {
		t.Errorf("resolved: %+v", c)
	}
	// the text is worked on: what was said stays with its clause, or says where it was
	must(t, o.SendBack(ctx, o.ciso, "kihon", "見本", d.SHA256))
	must(t, o.Edit(ctx, o.officer, "kihon", "第1条　職員等は、これを守る。\n", d.SHA256))
	comments = o.comments("kihon")
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
	o.published(policy.Basic, "kihon")
	d := o.at(policy.InDraft, "")
	must(t, o.WriteComment(t.Context(), o.officer, "kihon", policy.NewComment{Anchor: "1", Text: "ないしょの話", SHA256: d.SHA256}))
	must(t, o.ResolveComment(t.Context(), o.officer, "kihon", 1))
	var clear string
	must(t, o.db.Pool.QueryRow(t.Context(), `
		SELECT string_agg(concat(role, action, subject_kind, fields, refs), ' ' ORDER BY id) FROM trail_entry WHERE subject_kind = 'draft_comment'`).Scan(&clear))
	if strings.Contains(clear, "ないしょ") || strings.Count(clear, string(authz.CommentDraft)) != 2 || !strings.Contains(clear, "resolved") {
		t.Errorf("the trail: %s", clear)
	}
	if _, err := trail.Verify(t.Context(), o.db.Pool); err != nil {
		t.Error(err)
	}
}

func TestACommentThatIsNotWholeIsRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.published(policy.Basic, "kihon")
	o.publishedFor(policy.Procedure, "tejun", policy.Audience{Roles: []authz.Role{authz.CISO}})
	d := o.at(policy.InDraft, "")
	whole := policy.NewComment{Anchor: "1", Text: "見本", SHA256: d.SHA256}
	for name, c := range map[string]struct {
		actor  authz.Actor
		code   string
		change func(*policy.NewComment)
		want   fault.Kind
	}{
		"no words":            {o.officer, "kihon", func(n *policy.NewComment) { n.Text = "　\n" }, fault.Invalid},
		"too many words":      {o.officer, "kihon", func(n *policy.NewComment) { n.Text = strings.Repeat("長", 2001) }, fault.Invalid},
		"on no clause":        {o.officer, "kihon", func(n *policy.NewComment) { n.Anchor = "" }, fault.Invalid},
		"on an unknown one":   {o.officer, "kihon", func(n *policy.NewComment) { n.Anchor = "99" }, fault.Invalid},
		"on another text":     {o.officer, "kihon", func(n *policy.NewComment) { n.SHA256 = nil }, fault.Conflict},
		"by a 職員":             {o.staff, "kihon", func(*policy.NewComment) {}, fault.NotFound},
		"by a 管理者":            {o.manager, "kihon", func(*policy.NewComment) {}, fault.NotFound},
		"on no document":      {o.officer, "nothing", func(*policy.NewComment) {}, fault.NotFound},
		"on what is no draft": {o.officer, "tejun", func(*policy.NewComment) {}, fault.NotFound},
	} {
		n := whole
		c.change(&n)
		if err := o.WriteComment(t.Context(), c.actor, c.code, n); fault.KindOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := o.count("draft_comment"); n != 0 {
		t.Errorf("%d comments were written", n)
	}
	longest := whole
	longest.Text = strings.Repeat("長", 2000)
	must(t, o.WriteComment(t.Context(), o.officer, "kihon", longest))
}
