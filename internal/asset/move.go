package asset

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/trail"
)

// LockID locks an asset by its id until the change ends, for a room that has found it
// already: whether the actor sees it is the room's to ask.
func LockID(ctx context.Context, tx *door.Tx, id int64) (Asset, error) {
	a, err := lockWhere(ctx, tx, `a.id = @id FOR UPDATE OF a`, pgx.StrictNamedArgs{"id": id})
	if errors.Is(err, pgx.ErrNoRows) {
		return a, errNone()
	}
	return a, err
}

// MoveIn takes a step with a locked asset that changes nothing but where it stands, in a
// change that has allowed it: it is disposed of, missing, or found. Nothing changes by a step
// that leads back to where it stands. Of what has ended, the relations stay as they were.
func (s *Service) MoveIn(ctx context.Context, tx *door.Tx, actor authz.Actor, was Asset, step life.Step, why string) (door.Effect, error) {
	state, err := was.After(step)
	if err != nil {
		return door.Unchanged(), err
	}
	if state == was.State {
		return door.Unchanged(), nil
	}
	_, err = tx.Exec(ctx, `
		UPDATE asset SET state = @state, version = version + 1,
		       breaks = CASE WHEN @ended THEN '{}' ELSE breaks END, broken_since = CASE WHEN NOT @ended THEN broken_since END
		WHERE id = @id`, pgx.StrictNamedArgs{"id": was.ID, "state": string(state), "ended": state.Ended()})
	if err != nil {
		return door.Unchanged(), fmt.Errorf("moving an asset on: %w", err)
	}
	effect := door.Effect{Subject: trail.Subject{Kind: "asset", ID: was.ID}, Fields: []string{"state"}}
	if state.Ended() {
		if err := s.Spread(ctx, tx, was.ID); err != nil {
			return door.Unchanged(), err
		}
		if effect.Notices, err = s.ended(ctx, tx, actor, was); err != nil {
			return door.Unchanged(), err
		}
	}
	return effect, note(ctx, tx, actor, was.ID, was.Version+1, why, map[string]string{"state": string(was.State)}, map[string]string{"state": string(state)})
}
