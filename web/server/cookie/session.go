package cookie

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"kagami/internal/account"
	"kagami/internal/account/session"
	"kagami/internal/state"
)

const (
	sessionCookie = "kagami"
	// sessionKey is the name of the session among scs's values.
	sessionKey = "session"
)

// Sessions are the signed-in people's sessions, each found by a cookie.
type Sessions struct {
	manager  *scs.SessionManager
	store    *sessionStore
	sessions *session.Service
	now      func() time.Time
}

// NewSessions makes the sessions; accounts let people in. fail answers a request
// whose session could not be read.
func NewSessions(sessions *session.Service, accounts *account.Service, now func() time.Time, tls TLS, fail func(http.ResponseWriter, *http.Request, error)) *Sessions {
	manager := scs.New()
	store := &sessionStore{sessions: sessions, accounts: accounts}
	manager.Store = store
	manager.Codec = sessionCodec{store}
	manager.HashTokenInStore = true
	manager.Lifetime = session.AbsoluteLimit
	manager.ErrorFunc = fail
	manager.Cookie.Name = tls.name(sessionCookie)
	manager.Cookie.Secure = bool(tls)
	manager.Cookie.Persist = false
	manager.Cookie.SameSite = http.SameSiteLaxMode
	return &Sessions{manager: manager, store: store, sessions: sessions, now: now}
}

// Count lets each request read the numbers of counters with its session. It is
// called once, before the first request.
func (s *Sessions) Count(counters *state.Counters) { s.store.counters = counters }

// Load is the middleware that reads the request's session and writes back what
// the request changed of it.
func (s *Sessions) Load(next http.Handler) http.Handler { return s.manager.LoadAndSave(next) }

// Current is the request's session; the zero Session where nobody is signed in.
func (s *Sessions) Current(ctx context.Context) session.Session {
	current, ok := s.manager.Get(ctx, sessionKey).(*sessionRecord)
	if !ok {
		return session.Session{}
	}
	return current.Session
}

// Begin signs a person in: a new token, so that nobody who knew the old one
// shares the session.
func (s *Sessions) Begin(ctx context.Context, proof session.Proof) error {
	if err := s.manager.RenewToken(ctx); err != nil {
		return fmt.Errorf("beginning a session: %w", err)
	}
	now := s.now().UTC()
	if proof.At.IsZero() {
		proof.At = now
	}
	s.manager.Put(ctx, sessionKey, &sessionRecord{
		Session: session.Session{ID: rand.Text(), Person: proof.Person, Strong: proof.Strong, ProvedAt: proof.At},
		method:  proof.Method, device: proof.Device, password: proof.Password,
	})
	s.manager.SetDeadline(ctx, now.Add(session.AbsoluteLimit))
	return nil
}

// Prove notes that the session's person has proved themselves again just now; a
// session that was strong stays so.
func (s *Sessions) Prove(ctx context.Context, strength session.Strength) error {
	current, ok := s.manager.Get(ctx, sessionKey).(*sessionRecord)
	if !ok {
		return errSession
	}
	proved, err := s.sessions.Prove(ctx, current.Session, strength)
	if err != nil {
		return err
	}
	// what this request goes on with; not through scs, which would write the
	// session anew
	current.Session = proved
	return nil
}

// End signs out.
func (s *Sessions) End(ctx context.Context) error {
	if err := s.manager.Destroy(ctx); err != nil {
		return fmt.Errorf("ending a session: %w", err)
	}
	return nil
}

// sessionStore is scs's store: a session is a row of columns, written once, when
// it begins. (scs's own idle limit writes the whole session back at every
// request; that costs a write a page, and brings a session back to life that
// another request has just ended.)
type sessionStore struct {
	scs.Store // none: scs uses the methods with a context instead
	sessions  *session.Service
	accounts  *account.Service
	counters  *state.Counters // nil for none
}

// FindCtx returns a session that is neither idle nor over.
func (s *sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	found, err := s.sessions.Find(ctx, token, s.counters)
	if err != nil || found.Person == 0 {
		return nil, false, err
	}
	return (&sessionRecord{Session: found}).encode(), true, nil
}

// CommitCtx writes a session that begins.
func (s *sessionStore) CommitCtx(ctx context.Context, token string, data []byte, _ time.Time) error {
	begun, err := s.decode(data)
	if err != nil {
		return fmt.Errorf("writing a session: %w", err)
	}
	return s.accounts.BeginSession(ctx, session.Beginning{
		Token: token, ID: begun.ID, EndsAt: begun.EndsAt,
		Proof: session.Proof{Person: begun.Person, Method: begun.method, Strong: begun.Strong, Device: begun.device, At: begun.ProvedAt, Password: begun.password},
	})
}

// DeleteCtx ends a session.
func (s *sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.sessions.SignOut(ctx, token)
}

// sessionRecord is a session among scs's values.
type sessionRecord struct {
	session.Session
	method, device, password string // only of a session that begins
}

// sessionCodec carries a session between the store and scs, which knows only
// bytes.
type sessionCodec struct{ store *sessionStore }

var errSession = errors.New("a session that is not one of ours")

// Encode writes the session that is to begin.
func (sessionCodec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	begun, ok := values[sessionKey].(*sessionRecord)
	if !ok {
		return nil, errSession
	}
	begun.EndsAt = deadline
	return begun.encode(), nil
}

// Decode reads a session that was found.
func (c sessionCodec) Decode(b []byte) (time.Time, map[string]any, error) {
	found, err := c.store.decode(b)
	return found.EndsAt, map[string]any{sessionKey: &found}, err
}

// sessionNumbers are how many numbers of its own stand at the beginning of an encoded
// session, after how many are its state's, which stand behind them; the texts follow,
// each ended by a zero byte.
const sessionNumbers = 5

func (r *sessionRecord) encode() []byte {
	state := r.State.Values()
	b := make([]byte, 0, 1+8*(sessionNumbers+len(state))+len(r.ID)+len(r.method)+len(r.device)+len(r.password)+4)
	b = append(b, byte(len(state))) // at most state.Limit
	for _, numbers := range [][]int64{{r.Person, flag(r.Strong), flag(r.Confined), r.ProvedAt.UnixMicro(), r.EndsAt.UnixMicro()}, state} {
		for _, n := range numbers {
			b = binary.BigEndian.AppendUint64(b, uint64(n)) //nolint:gosec // read back as it was written
		}
	}
	for _, text := range []string{r.ID, r.method, r.device, r.password} {
		b = append(append(b, text...), 0)
	}
	return b
}

func flag(is bool) int64 {
	if is {
		return 1
	}
	return 0
}

func (s *sessionStore) decode(b []byte) (sessionRecord, error) {
	if len(b) == 0 || len(b) < 1+8*(sessionNumbers+int(b[0])) {
		return sessionRecord{}, errSession
	}
	n := make([]int64, sessionNumbers+int(b[0]))
	for i := range n {
		n[i] = int64(binary.BigEndian.Uint64(b[1+8*i:])) //nolint:gosec // written from an int64
	}
	texts := strings.Split(string(b[1+8*len(n):]), "\x00")
	if len(texts) != 5 {
		return sessionRecord{}, errSession
	}
	return sessionRecord{
		Session: session.Session{
			ID: texts[0], Person: n[0], Strong: n[1] == 1, Confined: n[2] == 1, ProvedAt: time.UnixMicro(n[3]).UTC(), EndsAt: time.UnixMicro(n[4]).UTC(),
			State: s.counters.Numbers(n[sessionNumbers:]),
		},
		method: texts[1], device: texts[2], password: texts[3],
	}, nil
}
