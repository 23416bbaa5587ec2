package account_test

import (
	"errors"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kagami/internal/account"
	"kagami/internal/account/accounttest"
	"kagami/internal/account/session"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres/pgtest"
)

// place is a portal whose clock the test moves, with one account.
type place struct {
	*account.Service
	sessions *session.Service
	org      *org.Service
	db       pgtest.DB
	clock    *clock
	person   int64
}

func aPlace(t *testing.T) place {
	t.Helper()
	db := server.New(t)
	c := clockOf(t, db, time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))
	d := door.New(db.Pool, c.Now)
	accounts := account.New(db.Pool, d, "鏡石町").Hashing(accounttest.LowCost)
	p := place{Service: accounts, sessions: session.New(db.Pool, d), org: org.New(db.Pool, d), db: db, clock: c}
	p.person = p.hire(t, "M001", "見本 太郎")
	if err := p.SetPassword(t.Context(), authz.AsOperator(), p.person, password); err != nil {
		t.Fatal(err)
	}
	return p
}

// hire registers somebody with a post of their own.
func (p place) hire(t *testing.T, number, name string) int64 {
	t.Helper()
	return p.hireFrom(t, number, name, calendar.NewDate(2026, 4, 1))
}

// hireFrom registers somebody whose post begins on a day.
func (p place) hireFrom(t *testing.T, number, name string, first calendar.Date) int64 {
	t.Helper()
	person, err := p.org.AddPerson(t.Context(), authz.AsOperator(), org.Person{StaffNumber: number, Name: name, Furigana: "ミホン"})
	if err != nil {
		t.Fatal(err)
	}
	post, err := p.org.AddPost(t.Context(), authz.AsOperator(), org.Post{Title: "職員" + number})
	if err != nil {
		t.Fatal(err)
	}
	err = p.org.Appoint(t.Context(), authz.AsOperator(), org.Appointment{Person: person, Post: post, First: first}, org.Beside)
	if err != nil {
		t.Fatal(err)
	}
	return person
}

func from(address string) account.Try { return account.Try{IP: netip.MustParseAddr(address)} }

// fail fails as often as is let without a wait.
func (p place) fail(t *testing.T, login string, try account.Try) {
	t.Helper()
	for range 6 {
		if _, err := p.Authenticate(t.Context(), login, "not the password", try); fault.KindOf(err) != fault.Unauthenticated {
			t.Fatalf("a wrong password: %v", err)
		}
	}
}

func retryAfter(t *testing.T, err error) time.Duration {
	t.Helper()
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Kind != fault.TooMany {
		t.Fatalf("not too many: %v", err)
	}
	return e.RetryAfter
}

func TestAfterSomeFailuresASignInWaitsWhetherTheAccountExistsOrNot(t *testing.T) {
	t.Parallel()
	p := aPlace(t)
	for _, login := range []string{"M001", "M999", "nobody@town.example"} {
		p.fail(t, login, from("192.0.2.1"))
		_, err := p.Authenticate(t.Context(), login, password, from("192.0.2.1"))
		if wait := retryAfter(t, err); wait != 2*time.Second {
			t.Errorf("%s waits %v", login, wait)
		}
		// from anywhere else too, and asking again makes it no longer
		_, err = p.Authenticate(t.Context(), login, password, from("198.51.100.7"))
		if wait := retryAfter(t, err); wait != 2*time.Second {
			t.Errorf("%s waits %v elsewhere", login, wait)
		}
	}
	p.clock.advance(2 * time.Second)
	if got, err := p.Authenticate(t.Context(), "M001", password, from("192.0.2.1")); got.Person != p.person || err != nil {
		t.Errorf("after the wait: %d, %v", got.Person, err)
	}
	// a success forgets the failures before it
	p.fail(t, "M001", from("192.0.2.1"))
}

// An outsider does not learn from a wait that an e-mail and a staff number are
// the same person's.
func TestALoginIsCountedForItselfHoweverItIsSpelt(t *testing.T) {
	t.Parallel()
	accounts, db, person := withPerson(t)
	db.SetClock(t, time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)) // a wait would pass while a slow machine tries
	fail := func(logins ...string) {
		t.Helper()
		for _, login := range logins {
			if _, err := accounts.Authenticate(t.Context(), login, "not the password", account.Try{}); fault.KindOf(err) != fault.Unauthenticated {
				t.Fatalf("%s: %v", login, err)
			}
		}
	}
	waits := func(login string) bool {
		t.Helper()
		_, err := accounts.Authenticate(t.Context(), login, password, account.Try{})
		return fault.KindOf(err) == fault.TooMany
	}
	byNumber := []string{"M001", "m001", "Ｍ００１", " M001", "M001", "m001"}
	fail(byNumber...)
	if !waits("Ｍ００１ ") {
		t.Error("another spelling is counted apart")
	}
	fail("mihon@town.example", "ＭＩＨＯＮ@town.example")
	// once they are in, both begin anew
	if waits("mihon@town.example") {
		t.Error("what was tried with the staff number keeps the e-mail waiting")
	}
	fail(byNumber...)
	fail("mihon@town.example", "mihon@town.example", "mihon@town.example", "mihon@town.example", "mihon@town.example", "mihon@town.example")
	if !waits("M001") || !waits("mihon@town.example") {
		t.Error("neither waits")
	}
	// and so they do with a new password
	if err := accounts.SetPassword(t.Context(), authz.AsOperator(), person, password); err != nil {
		t.Fatal(err)
	}
	fail("M001", "mihon@town.example")
	if waits("M001") || waits("mihon@town.example") {
		t.Error("a new password waits for what was tried at the old")
	}
}

func TestFailuresAreForgottenAfterADay(t *testing.T) {
	t.Parallel()
	p := aPlace(t)
	p.fail(t, "M001", from("192.0.2.1"))
	p.clock.advance(24 * time.Hour)
	p.fail(t, "M001", from("192.0.2.1"))
}

// A whole town may share one address: its failures wait only when there are
// very many, and others' accounts are not touched from elsewhere.
func TestOneAddressThatTriesManyAccountsWaitsToo(t *testing.T) {
	t.Parallel()
	p := aPlace(t)
	_, err := p.db.Pool.Exec(t.Context(), `
		INSERT INTO sign_in_try (network, failed, at, ends_at) SELECT sha256('192.0.2.1'), true, $1, $1::timestamptz + interval '1 day' FROM generate_series(1, 204)`, p.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Authenticate(t.Context(), "M001", password, from("192.0.2.1"))
	if wait := retryAfter(t, err); wait != 16*time.Second {
		t.Errorf("waits %v", wait)
	}
	if _, err := p.Authenticate(t.Context(), "M001", password, from("192.0.2.2")); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
}

// What an outsider can do never keeps the owner out: on their own device they
// are counted apart.
func TestAnOutsidersFailuresDontKeepTheOwnerOut(t *testing.T) {
	t.Parallel()
	p := aPlace(t)
	home := from("192.0.2.1")
	var err error
	if home.Device, err = p.sessions.RememberDevice(t.Context(), "", p.person); err != nil {
		t.Fatal(err)
	}
	if home.Device == "" {
		t.Fatal("the device has no token")
	}
	p.fail(t, "M001", from("203.0.113.9"))
	if _, err := p.Authenticate(t.Context(), "M001", password, from("192.0.2.1")); fault.KindOf(err) != fault.TooMany {
		t.Errorf("an unknown device goes through: %v", err)
	}
	if got, err := p.Authenticate(t.Context(), "M001", password, home); got.Person != p.person || err != nil {
		t.Errorf("the owner's device: %d, %v", got.Person, err)
	}

	// a device that is known waits too, and is known for its own person only
	p.fail(t, "M001", home)
	if _, err := p.Authenticate(t.Context(), "M001", password, home); fault.KindOf(err) != fault.TooMany {
		t.Errorf("the owner's device never waits: %v", err)
	}
	other := p.hire(t, "M002", "見本 花子")
	if err := p.SetPassword(t.Context(), authz.AsOperator(), other, password); err != nil {
		t.Fatal(err)
	}
	p.fail(t, "M002", from("203.0.113.9"))
	if _, err := p.Authenticate(t.Context(), "M002", password, home); fault.KindOf(err) != fault.TooMany {
		t.Errorf("the device is known for others too: %v", err)
	}
}

// Tries side by side don't slip through: each is counted before its hash.
func TestTriesSideBySideAreAllCounted(t *testing.T) {
	t.Parallel()
	p := aPlace(t)
	var tried, refused atomic.Int64
	var wait sync.WaitGroup
	for range 24 {
		wait.Go(func() {
			_, err := p.Authenticate(t.Context(), "M001", "not the password", from("192.0.2.1"))
			switch fault.KindOf(err) {
			case fault.Unauthenticated:
				tried.Add(1)
			case fault.TooMany:
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if tried.Load() != 6 || refused.Load() != 18 {
		t.Errorf("%d were tried, %d refused", tried.Load(), refused.Load())
	}
}
