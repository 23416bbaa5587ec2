package publishing_test

import (
	"encoding/hex"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org/absence"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/policytest"
	"kagami/internal/setting"
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

// The page that asks once more counts as the list does afterwards: who is away stands
// beside those who are asked.
func TestWhoIsAwayIsCountedBesideThoseAsked(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	form := adopted(t, portal, "mihon")
	form.Set("act", "check")
	form.Set("asked", "named")
	form["asked-section"] = []string{"zeimu"}
	away, err := portal.Org.Person(t.Context(), portal.Actor(t, town.Holder("町長")), town.Holder("税務町民課 職員").StaffNumber)
	check(t, err)
	v := servertest.SignIn(t, portal, town.Holder("副町長"))
	if a := v.Post("/policies/mihon/draft/publish", form); !strings.Contains(a.Body, "税務町民課の人（6人）に、") {
		t.Fatalf("while all are there: %d %s", a.Status, a.Body)
	}
	check(t, absence.New(portal.Pool, portal.Door).Record(t.Context(), authz.AsOperator(), away.ID, absence.Typed{First: calendar.Day(servertest.Morning), Kind: "care"}))
	if a := v.Post("/policies/mihon/draft/publish", form); !strings.Contains(a.Body, "税務町民課の人、5人（ほか休業1人）に、") {
		t.Errorf("while one is away: %d %s", a.Status, a.Body)
	}
}

// When people will be reminded is as the town has set it.
func TestTheFormSaysWhenPeopleAreReminded(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	adopted(t, portal, "mihon")
	v := servertest.SignIn(t, portal, town.Holder("副町長"))
	settings := setting.New(portal.Pool, portal.Door, acknowledge.Reminders.Settings()...)
	general := portal.Actor(t, town.Holder("総務課長"))
	set := func(name, value string, first calendar.Date) {
		t.Helper()
		line, err := settings.Line(t.Context(), general, "acknowledgement."+name)
		check(t, err)
		check(t, settings.Set(t.Context(), general, "acknowledgement."+name, setting.Typed{Value: value, First: first, Reason: "見本", Last: line.Last}))
	}
	says := func(want string) {
		t.Helper()
		if a := v.Get("/policies/mihon/draft/publish"); !strings.Contains(a.Body, want+"あとから加わる人の期限は") {
			t.Errorf("%d without %s: %s", a.Status, want, a.Body)
		}
	}
	says("期限の3日前・1日後に本人へ、4日後・11日後に課室の情報セキュリティ管理者へ、お知らせが届きます。")
	today := calendar.Day(servertest.Morning)
	set("remind_general", "20日後", today)
	set("office_days", "はい", today)
	set("remind_manager", "なし", today.AddDays(25)) // after the 11th day it would be, the 4th is before
	says("期限の3日前・1日後に本人へ、4日後に課室の情報セキュリティ管理者へ、20日後に統括情報セキュリティ責任者へ、お知らせが届きます。閉庁日に当たるときは、次の開庁日に届きます。")
	for _, name := range []string{"remind_person", "remind_manager", "remind_general"} {
		set(name, "なし", today)
	}
	says("期限の前後に、お知らせは届きません。")
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
