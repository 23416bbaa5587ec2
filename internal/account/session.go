package account

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/pgxstore"
	"github.com/alexedwards/scs/v2"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/state"
)

const (
	// IdleLimit ends a session that makes no request for so long.
	IdleLimit = time.Hour
	// AbsoluteLimit ends any session: a working day.
	AbsoluteLimit = 12 * time.Hour
	// idleGrain is how exactly idleness is kept; finer would write the session
	// at every page.
	idleGrain = time.Minute
)

// The ways to prove oneself, as a session keeps them: one, or several with a +
// between.
const (
	ByPassword     = "password"
	ByTOTP         = "totp" // an authenticator app
	ByRecoveryCode = "recovery_code"
	ByPasskey      = "passkey"
	ByDirectory    = "directory" // the password of the town's directory
	ByProvider     = "openid"    // the identity provider vouches for them
)

var methodTitles = map[string]string{
	ByPassword: "パスワード", ByTOTP: "認証アプリ", ByRecoveryCode: "回復コード", ByPasskey: "パスキー",
	ByDirectory: "庁内のパスワード", ByProvider: "シングルサインオン",
}

// MethodTitle is what a way to sign in is called.
func MethodTitle(method string) string {
	steps := strings.Split(method, "+")
	for i, step := range steps {
		if title, ok := methodTitles[step]; ok {
			steps[i] = title
		}
	}
	return strings.Join(steps, "と")
}

// sessionKey is what a session is called among scs's values.
const sessionKey = "session"

// Sessions are the signed-in people's sessions.
type Sessions struct {
	manager *scs.SessionManager
	store   *pgxstore.PostgresStore
	pool    *pgxpool.Pool
	now     func() time.Time
}

// NewSessions makes the sessions in a database. secure says that people reach
// the portal over TLS: then the cookie is sent over nothing else, and its name
// says so to the browser. fail answers a request whose session could not be
// read. Close ends the sweeping of old sessions.
func NewSessions(pool *pgxpool.Pool, now func() time.Time, secure bool, fail func(http.ResponseWriter, *http.Request, error)) *Sessions {
	sweeper := pgxstore.New(pool)
	manager := scs.New()
	manager.Store = &store{PostgresStore: sweeper, pool: pool, now: now}
	manager.Codec = codec{}
	manager.HashTokenInStore = true
	manager.Lifetime = AbsoluteLimit
	manager.ErrorFunc = fail
	manager.Cookie.Name = cookieName("kagami", secure)
	manager.Cookie.Secure = secure
	manager.Cookie.Persist = false
	manager.Cookie.SameSite = http.SameSiteLaxMode
	return &Sessions{manager: manager, store: sweeper, pool: pool, now: now}
}

// Close ends the sweeping of old sessions.
func (s *Sessions) Close() { s.store.StopCleanup() }

// Load is the middleware that reads the request's session and writes back what
// the request changed of it.
func (s *Sessions) Load(next http.Handler) http.Handler { return s.manager.LoadAndSave(next) }

// Proof is how a person has proved who they are.
type Proof struct {
	Person int64
	Method string // ByPassword, …
	Strong bool   // whether more than a password was used
	Device string // in words, as Device makes them; never what the browser sent
	// At is when the proof was asked for, before the password was checked; zero
	// for now. A password that has changed since proves nothing.
	At time.Time
}

// Begin signs a person in: a new token, so that nobody who knew the old one
// shares the session.
func (s *Sessions) Begin(ctx context.Context, proof Proof) error {
	if err := s.manager.RenewToken(ctx); err != nil {
		return fmt.Errorf("beginning a session: %w", err)
	}
	now := s.now().UTC()
	if proof.At.IsZero() {
		proof.At = now
	}
	s.manager.Put(ctx, sessionKey, &record{
		ID: rand.Text(), Person: proof.Person, Method: proof.Method, Device: proof.Device, Strong: proof.Strong, ProvedAt: proof.At,
	})
	s.manager.SetDeadline(ctx, now.Add(AbsoluteLimit))
	return nil
}

// Prove notes that the session's person has proved themselves again just now,
// and whether by more than a password; a session that was strong stays so.
func (s *Sessions) Prove(ctx context.Context, strong bool) error {
	current, ok := s.current(ctx)
	if !ok {
		return errSession
	}
	now := s.now().UTC()
	_, err := s.pool.Exec(ctx, `UPDATE sessions SET proved_at = $2, strong = strong OR $3 WHERE id = $1`, current.ID, now, strong)
	if err != nil {
		return fmt.Errorf("noting a proof: %w", err)
	}
	// what this request goes on with; not through scs, which would write the
	// session anew
	current.ProvedAt, current.Strong = now, current.Strong || strong
	return nil
}

// Proof tells whether the session's person has used more than a password, and
// when they last proved themselves; false and zero for nobody.
func (s *Sessions) Proof(ctx context.Context) (strong bool, provedAt time.Time) {
	current, ok := s.current(ctx)
	if !ok {
		return false, time.Time{}
	}
	return current.Strong, current.ProvedAt
}

// Person is who is signed in, with the state of the database that was read with
// their session; false for nobody.
func (s *Sessions) Person(ctx context.Context) (int64, state.Numbers, bool) {
	current, ok := s.current(ctx)
	if !ok {
		return 0, state.Numbers{}, false
	}
	return current.Person, current.Seen, true
}

// ID names the request's session, as OpenSession does; empty for none.
func (s *Sessions) ID(ctx context.Context) string {
	current, ok := s.current(ctx)
	if !ok {
		return ""
	}
	return current.ID
}

func (s *Sessions) current(ctx context.Context) (*record, bool) {
	current, ok := s.manager.Get(ctx, sessionKey).(*record)
	return current, ok
}

// End signs out.
func (s *Sessions) End(ctx context.Context) error {
	if err := s.manager.Destroy(ctx); err != nil {
		return fmt.Errorf("ending a session: %w", err)
	}
	return nil
}
