package session

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// DeviceLimit is how long a browser is known after somebody was first signed in
// from it.
const DeviceLimit = 365 * 24 * time.Hour

// KnowsDevice tells whether a person has signed in before from the device with
// that token. To be known gives no right: it only lets a person's own tries be
// counted apart from those of others.
func (s *Service) KnowsDevice(ctx context.Context, token string, person int64) (bool, error) {
	var known bool
	err := s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM known_device WHERE token_hash = $1 AND person_id = $2 AND ends_at > $3)`,
		hashOf(token), person, s.door.Now()).Scan(&known)
	if err != nil {
		return false, fmt.Errorf("looking for a device: %w", err)
	}
	return known, nil
}

// RememberDevice makes the device with that token known for a person who has
// just signed in from it, and returns the token that it is known by: the same
// for all who share it, but a new one for a token that is none of ours, too old,
// or empty.
func (s *Service) RememberDevice(ctx context.Context, token string, person int64) (string, error) {
	now := s.door.Now()
	var known bool
	err := s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM known_device WHERE token_hash = $1 AND ends_at > $2)`, hashOf(token), now).Scan(&known)
	if err != nil {
		return "", fmt.Errorf("looking for a device: %w", err)
	}
	if !known {
		token = rand.Text()
	}
	_, err = s.pool.Exec(ctx, `
		WITH over AS (DELETE FROM known_device WHERE ends_at <= @now)
		INSERT INTO known_device (token_hash, person_id, ends_at) VALUES (@token_hash, @person, @ends_at)
		ON CONFLICT (token_hash, person_id) DO UPDATE SET ends_at = excluded.ends_at`,
		pgx.StrictNamedArgs{"now": now, "token_hash": hashOf(token), "person": person, "ends_at": now.Add(DeviceLimit)})
	if err != nil {
		return "", fmt.Errorf("remembering a device: %w", err)
	}
	return token, nil
}

// hashOf is what stands in the database of a token. Tokens are random and long:
// a plain hash tells nothing of them.
func hashOf(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
