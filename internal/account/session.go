package account

import (
	"context"
	"fmt"
	"net/http"
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

// What a session's values are called.
const (
	personKey = "person"
	stateKey  = "state"
)

// Sessions are the signed-in people's sessions.
type Sessions struct {
	manager *scs.SessionManager
	store   *pgxstore.PostgresStore
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
	manager.Cookie.Name = "kagami"
	manager.Cookie.Persist = false
	manager.Cookie.SameSite = http.SameSiteLaxMode
	if secure {
		manager.Cookie.Name = "__Host-kagami"
		manager.Cookie.Secure = true
	}
	return &Sessions{manager: manager, store: sweeper, now: now}
}

// Close ends the sweeping of old sessions.
func (s *Sessions) Close() { s.store.StopCleanup() }

// Load is the middleware that reads the request's session and writes back what
// the request changed of it.
func (s *Sessions) Load(next http.Handler) http.Handler { return s.manager.LoadAndSave(next) }

// Begin signs a person in: a new token, so that nobody who knew the old one
// shares the session.
func (s *Sessions) Begin(ctx context.Context, person int64) error {
	if err := s.manager.RenewToken(ctx); err != nil {
		return fmt.Errorf("beginning a session: %w", err)
	}
	s.manager.Put(ctx, personKey, person)
	s.manager.SetDeadline(ctx, s.now().Add(AbsoluteLimit).UTC())
	return nil
}

// Person is who is signed in, with the state of the database that was read with
// their session; false for nobody.
func (s *Sessions) Person(ctx context.Context) (int64, state.Numbers, bool) {
	person := s.manager.GetInt64(ctx, personKey)
	seen, _ := s.manager.Get(ctx, stateKey).(state.Numbers)
	return person, seen, person != 0
}

// End signs out.
func (s *Sessions) End(ctx context.Context) error {
	if err := s.manager.Destroy(ctx); err != nil {
		return fmt.Errorf("ending a session: %w", err)
	}
	return nil
}
