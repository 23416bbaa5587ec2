package account_test

import (
	"crypto/rand"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"kagami/internal/account"
	"kagami/internal/account/accounttest"
	"kagami/internal/account/session"
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
	set func(time.Time) // the database's, which goes along
}

// clockOf is a clock that stands at an instant, and the database's with it.
func clockOf(t *testing.T, db pgtest.DB, at time.Time) *clock {
	t.Helper()
	c := &clock{now: at, set: func(at time.Time) { db.SetClock(t, at) }}
	c.set(at)
	return c
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
	c.set(c.now)
}

const password = "川沿いの長い坂道を１２３"

// begin begins a session for somebody as the server does, on a proof that was
// asked for at an instant. goesOn tells whether the session of that token goes on.
func begin(t *testing.T, accounts *account.Service, person int64, asked time.Time) (token string, err error) {
	t.Helper()
	token = rand.Text()
	return token, accounts.BeginSession(t.Context(), session.Beginning{
		Token: token, ID: rand.Text(), EndsAt: asked.Add(session.AbsoluteLimit),
		Proof: session.Proof{Person: person, Method: session.ByPassword, Device: "Windows の Edge", At: asked},
	})
}

func goesOn(t *testing.T, db pgtest.DB, now func() time.Time, token string) bool {
	t.Helper()
	found, err := session.New(db.Pool, door.New(db.Pool, now)).Find(t.Context(), token, nil)
	if err != nil {
		t.Fatal(err)
	}
	return found.Person != 0
}

// withPerson makes a database with one person who can sign in.
func withPerson(t *testing.T) (*account.Service, pgtest.DB, int64) {
	t.Helper()
	db := server.New(t)
	d := door.New(db.Pool, time.Now)
	accounts := account.New(db.Pool, d).Hashing(accounttest.LowCost)
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
	if err := account.New(db.Pool, door.New(db.Pool, time.Now)).SetPassword(t.Context(), authz.AsOperator(), person, "十二文字もある合言葉です。"); err != nil {
		t.Fatal(err)
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
