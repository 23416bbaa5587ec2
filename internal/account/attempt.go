package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// AttemptLimit ends an attempt that is not finished.
const AttemptLimit = 10 * time.Minute

// Attempt is a sign-in, or a proof by somebody signed in, that takes more than
// one request: what the next one must know. It gives no rights.
type Attempt struct {
	Person int64           // 0 while nobody knows who it is
	Kind   string          // which step it waits for
	Data   json.RawMessage // what that step must know; a JSON value
}

// Attempts are the attempts under way, each found by a cookie of its own.
type Attempts struct {
	pool   *pgxpool.Pool
	now    func() time.Time
	secure bool
}

// NewAttempts makes the attempts in a database; secure is as in NewSessions.
func NewAttempts(pool *pgxpool.Pool, now func() time.Time, secure bool) *Attempts {
	return &Attempts{pool: pool, now: now, secure: secure}
}

// Begin begins an attempt and sends its cookie, in place of any before.
func (a *Attempts) Begin(ctx context.Context, w http.ResponseWriter, attempt Attempt) error {
	token := rand.Text()
	now := a.now()
	var batch pgx.Batch
	batch.Queue(`DELETE FROM sign_in_attempt WHERE expires_at <= $1`, now)
	batch.Queue(`INSERT INTO sign_in_attempt (token_hash, person_id, kind, data, expires_at) VALUES ($1, nullif($2, 0::bigint), $3, $4, $5)`,
		hashOf(token), attempt.Person, attempt.Kind, attempt.Data, now.Add(AttemptLimit))
	if err := a.pool.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("beginning an attempt: %w", err)
	}
	http.SetCookie(w, a.cookie(token, int(AttemptLimit/time.Second)))
	return nil
}

// Of returns the request's attempt; false for none, or one that is over.
func (a *Attempts) Of(r *http.Request) (Attempt, bool, error) {
	var attempt Attempt
	err := a.pool.QueryRow(r.Context(), `
		SELECT coalesce(person_id, 0), kind, data FROM sign_in_attempt WHERE token_hash = $1 AND expires_at > $2`, a.key(r), a.now()).
		Scan(&attempt.Person, &attempt.Kind, &attempt.Data)
	if errors.Is(err, pgx.ErrNoRows) {
		return Attempt{}, false, nil
	}
	if err != nil {
		return Attempt{}, false, fmt.Errorf("finding an attempt: %w", err)
	}
	return attempt, true, nil
}

// Change keeps the request's attempt for its next step; when it ends at the
// latest stays.
func (a *Attempts) Change(r *http.Request, attempt Attempt) error {
	_, err := a.pool.Exec(r.Context(), `UPDATE sign_in_attempt SET person_id = nullif($2, 0::bigint), kind = $3, data = $4 WHERE token_hash = $1`,
		a.key(r), attempt.Person, attempt.Kind, attempt.Data)
	if err != nil {
		return fmt.Errorf("changing an attempt: %w", err)
	}
	return nil
}

// End ends the request's attempt. Of two requests that end the same one, one
// is told true.
func (a *Attempts) End(ctx context.Context, w http.ResponseWriter, r *http.Request) (bool, error) {
	tag, err := a.pool.Exec(ctx, `DELETE FROM sign_in_attempt WHERE token_hash = $1 AND expires_at > $2`, a.key(r), a.now())
	if err != nil {
		return false, fmt.Errorf("ending an attempt: %w", err)
	}
	http.SetCookie(w, a.cookie("", -1))
	return tag.RowsAffected() == 1, nil
}

// key is what the request's attempt is found by; of nothing, where it brings
// no cookie.
func (a *Attempts) key(r *http.Request) []byte {
	cookie, err := r.Cookie(cookieName("kagami-attempt", a.secure))
	if err != nil {
		return nil
	}
	return hashOf(cookie.Value)
}

func (a *Attempts) cookie(token string, seconds int) *http.Cookie {
	return newCookie("kagami-attempt", token, seconds, a.secure)
}

// cookieName is a cookie's name; over TLS it tells the browser to take the
// cookie from nowhere but here.
func cookieName(name string, secure bool) string {
	if secure {
		return "__Host-" + name
	}
	return name
}

// newCookie makes a cookie that lasts so many seconds; fewer than none remove it.
func newCookie(name, value string, seconds int, secure bool) *http.Cookie {
	return &http.Cookie{
		Name: cookieName(name, secure), Value: value, Path: "/", MaxAge: seconds,
		Secure: secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// hashOf is what is kept of a token. Tokens are random and long: a plain hash
// tells nothing of them.
func hashOf(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
