package signin_test

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
	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/postgres/pgtest"
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
	return withProviderOn(t, &town, town.Database(t), ways, known...)
}

func withProviderOn(t *testing.T, town *servertest.Town, db pgtest.DB, ways account.Ways, known ...string) (*servertest.Portal, *openidtest.Provider) {
	t.Helper()
	var provider *openidtest.Provider
	ways.ProviderKey = account.KeyStaffNumber
	portal := town.StartWith(t, db, func(s *server.Settings) {
		var people []openidtest.Person
		for _, number := range known {
			people = append(people, openidtest.Person{ID: "subject-" + number, Username: number, Password: rand.Text(), Strong: number == strongNumber})
		}
		provider = openidtest.Start(t, s.PublicURL.JoinPath(address.OpenIDReturn).String(), people...)
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
func atProvider(v *servertest.Visitor, provider *openidtest.Provider, path string, form url.Values, as string) servertest.Answer {
	v.T.Helper()
	return v.Get("/login/openid/callback?" + query(v, provider, path, form, as).Encode())
}

// query is what the browser would come back from the provider with.
func query(v *servertest.Visitor, provider *openidtest.Provider, path string, form url.Values, as string) url.Values {
	v.T.Helper()
	a := v.Post(path, form)
	m := leaving.FindStringSubmatch(a.Body)
	if a.Status != 200 || m == nil {
		v.T.Fatalf("leaving: %d %s", a.Status, a.Body)
	}
	to := html.UnescapeString(m[1])
	if a.Header.Get("Refresh") != "0; url="+to {
		v.T.Errorf("the page goes to %q", a.Header.Get("Refresh"))
	}
	return provider.SignIn(v.T, to, as)
}

func TestSigningInAtTheProvider(t *testing.T) {
	t.Parallel()
	staff := town.Accounts[12]
	portal, provider := withProvider(t, account.Ways{}, staff.StaffNumber)
	v := servertest.Visit(t, portal)
	if a := v.Get("/login"); !strings.Contains(a.Body, "庁内認証でサインインする") {
		t.Error("no button")
	}
	query := query(v, provider, "/login/openid", url.Values{"next": {"/permissions"}}, staff.StaffNumber)
	back := "/login/openid/callback?" + query.Encode()
	if a := servertest.Visit(t, portal).Get(back); a.Status != 200 || !strings.Contains(a.Body, "はじめからサインインしてください") {
		t.Errorf("in another browser: %d", a.Status)
	}
	a := v.Get(back)
	if a.Status != 200 || !strings.Contains(a.Body, "権限表") {
		t.Fatalf("coming back: %d %s", a.Status, a.Body)
	}
	if a := v.Get("/account"); !strings.Contains(a.Body, "シングルサインオン") {
		t.Errorf("the session: %s", a.Body)
	}
	if a := v.Get("/login/openid/callback?" + query.Encode()); strings.Contains(a.Body, "不具合") || a.Status >= 500 {
		t.Errorf("an answer that comes again: %d", a.Status)
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
	portal.Newcomer(t, "N001")
	for _, number := range []string{"N001", "X999"} {
		a := atProvider(servertest.Visit(t, portal), provider, "/login/openid", nil, number)
		if a.Status != 401 || !strings.Contains(a.Body, "アカウントを作るよう頼んでください") {
			t.Errorf("%s: %d %s", number, a.Status, a.Body)
		}
	}
	administrator := servertest.SignIn(t, portal, town.Holder("総務課 ポータル管理担当"))
	if a := administrator.Get("/accounts/invitations"); !strings.Contains(a.Body, "1人のアカウントを作る") {
		t.Errorf("the page for all: %s", a.Body)
	}
	if a := administrator.Post("/accounts/N001", url.Values{"act": {"admit"}}); a.Status != 200 || !strings.Contains(a.Body, "アカウントを作りました") {
		t.Fatalf("making it: %d %s", a.Status, a.Body)
	}
	v := servertest.Visit(t, portal)
	if a := atProvider(v, provider, "/login/openid", nil, "N001"); a.Status != 200 || !strings.Contains(a.Body, "見本 新人さんのホーム") {
		t.Fatalf("after it: %d %s", a.Status, a.Body)
	}
	if a := v.Get("/account/password"); !strings.Contains(a.Body, "サインインのしかた") || !strings.Contains(a.Body, "使いません") {
		t.Errorf("a password: %s", a.Body)
	}
	if a := administrator.Post("/accounts/N001", url.Values{"act": {"suspend"}, "reason": {"見本の理由"}}); a.Status != 200 {
		t.Fatal(a.Body)
	}
	if a := atProvider(v, provider, "/login/openid", nil, "N001"); a.Status != 401 || !strings.Contains(a.Body, "利用を止められています") {
		t.Errorf("suspended: %d %s", a.Status, a.Body)
	}
}

func TestAllAccountsAreMadeAtOnce(t *testing.T) {
	t.Parallel()
	portal, provider := withProvider(t, account.Ways{}, "N001")
	portal.Newcomer(t, "N001")
	portal.Newcomer(t, "N002")
	administrator := servertest.SignIn(t, portal, town.Holder("総務課 ポータル管理担当"))
	if a := administrator.Post("/accounts/single-sign-on", nil); a.Status != 200 || !strings.Contains(a.Body, "アカウントを作りました") {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if a := administrator.Post("/accounts/single-sign-on", nil); a.Status != 409 || !strings.Contains(a.Body, "アカウントを作る人がいません") {
		t.Errorf("again: %d %s", a.Status, a.Body)
	}
	if a := atProvider(servertest.Visit(t, portal), provider, "/login/openid", nil, "N001"); a.Status != 200 {
		t.Errorf("signing in: %d", a.Status)
	}
}

// Somebody who signs in at the provider alone proves themselves there again; the
// form that it is for comes back with what was typed.
func TestAProofAtTheProviderLosesNothingThatWasTyped(t *testing.T) {
	t.Parallel()
	portal, provider := withProvider(t, account.Ways{}, "N001", "N002")
	person := portal.Newcomer(t, "N001")
	portal.Newcomer(t, "N002")
	grant(t, portal, person, authz.Administrator)
	administrator := servertest.SignIn(t, portal, town.Holder("総務課 ポータル管理担当"))
	administrator.Post("/accounts/single-sign-on", nil)
	v := servertest.Visit(t, portal)
	if a := atProvider(v, provider, "/login/openid", nil, "N001"); a.Status != 200 {
		t.Fatal(a.Body)
	}
	portal.Clock.Advance(20 * time.Minute)
	typed := "見本の理由と <引用符> \"'&"
	form := url.Values{"act": {"suspend"}, "reason": {typed}}
	asked := v.Post("/accounts/N002", form)
	if asked.Status != 403 || !strings.Contains(asked.Body, "庁内認証で確かめる") || strings.Contains(asked.Body, "proof_password") {
		t.Fatalf("asking: %d %s", asked.Status, asked.Body)
	}
	kept := hiddenIn(asked.Body)
	if kept.Get("reason") != typed || kept.Get("proof_action") != "/accounts/N002" {
		t.Fatalf("kept %v", kept)
	}
	if a := atProvider(v, provider, "/prove/openid", kept, "N002"); a.Status != 403 || !strings.Contains(a.Body, "別の人として確かめられました") || hiddenIn(a.Body).Get("reason") != typed {
		t.Errorf("as somebody else: %d %s", a.Status, a.Body)
	}
	if a := v.Get("/login/openid/callback?error=access_denied"); a.Status >= 500 {
		t.Errorf("coming back without an attempt: %d", a.Status)
	}
	proved := atProvider(v, provider, "/prove/openid", kept, "N001")
	if proved.Status != 200 || !strings.Contains(proved.Body, "続ける") {
		t.Fatalf("proving: %d %s", proved.Status, proved.Body)
	}
	if a := v.Get("/prove/continue"); a.Body != proved.Body {
		t.Error("what was typed is lost when the page is loaded again")
	}
	rest := hiddenIn(proved.Body)
	if len(rest) != 2 || rest.Get("act") != "suspend" || rest.Get("reason") != typed {
		t.Fatalf("comes back as %v", rest)
	}
	if a := v.Post("/accounts/N002", rest); a.Status != 200 || !strings.Contains(a.Body, "利用を止めました") {
		t.Errorf("going on: %d %s", a.Status, a.Body)
	}
	portal.Clock.Advance(20 * time.Minute)
	page := v.Get("/account/second-factor/passkey")
	if a := atProvider(v, provider, "/prove/openid", hiddenIn(page.Body), "N001"); a.Status != 200 || !strings.Contains(a.Body, "パスキーを登録する") {
		t.Errorf("before a page: %d %s", a.Status, a.Body)
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
	a := servertest.Visit(t, portal).Post("/login/openid", nil)
	if a.Status != http.StatusServiceUnavailable || !strings.Contains(a.Body, "認証サーバーを利用できません") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

func TestAPortalWithoutAProviderHasNoWayToIt(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	v := servertest.SignIn(t, portal, town.Accounts[12])
	for _, a := range []servertest.Answer{v.Post("/login/openid", nil), v.Get("/login/openid/callback?code=x"), v.Post("/prove/openid", nil), v.Get("/prove/continue")} {
		if a.Status != 404 {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	}
}

// withDirectory is a portal whose people sign in with the passwords of a real
// directory.
func withDirectory(t *testing.T, ways account.Ways, numbers ...string) (*servertest.Portal, *directorytest.Slapd) {
	t.Helper()
	return withDirectoryOn(t, &town, town.Database(t), ways, numbers...)
}

func withDirectoryOn(t *testing.T, town *servertest.Town, db pgtest.DB, ways account.Ways, numbers ...string) (*servertest.Portal, *directorytest.Slapd) {
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
	return town.StartWith(t, db, func(s *server.Settings) { s.Ways = ways }), slapd
}

func TestSigningInWithThePasswordOfTheDirectory(t *testing.T) {
	t.Parallel()
	staff := town.Holder("総務課 ポータル管理担当")
	portal, slapd := withDirectory(t, account.Ways{}, staff.StaffNumber)
	v := servertest.Visit(t, portal)
	own := url.Values{"login": {"user0"}, "password": {slapd.Password[staff.StaffNumber]}}
	if a := v.Post("/login", own); a.Status != 200 || !strings.Contains(a.Body, staff.Name+"さんのホーム") {
		t.Fatalf("signing in: %d %s", a.Status, a.Body)
	}
	if a := v.Get("/account"); !strings.Contains(a.Body, "庁内のパスワード") {
		t.Error("the session does not say how")
	}
	portal.Newcomer(t, "N001")
	portal.Clock.Advance(20 * time.Minute)
	a := v.Post("/accounts/N001", url.Values{"act": {"admit"}})
	if a.Status != 403 || !strings.Contains(a.Body, "proof_login") {
		t.Fatalf("asking again: %d %s", a.Status, a.Body)
	}
	wrong := url.Values{"act": {"admit"}, "proof_login": {"user0"}, "proof_password": {"not the password"}}
	if a := v.Post("/accounts/N001", wrong); a.Status != 422 || !strings.Contains(a.Body, "パスワードが違います") || !strings.Contains(a.Body, `value="user0"`) {
		t.Errorf("a wrong password: %d %s", a.Status, a.Body)
	}
	right := url.Values{"act": {"admit"}, "proof_login": {"user0"}, "proof_password": {own.Get("password")}}
	if a := v.Post("/accounts/N001", right); a.Status != 200 || !strings.Contains(a.Body, "アカウントを作りました") {
		t.Errorf("proving: %d %s", a.Status, a.Body)
	}
}

func TestBreakGlassWorksWhenTheDirectoryIsDownAndOtherPasswordsAreOff(t *testing.T) {
	t.Parallel()
	glass, staff := town.Holder("総務課 ポータル管理担当"), town.Accounts[12]
	portal, slapd := withDirectory(t, account.Ways{BreakGlassOnly: true}, glass.StaffNumber)
	if _, err := portal.DB.Pool.Exec(t.Context(), `UPDATE account SET break_glass = true WHERE person_id = $1`, glass.Person); err != nil {
		t.Fatal(err)
	}
	try := func(a sample.Account) servertest.Answer {
		return servertest.Visit(t, portal).Post("/login", url.Values{"login": {a.StaffNumber}, "password": {a.Password}})
	}
	if a := try(staff); a.Status != 401 || !strings.Contains(a.Body, "パスワードが違います") {
		t.Errorf("another's password: %d", a.Status)
	}
	slapd.Stop()
	if a := try(staff); a.Status != 503 || !strings.Contains(a.Body, "ディレクトリを利用できません") || !strings.Contains(a.Body, `value="`+staff.StaffNumber) {
		t.Errorf("another's password, the directory down: %d %s", a.Status, a.Body)
	}
	if a := try(glass); a.Status != 200 || !strings.Contains(a.Body, "さんのホーム") {
		t.Errorf("break-glass: %d", a.Status)
	}
	v := servertest.SignIn(t, portal, glass)
	portal.Newcomer(t, "N001")
	if a := v.Post("/accounts/N001", url.Values{"act": {"invite"}}); a.Status != 409 || len(servertest.Links(a.Body)) != 0 {
		t.Errorf("inviting: %d", a.Status)
	}
	if a := v.Get("/accounts/N001"); strings.Contains(a.Body, "招待のリンクを作る</button>") || !strings.Contains(a.Body, "シングルサインオンのアカウントを作る") {
		t.Error("the page offers an invitation")
	}
	if a := v.Get("/account"); !strings.Contains(a.Body, "非常用") {
		t.Error("their own page does not say that it is a break-glass account")
	}
}

func TestAnAdministratorMakesAnothersAccountABreakGlassAccount(t *testing.T) {
	t.Parallel()
	portal, _ := withProvider(t, account.Ways{})
	person := portal.Newcomer(t, "N001")
	grant(t, portal, person, authz.Administrator)
	v := servertest.SignIn(t, portal, town.Holder("総務課 ポータル管理担当"))
	v.Post("/accounts/N001", url.Values{"act": {"admit"}})
	if a := v.Get("/accounts/N001"); !strings.Contains(a.Body, "非常用にするには、先に") {
		t.Errorf("without a password: %s", a.Body)
	}
	if err := portal.Accounts.SetPassword(t.Context(), authz.AsOperator(), person, servertest.NewPassword); err != nil {
		t.Fatal(err)
	}
	if a := v.Post("/accounts/N001", url.Values{"act": {"break-glass"}}); a.Status != 422 || !strings.Contains(a.Body, `href="#glass_reason"`) {
		t.Errorf("without a reason: %d %s", a.Status, a.Body)
	}
	if a := v.Post("/accounts/N001", url.Values{"act": {"break-glass"}, "glass_reason": {"見本の理由"}}); a.Status != 200 || !strings.Contains(a.Body, "非常用のアカウントにしました") {
		t.Errorf("with one: %d %s", a.Status, a.Body)
	}
	if a := v.Post("/accounts/N001", url.Values{"act": {"end-break-glass"}, "glass_reason": {"見本の理由"}}); a.Status != 200 || !strings.Contains(a.Body, "非常用をやめました") {
		t.Errorf("ending it: %d %s", a.Status, a.Body)
	}
}

func TestPasswordsThatAreSwitchedOffAreForEmergencies(t *testing.T) {
	t.Parallel()
	staff := town.Accounts[12]
	portal, provider := withProvider(t, account.Ways{BreakGlassOnly: true}, staff.StaffNumber)
	v := servertest.Visit(t, portal)
	if a := v.Get("/login"); !strings.Contains(a.Body, "<details") || !strings.Contains(a.Body, "非常用のアカウントでサインインする") {
		t.Errorf("the page: %s", a.Body)
	}
	a := v.Post("/login", url.Values{"login": {staff.StaffNumber}, "password": {staff.Password}})
	if a.Status != 401 || !strings.Contains(a.Body, "パスワードが違います") || !strings.Contains(a.Body, "<details class=\"card\" open") {
		t.Errorf("a password: %d %s", a.Status, a.Body)
	}
	if a := atProvider(v, provider, "/login/openid", nil, staff.StaffNumber); a.Status != 200 {
		t.Fatalf("the provider: %d", a.Status)
	}
	if a := v.Post("/account/password", servertest.Twice(servertest.NewPassword, "current", staff.Password)); a.Status != 409 || !strings.Contains(a.Body, "変えられるパスワードがありません") {
		t.Errorf("a new password: %d %s", a.Status, a.Body)
	}
}

// A provider that does not say that more than a password was used does not make
// up for the second factor that somebody has here.
func TestTheProviderIsOnlyTheFirstStepOfWhoHasASecondFactor(t *testing.T) {
	t.Parallel()
	staff := town.Accounts[12]
	portal, provider := withProvider(t, account.Ways{}, staff.StaffNumber)
	secret, _ := servertest.SignIn(t, portal, staff).SetUpApp()
	portal.Clock.Advance(time.Minute)
	v := servertest.Visit(t, portal)
	a := atProvider(v, provider, "/login/openid", url.Values{"next": {"/permissions"}}, staff.StaffNumber)
	if a.Status != 200 || !strings.Contains(a.Body, "サインインの確認") {
		t.Fatalf("after the provider: %d %s", a.Status, a.Body)
	}
	if a := v.Get("/permissions"); a.Status != 401 {
		t.Errorf("without the second step: %d", a.Status)
	}
	if a := v.Post("/login/second", url.Values{"proof_code": {v.AppCode(secret)}}); a.Status != 200 || !strings.Contains(a.Body, "権限表") {
		t.Errorf("after the second step: %d %s", a.Status, a.Body)
	}
	if a := v.Get("/account"); !strings.Contains(a.Body, "シングルサインオンと認証アプリ") {
		t.Error("the session does not say how")
	}
	portal.Clock.Advance(20 * time.Minute)
	kept := url.Values{"next": {"/account/second-factor/passkey"}}
	if a := atProvider(v, provider, "/prove/openid", kept, staff.StaffNumber); a.Status != 403 || !strings.Contains(a.Body, "コードかパスキーで確かめてください") || !strings.Contains(a.Body, "proof_code") {
		t.Errorf("a proof at the provider alone: %d %s", a.Status, a.Body)
	}
	if a := v.Get("/account/second-factor/passkey"); a.Status != 403 {
		t.Errorf("it counts: %d", a.Status)
	}
}

func TestWhoeverUsesTwoFactorsAtTheProviderNeedsNoSecondStep(t *testing.T) {
	t.Parallel()
	portal, provider := withProvider(t, account.Ways{}, strongNumber)
	person := portal.Newcomer(t, strongNumber)
	if err := portal.Accounts.SetPassword(t.Context(), authz.AsOperator(), person, servertest.NewPassword); err != nil {
		t.Fatal(err)
	}
	servertest.SignIn(t, portal, sample.Account{StaffNumber: strongNumber, Password: servertest.NewPassword}).SetUpApp()
	v := servertest.Visit(t, portal)
	a := atProvider(v, provider, "/login/openid", url.Values{"next": {"/permissions"}}, strongNumber)
	if a.Status != 200 || !strings.Contains(a.Body, "権限表") {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	portal.Clock.Advance(20 * time.Minute)
	a = atProvider(v, provider, "/prove/openid", url.Values{"next": {"/account/second-factor/passkey"}}, strongNumber)
	if a.Status != 200 || !strings.Contains(a.Body, "パスキーを登録する") {
		t.Errorf("proving: %d %s", a.Status, a.Body)
	}
}

func TestAProofAtAProviderThatIsDownKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	portal, provider := withProvider(t, account.Ways{})
	v := servertest.SignIn(t, portal, town.Holder("総務課 ポータル管理担当"))
	portal.Clock.Advance(20 * time.Minute)
	provider.Close()
	kept := hiddenIn(v.Post("/accounts/"+town.Accounts[12].StaffNumber, url.Values{"act": {"suspend"}, "reason": {"見本の理由"}}).Body)
	a := v.Post("/prove/openid", kept)
	if a.Status != 503 || !strings.Contains(a.Body, "認証サーバーを利用できません") || hiddenIn(a.Body).Get("reason") != "見本の理由" || !strings.Contains(a.Body, "proof_password") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}
