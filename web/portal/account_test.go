package portal_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/internal/sample"
	"kagami/web/server/servertest"
)

const newPassword = "屋根の上の猫と長い午後三時"

func twice(password string, more ...string) url.Values {
	form := url.Values{"password": {password}, "password_again": {password}}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

var (
	link        = regexp.MustCompile(`class="address">http://localhost:\d+(/invitation/[a-z2-7-]+)<`)
	sessionName = regexp.MustCompile(`name="session" value="([^"]+)"`)
)

// linksIn are the addresses on the slips of a page.
func linksIn(body string) (addresses []string) {
	for _, m := range link.FindAllStringSubmatch(body, -1) {
		addresses = append(addresses, m[1])
	}
	return addresses
}

// newcomer registers somebody with a post and no account.
func newcomer(t *testing.T, portal *servertest.Portal, number string) int64 {
	t.Helper()
	return newcomerFrom(t, portal, number, calendar.Day(servertest.Morning))
}

// newcomerFrom registers somebody whose post begins on a day.
func newcomerFrom(t *testing.T, portal *servertest.Portal, number string, first calendar.Date) int64 {
	t.Helper()
	ctx, operator := t.Context(), authz.AsOperator()
	person, err := portal.Org.AddPerson(ctx, operator, org.Person{StaffNumber: number, Name: "見本 新人", Furigana: "ミホン シンジン"})
	if err != nil {
		t.Fatal(err)
	}
	post, err := portal.Org.AddPost(ctx, operator, org.Post{Title: "見本の職" + number})
	if err != nil {
		t.Fatal(err)
	}
	if err := portal.Org.Appoint(ctx, operator, org.Appointment{Person: person, Post: post, First: first}, false); err != nil {
		t.Fatal(err)
	}
	return person
}

// A portal on an empty database: the console's link makes the first
// administrator, who then sees what there is to manage.
func TestTheFirstStart(t *testing.T) {
	t.Parallel()
	portal := town.StartUnused(t)
	link, err := portal.Accounts.MakeFirstLink(t.Context())
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
	form := twice(newPassword, "staff_number", "A001", "name", "見本 一郎", "furigana", "みほん", "email", "ichiro@town.example")
	if a := v.Post(address, form); a.Status != 422 || !strings.Contains(a.Body, "カタカナで入力") || !strings.Contains(a.Body, `value="見本 一郎"`) || strings.Contains(a.Body, newPassword) {
		t.Errorf("a bad フリガナ: %d %s", a.Status, a.Body)
	}
	form.Set("furigana", "ミホン イチロウ")
	form.Set("password_again", "another one")
	if a := v.Post(address, form); a.Status != 422 || !strings.Contains(a.Body, "二つのパスワードが違います") {
		t.Errorf("two passwords: %d %s", a.Status, a.Body)
	}
	form.Set("password_again", newPassword)
	if a := v.Post(address, form); a.Status != 200 || !strings.Contains(a.Body, "アカウントができました") {
		t.Fatalf("beginning: %d %s", a.Status, a.Body)
	}
	if a := v.Get(address); a.Status != 404 || !strings.Contains(a.Body, "このリンクは使えません") {
		t.Errorf("opening it again: %d", a.Status)
	}
	if a := v.Post(address, form); a.Status != 404 {
		t.Errorf("using it again: %d", a.Status)
	}
	a := v.Post("/login", url.Values{"login": {"ichiro@town.example"}, "password": {newPassword}})
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
	newcomer(t, portal, "N001")
	administrator := servertest.SignIn(t, portal, town.Holder("総務課 ポータル管理担当"))
	a := administrator.Post("/accounts/N001", url.Values{"act": {"invite"}})
	links := linksIn(a.Body)
	if a.Status != 200 || len(links) != 1 || !strings.Contains(a.Body, "令和8年12月1日 9時00分まで") || a.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("inviting: %d %s", a.Status, a.Body)
	}
	if a := administrator.Get("/accounts/N001"); len(linksIn(a.Body)) != 0 || !strings.Contains(a.Body, "招待中") {
		t.Error("the link is shown again")
	}
	v := servertest.Visit(t, portal)
	if a := v.Get(links[0]); a.Status != 200 || !strings.Contains(a.Body, "見本 新人") {
		t.Errorf("opening: %d %s", a.Status, a.Body)
	}
	for password, words := range map[string]string{"短い": "12字以上", "password1234": "よく使われる", "しんじんしんじんしんじん": "よく使われる"} {
		if a := v.Post(links[0], twice(password)); a.Status != 422 || !strings.Contains(a.Body, words) || strings.Contains(a.Body, `value="`+password) {
			t.Errorf("%q: %d %s", password, a.Status, a.Body)
		}
	}
	if a := v.Post(links[0], twice(newPassword)); a.Status != 200 || !strings.Contains(a.Body, "アカウントができました") {
		t.Fatalf("accepting: %d %s", a.Status, a.Body)
	}
	servertest.SignIn(t, portal, sample.Account{StaffNumber: "n001", Password: newPassword})
	if a := v.Get(links[0]); a.Status != 404 {
		t.Errorf("again: %d", a.Status)
	}
	if a := administrator.Post("/accounts/N001", url.Values{"act": {"invite"}}); a.Status != 409 || len(linksIn(a.Body)) != 0 {
		t.Errorf("inviting again: %d", a.Status)
	}
}

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
	newcomer(t, portal, "N001")
	newcomerFrom(t, portal, "N002", calendar.NewDate(2026, 12, 1))
	if a := administrator.Get("/accounts?without=yes"); !strings.Contains(a.Body, "N001") || !strings.Contains(a.Body, "N002") || strings.Contains(a.Body, "M001") ||
		strings.Count(a.Body, "（12月1日から）") != 1 {
		t.Errorf("without an account: %s", a.Body)
	}
	a := administrator.Post("/accounts/invitations", nil)
	if links := linksIn(a.Body); a.Status != 200 || len(links) != 2 || links[0] == links[1] || !strings.Contains(a.Body, "もう一度は表示できません") ||
		!strings.Contains(a.Body, "令和8年12月1日から令和8年12月8日 0時00分まで") {
		t.Errorf("inviting: %d %s", a.Status, a.Body)
	}
	if a := administrator.Get("/accounts/invitations"); !strings.Contains(a.Body, "使えなくなります") || strings.Contains(a.Body, "まだ招待していない") {
		t.Errorf("inviting again warns: %s", a.Body)
	}
	if a := administrator.Post("/accounts/invitations", url.Values{"whom": {"all"}}); len(linksIn(a.Body)) != 2 {
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
	if a := here.Post("/account/password", twice(newPassword, "current", "not the password")); a.Status != 422 || !strings.Contains(a.Body, "いまのパスワードが違います") {
		t.Errorf("a wrong password: %d", a.Status)
	}
	if a := here.Post("/account/password", twice(newPassword, "current", account.Password)); a.Status != 200 || !strings.Contains(a.Body, "パスワードを変えました") {
		t.Fatalf("changing: %d %s", a.Status, a.Body)
	}
	if here.Get("/").Status != 200 || there.Get("/").Status != 401 {
		t.Error("the sessions are not those that should be")
	}
	servertest.SignIn(t, portal, sample.Account{StaffNumber: account.StaffNumber, Password: newPassword})
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
	links := linksIn(a.Body)
	if a.Status != 200 || len(links) != 1 || !strings.Contains(a.Body, "令和8年11月25日 9時00分まで") {
		t.Fatalf("a reset: %d %s", a.Status, a.Body)
	}
	if staff.Get("/").Status != 200 {
		t.Error("making the link ended a session")
	}
	if a := servertest.Visit(t, portal).Post(links[0], twice(newPassword)); a.Status != 200 || !strings.Contains(a.Body, "パスワードを決めました") || staff.Get("/").Status != 401 {
		t.Errorf("the new password: %d", a.Status)
	}

	account.Password = newPassword
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
	if a := servertest.Visit(t, portal).Post("/login", form); a.Status != 401 || !strings.Contains(a.Body, "利用を止められています") {
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
	newcomer(t, portal, "N001")
	for _, post := range []string{"税務町民課 職員", "税務町民課長", "副町長"} {
		v := servertest.SignIn(t, portal, town.Holder(post))
		if a := v.Get("/"); strings.Contains(a.Body, "アカウント管理") {
			t.Errorf("%s is shown the way", post)
		}
		v.Client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		if a := v.Get("/accounts"); a.Status != 303 || a.Header.Get("Location") != "/account" {
			t.Errorf("%s gets the list: %d", post, a.Status)
		}
		for _, number := range []string{"N001", "M001", "M999"} {
			for _, act := range []string{"invite", "reset", "suspend", "resume", "end-sessions"} {
				if a := v.Post("/accounts/"+number, url.Values{"act": {act}, "reason": {"見本"}}); a.Status != 404 {
					t.Errorf("%s does %s to %s: %d", post, act, number, a.Status)
				}
			}
		}
		if a := v.Post("/accounts/invitations", url.Values{"whom": {"all"}}); a.Status != 409 || len(linksIn(a.Body)) != 0 {
			t.Errorf("%s invites all: %d", post, a.Status)
		}
	}
}

// Where there is only one ポータル管理者, their account is the 統括's to manage.
func TestTheGeneralSecurityOfficerManagesTheOnlyAdministrator(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	administrator := town.Holder("総務課 ポータル管理担当")
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	if a := officer.Get("/accounts"); a.Status != 200 || !strings.Contains(a.Body, administrator.StaffNumber) || strings.Contains(a.Body, town.Accounts[12].StaffNumber) {
		t.Errorf("the list: %d %s", a.Status, a.Body)
	}
	a := officer.Post("/accounts/"+administrator.StaffNumber, url.Values{"act": {"reset"}})
	if len(linksIn(a.Body)) != 1 {
		t.Errorf("a reset: %d", a.Status)
	}
}

// Too many failures: the page says how long to wait, and so does the header.
func TestASignInThatHasToWaitSaysHowLong(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	account := town.Accounts[12]
	stranger := servertest.Visit(t, portal)
	var answers [2]string
	for i, login := range []string{account.StaffNumber, "M999"} {
		form := url.Values{"login": {login}, "password": {"not the password"}}
		for range 6 {
			if a := stranger.Post("/login", form); a.Status != 401 {
				t.Fatalf("failing: %d", a.Status)
			}
		}
		a := stranger.Post("/login", form)
		if a.Status != 429 || a.Header.Get("Retry-After") != "2" || !strings.Contains(a.Body, "あと2秒") {
			t.Errorf("%s: %d %s", login, a.Status, a.Body)
		}
		answers[i] = strings.ReplaceAll(a.Body, login, "")
	}
	if answers[0] != answers[1] {
		t.Error("the answers tell whether the account exists")
	}

	// who has signed in on a device before is not kept out by it
	owner := servertest.Visit(t, portal)
	portal.Clock.Advance(2 * time.Second)
	form := url.Values{"login": {account.StaffNumber}, "password": {account.Password}}
	if a := owner.Post("/login", form); a.Status != 200 {
		t.Fatalf("the owner: %d", a.Status)
	}
	owner.Post("/logout", nil)
	for range 6 {
		stranger.Post("/login", url.Values{"login": {account.StaffNumber}, "password": {"not the password"}})
	}
	if a := servertest.Visit(t, portal).Post("/login", form); a.Status != 429 {
		t.Errorf("a new device: %d", a.Status)
	}
	if a := owner.Post("/login", form); a.Status != 200 {
		t.Errorf("the owner's device: %d", a.Status)
	}
}

// Without TLS only this machine is served, for trying.
func TestWithoutTLSOnlyThisMachineIsServed(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for host, want := range map[string]int{"localhost": 200, "localhost:8080": 200, "127.0.0.1:8080": 303, "[::1]:8080": 303, "portal.town.example": 403} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, portal.URL+"/login?next=/people", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = host
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if err := response.Body.Close(); err != nil || response.StatusCode != want {
			t.Errorf("%s: %d, %v", host, response.StatusCode, err)
		}
		// by a number there are no passkeys
		if to := response.Header.Get("Location"); want == 303 && to != "http://localhost:8080/login?next=/people" {
			t.Errorf("%s leads to %s", host, to)
		}
	}
}

func TestLinksAndPasswordsStayOutOfTheLog(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	newcomer(t, portal, "N001")
	administrator := servertest.SignIn(t, portal, town.Holder("総務課 ポータル管理担当"))
	links := linksIn(administrator.Post("/accounts/N001", url.Values{"act": {"invite"}}).Body)
	v := servertest.Visit(t, portal)
	v.Get(links[0])
	v.Post(links[0], twice("短い秘密"))
	v.Post(links[0], twice(newPassword))
	v.Get(links[0])
	log := html.UnescapeString(strings.Join(portal.Log.Lines(), "\n"))
	for _, secret := range []string{strings.TrimPrefix(links[0], "/invitation/"), newPassword, "短い秘密", "N001", "新人"} {
		if strings.Contains(log, secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
}
