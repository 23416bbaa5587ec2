package portal_test

import (
	"encoding/hex"
	"html"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"kagami/internal/account"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/outline"
	"kagami/internal/policy/policytest"
	"kagami/internal/sample"
	"kagami/web/screen"
	"kagami/web/server/servertest"
)

var shownSecret = regexp.MustCompile(`<p class="secret">([A-Z2-7 ]+)</p>`)
var shownCode = regexp.MustCompile(`<li>([A-Z2-7-]{19})</li>`)

// setUpApp sets up an authenticator app through the pages, and returns its
// secret and the recovery codes.
func (v *visitor) setUpApp() (secret string, codes []string) {
	v.t.Helper()
	a := v.post("/account/second-factor", url.Values{"act": {"app"}})
	m := shownSecret.FindStringSubmatch(a.body)
	if a.status != http.StatusOK || m == nil {
		v.t.Fatalf("setting up: %d %s", a.status, a.body)
	}
	if !strings.Contains(a.body, `<svg class="qr"`) || a.header.Get("Cache-Control") != "no-store" {
		v.t.Error("the QR code is missing, or may be kept")
	}
	secret = strings.ReplaceAll(m[1], " ", "")
	a = v.post("/account/second-factor/app", url.Values{"code": {v.code(secret)}})
	for _, m := range shownCode.FindAllStringSubmatch(a.body, -1) {
		codes = append(codes, m[1])
	}
	if a.status != http.StatusOK || len(codes) != 10 {
		v.t.Fatalf("confirming: %d %s", a.status, a.body)
	}
	return secret, codes
}

// code is what the app shows now.
func (v *visitor) code(secret string) string {
	v.t.Helper()
	code, err := totp.GenerateCode(secret, v.portal.Clock.Now())
	if err != nil {
		v.t.Fatal(err)
	}
	return code
}

// passFirst gives the password of somebody with a second factor.
func (v *visitor) passFirst(a sample.Account, next string) {
	v.t.Helper()
	got := v.post("/login", url.Values{"login": {a.StaffNumber}, "password": {a.Password}, "next": {next}})
	if got.status != http.StatusOK || !strings.Contains(got.body, "認証アプリのコード") {
		v.t.Fatalf("after the password: %d %s", got.status, got.body)
	}
	if home := v.get("/"); home.status != http.StatusUnauthorized {
		v.t.Errorf("half a sign-in opens home: %d", home.status)
	}
}

func TestSigningInTakesASecondStepOnceThereIsOne(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	a := town.Holder("税務町民課長")
	first := signIn(t, portal, a)
	secret, codes := first.setUpApp()

	v := visit(t, portal)
	v.passFirst(a, "/policies/kihon")
	for _, c := range []struct {
		code   string
		status int
		words  string
	}{
		{"", 422, "コードを入力してください"},
		{"12345a", 401, "コードが違います"},
		{v.code(secret), 401, "すでに使われました"},
	} {
		if got := v.post("/login/second", url.Values{"proof_code": {c.code}}); got.status != c.status || !strings.Contains(got.body, c.words) {
			t.Errorf("%q: %d %s", c.code, got.status, got.body)
		}
	}
	portal.Clock.Advance(time.Minute)
	if got := v.post("/login/second", url.Values{"proof_code": {v.code(secret)}}); got.status != 200 || !strings.Contains(got.body, "第1章") {
		t.Errorf("with the code: %d %.300s", got.status, got.body)
	}
	again := v.post("/login/second", url.Values{"proof_code": {codes[0]}})
	if again.status != 200 || !strings.Contains(again.body, "さんのホーム") {
		t.Errorf("the second step over again: %d", again.status)
	}

	lost := visit(t, portal)
	for _, c := range []struct {
		code   string
		status int
	}{{codes[0], 200}, {codes[0], 401}, {codes[1], 200}} {
		lost.passFirst(a, "/")
		if got := lost.post("/login/second", url.Values{"proof_code": {strings.ToLower(c.code)}}); got.status != c.status {
			t.Errorf("recovery code: %d, want %d", got.status, c.status)
		}
		lost.post("/logout", nil)
	}
	var methods []string
	if err := portal.DB.Pool.QueryRow(t.Context(), `SELECT array_agg(method ORDER BY begun_at, method) FROM sessions WHERE person_id = $1`, a.Person).Scan(&methods); err != nil {
		t.Fatal(err)
	}
	if strings.Join(methods, " ") != "password password+totp" {
		t.Errorf("sessions by %q", methods)
	}
}

func TestWrongCodesMakeWait(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	a := town.Holder("税務町民課長")
	own := signIn(t, portal, a)
	secret, _ := own.setUpApp()
	v := visit(t, portal)
	v.passFirst(a, "/")
	var got answer
	for range 7 {
		got = v.post("/login/second", url.Values{"proof_code": {"000000"}})
	}
	if got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") != "2" || !strings.Contains(got.body, "あと2秒") {
		t.Errorf("after six wrong codes: %d %v", got.status, got.header)
	}
	portal.Clock.Advance(20 * time.Minute)
	form := url.Values{"act": {"codes"}, "proof_code": {"000000"}}
	for range 7 {
		got = own.post("/account/second-factor", form)
	}
	if got.status != http.StatusTooManyRequests || keptForm(got.body).Get("act") != "codes" {
		t.Errorf("after six wrong proofs: %d %s", got.status, got.body)
	}
	portal.Clock.Advance(time.Minute)
	form.Set("proof_code", own.code(secret))
	if got = own.post("/account/second-factor", form); got.status != 200 {
		t.Errorf("after the wait: %d %s", got.status, got.body)
	}
}

func TestASecondStepEndsAfterTenMinutes(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	a := town.Holder("税務町民課長")
	secret, _ := signIn(t, portal, a).setUpApp()
	v := visit(t, portal)
	v.passFirst(a, "/")
	portal.Clock.Advance(account.AttemptLimit)
	for _, got := range []answer{v.get("/login/second"), v.post("/login/second", url.Values{"proof_code": {v.code(secret)}}), v.post("/login/passkey", nil)} {
		if got.status != 200 || !strings.Contains(got.body, "はじめからサインインしてください") {
			t.Errorf("%d %s", got.status, got.body)
		}
	}
}

// pending drafts a document, ready to be published, and returns the form that
// publishes it.
func pending(t *testing.T, portal *servertest.Portal, code string) url.Values {
	t.Helper()
	source, err := outline.Decode(sample.Policy)
	if err != nil {
		t.Fatal(err)
	}
	officer := portal.Actor(t, town.Holder("総務課 担当副課長"))
	if _, err := texts(portal).Draft.DraftText(t.Context(), officer, draft.Text{
		Code: code, Kind: policy.Basic, Title: "見本の文書", Source: source, Answers: outline.Answers{175: outline.AsFigure},
	}); err != nil {
		t.Fatal(err)
	}
	draft, err := policytest.Adopt(t.Context(), texts(portal), officer, code, town.Holder("副町長").StaffNumber, calendar.Day(servertest.Morning))
	if err != nil {
		t.Fatal(err)
	}
	return url.Values{
		"act": {"publish"}, "effective_on": {"2026-12-01"}, "anew": {"anew"}, "asked": {"all"}, "due_on": {"2026-12-15"},
		"sha256": {hex.EncodeToString(draft.SHA256)}, "twice": {"<一>", `"二"`},
	}
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

// keptForm is what a page keeps of a form in hidden fields.
func keptForm(page string) url.Values {
	form := url.Values{}
	for _, m := range hiddenField.FindAllStringSubmatch(page, -1) {
		form.Add(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	return form
}

func TestASensitiveActAsksAgainAfterFifteenMinutes(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	ciso := town.Holder("副町長")
	form := pending(t, portal, "mihon")
	v := signIn(t, portal, ciso)
	published := func() (n int) {
		if err := portal.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM revision r JOIN document d ON d.id = r.document_id WHERE d.code = 'mihon' AND state = 'published'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	portal.Clock.Advance(14*time.Minute + 59*time.Second)
	check := maps.Clone(form)
	check.Set("act", "check")
	if a := v.post("/policies/mihon/draft/publish", check); a.status != 200 || !strings.Contains(a.body, "公開すると、取り消せません") {
		t.Errorf("after 14:59: %d %s", a.status, a.body)
	}

	portal.Clock.Advance(2 * time.Second)
	a := v.post("/policies/mihon/draft/publish", form)
	if a.status != 403 || !strings.Contains(a.body, "もう一度、本人であることを確かめます") || published() != 0 {
		t.Fatalf("after 15:01: %d %s", a.status, a.body)
	}
	kept := keptForm(a.body)
	if kept.Encode() != form.Encode() {
		t.Errorf("kept %v of %v", kept, form)
	}
	for password, words := range map[string]string{"": "パスワードを入力してください", "a wrong password": "パスワードが違います"} {
		kept.Set("proof_password", password)
		a = v.post("/policies/mihon/draft/publish", kept)
		if a.status != 422 || !strings.Contains(a.body, words) || published() != 0 {
			t.Errorf("%q: %d %s", password, a.status, a.body)
		}
		if again := keptForm(a.body); again.Encode() != form.Encode() {
			t.Errorf("kept %v of %v", again, form)
		}
	}
	kept.Set("proof_password", ciso.Password)
	if a = v.post("/policies/mihon/draft/publish", kept); a.status != 200 || !strings.Contains(a.body, "公開しました") || published() != 1 {
		t.Errorf("with the password: %d %s", a.status, a.body)
	}
	if a = v.post("/policies/mihon/draft/publish", kept); a.status == 200 || published() != 1 {
		t.Errorf("sent again: %d, published %d", a.status, published())
	}

	// now for as long again
	portal.Clock.Advance(14 * time.Minute)
	if a = v.post("/account/second-factor", url.Values{"act": {"app"}}); a.status != 200 {
		t.Errorf("14 minutes after the proof: %d", a.status)
	}
}

func TestAPageAsksAgainAndGoesOn(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	a := town.Holder("税務町民課長")
	v := signIn(t, portal, a)
	secret, codes := v.setUpApp()
	portal.Clock.Advance(20 * time.Minute)
	const address = "/account/second-factor/remove/app?from=x"
	got := v.get(address)
	if got.status != 403 || strings.Contains(got.body, "proof_password") {
		t.Fatalf("%d %s", got.status, got.body)
	}
	form := keptForm(got.body)
	if form.Get("next") != address {
		t.Errorf("kept %v", form)
	}
	form.Set("proof_password", a.Password) // a second factor is what counts now
	if got := v.post("/prove", form); got.status != 422 {
		t.Errorf("with the password: %d", got.status)
	}
	form.Set("proof_code", v.code(secret))
	if got := v.post("/prove", form); got.status != 200 || !strings.Contains(got.body, "認証アプリを取り外す") {
		t.Errorf("with a code: %d %s", got.status, got.body)
	}
	portal.Clock.Advance(20 * time.Minute)
	if got := v.post("/account/second-factor/remove/app", url.Values{"proof_code": {codes[0]}}); got.status != 200 || !strings.Contains(got.body, "取り外しました") {
		t.Errorf("removing, with a recovery code: %d %s", got.status, got.body)
	}
}

// A session from before the second factor, or from elsewhere, is not enough to
// change it.
func TestAWeakSessionProvesTheSecondFactorFirst(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	a := town.Holder("税務町民課長")
	weak, own := signIn(t, portal, a), signIn(t, portal, a)
	own.setUpApp()
	for _, act := range []string{"app", "codes"} {
		if got := weak.post("/account/second-factor", url.Values{"act": {act}}); got.status != 403 {
			t.Errorf("%s: %d", act, got.status)
		}
	}
	if got := weak.get("/"); got.status != 200 {
		t.Errorf("home: %d", got.status)
	}
}

func TestWhoseRoleDemandsASecondFactorSetsOneUpFirst(t *testing.T) {
	t.Parallel()
	portal := town.Start(t, account.DefaultDemanded()...)
	staff := signIn(t, portal, town.Holder("税務町民課 職員"))
	if a := staff.get("/policies"); a.status != 200 {
		t.Errorf("a 職員: %d", a.status)
	}

	ciso := town.Holder("副町長")
	v := visit(t, portal)
	a := v.post("/login", url.Values{"login": {ciso.StaffNumber}, "password": {ciso.Password}})
	if a.status != 200 || !strings.Contains(a.body, "あなたの役割では、二要素認証が必要です") {
		t.Fatalf("after the password: %d %s", a.status, a.body)
	}
	v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	fill := strings.NewReplacer("{code}", "kihon", "{number}", "1", "{staff}", "M999", "{token}", "NOTHING", "{section}", "zeimu", "{factor}", "app")
	for _, route := range portal.Routes() {
		open := route.Action == authz.Public || strings.HasPrefix(route.Pattern, "/account/second-factor") || strings.HasPrefix(route.Pattern, "/prove")
		if open || portal.Actor(t, ciso).Reach(route.Action) == authz.None && route.Action != authz.SignedIn {
			continue
		}
		a := v.ask(route.Method, fill.Replace(route.Pattern), "", nil)
		if a.status != http.StatusSeeOther || a.header.Get("Location") != "/account/second-factor" {
			t.Errorf("%s %s: %d %s", route.Method, route.Pattern, a.status, a.header.Get("Location"))
		}
	}
	v.client.CheckRedirect = nil
	secret, _ := v.setUpApp()
	if a := v.get("/"); a.status != 200 || !strings.Contains(a.body, "さんのホーム") {
		t.Errorf("once set up: %d", a.status)
	}
	if a := v.post("/account/second-factor/remove/app", nil); a.status != 409 {
		t.Errorf("removing the last: %d", a.status)
	}

	// a session that has not used what there is: it is asked for
	if _, err := portal.DB.Pool.Exec(t.Context(), `UPDATE sessions SET strong = false`); err != nil {
		t.Fatal(err)
	}
	a = v.get("/policies?x=1")
	form := keptForm(a.body)
	if a.status != 200 || form.Get("next") != "/policies?x=1" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	portal.Clock.Advance(time.Minute)
	form.Set("proof_code", v.code(secret))
	if a := v.post("/prove", form); a.status != 200 || !strings.Contains(a.body, "基本方針") {
		t.Errorf("proved: %d", a.status)
	}
}

func TestAnAdministratorTakesAwayALostSecondFactor(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	owner := town.Holder("税務町民課長")
	v := signIn(t, portal, owner)
	v.setUpApp()
	administrator := signIn(t, portal, town.Holder("総務課 ポータル管理担当"))
	address := "/accounts/" + owner.StaffNumber + "/second-factor"
	if a := administrator.get("/accounts/" + owner.StaffNumber); !strings.Contains(a.body, `href="`+address+`"`) {
		t.Errorf("no way there from the account: %s", a.body)
	}
	if a := administrator.get(address); a.status != 200 || !strings.Contains(a.body, owner.Name) {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if a := administrator.post(address, url.Values{"reason": {""}}); a.status != 422 {
		t.Errorf("without a reason: %d", a.status)
	}
	if a := v.post(address, url.Values{"reason": {"自分で"}}); a.status != 404 {
		t.Errorf("somebody who manages no accounts: %d", a.status)
	}
	if a := administrator.post(address, url.Values{"reason": {"スマートフォンの紛失"}}); a.status != 200 || !strings.Contains(a.body, "二要素認証を取り外しました") {
		t.Errorf("with a reason: %d %s", a.status, a.body)
	}
	if a := administrator.get(address); a.status != 200 || !strings.Contains(a.body, "さんは、二要素認証を設定していません") {
		t.Errorf("nothing to take away: %d %s", a.status, a.body)
	}
	if a := v.get("/"); a.status != 401 {
		t.Errorf("their session goes on: %d", a.status)
	}
	signIn(t, portal, owner)
}

// The only ポータル管理者 has lost theirs: the 統括 takes it away.
func TestTheGeneralSecurityOfficerHelpsTheOnlyAdministrator(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	administrator := town.Holder("総務課 ポータル管理担当")
	signIn(t, portal, administrator).setUpApp()
	officer := signIn(t, portal, town.Holder("総務課長"))
	address := "/accounts/" + administrator.StaffNumber + "/second-factor"
	if a := officer.post(address, url.Values{"reason": {"スマートフォンの紛失"}}); a.status != 200 || !strings.Contains(a.body, "二要素認証を取り外しました") {
		t.Errorf("%d %s", a.status, a.body)
	}
	signIn(t, portal, administrator)
}

// What publishes, or decides who may do what, asks again; nothing with files
// does, which a form could not keep.
func TestSensitiveRoutesAreMarked(t *testing.T) {
	t.Parallel()
	weighty := []authz.Action{authz.PublishMinor, authz.PublishDecided, authz.DecideRights, authz.CutAccess, authz.ManageAccounts}
	marked := map[string]bool{}
	for _, route := range town.Start(t).Routes() {
		if route.Proof && route.MaxBody > screen.MaxForm {
			t.Errorf("%s %s brings a file", route.Method, route.Pattern)
		}
		if route.Method == http.MethodPost && !route.Proof && slices.Contains(weighty, route.Action) {
			t.Errorf("%s %s (%s) is not sensitive", route.Method, route.Pattern, route.Action)
		}
		marked[route.Method+" "+route.Pattern] = route.Proof
	}
	for _, pattern := range []string{
		"/policies/{code}/draft/publish", "/accounts/{staff}", "/account/second-factor",
		"/roles", "/roles/{id}", "/people/{number}/roles", "/people/{number}/appoint", "/people/{number}/edit", "/register",
		"/appointments/{id}", "/grants/{id}", "/posts/{id}", "/personnel/{token}",
	} {
		if !marked["POST "+pattern] {
			t.Errorf("POST %s is not sensitive", pattern)
		}
	}
}

// Neither secrets nor codes go to the log, and no address holds one.
func TestTheLogHoldsNoSecondFactor(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	a := town.Holder("税務町民課長")
	v := signIn(t, portal, a)
	secret, codes := v.setUpApp()
	lost := visit(t, portal)
	lost.passFirst(a, "/")
	lost.post("/login/second", url.Values{"proof_code": {codes[0]}})
	lost.post("/login/passkey/options", nil)
	lost.post("/login/passkey", url.Values{"passkey": {`{"id":"見本","rawId":"見本"}`}})
	all := strings.Join(portal.Log.Lines(), "\n")
	for _, s := range []string{secret, codes[0], "見本"} {
		if strings.Contains(all, s) {
			t.Errorf("the log holds %q", s)
		}
	}
}
