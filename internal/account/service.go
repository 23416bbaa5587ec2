package account

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/trail"
)

// Service is the accounts in a database.
type Service struct {
	pool    *pgxpool.Pool
	door    *door.Door
	hashing hashing
	// nobody is the hash that a sign-in without an account is held against, so
	// that it takes as long as one with an account.
	nobody string
}

// New makes the accounts' service.
func New(pool *pgxpool.Pool, d *door.Door) (*Service, error) {
	s := &Service{pool: pool, door: d, hashing: make(hashing, 2*runtime.GOMAXPROCS(0))}
	var err error
	if s.nobody, err = s.hashing.hash(context.Background(), "nobody has this password"); err != nil {
		return nil, fmt.Errorf("preparing sign-in: %w", err)
	}
	return s, nil
}

// SetPassword gives a person a password, and with it an account if they had
// none. Invalid if it is too short.
func (s *Service) SetPassword(ctx context.Context, actor authz.Actor, person int64, password string) error {
	hash, err := s.hashing.hash(ctx, password)
	if err != nil {
		return err
	}
	err = s.door.Do(ctx, actor, func(tx *door.Tx) (door.Effect, error) {
		if err := tx.Allow(authz.ManageAccounts, authz.Matter{Person: person}); err != nil {
			return door.Unchanged(), err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO account (person_id, password_hash, password_set_at) VALUES ($1, $2, $3)
			ON CONFLICT (person_id) DO UPDATE SET password_hash = excluded.password_hash, password_set_at = excluded.password_set_at`,
			person, hash, tx.Now)
		if err != nil {
			return door.Unchanged(), err
		}
		return door.Effect{Subject: trail.Subject{Kind: "account", ID: person}, Fields: []string{"password"}}, nil
	})
	if err != nil {
		return fmt.Errorf("setting a password: %w", err)
	}
	return nil
}

// Authenticate returns the person whose login (e-mail or staff number, in
// either width of letters) and password these are. Unauthenticated otherwise,
// with the same words and after the same time whether the account exists.
func (s *Service) Authenticate(ctx context.Context, login, password string) (int64, error) {
	var (
		person int64
		hash   string
	)
	err := s.pool.QueryRow(ctx, `
		SELECT a.person_id, a.password_hash FROM person p JOIN account a ON a.person_id = p.id
		WHERE lower(p.email) = $1 OR lower(p.staff_number) = $1`,
		strings.ToLower(strings.TrimSpace(norm.NFKC.String(login)))).Scan(&person, &hash)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		hash = s.nobody
	case err != nil:
		return 0, fmt.Errorf("looking up an account: %w", err)
	}
	ok, err := s.hashing.matches(ctx, password, hash)
	if err != nil {
		return 0, fmt.Errorf("checking a password: %w", err)
	}
	if !ok || person == 0 {
		return 0, fault.New(fault.Unauthenticated, "メールアドレス（または職員番号）かパスワードが違います。もう一度入力してください。")
	}
	return person, nil
}
