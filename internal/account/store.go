package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/alexedwards/scs/pgxstore"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// store is scs's store in PostgreSQL with two differences: the clock is handed
// in, and the idle limit stands in the row's expiry, moved on by an UPDATE of
// its own at most once in idleGrain. (scs's own idle limit writes the whole
// session back at every request; that costs a write a page, and brings a
// session back to life that another request has just signed out.)
type store struct {
	*pgxstore.PostgresStore
	pool *pgxpool.Pool
	now  func() time.Time
}

// FindCtx returns the data of a session that is neither idle nor over.
func (s *store) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var (
		data        []byte
		expiry, end time.Time
		now         = s.now()
	)
	err := s.pool.QueryRow(ctx, `SELECT data, expiry, ends_at FROM sessions WHERE token = $1 AND expiry > $2`, token, now).
		Scan(&data, &expiry, &end)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("finding a session: %w", err)
	}
	if expiry.Before(end) && expiry.Sub(now) < IdleLimit-idleGrain {
		_, err := s.pool.Exec(ctx, `UPDATE sessions SET expiry = least($2::timestamptz, ends_at) WHERE token = $1`,
			token, now.Add(IdleLimit))
		if err != nil {
			return nil, false, fmt.Errorf("keeping a session alive: %w", err)
		}
	}
	return data, true, nil
}

// CommitCtx writes a session that ends at the latest at end.
func (s *store) CommitCtx(ctx context.Context, token string, data []byte, end time.Time) error {
	_, err := s.pool.Exec(ctx, `
		INSERT INTO sessions (token, data, expiry, ends_at) VALUES ($1, $2, least($3::timestamptz, $4), $4)
		ON CONFLICT (token) DO UPDATE SET data = excluded.data, expiry = excluded.expiry, ends_at = excluded.ends_at`,
		token, data, s.now().Add(IdleLimit), end)
	if err != nil {
		return fmt.Errorf("writing a session: %w", err)
	}
	return nil
}
