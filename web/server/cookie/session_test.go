package cookie_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"kagami/internal/account"
	"kagami/internal/account/session"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres/pgtest"
	"kagami/web/server/cookie"
)

var server pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &server)) }

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// withPerson makes a database with one person.
func withPerson(t *testing.T) (pgtest.DB, int64) {
	t.Helper()
	db := server.New(t)
	return db, add(t, db, "M001")
}

func add(t *testing.T, db pgtest.DB, number string) (person int64) {
	t.Helper()
	err := db.Pool.QueryRow(t.Context(), `INSERT INTO person (staff_number, name, furigana) VALUES ($1, '見本', 'ミホン') RETURNING id`, number).Scan(&person)
	if err != nil {
		t.Fatal(err)
	}
	return person
}

// site is a page that says who is signed in, and lets sign in and out.
func site(t *testing.T, db pgtest.DB, c *clock, person int64) (*httptest.Server, *http.Client) {
	t.Helper()
	return siteThatFails(t, db, c, person, func(err error) { t.Error(err) })
}

// siteThatFails is a site that tells of sessions that could not be read or begun.
func siteThatFails(t *testing.T, db pgtest.DB, c *clock, person int64, fail func(error)) (*httptest.Server, *http.Client) {
	t.Helper()
	d := door.New(db.Pool, c.Now)
	sessions := cookie.NewSessions(session.New(db.Pool, d), account.New(db.Pool, d), c.Now, false, func(_ http.ResponseWriter, _ *http.Request, err error) { fail(err) })
	mux := http.NewServeMux()
	mux.HandleFunc("/in", func(_ http.ResponseWriter, r *http.Request) {
		if err := sessions.Begin(r.Context(), session.Proof{Person: person, Method: session.ByPassword, Device: session.Device(r.UserAgent())}); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("/out", func(_ http.ResponseWriter, r *http.Request) {
		if err := sessions.End(r.Context()); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("/prove", func(w http.ResponseWriter, r *http.Request) {
		if err := sessions.Prove(r.Context(), session.Strength(r.FormValue("strong") != "")); err != nil {
			t.Error(err)
		}
		fmt.Fprint(w, proofOf(sessions, r))
	})
	mux.HandleFunc("/proof", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, proofOf(sessions, r)) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if sessions.Current(r.Context()).Person == 0 {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	web := httptest.NewServer(sessions.Load(mux))
	t.Cleanup(web.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return web, &http.Client{Jar: jar}
}

// proofOf writes what a session says of how its person has proved themselves.
func proofOf(sessions *cookie.Sessions, r *http.Request) string {
	current := sessions.Current(r.Context())
	return fmt.Sprint(current.Strong, " ", current.ProvedAt.Format(time.TimeOnly))
}

func body(t *testing.T, client *http.Client, url string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // it was read only
	b, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func status(t *testing.T, client *http.Client, url string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode
}

func TestASessionEndsWhenIdleAndAfterAWorkingDay(t *testing.T) {
	t.Parallel()
	db, person := withPerson(t)
	c := &clock{now: time.Now()}
	web, client := site(t, db, c, person)
	status(t, client, web.URL+"/in")
	for range 12 { // every 50 minutes: never idle for an hour, 10 hours in all
		c.advance(50 * time.Minute)
		if status(t, client, web.URL) != http.StatusOK {
			t.Fatalf("ended at %v", c.Now())
		}
	}
	c.advance(50 * time.Minute)
	status(t, client, web.URL)
	c.advance(50 * time.Minute)
	status(t, client, web.URL)
	c.advance(25 * time.Minute)
	if status(t, client, web.URL) != http.StatusUnauthorized {
		t.Error("goes on after 12 hours")
	}

	status(t, client, web.URL+"/in")
	c.advance(61 * time.Minute)
	if status(t, client, web.URL) != http.StatusUnauthorized {
		t.Error("goes on after an idle hour")
	}
}

func TestASessionKnowsHowAndWhenItsPersonProvedThemselves(t *testing.T) {
	t.Parallel()
	db, person := withPerson(t)
	c := &clock{now: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)}
	web, client := site(t, db, c, person)
	status(t, client, web.URL+"/in")
	for _, step := range []struct{ path, want string }{
		{"/proof", "false 00:00:00"},
		{"/prove", "false 00:20:00"},
		{"/prove?strong=yes", "true 00:40:00"},
		{"/prove", "true 01:00:00"}, // once strong, always strong
		{"/proof", "true 01:00:00"},
	} {
		if got := body(t, client, web.URL+step.path); got != step.want {
			t.Errorf("%s says %s, want %s", step.path, got, step.want)
		}
		c.advance(20 * time.Minute)
	}
}

func TestSignOutEndsTheSessionForWhoeverKeptItsToken(t *testing.T) {
	t.Parallel()
	db, person := withPerson(t)
	web, client := site(t, db, &clock{now: time.Now()}, person)
	status(t, client, web.URL+"/in")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, web.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	kept := client.Jar.Cookies(request.URL)
	status(t, client, web.URL+"/out")
	client.Jar.SetCookies(request.URL, kept)
	if status(t, client, web.URL) != http.StatusUnauthorized {
		t.Error("the old token still signs in")
	}
}

func TestATokenIsNewAtSignInAndKeptAsAHashOnly(t *testing.T) {
	t.Parallel()
	db, person := withPerson(t)
	web, client := site(t, db, &clock{now: time.Now()}, person)
	tokens := map[string]bool{}
	for range 2 {
		status(t, client, web.URL+"/in")
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, web.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		tokens[client.Jar.Cookies(request.URL)[0].Value] = true
	}
	if len(tokens) != 2 {
		t.Error("the token stayed the same")
	}
	var kept int
	for token := range tokens {
		var n int
		if err := db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM sessions WHERE token = $1`, token).Scan(&n); err != nil {
			t.Fatal(err)
		}
		kept += n
	}
	if kept != 0 {
		t.Error("a token stands in the database")
	}
}

// Whoever must not come in gets a failure and no session.
func TestWhoeverIsNotLetInHasNoSession(t *testing.T) {
	t.Parallel()
	db, person := withPerson(t)
	if _, err := db.Pool.Exec(t.Context(), `INSERT INTO account (person_id, suspended_at, suspension_reason) VALUES ($1, now(), '見本')`, person); err != nil {
		t.Fatal(err)
	}
	refused := 0
	web, client := siteThatFails(t, db, &clock{now: time.Now()}, person, func(err error) {
		if fault.KindOf(err) == fault.Unauthenticated {
			refused++
		}
	})
	status(t, client, web.URL+"/in")
	if got := status(t, client, web.URL); got != http.StatusUnauthorized || refused != 1 {
		t.Errorf("answered %d, refused %d times", got, refused)
	}
}
