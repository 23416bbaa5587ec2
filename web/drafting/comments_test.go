package drafting_test

import (
	"net/url"
	"strings"
	"testing"

	"kagami/internal/calendar"
	"kagami/internal/policy/policytest"
	"kagami/web/server/servertest"
)

const comments = "/policies/kihon/draft/comments"

func TestADraftIsCommentedOnClauseByClause(t *testing.T) {
	t.Parallel()
	portal, officer, _ := startedDraft(t)
	ciso, staff := servertest.SignIn(t, portal, town.Holder("副町長")), servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	a := ciso.Get(comments + "?clause=7-3-2")
	if !strings.Contains(a.Body, `<option value="7-3-2" selected`) || !strings.Contains(a.Body, "7(3)②") {
		t.Fatalf("the form: %d %s", a.Status, a.Body)
	}
	form := servertest.Hidden(a.Body)
	for name, c := range map[string]struct {
		clause, text, sha256 string
		Status               int
		words                string
	}{
		"no words":        {"7-3-2", " ", form.Get("sha256"), 422, "意見を入力してください"},
		"too many words":  {"7-3-2", strings.Repeat("長", 2001), form.Get("sha256"), 422, "2000字までで"},
		"on no clause":    {"", "見本の意見", form.Get("sha256"), 422, "どの項目への意見かを選んで"},
		"on another text": {"7-3-2", "見本の意見", "", 409, "表示した後に変わりました"},
		"unknown clause":  {"99-99", "見本の意見", form.Get("sha256"), 422, "いまの本文にありません"},
		"with a NUL":      {"7-3-2", "\x00", form.Get("sha256"), 422, "使えない文字"},
	} {
		a := ciso.Post(comments, url.Values{"clause": {c.clause}, "text": {c.text}, "sha256": {c.sha256}})
		if a.Status != c.Status || !strings.Contains(a.Body, c.words) {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
		if c.text == "見本の意見" && !strings.Contains(a.Body, "見本の意見</textarea>") {
			t.Errorf("%s: what was typed is gone", name)
		}
	}
	form.Set("clause", "7-3-2")
	form.Set("text", "「速やかに」では<b>遅い</b>")
	if a = ciso.Post(comments, form); a.Status != 200 || !strings.Contains(a.Body, "意見を書きました") {
		t.Fatalf("writing: %d", a.Status)
	}
	for _, v := range []*servertest.Visitor{ciso, officer} {
		a = v.Get("/policies/kihon/draft")
		for _, words := range []string{"では&lt;b&gt;遅い&lt;/b&gt;", `href="#comment-1">意見1件`, `id="comment-1"`, `<a href="#7-3-2">7(3)②`, "済みにする", `<time datetime="2026-11-24T09:00:00+09:00">`} {
			if !strings.Contains(a.Body, words) {
				t.Errorf("%q is missing on %s", words, a.Body)
			}
		}
	}
	if a = staff.Post(comments, form); a.Status != 403 {
		t.Errorf("by a 職員: %d", a.Status)
	}
	if a = officer.Post(comments, url.Values{"act": {"resolve"}, "number": {"2"}}); a.Status != 404 {
		t.Errorf("one that there is not: %d", a.Status)
	}
	if a = officer.Post(comments, url.Values{"act": {"resolve"}, "number": {"x"}}); a.Status != 404 {
		t.Errorf("no number: %d", a.Status)
	}
	if a = officer.Post(comments, url.Values{"act": {"resolve"}, "number": {"1"}}); a.Status != 200 || !strings.Contains(a.Body, "済みにした人") || strings.Contains(a.Body, "@component") || strings.Contains(a.Body, "意見1件") {
		t.Errorf("resolving: %d", a.Status)
	}
	if a = officer.Post(comments, url.Values{"act": {"resolve"}, "number": {"1"}}); a.Status != 409 || !strings.Contains(a.Body, "すでに済み") {
		t.Errorf("twice: %d", a.Status)
	}
}

// What was said on a draft is for who works on drafts: no page of the revision,
// once it is published, tells of it, nor does search.
func TestNobodyReadsTheCommentsOnWhatIsPublished(t *testing.T) {
	t.Parallel()
	portal, officer, _ := startedDraft(t)
	form := servertest.Hidden(officer.Get(comments).Body)
	form.Set("clause", "1")
	form.Set("text", "ないしょの意見")
	officer.Post(comments, form)
	_, err := policytest.Publish(t.Context(), texts(portal), portal.Actor(t, town.Holder("総務課 担当副課長")), portal.Actor(t, town.Holder("副町長")),
		"kihon", town.Holder("副町長").StaffNumber, calendar.Day(portal.Clock.Now()))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []*servertest.Visitor{officer, servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))} {
		for _, page := range []string{
			"/", "/policies", "/policies/kihon", "/policies/kihon/revisions", "/policies/kihon/revisions/2", "/policies/kihon/comparison",
			"/public", "/search?q=" + url.QueryEscape("ないしょ"),
		} {
			if a := v.Get(page); a.Status != 200 || strings.Contains(a.Body, "ないしょの意見") || strings.Contains(a.Body, "comment-1") {
				t.Errorf("%s: %d tells of it", page, a.Status)
			}
		}
	}
	if a := officer.Get(comments); a.Status != 404 {
		t.Errorf("comments without a draft: %d", a.Status)
	}
}

// The pages on which a draft goes on its way tell of comments that nobody has
// resolved, and lead to them.
func TestUnresolvedCommentsAreToldOfBeforeADraftGoesOnItsWay(t *testing.T) {
	t.Parallel()
	portal, officer, _ := startedDraft(t)
	ciso := servertest.SignIn(t, portal, town.Holder("副町長"))
	tells := func(v *servertest.Visitor, step string, want bool) {
		t.Helper()
		a := v.Get("/policies/kihon/draft" + step)
		told := strings.Contains(a.Body, "未済の意見が1件あります") && strings.Contains(a.Body, `href="/policies/kihon/draft#comments-heading"`)
		if a.Status != 200 || told != want {
			t.Errorf("%s: %d, tells of unresolved comments: %t", step, a.Status, told)
		}
	}
	tells(officer, "/submit", false)
	if a := ciso.Post(comments, carried(ciso.Get(comments).Body, "clause", "1", "text", "見本の意見")); a.Status != 200 {
		t.Fatalf("commenting: %d", a.Status)
	}
	tells(officer, "/submit", true)
	officer.Post("/policies/kihon/draft/submit", carried(officer.Get("/policies/kihon/draft/submit").Body, "scale", "minor", "why", "audit", "why_text", "見本"))
	tells(ciso, "/notice", true)
	tells(ciso, "/publish", true)
	officer.Post(comments, url.Values{"act": {"resolve"}, "number": {"1"}})
	tells(ciso, "/notice", false)
	tells(ciso, "/publish", false)
}
