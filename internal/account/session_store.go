package account

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/alexedwards/scs/pgxstore"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/fault"
	"kagami/internal/state"
)

// store is scs's store in PostgreSQL with four differences: the clock is
// handed in; a session is a row of columns, written once, when it begins; the
// idle limit stands in the row's expiry, moved on by an UPDATE of its own at
// most once in idleGrain; and the query that finds a session brings the state
// of the database with it. (scs's own idle limit writes the whole session back
// at every request; that costs a write a page, and brings a session back to
// life that another request has just ended.)
type store struct {
	*pgxstore.PostgresStore
	pool *pgxpool.Pool
	now  func() time.Time
}

// record is a session as a request knows it.
type record struct {
	ID       string
	Person   int64
	Method   string
	Device   string
	Strong   bool
	ProvedAt time.Time
	EndsAt   time.Time
	Seen     state.Numbers // of the database, when the session was found
}

// FindCtx returns a session that is neither idle nor over.
func (s *store) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var (
		found  record
		expiry time.Time
		now    = s.now()
	)
	err := s.pool.QueryRow(ctx, `
		SELECT s.id, s.person_id, s.strong, s.proved_at, s.expiry, s.ends_at, c.organization, c.policy,
		       (SELECT count(*) FROM acknowledgement a WHERE a.person_id = s.person_id)
		FROM sessions s, change_count c WHERE s.token = $1 AND s.expiry > $2`, token, now).
		Scan(&found.ID, &found.Person, &found.Strong, &found.ProvedAt, &expiry, &found.EndsAt,
			&found.Seen.Organization, &found.Seen.Policy, &found.Seen.Acknowledged)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("finding a session: %w", err)
	}
	if expiry.Before(found.EndsAt) && expiry.Sub(now) < IdleLimit-idleGrain {
		_, err := s.pool.Exec(ctx, `UPDATE sessions SET expiry = least($2::timestamptz, ends_at), seen_at = $3 WHERE token = $1`,
			token, now.Add(IdleLimit), now)
		if err != nil {
			return nil, false, fmt.Errorf("keeping a session alive: %w", err)
		}
	}
	return found.encode(), true, nil
}

// CommitCtx writes a session that begins. Whoever has been suspended, or has got
// another password, since they gave theirs gets none: the update waits for such
// a change that is under way, as that one would wait for this.
func (s *store) CommitCtx(ctx context.Context, token string, data []byte, _ time.Time) error {
	begun, err := decodeRecord(data)
	if err != nil {
		return fmt.Errorf("writing a session: %w", err)
	}
	now := s.now()
	tag, err := s.pool.Exec(ctx, `
		WITH active AS (UPDATE account SET signed_in_at = $3 WHERE person_id = $2 AND suspended_at IS NULL
			AND (password_set_at IS NULL OR password_set_at <= $8) RETURNING person_id)
		INSERT INTO sessions (token, person_id, id, method, device, strong, begun_at, seen_at, proved_at, expiry, ends_at)
		SELECT $1, $2, $4, $5, $6, $7, $3, $3, $8, $9, $10
		WHERE EXISTS (SELECT FROM active) OR NOT EXISTS (SELECT FROM account WHERE person_id = $2)`,
		token, begun.Person, now, begun.ID, begun.Method, begun.Device, begun.Strong, begun.ProvedAt, now.Add(IdleLimit), begun.EndsAt)
	if err != nil {
		return fmt.Errorf("writing a session: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Unauthenticated, "サインインできませんでした。もう一度サインインしてください。")
	}
	return nil
}

// codec carries a session between the store and scs, which knows only bytes.
type codec struct{}

var errSession = errors.New("a session that is not one of ours")

// Encode writes the session that is to begin.
func (codec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	begun, ok := values[sessionKey].(*record)
	if !ok {
		return nil, errSession
	}
	begun.EndsAt = deadline
	return begun.encode(), nil
}

// Decode reads a session that was found.
func (codec) Decode(b []byte) (time.Time, map[string]any, error) {
	found, err := decodeRecord(b)
	return found.EndsAt, map[string]any{sessionKey: &found}, err
}

// numbers are how many numbers stand at the beginning of an encoded record;
// the texts follow, each ended by a zero byte.
const numbers = 7

func (r *record) encode() []byte {
	strong := int64(0)
	if r.Strong {
		strong = 1
	}
	b := make([]byte, 0, 8*numbers+len(r.ID)+len(r.Method)+len(r.Device)+3)
	for _, n := range [numbers]int64{
		r.Person, strong, r.ProvedAt.UnixMicro(), r.EndsAt.UnixMicro(), r.Seen.Organization, r.Seen.Policy, r.Seen.Acknowledged,
	} {
		b = binary.BigEndian.AppendUint64(b, uint64(n)) //nolint:gosec // read back as it was written
	}
	for _, text := range []string{r.ID, r.Method, r.Device} {
		b = append(append(b, text...), 0)
	}
	return b
}

func decodeRecord(b []byte) (record, error) {
	if len(b) < 8*numbers {
		return record{}, errSession
	}
	var n [numbers]int64
	for i := range n {
		n[i] = int64(binary.BigEndian.Uint64(b[8*i:])) //nolint:gosec // written from an int64
	}
	texts := strings.Split(string(b[8*numbers:]), "\x00")
	if len(texts) != 4 {
		return record{}, errSession
	}
	return record{
		Person: n[0], Strong: n[1] == 1, ProvedAt: time.UnixMicro(n[2]).UTC(), EndsAt: time.UnixMicro(n[3]).UTC(),
		Seen: state.Numbers{Organization: n[4], Policy: n[5], Acknowledged: n[6]},
		ID:   texts[0], Method: texts[1], Device: texts[2],
	}, nil
}
