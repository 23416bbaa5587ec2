package publishing_test

import (
	"encoding/hex"
	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/policytest"
	"kagami/web/server/servertest"
	"net/url"
	"strings"
	"testing"
)

// adopted drafts a document, ready to be published, and returns the form that
// publishes it.
func adopted(t *testing.T, portal *servertest.Portal, code string) url.Values {
	t.Helper()
	officer := portal.Actor(t, town.Holder("総務課 担当副課長"))
	if _, err := texts(portal).Draft.DraftText(t.Context(), officer, draft.Text{Code: code, Kind: policy.Basic, Title: "見本の文書", Source: "第1条　見本である。\n"}); err != nil {
		t.Fatal(err)
	}
	d, err := policytest.Adopt(t.Context(), texts(portal), officer, code, town.Holder("副町長").StaffNumber, calendar.Day(servertest.Morning))
	if err != nil {
		t.Fatal(err)
	}
	return url.Values{
		"act": {"publish"}, "effective_on": {"2026-12-01"}, "anew": {"anew"}, "asked": {"all"}, "due_on": {"2026-12-15"}, "sha256": {hex.EncodeToString(d.SHA256)},
	}
}

// What was answered about a campaign comes back in the form that refuses it, is
// carried along while it is asked once more, and is what is published then.
func TestWhatIsAskedOfPeopleIsKeptInTheForm(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	form := adopted(t, portal, "mihon")
	v := servertest.SignIn(t, portal, town.Holder("副町長"))
	form.Set("act", "check")
	form.Set("asked", "named")
	form["asked-section"], form["asked-role"] = []string{"zeimu"}, []string{"csirt_member"}
	form.Set("due_on", "2026-11-01")
	a := v.Post("/policies/mihon/draft/publish", form)
	for _, words := range []string{`href="#due_on"`, `value="2026-11-01"`, `name="asked-section" value="zeimu" checked`, `name="asked-role" value="csirt_member" checked`, `<details open>`} {
		if a.Status != 422 || !strings.Contains(a.Body, words) {
			t.Errorf("refused: %d without %s", a.Status, words)
		}
	}
	form.Set("due_on", "2026-12-15")
	a = v.Post("/policies/mihon/draft/publish", form)
	if a.Status != 200 || !strings.Contains(a.Body, "CSIRT担当者、税務町民課の人（8人）に、令和8年12月15日までの確認を求めます") {
		t.Fatalf("asked once more: %d %s", a.Status, a.Body)
	}
	again := servertest.Hidden(a.Body)
	again.Set("act", "publish")
	if a := v.Post("/policies/mihon/draft/publish", again); !strings.Contains(a.Body, "公開しました") {
		t.Fatalf("published: %d %s", a.Status, a.Body)
	}
	if a := v.Post("/policies/mihon/draft/publish", again); a.Status != 404 || !strings.Contains(a.Body, "すでに公開されたか、取り下げられています") {
		t.Errorf("published twice: %d %s", a.Status, a.Body)
	}
	if err := texts(portal).Acknowledge.TendAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	for post, want := range map[string]bool{"税務町民課 職員": true, "福祉こども課 職員": false} {
		home := servertest.SignIn(t, portal, town.Holder(post)).Get("/").Body
		if strings.Contains(home, "見本の文書（第1版）を読んで確認する") != want || strings.Contains(home, "見本の文書（第1版）を読んで、確認してください") != want {
			t.Errorf("%s is asked, want %t", post, want)
		}
	}
}
