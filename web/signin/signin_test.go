package signin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"kagami/web/server/servertest"
)

func TestSignInGoesOnWithinThePortalOnly(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	account := town.Accounts[12]
	for next, want := range map[string]string{
		"/policies/kihon?done=acknowledged": "/policies/kihon?done=acknowledged",
		"":                                  "/",
		"https://elsewhere.example/":        "/",
		"//elsewhere.example/":              "/",
		`/\elsewhere.example/`:              "/",
		"/logout":                           "/",
		"javascript:alert(1)":               "/",
	} {
		v := servertest.Visit(t, portal)
		v.Client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		a := v.Post("/login", url.Values{"login": {account.StaffNumber}, "password": {account.Password}, "next": {next}})
		if got := a.Header.Get("Location"); a.Status != http.StatusSeeOther || got != want {
			t.Errorf("next=%q leads to %q", next, got)
		}
	}
}

// A form that comes after the session has ended: signing in leads back to what it was about,
// and nowhere else.
func TestAFormAfterTheSessionEndedLeadsBackToItsAddress(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	account := town.Accounts[12]
	for _, asked := range []string{"/account/second-factor", "/account/second-factor?at=2026-11-24&q=%E9%A0%98%E5%9F%9F", "/account/second-factor?next=//elsewhere.example/"} {
		v := servertest.Visit(t, portal)
		v.Client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		a := v.Post(asked, url.Values{"q": {"x"}})
		if a.Status != http.StatusUnauthorized || !strings.Contains(a.Body, "入力したものは残っていません") {
			t.Errorf("%s: %d", asked, a.Status)
		}
		form := servertest.Hidden(a.Body)
		form.Set("login", account.StaffNumber)
		form.Set("password", account.Password)
		if got := v.Post("/login", form).Header.Get("Location"); got != asked {
			t.Errorf("%s leads to %q", asked, got)
		}
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
