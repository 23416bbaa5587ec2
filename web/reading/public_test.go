package reading_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

// withHeader asks with one header.
func withHeader(v *servertest.Visitor, method, path, name, value string) servertest.Answer {
	v.T.Helper()
	request, err := http.NewRequestWithContext(v.T.Context(), method, v.Portal.URL+path, nil)
	if err != nil {
		v.T.Fatal(err)
	}
	request.Header.Set(name, value)
	response, err := v.Client.Do(request)
	if err != nil {
		v.T.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // it was read only
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		v.T.Fatal(err)
	}
	return servertest.Answer{Status: response.StatusCode, Header: response.Header, Body: string(raw)}
}

// 基本方針 10: everybody reads the 基本方針 in force, without signing in.
func TestEverybodyReadsTheBasicPolicyInForce(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	v := servertest.Visit(t, portal)
	for _, path := range []string{"/public", "/public/kihon"} {
		a := v.Get(path)
		if a.Status != http.StatusOK || !strings.Contains(a.Body, "情報資産の機密性") || !strings.Contains(a.Body, "制定と改正") || !strings.Contains(a.Body, "第1版") {
			t.Fatalf("%s answers %d", path, a.Status)
		}
		if strings.Contains(a.Body, "見本 ") || strings.Contains(a.Body, "遵守します</button>") || strings.Contains(a.Body, "サインアウト") {
			t.Errorf("%s has something of somebody", path)
		}
		if a := v.Get(path + "?done=published"); strings.Contains(a.Body, "公開しました") {
			t.Errorf("%s says what nobody did", path)
		}
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
		if a := v.Ask(method, "/public", "", nil); a.Status != http.StatusMethodNotAllowed {
			t.Errorf("%s answers %d", method, a.Status)
		}
	}
}

// What is public may be cached by anyone, and says when it has changed.
func TestThePublicPageIsKeptUntilItChanges(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	v := servertest.Visit(t, portal)
	first := v.Get("/public")
	tag := first.Header.Get("ETag")
	if tag == "" || first.Header.Get("Cache-Control") != "public, no-cache" || first.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("headers: %v", first.Header)
	}
	head := v.Ask(http.MethodHead, "/public", "", nil)
	if head.Status != http.StatusOK || head.Body != "" || head.Header.Get("ETag") != tag || head.Header.Get("Content-Length") != first.Header.Get("Content-Length") {
		t.Errorf("HEAD: %d, %v", head.Status, head.Header)
	}
	again := withHeader(v, http.MethodGet, "/public", "If-None-Match", tag)
	if again.Status != http.StatusNotModified || again.Body != "" || again.Header.Get("ETag") != tag || again.Header.Get("Cache-Control") != "public, no-cache" {
		t.Errorf("asked again: %d, %v", again.Status, again.Header)
	}
	enact(t, portal, draft.Text{Kind: policy.Basic, Title: "もう一つの方針", Code: "betsu", Source: "第1条　守る。\n"})
	list := withHeader(v, http.MethodGet, "/public", "If-None-Match", tag)
	if list.Status != http.StatusOK || !strings.Contains(list.Body, `href="/public/betsu"`) || !strings.Contains(list.Body, `href="/public/kihon"`) {
		t.Errorf("with two of them: %d", list.Status)
	}
	if missing := v.Get("/public/nothing"); missing.Status != http.StatusNotFound || missing.Header.Get("Cache-Control") != "no-store" || missing.Header.Get("ETag") != "" {
		t.Errorf("nothing is cached of what is not there: %d, %v", missing.Status, missing.Header)
	}
}

// The public page neither reads nor sets a cookie: it is the same for who is
// signed in, and the session is not even prolonged.
func TestThePublicPageKnowsNoCookies(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	open, v := servertest.Visit(t, portal), servertest.SignIn(t, portal, town.Holder("総務課長"))
	for _, path := range []string{"/public", "/public/kihon"} {
		a, b := open.Get(path), v.Get(path)
		if a.Body != b.Body || a.Header.Get("ETag") != b.Header.Get("ETag") {
			t.Errorf("%s is another page for who is signed in", path)
		}
		for _, answer := range []servertest.Answer{a, b, v.Get("/public/nothing")} {
			if answer.Header.Get("Set-Cookie") != "" || answer.Header.Get("Vary") != "" {
				t.Errorf("%s sets %v", path, answer.Header)
			}
		}
	}
	for range 3 { // an hour unused ends a session, and this is no use of it
		portal.Clock.Advance(25 * time.Minute)
		v.Get("/public")
	}
	if a := v.Get("/policies"); a.Status != http.StatusUnauthorized {
		t.Errorf("the session lives on: %d", a.Status)
	}
}

func TestThePublicPageCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	hidden := town.StartWith(t, town.Database(t), func(s *server.Settings) { s.HidePublic = true })
	for _, path := range []string{"/public", "/public/kihon", "/public/kihon/clauses/1/1"} {
		w := httptest.NewRecorder()
		hidden.Server.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost"+path, nil))
		if w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), "情報資産の機密性") {
			t.Errorf("%s answers %d", path, w.Code)
		}
	}
}
