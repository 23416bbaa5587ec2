package cookie_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"kagami/internal/account/session"
	"kagami/internal/door"
	"kagami/web/server/cookie"
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
	db, person := withPerson(t)
	c := &clock{now: time.Now()}
	attempts := cookie.NewAttempts(session.New(db.Pool, door.New(db.Pool, c.Now)), true)
	answer := httptest.NewRecorder()
	if err := attempts.Begin(t.Context(), answer, session.Attempt{Kind: "first"}, json.RawMessage(`{"a": 1}`)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"__Host-kagami-attempt=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"} {
		if header := answer.Header().Get("Set-Cookie"); !strings.Contains(header, want) {
			t.Errorf("the cookie lacks %s: %s", want, header)
		}
	}
	r := returning(t, answer)
	if err := attempts.Change(r, session.Attempt{Person: person, Kind: "second"}, json.RawMessage(`{}`)); err != nil {
		t.Fatal(err)
	}
	if got, err := attempts.Of(r); err != nil || got.Person != person || got.Kind != "second" {
		t.Errorf("found %+v, %v", got, err)
	}
	if got, err := attempts.Of(httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)); got.Kind != "" || err != nil {
		t.Errorf("without a cookie: %+v, %v", got, err)
	}
	c.advance(session.AttemptLimit)
	if got, err := attempts.Of(r); got.Kind != "" || err != nil {
		t.Errorf("when it is over: %+v, %v", got, err)
	}
}

func TestAnAttemptEndsForOneRequestOnly(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	attempts := cookie.NewAttempts(session.New(db.Pool, door.New(db.Pool, time.Now)), false)
	answer := httptest.NewRecorder()
	if err := attempts.Begin(t.Context(), answer, session.Attempt{Kind: "state"}, json.RawMessage(`"x"`)); err != nil {
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
