package walktest

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

// texts are the documents of a portal.
func texts(p *servertest.Portal) policytest.Rooms { return policytest.NewRooms(p.Pool, p.Door, p.Now) }

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
		if a := servertest.SignIn(t, portal, town.Holder(post)).Get("/policies/mienai"); a.Status != 200 || !strings.Contains(a.Body, "秘密の定め") {
			t.Errorf("%s does not read it: %d", post, a.Status)
		}
	}
	// a second revision is under way, too
	if err := texts(portal).Draft.StartDraft(t.Context(), officer, "mienai", 1); err != nil {
		t.Fatal(err)
	}
	form := servertest.Hidden(servertest.SignIn(t, portal, town.Holder("税務町民課 職員")).Get("/policies/mienai").Body)

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
	same := func(a servertest.Answer) string {
		return strings.ReplaceAll(number.ReplaceAllString(a.Body, ""), "mienai", "nothing")
	}
	for _, post := range []string{"福祉こども課 職員", "福祉こども課長", "福祉こども課 担当副課長", "総務課 ポータル管理担当"} {
		v := servertest.SignIn(t, portal, town.Holder(post))
		for _, page := range pages {
			if a := v.Get(page); strings.Contains(a.Body, "見えない") || strings.Contains(a.Body, "mienai") || strings.Contains(a.Body, "秘密の定め") {
				t.Errorf("%s sees it on %s", post, page)
			}
		}
		alike := func(how string, hidden, missing servertest.Answer) {
			t.Helper()
			if hidden.Status == 200 || hidden.Status != missing.Status || same(hidden) != same(missing) {
				t.Errorf("%s can tell by %s: %d, %d", post, how, hidden.Status, missing.Status)
			}
		}
		for _, page := range below {
			alike(page, v.Get("/policies/mienai"+page), v.Get("/policies/nothing"+page))
		}
		filled := url.Values{"from": {"1"}, "reason": {"見本"}, "number": form["number"], "sha256": form["sha256"]}
		for _, page := range posts {
			alike("posting to "+page, v.Post("/policies/mienai"+page, filled), v.Post("/policies/nothing"+page, filled))
		}
		alike("the public page", v.Get("/public/mienai"), v.Get("/public/nothing"))
		alike("a public link", v.Get("/public/mienai/clauses/1/1"), v.Get("/public/nothing/clauses/1/1"))
		alike("a proof", v.Get("/acknowledgements/mienai/1"), v.Get("/acknowledgements/nothing/1"))
		alike("an import", v.Get("/imports?document=mienai"), v.Get("/imports?document=nothing"))
		alike("starting an import", v.Post("/imports", url.Values{"document": {"mienai"}, "source": {"第1条　見本"}}), v.Post("/imports", url.Values{"document": {"nothing"}, "source": {"第1条　見本"}}))
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
	v := servertest.SignIn(t, portal, who)
	if a := v.Get("/"); !strings.Contains(a.Body, "課だけの手順") {
		t.Error("the home page does not ask for it")
	}
	if a := v.Post("/policies/kadake", servertest.Hidden(v.Get("/policies/kadake").Body)); a.Status != 200 {
		t.Fatalf("acknowledging it: %d", a.Status)
	}
	portal.Transfer(t, who, "fukushi")
	for page, status := range map[string]int{"/": 200, "/policies": 200, "/acknowledgements": 200, "/policies/kadake": 404, "/acknowledgements/kadake/1": 404} {
		if a := v.Get(page); a.Status != status || strings.Contains(a.Body, "課だけの手順") {
			t.Errorf("%s: %d", page, a.Status)
		}
	}
}
