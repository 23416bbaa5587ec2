package portal_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"kagami/internal/policy"
	"kagami/internal/policy/draft"
)

// The CISO abolishes a document: asked once more, with what will happen. Until
// its day it binds; from it on it stands in no list, and those who may read it
// still find what it was.
func TestADocumentIsAbolishedFromADayOn(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	publishText(t, portal, draft.Text{Kind: policy.Procedure, Audience: policy.Audience{Sections: []string{"zeimu"}}, Title: "古い手順", Code: "furui", Source: "第1条　窓口の端末を守る。\n第2条　毎日点検する。\n"})
	ciso, staff := signIn(t, portal, town.Holder("副町長")), signIn(t, portal, town.Holder("税務町民課 職員"))
	if a := ciso.get("/policies/furui"); !strings.Contains(a.body, `href="/policies/furui/abolish"`) {
		t.Fatal("the CISO is not offered to abolish it")
	}
	if a := staff.get("/policies/furui"); strings.Contains(a.body, "/abolish") || !strings.Contains(a.body, "読んで理解し、遵守します") {
		t.Error("a 職員 is offered to abolish it, or not asked to acknowledge it")
	}
	form := pledge(ciso.get("/policies/furui/abolish").body)
	fill := func(on, act string) url.Values {
		return url.Values{"number": form["number"], "abolished_on": {on}, "reason": {"窓口の手順に統合したため"}, "decided_on": {"2026-11-20"}, "minutes": {"第3回 本部会議 議事録"}, "act": {act}}
	}
	if a := ciso.post("/policies/furui/abolish", fill("2026-11-01", "check")); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "廃止日は、今日か") || !strings.Contains(a.body, "窓口の手順に統合したため") {
		t.Errorf("from a day that has passed: %d", a.status)
	}
	if a := ciso.post("/policies/furui/abolish", fill("2026-11-26", "check")); a.status != 200 || !strings.Contains(a.body, "廃止は、取り消せません") || !strings.Contains(a.body, "令和8年11月26日に廃止されます") {
		t.Fatalf("asked once more: %d %s", a.status, a.body)
	}
	if a := ciso.post("/policies/furui/abolish", fill("2026-11-26", "back")); a.status != 200 || !strings.Contains(a.body, `value="2026-11-26"`) || !strings.Contains(a.body, "内容を確かめる") {
		t.Errorf("going back: %d", a.status)
	}
	if n := ciso.count("document_abolition"); n != 0 {
		t.Fatalf("%d are abolished before it was said", n)
	}
	a := ciso.post("/policies/furui/abolish", fill("2026-11-26", "abolish"))
	if a.status != 200 || !strings.Contains(a.body, "廃止を記録しました") || !strings.Contains(a.body, "令和8年11月26日に廃止されます") {
		t.Fatalf("abolished: %d %s", a.status, a.body)
	}
	if a := ciso.get("/policies/furui/abolish"); a.status != http.StatusConflict {
		t.Errorf("once more: %d", a.status)
	}
	if a := staff.get("/policies"); !strings.Contains(a.body, "古い手順") || strings.Contains(a.body, "廃止された文書") {
		t.Error("it is gone before its day")
	}

	portal.Clock.Advance(48 * time.Hour)
	ciso, staff = signIn(t, portal, town.Holder("副町長")), signIn(t, portal, town.Holder("税務町民課 職員"))
	stranger := signIn(t, portal, town.Holder("福祉こども課 職員"))
	if a := staff.get("/"); strings.Contains(a.body, "古い手順") {
		t.Error("the home page still asks for it")
	}
	if a := staff.get("/search?q=" + url.QueryEscape("窓口の端末")); strings.Contains(a.body, "/policies/furui") {
		t.Error("it is still found")
	}
	list := staff.get("/policies").body
	before, after, told := strings.Cut(list, "廃止された文書（1件）")
	if !told || strings.Contains(before, "古い手順") || !strings.Contains(after, "古い手順") || !strings.Contains(after, "窓口の手順に統合したため") {
		t.Errorf("the list: %s", list)
	}
	for path, want := range map[string]string{
		"/policies/furui": "令和8年11月26日に廃止されました", "/policies/furui/revisions/1": "令和8年11月26日に廃止されました",
		"/policies/furui?on=2026-11-25": "毎日点検する", "/policies/furui/revisions": "窓口の手順に統合したため", "/policies/furui/clauses/1/2": "毎日点検する",
	} {
		a := staff.get(path)
		if a.status != 200 || !strings.Contains(a.body, want) {
			t.Errorf("%s: %d", path, a.status)
		}
		if strings.Contains(a.body, "遵守します</button>") || strings.Contains(a.body, "第3回 本部会議") {
			t.Errorf("%s asks to acknowledge it, or shows the minutes", path)
		}
		if a := stranger.get(path); a.status != http.StatusNotFound {
			t.Errorf("whom it is not for: %s answers %d", path, a.status)
		}
	}
	if a := staff.get("/policies/furui?on=2026-11-26"); a.status != http.StatusNotFound {
		t.Errorf("on its 廃止日: %d", a.status)
	}
	if a := stranger.get("/policies"); strings.Contains(a.body, "古い手順") || strings.Contains(a.body, "廃止された文書") {
		t.Error("whom it was not for is told of it")
	}
	if a := ciso.get("/policies/furui/revisions"); !strings.Contains(a.body, "第3回 本部会議 議事録") || !strings.Contains(a.body, `<span class="chip">廃止</span>`) {
		t.Error("the CISO does not see on what it was abolished")
	}
	if a := ciso.get("/policies/furui/readers"); a.status != 200 || !strings.Contains(a.body, "令和8年11月26日に廃止されました") {
		t.Errorf("the list of who acknowledged does not say so: %d", a.status)
	}
	officer := signIn(t, portal, town.Holder("総務課 担当副課長"))
	if a := officer.get("/policies/furui"); strings.Contains(a.body, "次の版の下書きを始める") {
		t.Error("another revision is offered")
	}
	if a := officer.post("/policies/furui/draft", url.Values{"from": {"1"}}); a.status != http.StatusConflict || !strings.Contains(a.body, "新しい文書として取り込んでください") {
		t.Errorf("another revision: %d", a.status)
	}
}

// A document with a draft under way is not abolished; and the 基本方針 leaves the
// public page on its day.
func TestTheBasicPolicyLeavesThePublicPageOnItsDay(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer, ciso, open := signIn(t, portal, town.Holder("総務課 担当副課長")), signIn(t, portal, town.Holder("副町長")), visit(t, portal)
	officer.post("/policies/kihon/draft", url.Values{"from": {"1"}})
	if a := ciso.get("/policies/kihon/abolish"); a.status != http.StatusConflict || !strings.Contains(a.body, "進行中の下書き") {
		t.Errorf("with a draft under way: %d", a.status)
	}
	officer.post("/policies/kihon/draft/withdraw", url.Values{"sha256": pledge(officer.get("/policies/kihon/draft/withdraw").body)["sha256"], "reason": {"廃止するため"}})
	form := url.Values{"number": {"1"}, "abolished_on": {"2026-11-25"}, "reason": {"見本"}, "decided_on": {"2026-11-24"}, "minutes": {"見本"}, "act": {"abolish"}}
	if a := ciso.post("/policies/kihon/abolish", form); a.status != 200 {
		t.Fatalf("abolishing: %d %s", a.status, a.body)
	}
	for days, status := range []int{http.StatusOK, http.StatusNotFound, http.StatusNotFound} {
		for _, path := range []string{"/public", "/public/kihon"} {
			if a := open.get(path); a.status != status {
				t.Errorf("after %d days %s answers %d", days, path, a.status)
			}
		}
		portal.Clock.Advance(24 * time.Hour)
	}
}
