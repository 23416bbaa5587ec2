package publishing_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/policytest"
	"kagami/web/server/servertest"
)

// The CISO abolishes a document: asked once more, with what will happen. Until
// its day it is in force; from it on it stands in no list, and those who may read it
// still find what it was.
func TestADocumentIsAbolishedFromADayOn(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	policytest.Enact(t, texts(portal), portal.Org, portal.Pool, calendar.Day(portal.Now()), draft.Text{Kind: policy.Procedure, Audience: policy.Audience{Sections: []string{"zeimu"}}, Title: "古い手順", Code: "furui", Source: "第1条　窓口の端末を守る。\n第2条　毎日点検する。\n"})
	ciso, staff := servertest.SignIn(t, portal, town.Holder("副町長")), servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	if a := ciso.Get("/policies/furui"); !strings.Contains(a.Body, `href="/policies/furui/abolish"`) {
		t.Fatal("the CISO is not offered to abolish it")
	}
	if a := staff.Get("/policies/furui"); strings.Contains(a.Body, "/abolish") || !strings.Contains(a.Body, "読んで理解し、遵守します") {
		t.Error("a 職員 is offered to abolish it, or not asked to acknowledge it")
	}
	form := servertest.Hidden(ciso.Get("/policies/furui/abolish").Body)
	fill := func(on, act string) url.Values {
		return url.Values{"number": form["number"], "abolished_on": {on}, "reason": {"窓口の手順に統合したため"}, "decided_on": {"2026-11-20"}, "minutes": {"第3回 本部会議 議事録"}, "act": {act}}
	}
	if a := ciso.Post("/policies/furui/abolish", fill("2026-11-01", "check")); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "廃止日は、今日か") || !strings.Contains(a.Body, "窓口の手順に統合したため") {
		t.Errorf("from a day that has passed: %d", a.Status)
	}
	if a := ciso.Post("/policies/furui/abolish", fill("2026-11-26", "check")); a.Status != 200 || !strings.Contains(a.Body, "廃止は、取り消せません") || !strings.Contains(a.Body, "令和8年11月26日に廃止されます") {
		t.Fatalf("asked once more: %d %s", a.Status, a.Body)
	}
	if a := ciso.Post("/policies/furui/abolish", fill("2026-11-26", "back")); a.Status != 200 || !strings.Contains(a.Body, `value="2026-11-26"`) || !strings.Contains(a.Body, "内容を確かめる") {
		t.Errorf("going back: %d", a.Status)
	}
	if n := ciso.Count("document_abolition"); n != 0 {
		t.Fatalf("%d are abolished before it was said", n)
	}
	a := ciso.Post("/policies/furui/abolish", fill("2026-11-26", "abolish"))
	if a.Status != 200 || !strings.Contains(a.Body, "廃止を記録しました") || !strings.Contains(a.Body, "令和8年11月26日に廃止されます") {
		t.Fatalf("abolished: %d %s", a.Status, a.Body)
	}
	if a := ciso.Get("/policies/furui/abolish"); a.Status != http.StatusConflict {
		t.Errorf("once more: %d", a.Status)
	}
	if a := staff.Get("/policies"); !strings.Contains(a.Body, "古い手順") || strings.Contains(a.Body, "廃止された文書") {
		t.Error("it is gone before its day")
	}

	portal.Clock.Advance(48 * time.Hour)
	ciso, staff = servertest.SignIn(t, portal, town.Holder("副町長")), servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	stranger := servertest.SignIn(t, portal, town.Holder("福祉こども課 職員"))
	if a := staff.Get("/"); strings.Contains(a.Body, "古い手順") {
		t.Error("the home page still asks for it")
	}
	if a := staff.Get("/search?q=" + url.QueryEscape("窓口の端末")); strings.Contains(a.Body, "/policies/furui") {
		t.Error("it is still found")
	}
	list := staff.Get("/policies").Body
	before, after, told := strings.Cut(list, "廃止された文書（1件）")
	if !told || strings.Contains(before, "古い手順") || !strings.Contains(after, "古い手順") || !strings.Contains(after, "窓口の手順に統合したため") {
		t.Errorf("the list: %s", list)
	}
	for path, want := range map[string]string{
		"/policies/furui": "令和8年11月26日に廃止されました", "/policies/furui/revisions/1": "令和8年11月26日に廃止されました",
		"/policies/furui?on=2026-11-25": "毎日点検する", "/policies/furui/revisions": "窓口の手順に統合したため", "/policies/furui/clauses/1/2": "毎日点検する",
	} {
		a := staff.Get(path)
		if a.Status != 200 || !strings.Contains(a.Body, want) {
			t.Errorf("%s: %d", path, a.Status)
		}
		if strings.Contains(a.Body, "遵守します</button>") || strings.Contains(a.Body, "第3回 本部会議") {
			t.Errorf("%s asks to acknowledge it, or shows the minutes", path)
		}
		if a := stranger.Get(path); a.Status != http.StatusNotFound {
			t.Errorf("whom it is not for: %s answers %d", path, a.Status)
		}
	}
	if a := staff.Get("/policies/furui?on=2026-11-26"); a.Status != http.StatusNotFound {
		t.Errorf("on its 廃止日: %d", a.Status)
	}
	if a := stranger.Get("/policies"); strings.Contains(a.Body, "古い手順") || strings.Contains(a.Body, "廃止された文書") {
		t.Error("whom it was not for is told of it")
	}
	if a := ciso.Get("/policies/furui/revisions"); !strings.Contains(a.Body, "第3回 本部会議 議事録") || !strings.Contains(a.Body, `<span class="chip">廃止</span>`) {
		t.Error("the CISO does not see on what it was abolished")
	}
	if a := ciso.Get("/policies/furui/readers"); a.Status != 200 || !strings.Contains(a.Body, "令和8年11月26日に廃止されました") {
		t.Errorf("the list of who acknowledged does not say so: %d", a.Status)
	}
	officer := servertest.SignIn(t, portal, town.Holder("総務課 担当副課長"))
	if a := officer.Get("/policies/furui"); strings.Contains(a.Body, "次の版の下書きを始める") {
		t.Error("another revision is offered")
	}
	if a := officer.Post("/policies/furui/draft", url.Values{"from": {"1"}}); a.Status != http.StatusConflict || !strings.Contains(a.Body, "新しい文書として取り込んでください") {
		t.Errorf("another revision: %d", a.Status)
	}
}

// A document with a draft under way is not abolished; and the 基本方針 leaves the
// public page on its day.
func TestTheBasicPolicyLeavesThePublicPageOnItsDay(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer, ciso, visitor := servertest.SignIn(t, portal, town.Holder("総務課 担当副課長")), servertest.SignIn(t, portal, town.Holder("副町長")), servertest.Visit(t, portal)
	officer.Post("/policies/kihon/draft", url.Values{"from": {"1"}})
	if a := ciso.Get("/policies/kihon/abolish"); a.Status != http.StatusConflict || !strings.Contains(a.Body, "進行中の下書き") {
		t.Errorf("with a draft under way: %d", a.Status)
	}
	officer.Post("/policies/kihon/draft/withdraw", url.Values{"sha256": servertest.Hidden(officer.Get("/policies/kihon/draft/withdraw").Body)["sha256"], "reason": {"廃止するため"}})
	form := url.Values{"number": {"1"}, "abolished_on": {"2026-11-25"}, "reason": {"見本"}, "decided_on": {"2026-11-24"}, "minutes": {"見本"}, "act": {"abolish"}}
	if a := ciso.Post("/policies/kihon/abolish", form); a.Status != 200 {
		t.Fatalf("abolishing: %d %s", a.Status, a.Body)
	}
	for days, status := range []int{http.StatusOK, http.StatusNotFound, http.StatusNotFound} {
		for _, path := range []string{"/public", "/public/kihon"} {
			if a := visitor.Get(path); a.Status != status {
				t.Errorf("after %d days %s answers %d", days, path, a.Status)
			}
		}
		portal.Clock.Advance(24 * time.Hour)
	}
}
