package factor_test

import (
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"kagami/internal/account"
	"kagami/internal/account/accounttest"
	"kagami/internal/account/factor"
	"kagami/internal/account/session"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/secret"
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

// desk is somebody with an account, their second factors, and a clock.
type desk struct {
	*factor.Service
	t        *testing.T
	db       pgtest.DB
	accounts *account.Service
	sessions *session.Service
	clock    *clock
	me       authz.Actor
}

var noon = time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)

func sitAt(t *testing.T, demanded ...authz.Role) *desk {
	t.Helper()
	db := server.New(t)
	clock := clockOf(t, db, noon)
	through := door.New(db.Pool, clock.Now)
	d := &desk{t: t, db: db, clock: clock, accounts: account.New(db.Pool, through).Hashing(accounttest.LowCost), sessions: session.New(db.Pool, through)}
	person, err := org.New(db.Pool, through).AddPerson(t.Context(), authz.AsOperator(), org.Person{StaffNumber: "M001", Name: "見本 太郎", Furigana: "ミホン タロウ"})
	d.must(err)
	d.must(d.accounts.SetPassword(t.Context(), authz.AsOperator(), person, password))
	d.me = authz.Actor{Person: person, Name: "見本 太郎", Holdings: []authz.Holding{{Role: authz.CISO}, {Role: authz.Staff}}}
	d.Service = d.portalAt("http://127.0.0.1:8080", demanded...)
	return d
}

func (d *desk) portalAt(address string, demanded ...authz.Role) *factor.Service {
	d.t.Helper()
	public, err := url.Parse(address)
	if err != nil {
		d.t.Fatal(err)
	}
	s, err := factor.New(factor.Config{
		Keys: secret.Random(),
		Pool: d.db.Pool, Door: door.New(d.db.Pool, d.clock.Now), Accounts: d.accounts, Now: d.clock.Now, Town: "見本町", PublicURL: public, Demanded: demanded,
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

// app sets up an authenticator app and returns its secret and the recovery codes.
func (d *desk) app() (secret string, codes []string) {
	d.t.Helper()
	if err := d.BeginTOTP(d.t.Context(), d.me); err != nil {
		d.t.Fatal(err)
	}
	setup, err := d.PendingTOTP(d.t.Context(), d.me)
	if err != nil {
		d.t.Fatal(err)
	}
	secret = strings.ReplaceAll(setup.Secret, " ", "")
	codes, err = d.ConfirmTOTP(d.t.Context(), d.me, d.code(secret, 0))
	if err != nil {
		d.t.Fatal(err)
	}
	return secret, codes
}

// code is what the app shows so many steps from now.
func (d *desk) code(secret string, steps int) string {
	d.t.Helper()
	code, err := totp.GenerateCode(secret, d.clock.Now().Add(time.Duration(steps)*30*time.Second))
	if err != nil {
		d.t.Fatal(err)
	}
	return code
}

func (d *desk) factors() factor.Factors {
	d.t.Helper()
	f, err := d.Owed(d.t.Context(), d.me.Person)
	if err != nil {
		d.t.Fatal(err)
	}
	return f
}

// begin begins a session.
func (d *desk) begin() (token string) {
	d.t.Helper()
	token = rand.Text()
	d.must(d.accounts.BeginSession(d.t.Context(), session.Beginning{
		Token: token, ID: rand.Text(), EndsAt: d.clock.Now().Add(session.AbsoluteLimit),
		Proof: session.Proof{Person: d.me.Person, Method: session.ByPassword, Device: "Windows の Edge", At: d.clock.Now()},
	}))
	return token
}

func (d *desk) goesOn(token string) bool {
	d.t.Helper()
	found, err := d.sessions.Find(d.t.Context(), token, nil)
	d.must(err)
	return found.Person != 0
}

func (d *desk) want(kind fault.Kind, err error) {
	d.t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		d.t.Errorf("want %v, got %v", kind, err)
	}
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// check hands in a code.
func (d *desk) check(code string) error {
	d.t.Helper()
	_, err := d.CheckCode(d.t.Context(), d.me, code, account.Try{})
	return err
}

// fields are what the trail says has been changed of accounts, in order.
func (d *desk) fields() (list []string) {
	d.t.Helper()
	err := d.db.Pool.QueryRow(d.t.Context(), `
		SELECT array_agg(array_to_string(fields, '+') ORDER BY id) FROM trail_entry WHERE subject_kind = 'account' AND fields <> '{password}'`).Scan(&list)
	d.must(err)
	return list
}

func TestAnAuthenticatorAppIsInUseOnceACodeOfItWasSeen(t *testing.T) {
	t.Parallel()
	d := sitAt(t)
	d.must(d.BeginTOTP(t.Context(), d.me))
	if d.factors().Any() {
		t.Error("in use before it was confirmed")
	}
	setup, err := d.PendingTOTP(t.Context(), d.me)
	d.must(err)
	if !strings.HasPrefix(setup.URL, "otpauth://totp/%E8%A6%8B%E6%9C%AC%E7%94%BA:") || strings.Contains(setup.URL, "+") || len(setup.Secret) != 32+7 {
		t.Errorf("set up by %+v", setup)
	}
	secret := strings.ReplaceAll(setup.Secret, " ", "")
	_, err = d.ConfirmTOTP(t.Context(), d.me, d.code(secret, 2))
	d.want(fault.Invalid, err)
	codes, err := d.ConfirmTOTP(t.Context(), d.me, " "+d.code(secret, 0)[:3]+" "+d.code(secret, 0)[3:])
	d.must(err)
	if f := d.factors(); f.TOTPSince == nil || !f.TOTPSince.Equal(noon) || f.RecoveryCodes != 10 || len(codes) != 10 {
		t.Errorf("has %+v", f)
	}
	_, err = d.PendingTOTP(t.Context(), d.me)
	d.want(fault.NotFound, err)
	if got := d.fields(); strings.Join(got, " ") != "totp_pending totp+recovery_codes" {
		t.Errorf("the trail says %q", got)
	}
}

func TestAnotherAppReplacesTheFirstOnceConfirmed(t *testing.T) {
	t.Parallel()
	d := sitAt(t, authz.CISO)
	first, _ := d.app()
	d.must(d.BeginTOTP(t.Context(), d.me))
	d.clock.advance(time.Minute)
	d.must(d.check(d.code(first, 0)))
	second, again := d.app()
	if again != nil || d.factors().RecoveryCodes != 10 {
		t.Error("the recovery codes were made anew, unasked")
	}
	d.clock.advance(time.Minute)
	d.want(fault.Unauthenticated, d.check(d.code(first, 0)))
	d.must(d.check(d.code(second, 0)))
}

// Codes of a step before or after, and no others.
func TestCodesAreTakenOneStepEitherWay(t *testing.T) {
	t.Parallel()
	d := sitAt(t)
	secret, _ := d.app()
	for _, c := range []struct {
		steps int
		taken bool
	}{{-2, false}, {-1, true}, {0, true}, {1, true}, {2, false}} {
		d.clock.advance(5 * time.Minute)
		if err := d.check(d.code(secret, c.steps)); (err == nil) != c.taken {
			t.Errorf("%d steps from now: %v", c.steps, err)
		}
	}
	for _, code := range []string{"", "12345", "1234567", "abcdef", "\x00", strings.Repeat("1", 5000)} {
		d.clock.advance(5 * time.Minute)
		d.want(fault.Unauthenticated, d.check(code))
	}
}

// The phone's clock is held against the database's: a portal whose own goes wrong
// takes the same codes.
func TestAPortalWhoseClockGoesWrongTakesTheSameCodes(t *testing.T) {
	t.Parallel()
	d := sitAt(t)
	wrong := func() time.Time { return d.clock.Now().Add(-time.Hour) }
	portal, err := factor.New(factor.Config{
		Keys: d.Keys,
		Pool: d.db.Pool, Door: door.New(d.db.Pool, wrong), Accounts: d.accounts, Now: wrong, Town: "見本町",
		PublicURL: &url.URL{Scheme: "http", Host: "localhost"},
	})
	d.must(err)
	d.Service = portal
	secret, _ := d.app()
	d.clock.advance(time.Minute)
	d.must(d.check(d.code(secret, 0)))
}

func TestACodeIsTakenOnceEvenByManyAtOnce(t *testing.T) {
	t.Parallel()
	d := sitAt(t)
	secret, codes := d.app()
	d.want(fault.Unauthenticated, d.check(d.code(secret, 0))) // confirmed it
	d.clock.advance(time.Minute)
	atOnce := func(code string) {
		var taken atomic.Int64
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if d.check(code) == nil {
					taken.Add(1)
				}
			})
		}
		all.Wait()
		if taken.Load() != 1 {
			t.Errorf("a code was taken %d times", taken.Load())
		}
	}
	atOnce(d.code(secret, 0))
	d.want(fault.Unauthenticated, d.check(d.code(secret, -1))) // older than one taken
	d.clock.advance(5 * time.Minute)
	atOnce(codes[0])
}

// Whoever has the password is not let guess for ever: wrong codes are counted
// apart, and the right password makes nobody begin anew.
func TestWrongCodesMakeWait(t *testing.T) {
	t.Parallel()
	d := sitAt(t)
	secret, _ := d.app()
	d.clock.advance(time.Minute)
	for range 6 {
		d.want(fault.Unauthenticated, d.check("wrong"))
	}
	if _, err := d.accounts.Authenticate(t.Context(), "M001", password, account.Try{}); err != nil {
		t.Fatal(err)
	}
	d.want(fault.TooMany, d.check(d.code(secret, 0)))
	d.clock.advance(2 * time.Second)
	d.must(d.check(d.code(secret, 0)))
}

func TestARecoveryCodeWorksOnceHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	d := sitAt(t)
	_, codes := d.app()
	typed := strings.NewReplacer("O", "0", "I", "1", "B", "8", "-", " ").Replace(codes[0])
	d.must(d.check(" " + strings.ToLower(typed)))
	d.want(fault.Unauthenticated, d.check(codes[0]))
	d.must(d.check(codes[1]))
	if left := d.factors().RecoveryCodes; left != 8 {
		t.Errorf("%d left", left)
	}

	again, err := d.NewRecoveryCodes(t.Context(), d.me)
	d.must(err)
	d.want(fault.Unauthenticated, d.check(codes[2]))
	d.must(d.check(again[2]))
	if got := d.fields(); got[len(got)-1] != "recovery_code_used" {
		t.Errorf("the trail says %q", got)
	}
}

func TestRecoveryCodesNeedSomethingToRecover(t *testing.T) {
	t.Parallel()
	d := sitAt(t)
	_, err := d.NewRecoveryCodes(t.Context(), d.me)
	d.want(fault.Conflict, err)
	d.app()
	d.must(d.RemoveTOTP(t.Context(), d.me))
	if f := d.factors(); f.Any() || f.RecoveryCodes != 0 {
		t.Errorf("left with %+v", f)
	}
	d.want(fault.NotFound, d.RemoveTOTP(t.Context(), d.me))
}

// key registers a passkey.
func (d *desk) key(name string) *authenticator {
	d.t.Helper()
	a := newAuthenticator(d.t)
	d.must(d.register(a, name))
	return a
}

func (d *desk) register(a *authenticator, name string) error {
	d.t.Helper()
	c, err := d.BeginPasskey(d.t.Context(), d.me)
	d.must(err)
	return d.AddPasskey(d.t.Context(), d.me, name, c.State, a.make(c))
}

// prove signs in with a passkey alone.
func (d *desk) prove(a *authenticator) (int64, error) {
	d.t.Helper()
	c, err := d.AskAnyPasskey()
	d.must(err)
	return d.CheckPasskey(d.t.Context(), c.State, a.prove(c))
}

func TestAPasskeySaysWhoItIs(t *testing.T) {
	t.Parallel()
	d := sitAt(t)
	a := d.key(" 課のパソコン ")
	a.count = 1
	person, err := d.prove(a)
	if person != d.me.Person || err != nil {
		t.Errorf("as the only factor: %d, %v", person, err)
	}
	c, err := d.AskPasskey(t.Context(), d.me.Person)
	d.must(err)
	a.count = 2
	person, err = d.CheckPasskey(t.Context(), c.State, a.prove(c))
	if person != d.me.Person || err != nil {
		t.Errorf("as the second factor: %d, %v", person, err)
	}
	keys := d.factors().Passkeys
	if len(keys) != 1 || keys[0].Name != "課のパソコン" || keys[0].UsedAt == nil {
		t.Errorf("has %+v", keys)
	}
}

func TestASuspendedAccountIsNotOpenedByAPasskey(t *testing.T) {
	t.Parallel()
	d := sitAt(t)
	a := d.key("課のパソコン")
	if _, err := d.db.Owner(t).Exec(t.Context(), `UPDATE account SET suspended_at = now(), suspension_reason = '見本'`); err != nil {
		t.Fatal(err)
	}
	_, err := d.prove(a)
	d.want(fault.Unauthenticated, err)
}

func TestAPasskeyThatWasCopiedIsRefused(t *testing.T) {
	t.Parallel()
	d := sitAt(t)
	a := d.key("スマートフォン")
	a.count = 5
	_, err := d.prove(a)
	d.must(err)
	for _, count := range []uint32{5, 4, 0} {
		a.count = count
		if _, err := d.prove(a); fault.KindOf(err) != fault.Unauthenticated || !strings.Contains(err.Error(), "複製されたおそれ") {
			t.Errorf("count %d after 5: %v", count, err)
		}
	}
	a.count = 6
	_, err = d.prove(a)
	d.must(err)
}

func TestPasskeysThatProveNothingAreRefused(t *testing.T) {
	t.Parallel()
	d := sitAt(t)
	mine := d.key("課のパソコン")
	c, err := d.AskAnyPasskey()
	d.must(err)

	unverified, elsewhere, unknown, forged := *mine, *mine, newAuthenticator(t), *mine
	unverified.verified = false
	elsewhere.origin = "http://localhost:9999"
	unknown.handle = mine.handle
	forged.key = unknown.key
	other, err := d.AskAnyPasskey()
	d.must(err)
	for name, answer := range map[string][]byte{
		"without a finger or a PIN":   unverified.prove(c),
		"from another site":           elsewhere.prove(c),
		"an unknown passkey":          unknown.prove(c),
		"signed with another key":     forged.prove(c),
		"the answer to another":       mine.prove(other),
		"no answer":                   []byte(`{}`),
		"nothing":                     nil,
		"nobody's handle":             newAuthenticator(t).prove(c),
		"an answer of a registration": mine.make(c),
	} {
		if _, err := d.CheckPasskey(t.Context(), c.State, answer); fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("%s: %v", name, err)
		}
	}

	registration, err := d.BeginPasskey(t.Context(), d.me)
	d.must(err)
	d.want(fault.Invalid, d.AddPasskey(t.Context(), d.me, "見本", registration.State, unverified.make(registration)))
	d.want(fault.Invalid, d.AddPasskey(t.Context(), d.me, "見本", registration.State, []byte(`x`)))
	d.want(fault.Conflict, d.AddPasskey(t.Context(), d.me, "見本", registration.State, mine.make(registration)))
	for _, name := range []string{"", " ", strings.Repeat("長", 41)} {
		d.want(fault.Invalid, d.register(newAuthenticator(t), name))
	}
}

func TestPasskeysNeedAName(t *testing.T) {
	t.Parallel()
	d := sitAt(t)
	for address, may := range map[string]bool{
		"http://127.0.0.1:8080": true, "http://[::1]:8080": true, "http://localhost": true, "https://portal.town.example": true,
		"http://0.0.0.0:8080": true, "http://:8080": true,
		"http://192.0.2.1:8080": false, "https://[2001:db8::1]": false,
	} {
		s := d.portalAt(address)
		if s.Passkeys() != may {
			t.Errorf("%s: %t", address, s.Passkeys())
		}
		if _, err := s.AskAnyPasskey(); (err == nil) != may {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestWhoseRoleDemandsASecondFactorKeepsTheLast(t *testing.T) {
	t.Parallel()
	d := sitAt(t, authz.CISO)
	d.app()
	d.want(fault.Conflict, d.RemoveTOTP(t.Context(), d.me))
	d.key("課のパソコン")
	d.must(d.RemoveTOTP(t.Context(), d.me))
	token := d.factors().Passkeys[0].Token
	d.want(fault.Conflict, d.RemovePasskey(t.Context(), d.me, token))
	d.key("スマートフォン")
	d.must(d.RemovePasskey(t.Context(), d.me, token))
	d.want(fault.NotFound, d.RemovePasskey(t.Context(), d.me, token))
	if f := d.factors(); len(f.Passkeys) != 1 || f.Passkeys[0].Name != "スマートフォン" || f.RecoveryCodes != 10 {
		t.Errorf("left with %+v", f)
	}
}

// A session was strong by what is there no longer: whoever is given a role that
// demands a second factor sets one up again.
func TestASessionIsNotStrongWithoutASecondFactor(t *testing.T) {
	t.Parallel()
	d := sitAt(t)
	strong := func() (n int) {
		t.Helper()
		d.must(d.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM sessions WHERE strong`).Scan(&n))
		return n
	}
	for name, remove := range map[string]func() error{
		"the app":   func() error { return d.RemoveTOTP(t.Context(), d.me) },
		"a passkey": func() error { return d.RemovePasskey(t.Context(), d.me, d.factors().Passkeys[0].Token) },
	} {
		d.app()
		d.key("課のパソコン")
		token := d.begin()
		if _, err := d.db.Pool.Exec(t.Context(), `UPDATE sessions SET strong = true`); err != nil {
			t.Fatal(err)
		}
		d.must(remove())
		if strong() == 0 {
			t.Errorf("%s: weak though another is left", name)
		}
		if d.factors().TOTPSince != nil {
			d.must(d.RemoveTOTP(t.Context(), d.me))
		} else {
			d.must(d.RemovePasskey(t.Context(), d.me, d.factors().Passkeys[0].Token))
		}
		if strong() != 0 {
			t.Errorf("%s first, then the other: the session is strong still", name)
		}
		if !d.goesOn(token) {
			t.Error("they are signed out")
		}
	}
}

// Two removals at once leave one: each sees what the other has done.
func TestTwoRemovalsAtOnceLeaveOne(t *testing.T) {
	t.Parallel()
	d := sitAt(t, authz.CISO)
	d.key("一つ目")
	d.key("二つ目")
	var removed atomic.Int64
	var all sync.WaitGroup
	for _, key := range d.factors().Passkeys {
		all.Go(func() {
			if d.RemovePasskey(t.Context(), d.me, key.Token) == nil {
				removed.Add(1)
			}
		})
	}
	all.Wait()
	if removed.Load() != 1 || len(d.factors().Passkeys) != 1 {
		t.Errorf("%d were removed", removed.Load())
	}
}

func TestRolesDemandInAnyCapacity(t *testing.T) {
	t.Parallel()
	d := sitAt(t, factor.DefaultDemanded()...)
	for _, c := range []struct {
		holding authz.Holding
		demands bool
	}{
		{authz.Holding{Role: authz.CISO}, true},
		{authz.Holding{Role: authz.GeneralSecurityOfficer, Capacity: authz.Acting}, true},
		{authz.Holding{Role: authz.Administrator, Capacity: authz.StandingIn}, true},
		{authz.Holding{Role: authz.CIO}, false},
		{authz.Holding{Role: authz.Staff}, false},
	} {
		if got := d.Demands(authz.Actor{Holdings: []authz.Holding{c.holding}}); got != c.demands {
			t.Errorf("%+v: %t", c.holding, got)
		}
	}
}

func TestAnAdministratorTakesAwayWhatWasLost(t *testing.T) {
	t.Parallel()
	d := sitAt(t, authz.CISO)
	administrator := authz.Actor{Person: d.me.Person + 1, Holdings: []authz.Holding{{Role: authz.Administrator}}}
	if _, err := d.db.Owner(t).Exec(t.Context(), `
		INSERT INTO person (staff_number, name, furigana) VALUES ('M002', '見本 花子', 'ミホン ハナコ')`); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	d.want(fault.NotFound, d.TakeAway(ctx, administrator, d.me.Person, "スマートフォンの紛失"))
	_, codes := d.app()
	a := d.key("課のパソコン")
	token := d.begin()
	if _, err := d.db.Pool.Exec(ctx, `
		INSERT INTO one_time_link (token_hash, purpose, person_id, made_at, ends_at) VALUES ('見本', 'reset', $1, $2, $2)`, d.me.Person, d.clock.Now()); err != nil {
		t.Fatal(err)
	}

	d.want(fault.Invalid, d.TakeAway(ctx, administrator, d.me.Person, " "))
	d.want(fault.Forbidden, d.TakeAway(ctx, d.me, d.me.Person, "自分で")) // never one's own
	staff := authz.Actor{Person: administrator.Person, Holdings: []authz.Holding{{Role: authz.Staff}}}
	d.want(fault.Forbidden, d.TakeAway(ctx, staff, d.me.Person, "ほかの人が"))
	if !d.goesOn(token) {
		t.Fatal("signed out too soon")
	}

	d.must(d.TakeAway(ctx, administrator, d.me.Person, "スマートフォンの紛失"))
	if d.factors().Any() {
		t.Error("something is left")
	}
	d.want(fault.Unauthenticated, d.check(codes[0]))
	_, err := d.prove(a)
	d.want(fault.Unauthenticated, err)
	if d.goesOn(token) {
		t.Error("the session goes on")
	}
	var links int
	d.must(d.db.Pool.QueryRow(ctx, `SELECT count(*) FROM one_time_link WHERE person_id = $1`, d.me.Person).Scan(&links))
	if links != 0 {
		t.Error("a link waits to set their password")
	}
	var reason string
	d.must(d.db.Pool.QueryRow(ctx, `SELECT part FROM trail_confidential ORDER BY entry_id DESC LIMIT 1`).Scan(&reason))
	if !strings.Contains(reason, "スマートフォンの紛失") {
		t.Errorf("the trail gives as the reason %s", reason)
	}
}

// Neither the secrets nor the codes stand in the trail.
func TestTheTrailHoldsNoSecret(t *testing.T) {
	t.Parallel()
	d := sitAt(t)
	secret, codes := d.app()
	d.must(d.check(codes[0]))
	var all string
	d.must(d.db.Owner(t).QueryRow(t.Context(), `
		SELECT string_agg(e::text, ' ') || coalesce((SELECT string_agg(part, ' ') FROM trail_confidential), '') FROM trail_entry e`).Scan(&all))
	for _, s := range append(codes, secret) {
		if strings.Contains(all, s) {
			t.Error("a secret stands in the trail")
		}
	}
	var kept int
	d.must(d.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM recovery_code WHERE encode(hash, 'escape') = ANY($1)`, codes).Scan(&kept))
	if kept != 0 {
		t.Error("a recovery code is kept as it is")
	}
}
