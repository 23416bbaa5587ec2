// Package relation is what assets rest on: which information is in which system, on which
// networks and in which places these are, and what stops where one of them stops.
//
// A system's level is at least the highest of the information in it, in each of the three
// aspects (7(2); 総務省のガイドライン). Where it is lower the page says of which asset the
// higher one comes.
//
// An asset of another section that one may not see stands in these lists without its name:
// 「他課の資産」.
package relation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Service is the relations in a database.
type Service struct {
	pool   *pgxpool.Pool
	door   *door.Door
	assets *asset.Service
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door, assets *asset.Service) *Service {
	return &Service{pool, d, assets}
}

// lock is taken while a circle is looked for, and while levels are carried on: of two
// changes that together would close a circle, or each raise a level that the other doesn't
// see, the second sees the first.
const lock = door.Lock("asset relations")

// above and below are the assets next to the one with the id from_.id, of those that have
// not ended. OFFSET keeps them a loop over an index: a database that guesses how many are
// reached guesses a hundred times too many, and reads the whole register instead.
const (
	above = `LATERAL (
		SELECT r.asset_id AS id FROM asset_relation r JOIN asset x ON x.id = r.asset_id
		WHERE r.rests_on = from_.id AND x.state IN ('draft', 'registered') OFFSET 0) next`
	below = `LATERAL (
		SELECT r.rests_on AS id FROM asset_relation r JOIN asset x ON x.id = r.rests_on
		WHERE r.asset_id = from_.id AND x.state IN ('draft', 'registered') OFFSET 0) next`
)

// end is one end of a relation.
type end struct {
	ID      int64
	Section int64
	Kind    asset.Kind
	State   asset.State
}

func (e end) matter() authz.Matter { return authz.Matter{OwnersSection: e.Section} }

func (e end) seen(actor authz.Actor) bool {
	_, may := actor.May(authz.ReadAssets, e.matter())
	return may
}

// ends finds both ends of a relation, and allows the actor to change the first.
func ends(ctx context.Context, tx *door.Tx, actor authz.Actor, code, on string) (a, b end, err error) {
	for _, named := range []struct {
		code string
		end  *end
	}{{code, &a}, {on, &b}} {
		*named.end, err = postgres.One[end](ctx, tx, "finding an end of a relation",
			`SELECT id, section_id AS section, kind, state FROM asset WHERE code = @code FOR SHARE`, pgx.StrictNamedArgs{"code": named.code})
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return a, b, err
		}
	}
	if a.ID == 0 || !a.seen(actor) {
		return a, b, fault.New(fault.NotFound, "この管理番号の情報資産は、見つかりません。")
	}
	if err := tx.Allow(authz.ChangeAssets, a.matter()); err != nil {
		return a, b, err
	}
	if a.State.Ended() {
		return a, b, fault.New(fault.Conflict, "この情報資産は「"+a.State.Title()+"」のため、変えられません。")
	}
	return a, b, nil
}

func wrong(message string) error {
	return fault.InvalidFields([]fault.Problem{{Field: "on", Message: message}})
}

// Rest says that an asset rests on another. Invalid where the other is not there, or may
// not bear it, or rests on it by however many steps.
func (s *Service) Rest(ctx context.Context, actor authz.Actor, code, on string) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Take(ctx, lock); err != nil {
			return door.Unchanged(), err
		}
		a, b, err := ends(ctx, tx, actor, code, on)
		switch {
		case err != nil:
			return door.Unchanged(), err
		case b.ID == 0 || b.State.Ended() || !b.seen(actor) && !isShared(b.Kind):
			return door.Unchanged(), wrong("この管理番号の情報資産は、見つかりません。番号を確かめてください。")
		case a.ID == b.ID:
			return door.Unchanged(), wrong("同じ情報資産です。土台になる、別の資産の管理番号を入力してください。")
		case !MayRest(a.Kind, b.Kind):
			return door.Unchanged(), wrong(fmt.Sprintf("種別が「%s」の資産の土台に、「%s」はなりません。", a.Kind.Title(), b.Kind.Title()))
		}
		var circle bool
		err = tx.QueryRow(ctx, `
			WITH RECURSIVE below AS (
				SELECT rests_on AS id FROM asset_relation WHERE asset_id = @on
				UNION SELECT r.rests_on FROM below JOIN asset_relation r ON r.asset_id = below.id)
			SELECT EXISTS (SELECT FROM below WHERE id = @asset)`, pgx.StrictNamedArgs{"asset": a.ID, "on": b.ID}).Scan(&circle)
		if err != nil {
			return door.Unchanged(), fmt.Errorf("looking for a circle: %w", err)
		}
		if circle {
			return door.Unchanged(), wrong("その資産は、この資産を土台にしています。互いに土台にすることは、間に別の資産があってもできません。")
		}
		tag, err := tx.Exec(ctx, `INSERT INTO asset_relation (asset_id, rests_on) VALUES (@asset, @on) ON CONFLICT DO NOTHING`,
			pgx.StrictNamedArgs{"asset": a.ID, "on": b.ID})
		if err != nil {
			return door.Unchanged(), fmt.Errorf("writing a relation: %w", err)
		}
		if err := reckon(ctx, tx, []int64{b.ID}); err != nil {
			return door.Unchanged(), err
		}
		return s.noted(ctx, tx, actor, a, b, true, tag.RowsAffected() > 0)
	})
}

// Release says that an asset no longer rests on another.
func (s *Service) Release(ctx context.Context, actor authz.Actor, code, on string) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Take(ctx, lock); err != nil {
			return door.Unchanged(), err
		}
		a, b, err := ends(ctx, tx, actor, code, on)
		if err != nil {
			return door.Unchanged(), err
		}
		tag, err := tx.Exec(ctx, `DELETE FROM asset_relation WHERE asset_id = @asset AND rests_on = @on`, pgx.StrictNamedArgs{"asset": a.ID, "on": b.ID})
		if err != nil {
			return door.Unchanged(), fmt.Errorf("ending a relation: %w", err)
		}
		if err := reckon(ctx, tx, []int64{b.ID}); err != nil {
			return door.Unchanged(), err
		}
		return s.noted(ctx, tx, actor, a, b, false, tag.RowsAffected() > 0)
	})
}

// noted writes who has changed a relation, where it was changed.
func (s *Service) noted(ctx context.Context, tx *door.Tx, actor authz.Actor, a, b end, rests, isChanged bool) (door.Effect, error) {
	if !isChanged {
		return door.Unchanged(), nil
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO asset_relation_change (asset_id, rests_on, rests, changed_by, changed_at) VALUES (@asset, @on, @rests, nullif(@by, 0::bigint), @now)`,
		pgx.StrictNamedArgs{"asset": a.ID, "on": b.ID, "rests": rests, "by": actor.Person, "now": tx.Now})
	if err != nil {
		return door.Unchanged(), fmt.Errorf("writing the history of a relation: %w", err)
	}
	return door.Effect{Subject: trail.Subject{Kind: "asset", ID: a.ID}, Fields: []string{"rests_on"}}, nil
}

func isShared(kind asset.Kind) bool {
	for _, k := range shared {
		if k == kind {
			return true
		}
	}
	return false
}

// sight are the arguments by which a statement about an asset hides what the actor may
// not see.
func sight(actor authz.Actor) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{
		"everywhere": actor.Reach(authz.ReadAssets) == authz.All, "sections": actor.Sections(authz.ReadAssets),
	}
}

// Event is one change of what an asset rests on.
type Event struct {
	At    time.Time
	By    string // empty for the operator
	Rests bool   // else it no longer does
	Code  string // of the other; empty where the actor may not see it
	Name  string
}

// History lists the changes of what an asset rests on, the newest first.
func (s *Service) History(ctx context.Context, actor authz.Actor, code string) ([]Event, error) {
	a, err := s.assets.Find(ctx, actor, code)
	if err != nil {
		return nil, err
	}
	args := sight(actor)
	args["asset"] = a.ID
	return postgres.List[Event](ctx, s.pool, "listing the history of relations", `
		SELECT c.changed_at AS at, coalesce(p.name, '') AS by, c.rests, CASE WHEN v.seen THEN a.code ELSE '' END AS code, CASE WHEN v.seen THEN a.name ELSE '' END AS name
		FROM asset_relation_change c JOIN asset a ON a.id = c.rests_on LEFT JOIN person_shown p ON p.id = c.changed_by
		CROSS JOIN LATERAL (SELECT @everywhere OR a.section_id = ANY(@sections) AS seen) v
		WHERE c.asset_id = @asset ORDER BY c.id DESC`, args)
}
