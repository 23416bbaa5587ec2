package portal_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kagami/internal/policy"
	"kagami/internal/policy/draft"
)

// types is somebody at a form on a clause: they have words in it, and the page
// sends them to be kept.
func (v *visitor) types(path string, typed ...string) (url.Values, answer) {
	v.t.Helper()
	form := carried(v.get(clauses+path).body, typed...)
	address, _, _ := strings.Cut(path, "?")
	return form, v.post(clauses+address+"/typed", form)
}

const offered = "保存していない入力があります（"

// A page that is closed loses no words on a clause: the form offers them again,
// to who typed them alone.
func TestWhatWasLeftInAFormOnAClauseIsOfferedAgain(t *testing.T) {
	t.Parallel()
	_, one, two := startedDraft(t)
	form, a := one.types("/1/rewrite", "heading", "目的", "text", "途中の言葉")
	if a.status != http.StatusOK || strings.Contains(a.body, "<html") || !strings.Contains(a.body, "に控えました。まだ保存していません。") {
		t.Fatalf("keeping: %d %s", a.status, a.body)
	}
	a = one.get(clauses + "/1/rewrite")
	if !strings.Contains(a.body, offered) || !strings.Contains(a.body, "途中の言葉") || strings.Contains(a.body, "<textarea") {
		t.Errorf("offered: %s", a.body)
	}
	a = one.get(clauses + "/1/rewrite?unsaved=" + form.Get("kept"))
	if !strings.Contains(a.body, "\n途中の言葉</textarea>") || carried(a.body).Get("kept") != form.Get("kept") || strings.Contains(a.body, "この下書きを変えました") {
		t.Errorf("going on: %s", a.body)
	}
	for _, other := range []string{"/2/rewrite", "/1/insert?where=after"} {
		if a = one.get(clauses + other); strings.Contains(a.body, "途中の言葉") || !strings.Contains(a.body, "<textarea") {
			t.Errorf("%s offers them", other)
		}
	}
	for _, path := range []string{"", "/1/rewrite", "/1/rewrite?unsaved=" + form.Get("kept")} {
		if a = two.get(clauses + path); a.status != http.StatusOK || strings.Contains(a.body, "途中の言葉") || strings.Contains(a.body, "保存していない入力") {
			t.Errorf("another is shown them on %q: %d", path, a.status)
		}
	}
	if a = one.get(clauses); !strings.Contains(a.body, "保存していない入力があります") || !strings.Contains(a.body, "入力を確かめる") {
		t.Error("the list of the clauses does not lead to them")
	}
	// saving them leaves nothing behind
	if a = one.post(clauses+"/1/rewrite", form); a.status != http.StatusOK || !strings.Contains(a.body, "保存しました") || strings.Contains(a.body, "保存していない") {
		t.Errorf("saving: %d %s", a.status, a.body)
	}
	if a = one.get(clauses + "/1/rewrite"); !strings.Contains(a.body, "<textarea") {
		t.Error("what was saved is offered")
	}
}

func TestWhatWasLeftInAFormOnAClauseIsThrownAway(t *testing.T) {
	t.Parallel()
	_, one, two := startedDraft(t)
	form, _ := one.types("/3/insert?where=before", "heading", "理念", "text", "途中の言葉", "renumber", "no")
	a := one.get(clauses + "/3/insert?where=before&unsaved=" + form.Get("kept"))
	if !strings.Contains(a.body, `value="理念"`) || !regexp.MustCompile(`value="no"[^>]* checked`).MatchString(a.body) {
		t.Errorf("going on: %s", a.body)
	}
	if a = one.get(clauses + "/3/insert?where=after"); strings.Contains(a.body, "途中の言葉") {
		t.Error("what is put in before is offered for what is put in after")
	}
	two.post(clauses+"/unsaved", url.Values{"kept": {form.Get("kept")}})
	if n := one.count("unsaved_clause"); n != 1 {
		t.Error("another has thrown it away")
	}
	if a = one.post(clauses+"/unsaved", carried(one.get(clauses+"/3/insert?where=before").body)); a.status != http.StatusOK || !strings.Contains(a.body, "控えた入力を捨てました") {
		t.Errorf("throwing away: %d %s", a.status, a.body)
	}
	if n := one.count("unsaved_clause"); n != 0 {
		t.Errorf("%d are kept", n)
	}
}

// What is refused, and what is only shown before it is saved, is kept as well:
// without script, too.
func TestWhatCouldNotBeSavedOfAClauseIsKept(t *testing.T) {
	t.Parallel()
	portal, one, _ := startedDraft(t)
	shown := one.get(clauses + "/3/insert?where=before")
	a := one.post(clauses+"/3/insert", carried(shown.body, "heading", "理念", "text", "確かめる言葉"))
	if !strings.Contains(a.body, "変わることの確認") || !strings.Contains(one.get(clauses+"/3/insert?where=before").body, "確かめる言葉") {
		t.Error("what is shown before it is saved is not kept")
	}
	if a = one.post(clauses+"/3/insert", carried(a.body, "step", "save")); a.status != http.StatusOK || one.count("unsaved_clause") != 0 {
		t.Errorf("saved, it is still kept: %d", a.status)
	}
	form := carried(one.get(clauses+"/1/rewrite").body, "heading", "目的", "text", "断られた言葉")
	d := draftOf(t, portal)
	if err := texts(portal).Draft.Submit(t.Context(), portal.Actor(t, town.Holder("総務課 担当副課長")), "kihon",
		draft.Submission{Scale: draft.Minor, Why: policy.AfterAudit, WhyText: "見本", SHA256: d.SHA256}); err != nil {
		t.Fatal(err)
	}
	if a = one.post(clauses+"/1/rewrite", form); a.status != http.StatusConflict || !strings.Contains(a.body, "断られた言葉") || !strings.Contains(a.body, "に控えました") {
		t.Errorf("handed in: %d", a.status)
	}
	if err := texts(portal).Draft.TakeBack(t.Context(), portal.Actor(t, town.Holder("総務課 担当副課長")), "kihon", "見本", d.SHA256); err != nil {
		t.Fatal(err)
	}
	if a = one.get(clauses + "/1/rewrite"); !strings.Contains(a.body, "断られた言葉") {
		t.Error("what was refused is not offered")
	}
}

// The text moves on under what was left: it is offered for its own clause,
// whatever number that has now, and shown where the clause is gone.
func TestWhatWasLeftFollowsItsClause(t *testing.T) {
	t.Parallel()
	portal, one, _ := startedDraft(t)
	moves, _ := one.types("/5/rewrite", "heading", "遵守", "text", "番号が変わる項目への言葉")
	one.types("/10/rewrite", "heading", "見直し", "text", "なくなる項目への言葉")
	draft := draftOf(t, portal)
	text := draft.Text[:strings.Index(draft.Text, "　9．　")]
	text = strings.NewReplacer("　5．　", "　5．　理念\n　　理念を定める。\n　6．　", "　6．　", "　7．　", "　7．　", "　8．　", "　8．　", "　9．　").Replace(text)
	if err := texts(portal).Draft.Edit(t.Context(), portal.Actor(t, town.Holder("総務課長")), "kihon", text, draft.SHA256); err != nil {
		t.Fatal(err)
	}
	if a := one.get(clauses + "/5/rewrite"); strings.Contains(a.body, "番号が変わる項目への言葉") || !strings.Contains(a.body, "<textarea") {
		t.Error("it is offered for the clause that has the number now")
	}
	a := one.get(clauses + "/6/rewrite")
	if !strings.Contains(a.body, offered) || !strings.Contains(a.body, "番号が変わる項目への言葉") || !strings.Contains(a.body, "がこの下書きを変えました") {
		t.Errorf("it is not offered for its clause: %s", a.body)
	}
	a = one.get(clauses + "/6/rewrite?unsaved=" + moves.Get("kept"))
	for _, words := range []string{"番号が変わる項目への言葉", "この項目は変わっていません（いまの番号は「6」です）", "いまの「6」"} {
		if !strings.Contains(a.body, words) {
			t.Errorf("going on: %q is missing: %s", words, a.body)
		}
	}
	a = one.get(clauses)
	if !strings.Contains(a.body, "いまの下書きにない項目") || !strings.Contains(a.body, "なくなる項目への言葉") || !strings.Contains(a.body, "控えた入力を捨てる") {
		t.Errorf("the words on a clause that is gone are lost: %s", a.body)
	}
}

// Before a draft goes on its way, its pages tell of words that wait in a form on
// a clause: who typed them, that they are there; others, whose they are.
func TestWordsLeftOnAClauseAreNotForgotten(t *testing.T) {
	t.Parallel()
	portal, one, two := startedDraft(t)
	one.types("/1/rewrite", "heading", "目的", "text", "途中の言葉")
	theirs := nameOf(t, portal, town.Holder("総務課 担当副課長")) + "さんに、保存していない本文があります"
	for _, step := range []string{"", "/submit", "/withdraw"} {
		if a := one.get("/policies/kihon/draft" + step); !strings.Contains(a.body, "項目を直す画面で入力して、保存していない") || !strings.Contains(a.body, `href="/policies/kihon/draft/clauses#unsaved"`) {
			t.Errorf("%q does not tell who typed them", step)
		}
		if a := two.get("/policies/kihon/draft" + step); !strings.Contains(a.body, theirs) || strings.Contains(a.body, "途中の言葉") {
			t.Errorf("%q does not tell another whose words they are, or tells more", step)
		}
	}
}

func TestWhatCanNotBeKeptOfAClauseSaysSo(t *testing.T) {
	t.Parallel()
	_, one, _ := startedDraft(t)
	form := carried(one.get(clauses+"/1/rewrite").body, "heading", "目的", "text", "途中の言葉")
	without := func(field, value string) url.Values {
		other := url.Values{}
		for name, values := range form {
			other[name] = values
		}
		other.Set(field, value)
		return other
	}
	ciso, staff := signIn(t, one.portal, town.Holder("副町長")), signIn(t, one.portal, town.Holder("税務町民課 職員"))
	const address = clauses + "/1/rewrite/typed"
	for name, c := range map[string]struct {
		answer answer
		status int
		words  string
	}{
		"made from nothing": {one.post(address, without("sha256", "")), 422, "控えていません。どの項目を"},
		"of no form":        {one.post(address, without("kept", "nothing")), 422, "控えていません。どの項目を"},
		"a NUL":             {one.post(address, without("text", "途中\x00")), 415, "控えていません。文字として"},
		"no such document":  {one.post("/policies/nothing/draft/clauses/1/rewrite/typed", form), 404, "この文書は見つかりません"},
		"by the CISO":       {ciso.post(address, form), 403, "あなたの役割では行えません"},
		"by a 職員":           {staff.post(address, form), 403, "あなたの役割では行えません"},
	} {
		if c.answer.status != c.status || !strings.Contains(c.answer.body, c.words) {
			t.Errorf("%s: %d %s", name, c.answer.status, c.answer.body)
		}
	}
	if n := one.count("unsaved_clause"); n != 0 {
		t.Errorf("%d are kept", n)
	}
}
