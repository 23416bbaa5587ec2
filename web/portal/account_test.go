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
	link, needed, err := portal.Accounts.MakeFirstLink(t.Context())
	if err != nil || !needed {
		t.Fatal(needed, err)
	}
	address := "/welcome/" + link.Token
	v := visit(t, portal)
	for range 2 {
		if a := v.get(address); a.status != 200 || !strings.Contains(a.body, "ポータル管理者になる") {
			t.Fatalf("opening: %d %s", a.status, a.body)
		}
	}
	if a := v.get("/invitation/" + link.Token); a.status != 404 {
		t.Errorf("as an invitation: %d", a.status)
	}
	form := twice(newPassword, "staff_number", "A001", "name", "見本 一郎", "furigana", "みほん", "email", "ichiro@town.example")
	if a := v.post(address, form); a.status != 422 || !strings.Contains(a.body, "カタカナで入力") || !strings.Contains(a.body, `value="見本 一郎"`) || strings.Contains(a.body, newPassword) {
		t.Errorf("a bad フリガナ: %d %s", a.status, a.body)
	}
	form.Set("furigana", "ミホン イチロウ")
	form.Set("password_again", "another one")
	if a := v.post(address, form); a.status != 422 || !strings.Contains(a.body, "二つのパスワードが違います") {
		t.Errorf("two passwords: %d %s", a.status, a.body)
	}
	form.Set("password_again", newPassword)
	if a := v.post(address, form); a.status != 200 || !strings.Contains(a.body, "アカウントができました") {
		t.Fatalf("beginning: %d %s", a.status, a.body)
	}
	if a := v.get(address); a.status != 404 || !strings.Contains(a.body, "このリンクは使えません") {
		t.Errorf("opening it again: %d", a.status)
	}
	if a := v.post(address, form); a.status != 404 {
		t.Errorf("using it again: %d", a.status)
	}
	a := v.post("/login", url.Values{"login": {"ichiro@town.example"}, "password": {newPassword}})
	if a.status != 200 || !strings.Contains(a.body, "見本 一郎さんのホーム") || !strings.Contains(a.body, "ポータル管理者") || !strings.Contains(a.body, `href="/accounts"`) {
		t.Fatalf("signing in: %d %s", a.status, a.body)
	}
	for _, page := range []string{"/account", "/account/password", "/accounts", "/accounts/A001", "/accounts/invitations", "/organization", "/permissions"} {
		if a := v.get(page); a.status != 200 {
			t.Errorf("%s: %d", page, a.status)
		}
	}
}

// An invitation, from the slip to the first sign-in.
func TestAnInvitedPersonSetsAPasswordAndSignsIn(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	newcomer(t, portal, "N001")
	administrator := signIn(t, portal, town.Holder("総務課 ポータル管理担当"))
	a := administrator.post("/accounts/N001", url.Values{"act": {"invite"}})
	links := linksIn(a.body)
	if a.status != 200 || len(links) != 1 || !strings.Contains(a.body, "令和8年12月1日 9時00分まで") || a.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("inviting: %d %s", a.status, a.body)
	}
	if a := administrator.get("/accounts/N001"); len(linksIn(a.body)) != 0 || !strings.Contains(a.body, "招待中") {
		t.Error("the link is shown again")
	}
	v := visit(t, portal)
	if a := v.get(links[0]); a.status != 200 || !strings.Contains(a.body, "見本 新人") {
		t.Errorf("opening: %d %s", a.status, a.body)
	}
	for password, words := range map[string]string{"短い": "12字以上", "password1234": "よく使われる", "しんじんしんじんしんじん": "よく使われる"} {
		if a := v.post(links[0], twice(password)); a.status != 422 || !strings.Contains(a.body, words) || strings.Contains(a.body, `value="`+password) {
			t.Errorf("%q: %d %s", password, a.status, a.body)
		}
	}
	if a := v.post(links[0], twice(newPassword)); a.status != 200 || !strings.Contains(a.body, "アカウントができました") {
		t.Fatalf("accepting: %d %s", a.status, a.body)
	}
	signIn(t, portal, sample.Account{StaffNumber: "n001", Password: newPassword})
	if a := v.get(links[0]); a.status != 404 {
		t.Errorf("again: %d", a.status)
	}
	if a := administrator.post("/accounts/N001", url.Values{"act": {"invite"}}); a.status != 409 || len(linksIn(a.body)) != 0 {
		t.Errorf("inviting again: %d", a.status)
	}
}

func TestAWholeListIsInvitedOnSlips(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	administrator := signIn(t, portal, town.Holder("総務課 ポータル管理担当"))
	if a := administrator.get("/accounts/invitations"); a.status != 200 || !strings.Contains(a.body, "全員アカウントがあります") {
		t.Errorf("nobody to invite: %d", a.status)
	}
	if a := administrator.post("/accounts/invitations", nil); a.status != 409 {
		t.Errorf("inviting nobody: %d", a.status)
	}
	newcomer(t, portal, "N001")
	newcomerFrom(t, portal, "N002", calendar.NewDate(2026, 12, 1))
	if a := administrator.get("/accounts?without=yes"); !strings.Contains(a.body, "N001") || !strings.Contains(a.body, "N002") || strings.Contains(a.body, "M001") ||
		strings.Count(a.body, "（12月1日から）") != 1 {
		t.Errorf("without an account: %s", a.body)
	}
	a := administrator.post("/accounts/invitations", nil)
	if links := linksIn(a.body); a.status != 200 || len(links) != 2 || links[0] == links[1] || !strings.Contains(a.body, "もう一度は表示できません") ||
		!strings.Contains(a.body, "令和8年12月1日から令和8年12月8日 0時00分まで") {
		t.Errorf("inviting: %d %s", a.status, a.body)
	}
	if a := administrator.get("/accounts/invitations"); !strings.Contains(a.body, "使えなくなります") || strings.Contains(a.body, "まだ招待していない") {
		t.Errorf("inviting again warns: %s", a.body)
	}
	if a := administrator.post("/accounts/invitations", url.Values{"whom": {"all"}}); len(linksIn(a.body)) != 2 {
		t.Errorf("all again: %d", a.status)
	}
}

func TestPeopleSeeTheirSessionsAndEndThem(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	account := town.Accounts[12]
	here, there, third := signIn(t, portal, account), signIn(t, portal, account), signIn(t, portal, account)
	a := here.get("/account")
	ids := sessionName.FindAllStringSubmatch(a.body, -1)
	if len(ids) != 2 || strings.Count(a.body, "この端末</span>") != 1 {
		t.Fatalf("sees %d others: %s", len(ids), a.body)
	}
	for _, id := range ids {
		if a := there.post("/account", url.Values{"act": {"end"}, "session": {id[1]}}); a.status == 401 {
			break // it was their own
		}
	}
	if in := here.get("/account").status; in != 200 {
		t.Errorf("who ends another's: %d", in)
	}
	if there.get("/").status == 200 && third.get("/").status == 200 {
		t.Error("no session ended")
	}
	signIn(t, portal, account)
	if a := here.post("/account", url.Values{"act": {"end-others"}}); a.status != 200 || len(sessionName.FindAllString(a.body, -1)) != 0 {
		t.Errorf("ending all others: %d", a.status)
	}
	if there.get("/").status != 401 || third.get("/").status != 401 || here.get("/").status != 200 {
		t.Error("the sessions are not those that should be")
	}
	stranger := signIn(t, portal, town.Accounts[13])
	mine := signIn(t, portal, account)
	id := sessionName.FindStringSubmatch(mine.get("/account").body)[1]
	if a := stranger.post("/account", url.Values{"act": {"end"}, "session": {id}}); a.status != 404 {
		t.Errorf("a stranger ends it: %d", a.status)
	}
	if a := mine.post("/account", nil); a.status != 422 {
		t.Errorf("a form without an act: %d", a.status)
	}
}

func TestChangingAPasswordEndsTheOtherSessions(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	account := town.Accounts[12]
	here, there := signIn(t, portal, account), signIn(t, portal, account)
	if a := here.post("/account/password", twice(newPassword, "current", "not the password")); a.status != 422 || !strings.Contains(a.body, "いまのパスワードが違います") {
		t.Errorf("a wrong password: %d", a.status)
	}
	if a := here.post("/account/password", twice(newPassword, "current", account.Password)); a.status != 200 || !strings.Contains(a.body, "パスワードを変えました") {
		t.Fatalf("changing: %d %s", a.status, a.body)
	}
	if here.get("/").status != 200 || there.get("/").status != 401 {
		t.Error("the sessions are not those that should be")
	}
	signIn(t, portal, sample.Account{StaffNumber: account.StaffNumber, Password: newPassword})
}

// A reset, a suspension: each ends what is under way at once.
func TestAnAdministratorManagesSomebodysAccount(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	account := town.Accounts[12]
	administrator, staff := signIn(t, portal, town.Holder("総務課 ポータル管理担当")), signIn(t, portal, account)
	address := "/accounts/" + account.StaffNumber
	if a := administrator.get("/accounts?q=" + url.QueryEscape(account.Name)); !strings.Contains(a.body, `href="`+address+`"`) || strings.Contains(a.body, town.Accounts[13].StaffNumber) {
		t.Errorf("searching: %s", a.body)
	}
	if a := administrator.get(address); !strings.Contains(a.body, "終わらせる") || len(sessionName.FindAllString(a.body, -1)) != 0 {
		t.Errorf("their sessions: %s", a.body)
	}

	if a := administrator.post(address, url.Values{"act": {"end-sessions"}}); a.status != 200 || staff.get("/").status != 401 {
		t.Errorf("ending sessions: %d", a.status)
	}
	staff = signIn(t, portal, account)
	a := administrator.post(address, url.Values{"act": {"reset"}})
	links := linksIn(a.body)
	if a.status != 200 || len(links) != 1 || !strings.Contains(a.body, "令和8年11月25日 9時00分まで") {
		t.Fatalf("a reset: %d %s", a.status, a.body)
	}
	if staff.get("/").status != 200 {
		t.Error("making the link ended a session")
	}
	if a := visit(t, portal).post(links[0], twice(newPassword)); a.status != 200 || !strings.Contains(a.body, "パスワードを決めました") || staff.get("/").status != 401 {
		t.Errorf("the new password: %d", a.status)
	}

	account.Password = newPassword
	staff = signIn(t, portal, account)
	if a := administrator.post(address, url.Values{"act": {"suspend"}}); a.status != 422 || !strings.Contains(a.body, "理由を入力") {
		t.Errorf("without a reason: %d", a.status)
	}
	if a := administrator.post(address, url.Values{"act": {"suspend"}, "reason": {"見本の理由"}}); a.status != 200 || !strings.Contains(a.body, "見本の理由") {
		t.Errorf("suspending: %d", a.status)
	}
	if staff.get("/").status != 401 {
		t.Error("a suspended session goes on")
	}
	form := url.Values{"login": {account.StaffNumber}, "password": {account.Password}}
	if a := visit(t, portal).post("/login", form); a.status != 401 || !strings.Contains(a.body, "利用を止められています") {
		t.Errorf("signing in while suspended: %d %s", a.status, a.body)
	}
	if a := administrator.post(address, url.Values{"act": {"resume"}, "reason": {"見本の理由"}}); a.status != 200 {
		t.Errorf("resuming: %d", a.status)
	}
	signIn(t, portal, account)
	own := "/accounts/" + town.Holder("総務課 ポータル管理担当").StaffNumber
	for _, act := range []string{"suspend", "reset", "end-sessions"} {
		if a := administrator.post(own, url.Values{"act": {act}, "reason": {"見本"}}); a.status != 403 {
			t.Errorf("%s on their own: %d", act, a.status)
		}
	}
	if a := administrator.post(address, nil); a.status != 422 {
		t.Errorf("a form without an act: %d", a.status)
	}
}

// Whose password somebody else lets be set anew is told on the home page, and on
// the page of their account.
func TestTheOwnerSeesWhatWasDoneToTheirAccount(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	account, manager := town.Accounts[12], town.Holder("総務課 ポータル管理担当")
	administrator, owner := signIn(t, portal, manager), signIn(t, portal, account)
	administrator.post("/accounts/"+account.StaffNumber, url.Values{"act": {"reset"}})
	words := "パスワードの再設定リンクが作られました（令和8年11月24日 9時00分、" + manager.Name + "さん）"
	if a := owner.get("/"); !strings.Contains(a.body, words) || !strings.Contains(a.body, `href="/account"`) {
		t.Errorf("home: %s", a.body)
	}
	a := owner.get("/account")
	if !strings.Contains(a.body, words) || !strings.Contains(a.body, "確かめました") {
		t.Errorf("the account: %s", a.body)
	}
	_, rest, _ := strings.Cut(a.body, `name="decision" value="`)
	last, _, _ := strings.Cut(rest, `"`)
	for _, wrong := range []string{"", "見本", "999999"} {
		if a := owner.post("/account", url.Values{"act": {"seen"}, "decision": {wrong}}); a.status != 422 && a.status != 404 {
			t.Errorf("%q: %d", wrong, a.status)
		}
	}
	if a := owner.post("/account", url.Values{"act": {"seen"}, "decision": {last}}); a.status != 200 || !strings.Contains(a.body, words) || strings.Contains(a.body, `value="seen"`) {
		t.Errorf("seen: %d %s", a.status, a.body)
	}
	if a := owner.get("/"); strings.Contains(a.body, words) {
		t.Errorf("home still says so: %s", a.body)
	}
	if a := administrator.get("/"); strings.Contains(a.body, words) {
		t.Errorf("another's home says so: %s", a.body)
	}
}

// Nobody but who manages accounts sees that there is anything to see.
func TestOthersManageNobodysAccount(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	newcomer(t, portal, "N001")
	for _, post := range []string{"税務町民課 職員", "税務町民課長", "副町長"} {
		v := signIn(t, portal, town.Holder(post))
		if a := v.get("/"); strings.Contains(a.body, "アカウント管理") {
			t.Errorf("%s is shown the way", post)
		}
		v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		if a := v.get("/accounts"); a.status != 303 || a.header.Get("Location") != "/account" {
			t.Errorf("%s gets the list: %d", post, a.status)
		}
		for _, number := range []string{"N001", "M001", "M999"} {
			for _, act := range []string{"invite", "reset", "suspend", "resume", "end-sessions"} {
				if a := v.post("/accounts/"+number, url.Values{"act": {act}, "reason": {"見本"}}); a.status != 404 {
					t.Errorf("%s does %s to %s: %d", post, act, number, a.status)
				}
			}
		}
		if a := v.post("/accounts/invitations", url.Values{"whom": {"all"}}); a.status != 409 || len(linksIn(a.body)) != 0 {
			t.Errorf("%s invites all: %d", post, a.status)
		}
	}
}

// Where there is only one ポータル管理者, their account is the 統括's to manage.
func TestTheGeneralSecurityOfficerManagesTheOnlyAdministrator(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	administrator := town.Holder("総務課 ポータル管理担当")
	officer := signIn(t, portal, town.Holder("総務課長"))
	if a := officer.get("/accounts"); a.status != 200 || !strings.Contains(a.body, administrator.StaffNumber) || strings.Contains(a.body, town.Accounts[12].StaffNumber) {
		t.Errorf("the list: %d %s", a.status, a.body)
	}
	a := officer.post("/accounts/"+administrator.StaffNumber, url.Values{"act": {"reset"}})
	if len(linksIn(a.body)) != 1 {
		t.Errorf("a reset: %d", a.status)
	}
}

// Too many failures: the page says how long to wait, and so does the header.
func TestASignInThatHasToWaitSaysHowLong(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	account := town.Accounts[12]
	stranger := visit(t, portal)
	var answers [2]string
	for i, login := range []string{account.StaffNumber, "M999"} {
		form := url.Values{"login": {login}, "password": {"not the password"}}
		for range 6 {
			if a := stranger.post("/login", form); a.status != 401 {
				t.Fatalf("failing: %d", a.status)
			}
		}
		a := stranger.post("/login", form)
		if a.status != 429 || a.header.Get("Retry-After") != "2" || !strings.Contains(a.body, "あと2秒") {
			t.Errorf("%s: %d %s", login, a.status, a.body)
		}
		answers[i] = strings.ReplaceAll(a.body, login, "")
	}
	if answers[0] != answers[1] {
		t.Error("the answers tell whether the account exists")
	}

	// who has signed in on a device before is not kept out by it
	owner := visit(t, portal)
	portal.Clock.Advance(2 * time.Second)
	form := url.Values{"login": {account.StaffNumber}, "password": {account.Password}}
	if a := owner.post("/login", form); a.status != 200 {
		t.Fatalf("the owner: %d", a.status)
	}
	owner.post("/logout", nil)
	for range 6 {
		stranger.post("/login", url.Values{"login": {account.StaffNumber}, "password": {"not the password"}})
	}
	if a := visit(t, portal).post("/login", form); a.status != 429 {
		t.Errorf("a new device: %d", a.status)
	}
	if a := owner.post("/login", form); a.status != 200 {
		t.Errorf("the owner's device: %d", a.status)
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
	administrator := signIn(t, portal, town.Holder("総務課 ポータル管理担当"))
	links := linksIn(administrator.post("/accounts/N001", url.Values{"act": {"invite"}}).body)
	v := visit(t, portal)
	v.get(links[0])
	v.post(links[0], twice("短い秘密"))
	v.post(links[0], twice(newPassword))
	v.get(links[0])
	log := html.UnescapeString(strings.Join(portal.Log.Lines(), "\n"))
	for _, secret := range []string{strings.TrimPrefix(links[0], "/invitation/"), newPassword, "短い秘密", "N001", "新人"} {
		if strings.Contains(log, secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
}
