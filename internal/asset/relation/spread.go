package relation

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset"
	"kagami/internal/asset/life"
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

// Ready takes, before a change of an asset has written a row, the lock that Spread needs,
// and locks the rows that it may write: what the asset rests on, by however many steps. So
// nobody who has the lock waits for a row of somebody who waits for what they have written.
// Nothing where the asset rests on nothing.
func Ready(ctx context.Context, tx *door.Tx, code string) error {
	var rests bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM asset_relation r JOIN asset a ON a.id = r.asset_id WHERE a.code = @code)`, pgx.StrictNamedArgs{"code": code}).Scan(&rests)
	if err != nil {
		return fmt.Errorf("looking whether an asset rests on another: %w", err)
	}
	if !rests {
		return nil
	}
	if err := tx.Take(ctx, lock); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		WITH RECURSIVE below AS (
			SELECT id FROM asset WHERE code = @code
			UNION SELECT r.rests_on FROM below JOIN asset_relation r ON r.asset_id = below.id)
		SELECT FROM asset WHERE id IN (SELECT id FROM below) AND state `+life.Counts+` ORDER BY id FOR UPDATE`, pgx.StrictNamedArgs{"code": code})
	if err != nil {
		return fmt.Errorf("locking what an asset rests on: %w", err)
	}
	return nil
}

// Part ends the relations of assets that should never have been registered, on both sides,
// and writes it into the history of both: asset.Ties asks it, after Spread.
func Part(ctx context.Context, tx *door.Tx, actor authz.Actor, assets []int64) error {
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

// reckonedAtOnce is of how many assets the floors are reckoned in one change.
const reckonedAtOnce = 2000

// Reckon reckons the floors of the next assets after an id on which something rests, and of
// what these rest on, and returns those that have changed, and the last that it has looked
// at; -1 where there are no more.
func Reckon(ctx context.Context, tx *door.Tx, after int64) (changed []int64, last int64, err error) {
	if err := tx.Take(ctx, lock); err != nil {
		return nil, 0, err
	}
	rows, err := tx.Query(ctx, `SELECT DISTINCT rests_on FROM asset_relation WHERE rests_on > @after ORDER BY 1 LIMIT @most`,
		pgx.StrictNamedArgs{"after": after, "most": reckonedAtOnce})
	if err != nil {
		return nil, 0, fmt.Errorf("finding what something rests on: %w", err)
	}
	bearers, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, 0, fmt.Errorf("finding what something rests on: %w", err)
	}
	last = -1
	if len(bearers) == reckonedAtOnce {
		last = bearers[len(bearers)-1]
	}
	changed, err = raise(ctx, tx, bearers)
	return changed, last, err
}

// Misfit finds, of assets that have changed their kind, one that by its kind can't rest on
// what it rests on, or bear what rests on it: its 管理番号, empty where there is none.
func Misfit(ctx context.Context, tx *door.Tx, assets []int64) (code string, err error) {
	type pair struct {
		Code string
		A, B asset.Kind
	}
	pairs, err := postgres.List[pair](ctx, tx, "finding relations of kinds", `
		SELECT min(CASE WHEN a.id = ANY(@assets) THEN a.code ELSE b.code END) AS code, a.kind AS a, b.kind AS b
		FROM asset_relation r JOIN asset a ON a.id = r.asset_id JOIN asset b ON b.id = r.rests_on
		WHERE (r.asset_id = ANY(@assets) OR r.rests_on = ANY(@assets)) AND a.state `+life.Counts+` AND b.state `+life.Counts+`
		GROUP BY a.kind, b.kind ORDER BY 1`, pgx.StrictNamedArgs{"assets": assets})
	if err != nil {
		return "", err
	}
	for _, p := range pairs {
		if !MayRest(p.A, p.B) {
			return p.Code, nil
		}
	}
	return "", nil
}

// under are the assets directly under others, of those that have not ended.
func under(ctx context.Context, tx *door.Tx, assets []int64) ([]int64, error) {
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT r.rests_on FROM asset_relation r JOIN asset b ON b.id = r.rests_on
		WHERE r.asset_id = ANY(@assets) AND r.agreed AND b.state `+life.Counts+` ORDER BY 1`, pgx.StrictNamedArgs{"assets": assets})
	if err != nil {
		return nil, fmt.Errorf("finding what assets rest on: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("finding what assets rest on: %w", err)
	}
	return list, nil
}

// reckon reckons the floors of assets anew, and of what they rest on where one has changed,
// and keeps which of them stand below theirs.
func reckon(ctx context.Context, tx *door.Tx, bearers []int64) error {
	changed, err := raise(ctx, tx, bearers)
	if err != nil || len(changed) == 0 {
		return err
	}
	return asset.SetLow(ctx, tx, changed)
}

// raise keeps the floors of assets anew, and of what they rest on where one has changed, and
// returns those whose floors have changed. The floor of each is the highest of what stands
// directly on it, of its level and its own floor: a network needs a look at its systems, and
// not at all that is in these.
func raise(ctx context.Context, tx *door.Tx, bearers []int64) (all []int64, err error) {
	for step := 0; len(bearers) > 0 && step < mostSteps; step++ {
		floors, err := postgres.List[asset.Floor](ctx, tx, "reckoning floors", `
			SELECT n.id AS asset, n.ranks FROM (
				SELECT b.id, b.floor, ARRAY[coalesce(max(greatest(a.ranks[1], a.floor[1])), 0), coalesce(max(greatest(a.ranks[2], a.floor[2])), 0),
				       coalesce(max(greatest(a.ranks[3], a.floor[3])), 0)]::smallint[] AS ranks
				FROM asset b
				LEFT JOIN LATERAL (
					SELECT a.ranks, a.floor FROM asset_relation r JOIN asset a ON a.id = r.asset_id
					WHERE r.rests_on = b.id AND r.agreed AND a.state `+life.Counts+` OFFSET 0) a ON true
				WHERE b.id = ANY(@bearers) AND b.state `+life.Counts+` GROUP BY b.id) n
			WHERE n.ranks <> n.floor ORDER BY n.id`, pgx.StrictNamedArgs{"bearers": bearers})
		if err != nil {
			return nil, err
		}
		if len(floors) == 0 {
			break
		}
		if err := asset.SetFloors(ctx, tx, floors); err != nil {
			return nil, err
		}
		changed := make([]int64, len(floors))
		for i, f := range floors {
			changed[i] = f.Asset
		}
		all = append(all, changed...)
		if bearers, err = under(ctx, tx, changed); err != nil {
			return nil, err
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
