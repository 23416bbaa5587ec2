package account_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kagami/internal/calendar"
	"kagami/internal/sample"
	"kagami/web/server/servertest"
)

var sessionName = regexp.MustCompile(`name="session" value="([^"]+)"`)

func TestAWholeListIsInvitedOnSlips(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	administrator := servertest.SignIn(t, portal, town.Holder("総務課 ポータル管理担当"))
	if a := administrator.Get("/accounts/invitations"); a.Status != 200 || !strings.Contains(a.Body, "全員アカウントがあります") {
		t.Errorf("nobody to invite: %d", a.Status)
	}
	if a := administrator.Post("/accounts/invitations", nil); a.Status != 409 {
		t.Errorf("inviting nobody: %d", a.Status)
	}
	portal.Newcomer(t, "N001")
	portal.NewcomerFrom(t, "N002", calendar.NewDate(2026, 12, 1))
	if a := administrator.Get("/accounts?without=yes"); !strings.Contains(a.Body, "N001") || !strings.Contains(a.Body, "N002") || strings.Contains(a.Body, "M001") ||
		strings.Count(a.Body, "（12月1日から）") != 1 {
		t.Errorf("without an account: %s", a.Body)
	}
	a := administrator.Post("/accounts/invitations", nil)
	if links := servertest.Links(a.Body); a.Status != 200 || len(links) != 2 || links[0] == links[1] || !strings.Contains(a.Body, "もう一度は表示できません") ||
		!strings.Contains(a.Body, "令和8年12月1日から令和8年12月8日 0時00分まで") {
		t.Errorf("inviting: %d %s", a.Status, a.Body)
	}
	if a := administrator.Get("/accounts/invitations"); !strings.Contains(a.Body, "使えなくなります") || strings.Contains(a.Body, "まだ招待していない") {
		t.Errorf("inviting again warns: %s", a.Body)
	}
	if a := administrator.Post("/accounts/invitations", url.Values{"whom": {"all"}}); len(servertest.Links(a.Body)) != 2 {
		t.Errorf("all again: %d", a.Status)
	}
}

func TestPeopleSeeTheirSessionsAndEndThem(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	account := town.Accounts[12]
	here, there, third := servertest.SignIn(t, portal, account), servertest.SignIn(t, portal, account), servertest.SignIn(t, portal, account)
	a := here.Get("/account")
	ids := sessionName.FindAllStringSubmatch(a.Body, -1)
	if len(ids) != 2 || strings.Count(a.Body, "この端末</span>") != 1 {
		t.Fatalf("sees %d others: %s", len(ids), a.Body)
	}
	for _, id := range ids {
		if a := there.Post("/account", url.Values{"act": {"end"}, "session": {id[1]}}); a.Status == 401 {
			break // it was their own
		}
	}
	if in := here.Get("/account").Status; in != 200 {
		t.Errorf("who ends another's: %d", in)
	}
	if there.Get("/").Status == 200 && third.Get("/").Status == 200 {
		t.Error("no session ended")
	}
	servertest.SignIn(t, portal, account)
	if a := here.Post("/account", url.Values{"act": {"end-others"}}); a.Status != 200 || len(sessionName.FindAllString(a.Body, -1)) != 0 {
		t.Errorf("ending all others: %d", a.Status)
	}
	if there.Get("/").Status != 401 || third.Get("/").Status != 401 || here.Get("/").Status != 200 {
		t.Error("the sessions are not those that should be")
	}
	stranger := servertest.SignIn(t, portal, town.Accounts[13])
	mine := servertest.SignIn(t, portal, account)
	id := sessionName.FindStringSubmatch(mine.Get("/account").Body)[1]
	if a := stranger.Post("/account", url.Values{"act": {"end"}, "session": {id}}); a.Status != 404 {
		t.Errorf("a stranger ends it: %d", a.Status)
	}
	if a := mine.Post("/account", nil); a.Status != 422 {
		t.Errorf("a form without an act: %d", a.Status)
	}
}

func TestChangingAPasswordEndsTheOtherSessions(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	account := town.Accounts[12]
	here, there := servertest.SignIn(t, portal, account), servertest.SignIn(t, portal, account)
	if a := here.Post("/account/password", servertest.Twice(servertest.NewPassword, "current", "not the password")); a.Status != 422 || !strings.Contains(a.Body, "いまのパスワードが違います") {
		t.Errorf("a wrong password: %d", a.Status)
	}
	if a := here.Post("/account/password", servertest.Twice(servertest.NewPassword, "current", account.Password)); a.Status != 200 || !strings.Contains(a.Body, "パスワードを変えました") {
		t.Fatalf("changing: %d %s", a.Status, a.Body)
	}
	if here.Get("/").Status != 200 || there.Get("/").Status != 401 {
		t.Error("the sessions are not those that should be")
	}
	servertest.SignIn(t, portal, sample.Account{StaffNumber: account.StaffNumber, Password: servertest.NewPassword})
}

// A reset, a suspension: each ends what is under way at once.
func TestAnAdministratorManagesSomebodysAccount(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	account := town.Accounts[12]
	administrator, staff := servertest.SignIn(t, portal, town.Holder("総務課 ポータル管理担当")), servertest.SignIn(t, portal, account)
	address := "/accounts/" + account.StaffNumber
	if a := administrator.Get("/accounts?q=" + url.QueryEscape(account.Name)); !strings.Contains(a.Body, `href="`+address+`"`) || strings.Contains(a.Body, town.Accounts[13].StaffNumber) {
		t.Errorf("searching: %s", a.Body)
	}
	if a := administrator.Get(address); !strings.Contains(a.Body, "終わらせる") || len(sessionName.FindAllString(a.Body, -1)) != 0 {
		t.Errorf("their sessions: %s", a.Body)
	}

	if a := administrator.Post(address, url.Values{"act": {"end-sessions"}}); a.Status != 200 || staff.Get("/").Status != 401 {
		t.Errorf("ending sessions: %d", a.Status)
	}
	staff = servertest.SignIn(t, portal, account)
	a := administrator.Post(address, url.Values{"act": {"reset"}})
	links := servertest.Links(a.Body)
	if a.Status != 200 || len(links) != 1 || !strings.Contains(a.Body, "令和8年11月25日 9時00分まで") {
		t.Fatalf("a reset: %d %s", a.Status, a.Body)
	}
	if staff.Get("/").Status != 200 {
		t.Error("making the link ended a session")
	}
	if a := servertest.Visit(t, portal).Post(links[0], servertest.Twice(servertest.NewPassword)); a.Status != 200 || !strings.Contains(a.Body, "パスワードを決めました") || staff.Get("/").Status != 401 {
		t.Errorf("the new password: %d", a.Status)
	}

	account.Password = servertest.NewPassword
	staff = servertest.SignIn(t, portal, account)
	if a := administrator.Post(address, url.Values{"act": {"suspend"}}); a.Status != 422 || !strings.Contains(a.Body, "理由を入力") {
		t.Errorf("without a reason: %d", a.Status)
	}
	if a := administrator.Post(address, url.Values{"act": {"suspend"}, "reason": {"見本の理由"}}); a.Status != 200 || !strings.Contains(a.Body, "見本の理由") {
		t.Errorf("suspending: %d", a.Status)
	}
	if staff.Get("/").Status != 401 {
		t.Error("a suspended session goes on")
	}
	form := url.Values{"login": {account.StaffNumber}, "password": {account.Password}}
	if a := servertest.Visit(t, portal).Post("/login", form); a.Status != 401 || !strings.Contains(a.Body, "利用を止められています") || !strings.Contains(a.Body, "総務課に、電話か窓口で") || strings.Contains(a.Body, `name="password"`) {
		t.Errorf("signing in while suspended: %d %s", a.Status, a.Body)
	}
	if a := administrator.Post(address, url.Values{"act": {"resume"}, "reason": {"見本の理由"}}); a.Status != 200 {
		t.Errorf("resuming: %d", a.Status)
	}
	servertest.SignIn(t, portal, account)
	own := "/accounts/" + town.Holder("総務課 ポータル管理担当").StaffNumber
	for _, act := range []string{"suspend", "reset", "end-sessions"} {
		if a := administrator.Post(own, url.Values{"act": {act}, "reason": {"見本"}}); a.Status != 403 {
			t.Errorf("%s on their own: %d", act, a.Status)
		}
	}
	if a := administrator.Post(address, nil); a.Status != 422 {
		t.Errorf("a form without an act: %d", a.Status)
	}
}

// Whose password somebody else lets be set anew is told on the home page, and on
// the page of their account.
func TestTheOwnerSeesWhatWasDoneToTheirAccount(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	account, manager := town.Accounts[12], town.Holder("総務課 ポータル管理担当")
	administrator, owner := servertest.SignIn(t, portal, manager), servertest.SignIn(t, portal, account)
	administrator.Post("/accounts/"+account.StaffNumber, url.Values{"act": {"reset"}})
	words := "パスワードの再設定リンクが作られました（令和8年11月24日 9時00分、" + manager.Name + "さん）"
	if a := owner.Get("/"); !strings.Contains(a.Body, words) || !strings.Contains(a.Body, `href="/account"`) {
		t.Errorf("home: %s", a.Body)
	}
	a := owner.Get("/account")
	if !strings.Contains(a.Body, words) || !strings.Contains(a.Body, "確かめました") {
		t.Errorf("the account: %s", a.Body)
	}
	_, rest, _ := strings.Cut(a.Body, `name="decision" value="`)
	last, _, _ := strings.Cut(rest, `"`)
	for _, wrong := range []string{"", "見本", "999999"} {
		if a := owner.Post("/account", url.Values{"act": {"seen"}, "decision": {wrong}}); a.Status != 422 && a.Status != 404 {
			t.Errorf("%q: %d", wrong, a.Status)
		}
	}
	if a := owner.Post("/account", url.Values{"act": {"seen"}, "decision": {last}}); a.Status != 200 || !strings.Contains(a.Body, words) || strings.Contains(a.Body, `value="seen"`) {
		t.Errorf("seen: %d %s", a.Status, a.Body)
	}
	if a := owner.Get("/"); strings.Contains(a.Body, words) {
		t.Errorf("home still says so: %s", a.Body)
	}
	if a := administrator.Get("/"); strings.Contains(a.Body, words) {
		t.Errorf("another's home says so: %s", a.Body)
	}
}

// Nobody but who manages accounts sees that there is anything to see.
func TestOthersManageNobodysAccount(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	portal.Newcomer(t, "N001")
	for _, post := range []string{"税務町民課 職員", "税務町民課長", "副町長"} {
		v := servertest.SignIn(t, portal, town.Holder(post))
		standsAbove := post == "副町長" // and would manage the only ポータル管理者, were they the only 統括 too
		if a := v.Get("/"); strings.Contains(a.Body, "アカウント管理") {
			t.Errorf("%s is shown the way", post)
		}
		v.Client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		a := v.Get("/accounts")
		if led := a.Status == 303 && a.Header.Get("Location") == "/account"; led == standsAbove || strings.Contains(a.Body, "/accounts/") {
			t.Errorf("%s gets the list: %d", post, a.Status)
		}
		if standsAbove && !strings.Contains(a.Body, "ポータル管理者が一人しかいないときだけ") {
			t.Errorf("%s is not told why it is empty", post)
		}
		for _, number := range []string{"N001", "M001", "M999"} {
			for _, act := range []string{"invite", "reset", "suspend", "resume", "end-sessions"} {
				if a := v.Post("/accounts/"+number, url.Values{"act": {act}, "reason": {"見本"}}); a.Status != 404 {
					t.Errorf("%s does %s to %s: %d", post, act, number, a.Status)
				}
			}
		}
		if a := v.Get("/accounts/invitations"); a.Status != 403 || strings.Contains(a.Body, "招待する") {
			t.Errorf("%s sees whom to invite: %d", post, a.Status)
		}
		for _, path := range []string{"/accounts/invitations", "/accounts/single-sign-on"} {
			if a := v.Post(path, url.Values{"whom": {"all"}}); a.Status != 403 || len(servertest.Links(a.Body)) != 0 {
				t.Errorf("%s acts for all at %s: %d", post, path, a.Status)
			}
		}
	}
}

// Where there is only one ポータル管理者, their account is the 統括's to manage.
func TestTheGeneralSecurityOfficerManagesTheOnlyAdministrator(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	administrator := town.Holder("総務課 ポータル管理担当")
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	if a := officer.Get("/"); !strings.Contains(a.Body, "アカウント管理") {
		t.Error("they are not shown the way")
	}
	if a := officer.Get("/accounts/invitations"); a.Status != 200 {
		t.Errorf("whom to invite: %d", a.Status)
	}
	if a := officer.Get("/accounts"); a.Status != 200 || !strings.Contains(a.Body, administrator.StaffNumber) || strings.Contains(a.Body, town.Accounts[12].StaffNumber) {
		t.Errorf("the list: %d %s", a.Status, a.Body)
	}
	a := officer.Post("/accounts/"+administrator.StaffNumber, url.Values{"act": {"reset"}})
	if len(servertest.Links(a.Body)) != 1 {
		t.Errorf("a reset: %d", a.Status)
	}
}

// Who manages accounts is led to their own second factors, not to a form that would
// refuse to take them away.
func TestNobodyIsLedToTakeTheirOwnFactorsAway(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	administrator := town.Holder("総務課 ポータル管理担当")
	v := servertest.SignIn(t, portal, administrator)
	v.Client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if a := v.Get("/accounts/" + administrator.StaffNumber + "/second-factor"); a.Status != 303 || a.Header.Get("Location") != "/account/second-factor" {
		t.Errorf("%d %s", a.Status, a.Header.Get("Location"))
	}
}
