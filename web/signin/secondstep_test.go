package signin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"kagami/internal/account/session"
	"kagami/internal/sample"
	"kagami/web/server/servertest"
)

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
	secret, codes := first.SetUpApp()

	v := servertest.Visit(t, portal)
	passFirst(v, a, "/policies/kihon")
	for _, c := range []struct {
		code   string
		Status int
		words  string
	}{
		{"", 422, "コードを入力してください"},
		{"12345a", 401, "コードが違います"},
		{v.AppCode(secret), 401, "すでに使われました"},
	} {
		if got := v.Post("/login/second", url.Values{"proof_code": {c.code}}); got.Status != c.Status || !strings.Contains(got.Body, c.words) {
			t.Errorf("%q: %d %s", c.code, got.Status, got.Body)
		}
	}
	portal.Clock.Advance(time.Minute)
	if got := v.Post("/login/second", url.Values{"proof_code": {v.AppCode(secret)}}); got.Status != 200 || !strings.Contains(got.Body, "第1章") {
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
	secret, _ := own.SetUpApp()
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
	form.Set("proof_code", own.AppCode(secret))
	if got = own.Post("/account/second-factor", form); got.Status != 200 {
		t.Errorf("after the wait: %d %s", got.Status, got.Body)
	}
}

func TestASecondStepEndsAfterTenMinutes(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	a := town.Holder("税務町民課長")
	secret, _ := servertest.SignIn(t, portal, a).SetUpApp()
	v := servertest.Visit(t, portal)
	passFirst(v, a, "/")
	portal.Clock.Advance(session.AttemptLimit)
	for _, got := range []servertest.Answer{v.Get("/login/second"), v.Post("/login/second", url.Values{"proof_code": {v.AppCode(secret)}}), v.Post("/login/passkey", nil)} {
		if got.Status != 200 || !strings.Contains(got.Body, "はじめからサインインしてください") {
			t.Errorf("%d %s", got.Status, got.Body)
		}
	}
}

// Neither secrets nor codes go to the log, and no address holds one.
func TestTheLogHoldsNoSecondFactor(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	a := town.Holder("税務町民課長")
	v := servertest.SignIn(t, portal, a)
	secret, codes := v.SetUpApp()
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

// A stranger who asks to be asked for a passkey, however often, makes the database write nothing.
func TestAStrangerIsAskedForAPasskeyWithoutARow(t *testing.T) {
	t.Parallel()
	v := servertest.Visit(t, town.Start(t))
	for range 20 {
		if a := v.Post("/login/passkey/options", nil); a.Status != http.StatusOK || !strings.Contains(a.Body, "challenge") {
			t.Fatalf("asked: %d %s", a.Status, a.Body)
		}
	}
	if n := v.Count("sign_in_attempt"); n != 0 {
		t.Errorf("%d rows are written", n)
	}
}
