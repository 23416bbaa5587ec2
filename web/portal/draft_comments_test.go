package portal_test

import (
	"net/url"
	"strings"
	"testing"

	"kagami/internal/calendar"
	"kagami/internal/policy/policytest"
)

const comments = "/policies/kihon/draft/comments"

func TestADraftIsCommentedOnClauseByClause(t *testing.T) {
	t.Parallel()
	portal, officer, _ := startedDraft(t)
	ciso, staff := signIn(t, portal, town.Holder("副町長")), signIn(t, portal, town.Holder("税務町民課 職員"))
	a := ciso.get(comments + "?clause=7-3-2")
	if !strings.Contains(a.body, `<option value="7-3-2" selected`) || !strings.Contains(a.body, "7(3)②") {
		t.Fatalf("the form: %d %s", a.status, a.body)
	}
	form := pledge(a.body)
	for name, c := range map[string]struct {
		clause, text, sha256 string
		status               int
		words                string
	}{
		"no words":        {"7-3-2", " ", form.Get("sha256"), 422, "意見を入力してください"},
		"too many words":  {"7-3-2", strings.Repeat("長", 2001), form.Get("sha256"), 422, "2000字までで"},
		"on no clause":    {"", "見本の意見", form.Get("sha256"), 422, "どの項目への意見かを選んで"},
		"on another text": {"7-3-2", "見本の意見", "", 409, "表示した後に変わりました"},
		"unknown clause":  {"99-99", "見本の意見", form.Get("sha256"), 422, "いまの本文にありません"},
		"with a NUL":      {"7-3-2", "\x00", form.Get("sha256"), 422, "使えない文字"},
	} {
		a := ciso.post(comments, url.Values{"clause": {c.clause}, "text": {c.text}, "sha256": {c.sha256}})
		if a.status != c.status || !strings.Contains(a.body, c.words) {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
		if c.text == "見本の意見" && !strings.Contains(a.body, "見本の意見</textarea>") {
			t.Errorf("%s: what was typed is gone", name)
		}
	}
	form.Set("clause", "7-3-2")
	form.Set("text", "「速やかに」では<b>遅い</b>")
	if a = ciso.post(comments, form); a.status != 200 || !strings.Contains(a.body, "意見を書きました") {
		t.Fatalf("writing: %d", a.status)
	}
	for _, v := range []*visitor{ciso, officer} {
		a = v.get("/policies/kihon/draft")
		for _, words := range []string{"では&lt;b&gt;遅い&lt;/b&gt;", `href="#comment-1">意見1件`, `id="comment-1"`, `<a href="#7-3-2">7(3)②`, "済みにする", `<time datetime="2026-11-24T09:00:00+09:00">`} {
			if !strings.Contains(a.body, words) {
				t.Errorf("%q is missing on %s", words, a.body)
			}
		}
	}
	if a = staff.post(comments, form); a.status != 403 {
		t.Errorf("by a 職員: %d", a.status)
	}
	if a = officer.post(comments, url.Values{"act": {"resolve"}, "number": {"2"}}); a.status != 404 {
		t.Errorf("one that there is not: %d", a.status)
	}
	if a = officer.post(comments, url.Values{"act": {"resolve"}, "number": {"x"}}); a.status != 404 {
		t.Errorf("no number: %d", a.status)
	}
	if a = officer.post(comments, url.Values{"act": {"resolve"}, "number": {"1"}}); a.status != 200 || !strings.Contains(a.body, "済みにした人") || strings.Contains(a.body, "@component") || strings.Contains(a.body, "意見1件") {
		t.Errorf("resolving: %d", a.status)
	}
	if a = officer.post(comments, url.Values{"act": {"resolve"}, "number": {"1"}}); a.status != 409 || !strings.Contains(a.body, "すでに済み") {
		t.Errorf("twice: %d", a.status)
	}
}

// What was said on a draft is for who works on drafts: no page of the revision,
// once it is published, tells of it, nor does search.
func TestNobodyReadsTheCommentsOnWhatIsPublished(t *testing.T) {
	t.Parallel()
	portal, officer, _ := startedDraft(t)
	form := pledge(officer.get(comments).body)
	form.Set("clause", "1")
	form.Set("text", "ないしょの意見")
	officer.post(comments, form)
	_, err := policytest.Publish(t.Context(), texts(portal), portal.Actor(t, town.Holder("総務課 担当副課長")), portal.Actor(t, town.Holder("副町長")),
		"kihon", town.Holder("副町長").StaffNumber, calendar.Day(portal.Clock.Now()))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []*visitor{officer, signIn(t, portal, town.Holder("税務町民課 職員"))} {
		for _, page := range []string{
			"/", "/policies", "/policies/kihon", "/policies/kihon/revisions", "/policies/kihon/revisions/2", "/policies/kihon/comparison",
			"/public", "/search?q=" + url.QueryEscape("ないしょ"),
		} {
			if a := v.get(page); a.status != 200 || strings.Contains(a.body, "ないしょの意見") || strings.Contains(a.body, "comment-1") {
				t.Errorf("%s: %d tells of it", page, a.status)
			}
		}
	}
	if a := officer.get(comments); a.status != 404 {
		t.Errorf("comments without a draft: %d", a.status)
	}
}

// The pages on which a draft goes on its way tell of comments that nobody has
// seen to, and lead to them.
func TestOpenCommentsAreToldOfBeforeADraftGoesOnItsWay(t *testing.T) {
	t.Parallel()
	portal, officer, _ := startedDraft(t)
	ciso := signIn(t, portal, town.Holder("副町長"))
	tells := func(v *visitor, step string, want bool) {
		t.Helper()
		a := v.get("/policies/kihon/draft" + step)
		told := strings.Contains(a.body, "未済の意見が1件あります") && strings.Contains(a.body, `href="/policies/kihon/draft#comments-heading"`)
		if a.status != 200 || told != want {
			t.Errorf("%s: %d, tells of open comments: %t", step, a.status, told)
		}
	}
	tells(officer, "/submit", false)
	if a := ciso.post(comments, carried(ciso.get(comments).body, "clause", "1", "text", "見本の意見")); a.status != 200 {
		t.Fatalf("commenting: %d", a.status)
	}
	tells(officer, "/submit", true)
	officer.post("/policies/kihon/draft/submit", carried(officer.get("/policies/kihon/draft/submit").body, "scale", "minor", "why", "audit", "why_text", "見本"))
	tells(ciso, "/notice", true)
	tells(ciso, "/publish", true)
	officer.post(comments, url.Values{"act": {"resolve"}, "number": {"1"}})
	tells(ciso, "/notice", false)
	tells(ciso, "/publish", false)
}
