package account_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"kagami/internal/account"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres/pgtest"
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

const password = "川沿いの長い坂道を１２３"

// withPerson makes a database with one person who can sign in.
func withPerson(t *testing.T) (*account.Service, pgtest.DB, int64) {
	t.Helper()
	return withPersonAt(t, time.Now)
}

// withPersonAt is withPerson by another clock.
func withPersonAt(t *testing.T, now func() time.Time) (*account.Service, pgtest.DB, int64) {
	t.Helper()
	db := server.New(t)
	d := door.New(db.Pool, now)
	accounts := account.New(db.Pool, d)
	person, err := org.New(db.Pool, d).AddPerson(t.Context(), authz.AsOperator(), org.Person{
		StaffNumber: "M001", Name: "見本 太郎", Furigana: "ミホン タロウ", Email: "Mihon@Town.example",
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := accounts.SetPassword(t.Context(), authz.AsOperator(), person, password); err != nil {
		t.Fatal(err)
	}
	return accounts, db, person
}

func TestSignInByStaffNumberOrEmailInAnyWidthAndCase(t *testing.T) {
	t.Parallel()
	accounts, _, person := withPerson(t)
	for _, login := range []string{"M001", "m001", " M001 ", "Ｍ００１", "mihon@town.example", "ＭＩＨＯＮ＠town.example"} {
		if got, err := accounts.Authenticate(t.Context(), login, password, account.Try{}); got.Person != person || err != nil {
			t.Errorf("%q: %d, %v", login, got.Person, err)
		}
	}
	if _, err := accounts.Authenticate(t.Context(), "M001", "川沿いの長い坂道を123", account.Try{}); err != nil {
		t.Errorf("the same password in half-width digits: %v", err)
	}
}

func TestARefusalDoesNotTellWhetherTheAccountExists(t *testing.T) {
	t.Parallel()
	accounts, _, _ := withPerson(t)
	_, wrong := accounts.Authenticate(t.Context(), "M001", "wrong password", account.Try{})
	_, unknown := accounts.Authenticate(t.Context(), "M999", password, account.Try{})
	_, long := accounts.Authenticate(t.Context(), "M001", strings.Repeat("x", 5000), account.Try{})
	for _, err := range []error{wrong, unknown, long} {
		if fault.KindOf(err) != fault.Unauthenticated || err.Error() != wrong.Error() {
			t.Errorf("got %v", err)
		}
	}
}

// Nor does the time that it takes: a password is held against a hash once,
// whether there is an account or not.
func TestAnUnknownLoginCostsAsMuchAsAKnownOne(t *testing.T) {
	t.Parallel()
	p := aPlace(t)
	p.hire(t, "M002", "見本 花子") // who has no account
	for name, c := range map[string]struct{ login, password string }{
		"a wrong password": {"M001", "not the password"},
		"the right one":    {"M001", password},
		"no account":       {"M002", "not the password"},
		"nobody":           {"M999", "not the password"},
		"no e-mail":        {"nobody@town.example", "not the password"},
	} {
		n := p.Hashes(func() {
			_, err := p.Authenticate(t.Context(), c.login, c.password, account.Try{})
			if (err == nil) != (c.password == password) {
				t.Errorf("%s: %v", name, err)
			}
		})
		if n != 1 {
			t.Errorf("%s: %d hashes", name, n)
		}
	}
}

func TestPasswordsAreLongEnoughAndNeverKept(t *testing.T) {
	t.Parallel()
	accounts, db, person := withPerson(t)
	err := accounts.SetPassword(t.Context(), authz.AsOperator(), person, "十一文字の合言葉です。")
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("eleven characters: %v", err)
	}
	staff := authz.Actor{Person: person + 1, Holdings: []authz.Holding{{Role: authz.Staff}}}
	if err := accounts.SetPassword(t.Context(), staff, person, "another person's"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a 職員 set another's password: %v", err)
	}
	var hash string
	if err := db.Pool.QueryRow(t.Context(), `SELECT password_hash FROM account`).Scan(&hash); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("kept as %s", hash)
	}
}

// asked is when a proof was asked for, some seconds ago as the request says.
func asked(r *http.Request) time.Time {
	at, err := time.Parse(time.RFC3339, r.FormValue("at"))
	if err != nil {
		return time.Time{}
	}
	return at
}

// site is a page that says who is signed in, and lets sign in and out.
func site(t *testing.T, db pgtest.DB, c *clock, person int64) (*httptest.Server, *http.Client) {
	t.Helper()
	return siteThatFails(t, db, c, person, func(err error) { t.Error(err) })
}

// siteThatFails is a site that tells of sessions that could not be read or begun.
func siteThatFails(t *testing.T, db pgtest.DB, c *clock, person int64, fail func(error)) (*httptest.Server, *http.Client) {
	t.Helper()
	sessions := account.NewSessions(db.Pool, c.Now, false, func(_ http.ResponseWriter, _ *http.Request, err error) { fail(err) })
	t.Cleanup(sessions.Close)
	mux := http.NewServeMux()
	mux.HandleFunc("/in", func(_ http.ResponseWriter, r *http.Request) {
		if err := sessions.Begin(r.Context(), account.Proof{Person: person, Method: account.ByPassword, Device: account.Device(r.UserAgent()), At: asked(r)}); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("/out", func(_ http.ResponseWriter, r *http.Request) {
		if err := sessions.End(r.Context()); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("/prove", func(w http.ResponseWriter, r *http.Request) {
		if err := sessions.Prove(r.Context(), r.FormValue("strong") != ""); err != nil {
			t.Error(err)
		}
		fmt.Fprint(w, proofOf(sessions, r))
	})
	mux.HandleFunc("/proof", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, proofOf(sessions, r)) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if _, _, ok := sessions.Person(r.Context()); !ok {
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
func proofOf(sessions *account.Sessions, r *http.Request) string {
	strong, at := sessions.Proof(r.Context())
	return fmt.Sprint(strong, " ", at.Format(time.TimeOnly))
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
	_, db, person := withPerson(t)
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
	p := aPlace(t)
	web, client := site(t, p.db, p.clock, p.person)
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
		p.clock.advance(20 * time.Minute)
	}
}

func TestSignOutEndsTheSessionForWhoeverKeptItsToken(t *testing.T) {
	t.Parallel()
	_, db, person := withPerson(t)
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
	_, db, person := withPerson(t)
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
