package account_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"kagami/internal/account"
)

// returning is the request that a browser makes with the cookies of an answer.
func returning(t *testing.T, answer *httptest.ResponseRecorder) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil)
	for _, cookie := range answer.Result().Cookies() {
		r.AddCookie(cookie)
	}
	return r
}

func TestAnAttemptIsFoundByItsCookieUntilItEnds(t *testing.T) {
	t.Parallel()
	_, db, person := withPerson(t)
	c := &clock{now: time.Now()}
	attempts := account.NewAttempts(db.Pool, c.Now, true)
	answer := httptest.NewRecorder()
	if err := attempts.Begin(t.Context(), answer, account.Attempt{Kind: "first", Data: json.RawMessage(`{"a": 1}`)}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"__Host-kagami-attempt=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"} {
		if header := answer.Header().Get("Set-Cookie"); !strings.Contains(header, want) {
			t.Errorf("the cookie lacks %s: %s", want, header)
		}
	}
	r := returning(t, answer)
	if err := attempts.Change(r, account.Attempt{Person: person, Kind: "second", Data: json.RawMessage(`{}`)}); err != nil {
		t.Fatal(err)
	}
	if got, ok, err := attempts.Of(r); err != nil || !ok || got.Person != person || got.Kind != "second" {
		t.Errorf("found %+v, %t, %v", got, ok, err)
	}
	if _, ok, err := attempts.Of(httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)); ok || err != nil {
		t.Errorf("without a cookie: %t, %v", ok, err)
	}
	c.advance(account.AttemptLimit)
	if _, ok, err := attempts.Of(r); ok || err != nil {
		t.Errorf("when it is over: %t, %v", ok, err)
	}
}

func TestAnAttemptEndsForOneRequestOnly(t *testing.T) {
	t.Parallel()
	_, db, _ := withPerson(t)
	attempts := account.NewAttempts(db.Pool, time.Now, false)
	answer := httptest.NewRecorder()
	if err := attempts.Begin(t.Context(), answer, account.Attempt{Kind: "state", Data: json.RawMessage(`"x"`)}); err != nil {
		t.Fatal(err)
	}
	ended := make([]bool, 8)
	var wait sync.WaitGroup
	for i := range ended {
		r := returning(t, answer)
		wait.Go(func() {
			var err error
			if ended[i], err = attempts.End(t.Context(), httptest.NewRecorder(), r); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	n := 0
	for _, e := range ended {
		if e {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d requests ended it", n)
	}
}

func TestDevicesAreNamedInWords(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36":                         "Windows の Chrome",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0":               "Windows の Edge",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1": "iPhone の Safari",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0":                                                    "Mac の Firefox",
		"curl/8.5.0":                "不明な端末",
		"":                          "不明な端末",
		"<script>alert(1)</script>": "不明な端末",
	} {
		if got := account.Device(agent); got != want {
			t.Errorf("%q is %s", agent, got)
		}
	}
}
