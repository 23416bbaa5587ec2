package drafting_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/web/server/servertest"
)

// types is somebody at a form on a clause: they have words in it, and the page
// sends them to be autosaved.
func types(v *servertest.Visitor, path string, typed ...string) (url.Values, servertest.Answer) {
	v.T.Helper()
	form := carried(v.Get(clauses+path).Body, typed...)
	page, _, _ := strings.Cut(path, "?")
	return form, v.Post(clauses+page+"/typed", form)
}

const offered = "保存していない入力があります（"

// A page that is closed loses no words on a clause: the form offers them again,
// to who typed them alone.
func TestWhatWasLeftInAFormOnAClauseIsOfferedAgain(t *testing.T) {
	t.Parallel()
	_, one, two := startedDraft(t)
	form, a := types(one, "/1/rewrite", "heading", "目的", "text", "途中の言葉")
	if a.Status != http.StatusOK || strings.Contains(a.Body, "<html") || !strings.Contains(a.Body, "に控えました。まだ保存していません。") {
		t.Fatalf("keeping: %d %s", a.Status, a.Body)
	}
	a = one.Get(clauses + "/1/rewrite")
	if !strings.Contains(a.Body, offered) || !strings.Contains(a.Body, "途中の言葉") || strings.Contains(a.Body, "<textarea") {
		t.Errorf("offered: %s", a.Body)
	}
	a = one.Get(clauses + "/1/rewrite?unsaved=" + form.Get("kept"))
	if !strings.Contains(a.Body, "\n途中の言葉</textarea>") || carried(a.Body).Get("kept") != form.Get("kept") || strings.Contains(a.Body, "この下書きを変えました") {
		t.Errorf("going on: %s", a.Body)
	}
	for _, other := range []string{"/2/rewrite", "/1/insert?where=after"} {
		if a = one.Get(clauses + other); strings.Contains(a.Body, "途中の言葉") || !strings.Contains(a.Body, "<textarea") {
			t.Errorf("%s offers them", other)
		}
	}
	for _, path := range []string{"", "/1/rewrite", "/1/rewrite?unsaved=" + form.Get("kept")} {
		if a = two.Get(clauses + path); a.Status != http.StatusOK || strings.Contains(a.Body, "途中の言葉") || strings.Contains(a.Body, "保存していない入力") {
			t.Errorf("another is shown them on %q: %d", path, a.Status)
		}
	}
	if a = one.Get(clauses); !strings.Contains(a.Body, "保存していない入力があります") || !strings.Contains(a.Body, "入力を確かめる") {
		t.Error("the list of the clauses does not lead to them")
	}
	// saving them leaves nothing behind
	if a = one.Post(clauses+"/1/rewrite", form); a.Status != http.StatusOK || !strings.Contains(a.Body, "保存しました") || strings.Contains(a.Body, "保存していない") {
		t.Errorf("saving: %d %s", a.Status, a.Body)
	}
	if a = one.Get(clauses + "/1/rewrite"); !strings.Contains(a.Body, "<textarea") {
		t.Error("what was saved is offered")
	}
}

func TestWhatWasLeftInAFormOnAClauseIsThrownAway(t *testing.T) {
	t.Parallel()
	_, one, two := startedDraft(t)
	form, _ := types(one, "/3/insert?where=before", "heading", "理念", "text", "途中の言葉", "renumber", "no")
	a := one.Get(clauses + "/3/insert?where=before&unsaved=" + form.Get("kept"))
	if !strings.Contains(a.Body, `value="理念"`) || !regexp.MustCompile(`value="no"[^>]* checked`).MatchString(a.Body) {
		t.Errorf("going on: %s", a.Body)
	}
	if a = one.Get(clauses + "/3/insert?where=after"); strings.Contains(a.Body, "途中の言葉") {
		t.Error("what is put in before is offered for what is put in after")
	}
	two.Post(clauses+"/unsaved", url.Values{"kept": {form.Get("kept")}})
	if n := one.Count("unsaved_clause"); n != 1 {
		t.Error("another has thrown it away")
	}
	if a = one.Post(clauses+"/unsaved", carried(one.Get(clauses+"/3/insert?where=before").Body)); a.Status != http.StatusOK || !strings.Contains(a.Body, "控えた入力を捨てました") {
		t.Errorf("throwing away: %d %s", a.Status, a.Body)
	}
	if n := one.Count("unsaved_clause"); n != 0 {
		t.Errorf("%d are autosaved", n)
	}
}

// What is refused, and what is only shown before it is saved, is autosaved as well:
// without script, too.
func TestWhatCouldNotBeSavedOfAClauseIsAutosaved(t *testing.T) {
	t.Parallel()
	portal, one, _ := startedDraft(t)
	shown := one.Get(clauses + "/3/insert?where=before")
	a := one.Post(clauses+"/3/insert", carried(shown.Body, "heading", "理念", "text", "確かめる言葉"))
	if !strings.Contains(a.Body, "変わることの確認") || !strings.Contains(one.Get(clauses+"/3/insert?where=before").Body, "確かめる言葉") {
		t.Error("what is shown before it is saved is not autosaved")
	}
	if a = one.Post(clauses+"/3/insert", carried(a.Body, "step", "save")); a.Status != http.StatusOK || one.Count("unsaved_clause") != 0 {
		t.Errorf("saved, it is still autosaved: %d", a.Status)
	}
	form := carried(one.Get(clauses+"/1/rewrite").Body, "heading", "目的", "text", "断られた言葉")
	d := draftOf(t, portal)
	if err := texts(portal).Draft.Submit(t.Context(), portal.Actor(t, town.Holder("総務課 担当副課長")), "kihon",
		draft.Submission{Scale: draft.Minor, Why: policy.AfterAudit, WhyText: "見本", SHA256: d.SHA256}); err != nil {
		t.Fatal(err)
	}
	if a = one.Post(clauses+"/1/rewrite", form); a.Status != http.StatusConflict || !strings.Contains(a.Body, "断られた言葉") || !strings.Contains(a.Body, "に控えました") {
		t.Errorf("handed in: %d", a.Status)
	}
	if err := texts(portal).Draft.TakeBack(t.Context(), portal.Actor(t, town.Holder("総務課 担当副課長")), "kihon", "見本", d.SHA256); err != nil {
		t.Fatal(err)
	}
	if a = one.Get(clauses + "/1/rewrite"); !strings.Contains(a.Body, "断られた言葉") {
		t.Error("what was refused is not offered")
	}
}

// The text moves on under what was left: it is offered for its own clause,
// whatever number that has now, and shown where the clause is gone.
func TestWhatWasLeftFollowsItsClause(t *testing.T) {
	t.Parallel()
	portal, one, _ := startedDraft(t)
	moves, _ := types(one, "/5/rewrite", "heading", "遵守", "text", "番号が変わる項目への言葉")
	types(one, "/10/rewrite", "heading", "見直し", "text", "なくなる項目への言葉")
	draft := draftOf(t, portal)
	text := draft.Text[:strings.Index(draft.Text, "　9．　")]
	text = strings.NewReplacer("　5．　", "　5．　理念\n　　理念を定める。\n　6．　", "　6．　", "　7．　", "　7．　", "　8．　", "　8．　", "　9．　").Replace(text)
	if err := texts(portal).Draft.Edit(t.Context(), portal.Actor(t, town.Holder("総務課長")), "kihon", text, draft.SHA256); err != nil {
		t.Fatal(err)
	}
	if a := one.Get(clauses + "/5/rewrite"); strings.Contains(a.Body, "番号が変わる項目への言葉") || !strings.Contains(a.Body, "<textarea") {
		t.Error("it is offered for the clause that has the number now")
	}
	a := one.Get(clauses + "/6/rewrite")
	if !strings.Contains(a.Body, offered) || !strings.Contains(a.Body, "番号が変わる項目への言葉") || !strings.Contains(a.Body, "がこの下書きを変えました") {
		t.Errorf("it is not offered for its clause: %s", a.Body)
	}
	a = one.Get(clauses + "/6/rewrite?unsaved=" + moves.Get("kept"))
	for _, words := range []string{"番号が変わる項目への言葉", "この項目は変わっていません（いまの番号は「6」です）", "いまの「6」"} {
		if !strings.Contains(a.Body, words) {
			t.Errorf("going on: %q is missing: %s", words, a.Body)
		}
	}
	a = one.Get(clauses)
	if !strings.Contains(a.Body, "いまの下書きにない項目") || !strings.Contains(a.Body, "なくなる項目への言葉") || !strings.Contains(a.Body, "控えた入力を捨てる") {
		t.Errorf("the words on a clause that is gone are lost: %s", a.Body)
	}
}

// Before a draft goes on its way, its pages tell of words that wait in a form on
// a clause: who typed them, that they are there; others, whose they are.
func TestWordsLeftOnAClauseAreNotForgotten(t *testing.T) {
	t.Parallel()
	portal, one, two := startedDraft(t)
	types(one, "/1/rewrite", "heading", "目的", "text", "途中の言葉")
	theirs := nameOf(t, portal, town.Holder("総務課 担当副課長")) + "さんに、保存していない本文があります"
	for _, step := range []string{"", "/submit", "/withdraw"} {
		if a := one.Get("/policies/kihon/draft" + step); !strings.Contains(a.Body, "項目を直す画面で入力して、保存していない") || !strings.Contains(a.Body, `href="/policies/kihon/draft/clauses#unsaved"`) {
			t.Errorf("%q does not tell who typed them", step)
		}
		if a := two.Get("/policies/kihon/draft" + step); !strings.Contains(a.Body, theirs) || strings.Contains(a.Body, "途中の言葉") {
			t.Errorf("%q does not tell another whose words they are, or tells more", step)
		}
	}
}

func TestWhatCanNotBeAutosavedOfAClauseSaysSo(t *testing.T) {
	t.Parallel()
	_, one, _ := startedDraft(t)
	form := carried(one.Get(clauses+"/1/rewrite").Body, "heading", "目的", "text", "途中の言葉")
	without := func(field, value string) url.Values {
		other := url.Values{}
		for name, values := range form {
			other[name] = values
		}
		other.Set(field, value)
		return other
	}
	ciso, staff := servertest.SignIn(t, one.Portal, town.Holder("副町長")), servertest.SignIn(t, one.Portal, town.Holder("税務町民課 職員"))
	const typed = clauses + "/1/rewrite/typed"
	for name, c := range map[string]struct {
		answer servertest.Answer
		Status int
		words  string
	}{
		"made from nothing": {one.Post(typed, without("sha256", "")), 422, "控えていません。どの項目を"},
		"of no form":        {one.Post(typed, without("kept", "nothing")), 422, "控えていません。どの項目を"},
		"a NUL":             {one.Post(typed, without("text", "途中\x00")), 415, "控えていません。文字として"},
		"no such document":  {one.Post("/policies/nothing/draft/clauses/1/rewrite/typed", form), 404, "この文書は見つかりません"},
		"by the CISO":       {ciso.Post(typed, form), 403, "あなたの役割では行えません"},
		"by a 職員":           {staff.Post(typed, form), 403, "あなたの役割では行えません"},
	} {
		if c.answer.Status != c.Status || !strings.Contains(c.answer.Body, c.words) {
			t.Errorf("%s: %d %s", name, c.answer.Status, c.answer.Body)
		}
	}
	if n := one.Count("unsaved_clause"); n != 0 {
		t.Errorf("%d are autosaved", n)
	}
}
