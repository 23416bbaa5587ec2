// Package view keeps what people ask the list of the register again and again, by a name
// (保存した条件): their own, and the town's. A view is an address of the list and no more:
// who follows it sees what they may see of the register.
package view

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/address"
	"kagami/internal/asset/find"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/state"
	"kagami/internal/trail"
)

// Service is the views in a database.
type Service struct {
	pool   *pgxpool.Pool
	door   *door.Door
	listed state.Cache[listedKey, []View]
}

// ChangeCounter counts the changes of views.
var ChangeCounter = state.Counted("asset_view")

// listedKey names what the views that somebody has depend on.
type listedKey struct{ person, number int64 }

// cachedLists is for how many people their views are in the cache.
const cachedLists = 1000

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door) *Service {
	return &Service{pool, d, state.NewCache[listedKey, []View](cachedLists)}
}

const (
	// Most is how many views one has, and the town.
	Most     = 50
	mostName = 50   // characters
	mostLong = 4000 // octets of what a view asks
	lock     = door.Lock("asset_view")
)

// View is what the list is asked, by a name.
type View struct {
	ID     int64
	OfTown bool
	Name   string
	Query  string // what stands behind the ? of its address
}

// Address is the list as the view asks for it.
func (v View) Address() string { return find.AskedOf(read(v.Query)).At(address.Assets, "", "") }

// read reads what stands behind the ? of an address; what can't be read is left out.
func read(query string) url.Values {
	values, err := url.ParseQuery(query)
	if err != nil && values == nil {
		return url.Values{}
	}
	return values
}

// Queried is what the list is asked as a view keeps it: only what the list's form has, in
// its order. Empty where that is nothing.
func Queried(asked find.Asked) string {
	_, query, _ := strings.Cut(asked.At(address.Assets, "", ""), "?")
	return query
}

// List are the views that somebody has, and then the town's, by their names. None for who
// reads no register.
func (s *Service) List(ctx context.Context, actor authz.Actor) ([]View, error) {
	if actor.Reach(authz.ReadAssets) == authz.None {
		return nil, nil
	}
	list := func() ([]View, error) {
		return postgres.List[View](ctx, s.pool, "listing views of the register", `
			SELECT id, owner_id IS NULL AS of_town, name, query FROM asset_view
			WHERE owner_id = @person OR owner_id IS NULL ORDER BY owner_id IS NULL, name COLLATE "C", id LIMIT @most`,
			pgx.StrictNamedArgs{"person": actor.Person, "most": 2 * Most})
	}
	number, counted := actor.State.Of(ChangeCounter)
	if !counted {
		return list()
	}
	return s.listed.Get(listedKey{actor.Person, number}, list)
}

// MayKeepTowns tells whether somebody may keep the town's.
func MayKeepTowns(actor authz.Actor) bool {
	_, may := actor.May(authz.SetAssetRules, authz.Matter{})
	return may
}

// allow allows a change of a view of somebody, or of the town.
func allow(tx *door.Tx, actor authz.Actor, ofTown bool) error {
	if ofTown {
		return tx.Allow(authz.SetAssetRules, authz.Matter{})
	}
	return tx.Allow(authz.KeepViews, authz.Matter{Person: actor.Person})
}

// owner is whose a view is, as the database has it.
func owner(actor authz.Actor, ofTown bool) any {
	if ofTown {
		return nil
	}
	return actor.Person
}

// Keep keeps what the list is asked by a name. Nothing changes where the same is kept by
// that name already. Invalid where another is, where there is nothing to keep, and where
// there are too many.
func (s *Service) Keep(ctx context.Context, actor authz.Actor, ofTown bool, name string, asked find.Asked) error {
	name = strings.TrimSpace(name)
	query := Queried(asked)
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := allow(tx, actor, ofTown); err != nil {
			return door.Unchanged(), err
		}
		problems := named(name)
		switch {
		case query == "":
			problems = append(problems, fault.Problem{Field: "asked", Message: "保存する条件がありません。台帳を絞り込んでから、保存してください。"})
		case len(query) > mostLong:
			problems = append(problems, fault.Problem{Field: "asked", Message: "条件が長すぎます。さがす言葉を短くしてから、保存してください。"})
		}
		if err := fault.InvalidFields(problems); err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Take(ctx, lock); err != nil {
			return door.Unchanged(), err
		}
		args := pgx.StrictNamedArgs{"owner": owner(actor, ofTown), "name": name, "query": query}
		there, err := postgres.One[struct {
			Number     int
			Same, Like bool
		}](ctx, tx, "looking what views there are", `
			SELECT count(*)::int AS number, coalesce(bool_or(name = @name AND query = @query), false) AS same, coalesce(bool_or(name = @name), false) AS like
			FROM asset_view WHERE owner_id IS NOT DISTINCT FROM @owner::bigint`, args)
		switch {
		case err != nil:
			return door.Unchanged(), err
		case there.Same:
			return door.Unchanged(), nil
		case there.Like:
			return door.Unchanged(), errNameGiven()
		case there.Number >= Most:
			return door.Unchanged(), fault.InvalidFields([]fault.Problem{{Field: "name", Message: fmt.Sprintf("保存できる条件は、%d件までです。使わない条件を、下の一覧から消してください。", Most)}})
		}
		var id int64
		if err := tx.QueryRow(ctx, `INSERT INTO asset_view (owner_id, name, query) VALUES (@owner::bigint, @name, @query) RETURNING id`, args).Scan(&id); err != nil {
			return door.Unchanged(), fmt.Errorf("keeping a view: %w", err)
		}
		return effect(id, "name", "query"), nil
	})
}

// Rename gives a view another name. NotFound where the actor has none such; Invalid where
// the name is another's.
func (s *Service) Rename(ctx context.Context, actor authz.Actor, id int64, name string) error {
	name = strings.TrimSpace(name)
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		was, err := locked(ctx, tx, actor, id)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return door.Unchanged(), errNone()
		case err != nil:
			return door.Unchanged(), err
		}
		if err := allow(tx, actor, was.OfTown); err != nil {
			return door.Unchanged(), err
		}
		if err := fault.InvalidFields(named(name)); err != nil {
			return door.Unchanged(), err
		}
		if was.Name == name {
			return door.Unchanged(), nil
		}
		_, err = tx.Exec(ctx, `UPDATE asset_view SET name = @name WHERE id = @id`, pgx.StrictNamedArgs{"id": id, "name": name})
		if postgres.Constraint(err) == "asset_view_name_unique" {
			return door.Unchanged(), errNameGiven()
		}
		if err != nil {
			return door.Unchanged(), fmt.Errorf("renaming a view: %w", err)
		}
		return effect(id, "name"), nil
	})
}

// Remove removes a view. Nothing changes where the actor has none such: it has been
// removed, or never was theirs.
func (s *Service) Remove(ctx context.Context, actor authz.Actor, id int64) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		was, err := locked(ctx, tx, actor, id)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return door.Unchanged(), err
		}
		gone := err != nil
		if err := allow(tx, actor, was.OfTown); err != nil || gone {
			return door.Unchanged(), err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM asset_view WHERE id = @id`, pgx.StrictNamedArgs{"id": id}); err != nil {
			return door.Unchanged(), fmt.Errorf("removing a view: %w", err)
		}
		return effect(id, "removed"), nil
	})
}

// locked finds a view of the actor, or of the town, and locks it; pgx.ErrNoRows for none.
func locked(ctx context.Context, tx *door.Tx, actor authz.Actor, id int64) (View, error) {
	return postgres.One[View](ctx, tx, "finding a view", `
		SELECT id, owner_id IS NULL AS of_town, name, query FROM asset_view WHERE id = @id AND (owner_id = @person OR owner_id IS NULL) FOR UPDATE`,
		pgx.StrictNamedArgs{"id": id, "person": actor.Person})
}

func named(name string) []fault.Problem {
	// a name is read by others: nothing in it is unseen, or turns what follows round
	unseen := func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }
	if n := utf8.RuneCountInString(name); n == 0 || n > mostName || strings.ContainsFunc(name, unseen) {
		return []fault.Problem{{Field: "name", Message: fmt.Sprintf("条件の名前を、1行、%d字までで入力してください。", mostName)}}
	}
	return nil
}

func errNameGiven() error {
	return fault.InvalidFields([]fault.Problem{{Field: "name", Message: "この名前は、ほかの条件に付いています。別の名前にしてください。"}})
}

func errNone() error {
	return fault.New(fault.NotFound, "この保存した条件は、見つかりません。一覧を開き直してください。")
}

func effect(id int64, fields ...string) door.Effect {
	return door.Effect{Subject: trail.Subject{Kind: "asset_view", ID: id}, Fields: fields}
}
