package server_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"kagami/internal/fault"
	"kagami/internal/secret"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

// reachedAt makes a portal that people reach at an address.
func reachedAt(t *testing.T, public string) (*servertest.Portal, error) {
	t.Helper()
	address, err := url.Parse(public)
	if err != nil {
		t.Fatal(err)
	}
	return town.New(t, town.Database(t), server.Settings{Town: "鏡石町", PublicURL: address, Keys: secret.Random()})
}

// Behind TLS every cookie is the portal's alone, sent over TLS alone, and out of
// reach of scripts; and the browser is told to come over TLS only.
func TestCookiesAndHeadersBehindTLS(t *testing.T) {
	t.Parallel()
	p, err := reachedAt(t, "https://portal.town.example")
	if err != nil {
		t.Fatal(err)
	}
	account := town.Accounts[12]
	form := url.Values{"login": {account.StaffNumber}, "password": {account.Password}}
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/login", strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := httptest.NewRecorder()
	p.Server.ServeHTTP(answer, request)
	if answer.Code != http.StatusSeeOther {
		t.Fatalf("signing in: %d %s", answer.Code, answer.Body)
	}
	cookies := answer.Header().Values("Set-Cookie")
	if len(cookies) != 2 {
		t.Errorf("the cookies are %q", cookies)
	}
	for _, cookie := range cookies {
		for _, want := range []string{"Path=/", "Secure", "HttpOnly", "SameSite=Lax"} {
			if !strings.HasPrefix(cookie, "__Host-kagami") || !strings.Contains(cookie, want) {
				t.Errorf("%s lacks %s", cookie, want)
			}
		}
		if strings.Contains(cookie, "Domain=") {
			t.Errorf("%s is for other sites too", cookie)
		}
	}
	for header, want := range map[string]string{
		"Strict-Transport-Security": "max-age=31536000",
		"Referrer-Policy":           "no-referrer",
		"X-Content-Type-Options":    "nosniff",
		"Content-Security-Policy":   "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
	} {
		if got := answer.Header().Get(header); got != want {
			t.Errorf("%s: %s", header, got)
		}
	}
}

func TestAPortalWithoutTLSIsForThisMachineOnly(t *testing.T) {
	t.Parallel()
	for _, public := range []string{"http://portal.town.example", "http://192.0.2.1:8080"} {
		if _, err := reachedAt(t, public); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", public, err)
		}
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
