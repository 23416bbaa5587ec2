package signin_test

import (
	"html"
	"net/url"
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/sample"
	"kagami/web/server/servertest"
)

// A portal on an empty database: the console's link makes the first
// administrator, who then sees what there is to manage.
func TestTheFirstStart(t *testing.T) {
	t.Parallel()
	portal := town.StartUnused(t)
	link, err := portal.Accounts.MakeFirstLink(t.Context(), authz.AsOperator())
	if err != nil {
		t.Fatal(err)
	}
	address := "/welcome/" + link.Token
	v := servertest.Visit(t, portal)
	for range 2 {
		if a := v.Get(address); a.Status != 200 || !strings.Contains(a.Body, "ポータル管理者になる") {
			t.Fatalf("opening: %d %s", a.Status, a.Body)
		}
	}
	if a := v.Get("/invitation/" + link.Token); a.Status != 404 {
		t.Errorf("as an invitation: %d", a.Status)
	}
	form := servertest.Twice(servertest.NewPassword, "staff_number", "A001", "name", "見本 一郎", "furigana", "みほん", "email", "ichiro@town.example")
	if a := v.Post(address, form); a.Status != 422 || !strings.Contains(a.Body, "カタカナで入力") || !strings.Contains(a.Body, `value="見本 一郎"`) || strings.Contains(a.Body, servertest.NewPassword) {
		t.Errorf("a bad フリガナ: %d %s", a.Status, a.Body)
	}
	form.Set("furigana", "ミホン イチロウ")
	form.Set("password_again", "another one")
	if a := v.Post(address, form); a.Status != 422 || !strings.Contains(a.Body, "二つのパスワードが違います") {
		t.Errorf("two passwords: %d %s", a.Status, a.Body)
	}
	form.Set("password_again", servertest.NewPassword)
	if a := v.Post(address, form); a.Status != 200 || !strings.Contains(a.Body, "アカウントができました") {
		t.Fatalf("beginning: %d %s", a.Status, a.Body)
	}
	if a := v.Get(address); a.Status != 404 || !strings.Contains(a.Body, "このリンクは使えません") {
		t.Errorf("opening it again: %d", a.Status)
	}
	if a := v.Post(address, form); a.Status != 404 {
		t.Errorf("using it again: %d", a.Status)
	}
	a := v.Post("/login", url.Values{"login": {"ichiro@town.example"}, "password": {servertest.NewPassword}})
	if a.Status != 200 || !strings.Contains(a.Body, "見本 一郎さんのホーム") || !strings.Contains(a.Body, "ポータル管理者") || !strings.Contains(a.Body, `href="/accounts"`) {
		t.Fatalf("signing in: %d %s", a.Status, a.Body)
	}
	for _, page := range []string{"/account", "/account/password", "/accounts", "/accounts/A001", "/accounts/invitations", "/organization", "/permissions"} {
		if a := v.Get(page); a.Status != 200 {
			t.Errorf("%s: %d", page, a.Status)
		}
	}
}

// An invitation, from the slip to the first sign-in.
func TestAnInvitedPersonSetsAPasswordAndSignsIn(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	portal.Newcomer(t, "N001")
	administrator := servertest.SignIn(t, portal, town.Holder("総務課 ポータル管理担当"))
	a := administrator.Post("/accounts/N001", url.Values{"act": {"invite"}})
	links := servertest.Links(a.Body)
	if a.Status != 200 || len(links) != 1 || !strings.Contains(a.Body, "令和8年12月1日 9時00分まで") || a.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("inviting: %d %s", a.Status, a.Body)
	}
	if a := administrator.Get("/accounts/N001"); len(servertest.Links(a.Body)) != 0 || !strings.Contains(a.Body, "招待中") {
		t.Error("the link is shown again")
	}
	v := servertest.Visit(t, portal)
	if a := v.Get(links[0]); a.Status != 200 || !strings.Contains(a.Body, "見本 新人") {
		t.Errorf("opening: %d %s", a.Status, a.Body)
	}
	for password, words := range map[string]string{"短い": "12字以上", "password1234": "よく使われる", "しんじんしんじんしんじん": "よく使われる"} {
		if a := v.Post(links[0], servertest.Twice(password)); a.Status != 422 || !strings.Contains(a.Body, words) || strings.Contains(a.Body, `value="`+password) {
			t.Errorf("%q: %d %s", password, a.Status, a.Body)
		}
	}
	if a := v.Post(links[0], servertest.Twice(servertest.NewPassword)); a.Status != 200 || !strings.Contains(a.Body, "アカウントができました") {
		t.Fatalf("accepting: %d %s", a.Status, a.Body)
	}
	servertest.SignIn(t, portal, sample.Account{StaffNumber: "n001", Password: servertest.NewPassword})
	if a := v.Get(links[0]); a.Status != 404 {
		t.Errorf("again: %d", a.Status)
	}
	if a := administrator.Post("/accounts/N001", url.Values{"act": {"invite"}}); a.Status != 409 || len(servertest.Links(a.Body)) != 0 {
		t.Errorf("inviting again: %d", a.Status)
	}
}

func TestLinksAndPasswordsStayOutOfTheLog(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	portal.Newcomer(t, "N001")
	administrator := servertest.SignIn(t, portal, town.Holder("総務課 ポータル管理担当"))
	links := servertest.Links(administrator.Post("/accounts/N001", url.Values{"act": {"invite"}}).Body)
	v := servertest.Visit(t, portal)
	v.Get(links[0])
	v.Post(links[0], servertest.Twice("短い秘密"))
	v.Post(links[0], servertest.Twice(servertest.NewPassword))
	v.Get(links[0])
	log := html.UnescapeString(strings.Join(portal.Log.Lines(), "\n"))
	for _, secret := range []string{strings.TrimPrefix(links[0], "/invitation/"), servertest.NewPassword, "短い秘密", "N001", "新人"} {
		if strings.Contains(log, secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
}
