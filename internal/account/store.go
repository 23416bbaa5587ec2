package account

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/alexedwards/scs/pgxstore"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/state"
)

// store is scs's store in PostgreSQL with three differences: the clock is
// handed in; the idle limit stands in the row's expiry, moved on by an UPDATE
// of its own at most once in idleGrain; and the query that finds a session
// brings the state of the database with it. (scs's own idle limit writes the
// whole session back at every request; that costs a write a page, and brings a
// session back to life that another request has just signed out.)
type store struct {
	*pgxstore.PostgresStore
	pool *pgxpool.Pool
	now  func() time.Time
}

// FindCtx returns the data of a session that is neither idle nor over, with the
// state's numbers behind it.
func (s *store) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var (
		data        []byte
		expiry, end time.Time
		seen        state.Numbers
		now         = s.now()
	)
	err := s.pool.QueryRow(ctx, `
		SELECT s.data, s.expiry, s.ends_at, c.organization, c.policy,
		       (SELECT count(*) FROM acknowledgement a WHERE a.person_id = s.person_id)
		FROM sessions s, change_count c WHERE s.token = $1 AND s.expiry > $2`, token, now).
		Scan(&data, &expiry, &end, &seen.Organization, &seen.Policy, &seen.Acknowledged)
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
	return appendNumbers(data, seen), true, nil
}

// CommitCtx writes a session that ends at the latest at end.
func (s *store) CommitCtx(ctx context.Context, token string, data []byte, end time.Time) error {
	_, err := s.pool.Exec(ctx, `
		INSERT INTO sessions (token, person_id, data, expiry, ends_at) VALUES ($1, $2, $3, least($4::timestamptz, $5), $5)
		ON CONFLICT (token) DO UPDATE SET person_id = excluded.person_id, data = excluded.data, expiry = excluded.expiry, ends_at = excluded.ends_at`,
		token, personIn(data), data, s.now().Add(IdleLimit), end)
	if err != nil {
		return fmt.Errorf("writing a session: %w", err)
	}
	return nil
}

// codec writes a session as what it is: when it ends at the latest, and whose
// it is. Read from the database, the state's numbers stand behind these.
type codec struct{}

const (
	endAt, personAt, numbersAt = 0, 8, 16
	writtenSize, foundSize     = 16, 40
)

var errSession = errors.New("a session that is not one of ours")

// Encode writes a session's data.
func (codec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	person, ok := values[personKey].(int64)
	if !ok {
		return nil, errSession
	}
	b := make([]byte, 0, foundSize)
	b = binary.BigEndian.AppendUint64(b, uint64(deadline.UnixMicro())) //nolint:gosec // instants and ids are not negative
	return binary.BigEndian.AppendUint64(b, uint64(person)), nil       //nolint:gosec // see above
}

// Decode reads what Encode wrote, and the numbers behind it.
func (codec) Decode(b []byte) (time.Time, map[string]any, error) {
	if len(b) != foundSize {
		return time.Time{}, nil, errSession
	}
	seen := state.Numbers{Organization: number(b, numbersAt), Policy: number(b, numbersAt+8), Acknowledged: number(b, numbersAt+16)}
	return time.UnixMicro(number(b, endAt)).UTC(), map[string]any{personKey: personIn(b), stateKey: seen}, nil
}

func appendNumbers(b []byte, seen state.Numbers) []byte {
	for _, n := range []int64{seen.Organization, seen.Policy, seen.Acknowledged} {
		b = binary.BigEndian.AppendUint64(b, uint64(n)) //nolint:gosec // counts are not negative
	}
	return b
}

func personIn(b []byte) int64 {
	if len(b) < writtenSize {
		return 0
	}
	return number(b, personAt)
}

func number(b []byte, at int) int64 {
	return int64(binary.BigEndian.Uint64(b[at:])) //nolint:gosec // written from an int64
}
