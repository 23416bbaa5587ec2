package asset

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// IsThere tells in SQL of section_shown s whether there is the section today.
const IsThere = `(s.established_on IS NULL OR s.established_on <= @today::date) AND (s.abolished_on IS NULL OR s.abolished_on > @today::date)`

// Holder is a section that has assets, or is to have them.
type Holder struct {
	ID   int64
	Code string
	Name string
}

// HandIn gives the assets of a section that count to another one, all or those of some
// 管理番号, in a change that has allowed it. They keep their 管理番号, and the section's own
// numbers but where one stands for another asset there: that one has none any more. It
// returns what the trail is to say of each.
func HandIn(ctx context.Context, tx *door.Tx, actor authz.Actor, from, to Holder, all bool, codes []string, why string) ([]door.Effect, error) {
	list, err := postgres.List[struct {
		ID         int64
		Unnumbered bool
	}](ctx, tx, "handing assets over", `
		WITH taken AS (
			SELECT a.id, a.own_number, `+Clashes+` AS clashes FROM asset a
			WHERE a.section_id = @from AND a.state IN ('draft', 'registered') AND (@all OR a.code = ANY(@codes)) ORDER BY a.id FOR NO KEY UPDATE OF a),
		moved AS (
			UPDATE asset a SET section_id = @to, own_number = CASE WHEN t.clashes THEN '' ELSE a.own_number END, version = a.version + 1
			FROM taken t WHERE a.id = t.id RETURNING a.id, a.version, t.own_number, t.clashes),
		noted AS (
			INSERT INTO asset_change (asset_id, version, changed_at, changed_by, why, before, after)
			SELECT id, version, @now, nullif(@by, 0::bigint), @why,
			       jsonb_build_object('section', @was::text) || CASE WHEN clashes THEN jsonb_build_object('own_number', own_number) ELSE '{}' END,
			       jsonb_build_object('section', @is::text) || CASE WHEN clashes THEN jsonb_build_object('own_number', '') ELSE '{}' END
			FROM moved)
		SELECT id, clashes AS unnumbered FROM moved ORDER BY id`,
		pgx.StrictNamedArgs{"from": from.ID, "to": to.ID, "all": all, "codes": codes, "now": tx.Now, "by": actor.Person, "why": why, "was": from.Name, "is": to.Name})
	if err != nil {
		return nil, fmt.Errorf("handing assets over: %w", Known(err))
	}
	done := make([]door.Effect, len(list))
	for i, moved := range list {
		done[i] = door.Effect{Subject: trail.Subject{Kind: "asset", ID: moved.ID}, Fields: []string{"section"}, Refs: map[string]int64{"section": to.ID}}
		if moved.Unnumbered {
			done[i].Fields = append(done[i].Fields, "own_number")
		}
	}
	return done, nil
}

// Clashes tells in SQL whether the own number of an asset a stands for another one in the
// section @to.
const Clashes = `(a.own_number <> '' AND EXISTS (SELECT FROM asset o WHERE o.section_id = @to AND o.own_number <> ''
	AND lower(o.own_number) = lower(a.own_number) AND o.state IN ('draft', 'registered')))`
