package drafting_test

import (
	"kagami/web/server/servertest"
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
		if a := one.Get("/policies/kihon/draft" + step); a.Status != 200 || strings.Contains(a.Body, "保存していない") {
			t.Errorf("%q tells of words before there are any: %d", step, a.Status)
		}
	}
	one.Post(typed, edits(one, "途中の本文"))
	for _, step := range steps {
		if a := one.Get("/policies/kihon/draft" + step); !strings.Contains(a.Body, mine) || !strings.Contains(a.Body, `href="/policies/kihon/draft/edit"`) {
			t.Errorf("%q does not tell who typed them", step)
		}
		if a := two.Get("/policies/kihon/draft" + step); !strings.Contains(a.Body, theirs) || strings.Contains(a.Body, mine) || strings.Contains(a.Body, "途中の本文") {
			t.Errorf("%q does not tell another whose words they are, or tells more", step)
		}
	}
	if a := one.Post("/policies/kihon/draft/withdraw", carried(one.Get("/policies/kihon/draft/withdraw").Body, "reason", "")); !strings.Contains(a.Body, mine) {
		t.Error("a refused step does not tell of them any more")
	}
	// handed in, they still wait, and whoever publishes is told
	a := one.Post("/policies/kihon/draft/submit", carried(one.Get("/policies/kihon/draft/submit").Body, "scale", "minor", "why", "audit", "why_text", "見本"))
	if a.Status != 200 || !strings.Contains(a.Body, mine) || !strings.Contains(a.Body, "公開されるか、取り下げられると、なくなります") {
		t.Errorf("handed in: %d", a.Status)
	}
	ciso := servertest.SignIn(t, portal, town.Holder("副町長"))
	for _, step := range []string{"", "/notice"} {
		if a := ciso.Get("/policies/kihon/draft" + step); !strings.Contains(a.Body, theirs) || strings.Contains(a.Body, "途中の本文") {
			t.Errorf("the CISO is not told on %q", step)
		}
	}
	if a := ciso.Get("/policies/kihon/draft/send-back"); strings.Contains(a.Body, "保存していない") {
		t.Error("sending back, which loses nothing, warns")
	}
}

// Who changes a clause while their own text waits in the editor is not told that
// somebody else has changed the draft.
func TestOnesOwnChangeIsNotTakenForAnothers(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	one := servertest.SignIn(t, portal, town.Holder("総務課 担当副課長"))
	one.Post("/policies/kihon/draft", carried("", "from", "1"))
	form := edits(one, "途中の本文")
	one.Post(typed, form)
	if a := one.Post(clauses+"/1/rewrite", carried(one.Get(clauses+"/1/rewrite").Body, "heading", "目的", "text", "目的を定める。")); a.Status != 200 {
		t.Fatalf("changing a clause: %d", a.Status)
	}
	name := nameOf(t, portal, town.Holder("総務課 担当副課長"))
	for how, a := range map[string]servertest.Answer{"opening the editor": one.Get(editor), "saving": one.Post(editor, form)} {
		if strings.Contains(a.Body, name+"さんがこの下書きを変えました") || !strings.Contains(a.Body, "ほかの画面で、あなたがこの下書きを変えました") {
			t.Errorf("%s: %s", how, a.Body)
		}
	}
}
