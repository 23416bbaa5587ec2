package signin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"kagami/internal/account"
	"kagami/internal/sample"
	"kagami/web/server/servertest"
)

const (
	confinedWords = "自分についての件を見て、自分の言い分（弁明）を出せます"
	stoppedWords  = "サインインはできません"
)

// expect tells what a sign-in answers.
func expect(t *testing.T, what string, a servertest.Answer, status int, words string) {
	t.Helper()
	if a.Status != status || !strings.Contains(a.Body, words) {
		t.Errorf("%s: %d %s", what, a.Status, a.Body)
	}
}

// barred are two of a town's people who are suspended: with a case that is open to them, and without.
func barred(t *testing.T, portal *servertest.Portal) (with, without sample.Account) {
	t.Helper()
	with, without = town.Accounts[12], town.Accounts[13]
	portal.OpenCase(t, with)
	for _, who := range []sample.Account{with, without} {
		portal.Bar(t, who, servertest.Suspended)
	}
	return with, without
}

func TestWhoIsBarredAnswersByAPassword(t *testing.T) {
	t.Parallel()
	town, db := town.Answering(t)
	portal := town.StartOn(t, db)
	with, without := barred(t, portal)
	try := func(a sample.Account, password string) servertest.Answer {
		return servertest.Visit(t, portal).Post("/login", url.Values{"login": {a.StaffNumber}, "password": {password}, "next": {"/policies/kihon"}})
	}
	expect(t, "with a case", try(with, with.Password), http.StatusForbidden, confinedWords)
	expect(t, "without", try(without, without.Password), http.StatusUnauthorized, stoppedWords)

	// who does not know the password learns nothing of the case
	wrong, other := try(with, "not the password"), try(without, "not the password")
	if wrong.Status != http.StatusUnauthorized || other.Status != wrong.Status || strings.ReplaceAll(wrong.Body, with.StaffNumber, "") != strings.ReplaceAll(other.Body, without.StaffNumber, "") {
		t.Errorf("a wrong password: %d %s\n%d %s", wrong.Status, wrong.Body, other.Status, other.Body)
	}
	if strings.Contains(wrong.Body, "止められています") {
		t.Error("a wrong password tells that they are suspended")
	}
}

// The factors that somebody has set up are asked for as ever, and are not changed.
func TestWhoIsBarredAnswersWithTheirSecondFactor(t *testing.T) {
	t.Parallel()
	town, db := town.Answering(t)
	portal := town.StartOn(t, db)
	secret, codes := servertest.SignIn(t, portal, town.Accounts[12]).SetUpApp()
	portal.Clock.Advance(time.Minute)
	with, _ := barred(t, portal)
	for name, code := range map[string]func(*servertest.Visitor) string{
		"an app":          func(v *servertest.Visitor) string { return v.AppCode(secret) },
		"a recovery code": func(*servertest.Visitor) string { return codes[0] },
	} {
		v := servertest.Visit(t, portal)
		passFirst(v, with, servertest.OwnCase)
		expect(t, name+": without it", v.Get(servertest.OwnCase), http.StatusUnauthorized, "サインイン")
		expect(t, name+": a wrong one", v.Post("/login/second", url.Values{"proof_code": {"12345a"}}), http.StatusUnauthorized, "コードが違います")
		expect(t, name, v.Post("/login/second", url.Values{"proof_code": {code(v)}}), http.StatusOK, "自分についての件")
		for _, form := range []struct {
			path string
			form url.Values
		}{
			{"/account/second-factor", url.Values{"act": {"app"}, "proof_code": {codes[1]}}},
			{"/account/second-factor", url.Values{"act": {"codes"}, "proof_code": {codes[1]}}},
			{"/account/password", servertest.Twice(servertest.NewPassword, "current", with.Password)},
			{"/account", url.Values{"act": {"others"}}},
			{"/prove", url.Values{"proof_code": {codes[1]}}},
			{"/prove/options", nil},
			{"/login", url.Values{"login": {with.StaffNumber}, "password": {with.Password}}},
		} {
			expect(t, name+": "+form.path, v.Post(form.path, form.form), http.StatusForbidden, confinedWords)
		}
	}
	if n := servertest.Visit(t, portal).Count("recovery_code WHERE used_at IS NOT NULL"); n != 1 {
		t.Errorf("%d recovery codes are used up", n)
	}
}

// Who was halfway through signing in when they were suspended goes on as who is confined.
func TestASecondStepUnderWayEndsConfined(t *testing.T) {
	t.Parallel()
	town, db := town.Answering(t)
	portal := town.StartOn(t, db)
	who := town.Accounts[12]
	secret, _ := servertest.SignIn(t, portal, who).SetUpApp()
	portal.Clock.Advance(time.Minute)
	v := servertest.Visit(t, portal)
	passFirst(v, who, "/")
	barred(t, portal)
	expect(t, "the second step", v.Post("/login/second", url.Values{"proof_code": {v.AppCode(secret)}}), http.StatusForbidden, confinedWords)
}

func TestWhoIsBarredAnswersByTheProvider(t *testing.T) {
	t.Parallel()
	town, db := town.Answering(t)
	portal, provider := withProviderOn(t, town, db, account.Ways{BreakGlassOnly: true}, town.Accounts[12].StaffNumber, town.Accounts[13].StaffNumber)
	with, without := barred(t, portal)
	expect(t, "without a case", atProvider(servertest.Visit(t, portal), provider, "/login/openid", nil, without.StaffNumber), http.StatusUnauthorized, stoppedWords)
	v := servertest.Visit(t, portal)
	expect(t, "with one", atProvider(v, provider, "/login/openid", url.Values{"next": {servertest.OwnCase}}, with.StaffNumber), http.StatusOK, "自分についての件")
	expect(t, "home", v.Get("/"), http.StatusForbidden, confinedWords)
	expect(t, "a proof", v.Post("/prove/openid", url.Values{"next": {"/"}}), http.StatusForbidden, confinedWords)
	portal.Bar(t, with, servertest.AccountCut)
	expect(t, "once the account is cut", v.Get(servertest.OwnCase), http.StatusUnauthorized, "サインイン")
	expect(t, "and signing in", atProvider(servertest.Visit(t, portal), provider, "/login/openid", nil, with.StaffNumber), http.StatusUnauthorized, stoppedWords)
}

func TestWhoIsBarredAnswersByTheDirectory(t *testing.T) {
	t.Parallel()
	town, db := town.Answering(t)
	portal, slapd := withDirectoryOn(t, town, db, account.Ways{BreakGlassOnly: true}, town.Accounts[12].StaffNumber, town.Accounts[13].StaffNumber)
	with, without := barred(t, portal)
	try := func(login, number string) (*servertest.Visitor, servertest.Answer) {
		v := servertest.Visit(t, portal)
		return v, v.Post("/login", url.Values{"login": {login}, "password": {slapd.Password[number]}})
	}
	_, a := try("user1", without.StaffNumber)
	expect(t, "without a case", a, http.StatusUnauthorized, stoppedWords)
	v, a := try("user0", with.StaffNumber)
	expect(t, "with one", a, http.StatusForbidden, confinedWords)
	expect(t, "the case", v.Get(servertest.OwnCase), http.StatusOK, "自分についての件")
	portal.CloseCase(t, with)
	expect(t, "once it is closed", v.Get(servertest.OwnCase), http.StatusUnauthorized, "サインイン")
	_, a = try("user0", with.StaffNumber)
	expect(t, "and signing in", a, http.StatusUnauthorized, stoppedWords)
}
