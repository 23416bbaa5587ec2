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

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/state"
	"kagami/internal/trail"
)

// Service is the relations in a database.
type Service struct {
	pool   *pgxpool.Pool
	door   *door.Door
	assets *asset.Service
	// the cache of how much asks of somebody
	asked state.Cache[asksKey, Waiting]
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door, assets *asset.Service) *Service {
	return &Service{pool, d, assets, state.NewCache[asksKey, Waiting](cachedAsks)}
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
		WHERE r.rests_on = from_.id AND r.agreed AND x.state ` + life.Counts + ` OFFSET 0) next`
	below = `LATERAL (
		SELECT r.rests_on AS id FROM asset_relation r JOIN asset x ON x.id = r.rests_on
		WHERE r.asset_id = from_.id AND r.agreed AND x.state ` + life.Counts + ` OFFSET 0) next`
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

func (e end) changed(actor authz.Actor) bool {
	_, may := actor.May(authz.ChangeAssets, e.matter())
	return may
}

// ends locks both ends of a relation; one that is not there has the id 0.
func ends(ctx context.Context, tx *door.Tx, code, on string) (a, b end, err error) {
	if err := tx.Take(ctx, lock); err != nil {
		return a, b, err
	}
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
	return a, b, nil
}

// allow allows the actor to change what an asset rests on, or what rests on it.
func (e end) allow(tx *door.Tx, actor authz.Actor) error {
	if e.ID == 0 || !e.seen(actor) {
		return fault.New(fault.NotFound, "この管理番号の情報資産は、見つかりません。")
	}
	if err := tx.Allow(authz.ChangeAssets, e.matter()); err != nil {
		return err
	}
	if !e.State.Changeable() {
		return fault.New(fault.Conflict, "この情報資産は「"+e.State.Title()+"」のため、変えられません。")
	}
	return nil
}

func wrong(message string) error {
	return fault.InvalidFields([]fault.Problem{{Field: "on", Message: message}})
}

// errUnseen refuses a bearer that the actor may not see, whatever the reason: whether it is
// there, and of which kind, can't be found out by trying numbers.
func errUnseen() error {
	return wrong("この管理番号の資産は、土台にできません。番号と種別を、その課室に確かめてください。")
}

func errNotResting() error { return wrong("その資産は、土台になっていません。") }

// Rest says that an asset rests on another. Where that is another section's, and the actor
// may not change it, it is asked of who answers for it (Answer), and counts for nothing
// before. Invalid where the other is not there, or may not bear it, or rests on it by
// however many steps.
func (s *Service) Rest(ctx context.Context, actor authz.Actor, code, on string) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		a, b, err := ends(ctx, tx, code, on)
		if err == nil {
			err = a.allow(tx, actor)
		}
		if err == nil {
			err = mayBear(ctx, tx, actor, a, b)
		}
		if err != nil {
			return door.Unchanged(), err
		}
		agreed, act := a.Section == b.Section || b.changed(actor), Added
		if !agreed {
			act = Asked
		}
		tag, err := tx.Exec(ctx, `INSERT INTO asset_relation (asset_id, rests_on, agreed) VALUES (@asset, @on, @agreed) ON CONFLICT DO NOTHING`,
			pgx.StrictNamedArgs{"asset": a.ID, "on": b.ID, "agreed": agreed})
		if err != nil {
			return door.Unchanged(), fmt.Errorf("writing a relation: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return door.Unchanged(), nil
		}
		return noted(ctx, tx, actor, a.ID, a.ID, b.ID, act)
	})
}

// mayBear tells why b may not bear a.
func mayBear(ctx context.Context, tx *door.Tx, actor authz.Actor, a, b end) error {
	unseen := !b.seen(actor)
	switch {
	case b.ID == 0, unseen && (!b.State.Changeable() || !isShared(b.Kind) || !MayRest(a.Kind, b.Kind)):
		return errUnseen()
	case !b.State.Changeable():
		return wrong("その情報資産は「" + b.State.Title() + "」のため、土台にできません。")
	case a.ID == b.ID:
		return wrong("同じ情報資産です。土台になる、別の資産の管理番号を入力してください。")
	case !MayRest(a.Kind, b.Kind):
		return wrong(fmt.Sprintf("種別が「%s」の資産の土台に、「%s」はなりません。", a.Kind.Title(), b.Kind.Title()))
	}
	switch circle, err := closesCircle(ctx, tx, a, b); {
	case err != nil:
		return err
	case circle && unseen:
		return errUnseen()
	case circle:
		return wrong("その資産は、この資産を土台にしています。互いに土台にすることは、間に別の資産があってもできません。")
	}
	return nil
}

// closesCircle tells whether b rests on a already, also by others between them. What only
// asks to rest on something rests on nothing.
func closesCircle(ctx context.Context, tx *door.Tx, a, b end) (circle bool, err error) {
	err = tx.QueryRow(ctx, `
		WITH RECURSIVE below AS (
			SELECT rests_on AS id FROM asset_relation WHERE asset_id = @on AND agreed
			UNION SELECT r.rests_on FROM below JOIN asset_relation r ON r.asset_id = below.id AND r.agreed)
		SELECT EXISTS (SELECT FROM below WHERE id = @asset)`, pgx.StrictNamedArgs{"asset": a.ID, "on": b.ID}).Scan(&circle)
	if err != nil {
		return false, fmt.Errorf("looking for a circle: %w", err)
	}
	return circle, nil
}

// Release says that an asset no longer rests on another: either of who answers for the one
// or for the other says so. Invalid where it does not rest there.
func (s *Service) Release(ctx context.Context, actor authz.Actor, code, on string) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		a, b, err := ends(ctx, tx, code, on)
		if err != nil {
			return door.Unchanged(), err
		}
		own := a
		if !a.changed(actor) && b.ID != 0 && b.changed(actor) {
			own = b
		}
		if err := own.allow(tx, actor); err != nil {
			return door.Unchanged(), err
		}
		tag, err := tx.Exec(ctx, `DELETE FROM asset_relation WHERE asset_id = @asset AND rests_on = @on`, pgx.StrictNamedArgs{"asset": a.ID, "on": b.ID})
		if err != nil {
			return door.Unchanged(), fmt.Errorf("ending a relation: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return door.Unchanged(), errNotResting()
		}
		return noted(ctx, tx, actor, own.ID, a.ID, b.ID, Released)
	})
}

// noted writes what was done to a relation, carries on what it bears, and names the asset
// where it was done.
func noted(ctx context.Context, tx *door.Tx, actor authz.Actor, where, asset, on int64, act Act) (door.Effect, error) {
	_, err := tx.Exec(ctx, `
		INSERT INTO asset_relation_change (asset_id, rests_on, act, changed_by, changed_at) VALUES (@asset, @on, @act, nullif(@by, 0::bigint), @now)`,
		pgx.StrictNamedArgs{"asset": asset, "on": on, "act": act, "by": actor.Person, "now": tx.Now})
	if err != nil {
		return door.Unchanged(), fmt.Errorf("writing the history of a relation: %w", err)
	}
	return door.Effect{Subject: trail.Subject{Kind: "asset", ID: where}, Fields: []string{"rests_on"}}, reckon(ctx, tx, []int64{on})
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
