package portal_test

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
)

// withHeader asks with one header.
func (v *visitor) withHeader(method, path, name, value string) answer {
	v.t.Helper()
	request, err := http.NewRequestWithContext(v.t.Context(), method, v.portal.URL+path, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	request.Header.Set(name, value)
	response, err := v.client.Do(request)
	if err != nil {
		v.t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // it was read only
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(raw)}
}

// 基本方針 10: everybody reads the 基本方針 in force, without signing in.
func TestEverybodyReadsTheBasicPolicyInForce(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	v := visit(t, portal)
	for _, path := range []string{"/public", "/public/kihon"} {
		a := v.get(path)
		if a.status != http.StatusOK || !strings.Contains(a.body, "情報資産の機密性") || !strings.Contains(a.body, "制定と改正") || !strings.Contains(a.body, "第1版") {
			t.Fatalf("%s answers %d", path, a.status)
		}
		if strings.Contains(a.body, "見本 ") || strings.Contains(a.body, "遵守します</button>") || strings.Contains(a.body, "サインアウト") {
			t.Errorf("%s has something of somebody", path)
		}
		if a := v.get(path + "?done=published"); strings.Contains(a.body, "公開しました") {
			t.Errorf("%s says what nobody did", path)
		}
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
		if a := v.ask(method, "/public", "", nil); a.status != http.StatusMethodNotAllowed {
			t.Errorf("%s answers %d", method, a.status)
		}
	}
}

// What is public can be kept by anyone, and says when it has changed.
func TestThePublicPageIsKeptUntilItChanges(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	v := visit(t, portal)
	first := v.get("/public")
	tag := first.header.Get("ETag")
	if tag == "" || first.header.Get("Cache-Control") != "public, no-cache" || first.header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("headers: %v", first.header)
	}
	head := v.ask(http.MethodHead, "/public", "", nil)
	if head.status != http.StatusOK || head.body != "" || head.header.Get("ETag") != tag || head.header.Get("Content-Length") != first.header.Get("Content-Length") {
		t.Errorf("HEAD: %d, %v", head.status, head.header)
	}
	again := v.withHeader(http.MethodGet, "/public", "If-None-Match", tag)
	if again.status != http.StatusNotModified || again.body != "" || again.header.Get("ETag") != tag || again.header.Get("Cache-Control") != "public, no-cache" {
		t.Errorf("asked again: %d, %v", again.status, again.header)
	}
	publishText(t, portal, draft.Text{Kind: policy.Basic, Title: "もう一つの方針", Code: "betsu", Source: "第1条　守る。\n"})
	list := v.withHeader(http.MethodGet, "/public", "If-None-Match", tag)
	if list.status != http.StatusOK || !strings.Contains(list.body, `href="/public/betsu"`) || !strings.Contains(list.body, `href="/public/kihon"`) {
		t.Errorf("with two of them: %d", list.status)
	}
	if missing := v.get("/public/nothing"); missing.status != http.StatusNotFound || missing.header.Get("Cache-Control") != "no-store" || missing.header.Get("ETag") != "" {
		t.Errorf("nothing is kept of what is not there: %d, %v", missing.status, missing.header)
	}
}

// The public page neither reads nor sets a cookie: it is the same for who is
// signed in, and the session is not even prolonged.
func TestThePublicPageKnowsNoCookies(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	open, v := visit(t, portal), signIn(t, portal, town.Holder("総務課長"))
	for _, path := range []string{"/public", "/public/kihon"} {
		a, b := open.get(path), v.get(path)
		if a.body != b.body || a.header.Get("ETag") != b.header.Get("ETag") {
			t.Errorf("%s is another page for who is signed in", path)
		}
		for _, answer := range []answer{a, b, v.get("/public/nothing")} {
			if answer.header.Get("Set-Cookie") != "" || answer.header.Get("Vary") != "" {
				t.Errorf("%s sets %v", path, answer.header)
			}
		}
	}
	for range 3 { // an hour unused ends a session, and this is no use of it
		portal.Clock.Advance(25 * time.Minute)
		v.get("/public")
	}
	if a := v.get("/account"); a.status != http.StatusUnauthorized {
		t.Errorf("the session lives on: %d", a.status)
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
