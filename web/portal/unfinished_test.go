package portal_test

import (
	"strings"
	"testing"
)

// Words that were typed and not saved go when the draft is published or
// withdrawn. Before that, every page on which a step is taken tells of them: who
// typed them, that they are there; others, whose they are, and no word of them.
func TestWordsThatWereNotSavedAreNotForgotten(t *testing.T) {
	t.Parallel()
	portal, one, two := startedDraft(t)
	const mine = "保存していない、あなたの本文があります"
	theirs := nameOf(t, portal, town.Holder("総務課 担当副課長")) + "さんに、保存していない本文があります"
	steps := []string{"", "/submit", "/clauses", "/withdraw"}
	for _, step := range steps {
		if a := one.get("/policies/kihon/draft" + step); a.status != 200 || strings.Contains(a.body, "保存していない") {
			t.Errorf("%q tells of words before there are any: %d", step, a.status)
		}
	}
	one.post(typed, one.edits("途中の本文"))
	for _, step := range steps {
		if a := one.get("/policies/kihon/draft" + step); !strings.Contains(a.body, mine) || !strings.Contains(a.body, `href="/policies/kihon/draft/edit"`) {
			t.Errorf("%q does not tell who typed them", step)
		}
		if a := two.get("/policies/kihon/draft" + step); !strings.Contains(a.body, theirs) || strings.Contains(a.body, mine) || strings.Contains(a.body, "途中の本文") {
			t.Errorf("%q does not tell another whose words they are, or tells more", step)
		}
	}
	if a := one.post("/policies/kihon/draft/withdraw", carried(one.get("/policies/kihon/draft/withdraw").body, "reason", "")); !strings.Contains(a.body, mine) {
		t.Error("a refused step does not tell of them any more")
	}
	// handed in, they still wait, and whoever publishes is told
	a := one.post("/policies/kihon/draft/submit", carried(one.get("/policies/kihon/draft/submit").body, "scale", "minor", "why", "audit", "why_text", "見本"))
	if a.status != 200 || !strings.Contains(a.body, mine) || !strings.Contains(a.body, "公開されるか、取り下げられると、なくなります") {
		t.Errorf("handed in: %d", a.status)
	}
	ciso := signIn(t, portal, town.Holder("副町長"))
	for _, step := range []string{"", "/notice"} {
		if a := ciso.get("/policies/kihon/draft" + step); !strings.Contains(a.body, theirs) || strings.Contains(a.body, "途中の本文") {
			t.Errorf("the CISO is not told on %q", step)
		}
	}
	if a := ciso.get("/policies/kihon/draft/send-back"); strings.Contains(a.body, "保存していない") {
		t.Error("sending back, which loses nothing, warns")
	}
}

// Who changes a clause while their own text waits in the editor is not told that
// somebody else has changed the draft.
func TestOnesOwnChangeIsNotTakenForAnothers(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	one := signIn(t, portal, town.Holder("総務課 担当副課長"))
	one.post("/policies/kihon/draft", carried("", "from", "1"))
	form := one.edits("途中の本文")
	one.post(typed, form)
	if a := one.post(clauses+"/1/rewrite", carried(one.get(clauses+"/1/rewrite").body, "heading", "目的", "text", "目的を定める。")); a.status != 200 {
		t.Fatalf("changing a clause: %d", a.status)
	}
	name := nameOf(t, portal, town.Holder("総務課 担当副課長"))
	for how, a := range map[string]answer{"opening the editor": one.get(editor), "saving": one.post(editor, form)} {
		if strings.Contains(a.body, name+"さんがこの下書きを変えました") || !strings.Contains(a.body, "ほかの画面で、あなたがこの下書きを変えました") {
			t.Errorf("%s: %s", how, a.body)
		}
	}
}
