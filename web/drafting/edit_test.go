package drafting_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"kagami/web/server/servertest"
)

const (
	editor = "/policies/kihon/draft/edit"
	typed  = editor + "/typed"
)

// edits is somebody at the editor: the form that they have open, with other
// words in it.
func edits(v *servertest.Visitor, words string) url.Values {
	v.T.Helper()
	form := servertest.Hidden(v.Get(editor).Body)
	form.Set("source", "【文書】見本\n1．　目的\n　"+words+"\n")
	return form
}

// startedDraft is a portal with a draft of the 基本方針, and two who draft.
func startedDraft(t *testing.T) (portal *servertest.Portal, one, two *servertest.Visitor) {
	t.Helper()
	portal = town.Start(t)
	one, two = servertest.SignIn(t, portal, town.Holder("総務課 担当副課長")), servertest.SignIn(t, portal, town.Holder("総務課 情報政策担当"))
	if a := one.Post("/policies/kihon/draft", url.Values{"from": {"1"}}); a.Status != 200 {
		t.Fatalf("starting: %d", a.Status)
	}
	return portal, one, two
}

// Without script: what was typed is shown as the reader understands it, with its
// questions by line, and is autosaved; nothing is saved.
func TestWhatIsTypedIsReadAndAutosavedWithoutBeingSaved(t *testing.T) {
	t.Parallel()
	_, one, _ := startedDraft(t)
	form := edits(one, "途中の本文")
	form.Set("act", "check")
	a := one.Post(editor, form)
	if a.Status != 200 || !strings.Contains(a.Body, `<span class="start">途中の本文</span>`) || !strings.Contains(a.Body, "に控えました。まだ保存していません。1個の項目を読み取りました。") {
		t.Errorf("looking: %d %s", a.Status, a.Body)
	}
	form.Set("source", unread)
	a = one.Post(editor, form)
	if a.Status != 200 || !strings.Contains(a.Body, "読み取れないところ（1件）") || !strings.Contains(a.Body, "2行目") || !strings.Contains(a.Body, "図1 体制") {
		t.Errorf("with a question: %d %s", a.Status, a.Body)
	}
	if a = one.Get("/policies/kihon/draft"); strings.Contains(a.Body, "途中の本文") || !strings.Contains(a.Body, "情報セキュリティ基本方針") {
		t.Error("it was saved")
	}
}

// The editor asks what is to become of what was left, and never writes over it.
func TestWhatWasLeftIsOfferedAgain(t *testing.T) {
	t.Parallel()
	_, one, two := startedDraft(t)
	form := edits(one, "途中の本文")
	a := one.Post(typed, form)
	if a.Status != 200 || strings.Contains(a.Body, "<html") || !strings.Contains(a.Body, `id="typed-outline"`) || !strings.Contains(a.Body, "途中の本文") {
		t.Fatalf("keeping: %d %s", a.Status, a.Body)
	}
	a = one.Get(editor)
	if !strings.Contains(a.Body, "保存していない本文があります") || !strings.Contains(a.Body, "途中の本文") || strings.Contains(a.Body, "<textarea") {
		t.Errorf("offered: %s", a.Body)
	}
	a = one.Get(editor + "?text=unsaved")
	if !strings.Contains(a.Body, "<textarea") || !strings.Contains(a.Body, "途中の本文\n</textarea>") || strings.Contains(a.Body, "見比べる") {
		t.Errorf("going on: %s", a.Body)
	}
	if a = two.Get(editor); strings.Contains(a.Body, "途中の本文") || !strings.Contains(a.Body, "<textarea") {
		t.Error("another is shown it")
	}
	if a = two.Get(editor + "?text=unsaved"); strings.Contains(a.Body, "途中の本文") {
		t.Error("another goes on with it")
	}
	if a = one.Post(editor, url.Values{"act": {"discard"}}); a.Status != 200 || !strings.Contains(a.Body, "控えた本文を捨てました") || !strings.Contains(a.Body, "<textarea") {
		t.Errorf("throwing away: %d %s", a.Status, a.Body)
	}
	if a = one.Get(editor + "?text=unsaved"); strings.Contains(a.Body, "途中の本文") {
		t.Error("it is still there")
	}
	// saving it leaves nothing behind
	one.Post(typed, form)
	if a = one.Post(editor, form); a.Status != 200 || !strings.Contains(a.Body, "保存しました") {
		t.Errorf("saving: %d", a.Status)
	}
	if a = one.Get(editor); strings.Contains(a.Body, "保存していない本文") {
		t.Error("what was saved is offered")
	}
}

// The second to edit is told by whom the draft is being edited, and told no more
// of it; some time after the last words nobody is named.
func TestTheSecondEditorIsToldOfTheFirst(t *testing.T) {
	t.Parallel()
	portal, one, two := startedDraft(t)
	name := nameOf(t, portal, town.Holder("総務課 担当副課長"))
	if a := two.Get(editor); strings.Contains(a.Body, "いま直しています") {
		t.Error("somebody is named before anything was typed")
	}
	mine := edits(one, "一人目の本文")
	one.Post(typed, mine)
	a := two.Get(editor)
	if !strings.Contains(a.Body, name+"さんがいま直しています") || strings.Contains(a.Body, "一人目の本文") {
		t.Errorf("the second: %s", a.Body)
	}
	if a = two.Post(typed, edits(two, "二人目の本文")); !strings.Contains(a.Body, name+"さんがいま直しています") {
		t.Errorf("while typing: %s", a.Body)
	}
	if a = one.Post(typed, mine); !strings.Contains(a.Body, "さんがいま直しています") {
		t.Errorf("the first is not told of the second: %s", a.Body)
	}
	portal.Clock.Advance(14 * time.Minute)
	if a = two.Get(editor); !strings.Contains(a.Body, name+"さんが") {
		t.Error("nobody is named after 14 minutes")
	}
	portal.Clock.Advance(time.Minute)
	if a = two.Get(editor); strings.Contains(a.Body, name+"さんが") {
		t.Error("somebody is named after 15 minutes")
	}
}

// Two who edit one draft: the second sees both texts and where they differ, and
// puts theirs over the other on purpose only. Nobody's words are lost on the way.
func TestTheSecondEditorSeesWhereTheTextsDiffer(t *testing.T) {
	t.Parallel()
	_, one, two := startedDraft(t)
	mine, theirs := edits(one, "一人目の本文"), edits(two, "二人目の本文")
	if a := one.Post(editor, mine); a.Status != 200 {
		t.Fatalf("the first: %d", a.Status)
	}
	if a := two.Post(typed, theirs); !strings.Contains(a.Body, "あなたが直している間に、この下書きが変わりました") {
		t.Errorf("while typing: %s", a.Body)
	}
	a := two.Post(editor, theirs)
	for _, words := range []string{"二人目の本文\n</textarea>", "下書きが変わっています", "いまの本文", "<ins>二</ins>人目の本文", "<del>一</del>人目の本文", "あなたの本文で置き換える"} {
		if !strings.Contains(a.Body, words) {
			t.Errorf("%q is missing: %d %s", words, a.Status, a.Body)
		}
	}
	if a.Status != 409 || strings.Contains(a.Body, "画面を開き直して") {
		t.Errorf("the second is told to leave the page: %d", a.Status)
	}
	// they close the window: their words are there, and the difference too
	b := two.Get(editor)
	if !strings.Contains(b.Body, "がこの下書きを変えました") || !strings.Contains(b.Body, "<ins>二</ins>人目の本文") {
		t.Errorf("left: %s", b.Body)
	}
	if b = two.Get(editor + "?text=unsaved"); !strings.Contains(b.Body, "二人目の本文\n</textarea>") || !strings.Contains(b.Body, "あなたの本文で置き換える") {
		t.Errorf("going on: %s", b.Body)
	}
	theirs.Set("sha256", servertest.Hidden(a.Body).Get("sha256"))
	if a = two.Post(editor, theirs); a.Status != 200 || !strings.Contains(a.Body, "二人目の本文") || !strings.Contains(a.Body, "保存しました") {
		t.Errorf("on purpose: %d", a.Status)
	}
}

// Looking how a text reads does not let it be saved over another's unseen.
func TestLookingDoesNotHideAnothersChange(t *testing.T) {
	t.Parallel()
	_, one, two := startedDraft(t)
	mine, theirs := edits(one, "一人目の本文"), edits(two, "二人目の本文")
	one.Post(editor, mine)
	theirs.Set("act", "check")
	if a := two.Post(editor, theirs); a.Status != 200 || !strings.Contains(a.Body, "<del>一</del>人目の本文") {
		t.Errorf("the change is not shown: %d", a.Status)
	}
	theirs.Set("source", "%PDF-1.7")
	theirs.Set("act", "")
	if a := two.Post(editor, theirs); a.Status != 415 || servertest.Hidden(a.Body).Get("sha256") != theirs.Get("sha256") {
		t.Errorf("what can't be read takes over the change: %d", a.Status)
	}
}

func TestWhatCanNotBeAutosavedSaysSo(t *testing.T) {
	t.Parallel()
	_, one, _ := startedDraft(t)
	form := edits(one, "途中の本文")
	ciso, staff := servertest.SignIn(t, one.Portal, town.Holder("副町長")), servertest.SignIn(t, one.Portal, town.Holder("税務町民課 職員"))
	for name, c := range map[string]struct {
		answer servertest.Answer
		Status int
		words  string
	}{
		"nothing typed":      {one.Post(typed, url.Values{"sha256": form["sha256"], "source": {" "}}), 422, "控えていません"},
		"made from nothing":  {one.Post(typed, url.Values{"source": form["source"]}), 422, "開き直して"},
		"not a text":         {one.Post(typed, url.Values{"sha256": form["sha256"], "source": {"%PDF-1.7"}}), 415, "控えていません"},
		"a NUL":              {one.Post(typed, url.Values{"sha256": form["sha256"], "source": {"第1条　\x00"}}), 415, "控えていません"},
		"no such document":   {one.Post("/policies/nothing/draft/edit/typed", form), 404, "この文書は見つかりません"},
		"by the CISO":        {ciso.Post(typed, form), 403, "あなたの役割では行えません"},
		"by a 職員":            {staff.Post(typed, form), 403, "あなたの役割では行えません"},
		"looked at, nothing": {one.Post(editor, url.Values{"sha256": form["sha256"], "source": {" "}, "act": {"check"}}), 422, "文字がありません"},
	} {
		if c.answer.Status != c.Status || !strings.Contains(c.answer.Body, c.words) {
			t.Errorf("%s: %d %s", name, c.answer.Status, c.answer.Body)
		}
	}
	if n := one.Count("unsaved_text"); n != 0 {
		t.Errorf("%d are autosaved", n)
	}
}

// Two who edit one draft: the second is told, and sees both texts.
func TestTheSecondEditorSeesBothTexts(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	one, two := servertest.SignIn(t, portal, town.Holder("総務課 担当副課長")), servertest.SignIn(t, portal, town.Holder("総務課 情報政策担当"))
	if a := one.Post("/policies/kihon/draft", url.Values{"from": {"1"}}); a.Status != 200 || !strings.Contains(a.Body, "下書きを始めました") {
		t.Fatalf("starting: %d", a.Status)
	}
	form := servertest.Hidden(two.Get("/policies/kihon/draft/edit").Body)
	mine := func(words string) url.Values {
		return url.Values{"sha256": form["sha256"], "source": {"【文書】見本\n1．　目的\n　" + words + "\n"}}
	}
	if a := one.Post("/policies/kihon/draft/edit", mine("一人目の本文")); a.Status != 200 {
		t.Fatalf("the first: %d", a.Status)
	}
	a := two.Post("/policies/kihon/draft/edit", mine("二人目の本文"))
	if a.Status != 409 || !strings.Contains(a.Body, "一人目の本文") || !strings.Contains(a.Body, "二人目の本文") {
		t.Errorf("the second: %d %s", a.Status, a.Body)
	}
	form = servertest.Hidden(a.Body)
	if a = two.Post("/policies/kihon/draft/edit", mine("二人の本文")); a.Status != 200 || !strings.Contains(a.Body, "二人の本文") {
		t.Errorf("after looking: %d", a.Status)
	}
	if a = two.Post("/policies/kihon/draft/edit", url.Values{"sha256": servertest.Hidden(two.Get("/policies/kihon/draft/edit").Body)["sha256"], "source": {unread}}); a.Status != 422 || !strings.Contains(a.Body, "2行目") || !strings.Contains(a.Body, "図1 体制") {
		t.Errorf("with a question: %d %s", a.Status, a.Body)
	}
}

const unread = "第1条　見本である。\n図1 体制\n課長\n職員\n第2条　守る。\n"
