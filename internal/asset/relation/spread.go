package relation

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/postgres"
)

// Spread carries the levels of assets that have changed, or ended, on to what they rest on:
// the floor of each is kept with it (asset.SetFloors), so that a list need not walk the
// relations of a town.
func Spread(ctx context.Context, tx *door.Tx, assets []int64) error {
	bearers, err := under(ctx, tx, assets)
	if err != nil || len(bearers) == 0 {
		return err
	}
	if err := tx.TakeLate(ctx, lock); err != nil {
		return err
	}
	if bearers, err = under(ctx, tx, assets); err != nil {
		return err
	}
	return reckon(ctx, tx, bearers)
}

// Ended ends the relations of assets that should never have been registered, on both sides,
// and writes it into the history of both: asset.Ties asks it, after Spread.
func Ended(ctx context.Context, tx *door.Tx, actor authz.Actor, assets []int64) error {
	_, err := tx.Exec(ctx, `
		WITH gone AS (DELETE FROM asset_relation WHERE asset_id = ANY(@assets) OR rests_on = ANY(@assets) RETURNING asset_id, rests_on)
		INSERT INTO asset_relation_change (asset_id, rests_on, act, changed_by, changed_at)
		SELECT asset_id, rests_on, @act, nullif(@by, 0::bigint), @now FROM gone ORDER BY 1, 2`,
		pgx.StrictNamedArgs{"assets": assets, "act": string(Dropped), "by": actor.Person, "now": tx.Now})
	if err != nil {
		return fmt.Errorf("ending the relations of assets: %w", err)
	}
	return nil
}

// under are the assets directly under others, of those that have not ended.
func under(ctx context.Context, tx *door.Tx, assets []int64) ([]int64, error) {
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT r.rests_on FROM asset_relation r JOIN asset b ON b.id = r.rests_on
		WHERE r.asset_id = ANY(@assets) AND r.agreed AND b.state IN ('draft', 'registered') ORDER BY 1`, pgx.StrictNamedArgs{"assets": assets})
	if err != nil {
		return nil, fmt.Errorf("finding what assets rest on: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("finding what assets rest on: %w", err)
	}
	return list, nil
}

// reckon reckons the floors of assets anew, and of what they rest on where one has changed.
// The floor of each is the highest of what stands directly on it, of its level and its own
// floor: a network needs a look at its systems, and not at all that is in these.
func reckon(ctx context.Context, tx *door.Tx, bearers []int64) error {
	for step := 0; len(bearers) > 0 && step < mostSteps; step++ {
		floors, err := postgres.List[asset.Floor](ctx, tx, "reckoning floors", `
			SELECT n.id AS asset, n.ranks FROM (
				SELECT b.id, b.floor, ARRAY[coalesce(max(greatest(a.ranks[1], a.floor[1])), 0), coalesce(max(greatest(a.ranks[2], a.floor[2])), 0),
				       coalesce(max(greatest(a.ranks[3], a.floor[3])), 0)]::smallint[] AS ranks
				FROM asset b
				LEFT JOIN LATERAL (
					SELECT a.ranks, a.floor FROM asset_relation r JOIN asset a ON a.id = r.asset_id
					WHERE r.rests_on = b.id AND r.agreed AND a.state IN ('draft', 'registered') OFFSET 0) a ON true
				WHERE b.id = ANY(@bearers) AND b.state IN ('draft', 'registered') GROUP BY b.id) n
			WHERE n.ranks <> n.floor ORDER BY n.id`, pgx.StrictNamedArgs{"bearers": bearers})
		if err != nil || len(floors) == 0 {
			return err
		}
		if err := asset.SetFloors(ctx, tx, floors); err != nil {
			return err
		}
		changed := make([]int64, len(floors))
		for i, f := range floors {
			changed[i] = f.Asset
		}
		if bearers, err = under(ctx, tx, changed); err != nil {
			return err
		}
	}
	return nil
}
