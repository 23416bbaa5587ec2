package portal_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/policytest"
	"kagami/web/server/servertest"
)

// publish puts a text in force, drafted and published by who may.
func publishText(t *testing.T, portal *servertest.Portal, text draft.Text) {
	t.Helper()
	ctx, officer, ciso := t.Context(), portal.Actor(t, town.Holder("総務課 担当副課長")), town.Holder("副町長")
	if _, err := texts(portal).Draft.DraftText(ctx, officer, text); err != nil {
		t.Fatal(err)
	}
	if _, err := policytest.Publish(ctx, texts(portal), officer, portal.Actor(t, ciso), text.Code, ciso.StaffNumber, calendar.Day(portal.Clock.Now())); err != nil {
		t.Fatal(err)
	}
}

// hiddenProcedure is for one section only.
var hiddenProcedure = draft.Text{
	Kind: policy.Procedure, Title: "見えない手順", Code: "tejun", Audience: policy.Audience{Sections: []string{"kaikei"}},
	Source: "【文書】見えない手順\n1．　定義\n　（1）　金庫番\n　　鍵を持つ者をいう。情報資産を守る。\n2．　対象とする脅威\n　（1）　鍵の紛失\n",
}

func TestSearchMarksTheWords(t *testing.T) {
	t.Parallel()
	v := signIn(t, town.Start(t), town.Holder("税務町民課 職員"))
	a := v.get("/search?q=" + url.QueryEscape("可用 lgwan"))
	if a.status != http.StatusOK || strings.Contains(a.body, "<mark>") {
		t.Errorf("no clause has both words: %d", a.status)
	}
	a = v.get("/search?q=" + url.QueryEscape("ＬＧＷＡＮ"))
	if !strings.Contains(a.body, `<a href="/policies/kihon#2-9">`) || !strings.Contains(a.body, "<mark>LGWAN</mark>") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := v.get("/search?q=" + url.QueryEscape(`"><script>`)); strings.Contains(a.body, "<script>") {
		t.Error("what was typed is not escaped")
	}
	for _, query := range []string{"", "?q=", "?q=%E3%80%80", "?q=%E6%83%85&after=", "?q=%E6%83%85&after=nothing.x", "?q=%E6%83%85&after=nothing.1"} {
		if a := v.get("/search" + query); a.status != http.StatusOK {
			t.Errorf("%q answers %d", query, a.status)
		}
	}
	if a := v.get("/search?q=" + strings.Repeat("x", 101)); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `aria-invalid="true"`) || !strings.Contains(a.body, strings.Repeat("x", 101)) {
		t.Errorf("a query that is too long: %d", a.status)
	}
}

// Every hit comes once, by the links from page to page alone.
func TestTheHitsGoOnFromPageToPage(t *testing.T) {
	t.Parallel()
	v := signIn(t, town.Start(t), town.Holder("税務町民課 職員"))
	next, hits, seen := "/search?q="+url.QueryEscape("情報"), 0, map[string]bool{}
	for next != "" {
		a := v.get(next)
		next = ""
		for part := range strings.SplitSeq(a.body, `href="`) {
			address, _, _ := strings.Cut(part, `"`)
			if strings.HasPrefix(address, "/policies/kihon#") {
				hits++
				seen[address] = true
			}
			if strings.HasPrefix(address, "/search?q=") {
				next = strings.ReplaceAll(address, "&amp;", "&")
			}
		}
	}
	if hits < 21 || hits != len(seen) {
		t.Errorf("%d hits, %d clauses", hits, len(seen))
	}
}

// 基本方針 10: nothing of a document that one may not read is found, defined or
// public, and nothing of it is counted.
func TestWhatIsNotForSomebodyLeavesNoTraceInWords(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	pages := []string{"/search?q=" + url.QueryEscape("情報"), "/search?q=" + url.QueryEscape("金庫"), "/search?q=" + url.QueryEscape("鍵"), "/search?q=" + url.QueryEscape("情報") + "&after=tejun.0", "/glossary"}
	v := signIn(t, portal, town.Holder("税務町民課 職員"))
	before := map[string]string{}
	for _, page := range pages {
		before[page] = v.get(page).body
	}
	publishText(t, portal, hiddenProcedure)
	for _, page := range pages {
		if after := v.get(page).body; after != before[page] {
			t.Errorf("%s is another page since there is a procedure for others", page)
		}
	}
	addressed := signIn(t, portal, town.Holder("副町長"))
	if body := addressed.get("/search?q=" + url.QueryEscape("金庫")).body; !strings.Contains(body, "/policies/tejun#1-1") {
		t.Error("who may read it does not find it")
	}
	if body := addressed.get("/glossary").body; !strings.Contains(body, "金庫番") || !strings.Contains(body, "鍵の紛失") {
		t.Error("who may read it does not find its words in the glossary")
	}
	open := visit(t, portal)
	for _, path := range []string{"/public", "/public/tejun", "/public/nothing"} {
		if a := open.get(path); strings.Contains(a.body, "見えない") || strings.Contains(a.body, "金庫") {
			t.Errorf("%s shows it", path)
		}
	}
	hidden, missing := open.get("/public/tejun"), open.get("/public/nothing")
	if hidden.status != http.StatusNotFound || missing.status != http.StatusNotFound {
		t.Errorf("answers %d and %d", hidden.status, missing.status)
	}
}

func TestTheGlossaryLeadsToTheClauses(t *testing.T) {
	t.Parallel()
	v := signIn(t, town.Start(t), town.Holder("税務町民課 職員"))
	a := v.get("/glossary")
	for _, want := range []string{"機密性", `href="/policies/kihon#2-5"`, "対象とする脅威", `href="/policies/kihon#3-1"`, "地震、落雷、火災等"} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the glossary does not have %s", want)
		}
	}
}
