package asset

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset/life"
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

// HandedAt names a hand-over, by its instant, in an address.
func HandedAt(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }

// ParseHanded is the instant of a hand-over by its name; false where it names a section, from
// which something was handed over, or nothing.
func ParseHanded(name string) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339Nano, name)
	return at, err == nil
}

// Handed tells in SQL of an asset a whether it can be handed over from the section @from: it
// counts, and where @of is a section, it has come from there.
const Handed = `(a.section_id = @from AND a.state ` + life.Counts + `
	AND (@of::bigint = 0 OR EXISTS (SELECT FROM asset_change h WHERE h.asset_id = a.id AND h.came_from = @of)))`

// NumberBack is in SQL the section's own number of an asset a, or the one that it has lost
// by being handed over and that nobody has changed since; empty for none.
const NumberBack = `CASE WHEN a.own_number <> '' THEN a.own_number ELSE coalesce((
	SELECT CASE WHEN h.came_from IS NOT NULL THEN h.before->>'own_number' END FROM asset_change h
	WHERE h.asset_id = a.id AND h.after ? 'own_number' ORDER BY h.version DESC LIMIT 1), '') END`

// Clashes tells in SQL whether a number of an asset stands for another one in the section
// @to.
func Clashes(number string) string {
	return `EXISTS (SELECT FROM asset o WHERE o.section_id = @to AND o.own_number <> ''
	AND lower(o.own_number) = lower(` + number + `) AND o.state ` + life.Counts + `)`
}

// HandIn gives the assets of a section that count to another one, all or those of some
// 管理番号, in a change that has allowed it; where of is a section, only those that have come
// from there. They keep their 管理番号, and the section's own numbers but where one stands
// for another asset there: that one has none any more, until it goes where it stands for no
// other. It returns what the trail is to say of each.
func HandIn(ctx context.Context, tx *door.Tx, actor authz.Actor, from, to Holder, of int64, all bool, codes []string, why string) ([]door.Effect, error) {
	list, err := postgres.List[struct {
		ID         int64
		Renumbered bool
	}](ctx, tx, "handing assets over", `
		WITH taken AS (
			SELECT a.id, a.own_number, `+NumberBack+` AS number FROM asset a
			WHERE `+Handed+` AND (@all OR a.code = ANY(@codes)) ORDER BY a.id FOR NO KEY UPDATE OF a),
		numbered AS (
			SELECT id, own_number AS had, number, `+Clashes("t.number")+` OR row_number() OVER (PARTITION BY lower(number) ORDER BY own_number = '', id) > 1 AS clashes FROM taken t),
		moved AS (
			UPDATE asset a SET section_id = @to, own_number = CASE WHEN n.clashes THEN '' ELSE n.number END, version = a.version + 1
			FROM numbered n WHERE a.id = n.id RETURNING a.id, a.version, n.had, a.own_number AS has),
		noted AS (
			INSERT INTO asset_change (asset_id, version, changed_at, changed_by, why, came_from, before, after)
			SELECT id, version, @now, nullif(@by, 0::bigint), @why, @from,
			       jsonb_build_object('section', @was::text) || CASE WHEN had <> has THEN jsonb_build_object('own_number', had) ELSE '{}' END,
			       jsonb_build_object('section', @is::text) || CASE WHEN had <> has THEN jsonb_build_object('own_number', has) ELSE '{}' END
			FROM moved)
		SELECT id, had <> has AS renumbered FROM moved ORDER BY id`,
		pgx.StrictNamedArgs{"from": from.ID, "to": to.ID, "of": of, "all": all, "codes": codes, "now": tx.Now, "by": actor.Person, "why": why, "was": from.Name, "is": to.Name})
	if err != nil {
		return nil, fmt.Errorf("handing assets over: %w", Known(err))
	}
	done := make([]door.Effect, len(list))
	for i, moved := range list {
		done[i] = door.Effect{Subject: trail.Subject{Kind: "asset", ID: moved.ID}, Fields: []string{"section"}, Refs: map[string]int64{"section": to.ID}}
		if moved.Renumbered {
			done[i].Fields = append(done[i].Fields, "own_number")
		}
	}
	return done, nil
}
