package portal_test

import (
	"crypto/rand"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"kagami/internal/account"
	"kagami/internal/account/directory"
	"kagami/internal/account/directory/directorytest"
	"kagami/internal/account/openid"
	"kagami/internal/account/openid/openidtest"
	"kagami/internal/authz"
	"kagami/internal/sample"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

// strongNumber is of the one who uses more than one factor at the provider.
const strongNumber = "S001"

// withProvider is a portal whose people sign in at a real provider, by their
// staff numbers.
func withProvider(t *testing.T, ways account.Ways, known ...string) (*servertest.Portal, *openidtest.Provider) {
	t.Helper()
	var provider *openidtest.Provider
	ways.ProviderKey = account.KeyStaffNumber
	portal := town.StartWith(t, town.Database(t), func(s *server.Settings) {
		var people []openidtest.Person
		for _, number := range known {
			people = append(people, openidtest.Person{ID: "subject-" + number, Username: number, Password: rand.Text(), Strong: number == strongNumber})
		}
		provider = openidtest.Start(t, s.PublicURL.JoinPath(server.CallbackPath).String(), people...)
		config := provider.Config
		config.Claim = openid.ByStaffNumber
		made, err := openid.New(config)
		if err != nil {
			t.Fatal(err)
		}
		s.Ways, s.Provider, s.ProviderName = ways, made, "庁内認証"
	})
	return portal, provider
}

// leaving is the provider's address on the page on the way to it.
var leaving = regexp.MustCompile(`<a href="(http://127\.0\.0\.1[^"]+)"`)

// atProvider begins a sign-in or a proof with a form, signs in at the provider,
// and gives the page that the browser comes back to.
func (v *visitor) atProvider(provider *openidtest.Provider, path string, form url.Values, as string) answer {
	v.t.Helper()
	return v.get("/login/openid/callback?" + v.query(provider, path, form, as).Encode())
}

// query is what the browser would come back from the provider with.
func (v *visitor) query(provider *openidtest.Provider, path string, form url.Values, as string) url.Values {
	v.t.Helper()
	a := v.post(path, form)
	m := leaving.FindStringSubmatch(a.body)
	if a.status != 200 || m == nil {
		v.t.Fatalf("leaving: %d %s", a.status, a.body)
	}
	address := html.UnescapeString(m[1])
	if a.header.Get("Refresh") != "0; url="+address {
		v.t.Errorf("the page goes to %q", a.header.Get("Refresh"))
	}
	return provider.SignIn(v.t, address, as)
}

func TestSigningInAtTheProvider(t *testing.T) {
	t.Parallel()
	staff := town.Accounts[12]
	portal, provider := withProvider(t, account.Ways{}, staff.StaffNumber)
	v := visit(t, portal)
	if a := v.get("/login"); !strings.Contains(a.body, "庁内認証でサインインする") {
		t.Error("no button")
	}
	query := v.query(provider, "/login/openid", url.Values{"next": {"/permissions"}}, staff.StaffNumber)
	back := "/login/openid/callback?" + query.Encode()
	if a := visit(t, portal).get(back); a.status != 200 || !strings.Contains(a.body, "はじめからサインインしてください") {
		t.Errorf("in another browser: %d", a.status)
	}
	a := v.get(back)
	if a.status != 200 || !strings.Contains(a.body, "権限表") {
		t.Fatalf("coming back: %d %s", a.status, a.body)
	}
	if a := v.get("/account"); !strings.Contains(a.body, "シングルサインオン") {
		t.Errorf("the session: %s", a.body)
	}
	if a := v.get("/login/openid/callback?" + query.Encode()); strings.Contains(a.body, "不具合") || a.status >= 500 {
		t.Errorf("an answer that comes again: %d", a.status)
	}
	for _, line := range portal.Log.Lines() {
		if strings.Contains(line, query.Get("code")) || strings.Contains(line, query.Get("state")) {
			t.Error("the log holds what the provider sent")
		}
	}
}

func TestWhoeverHasNoAccountIsToldWhatToDo(t *testing.T) {
	t.Parallel()
	portal, provider := withProvider(t, account.Ways{}, "N001", "X999")
	newcomer(t, portal, "N001")
	for _, number := range []string{"N001", "X999"} {
		a := visit(t, portal).atProvider(provider, "/login/openid", nil, number)
		if a.status != 401 || !strings.Contains(a.body, "アカウントを作るよう頼んでください") {
			t.Errorf("%s: %d %s", number, a.status, a.body)
		}
	}
	administrator := signIn(t, portal, town.Holder("総務課 ポータル管理担当"))
	if a := administrator.get("/accounts/invitations"); !strings.Contains(a.body, "1人のアカウントを作る") {
		t.Errorf("the page for all: %s", a.body)
	}
	if a := administrator.post("/accounts/N001", url.Values{"act": {"admit"}}); a.status != 200 || !strings.Contains(a.body, "アカウントを作りました") {
		t.Fatalf("making it: %d %s", a.status, a.body)
	}
	v := visit(t, portal)
	if a := v.atProvider(provider, "/login/openid", nil, "N001"); a.status != 200 || !strings.Contains(a.body, "見本 新人さんのホーム") {
		t.Fatalf("after it: %d %s", a.status, a.body)
	}
	if a := v.get("/account/password"); !strings.Contains(a.body, "サインインのしかた") || !strings.Contains(a.body, "使いません") {
		t.Errorf("a password: %s", a.body)
	}
	if a := administrator.post("/accounts/N001", url.Values{"act": {"suspend"}, "reason": {"見本の理由"}}); a.status != 200 {
		t.Fatal(a.body)
	}
	if a := v.atProvider(provider, "/login/openid", nil, "N001"); a.status != 401 || !strings.Contains(a.body, "利用を止められています") {
		t.Errorf("suspended: %d %s", a.status, a.body)
	}
}

func TestAllAccountsAreMadeAtOnce(t *testing.T) {
	t.Parallel()
	portal, provider := withProvider(t, account.Ways{}, "N001")
	newcomer(t, portal, "N001")
	newcomer(t, portal, "N002")
	administrator := signIn(t, portal, town.Holder("総務課 ポータル管理担当"))
	if a := administrator.post("/accounts/single-sign-on", nil); a.status != 200 || !strings.Contains(a.body, "アカウントを作りました") {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if a := administrator.post("/accounts/single-sign-on", nil); a.status != 409 || !strings.Contains(a.body, "アカウントを作る人がいません") {
		t.Errorf("again: %d %s", a.status, a.body)
	}
	if a := visit(t, portal).atProvider(provider, "/login/openid", nil, "N001"); a.status != 200 {
		t.Errorf("signing in: %d", a.status)
	}
}

// Somebody who signs in at the provider alone proves themselves there again; the
// form that it is for comes back with what was typed.
func TestAProofAtTheProviderLosesNothingThatWasTyped(t *testing.T) {
	t.Parallel()
	portal, provider := withProvider(t, account.Ways{}, "N001", "N002")
	person := newcomer(t, portal, "N001")
	newcomer(t, portal, "N002")
	grant(t, portal, person, authz.Administrator)
	administrator := signIn(t, portal, town.Holder("総務課 ポータル管理担当"))
	administrator.post("/accounts/single-sign-on", nil)
	v := visit(t, portal)
	if a := v.atProvider(provider, "/login/openid", nil, "N001"); a.status != 200 {
		t.Fatal(a.body)
	}
	portal.Clock.Advance(20 * time.Minute)
	typed := "見本の理由と <引用符> \"'&"
	form := url.Values{"act": {"suspend"}, "reason": {typed}}
	asked := v.post("/accounts/N002", form)
	if asked.status != 403 || !strings.Contains(asked.body, "庁内認証で確かめる") || strings.Contains(asked.body, "proof_password") {
		t.Fatalf("asking: %d %s", asked.status, asked.body)
	}
	kept := hiddenIn(asked.body)
	if kept.Get("reason") != typed || kept.Get("proof_action") != "/accounts/N002" {
		t.Fatalf("kept %v", kept)
	}
	if a := v.atProvider(provider, "/prove/openid", kept, "N002"); a.status != 403 || !strings.Contains(a.body, "別の人として確かめられました") || hiddenIn(a.body).Get("reason") != typed {
		t.Errorf("as somebody else: %d %s", a.status, a.body)
	}
	if a := v.get("/login/openid/callback?error=access_denied"); a.status >= 500 {
		t.Errorf("coming back without an attempt: %d", a.status)
	}
	proved := v.atProvider(provider, "/prove/openid", kept, "N001")
	if proved.status != 200 || !strings.Contains(proved.body, "続ける") {
		t.Fatalf("proving: %d %s", proved.status, proved.body)
	}
	if a := v.get("/prove/continue"); a.body != proved.body {
		t.Error("what was typed is lost when the page is loaded again")
	}
	rest := hiddenIn(proved.body)
	if len(rest) != 2 || rest.Get("act") != "suspend" || rest.Get("reason") != typed {
		t.Fatalf("comes back as %v", rest)
	}
	if a := v.post("/accounts/N002", rest); a.status != 200 || !strings.Contains(a.body, "利用を止めました") {
		t.Errorf("going on: %d %s", a.status, a.body)
	}
	portal.Clock.Advance(20 * time.Minute)
	page := v.get("/account/second-factor/passkey")
	if a := v.atProvider(provider, "/prove/openid", hiddenIn(page.body), "N001"); a.status != 200 || !strings.Contains(a.body, "パスキーを登録する") {
		t.Errorf("before a page: %d %s", a.status, a.body)
	}
}

func grant(t *testing.T, portal *servertest.Portal, person int64, role authz.Role) {
	t.Helper()
	_, err := portal.DB.Pool.Exec(t.Context(), `
		INSERT INTO role_grant (person_id, role, period, reason) VALUES ($1, $2, daterange('2026-04-01', NULL), '見本')`, person, role)
	if err != nil {
		t.Fatal(err)
	}
}

var keptField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)

// hiddenIn is what the first form on a page keeps.
func hiddenIn(body string) url.Values {
	_, body, _ = strings.Cut(body, "<main")
	_, body, _ = strings.Cut(body, "<form")
	body, _, _ = strings.Cut(body, "</form>")
	form := url.Values{}
	for _, m := range keptField.FindAllStringSubmatch(body, -1) {
		form.Add(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	return form
}

func TestAProviderThatIsDownIsSaidToBe(t *testing.T) {
	t.Parallel()
	portal, provider := withProvider(t, account.Ways{})
	provider.Close()
	a := visit(t, portal).post("/login/openid", nil)
	if a.status != http.StatusServiceUnavailable || !strings.Contains(a.body, "認証サーバーを利用できません") {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestAPortalWithoutAProviderHasNoWayToIt(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	v := signIn(t, portal, town.Accounts[12])
	for _, a := range []answer{v.post("/login/openid", nil), v.get("/login/openid/callback?code=x"), v.post("/prove/openid", nil), v.get("/prove/continue")} {
		if a.status != 404 {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
}

// withDirectory is a portal whose people sign in with the passwords of a real
// directory.
func withDirectory(t *testing.T, ways account.Ways, numbers ...string) (*servertest.Portal, *directorytest.Slapd) {
	t.Helper()
	var entries []directorytest.Entry
	for i, number := range numbers {
		entries = append(entries, directorytest.Person(number, directorytest.People, fmt.Sprintf("uid=user%d", i), "employeeNumber="+number))
	}
	slapd := directorytest.Start(t, false, entries...)
	var err error
	if ways.Directory, err = directory.New(slapd.Config()); err != nil {
		t.Fatal(err)
	}
	ways.DirectoryKey = account.KeyStaffNumber
	return town.StartWith(t, town.Database(t), func(s *server.Settings) { s.Ways = ways }), slapd
}

func TestSigningInWithThePasswordOfTheDirectory(t *testing.T) {
	t.Parallel()
	staff := town.Holder("総務課 ポータル管理担当")
	portal, slapd := withDirectory(t, account.Ways{}, staff.StaffNumber)
	v := visit(t, portal)
	own := url.Values{"login": {"user0"}, "password": {slapd.Password[staff.StaffNumber]}}
	if a := v.post("/login", own); a.status != 200 || !strings.Contains(a.body, staff.Name+"さんのホーム") {
		t.Fatalf("signing in: %d %s", a.status, a.body)
	}
	if a := v.get("/account"); !strings.Contains(a.body, "庁内のパスワード") {
		t.Error("the session does not say how")
	}
	newcomer(t, portal, "N001")
	portal.Clock.Advance(20 * time.Minute)
	a := v.post("/accounts/N001", url.Values{"act": {"admit"}})
	if a.status != 403 || !strings.Contains(a.body, "proof_login") {
		t.Fatalf("asking again: %d %s", a.status, a.body)
	}
	wrong := url.Values{"act": {"admit"}, "proof_login": {"user0"}, "proof_password": {"not the password"}}
	if a := v.post("/accounts/N001", wrong); a.status != 422 || !strings.Contains(a.body, "パスワードが違います") || !strings.Contains(a.body, `value="user0"`) {
		t.Errorf("a wrong password: %d %s", a.status, a.body)
	}
	right := url.Values{"act": {"admit"}, "proof_login": {"user0"}, "proof_password": {own.Get("password")}}
	if a := v.post("/accounts/N001", right); a.status != 200 || !strings.Contains(a.body, "アカウントを作りました") {
		t.Errorf("proving: %d %s", a.status, a.body)
	}
}

func TestBreakGlassWorksWhenTheDirectoryIsDownAndOtherPasswordsAreOff(t *testing.T) {
	t.Parallel()
	glass, staff := town.Holder("総務課 ポータル管理担当"), town.Accounts[12]
	portal, slapd := withDirectory(t, account.Ways{BreakGlassOnly: true}, glass.StaffNumber)
	if _, err := portal.DB.Pool.Exec(t.Context(), `UPDATE account SET break_glass = true WHERE person_id = $1`, glass.Person); err != nil {
		t.Fatal(err)
	}
	try := func(a sample.Account) answer {
		return visit(t, portal).post("/login", url.Values{"login": {a.StaffNumber}, "password": {a.Password}})
	}
	if a := try(staff); a.status != 401 || !strings.Contains(a.body, "パスワードが違います") {
		t.Errorf("another's password: %d", a.status)
	}
	slapd.Stop()
	if a := try(staff); a.status != 503 || !strings.Contains(a.body, "ディレクトリを利用できません") || !strings.Contains(a.body, `value="`+staff.StaffNumber) {
		t.Errorf("another's password, the directory down: %d %s", a.status, a.body)
	}
	if a := try(glass); a.status != 200 || !strings.Contains(a.body, "さんのホーム") {
		t.Errorf("break-glass: %d", a.status)
	}
	v := signIn(t, portal, glass)
	newcomer(t, portal, "N001")
	if a := v.post("/accounts/N001", url.Values{"act": {"invite"}}); a.status != 409 || len(linksIn(a.body)) != 0 {
		t.Errorf("inviting: %d", a.status)
	}
	if a := v.get("/accounts/N001"); strings.Contains(a.body, "招待のリンクを作る</button>") || !strings.Contains(a.body, "シングルサインオンのアカウントを作る") {
		t.Error("the page offers an invitation")
	}
	if a := v.get("/account"); !strings.Contains(a.body, "非常用") {
		t.Error("their own page does not say that it is a break-glass account")
	}
}

func TestAnAdministratorMakesAnothersAccountABreakGlassAccount(t *testing.T) {
	t.Parallel()
	portal, _ := withProvider(t, account.Ways{})
	person := newcomer(t, portal, "N001")
	grant(t, portal, person, authz.Administrator)
	v := signIn(t, portal, town.Holder("総務課 ポータル管理担当"))
	v.post("/accounts/N001", url.Values{"act": {"admit"}})
	if a := v.get("/accounts/N001"); !strings.Contains(a.body, "非常用にするには、先に") {
		t.Errorf("without a password: %s", a.body)
	}
	if err := portal.Accounts.SetPassword(t.Context(), authz.AsOperator(), person, newPassword); err != nil {
		t.Fatal(err)
	}
	if a := v.post("/accounts/N001", url.Values{"act": {"break-glass"}}); a.status != 422 || !strings.Contains(a.body, `href="#glass_reason"`) {
		t.Errorf("without a reason: %d %s", a.status, a.body)
	}
	if a := v.post("/accounts/N001", url.Values{"act": {"break-glass"}, "glass_reason": {"見本の理由"}}); a.status != 200 || !strings.Contains(a.body, "非常用のアカウントにしました") {
		t.Errorf("with one: %d %s", a.status, a.body)
	}
	if a := v.post("/accounts/N001", url.Values{"act": {"end-break-glass"}, "glass_reason": {"見本の理由"}}); a.status != 200 || !strings.Contains(a.body, "非常用をやめました") {
		t.Errorf("ending it: %d %s", a.status, a.body)
	}
}

func TestPasswordsThatAreSwitchedOffAreForEmergencies(t *testing.T) {
	t.Parallel()
	staff := town.Accounts[12]
	portal, provider := withProvider(t, account.Ways{BreakGlassOnly: true}, staff.StaffNumber)
	v := visit(t, portal)
	if a := v.get("/login"); !strings.Contains(a.body, "<details") || !strings.Contains(a.body, "非常用のアカウントでサインインする") {
		t.Errorf("the page: %s", a.body)
	}
	a := v.post("/login", url.Values{"login": {staff.StaffNumber}, "password": {staff.Password}})
	if a.status != 401 || !strings.Contains(a.body, "パスワードが違います") || !strings.Contains(a.body, "<details class=\"card\" open") {
		t.Errorf("a password: %d %s", a.status, a.body)
	}
	if a := v.atProvider(provider, "/login/openid", nil, staff.StaffNumber); a.status != 200 {
		t.Fatalf("the provider: %d", a.status)
	}
	if a := v.post("/account/password", twice(newPassword, "current", staff.Password)); a.status != 409 || !strings.Contains(a.body, "変えられるパスワードがありません") {
		t.Errorf("a new password: %d %s", a.status, a.body)
	}
}

// A provider that does not say that more than a password was used does not make
// up for the second factor that somebody has here.
func TestTheProviderIsOnlyTheFirstStepOfWhoHasASecondFactor(t *testing.T) {
	t.Parallel()
	staff := town.Accounts[12]
	portal, provider := withProvider(t, account.Ways{}, staff.StaffNumber)
	secret, _ := signIn(t, portal, staff).setUpApp()
	portal.Clock.Advance(time.Minute)
	v := visit(t, portal)
	a := v.atProvider(provider, "/login/openid", url.Values{"next": {"/permissions"}}, staff.StaffNumber)
	if a.status != 200 || !strings.Contains(a.body, "サインインの確認") {
		t.Fatalf("after the provider: %d %s", a.status, a.body)
	}
	if a := v.get("/permissions"); a.status != 401 {
		t.Errorf("without the second step: %d", a.status)
	}
	if a := v.post("/login/second", url.Values{"proof_code": {v.code(secret)}}); a.status != 200 || !strings.Contains(a.body, "権限表") {
		t.Errorf("after the second step: %d %s", a.status, a.body)
	}
	if a := v.get("/account"); !strings.Contains(a.body, "シングルサインオンと認証アプリ") {
		t.Error("the session does not say how")
	}
	portal.Clock.Advance(20 * time.Minute)
	kept := url.Values{"next": {"/account/second-factor/passkey"}}
	if a := v.atProvider(provider, "/prove/openid", kept, staff.StaffNumber); a.status != 403 || !strings.Contains(a.body, "コードかパスキーで確かめてください") || !strings.Contains(a.body, "proof_code") {
		t.Errorf("a proof at the provider alone: %d %s", a.status, a.body)
	}
	if a := v.get("/account/second-factor/passkey"); a.status != 403 {
		t.Errorf("it counts: %d", a.status)
	}
}

func TestWhoeverUsesTwoFactorsAtTheProviderNeedsNoSecondStep(t *testing.T) {
	t.Parallel()
	portal, provider := withProvider(t, account.Ways{}, strongNumber)
	person := newcomer(t, portal, strongNumber)
	if err := portal.Accounts.SetPassword(t.Context(), authz.AsOperator(), person, newPassword); err != nil {
		t.Fatal(err)
	}
	signIn(t, portal, sample.Account{StaffNumber: strongNumber, Password: newPassword}).setUpApp()
	v := visit(t, portal)
	a := v.atProvider(provider, "/login/openid", url.Values{"next": {"/permissions"}}, strongNumber)
	if a.status != 200 || !strings.Contains(a.body, "権限表") {
		t.Fatalf("%d %s", a.status, a.body)
	}
	portal.Clock.Advance(20 * time.Minute)
	a = v.atProvider(provider, "/prove/openid", url.Values{"next": {"/account/second-factor/passkey"}}, strongNumber)
	if a.status != 200 || !strings.Contains(a.body, "パスキーを登録する") {
		t.Errorf("proving: %d %s", a.status, a.body)
	}
}

func TestAProofAtAProviderThatIsDownKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	portal, provider := withProvider(t, account.Ways{})
	v := signIn(t, portal, town.Holder("総務課 ポータル管理担当"))
	portal.Clock.Advance(20 * time.Minute)
	provider.Close()
	kept := hiddenIn(v.post("/accounts/"+town.Accounts[12].StaffNumber, url.Values{"act": {"suspend"}, "reason": {"見本の理由"}}).body)
	a := v.post("/prove/openid", kept)
	if a.status != 503 || !strings.Contains(a.body, "認証サーバーを利用できません") || hiddenIn(a.body).Get("reason") != "見本の理由" || !strings.Contains(a.body, "proof_password") {
		t.Errorf("%d %s", a.status, a.body)
	}
}
