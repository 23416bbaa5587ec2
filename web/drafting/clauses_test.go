package drafting_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/web/server/servertest"
)

// begun is a portal on which the 責任者 has begun the next revision of the
// 基本方針.
func begun(t *testing.T) (*servertest.Portal, *servertest.Visitor) {
	t.Helper()
	portal := town.Start(t)
	officer := town.Holder("総務課 担当副課長")
	if err := texts(portal).Draft.StartDraft(t.Context(), portal.Actor(t, officer), "kihon", 1); err != nil {
		t.Fatal(err)
	}
	return portal, servertest.SignIn(t, portal, officer)
}

func draftOf(t *testing.T, portal *servertest.Portal) draft.Draft {
	t.Helper()
	draft, err := texts(portal).Draft.Draft(t.Context(), portal.Actor(t, town.Holder("総務課 担当副課長")), "kihon")
	if err != nil {
		t.Fatal(err)
	}
	return draft
}

const clauses = "/policies/kihon/draft/clauses"

// A clause put in shifts the numbers: the page shows which, and the references
// with the words in which they would be written; only those ticked are.
func TestAClausePutInShowsWhatChangesBeforeItIsSaved(t *testing.T) {
	t.Parallel()
	portal, v := begun(t)
	if a := v.Get("/policies/kihon/draft"); !strings.Contains(a.Body, "項目ごとに直す") {
		t.Error("the draft leads to no list of its clauses")
	}
	list := v.Get(clauses)
	for _, words := range []string{`/clauses/3/rewrite"`, `/clauses/3/insert?where=before"`, `/clauses/7-3-2/insert?where=under"`, `/clauses/7-3/move"`, `/clauses/7-3/delete"`} {
		if !strings.Contains(list.Body, words) {
			t.Errorf("the list has no %s", words)
		}
	}
	form := v.Get(clauses + "/3/insert?where=before")
	before := draftOf(t, portal)
	shown := v.Post(clauses+"/3/insert", carried(form.Body, "heading", "基本理念", "text", "町民の信頼に応える。\r\n\r\n職員は、これを守る。", "renumber", "yes"))
	for _, words := range []string{"対象とする脅威", "<del>３項「対象とする脅威」</del>", "<ins>４項「対象とする脅威」</ins>", "<del>９項</del><ins>１０項</ins>"} {
		if shown.Status != http.StatusOK || !strings.Contains(shown.Body, words) {
			t.Errorf("%d, the page does not show %s", shown.Status, words)
		}
	}
	if draftOf(t, portal).Text != before.Text {
		t.Error("it has been saved before it was asked")
	}
	back := v.Post(clauses+"/3/insert", carried(shown.Body, "step", "back"))
	if !strings.Contains(back.Body, `value="基本理念"`) || !strings.Contains(back.Body, "町民の信頼に応える。") {
		t.Errorf("going back loses what was typed: %s", back.Body)
	}
	saved := v.Post(clauses+"/3/insert", carried(shown.Body, "step", "save", "reference", "0", "reference", "1", "reference", "99", "reference", "x"))
	if saved.Status != http.StatusOK || !strings.Contains(saved.Body, "保存しました") {
		t.Fatalf("%d %s", saved.Status, saved.Body)
	}
	after := draftOf(t, portal)
	for _, words := range []string{"　3．　基本理念\n　　町民の信頼に応える。\n　　職員は、これを守る。\n", "　4．　対象とする脅威", "４項「対象とする脅威」から", "上記８項、８項及び９項に"} {
		if !strings.Contains(after.Text, words) {
			t.Errorf("%q is not in the text", words)
		}
	}
	if note := after.Steps[len(after.Steps)-1].Note; note != "3を加えた（参照2か所を直した）" {
		t.Errorf("the step says %q", note)
	}
}

// With new numbers, what led to the clause that goes would lead to the next: the
// page says so.
func TestAReferenceThatWouldLeadToTheNextClauseIsShown(t *testing.T) {
	t.Parallel()
	_, v := begun(t)
	shown := v.Post(clauses+"/8/delete", carried(v.Get(clauses+"/8/delete").Body, "renumber", "yes"))
	if !strings.Contains(shown.Body, "このままでは、新しい「8」を指してしまいます") {
		t.Errorf("not shown: %s", shown.Body)
	}
}

// A change of words that touches nothing else is saved at once.
func TestAChangeOfWordsIsSavedAtOnce(t *testing.T) {
	t.Parallel()
	portal, v := begun(t)
	form := v.Get(clauses + "/1/rewrite")
	if !strings.Contains(form.Body, "本基本方針は、本町が保有する情報資産の") {
		t.Error("the form does not hold the clause's words")
	}
	a := v.Post(clauses+"/1/rewrite", carried(form.Body, "heading", "目的", "text", "目的を定める。"))
	if a.Status != http.StatusOK || !strings.Contains(a.Body, "保存しました") || !strings.Contains(draftOf(t, portal).Text, "　1．　目的\n　　目的を定める。\n") {
		t.Errorf("%d %s", a.Status, draftOf(t, portal).Text)
	}
}

// What a clause that goes leaves behind is for a person to mend, before it goes
// and on the list after.
func TestAReferenceThatLeadsNowhereIsShown(t *testing.T) {
	t.Parallel()
	portal, v := begun(t)
	form := v.Get(clauses + "/8/delete")
	shown := v.Post(clauses+"/8/delete", carried(form.Body, "renumber", "no"))
	if !strings.Contains(shown.Body, "自動では直せない参照") || !strings.Contains(shown.Body, "指していた「8」は、なくなります") {
		t.Errorf("what is lost is not shown: %s", shown.Body)
	}
	mend := v.Post(clauses+"/8/delete", carried(shown.Body, "step", "save"))
	if !strings.Contains(mend.Body, "続けて、この項目を直してください") || !strings.Contains(mend.Body, "上記７項、８項及び９項") {
		t.Errorf("it does not go on to the clause that is left to mend: %s", mend.Body)
	}
	list := v.Get(clauses)
	if !strings.Contains(list.Body, "参照を確かめる項目が1個あります") || !strings.Contains(list.Body, "「８項」に当たる項目が、この文書にありません。") {
		t.Errorf("the list does not warn: %s", list.Body)
	}
	if strings.Contains(draftOf(t, portal).Text, "　8．") {
		t.Error("the clause is still there")
	}
}

func TestBadInputToAClauseChangesNothing(t *testing.T) {
	t.Parallel()
	portal, v := begun(t)
	before := draftOf(t, portal)
	for _, c := range []struct {
		name, path string
		typed      []string
		Status     int
		words      string
	}{
		{"no words", "/3/insert", []string{"where", "after", "heading", "", "text", " 　"}, http.StatusUnprocessableEntity, "見出しか本文を入力してください"},
		{"words taken away", "/1/rewrite", []string{"heading", "", "text", ""}, http.StatusUnprocessableEntity, "見出しか本文を入力してください"},
		{"nothing changed", "/4-1/rewrite", []string{"heading", "行政機関の範囲", "text", "本基本方針が適用される行政機関は、内部部局、行政委員会、議会事務局及び各教育機関（教育ネットワークを除く）を対象とする。"}, http.StatusUnprocessableEntity, "いまと変わるところがありません"},
		{"an unknown clause", "/99/rewrite", []string{"text", "本文"}, http.StatusNotFound, "この項目は、下書きにありません"},
		{"a strange clause", "/%2e%2e%2f1/delete", nil, http.StatusNotFound, ""},
		{"an unknown place", "/3/insert", []string{"where", "beside", "text", "本文"}, http.StatusUnprocessableEntity, "どこに置くのかを選んでください"},
		{"moved nowhere", "/3/move", nil, http.StatusUnprocessableEntity, "どこに置くのかを選んでください"},
		{"moved to no clause", "/3/move", []string{"where", "after"}, http.StatusUnprocessableEntity, "どの項目の前・後・中に移すのかを選んでください"},
		{"moved under itself", "/7/move", []string{"where", "under", "to", "7"}, http.StatusUnprocessableEntity, "その項目自身の中へは移せません"},
		{"moved into what is in it", "/7/move", []string{"where", "after", "to", "7-3"}, http.StatusUnprocessableEntity, "その項目自身の中へは移せません"},
		{"an article into an item", "/8/move", []string{"where", "after", "to", "7-3-1"}, http.StatusUnprocessableEntity, "そこには置けません"},
		{"a kind that has no place there", "/3/insert", []string{"where", "under", "kind", "chapter", "text", "本文"}, http.StatusUnprocessableEntity, "そこには置けません"},
		{"the last clause of all", "/ch1/delete", nil, http.StatusUnprocessableEntity, "項目が1つもなくなる"},
	} {
		for _, step := range []string{"", "save"} {
			typed := append([]string{"sha256", fmt.Sprintf("%x", before.SHA256), "step", step}, c.typed...)
			a := v.Post(clauses+c.path, carried("", typed...))
			if a.Status != c.Status || !strings.Contains(a.Body, c.words) {
				t.Errorf("%s (%s): %d without %q", c.name, step, a.Status, c.words)
			}
		}
	}
	for _, path := range []string{"/99/rewrite", "/99/insert", "/nothing/move", "/%20/delete"} {
		if a := v.Get(clauses + path); a.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.Status)
		}
	}
	if draftOf(t, portal).Text != before.Text {
		t.Error("the text has changed")
	}
}

// Somebody else has changed the draft since: what was typed is shown beside the
// clause as it stands now, wherever that is, and nothing of either is lost.
func TestWhoComesSecondKeepsTheirWords(t *testing.T) {
	t.Parallel()
	portal, v := begun(t)
	other := portal.Actor(t, town.Holder("総務課長"))
	elsewhere, same := v.Get(clauses+"/5/rewrite"), v.Get(clauses+"/1/rewrite")
	draft := draftOf(t, portal)
	text := strings.Replace(draft.Text, "　2．　定義", "　2．　理念\n　　理念を定める。\n　3．　定義", 1)
	for n := 10; n >= 3; n-- {
		text = strings.Replace(text, fmt.Sprintf("\n　%d．　", n), fmt.Sprintf("\n　%d．　", n+1), 1)
	}
	text = strings.Replace(strings.Replace(text, "\n　4．　定義", "\n　3．　定義", 1), "基本的な事項を定める", "大切な事項を定める", 1)
	if err := texts(portal).Draft.Edit(t.Context(), other, "kihon", text, draft.SHA256); err != nil {
		t.Fatal(err)
	}
	theirs := draftOf(t, portal)

	a := v.Post(clauses+"/5/rewrite", carried(elsewhere.Body, "heading", "遵守", "text", "わたしの言葉である。"))
	for _, words := range []string{"わたしの言葉である。", "この項目は変わっていません（いまの番号は「6」です）", `action="/policies/kihon/draft/clauses/6/rewrite"`, "職員、会計年度任用職員等"} {
		if a.Status != http.StatusConflict || !strings.Contains(a.Body, words) {
			t.Errorf("where only the number has changed: %d without %q", a.Status, words)
		}
	}
	b := v.Post(clauses+"/1/rewrite", carried(same.Body, "heading", "目的", "text", "わたしの目的である。", "step", "save"))
	for _, words := range []string{"わたしの目的である。", "大切な事項を定める", "この項目も、変えられたか"} {
		if b.Status != http.StatusConflict || !strings.Contains(b.Body, words) {
			t.Errorf("where the clause has changed: %d without %q", b.Status, words)
		}
	}
	if draftOf(t, portal).Text != theirs.Text {
		t.Error("a refused change has been saved")
	}
	if c := v.Post(clauses+"/6/rewrite", carried(a.Body, "heading", "遵守", "text", "わたしの言葉である。")); c.Status != http.StatusOK {
		t.Errorf("once more: %d", c.Status)
	}
	if now := draftOf(t, portal).Text; !strings.Contains(now, "　6．　遵守\n　　わたしの言葉である。\n") || !strings.Contains(now, "大切な事項を定める") {
		t.Errorf("one of the two has lost their words:\n%s", now)
	}
}

// Only who may draft changes a clause, and only in a draft that has not been
// handed in; what was typed is autosaved then, too.
func TestOnlyADraftIsChangedAndOnlyByWhoMayDraft(t *testing.T) {
	t.Parallel()
	portal, v := begun(t)
	d := draftOf(t, portal)
	form := v.Get(clauses + "/1/rewrite")
	for post, want := range map[string]int{"副町長": http.StatusForbidden, "税務町民課 職員": http.StatusForbidden} {
		who := servertest.SignIn(t, portal, town.Holder(post))
		for _, path := range []string{"", "/1/rewrite", "/1/insert", "/1/move", "/1/delete"} {
			if a := who.Get(clauses + path); a.Status != want {
				t.Errorf("%s on %s: %d", post, path, a.Status)
			}
		}
		if a := who.Post(clauses+"/1/rewrite", carried(form.Body, "text", "別の目的")); a.Status != want {
			t.Errorf("%s changes a clause: %d", post, a.Status)
		}
	}
	err := texts(portal).Draft.Submit(t.Context(), portal.Actor(t, town.Holder("総務課 担当副課長")), "kihon",
		draft.Submission{Scale: draft.Major, Why: policy.AfterOther, WhyText: "見本", SHA256: d.SHA256})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"", "/1/rewrite", "/1/insert", "/1/move", "/1/delete"} {
		if a := v.Get(clauses + path); a.Status != http.StatusConflict {
			t.Errorf("%s of what was handed in: %d", path, a.Status)
		}
	}
	if a := v.Post(clauses+"/1/rewrite", carried(form.Body, "text", "別の目的である。")); a.Status != http.StatusConflict || !strings.Contains(a.Body, "別の目的である。") {
		t.Errorf("a clause of what was handed in: %d", a.Status)
	}
	if draftOf(t, portal).Text != d.Text {
		t.Error("the text has changed")
	}
}

// Where somebody else has taken out the very clause, nothing is offered for
// another one: what was typed is shown, to be taken along to the list.
func TestAClauseThatHasGoneIsNotTakenForAnother(t *testing.T) {
	t.Parallel()
	portal, v := begun(t)
	forms := map[string]string{}
	for _, act := range []string{"rewrite", "insert", "move", "delete"} {
		forms[act] = v.Get(clauses + "/10/" + act).Body
	}
	draft := draftOf(t, portal)
	text := draft.Text[:strings.Index(draft.Text, "　10．　")]
	if err := texts(portal).Draft.Edit(t.Context(), portal.Actor(t, town.Holder("総務課長")), "kihon", text, draft.SHA256); err != nil {
		t.Fatal(err)
	}
	for act, form := range forms {
		a := v.Post(clauses+"/10/"+act, carried(form, "heading", "わたしの見出し", "text", "わたしの言葉である。"))
		if a.Status != http.StatusConflict || strings.Contains(a.Body, "<form method=\"post\" action=\"/policies/kihon/draft/clauses") || !strings.Contains(a.Body, `href="/policies/kihon/draft/clauses"`) {
			t.Errorf("%s: %d %s", act, a.Status, a.Body)
		}
		typed := act == "rewrite" || act == "insert"
		if typed != strings.Contains(a.Body, "わたしの言葉である。") || typed != strings.Contains(a.Body, "わたしの見出し") {
			t.Errorf("%s: what was typed is lost, or what was not is shown", act)
		}
	}
}

// A clause is found again by its words only where no other has them; where it is
// to be moved is asked anew, for the numbers are others now.
func TestAClauseIsFoundAgainByWordsThatAreItsAlone(t *testing.T) {
	t.Parallel()
	portal, v := begun(t)
	draft := draftOf(t, portal)
	edit := func(text string) {
		t.Helper()
		if err := texts(portal).Draft.Edit(t.Context(), portal.Actor(t, town.Holder("総務課長")), "kihon", text, draftOf(t, portal).SHA256); err != nil {
			t.Fatal(err)
		}
	}
	edit(draft.Text + "　11．　見本\n　　（1）　読む。\n　　（2）　同じ。\n　12．　見本\n　　（1）　同じ。\n")
	form, move := v.Get(clauses+"/12-1/rewrite"), v.Get(clauses+"/12-1/move")
	edit(draft.Text + "　11．　見本\n　　（1）　読む。\n　　（2）　同じ。\n　12．　見本\n　　（1）　書く。\n　　（2）　同じ。\n")
	if a := v.Post(clauses+"/12-1/rewrite", carried(form.Body, "heading", "", "text", "直した。")); strings.Contains(a.Body, "この項目は変わっていません") {
		t.Error("one of two that read the same is taken for it")
	}
	edit(draft.Text + "　11．　見本\n　　（1）　読む。\n　12．　見本\n　　（1）　書く。\n　　（2）　同じ。\n")
	a := v.Post(clauses+"/12-1/move", carried(move.Body, "where", "before", "to", "11-1"))
	if a.Status != http.StatusConflict || !strings.Contains(a.Body, "この項目は変わっていません（いまの番号は「12(2)」です）") || strings.Contains(a.Body, `value="11-1" selected`) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

// A clause may be as long as a text may: an appendix is one clause of many pages.
func TestAClauseOfManyPagesIsChanged(t *testing.T) {
	t.Parallel()
	portal, v := begun(t)
	long := strings.Repeat("職員は、情報資産を適切に取り扱う。", 3000)
	form := v.Get(clauses + "/1/rewrite")
	if a := v.Post(clauses+"/1/rewrite", carried(form.Body, "heading", "目的", "text", long)); a.Status != http.StatusOK || !strings.Contains(draftOf(t, portal).Text, long) {
		t.Errorf("rewritten: %d", a.Status)
	}
	form = v.Get(clauses + "/1/insert")
	shown := v.Post(clauses+"/1/insert", carried(form.Body, "heading", "見本", "text", long))
	if a := v.Post(clauses+"/1/insert", carried(shown.Body, "step", "save")); a.Status != http.StatusOK || strings.Count(draftOf(t, portal).Text, long) != 2 {
		t.Errorf("put in: %d", a.Status)
	}
}
