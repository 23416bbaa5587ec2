package portal_test

import (
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"kagami/internal/account/factor"
	"kagami/internal/account/session"
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
func setUpApp(v *servertest.Visitor) (secret string, codes []string) {
	v.T.Helper()
	a := v.Post("/account/second-factor", url.Values{"act": {"app"}})
	m := shownSecret.FindStringSubmatch(a.Body)
	if a.Status != http.StatusOK || m == nil {
		v.T.Fatalf("setting up: %d %s", a.Status, a.Body)
	}
	if !strings.Contains(a.Body, `<svg class="qr"`) || a.Header.Get("Cache-Control") != "no-store" {
		v.T.Error("the QR code is missing, or may be kept")
	}
	secret = strings.ReplaceAll(m[1], " ", "")
	a = v.Post("/account/second-factor/app", url.Values{"code": {code(v, secret)}})
	for _, m := range shownCode.FindAllStringSubmatch(a.Body, -1) {
		codes = append(codes, m[1])
	}
	if a.Status != http.StatusOK || len(codes) != 10 {
		v.T.Fatalf("confirming: %d %s", a.Status, a.Body)
	}
	return secret, codes
}

// code is what the app shows now.
func code(v *servertest.Visitor, secret string) string {
	v.T.Helper()
	code, err := totp.GenerateCode(secret, v.Portal.Clock.Now())
	if err != nil {
		v.T.Fatal(err)
	}
	return code
}

// passFirst gives the password of somebody with a second factor.
func passFirst(v *servertest.Visitor, a sample.Account, next string) {
	v.T.Helper()
	got := v.Post("/login", url.Values{"login": {a.StaffNumber}, "password": {a.Password}, "next": {next}})
	if got.Status != http.StatusOK || !strings.Contains(got.Body, "認証アプリのコード") {
		v.T.Fatalf("after the password: %d %s", got.Status, got.Body)
	}
	if home := v.Get("/"); home.Status != http.StatusUnauthorized {
		v.T.Errorf("half a sign-in opens home: %d", home.Status)
	}
}

func TestSigningInTakesASecondStepOnceThereIsOne(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	a := town.Holder("税務町民課長")
	first := servertest.SignIn(t, portal, a)
	secret, codes := setUpApp(first)

	v := servertest.Visit(t, portal)
	passFirst(v, a, "/policies/kihon")
	for _, c := range []struct {
		code   string
		Status int
		words  string
	}{
		{"", 422, "コードを入力してください"},
		{"12345a", 401, "コードが違います"},
		{code(v, secret), 401, "すでに使われました"},
	} {
		if got := v.Post("/login/second", url.Values{"proof_code": {c.code}}); got.Status != c.Status || !strings.Contains(got.Body, c.words) {
			t.Errorf("%q: %d %s", c.code, got.Status, got.Body)
		}
	}
	portal.Clock.Advance(time.Minute)
	if got := v.Post("/login/second", url.Values{"proof_code": {code(v, secret)}}); got.Status != 200 || !strings.Contains(got.Body, "第1章") {
		t.Errorf("with the code: %d %.300s", got.Status, got.Body)
	}
	again := v.Post("/login/second", url.Values{"proof_code": {codes[0]}})
	if again.Status != 200 || !strings.Contains(again.Body, "さんのホーム") {
		t.Errorf("the second step over again: %d", again.Status)
	}

	lost := servertest.Visit(t, portal)
	for _, c := range []struct {
		code   string
		Status int
	}{{codes[0], 200}, {codes[0], 401}, {codes[1], 200}} {
		passFirst(lost, a, "/")
		if got := lost.Post("/login/second", url.Values{"proof_code": {strings.ToLower(c.code)}}); got.Status != c.Status {
			t.Errorf("recovery code: %d, want %d", got.Status, c.Status)
		}
		lost.Post("/logout", nil)
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
	own := servertest.SignIn(t, portal, a)
	secret, _ := setUpApp(own)
	v := servertest.Visit(t, portal)
	passFirst(v, a, "/")
	var got servertest.Answer
	for range 7 {
		got = v.Post("/login/second", url.Values{"proof_code": {"000000"}})
	}
	if got.Status != http.StatusTooManyRequests || got.Header.Get("Retry-After") != "2" || !strings.Contains(got.Body, "あと2秒") {
		t.Errorf("after six wrong codes: %d %v", got.Status, got.Header)
	}
	portal.Clock.Advance(20 * time.Minute)
	form := url.Values{"act": {"codes"}, "proof_code": {"000000"}}
	for range 7 {
		got = own.Post("/account/second-factor", form)
	}
	if got.Status != http.StatusTooManyRequests || servertest.Hidden(got.Body).Get("act") != "codes" {
		t.Errorf("after six wrong proofs: %d %s", got.Status, got.Body)
	}
	portal.Clock.Advance(time.Minute)
	form.Set("proof_code", code(own, secret))
	if got = own.Post("/account/second-factor", form); got.Status != 200 {
		t.Errorf("after the wait: %d %s", got.Status, got.Body)
	}
}

func TestASecondStepEndsAfterTenMinutes(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	a := town.Holder("税務町民課長")
	secret, _ := setUpApp(servertest.SignIn(t, portal, a))
	v := servertest.Visit(t, portal)
	passFirst(v, a, "/")
	portal.Clock.Advance(session.AttemptLimit)
	for _, got := range []servertest.Answer{v.Get("/login/second"), v.Post("/login/second", url.Values{"proof_code": {code(v, secret)}}), v.Post("/login/passkey", nil)} {
		if got.Status != 200 || !strings.Contains(got.Body, "はじめからサインインしてください") {
			t.Errorf("%d %s", got.Status, got.Body)
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

func TestASensitiveActAsksAgainAfterFifteenMinutes(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	ciso := town.Holder("副町長")
	form := pending(t, portal, "mihon")
	v := servertest.SignIn(t, portal, ciso)
	published := func() (n int) {
		if err := portal.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM revision r JOIN document d ON d.id = r.document_id WHERE d.code = 'mihon' AND state = 'published'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	portal.Clock.Advance(14*time.Minute + 59*time.Second)
	check := maps.Clone(form)
	check.Set("act", "check")
	if a := v.Post("/policies/mihon/draft/publish", check); a.Status != 200 || !strings.Contains(a.Body, "公開すると、取り消せません") {
		t.Errorf("after 14:59: %d %s", a.Status, a.Body)
	}

	portal.Clock.Advance(2 * time.Second)
	a := v.Post("/policies/mihon/draft/publish", form)
	if a.Status != 403 || !strings.Contains(a.Body, "もう一度、本人であることを確かめます") || published() != 0 {
		t.Fatalf("after 15:01: %d %s", a.Status, a.Body)
	}
	kept := servertest.Hidden(a.Body)
	if kept.Encode() != form.Encode() {
		t.Errorf("kept %v of %v", kept, form)
	}
	for password, words := range map[string]string{"": "パスワードを入力してください", "a wrong password": "パスワードが違います"} {
		kept.Set("proof_password", password)
		a = v.Post("/policies/mihon/draft/publish", kept)
		if a.Status != 422 || !strings.Contains(a.Body, words) || published() != 0 {
			t.Errorf("%q: %d %s", password, a.Status, a.Body)
		}
		if again := servertest.Hidden(a.Body); again.Encode() != form.Encode() {
			t.Errorf("kept %v of %v", again, form)
		}
	}
	kept.Set("proof_password", ciso.Password)
	if a = v.Post("/policies/mihon/draft/publish", kept); a.Status != 200 || !strings.Contains(a.Body, "公開しました") || published() != 1 {
		t.Errorf("with the password: %d %s", a.Status, a.Body)
	}
	if a = v.Post("/policies/mihon/draft/publish", kept); a.Status == 200 || published() != 1 {
		t.Errorf("sent again: %d, published %d", a.Status, published())
	}

	// now for as long again
	portal.Clock.Advance(14 * time.Minute)
	if a = v.Post("/account/second-factor", url.Values{"act": {"app"}}); a.Status != 200 {
		t.Errorf("14 minutes after the proof: %d", a.Status)
	}
}

func TestAPageAsksAgainAndGoesOn(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	a := town.Holder("税務町民課長")
	v := servertest.SignIn(t, portal, a)
	secret, codes := setUpApp(v)
	portal.Clock.Advance(20 * time.Minute)
	const address = "/account/second-factor/remove/app?from=x"
	got := v.Get(address)
	if got.Status != 403 || strings.Contains(got.Body, "proof_password") {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	form := servertest.Hidden(got.Body)
	if form.Get("next") != address {
		t.Errorf("kept %v", form)
	}
	form.Set("proof_password", a.Password) // a second factor is what counts now
	if got := v.Post("/prove", form); got.Status != 422 {
		t.Errorf("with the password: %d", got.Status)
	}
	form.Set("proof_code", code(v, secret))
	if got := v.Post("/prove", form); got.Status != 200 || !strings.Contains(got.Body, "認証アプリを取り外す") {
		t.Errorf("with a code: %d %s", got.Status, got.Body)
	}
	portal.Clock.Advance(20 * time.Minute)
	if got := v.Post("/account/second-factor/remove/app", url.Values{"proof_code": {codes[0]}}); got.Status != 200 || !strings.Contains(got.Body, "取り外しました") {
		t.Errorf("removing, with a recovery code: %d %s", got.Status, got.Body)
	}
}

// A session from before the second factor, or from elsewhere, is not enough to
// change it.
func TestAWeakSessionProvesTheSecondFactorFirst(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	a := town.Holder("税務町民課長")
	weak, own := servertest.SignIn(t, portal, a), servertest.SignIn(t, portal, a)
	setUpApp(own)
	for _, act := range []string{"app", "codes"} {
		if got := weak.Post("/account/second-factor", url.Values{"act": {act}}); got.Status != 403 {
			t.Errorf("%s: %d", act, got.Status)
		}
	}
	if got := weak.Get("/"); got.Status != 200 {
		t.Errorf("home: %d", got.Status)
	}
}

func TestWhoseRoleDemandsASecondFactorSetsOneUpFirst(t *testing.T) {
	t.Parallel()
	portal := town.Start(t, factor.DefaultDemanded()...)
	staff := servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	if a := staff.Get("/policies"); a.Status != 200 {
		t.Errorf("a 職員: %d", a.Status)
	}

	ciso := town.Holder("副町長")
	v := servertest.Visit(t, portal)
	a := v.Post("/login", url.Values{"login": {ciso.StaffNumber}, "password": {ciso.Password}})
	if a.Status != 200 || !strings.Contains(a.Body, "あなたの役割では、二要素認証が必要です") {
		t.Fatalf("after the password: %d %s", a.Status, a.Body)
	}
	v.Client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	fill := strings.NewReplacer("{code}", "kihon", "{number}", "1", "{staff}", "M999", "{token}", "NOTHING", "{section}", "zeimu", "{factor}", "app")
	for _, route := range portal.Routes() {
		open := route.Action == authz.Public || strings.HasPrefix(route.Pattern, "/account/second-factor") || strings.HasPrefix(route.Pattern, "/prove")
		if open || portal.Actor(t, ciso).Reach(route.Action) == authz.None && route.Action != authz.SignedIn {
			continue
		}
		a := v.Ask(route.Method, fill.Replace(route.Pattern), "", nil)
		if a.Status != http.StatusSeeOther || a.Header.Get("Location") != "/account/second-factor" {
			t.Errorf("%s %s: %d %s", route.Method, route.Pattern, a.Status, a.Header.Get("Location"))
		}
	}
	v.Client.CheckRedirect = nil
	secret, _ := setUpApp(v)
	if a := v.Get("/"); a.Status != 200 || !strings.Contains(a.Body, "さんのホーム") {
		t.Errorf("once set up: %d", a.Status)
	}
	if a := v.Post("/account/second-factor/remove/app", nil); a.Status != 409 {
		t.Errorf("removing the last: %d", a.Status)
	}

	// a session that has not used what there is: it is asked for
	if _, err := portal.DB.Pool.Exec(t.Context(), `UPDATE sessions SET strong = false`); err != nil {
		t.Fatal(err)
	}
	a = v.Get("/policies?x=1")
	form := servertest.Hidden(a.Body)
	if a.Status != 200 || form.Get("next") != "/policies?x=1" {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	portal.Clock.Advance(time.Minute)
	form.Set("proof_code", code(v, secret))
	if a := v.Post("/prove", form); a.Status != 200 || !strings.Contains(a.Body, "基本方針") {
		t.Errorf("proved: %d", a.Status)
	}
}

func TestAnAdministratorTakesAwayALostSecondFactor(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	owner := town.Holder("税務町民課長")
	v := servertest.SignIn(t, portal, owner)
	setUpApp(v)
	administrator := servertest.SignIn(t, portal, town.Holder("総務課 ポータル管理担当"))
	address := "/accounts/" + owner.StaffNumber + "/second-factor"
	if a := administrator.Get("/accounts/" + owner.StaffNumber); !strings.Contains(a.Body, `href="`+address+`"`) {
		t.Errorf("no way there from the account: %s", a.Body)
	}
	if a := administrator.Get(address); a.Status != 200 || !strings.Contains(a.Body, owner.Name) {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if a := administrator.Post(address, url.Values{"reason": {""}}); a.Status != 422 {
		t.Errorf("without a reason: %d", a.Status)
	}
	if a := v.Post(address, url.Values{"reason": {"自分で"}}); a.Status != 404 {
		t.Errorf("somebody who manages no accounts: %d", a.Status)
	}
	if a := administrator.Post(address, url.Values{"reason": {"スマートフォンの紛失"}}); a.Status != 200 || !strings.Contains(a.Body, "二要素認証を取り外しました") {
		t.Errorf("with a reason: %d %s", a.Status, a.Body)
	}
	if a := administrator.Get(address); a.Status != 200 || !strings.Contains(a.Body, "さんは、二要素認証を設定していません") {
		t.Errorf("nothing to take away: %d %s", a.Status, a.Body)
	}
	if a := v.Get("/"); a.Status != 401 {
		t.Errorf("their session goes on: %d", a.Status)
	}
	servertest.SignIn(t, portal, owner)
}

// The only ポータル管理者 has lost theirs: the 統括 takes it away.
func TestTheGeneralSecurityOfficerHelpsTheOnlyAdministrator(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	administrator := town.Holder("総務課 ポータル管理担当")
	setUpApp(servertest.SignIn(t, portal, administrator))
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	address := "/accounts/" + administrator.StaffNumber + "/second-factor"
	if a := officer.Post(address, url.Values{"reason": {"スマートフォンの紛失"}}); a.Status != 200 || !strings.Contains(a.Body, "二要素認証を取り外しました") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	servertest.SignIn(t, portal, administrator)
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
	v := servertest.SignIn(t, portal, a)
	secret, codes := setUpApp(v)
	lost := servertest.Visit(t, portal)
	passFirst(lost, a, "/")
	lost.Post("/login/second", url.Values{"proof_code": {codes[0]}})
	lost.Post("/login/passkey/options", nil)
	lost.Post("/login/passkey", url.Values{"passkey": {`{"id":"見本","rawId":"見本"}`}})
	all := strings.Join(portal.Log.Lines(), "\n")
	for _, s := range []string{secret, codes[0], "見本"} {
		if strings.Contains(all, s) {
			t.Errorf("the log holds %q", s)
		}
	}
}
