package communication

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Handed tells in SQL of a communication c whether it can be handed over from the section
// @from: it goes on, and where @of is a section, it or its asset has come from there.
const Handed = `(c.section_id = @from AND c.ended_on IS NULL
	AND (@of::bigint = 0 OR EXISTS (SELECT FROM communication_change h WHERE h.communication_id = c.id AND h.came_from = @of)
		OR EXISTS (SELECT FROM asset_change h WHERE h.asset_id = c.asset_id AND h.came_from = @of)))`

// HandIn gives communications of a section that go on to another one, in a change that has
// allowed it: those that belong to some assets, by their ids, and where whole is true all
// others too; where of is a section, only those that have come from there. They keep their
// numbers. It returns what the trail is to say of each.
func HandIn(ctx context.Context, tx *door.Tx, actor authz.Actor, from, to asset.Holder, of int64, assets []int64, whole bool, why string) ([]door.Effect, error) {
	moved, err := postgres.List[struct{ ID int64 }](ctx, tx, "handing communications over", `
		WITH taken AS (
			SELECT c.id FROM communication c
			WHERE `+Handed+` AND (@whole OR c.asset_id = ANY(@assets)) ORDER BY c.id FOR NO KEY UPDATE OF c),
		moved AS (
			UPDATE communication c SET section_id = @to, version = c.version + 1 FROM taken t WHERE c.id = t.id RETURNING c.id, c.version),
		noted AS (
			INSERT INTO communication_change (communication_id, version, changed_at, changed_by, why, came_from, before, after)
			SELECT id, version, @now, nullif(@by, 0::bigint), @why, @from, jsonb_build_object('section', @was::text), jsonb_build_object('section', @is::text) FROM moved)
		SELECT id FROM moved ORDER BY id`,
		pgx.StrictNamedArgs{"from": from.ID, "to": to.ID, "of": of, "whole": whole, "assets": assets, "now": tx.Now, "by": actor.Person, "why": why, "was": from.Name, "is": to.Name})
	if err != nil {
		return nil, fmt.Errorf("handing communications over: %w", err)
	}
	done := make([]door.Effect, len(moved))
	for i, c := range moved {
		done[i] = door.Effect{Subject: trail.Subject{Kind: "communication", ID: c.ID}, Fields: []string{"section"}, Refs: map[string]int64{"section": to.ID}}
	}
	return done, nil
}
