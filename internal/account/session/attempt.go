package session

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// AttemptLimit ends an attempt that is not finished.
const AttemptLimit = 10 * time.Minute

// Attempt is a sign-in, or a proof by somebody signed in, that takes more than
// one request: what the next one must know. It gives no rights.
type Attempt struct {
	Person int64           // 0 while nobody knows who it is
	Kind   string          // which step it waits for; empty for no attempt at all
	Data   json.RawMessage // what that step must know; a JSON value
}

// BeginAttempt begins an attempt and returns the token that it is found by.
func (s *Service) BeginAttempt(ctx context.Context, attempt Attempt) (token string, err error) {
	token = rand.Text()
	now := s.door.Now()
	var batch pgx.Batch
	batch.Queue(`DELETE FROM sign_in_attempt WHERE expires_at <= $1`, now)
	batch.Queue(`
		INSERT INTO sign_in_attempt (token_hash, person_id, kind, data, expires_at)
		VALUES (@token_hash, nullif(@person, 0::bigint), @kind, @data, @expires_at)`,
		pgx.StrictNamedArgs{
			"token_hash": hashOf(token), "person": attempt.Person, "kind": attempt.Kind, "data": attempt.Data, "expires_at": now.Add(AttemptLimit),
		})
	if err := s.pool.SendBatch(ctx, &batch).Close(); err != nil {
		return "", fmt.Errorf("beginning an attempt: %w", err)
	}
	return token, nil
}

// Attempt returns the attempt with that token; the zero Attempt for none, or one
// that is over.
func (s *Service) Attempt(ctx context.Context, token string) (Attempt, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT coalesce(person_id, 0) AS person, kind, data FROM sign_in_attempt WHERE token_hash = $1 AND expires_at > $2`, hashOf(token), s.door.Now())
	if err != nil {
		return Attempt{}, fmt.Errorf("finding an attempt: %w", err)
	}
	attempt, err := pgx.CollectOneRow(rows, pgx.RowToStructByName[Attempt])
	if errors.Is(err, pgx.ErrNoRows) {
		return Attempt{}, nil
	}
	if err != nil {
		return Attempt{}, fmt.Errorf("finding an attempt: %w", err)
	}
	return attempt, nil
}

// ChangeAttempt makes an attempt wait for its next step; when it ends at the
// latest stays.
func (s *Service) ChangeAttempt(ctx context.Context, token string, attempt Attempt) error {
	_, err := s.pool.Exec(ctx, `
		UPDATE sign_in_attempt SET person_id = nullif(@person, 0::bigint), kind = @kind, data = @data WHERE token_hash = @token_hash`,
		pgx.StrictNamedArgs{"token_hash": hashOf(token), "person": attempt.Person, "kind": attempt.Kind, "data": attempt.Data})
	if err != nil {
		return fmt.Errorf("changing an attempt: %w", err)
	}
	return nil
}

// EndAttempt ends an attempt, and tells whether it was under way until then: of
// two who end the same one, one is told true.
func (s *Service) EndAttempt(ctx context.Context, token string) (bool, error) {
	tag, err := s.pool.Exec(ctx, `DELETE FROM sign_in_attempt WHERE token_hash = $1 AND expires_at > $2`, hashOf(token), s.door.Now())
	if err != nil {
		return false, fmt.Errorf("ending an attempt: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

// answered is what an attempt is called that stands for an answered question.
const answered = "answered"

// EndQuestion notes that a question of which the browser keeps the token is answered, and tells whether it
// was not before. It is kept for as long as any portal could take the question for one that is not over.
func (s *Service) EndQuestion(ctx context.Context, token string) (bool, error) {
	now := s.door.Now()
	var (
		batch pgx.Batch
		first bool
	)
	batch.Queue(`DELETE FROM sign_in_attempt WHERE expires_at <= $1`, now)
	batch.Queue(`INSERT INTO sign_in_attempt (token_hash, kind, data, expires_at) VALUES (@token_hash, @kind, @data, @expires_at) ON CONFLICT DO NOTHING`,
		pgx.StrictNamedArgs{"token_hash": hashOf(token), "kind": answered, "data": json.RawMessage("{}"), "expires_at": now.Add(2 * AttemptLimit)}).
		Exec(func(tag pgconn.CommandTag) error { first = tag.RowsAffected() == 1; return nil })
	if err := s.pool.SendBatch(ctx, &batch).Close(); err != nil {
		return false, fmt.Errorf("noting an answer: %w", err)
	}
	return first, nil
}
