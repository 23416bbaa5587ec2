package relation

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Hold keeps the relations of the town as they are until a change ends that will move some;
// it comes before any asset is locked.
func Hold(ctx context.Context, tx *door.Tx) error { return tx.Take(ctx, lock) }

// move is a relation of an asset that ends, which another one takes over.
type move struct {
	Other  int64 // at its other end
	Kind   asset.Kind
	State  asset.State
	Below  bool // the asset rests on the other
	Agreed bool // as it was, so it stays: an ask goes on asking
	Circle bool // it is the one that takes over, or would rest on itself
}

// moves tells which relations of an asset another one takes over, and of how many it can't:
// those by which it would rest on itself, and for which it is of another kind. Those to
// what has ended stay and are not counted.
func moves(ctx context.Context, db postgres.Querier, gone, kept asset.Asset) (list []move, left int, err error) {
	all, err := postgres.List[move](ctx, db, "finding relations to move", `
		WITH RECURSIVE above AS (SELECT @kept::bigint AS id UNION SELECT r.asset_id FROM above JOIN asset_relation r ON r.rests_on = above.id),
		below AS (SELECT @kept::bigint AS id UNION SELECT r.rests_on FROM below JOIN asset_relation r ON r.asset_id = below.id)
		SELECT x.id AS other, x.kind, x.state, r.asset_id = @gone AS below, r.agreed,
		       CASE WHEN r.asset_id = @gone THEN x.id IN (SELECT id FROM above) ELSE x.id IN (SELECT id FROM below) END AS circle
		FROM asset_relation r JOIN asset x ON x.id = CASE WHEN r.asset_id = @gone THEN r.rests_on ELSE r.asset_id END
		WHERE r.asset_id = @gone OR r.rests_on = @gone ORDER BY x.id`, pgx.StrictNamedArgs{"gone": gone.ID, "kept": kept.ID})
	if err != nil {
		return nil, 0, err
	}
	for _, m := range all {
		switch {
		case m.State.Ended() || m.Other == kept.ID: // that it rests on what it is would say nothing
		case m.Circle, m.Below && !MayRest(kept.Kind, m.Kind), !m.Below && !MayRest(m.Kind, kept.Kind):
			left++
		default:
			list = append(list, m)
		}
	}
	return list, left, nil
}

// Movable is how many relations of an asset another one would take over, and how many it
// can't: those by which it would rest on itself, and for which it is of another kind. Forbidden
// for who may not change the asset.
func (s *Service) Movable(ctx context.Context, actor authz.Actor, gone, kept asset.Asset) (moved, left int, err error) {
	if err := gone.AskChange(actor); err != nil {
		return 0, 0, err
	}
	list, left, err := moves(ctx, s.pool, gone, kept)
	return len(list), left, err
}

// Move moves the relations of an asset that has ended to another one, after Hold, and
// carries the levels on. It returns what was done to which asset.
func Move(ctx context.Context, tx *door.Tx, actor authz.Actor, gone, kept asset.Asset) ([]door.Effect, error) {
	list, _, err := moves(ctx, tx, gone, kept)
	if err != nil {
		return nil, err
	}
	old, now := pairs{}, pairs{}
	changed := []int64{}
	for _, m := range list {
		if m.Below {
			old.add(gone.ID, m.Other, m.Agreed)
			now.add(kept.ID, m.Other, m.Agreed)
			changed = append(changed, kept.ID)
		} else {
			old.add(m.Other, gone.ID, m.Agreed)
			now.add(m.Other, kept.ID, m.Agreed)
			changed = append(changed, m.Other)
		}
	}
	for _, statement := range []struct {
		sql   string
		pairs pairs
	}{
		{`WITH moved AS (
			DELETE FROM asset_relation r USING unnest(@assets::bigint[], @bearers::bigint[], @agreed::boolean[]) AS m (asset_id, rests_on, agreed)
			WHERE r.asset_id = m.asset_id AND r.rests_on = m.rests_on RETURNING r.asset_id, r.rests_on)
		INSERT INTO asset_relation_change (asset_id, rests_on, act, changed_by, changed_at)
		SELECT asset_id, rests_on, 'released', nullif(@by, 0::bigint), @now FROM moved`, old},
		{`WITH moved AS (
			INSERT INTO asset_relation (asset_id, rests_on, agreed)
			SELECT asset_id, rests_on, agreed FROM unnest(@assets::bigint[], @bearers::bigint[], @agreed::boolean[]) AS m (asset_id, rests_on, agreed)
			ON CONFLICT DO NOTHING RETURNING asset_id, rests_on, agreed)
		INSERT INTO asset_relation_change (asset_id, rests_on, act, changed_by, changed_at)
		SELECT asset_id, rests_on, CASE WHEN agreed THEN 'added' ELSE 'asked' END, nullif(@by, 0::bigint), @now FROM moved`, now},
	} {
		if _, err := tx.Exec(ctx, statement.sql, pgx.StrictNamedArgs{"assets": statement.pairs.assets, "bearers": statement.pairs.bearers, "agreed": statement.pairs.agreed, "by": actor.Person, "now": tx.Now}); err != nil {
			return nil, fmt.Errorf("moving relations: %w", err)
		}
	}
	bearers, err := under(ctx, tx, []int64{gone.ID, kept.ID})
	if err != nil {
		return nil, err
	}
	if err := reckon(ctx, tx, append(bearers, kept.ID)); err != nil {
		return nil, err
	}
	slices.Sort(changed)
	var effects []door.Effect
	for _, id := range slices.Compact(changed) {
		effects = append(effects, door.Effect{Subject: trail.Subject{Kind: "asset", ID: id}, Fields: []string{"rests_on"}})
	}
	return effects, nil
}

// pairs are relations as two columns.
type pairs struct {
	assets, bearers []int64
	agreed          []bool
}

func (p *pairs) add(asset, bearer int64, agreed bool) {
	p.assets, p.bearers, p.agreed = append(p.assets, asset), append(p.bearers, bearer), append(p.agreed, agreed)
}
