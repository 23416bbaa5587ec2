package account

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// deviceLimit is how long a browser is known after somebody was first signed in
// from it.
const deviceLimit = 365 * 24 * time.Hour

const deviceCookie = "kagami-device"

// Devices are the browsers from which people have signed in before. To be known
// gives no right: it only lets a person's own tries be counted apart from those
// of others.
type Devices struct {
	pool   *pgxpool.Pool
	now    func() time.Time
	secure bool
}

// NewDevices makes the known devices in a database; secure is as in NewSessions.
func NewDevices(pool *pgxpool.Pool, now func() time.Time, secure bool) *Devices {
	return &Devices{pool: pool, now: now, secure: secure}
}

// Token is what the request's browser is known by; empty for none.
func (d *Devices) Token(r *http.Request) string {
	cookie, err := r.Cookie(cookieName(deviceCookie, d.secure))
	if err != nil {
		return ""
	}
	return cookie.Value
}

// Remember makes the request's browser known for somebody who has just signed
// in from it. One token serves all who share a browser.
func (d *Devices) Remember(ctx context.Context, w http.ResponseWriter, r *http.Request, person int64) error {
	now := d.now()
	token := d.Token(r)
	if token != "" {
		var known, theirs bool
		err := d.pool.QueryRow(ctx, `
			SELECT count(*) > 0, coalesce(bool_or(person_id = $2), false) FROM known_device WHERE token_hash = $1 AND ends_at > $3`,
			hashOf(token), person, now).Scan(&known, &theirs)
		switch {
		case err != nil:
			return fmt.Errorf("looking for a device: %w", err)
		case theirs:
			return nil
		case !known:
			token = "" // not one of ours, or too old
		}
	}
	if token == "" {
		token = rand.Text()
	}
	_, err := d.pool.Exec(ctx, `
		WITH over AS (DELETE FROM known_device WHERE ends_at <= $3)
		INSERT INTO known_device (token_hash, person_id, ends_at) VALUES ($1, $2, $4)
		ON CONFLICT (token_hash, person_id) DO UPDATE SET ends_at = excluded.ends_at`, hashOf(token), person, now, now.Add(deviceLimit))
	if err != nil {
		return fmt.Errorf("remembering a device: %w", err)
	}
	http.SetCookie(w, newCookie(deviceCookie, token, int(deviceLimit/time.Second), d.secure))
	return nil
}

// knows tells whether a person has signed in from a device before.
func (s *Service) knows(ctx context.Context, device string, person int64) (bool, error) {
	var known bool
	err := s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM known_device WHERE token_hash = $1 AND person_id = $2 AND ends_at > $3)`,
		hashOf(device), person, s.door.Now()).Scan(&known)
	if err != nil {
		return false, fmt.Errorf("looking for a device: %w", err)
	}
	return known, nil
}
