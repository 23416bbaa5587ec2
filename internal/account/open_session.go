package account

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/trail"
)

// OpenSession is a session under way, as people recognize it.
type OpenSession struct {
	ID      string
	Device  string
	Method  string
	BegunAt time.Time
	SeenAt  time.Time // to the minute
}

// OpenSessions lists the actor's own sessions, the one used last first.
func (s *Service) OpenSessions(ctx context.Context, actor authz.Actor) ([]OpenSession, error) {
	return s.openSessions(ctx, actor.Person)
}

// OpenSessionsOf lists the sessions of an account that the actor manages.
func (s *Service) OpenSessionsOf(ctx context.Context, actor authz.Actor, number string) ([]OpenSession, error) {
	account, err := s.Account(ctx, actor, number)
	if err != nil {
		return nil, err
	}
	return s.openSessions(ctx, account.Person)
}

func (s *Service) openSessions(ctx context.Context, person int64) ([]OpenSession, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT id, device, method, begun_at, seen_at FROM sessions WHERE person_id = $1 AND expiry > $2
		ORDER BY seen_at DESC, id`, person, s.door.Now())
	if err != nil {
		return nil, fmt.Errorf("listing sessions: %w", err)
	}
	sessions, err := pgx.CollectRows(rows, pgx.RowToStructByPos[OpenSession])
	if err != nil {
		return nil, fmt.Errorf("listing sessions: %w", err)
	}
	return sessions, nil
}

// EndSession ends one of the actor's own sessions; NotFound if it has ended, or
// is somebody else's.
func (s *Service) EndSession(ctx context.Context, actor authz.Actor, id string) error {
	n, err := s.endSessions(ctx, actor, actor.Person, allowOwn, `DELETE FROM sessions WHERE person_id = $1 AND id = $2`, id)
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "このサインインは、すでに終わっています。")
	}
	return err
}

// EndOtherSessions ends all of the actor's own sessions but one.
func (s *Service) EndOtherSessions(ctx context.Context, actor authz.Actor, keep string) error {
	_, err := s.endSessions(ctx, actor, actor.Person, allowOwn, `DELETE FROM sessions WHERE person_id = $1 AND id <> $2`, keep)
	return err
}

// EndSessionsOf ends all sessions of somebody else.
func (s *Service) EndSessionsOf(ctx context.Context, actor authz.Actor, number string) error {
	account, err := s.Account(ctx, actor, number)
	if err != nil {
		return err
	}
	_, err = s.endSessions(ctx, actor, account.Person, allowDecision, `DELETE FROM sessions WHERE person_id = $1`)
	return err
}

func allowOwn(_ context.Context, tx *door.Tx, person int64) error {
	return tx.Allow(authz.SignedIn, authz.Matter{Person: person})
}

func (s *Service) endSessions(ctx context.Context, actor authz.Actor, person int64, allow func(context.Context, *door.Tx, int64) error, statement string, more ...any) (int64, error) {
	var n int64
	err := s.door.Do(ctx, actor, func(tx *door.Tx) (door.Effect, error) {
		if err := allow(ctx, tx, person); err != nil {
			return door.Unchanged(), err
		}
		tag, err := tx.Exec(ctx, statement, append([]any{person}, more...)...)
		if n = tag.RowsAffected(); err != nil || n == 0 {
			return door.Unchanged(), err
		}
		return door.Effect{Subject: trail.Subject{Kind: "account", ID: person}, Fields: []string{"sessions"}}, nil
	})
	if err != nil {
		return 0, fmt.Errorf("ending sessions: %w", err)
	}
	return n, nil
}
