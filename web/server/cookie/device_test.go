package cookie_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"kagami/internal/account/session"
	"kagami/internal/door"
	"kagami/web/server/cookie"
)

func TestADeviceIsKnownForAYearAndToAllWhoShareIt(t *testing.T) {
	t.Parallel()
	db, person := withPerson(t)
	other := add(t, db, "M002")
	c := &clock{now: time.Now()}
	devices := cookie.NewDevices(session.New(db.Pool, door.New(db.Pool, c.Now)), false)
	answer := httptest.NewRecorder()
	remember := func(r *http.Request, person int64) {
		answer = httptest.NewRecorder()
		if err := devices.Remember(t.Context(), answer, r, person); err != nil {
			t.Fatal(err)
		}
	}
	remember(httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil), person)
	browser := returning(t, answer)
	remember(browser, other)
	if devices.Token(returning(t, answer)) != devices.Token(browser) {
		t.Error("who shares a browser takes its token away")
	}
	remember(browser, person)
	if answer.Header().Get("Set-Cookie") != "" {
		t.Error("a known device gets a new cookie")
	}
	c.advance(366 * 24 * time.Hour)
	remember(browser, person)
	if devices.Token(returning(t, answer)) == devices.Token(browser) {
		t.Error("a token lasts for good")
	}
}
