package draft_test

import (
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/outline"
	"kagami/internal/policy/policytest"
	"kagami/internal/trail"
)

func TestATextIsDraftedOnceItsQuestionsAreSettled(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	token, err := o.Draft.StartImport(ctx, o.Officer, draft.Text{Kind: policy.Basic, Title: "見本", Source: policytest.Unsure})
	must(t, err)
	if _, err := o.Draft.Import(ctx, o.CISO, token); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another person's import: %v", err)
	}
	if _, err := o.Draft.DraftImport(ctx, o.Officer, token); fault.KindOf(err) != fault.Conflict {
		t.Errorf("with an unsettled question: %v", err)
	}
	must(t, o.Draft.Settle(ctx, o.Officer, token, policytest.Unsure, outline.Answers{2: outline.AsFigure}))
	code, err := o.Draft.DraftImport(ctx, o.Officer, token)
	must(t, err)
	if code != "kihon" {
		t.Errorf("the code of the 基本方針 is %s", code)
	}
	d, err := o.Draft.Draft(ctx, o.Officer, code)
	must(t, err)
	if len(d.Outline.Clauses) != 2 || len(d.Outline.Unsettled()) != 0 {
		t.Errorf("drafted: %+v", d.Outline)
	}
	if _, err := o.Draft.Import(ctx, o.Officer, token); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the import is still there: %v", err)
	}
	if _, err := o.Draft.DraftText(ctx, o.Officer, draft.Text{Kind: policy.Basic, Title: "見本", Source: policytest.Text}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a second 基本方針: %v", err)
	}
}

// the file itself is not stored; which one it was is confidential, since its name
// may hold a person's.
func TestTheTrailKeepsWhichFileATextWasReadFrom(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	file := draft.NewSourceFile("基本方針\x00\xff（"+strings.Repeat("長", 300), []byte("abc"))
	_, err := o.Draft.DraftText(t.Context(), o.Officer, draft.Text{Kind: policy.Basic, Title: "見本", Source: policytest.Text, File: file})
	must(t, err)
	_, err = o.Draft.StartImport(t.Context(), o.Officer, draft.Text{Kind: policy.Standard, Audience: policy.Audience{Everyone: true}, Title: "貼り付けた", Source: policytest.Text})
	must(t, err)
	var name, hash string
	must(t, o.DB.Pool.QueryRow(t.Context(), `
		SELECT c.part::jsonb->>'file', c.part::jsonb->>'sha256' FROM trail_entry e JOIN trail_confidential c ON c.entry_id = e.id
		WHERE e.subject_kind = 'revision'`).Scan(&name, &hash))
	if !strings.HasPrefix(name, "基本方針（長") || len([]rune(name)) != 255 || hash != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("the trail has %q, %s", name, hash)
	}
	var pasted int
	must(t, o.DB.Pool.QueryRow(t.Context(), `
		SELECT count(*) FROM trail_entry e JOIN trail_confidential c ON c.entry_id = e.id WHERE e.subject_kind = 'text_import'`).Scan(&pasted))
	if pasted != 0 {
		t.Error("a pasted text has no file")
	}
	_, err = trail.Verify(t.Context(), o.DB.Pool)
	must(t, err)
}

func TestTextsThatAreNotWholeAreRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for name, c := range map[string]struct {
		actor authz.Actor
		text  draft.Text
		kind  fault.Kind
	}{
		"no kind":        {o.Officer, draft.Text{Title: "見本", Source: policytest.Text}, fault.Invalid},
		"for nobody":     {o.Officer, draft.Text{Kind: policy.Standard, Title: "見本", Source: policytest.Text}, fault.Invalid},
		"for no section": {o.Officer, draft.Text{Kind: policy.Standard, Title: "見本", Source: policytest.Text, Audience: policy.Audience{Sections: []string{"nothing"}}}, fault.Invalid},
		"for no role":    {o.Officer, draft.Text{Kind: policy.Standard, Title: "見本", Source: policytest.Text, Audience: policy.Audience{Roles: []authz.Role{"staff"}}}, fault.Invalid},
		"no text":        {o.Officer, draft.Text{Kind: policy.Basic, Source: " \n"}, fault.Invalid},
		"a long title":   {o.Officer, draft.Text{Kind: policy.Basic, Title: strings.Repeat("長", 201), Source: policytest.Text}, fault.Invalid},
		"by the CISO":    {o.CISO, draft.Text{Kind: policy.Basic, Title: "見本", Source: policytest.Text}, fault.Forbidden},
		"by a 職員":        {o.Staff, draft.Text{Kind: policy.Basic, Title: "見本", Source: policytest.Text}, fault.Forbidden},
		"no title":       {o.Officer, draft.Text{Kind: policy.Basic, Source: policytest.Text}, fault.Conflict},
		"a code of ours": {o.Officer, draft.Text{Kind: policy.Basic, Title: "見本", Code: "../x", Source: policytest.Text}, fault.Conflict},
	} {
		if _, err := o.Draft.DraftText(t.Context(), c.actor, c.text); fault.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A second revision comes from a text that was handed in, too, questions and
// all, and only one is under way at a time.
func TestTheNextRevisionComesFromATextThatWasHandedIn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.Published(policy.Procedure, "tejun")
	token, err := o.Draft.StartImport(ctx, o.Officer, draft.Text{Document: "tejun", Source: policytest.Unsure})
	must(t, err)
	i, err := o.Draft.Import(ctx, o.Officer, token)
	must(t, err)
	if i.Document != "tejun" || i.Kind != policy.Procedure || i.Title != "見本の文書" {
		t.Errorf("the import: %+v", i.Text)
	}
	if _, err := o.Draft.DraftImport(ctx, o.Officer, token); fault.KindOf(err) != fault.Conflict {
		t.Errorf("with an unsettled question: %v", err)
	}
	must(t, o.Draft.Settle(ctx, o.Officer, token, policytest.Unsure, outline.Answers{2: outline.AsFigure}))
	code, err := o.Draft.DraftImport(ctx, o.Officer, token)
	must(t, err)
	if draft := o.Drafted("tejun"); code != "tejun" || draft.Number != 2 || draft.Title != "見本の文書" {
		t.Errorf("drafted %s: %+v", code, draft)
	}
	if err := o.Draft.StartDraft(ctx, o.Officer, "tejun", 1); fault.KindOf(err) != fault.Conflict {
		t.Errorf("beside another: %v", err)
	}
	if err := o.Draft.StartDraft(ctx, o.Staff, "tejun", 1); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("by a 職員: %v", err)
	}
	must(t, o.Draft.Withdraw(ctx, o.Officer, "tejun", "やり直すため", o.Drafted("tejun").SHA256))
	if err := o.Draft.StartDraft(ctx, o.Officer, "tejun", 7); fault.KindOf(err) != fault.Conflict {
		t.Errorf("from what is not the newest: %v", err)
	}
	must(t, o.Draft.StartDraft(ctx, o.Officer, "tejun", 1))
	if draft := o.Drafted("tejun"); draft.Number != 2 {
		t.Errorf("what was thrown away has its number still: %d", draft.Number)
	}
	if _, err := o.Draft.StartImport(ctx, o.Officer, draft.Text{Document: "nothing", Source: policytest.Text}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("for no document: %v", err)
	}
}
