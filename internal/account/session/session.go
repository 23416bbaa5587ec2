package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/state"
)

const (
	// IdleLimit ends a session that makes no request for so long.
	IdleLimit = time.Hour
	// AbsoluteLimit ends any session: a working day.
	AbsoluteLimit = 12 * time.Hour
	// idleGrain is how exactly idleness is measured; finer would write the session
	// at every page.
	idleGrain = time.Minute
)

// Session is a session as its requests know it.
type Session struct {
	ID       string // names it to its person; unguessable, and not its token
	Person   int64
	Strong   bool          // more than a password was used
	Confined bool          // it reaches the person's own case and nothing else
	ProvedAt time.Time     // when the person last proved who they are
	EndsAt   time.Time     // at the latest: AbsoluteLimit
	State    state.Numbers // of the database, when the session was found
}

// Find returns the session of a token that is neither idle nor over; the zero
// Session for none. It is the first query of every request: it brings the state
// of the database with it, as far as the counters count it, and writes only to move the idle limit on, at most
// once in idleGrain. Such a write touches a row that is there: it can't bring
// back a session that another request has just ended. A session that is confined is over
// once its person is not.
func (s *Service) Find(ctx context.Context, token string, counters *state.Counters) (Session, error) {
	var (
		found  Session
		state  []int64
		expiry time.Time
		now    = s.door.Now()
	)
	err := s.pool.QueryRow(ctx, `
		SELECT s.id, s.person_id, s.strong, s.confined, s.proved_at, s.expiry, s.ends_at, `+counters.SQL()+`
		FROM sessions s WHERE s.token = $1 AND s.expiry > $2
		  -- whose right to use the portal is suspended is out from that instant on, whatever runs
		  AND NOT EXISTS (SELECT FROM portal_barred b WHERE b.person_id = s.person_id AND b.during @> $2::timestamptz AND NOT s.confined)`, token, now).
		Scan(&found.ID, &found.Person, &found.Strong, &found.Confined, &found.ProvedAt, &expiry, &found.EndsAt, &state)
	if errors.Is(err, pgx.ErrNoRows) {
		return Session{}, nil
	}
	if err != nil {
		return Session{}, fmt.Errorf("finding a session: %w", err)
	}
	if found.Confined { // few are: the others need not wait for it
		var still bool
		err := s.pool.QueryRow(ctx, `SELECT `+s.confinement.Confines("@person::bigint", "@now::timestamptz"), pgx.StrictNamedArgs{"person": found.Person, "now": now}).Scan(&still)
		if err != nil {
			return Session{}, fmt.Errorf("looking whether somebody may answer: %w", err)
		}
		if !still {
			return Session{}, nil
		}
	}
	found.State = counters.Numbers(state)
	if expiry.Before(found.EndsAt) && expiry.Sub(now) < IdleLimit-idleGrain {
		_, err := s.pool.Exec(ctx, `UPDATE sessions SET expiry = least($2::timestamptz, ends_at), seen_at = $3 WHERE token = $1`,
			token, now.Add(IdleLimit), now)
		if err != nil {
			return Session{}, fmt.Errorf("letting a session go on: %w", err)
		}
	}
	return found, nil
}

// Beginning is a session that is to begin.
type Beginning struct {
	Token  string // as a hash; the browser has what it was made of
	ID     string
	Proof  Proof
	EndsAt time.Time
	// Confined is whether it reaches the person's own case and nothing else: BeginSession of package
	// account finds that out.
	Confined bool
}

// Begin writes a session that begins now. Only package account calls it, in the
// transaction in which it has made sure that the person may still come in.
func Begin(ctx context.Context, tx pgx.Tx, now time.Time, b Beginning) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO sessions (token, person_id, id, method, device, strong, confined, begun_at, seen_at, proved_at, expiry, ends_at)
		VALUES (@token, @person, @id, @method, @device, @strong, @confined, @now, @now, @proved_at, @expiry, @ends_at)`,
		pgx.StrictNamedArgs{
			"token": b.Token, "person": b.Proof.Person, "id": b.ID, "method": b.Proof.Method, "device": b.Proof.Device, "strong": b.Proof.Strong, "confined": b.Confined,
			"now": now, "proved_at": b.Proof.At, "expiry": now.Add(IdleLimit), "ends_at": b.EndsAt,
		})
	if err != nil {
		return fmt.Errorf("writing a session: %w", err)
	}
	return nil
}

// Prove notes that a session's person has proved themselves again just now, and
// returns the session as it is then. One that was strong stays so.
func (s *Service) Prove(ctx context.Context, of Session, strength Strength) (Session, error) {
	of.ProvedAt, of.Strong = s.door.Now(), of.Strong || bool(strength)
	_, err := s.pool.Exec(ctx, `UPDATE sessions SET proved_at = $2, strong = strong OR $3 WHERE id = $1`, of.ID, of.ProvedAt, strength)
	if err != nil {
		return Session{}, fmt.Errorf("noting a proof: %w", err)
	}
	return of, nil
}

// SignOut ends the session of a token.
func (s *Service) SignOut(ctx context.Context, token string) error {
	if _, err := s.pool.Exec(ctx, `DELETE FROM sessions WHERE token = $1`, token); err != nil {
		return fmt.Errorf("signing out: %w", err)
	}
	return nil
}

// Weaken makes a person's sessions ones without a second factor: what they were
// strong by is there no longer.
func Weaken(ctx context.Context, tx pgx.Tx, person int64) error {
	if _, err := tx.Exec(ctx, `UPDATE sessions SET strong = false WHERE person_id = $1`, person); err != nil {
		return fmt.Errorf("weakening sessions: %w", err)
	}
	return nil
}

// EndAll ends all sessions of a person and returns how many there were. Their
// known devices and attempts go on.
func EndAll(ctx context.Context, tx pgx.Tx, person int64) (int64, error) {
	tag, err := tx.Exec(ctx, `DELETE FROM sessions WHERE person_id = $1`, person)
	if err != nil {
		return 0, fmt.Errorf("ending sessions: %w", err)
	}
	return tag.RowsAffected(), nil
}

// Forget ends all that a person is signed in with: sessions, attempts, and
// known devices.
func Forget(ctx context.Context, tx pgx.Tx, person int64) error {
	return ForgetAllBut(ctx, tx, person, Here{})
}

// Here is where somebody is at work.
type Here struct {
	Session string // its ID; empty for none
	Device  string // the token of the known device; empty for none
}

// ForgetAllBut is Forget but for the session and the device of here.
func ForgetAllBut(ctx context.Context, tx pgx.Tx, person int64, here Here) error {
	var batch pgx.Batch
	batch.Queue(`DELETE FROM sessions WHERE person_id = $1 AND id <> $2`, person, here.Session)
	batch.Queue(`DELETE FROM sign_in_attempt WHERE person_id = $1`, person)
	batch.Queue(`DELETE FROM known_device WHERE person_id = $1 AND token_hash <> $2`, person, hashOf(here.Device))
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("ending what a person is signed in with: %w", err)
	}
	return nil
}
