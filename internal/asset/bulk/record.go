package bulk

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset"
	"kagami/internal/asset/propose"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
)

// Record is a change in bulk that was made.
type Record struct {
	ID                  int64
	Token               string // names it in an address
	At                  time.Time
	By                  string // empty for the operator
	Mine                bool   // the actor has made it
	Why                 string
	Fields              []string // the keys of what was changed
	Same, Others, Ended int      // what it left as it was, of all that the one who made it was shown
	Undoes              string   // the token of the one that it takes back; empty for none
	TakenBack           bool     // another one has taken it back, of those assets that the actor may see at least one
	Changed             int      // the assets that it has changed, of those that the actor may see
	Refused             int      // and those that could not be changed
}

// Titles are what was changed, in words.
func (r Record) Titles() []string {
	var list []string
	for _, key := range r.Fields {
		list = append(list, Field(key).Title)
	}
	return list
}

// keys are the fields that a change asks for.
func (c Change) keys() []string {
	var keys []string
	for _, f := range asset.Fields {
		_, text := c.Texts[f.Key]
		if text || f.Key == "zone" && c.Zone != "" || c.Levels[asset.Aspect(f.Key)] != "" ||
			f.Key == "handling" && len(c.Add)+len(c.Remove) > 0 || f.Key == "checked_on" && c.Checked {
			keys = append(keys, f.Key)
		}
	}
	return keys
}

// part is an asset of a record as it is written.
type part struct {
	id      int64
	version int    // 0 where it stayed as it was
	refusal string // and why
}

// parts are those of a plan.
func (p Plan) parts() []part {
	var list []part
	for _, l := range p.Changed {
		list = append(list, part{id: l.ID, version: l.Version + 1})
	}
	for _, l := range p.Refused {
		list = append(list, part{id: l.ID, refusal: messages(l.Refused)})
	}
	return list
}

func messages(problems []fault.Problem) string {
	var list []string
	for _, p := range problems {
		list = append(list, p.Message)
	}
	return strings.Join(list, "")
}

// keep writes a change in bulk that is about to be made, and names it.
func (r Record) keep(ctx context.Context, tx *door.Tx, actor authz.Actor, parts []part, undoes int64) (token string, err error) {
	token = rand.Text()
	var id int64
	err = tx.QueryRow(ctx, `
		INSERT INTO asset_bulk (token, changed_at, changed_by, why, fields, same, others, ended, undoes)
		VALUES (@token, @now, nullif(@by, 0::bigint), @why, @fields, @same, @others, @ended, nullif(@undoes, 0::bigint)) RETURNING id`,
		pgx.StrictNamedArgs{
			"token": token, "now": tx.Now, "by": actor.Person, "why": r.Why, "fields": r.Fields, "same": r.Same, "others": r.Others, "ended": r.Ended, "undoes": undoes,
		}).Scan(&id)
	if err != nil {
		return "", fmt.Errorf("keeping a change in bulk: %w", err)
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"asset_bulk_part"}, []string{"bulk_id", "asset_id", "version", "refusal"}, pgx.CopyFromSlice(len(parts), func(i int) ([]any, error) {
		p := parts[i]
		var version *int
		if p.version != 0 {
			version = &p.version
		}
		return []any{id, p.id, version, p.refusal}, nil
	}))
	if err != nil {
		return "", fmt.Errorf("keeping what a change in bulk changes: %w", err)
	}
	return token, nil
}

// theirs is in SQL that an asset a is of a section whose assets the actor changes.
const theirs = `(@everywhere OR a.section_id = ANY(@sections))`

func theirsOf(actor authz.Actor) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"everywhere": actor.Reach(authz.ChangeAssets) == authz.All, "sections": actor.Sections(authz.ChangeAssets), "actor": actor.Person}
}

// selectRecord are the records of which the actor may change an asset: they read no others.
const selectRecord = `
	SELECT b.id, b.token, b.changed_at AS at, coalesce(p.name, '') AS by, coalesce(b.changed_by = @actor, false) AS mine, b.why, b.fields, b.same, b.others, b.ended,
	       coalesce(u.token, '') AS undoes, n.changed, n.refused,
	       EXISTS (SELECT FROM asset_bulk k JOIN asset_bulk_part r ON r.bulk_id = k.id JOIN asset a ON a.id = r.asset_id
	               WHERE k.undoes = b.id AND r.version IS NOT NULL AND ` + theirs + `) AS taken_back
	FROM asset_bulk b LEFT JOIN person_shown p ON p.id = b.changed_by LEFT JOIN asset_bulk u ON u.id = b.undoes
	CROSS JOIN LATERAL (
		SELECT count(r.version)::int AS changed, (count(*) - count(r.version))::int AS refused
		FROM asset_bulk_part r JOIN asset a ON a.id = r.asset_id WHERE r.bulk_id = b.id AND ` + theirs + `) n
	WHERE n.changed + n.refused > 0`

// MostRecent is how many changes in bulk are listed.
const MostRecent = 50

// Recent lists the last changes in bulk of assets that the actor may change, the newest
// first. Forbidden for who changes none.
func (s *Service) Recent(ctx context.Context, actor authz.Actor) ([]Record, error) {
	if err := AskChange(actor); err != nil {
		return nil, err
	}
	args := theirsOf(actor)
	args["most"] = MostRecent
	// which they are is found by the actor's assets: of other sections there may be a great many
	return postgres.List[Record](ctx, s.pool, "listing changes in bulk", selectRecord+`
		AND b.id IN (SELECT DISTINCT q.bulk_id FROM asset a JOIN asset_bulk_part q ON q.asset_id = a.id WHERE `+theirs+` ORDER BY q.bulk_id DESC LIMIT @most)
		ORDER BY b.changed_at DESC, b.id DESC LIMIT @most`, args)
}

// find is the record of a token. NotFound where there is none of which the actor may change
// an asset.
func findRecord(ctx context.Context, db postgres.Querier, actor authz.Actor, token string) (Record, error) {
	if err := AskChange(actor); err != nil {
		return Record{}, err
	}
	args := theirsOf(actor)
	args["token"] = token
	r, err := postgres.One[Record](ctx, db, "finding a change in bulk", selectRecord+` AND b.token = @token`, args)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, fault.New(fault.NotFound, "このまとめて変更の記録は、見つかりません。")
	}
	return r, err
}

// Part is an asset of a change in bulk.
type Part struct {
	asset.Asset        // as it stands
	Made        int    // the version that it has by the change; 0 where it stayed as it was
	Refusal     string // and why
	Before      map[string]string
	After       map[string]string
	Undone      bool // it was brought back already
	Proposed    bool // a change of it waits to be confirmed
	// who has changed it last since, and when, beside who has only looked at it; zero for
	// nobody
	SinceAt *time.Time
	SinceBy string
	LooksBy string // who has looked at it since and found all of it so; empty for nobody
}

// parts are the assets of a record that the actor may change, in the order of their 管理番号.
func partsOf(ctx context.Context, db postgres.Querier, actor authz.Actor, r Record) ([]Part, error) {
	args := theirsOf(actor)
	args["bulk"] = r.ID
	delete(args, "actor")
	return postgres.List[Part](ctx, db, "listing what a change in bulk has changed", `
		SELECT `+asset.Columns+`, coalesce(r.version, 0) AS made, r.refusal, coalesce(c.before, '{}') AS before, coalesce(c.after, '{}') AS after,
		       EXISTS (SELECT FROM asset_bulk u JOIN asset_bulk_part q ON q.bulk_id = u.id WHERE u.undoes = r.bulk_id AND q.asset_id = r.asset_id AND q.version IS NOT NULL) AS undone,
		       `+propose.Proposed+` AS proposed, l.changed_at AS since_at, coalesce(p.name, '') AS since_by, coalesce(v.name, '') AS looks_by
		FROM asset_bulk_part r JOIN asset a ON a.id = r.asset_id JOIN section_shown s ON s.id = a.section_id LEFT JOIN asset m ON m.id = a.merged_into
		LEFT JOIN asset_change c ON c.asset_id = r.asset_id AND c.version = r.version
		LEFT JOIN LATERAL (
			SELECT h.changed_at, h.changed_by FROM asset_change h
			WHERE h.asset_id = r.asset_id AND h.version > r.version AND h.after - 'checked_on' <> '{}' ORDER BY h.version DESC LIMIT 1) l ON true
		LEFT JOIN LATERAL (
			SELECT h.changed_by FROM asset_change h
			WHERE h.asset_id = r.asset_id AND h.version > r.version AND h.after - 'checked_on' = '{}' ORDER BY h.version DESC LIMIT 1) k ON true
		LEFT JOIN person_shown p ON p.id = l.changed_by LEFT JOIN person_shown v ON v.id = k.changed_by
		WHERE r.bulk_id = @bulk AND `+theirs+` ORDER BY a.code_order`, args)
}

// Kept is a change in bulk with its assets.
type Kept struct {
	Record
	Scheme asset.Scheme
	Parts  []Part
	Undone []Record // those that have taken it back, the newest first
}

// CanGoBack tells whether something of it can be taken back, as far as its history says.
func (k Kept) CanGoBack() bool {
	return slices.ContainsFunc(k.Parts, func(p Part) bool {
		return len(undone(p.Before)) > 0 && !p.Undone && p.SinceAt == nil && p.State.Changeable()
	})
}

// Look is a change in bulk with those of its assets that the actor may change. Forbidden for
// who changes none; NotFound where they may change none of these.
func (s *Service) Look(ctx context.Context, actor authz.Actor, token string) (Kept, error) {
	r, err := findRecord(ctx, s.pool, actor, token)
	if err != nil {
		return Kept{}, err
	}
	k := Kept{Record: r}
	if k.Scheme, err = s.register.Scheme(ctx, actor); err != nil {
		return Kept{}, err
	}
	if k.Parts, err = partsOf(ctx, s.pool, actor, r); err != nil {
		return Kept{}, err
	}
	args := theirsOf(actor)
	args["bulk"] = r.ID
	k.Undone, err = postgres.List[Record](ctx, s.pool, "listing what has taken a change in bulk back", selectRecord+` AND b.undoes = @bulk ORDER BY b.changed_at DESC, b.id DESC`, args)
	return k, err
}
