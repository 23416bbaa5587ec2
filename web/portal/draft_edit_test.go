package portal_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"kagami/internal/sample"
	"kagami/web/server/servertest"
)

const (
	editor = "/policies/kihon/draft/edit"
	typed  = editor + "/typed"
)

// edits is somebody at the editor: the form that they have open, with other
// words in it.
func (v *visitor) edits(words string) url.Values {
	v.t.Helper()
	form := pledge(v.get(editor).body)
	form.Set("source", "【文書】見本\n1．　目的\n　"+words+"\n")
	return form
}

// startedDraft is a portal with a draft of the 基本方針, and two who draft.
func startedDraft(t *testing.T) (portal *servertest.Portal, one, two *visitor) {
	t.Helper()
	portal = town.Start(t)
	one, two = signIn(t, portal, town.Holder("総務課 担当副課長")), signIn(t, portal, town.Holder("総務課 情報政策担当"))
	if a := one.post("/policies/kihon/draft", url.Values{"from": {"1"}}); a.status != 200 {
		t.Fatalf("starting: %d", a.status)
	}
	return portal, one, two
}

// Without script: what was typed is shown as the reader understands it, with its
// questions by line, and is kept; nothing is saved.
func TestWhatIsTypedIsReadAndKeptWithoutBeingSaved(t *testing.T) {
	t.Parallel()
	_, one, _ := startedDraft(t)
	form := one.edits("途中の本文")
	form.Set("act", "check")
	a := one.post(editor, form)
	if a.status != 200 || !strings.Contains(a.body, `<span class="start">途中の本文</span>`) || !strings.Contains(a.body, "に控えました。まだ保存していません。1個の項目を読み取りました。") {
		t.Errorf("looking: %d %s", a.status, a.body)
	}
	form.Set("source", unread)
	a = one.post(editor, form)
	if a.status != 200 || !strings.Contains(a.body, "読み取れないところ（1件）") || !strings.Contains(a.body, "2行目") || !strings.Contains(a.body, "図1 体制") {
		t.Errorf("with a question: %d %s", a.status, a.body)
	}
	if a = one.get("/policies/kihon/draft"); strings.Contains(a.body, "途中の本文") || !strings.Contains(a.body, "情報セキュリティ基本方針") {
		t.Error("it was saved")
	}
}

// The editor asks what is to become of what was left, and never writes over it.
func TestWhatWasLeftIsOfferedAgain(t *testing.T) {
	t.Parallel()
	_, one, two := startedDraft(t)
	form := one.edits("途中の本文")
	a := one.post(typed, form)
	if a.status != 200 || strings.Contains(a.body, "<html") || !strings.Contains(a.body, `id="typed-outline"`) || !strings.Contains(a.body, "途中の本文") {
		t.Fatalf("keeping: %d %s", a.status, a.body)
	}
	a = one.get(editor)
	if !strings.Contains(a.body, "保存していない本文があります") || !strings.Contains(a.body, "途中の本文") || strings.Contains(a.body, "<textarea") {
		t.Errorf("offered: %s", a.body)
	}
	a = one.get(editor + "?text=unsaved")
	if !strings.Contains(a.body, "<textarea") || !strings.Contains(a.body, "途中の本文\n</textarea>") || strings.Contains(a.body, "見比べる") {
		t.Errorf("going on: %s", a.body)
	}
	if a = two.get(editor); strings.Contains(a.body, "途中の本文") || !strings.Contains(a.body, "<textarea") {
		t.Error("another is shown it")
	}
	if a = two.get(editor + "?text=unsaved"); strings.Contains(a.body, "途中の本文") {
		t.Error("another goes on with it")
	}
	if a = one.post(editor, url.Values{"act": {"discard"}}); a.status != 200 || !strings.Contains(a.body, "控えた本文を捨てました") || !strings.Contains(a.body, "<textarea") {
		t.Errorf("throwing away: %d %s", a.status, a.body)
	}
	if a = one.get(editor + "?text=unsaved"); strings.Contains(a.body, "途中の本文") {
		t.Error("it is still there")
	}
	// saving it leaves nothing behind
	one.post(typed, form)
	if a = one.post(editor, form); a.status != 200 || !strings.Contains(a.body, "保存しました") {
		t.Errorf("saving: %d", a.status)
	}
	if a = one.get(editor); strings.Contains(a.body, "保存していない本文") {
		t.Error("what was saved is offered")
	}
}

// The second to edit is told by whom the draft is being edited, and told no more
// of it; some time after the last words nobody is named.
func TestTheSecondEditorIsToldOfTheFirst(t *testing.T) {
	t.Parallel()
	portal, one, two := startedDraft(t)
	name := nameOf(t, portal, town.Holder("総務課 担当副課長"))
	if a := two.get(editor); strings.Contains(a.body, "いま直しています") {
		t.Error("somebody is named before anything was typed")
	}
	mine := one.edits("一人目の本文")
	one.post(typed, mine)
	a := two.get(editor)
	if !strings.Contains(a.body, name+"さんがいま直しています") || strings.Contains(a.body, "一人目の本文") {
		t.Errorf("the second: %s", a.body)
	}
	if a = two.post(typed, two.edits("二人目の本文")); !strings.Contains(a.body, name+"さんがいま直しています") {
		t.Errorf("while typing: %s", a.body)
	}
	if a = one.post(typed, mine); !strings.Contains(a.body, "さんがいま直しています") {
		t.Errorf("the first is not told of the second: %s", a.body)
	}
	portal.Clock.Advance(14 * time.Minute)
	if a = two.get(editor); !strings.Contains(a.body, name+"さんが") {
		t.Error("nobody is named after 14 minutes")
	}
	portal.Clock.Advance(time.Minute)
	if a = two.get(editor); strings.Contains(a.body, name+"さんが") {
		t.Error("somebody is named after 15 minutes")
	}
}

func nameOf(t *testing.T, portal *servertest.Portal, a sample.Account) (name string) {
	t.Helper()
	if err := portal.DB.Pool.QueryRow(t.Context(), `SELECT name FROM person WHERE id = $1`, a.Person).Scan(&name); err != nil {
		t.Fatal(err)
	}
	return name
}

// Two who edit one draft: the second sees both texts and where they differ, and
// puts theirs over the other on purpose only. Nobody's words are lost on the way.
func TestTheSecondEditorSeesWhereTheTextsDiffer(t *testing.T) {
	t.Parallel()
	_, one, two := startedDraft(t)
	mine, theirs := one.edits("一人目の本文"), two.edits("二人目の本文")
	if a := one.post(editor, mine); a.status != 200 {
		t.Fatalf("the first: %d", a.status)
	}
	if a := two.post(typed, theirs); !strings.Contains(a.body, "あなたが直している間に、この下書きが変わりました") {
		t.Errorf("while typing: %s", a.body)
	}
	a := two.post(editor, theirs)
	for _, words := range []string{"二人目の本文\n</textarea>", "下書きが変わっています", "いまの本文", "<ins>二</ins>人目の本文", "<del>一</del>人目の本文", "あなたの本文で置き換える"} {
		if !strings.Contains(a.body, words) {
			t.Errorf("%q is missing: %d %s", words, a.status, a.body)
		}
	}
	if a.status != 409 || strings.Contains(a.body, "画面を開き直して") {
		t.Errorf("the second is told to leave the page: %d", a.status)
	}
	// they close the window: their words are there, and the difference too
	b := two.get(editor)
	if !strings.Contains(b.body, "がこの下書きを変えました") || !strings.Contains(b.body, "<ins>二</ins>人目の本文") {
		t.Errorf("left: %s", b.body)
	}
	if b = two.get(editor + "?text=unsaved"); !strings.Contains(b.body, "二人目の本文\n</textarea>") || !strings.Contains(b.body, "あなたの本文で置き換える") {
		t.Errorf("going on: %s", b.body)
	}
	theirs.Set("sha256", pledge(a.body).Get("sha256"))
	if a = two.post(editor, theirs); a.status != 200 || !strings.Contains(a.body, "二人目の本文") || !strings.Contains(a.body, "保存しました") {
		t.Errorf("on purpose: %d", a.status)
	}
}

// Looking how a text reads does not let it be saved over another's unseen.
func TestLookingDoesNotHideAnothersChange(t *testing.T) {
	t.Parallel()
	_, one, two := startedDraft(t)
	mine, theirs := one.edits("一人目の本文"), two.edits("二人目の本文")
	one.post(editor, mine)
	theirs.Set("act", "check")
	if a := two.post(editor, theirs); a.status != 200 || !strings.Contains(a.body, "<del>一</del>人目の本文") {
		t.Errorf("the change is not shown: %d", a.status)
	}
	theirs.Set("source", "%PDF-1.7")
	theirs.Set("act", "")
	if a := two.post(editor, theirs); a.status != 415 || pledge(a.body).Get("sha256") != theirs.Get("sha256") {
		t.Errorf("what can't be read takes over the change: %d", a.status)
	}
}

func TestWhatCanNotBeKeptSaysSo(t *testing.T) {
	t.Parallel()
	_, one, _ := startedDraft(t)
	form := one.edits("途中の本文")
	ciso, staff := signIn(t, one.portal, town.Holder("副町長")), signIn(t, one.portal, town.Holder("税務町民課 職員"))
	for name, c := range map[string]struct {
		answer answer
		status int
		words  string
	}{
		"nothing typed":      {one.post(typed, url.Values{"sha256": form["sha256"], "source": {" "}}), 422, "控えていません"},
		"made from nothing":  {one.post(typed, url.Values{"source": form["source"]}), 422, "開き直して"},
		"not a text":         {one.post(typed, url.Values{"sha256": form["sha256"], "source": {"%PDF-1.7"}}), 415, "控えていません"},
		"a NUL":              {one.post(typed, url.Values{"sha256": form["sha256"], "source": {"第1条　\x00"}}), 415, "控えていません"},
		"no such document":   {one.post("/policies/nothing/draft/edit/typed", form), 404, "この文書は見つかりません"},
		"by the CISO":        {ciso.post(typed, form), 403, "あなたの役割では行えません"},
		"by a 職員":            {staff.post(typed, form), 403, "あなたの役割では行えません"},
		"looked at, nothing": {one.post(editor, url.Values{"sha256": form["sha256"], "source": {" "}, "act": {"check"}}), 422, "文字がありません"},
	} {
		if c.answer.status != c.status || !strings.Contains(c.answer.body, c.words) {
			t.Errorf("%s: %d %s", name, c.answer.status, c.answer.body)
		}
	}
	if n := one.count("unsaved_text"); n != 0 {
		t.Errorf("%d are kept", n)
	}
}
