package portal_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/policytest"
	"kagami/web/server/servertest"
)

// 基本方針 10: whoever a 実施手順 is not for finds no trace of it, by whatever they
// try: every page that there is, and every answer where one could be found out,
// is as if it had never been. Those whom it is for, and those who read all,
// read it.
func TestNobodyOutsideTheAudienceFindsATrace(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	ciso, officer := portal.Actor(t, town.Holder("副町長")), portal.Actor(t, town.Holder("総務課 担当副課長"))
	chair, today := town.Holder("副町長").StaffNumber, calendar.Day(servertest.Morning)
	_, err := texts(portal).Draft.DraftText(t.Context(), officer, draft.Text{
		Kind: policy.Procedure, Audience: policy.Audience{Sections: []string{"zeimu"}}, Title: "見えない手順", Code: "mienai", Source: "第1条　秘密の定め\n",
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := policytest.Publish(t.Context(), texts(portal), officer, ciso, "mienai", chair, today); err != nil {
		t.Fatal(err)
	}
	for _, post := range []string{"税務町民課 職員", "税務町民課長", "副町長", "議会事務局 監査担当"} {
		if a := signIn(t, portal, town.Holder(post)).get("/policies/mienai"); a.status != 200 || !strings.Contains(a.body, "秘密の定め") {
			t.Errorf("%s does not read it: %d", post, a.status)
		}
	}
	// a second revision is under way, too
	if err := texts(portal).Draft.StartDraft(t.Context(), officer, "mienai", 1); err != nil {
		t.Fatal(err)
	}
	form := pledge(signIn(t, portal, town.Holder("税務町民課 職員")).get("/policies/mienai").body)

	pages := []string{"/", "/policies", "/acknowledgements", "/organization", "/organization/zeimu", "/permissions", "/roles", "/people", "/account", "/notices"}
	below := []string{
		"", "?on=2026-11-24", "?on=2030-01-01", "?done=published", "/readers", "/readers?after=1", "/readers/M001", "/changes", "/readers.csv", "/readers.xlsx",
		"/audience", "/abolish", "/revisions", "/revisions/1", "/revisions/2", "/revisions/1/notice", "/revisions/1/minutes", "/revisions/1/readers.csv", "/revisions/1/readers.xlsx", "/clauses/1/1", "/clauses/2/1",
		"/draft", "/draft/edit", "/draft/submit", "/draft/take-back", "/draft/withdraw", "/draft/send-back", "/draft/notice", "/draft/decision", "/draft/publish",
		"/draft/edit?text=unsaved", "/draft/comments", "/draft/comments?clause=1",
		"/draft/clauses", "/draft/clauses/1/rewrite", "/draft/clauses/1/rewrite?unsaved=NOTHING", "/draft/clauses/1/insert?where=under", "/draft/clauses/1/move", "/draft/clauses/1/delete",
	}
	posts := []string{
		"", "/audience", "/abolish", "/readers/M001", "/draft", "/draft/edit", "/draft/submit", "/draft/take-back", "/draft/withdraw", "/draft/send-back", "/draft/notice", "/draft/decision", "/draft/publish", "/draft/edit/typed", "/draft/comments",
		"/draft/clauses/1/rewrite", "/draft/clauses/1/insert", "/draft/clauses/1/move", "/draft/clauses/1/delete",
		"/draft/clauses/1/rewrite/typed", "/draft/clauses/1/insert/typed", "/draft/clauses/unsaved",
	}
	if tried := len(pages) + len(below) + len(posts) + 3; tried < 30 {
		t.Fatalf("only %d ways are tried", tried)
	}
	number := regexp.MustCompile(`<span class="hash">[^<]*</span>`)
	same := func(a answer) string {
		return strings.ReplaceAll(number.ReplaceAllString(a.body, ""), "mienai", "nothing")
	}
	for _, post := range []string{"福祉こども課 職員", "福祉こども課長", "福祉こども課 担当副課長", "総務課 ポータル管理担当"} {
		v := signIn(t, portal, town.Holder(post))
		for _, page := range pages {
			if a := v.get(page); strings.Contains(a.body, "見えない") || strings.Contains(a.body, "mienai") || strings.Contains(a.body, "秘密の定め") {
				t.Errorf("%s sees it on %s", post, page)
			}
		}
		alike := func(how string, hidden, missing answer) {
			t.Helper()
			if hidden.status == 200 || hidden.status != missing.status || same(hidden) != same(missing) {
				t.Errorf("%s can tell by %s: %d, %d", post, how, hidden.status, missing.status)
			}
		}
		for _, page := range below {
			alike(page, v.get("/policies/mienai"+page), v.get("/policies/nothing"+page))
		}
		filled := url.Values{"from": {"1"}, "reason": {"見本"}, "number": form["number"], "sha256": form["sha256"]}
		for _, page := range posts {
			alike("posting to "+page, v.post("/policies/mienai"+page, filled), v.post("/policies/nothing"+page, filled))
		}
		alike("the public page", v.get("/public/mienai"), v.get("/public/nothing"))
		alike("a public link", v.get("/public/mienai/clauses/1/1"), v.get("/public/nothing/clauses/1/1"))
		alike("a proof", v.get("/acknowledgements/mienai/1"), v.get("/acknowledgements/nothing/1"))
		alike("an import", v.get("/imports?document=mienai"), v.get("/imports?document=nothing"))
		alike("starting an import", v.post("/imports", url.Values{"document": {"mienai"}, "source": {"第1条　見本"}}), v.post("/imports", url.Values{"document": {"nothing"}, "source": {"第1条　見本"}}))
	}
}

// A person who moves to another section leaves what was for the old one, and
// what they acknowledged of it, behind.
func TestWhoIsTransferredNoLongerFindsWhatWasForTheirSection(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	ciso, officer := portal.Actor(t, town.Holder("副町長")), portal.Actor(t, town.Holder("総務課 担当副課長"))
	_, err := texts(portal).Draft.DraftText(t.Context(), officer, draft.Text{
		Kind: policy.Procedure, Audience: policy.Audience{Sections: []string{"zeimu"}}, Title: "課だけの手順", Code: "kadake", Source: "第1条　秘密の定め\n",
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := policytest.Publish(t.Context(), texts(portal), officer, ciso, "kadake", town.Holder("副町長").StaffNumber, calendar.Day(servertest.Morning)); err != nil {
		t.Fatal(err)
	}
	who := town.Holder("税務町民課 職員")
	v := signIn(t, portal, who)
	if a := v.get("/"); !strings.Contains(a.body, "課だけの手順") {
		t.Error("the home page does not ask for it")
	}
	if a := v.post("/policies/kadake", pledge(v.get("/policies/kadake").body)); a.status != 200 {
		t.Fatalf("acknowledging it: %d", a.status)
	}
	leave(t, portal, who)
	for page, status := range map[string]int{"/": 200, "/policies": 200, "/acknowledgements": 200, "/policies/kadake": 404, "/acknowledgements/kadake/1": 404} {
		if a := v.get(page); a.status != status || strings.Contains(a.body, "課だけの手順") {
			t.Errorf("%s: %d", page, a.status)
		}
	}
}

// Two who edit one draft: the second is told, and sees both texts.
func TestTheSecondEditorSeesBothTexts(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	one, two := signIn(t, portal, town.Holder("総務課 担当副課長")), signIn(t, portal, town.Holder("総務課 情報政策担当"))
	if a := one.post("/policies/kihon/draft", url.Values{"from": {"1"}}); a.status != 200 || !strings.Contains(a.body, "下書きを始めました") {
		t.Fatalf("starting: %d", a.status)
	}
	form := pledge(two.get("/policies/kihon/draft/edit").body)
	mine := func(words string) url.Values {
		return url.Values{"sha256": form["sha256"], "source": {"【文書】見本\n1．　目的\n　" + words + "\n"}}
	}
	if a := one.post("/policies/kihon/draft/edit", mine("一人目の本文")); a.status != 200 {
		t.Fatalf("the first: %d", a.status)
	}
	a := two.post("/policies/kihon/draft/edit", mine("二人目の本文"))
	if a.status != 409 || !strings.Contains(a.body, "一人目の本文") || !strings.Contains(a.body, "二人目の本文") {
		t.Errorf("the second: %d %s", a.status, a.body)
	}
	form = pledge(a.body)
	if a = two.post("/policies/kihon/draft/edit", mine("二人の本文")); a.status != 200 || !strings.Contains(a.body, "二人の本文") {
		t.Errorf("after looking: %d", a.status)
	}
	if a = two.post("/policies/kihon/draft/edit", url.Values{"sha256": pledge(two.get("/policies/kihon/draft/edit").body)["sha256"], "source": {unread}}); a.status != 422 || !strings.Contains(a.body, "2行目") || !strings.Contains(a.body, "図1 体制") {
		t.Errorf("with a question: %d %s", a.status, a.body)
	}
}

const unread = "第1条　見本である。\n図1 体制\n課長\n職員\n第2条　守る。\n"

// A link to a clause that has gone leads to where it last was.
func TestALinkToAClauseThatHasGoneStillLeadsThere(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer, ciso := town.Holder("総務課 担当副課長"), town.Holder("副町長")
	v := signIn(t, portal, officer)
	v.post("/policies/kihon/draft", url.Values{"from": {"1"}})
	v.post("/policies/kihon/draft/edit", url.Values{
		"sha256": pledge(v.get("/policies/kihon/draft/edit").body)["sha256"], "source": {"【文書】見本\n1．　目的\n　短い本文\n"},
	})
	if _, err := policytest.Publish(t.Context(), texts(portal), portal.Actor(t, officer), portal.Actor(t, ciso), "kihon", ciso.StaffNumber, calendar.Day(servertest.Morning)); err != nil {
		t.Fatal(err)
	}
	a := v.get("/policies/kihon")
	if !strings.Contains(a.body, "短い本文") || !strings.Contains(a.body, `id="7-3-2"`) || !strings.Contains(a.body, `href="/policies/kihon/revisions/1#7-3-2"`) {
		t.Errorf("%s", a.body)
	}
	if a := v.get("/policies/kihon/revisions/1"); a.status != 200 || !strings.Contains(a.body, `id="7-3-2"`) {
		t.Errorf("the first revision: %d", a.status)
	}
}
