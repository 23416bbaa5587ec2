package session

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Summary is a session under way, as people recognize it.
type Summary struct {
	ID      string
	Device  string // in words
	Method  string // ByPassword, …
	BegunAt time.Time
	UsedAt  time.Time `db:"seen_at"` // last, to the minute
}

// Own lists the actor's own sessions, the one used last first.
func (s *Service) Own(ctx context.Context, actor authz.Actor) ([]Summary, error) {
	return Of(ctx, s.pool, actor.Person, s.door.Now())
}

// Of lists a person's sessions of an instant, the one used last first. Only package
// account calls it, for somebody who may manage their account: to them one that is
// confined would tell that there is a case.
func Of(ctx context.Context, db postgres.Querier, person int64, now time.Time) ([]Summary, error) {
	rows, err := db.Query(ctx, `
		SELECT id, device, method, begun_at, seen_at FROM sessions WHERE person_id = $1 AND NOT confined AND expiry > $2
		ORDER BY seen_at DESC, id`, person, now)
	if err != nil {
		return nil, fmt.Errorf("listing sessions: %w", err)
	}
	sessions, err := pgx.CollectRows(rows, pgx.RowToStructByName[Summary])
	if err != nil {
		return nil, fmt.Errorf("listing sessions: %w", err)
	}
	return sessions, nil
}

// End ends one of the actor's own sessions; NotFound if it has ended, or is
// somebody else's.
func (s *Service) End(ctx context.Context, actor authz.Actor, id string) error {
	ended, err := s.end(ctx, actor, `DELETE FROM sessions WHERE person_id = $1 AND id = $2`, id)
	if err == nil && ended == 0 {
		return fault.New(fault.NotFound, "このサインインは、すでに終わっています。")
	}
	return err
}

// EndOthers ends all of the actor's own sessions but the one with that ID.
func (s *Service) EndOthers(ctx context.Context, actor authz.Actor, id string) error {
	_, err := s.end(ctx, actor, `DELETE FROM sessions WHERE person_id = $1 AND id <> $2`, id)
	return err
}

// end ends sessions of the actor's own and returns how many. The statement gets
// the person and the ID.
func (s *Service) end(ctx context.Context, actor authz.Actor, statement, id string) (ended int64, err error) {
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.SignedIn, authz.Matter{Person: actor.Person}); err != nil {
			return door.Unchanged(), err
		}
		tag, err := tx.Exec(ctx, statement, actor.Person, id)
		if ended = tag.RowsAffected(); err != nil || ended == 0 {
			return door.Unchanged(), err
		}
		return EndEffect(actor.Person), nil
	})
	if err != nil {
		return 0, fmt.Errorf("ending sessions: %w", err)
	}
	return ended, nil
}

// EndEffect is what the trail records of the end of a person's sessions.
func EndEffect(person int64) door.Effect {
	return door.Effect{Subject: trail.Subject{Kind: "account", ID: person}, Fields: []string{"sessions"}}
}
