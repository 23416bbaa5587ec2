package walktest

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
	policytest.Enact(t, texts(portal), portal.Org, portal.Pool, calendar.Day(portal.Now()), text)
}

// hiddenProcedure is for one section only.
var hiddenProcedure = draft.Text{
	Kind: policy.Procedure, Title: "見えない手順", Code: "tejun", Audience: policy.Audience{Sections: []string{"kaikei"}},
	Source: "【文書】見えない手順\n1．　定義\n　（1）　金庫番\n　　鍵を持つ者をいう。情報資産を守る。\n2．　対象とする脅威\n　（1）　鍵の紛失\n",
}

func TestSearchMarksTheWords(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("税務町民課 職員"))
	a := v.Get("/search?q=" + url.QueryEscape("可用 lgwan"))
	if a.Status != http.StatusOK || strings.Contains(a.Body, "<mark>") {
		t.Errorf("no clause has both words: %d", a.Status)
	}
	a = v.Get("/search?q=" + url.QueryEscape("ＬＧＷＡＮ"))
	if !strings.Contains(a.Body, `<a href="/policies/kihon#2-9">`) || !strings.Contains(a.Body, "<mark>LGWAN</mark>") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := v.Get("/search?q=" + url.QueryEscape(`"><script>`)); strings.Contains(a.Body, "<script>") {
		t.Error("what was typed is not escaped")
	}
	for _, query := range []string{"", "?q=", "?q=%E3%80%80", "?q=%E6%83%85&after=", "?q=%E6%83%85&after=policies:nothing.x", "?q=%E6%83%85&after=policies:nothing.1"} {
		if a := v.Get("/search" + query); a.Status != http.StatusOK {
			t.Errorf("%q answers %d", query, a.Status)
		}
	}
	if a := v.Get("/search?q=" + strings.Repeat("x", 101)); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, `aria-invalid="true"`) || !strings.Contains(a.Body, strings.Repeat("x", 101)) {
		t.Errorf("a query that is too long: %d", a.Status)
	}
}

// Every hit comes once, by the links from page to page alone.
func TestTheHitsGoOnFromPageToPage(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("税務町民課 職員"))
	next, hits, clauses := "/search?q="+url.QueryEscape("情報"), 0, map[string]bool{}
	for next != "" {
		a := v.Get(next)
		next = ""
		for part := range strings.SplitSeq(a.Body, `href="`) {
			link, _, _ := strings.Cut(part, `"`)
			if strings.HasPrefix(link, "/policies/kihon#") {
				hits++
				clauses[link] = true
			}
			if strings.HasPrefix(link, "/search?q=") {
				next = strings.ReplaceAll(link, "&amp;", "&")
			}
		}
	}
	if hits < 21 || hits != len(clauses) {
		t.Errorf("%d hits, %d clauses", hits, len(clauses))
	}
}

// 基本方針 10: nothing of a document that one may not read is found, defined or
// public, and nothing of it is counted.
func TestWhatIsNotForSomebodyLeavesNoTraceInWords(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	pages := []string{"/search?q=" + url.QueryEscape("情報"), "/search?q=" + url.QueryEscape("金庫"), "/search?q=" + url.QueryEscape("鍵"), "/search?q=" + url.QueryEscape("情報") + "&after=policies:tejun.0", "/glossary"}
	v := servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	before := map[string]string{}
	for _, page := range pages {
		before[page] = v.Get(page).Body
	}
	publishText(t, portal, hiddenProcedure)
	for _, page := range pages {
		if after := v.Get(page).Body; after != before[page] {
			t.Errorf("%s is another page since there is a procedure for others", page)
		}
	}
	addressed := servertest.SignIn(t, portal, town.Holder("副町長"))
	if body := addressed.Get("/search?q=" + url.QueryEscape("金庫")).Body; !strings.Contains(body, "/policies/tejun#1-1") {
		t.Error("who may read it does not find it")
	}
	if body := addressed.Get("/glossary").Body; !strings.Contains(body, "金庫番") || !strings.Contains(body, "鍵の紛失") {
		t.Error("who may read it does not find its words in the glossary")
	}
	visitor := servertest.Visit(t, portal)
	for _, path := range []string{"/public", "/public/tejun", "/public/nothing"} {
		if a := visitor.Get(path); strings.Contains(a.Body, "見えない") || strings.Contains(a.Body, "金庫") {
			t.Errorf("%s shows it", path)
		}
	}
	hidden, missing := visitor.Get("/public/tejun"), visitor.Get("/public/nothing")
	if hidden.Status != http.StatusNotFound || missing.Status != http.StatusNotFound {
		t.Errorf("answers %d and %d", hidden.Status, missing.Status)
	}
}

func TestTheGlossaryLeadsToTheClauses(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("税務町民課 職員"))
	a := v.Get("/glossary")
	for _, want := range []string{"機密性", `href="/policies/kihon#2-5"`, "対象とする脅威", `href="/policies/kihon#3-1"`, "地震、落雷、火災等"} {
		if !strings.Contains(a.Body, want) {
			t.Errorf("the glossary does not have %s", want)
		}
	}
}
