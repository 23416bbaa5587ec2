package signin_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"kagami/web/server/servertest"
)

func TestAPageAsksAgainAndGoesOn(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	a := town.Holder("税務町民課長")
	v := servertest.SignIn(t, portal, a)
	secret, codes := v.SetUpApp()
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
	form.Set("proof_code", v.AppCode(secret))
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
	own.SetUpApp()
	for _, act := range []string{"app", "codes"} {
		if got := weak.Post("/account/second-factor", url.Values{"act": {act}}); got.Status != 403 {
			t.Errorf("%s: %d", act, got.Status)
		}
	}
	if got := weak.Get("/"); got.Status != 200 {
		t.Errorf("home: %d", got.Status)
	}
}
