package account_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"pgregory.net/rapid"

	"kagami/internal/account"
	"kagami/internal/account/accounttest"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
)

// crowd is a database with many people, whose passwords cost next to nothing to
// check, and a clock of its own.
type crowd struct {
	place
	logins []string
}

func aCrowd(t *testing.T, people int) crowd {
	t.Helper()
	c := crowd{place: aPlace(t)}
	hash, err := argon2id.CreateHash(crowdPassword, &accounttest.LowCost)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.db.Pool.Exec(t.Context(), `
		WITH people AS (INSERT INTO person (staff_number, name, furigana) SELECT 'P' || n, '見本', 'ミホン' FROM generate_series(1, $1::int) n RETURNING id)
		INSERT INTO account (person_id, password_hash, password_set_at) SELECT id, $2, $3 FROM people`, people, hash, c.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	for n := range people {
		c.logins = append(c.logins, fmt.Sprintf("P%d", n+1))
	}
	return c
}

const crowdPassword = "those many have one"

// portal is one more portal on the database, whose clock goes wrong by so much. It
// has few connections: other tests run on the same server.
func (p place) portal(t *testing.T, wrong time.Duration) *account.Service {
	t.Helper()
	pool, err := postgres.Open(t.Context(), p.db.URL+"&pool_max_conns=4")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return account.New(pool, door.New(pool, func() time.Time { return p.clock.Now().Add(wrong) }), "鏡石町").Hashing(accounttest.LowCost)
}

// outcomes are how often tries ended so.
type outcomes struct {
	in, wrong, refused, other atomic.Int64
	failure                   atomic.Value // the last that is none of these
}

func (o *outcomes) add(err error) {
	switch {
	case err == nil:
		o.in.Add(1)
	case fault.KindOf(err) == fault.Unauthenticated:
		o.wrong.Add(1)
	case fault.KindOf(err) == fault.TooMany:
		o.refused.Add(1)
	default:
		o.other.Add(1)
		o.failure.Store(err.Error())
	}
}

func (o *outcomes) String() string {
	return fmt.Sprintf("%d in, %d wrong, %d refused, %d otherwise: %v", o.in.Load(), o.wrong.Load(), o.refused.Load(), o.other.Load(), o.failure.Load())
}

// All at once, at one instant: that is stricter than within a minute.
func TestFiveHundredPeopleBehindOneAddressAreAllLetInAndAGuesserBesideThemIsNot(t *testing.T) {
	t.Parallel()
	c := aCrowd(t, 500)
	portals := []*account.Service{c.portal(t, -7*time.Minute), c.portal(t, 11*time.Minute)}
	var people, guesses outcomes
	var wait sync.WaitGroup
	for i, login := range c.logins {
		wait.Go(func() {
			_, err := portals[i%2].Authenticate(t.Context(), login, crowdPassword, from("192.0.2.1"))
			people.add(err)
		})
	}
	for i := range 40 {
		wait.Go(func() {
			_, err := portals[i%2].Authenticate(t.Context(), "M001", "not the password", from("192.0.2.1"))
			guesses.add(err)
		})
	}
	wait.Wait()
	if people.in.Load() != 500 {
		t.Errorf("the people: %v", &people)
	}
	if guesses.wrong.Load() != 6 || guesses.refused.Load() != 34 {
		t.Errorf("the guesser: %v", &guesses)
	}
}

// Whoever guesses at many accounts side by side gets beyond what is free by no
// more than is checked at one instant.
func TestManyAccountsGuessedAtOnceFromOneAddress(t *testing.T) {
	t.Parallel()
	c := aCrowd(t, 400)
	portals := []*account.Service{c.portal(t, 0), c.portal(t, time.Hour)}
	var guesses outcomes
	var wait sync.WaitGroup
	for i, login := range c.logins {
		wait.Go(func() {
			_, err := portals[i%2].Authenticate(t.Context(), login, "not the password", from("192.0.2.1"))
			guesses.add(err)
		})
	}
	wait.Wait()
	most := int64(201 + 2*2*runtime.GOMAXPROCS(0))
	if n := guesses.wrong.Load(); n < 201 || n > most || n+guesses.refused.Load() != 400 {
		t.Errorf("of at most %d: %v", most, &guesses)
	}
	if _, err := portals[0].Authenticate(t.Context(), "M001", password, from("192.0.2.1")); retryAfter(t, err) > 30*time.Second {
		t.Errorf("waits longer than the rule says: %v", err)
	}
	// after each wait there is one more guess, however many come for it
	c.clock.advance(30 * time.Second)
	var next outcomes
	for i, login := range c.logins[:40] {
		wait.Go(func() {
			_, err := portals[i%2].Authenticate(t.Context(), login, "not the password", from("192.0.2.1"))
			next.add(err)
		})
	}
	wait.Wait()
	if next.wrong.Load() != 1 || next.refused.Load() != 39 {
		t.Errorf("after a wait: %v", &next)
	}
}

func TestOneAccountGuessedFromManyAddressesAtOnce(t *testing.T) {
	t.Parallel()
	c := aCrowd(t, 1)
	var guesses outcomes
	var wait sync.WaitGroup
	for i := range 60 {
		wait.Go(func() {
			_, err := c.Authenticate(t.Context(), c.logins[0], "not the password", from(fmt.Sprintf("203.0.113.%d", i)))
			guesses.add(err)
		})
	}
	wait.Wait()
	if guesses.wrong.Load() != 6 || guesses.refused.Load() != 54 {
		t.Errorf("%v", &guesses)
	}
}

// Who mistypes and then comes in was no guesser: a town behind one address does
// not use up what is free there. That vouches for nobody else.
func TestWhatSomebodyMistypedIsForgottenForTheAddressToo(t *testing.T) {
	t.Parallel()
	c := aCrowd(t, 210)
	try := func(login, password, address string) error {
		_, err := c.Authenticate(t.Context(), login, password, from(address))
		return err
	}
	for _, login := range c.logins[:205] {
		if err := try(login, "mistyped", "192.0.2.1"); fault.KindOf(err) != fault.Unauthenticated {
			t.Fatalf("%s: %v", login, err)
		}
		if err := try(login, crowdPassword, "192.0.2.1"); err != nil {
			t.Fatalf("%s: %v", login, err)
		}
	}
	for _, login := range c.logins[:201] {
		if err := try(login, "a guess", "203.0.113.9"); fault.KindOf(err) != fault.Unauthenticated {
			t.Fatalf("%s: %v", login, err)
		}
		if err := try(login, crowdPassword, "192.0.2.1"); err != nil {
			t.Fatalf("%s: %v", login, err)
		}
	}
	if err := try(c.logins[209], "a guess", "203.0.113.9"); fault.KindOf(err) != fault.TooMany {
		t.Errorf("the owners vouch for a guesser elsewhere: %v", err)
	}
}

// After some failures tries come one by one; those that are right wait for each
// other, and none is refused.
func TestTheRightPasswordManyTimesAtOnceIsNotRefused(t *testing.T) {
	t.Parallel()
	c := aCrowd(t, 1)
	for range 5 {
		if _, err := c.Authenticate(t.Context(), c.logins[0], "mistyped", from("192.0.2.1")); fault.KindOf(err) != fault.Unauthenticated {
			t.Fatal(err)
		}
	}
	var right outcomes
	var wait sync.WaitGroup
	for range 10 {
		wait.Go(func() {
			_, err := c.Authenticate(t.Context(), c.logins[0], crowdPassword, from("192.0.2.1"))
			right.add(err)
		})
	}
	wait.Wait()
	if right.in.Load() != 10 {
		t.Errorf("%v", &right)
	}
}

// Whatever the portals' clocks say, the rule's waits are the database's, and a new
// password signs in at once.
func TestPortalsWithClocksApartLockNobodyOut(t *testing.T) {
	t.Parallel()
	for _, apart := range []time.Duration{time.Second, 10 * time.Minute, time.Hour, 48 * time.Hour} {
		t.Run(apart.String(), func(t *testing.T) {
			t.Parallel()
			p := aPlace(t)
			fast, slow := p.portal(t, apart), p.portal(t, -apart)
			signIn := func(portal *account.Service, password string) error {
				proof, err := portal.Authenticate(t.Context(), "M001", password, from("192.0.2.1"))
				if err != nil {
					return err
				}
				return p.beginAt(t, portal, proof)
			}
			for i := range 6 {
				portal := []*account.Service{fast, slow}[i%2]
				if err := signIn(portal, "not the password"); fault.KindOf(err) != fault.Unauthenticated {
					t.Fatal(err)
				}
			}
			for _, portal := range []*account.Service{fast, slow} {
				if wait := retryAfter(t, signIn(portal, password)); wait != 2*time.Second {
					t.Errorf("waits %v", wait)
				}
			}
			p.clock.advance(2 * time.Second)
			for _, portal := range []*account.Service{slow, fast} {
				if err := signIn(portal, password); err != nil {
					t.Errorf("after the wait: %v", err)
				}
			}
			if err := fast.SetPassword(t.Context(), authz.AsOperator(), p.person, another); err != nil {
				t.Fatal(err)
			}
			if err := signIn(slow, another); err != nil {
				t.Errorf("a new password: %v", err)
			}
		})
	}
}

// The database's own clock may be set back: then nobody waits for what seems to
// have happened later, and guesses are still slowed.
func TestADatabaseClockThatIsSetBackLocksNobodyOut(t *testing.T) {
	t.Parallel()
	p := aPlace(t)
	for range 8 {
		p.Authenticate(t.Context(), "M001", "not the password", from("192.0.2.1")) //nolint:errcheck // wrong, each time
		p.clock.advance(5 * time.Minute)
	}
	p.clock.advance(-time.Hour)
	if _, err := p.Authenticate(t.Context(), "M001", "not the password", from("192.0.2.1")); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("right after it: %v", err)
	}
	_, err := p.Authenticate(t.Context(), "M001", password, from("192.0.2.1"))
	if wait := retryAfter(t, err); wait != 16*time.Second { // the ninth failure
		t.Errorf("a guesser waits %v", wait)
	}
	p.clock.advance(-time.Hour)
	if _, err := p.Authenticate(t.Context(), "M001", password, from("192.0.2.1")); err != nil {
		t.Errorf("the owner: %v", err)
	}
	// what was counted in a wrong year does not count until then
	p.clock.advance(365 * 24 * time.Hour)
	p.fail(t, "M999", from("192.0.2.1"))
	p.clock.advance(-365 * 24 * time.Hour)
	p.Authenticate(t.Context(), "M998", "not the password", from("192.0.2.1")) //nolint:errcheck // wrong
	if n := count(t, p, `SELECT count(*) FROM sign_in_try`); n != 1 {
		t.Errorf("%d failures are left", n)
	}
}

// A try whose check could not be made is taken back.
func TestACheckThatFailsIsNoGuess(t *testing.T) {
	t.Parallel()
	p := aPlace(t)
	broken := errors.New("the database went away")
	for range 20 {
		err := p.ThrottleCode(t.Context(), p.person, from("192.0.2.1"), func() error { return broken })
		if !errors.Is(err, broken) {
			t.Fatal(err)
		}
	}
	if n := count(t, p, `SELECT count(*) FROM sign_in_try`); n != 0 {
		t.Errorf("%d tries are counted", n)
	}
}

// Nobody gets round the counting by hanging up before they read the answer, and
// what was right counts as right.
func TestWhoHangsUpIsCountedByTheAnswerTheyWouldHaveHad(t *testing.T) {
	t.Parallel()
	p := aPlace(t)
	wrong := fault.New(fault.Unauthenticated, "違います。")
	check := func(answer error) error {
		ctx, hangUp := context.WithCancel(t.Context())
		return p.ThrottleCode(ctx, p.person, from("192.0.2.1"), func() error {
			hangUp()
			return answer
		})
	}
	for range 5 {
		if err := check(wrong); fault.KindOf(err) != fault.Unauthenticated {
			t.Fatal(err)
		}
	}
	if n := count(t, p, `SELECT count(*) FROM sign_in_try WHERE failed`); n != 5 {
		t.Errorf("%d guesses are counted", n)
	}
	if err := check(nil); err != nil {
		t.Fatal(err)
	}
	if n := count(t, p, `SELECT count(*) FROM sign_in_try`); n != 0 {
		t.Errorf("%d tries are left after a right code", n)
	}
}

// A portal that breaks down leaves tries that nobody ends. They keep nobody else
// waiting, and their own account for a minute at the longest.
func TestTriesThatWereCutOffLapse(t *testing.T) {
	t.Parallel()
	c := aCrowd(t, 2)
	for range 205 { // as many make an address wait
		c.CutOff(t.Context(), t, c.logins[0], from("192.0.2.1"))
	}
	if _, err := c.Authenticate(t.Context(), c.logins[1], crowdPassword, from("192.0.2.1")); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	_, err := c.Authenticate(t.Context(), c.logins[0], crowdPassword, from("192.0.2.1"))
	if wait := retryAfter(t, err); wait != time.Second {
		t.Errorf("waits %v", wait)
	}
	c.clock.advance(time.Minute)
	if _, err := c.Authenticate(t.Context(), c.logins[0], crowdPassword, from("192.0.2.1")); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}

// While the directory is down, tries count alike for whoever has a password of the
// portal's own and whoever has none, and are forgotten soon. The address waits only
// for passwords that were held against one and were wrong.
func TestTriesThatTheDirectoryDoesNotAnswerAreForgottenSoon(t *testing.T) {
	t.Parallel()
	p, slapd := withDirectory(t)
	slapd.Stop()
	for _, login := range []string{"M001", "jiro", "nobody"} {
		for range 6 {
			if _, err := p.Authenticate(t.Context(), login, "not the password", from("192.0.2.1")); fault.KindOf(err) != fault.Unavailable {
				t.Fatal(err)
			}
		}
		_, err := p.Authenticate(t.Context(), login, "not the password", from("192.0.2.1"))
		if wait := retryAfter(t, err); wait != 2*time.Second {
			t.Errorf("%s waits %v", login, wait)
		}
	}
	if n := count(t, p, `SELECT count(*) FROM sign_in_try WHERE network IS NOT NULL`); n != 6 {
		t.Errorf("%d count for the address", n)
	}
	p.clock.advance(30 * time.Minute)
	for _, login := range []string{"M001", "jiro", "nobody"} {
		for range 6 {
			if _, err := p.Authenticate(t.Context(), login, "not the password", from("192.0.2.1")); fault.KindOf(err) != fault.Unavailable {
				t.Errorf("%s half an hour later: %v", login, err)
			}
		}
	}
}

// failure is one of the model that the counting in the database is held against.
type failure struct {
	login, address int
	at             time.Time
}

// waitAfter is how long the rule lets a try wait after failures of which free are free.
func waitAfter(now time.Time, failures []failure, free int, longest time.Duration) time.Duration {
	over := len(failures) - free
	if over <= 0 {
		return 0
	}
	wait := longest
	if over < 10 {
		wait = min(time.Second<<over, longest)
	}
	return failures[len(failures)-1].at.Add(wait).Sub(now)
}

// Whatever comes in whatever order, the database lets wait whom the rule does, and
// as long.
func TestTheDatabaseCountsAsTheRuleSays(t *testing.T) {
	t.Parallel()
	c := aCrowd(t, 2)
	rapid.Check(t, func(r *rapid.T) {
		var accounts, addresses []failure
		_, err := c.db.Pool.Exec(t.Context(), `DELETE FROM sign_in_try`)
		if err != nil {
			r.Fatal(err)
		}
		c.clock.advance(time.Hour)
		for range rapid.IntRange(0, 1).Draw(r, "crowded") * 199 {
			addresses = append(addresses, failure{login: -1, address: 0, at: c.clock.Now()})
		}
		_, err = c.db.Pool.Exec(t.Context(), `
			INSERT INTO sign_in_try (network, failed, at, ends_at) SELECT sha256('192.0.2.0'), true, $1, $1::timestamptz + interval '1 day' FROM generate_series(1, $2)`,
			c.clock.Now(), len(addresses))
		if err != nil {
			r.Fatal(err)
		}
		old := func(f failure) bool { return !f.at.Add(24 * time.Hour).After(c.clock.Now()) }
		for range rapid.IntRange(1, 20).Draw(r, "tries") {
			seconds := rapid.SampledFrom([]int{0, 0, 0, 1, 2, 3, 8, 40, 400, 90000}).Draw(r, "seconds")
			c.clock.advance(time.Duration(seconds) * time.Second)
			accounts, addresses = slices.DeleteFunc(accounts, old), slices.DeleteFunc(addresses, old)
			login, address := rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(r, "login"), rapid.IntRange(0, 1).Draw(r, "address")
			typed := rapid.SampledFrom([]string{"a guess", "a guess", "a guess", "a guess", crowdPassword}).Draw(r, "password")
			at := func(f failure) bool { return f.login == login }
			here := func(f failure) bool { return f.address == address }
			due := max(waitAfter(c.clock.Now(), filter(accounts, at), 5, 5*time.Minute), waitAfter(c.clock.Now(), filter(addresses, here), 200, 30*time.Second))
			_, err := c.Authenticate(t.Context(), c.logins[login], typed, from(fmt.Sprintf("192.0.2.%d", address)))
			switch {
			case due > 0:
				if e, ok := errors.AsType[*fault.Error](err); !ok || e.RetryAfter != due {
					r.Fatalf("%v, where %v is due", err, due)
				}
			case typed == crowdPassword:
				if err != nil {
					r.Fatal(err)
				}
				accounts = slices.DeleteFunc(accounts, at)
				addresses = slices.DeleteFunc(addresses, func(f failure) bool { return at(f) && here(f) })
				for i := range addresses { // nobody vouches for those any more
					if at(addresses[i]) {
						addresses[i].login = -1
					}
				}
			default:
				if fault.KindOf(err) != fault.Unauthenticated {
					r.Fatal(err)
				}
				failed := failure{login, address, c.clock.Now()}
				accounts, addresses = append(accounts, failed), append(addresses, failed)
			}
		}
	})
}

func filter(list []failure, keep func(failure) bool) (kept []failure) {
	for _, f := range list {
		if keep(f) {
			kept = append(kept, f)
		}
	}
	return kept
}
