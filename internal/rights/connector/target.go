package connector

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Retry lets what has failed be carried out once more: of a connector all, or one target.
// Conflict where nothing has failed.
func (s *Service) Retry(ctx context.Context, actor authz.Actor, code string, target int64) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.KeepConnectors, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		c, err := keep(ctx, tx, code)
		if err != nil {
			return door.Unchanged(), err
		}
		list, err := again(ctx, tx, tx.Now, `c.id = @connector AND t.state = 'failed' AND (@target::bigint = 0 OR t.id = @target)`, pgx.StrictNamedArgs{"connector": c.ID, "target": target})
		if err != nil {
			return door.Unchanged(), err
		}
		if len(list) == 0 {
			return door.Unchanged(), fault.New(fault.Conflict, "失敗しているものは、もうありません。画面を開き直して、いまの状態を確かめてください。")
		}
		effect := effectOf(c.ID, "again")
		effect.Refs = map[string]int64{"targets": int64(len(list))}
		return effect, enqueue(ctx, tx, list)
	})
}

// ByHand says of what has failed that it was done by hand in the system.
func (s *Service) ByHand(ctx context.Context, actor authz.Actor, target int64) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		type row struct{ Person, Asset, Section int64 }
		r, err := postgres.One[row](ctx, tx, "locking a target", `
			SELECT t.person_id AS person, t.asset_id AS asset, y.section_id AS section FROM right_target t JOIN system_shown y ON y.id = t.asset_id WHERE t.id = @id AND t.state = 'failed' FOR UPDATE OF t`,
			pgx.StrictNamedArgs{"id": target})
		if err != nil {
			if errors.Is(err, pgx.ErrNoRows) {
				err = fault.New(fault.Conflict, "失敗しているものではなくなりました。画面を開き直して、いまの状態を確かめてください。")
			}
			return door.Unchanged(), err
		}
		matter, err := OrderMatter(ctx, tx, r.Person, r.Section, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Allow(authz.DoWorkOrders, matter); err != nil {
			return door.Unchanged(), err
		}
		if _, err := tx.Exec(ctx, `UPDATE right_target SET state = 'done', version = version + 1, effected = usable, trouble = '', partly = false, done_at = $2 WHERE id = $1`, target, tx.Now); err != nil {
			return door.Unchanged(), fmt.Errorf("saying what was done by hand: %w", err)
		}
		return door.Effect{Subject: trail.Subject{Kind: "right_target", ID: target}, Fields: []string{"by_hand"}, Refs: map[string]int64{"person": r.Person, "asset": r.Asset}}, nil
	})
}

// AskByHand refuses who may not say of something that it was done by hand.
func (s *Service) AskByHand(ctx context.Context, actor authz.Actor, target int64) error {
	type row struct{ Person, Section int64 }
	condition, args := Seen(actor)
	r, err := postgres.One[row](ctx, s.pool, "finding a target", `
		SELECT t.person_id AS person, y.section_id AS section FROM right_target t JOIN system_shown y ON y.id = t.asset_id WHERE t.id = @id AND `+condition, with(args, "id", target))
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.New(fault.NotFound, "この反映は、見つかりません。「反映の状態」の一覧から探してください。")
	}
	if err != nil {
		return err
	}
	matter, err := OrderMatter(ctx, s.pool, r.Person, r.Section, s.today())
	if err != nil {
		return err
	}
	_, err = authz.Check(actor, authz.DoWorkOrders, matter)
	return err
}
