package connector

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/state"
	"kagami/internal/task"
	"kagami/internal/trail"
)

// OrderMatter is what a work order is about: nobody says of themselves that they can't get
// into a system any more.
func OrderMatter(ctx context.Context, db postgres.Querier, person, section int64, day calendar.Date) (authz.Matter, error) {
	alone, err := org.Alone(ctx, db, day, person)
	return authz.Matter{SystemsSection: section, Person: person, Decision: true, Alone: alone}, err
}

// AskComplete refuses who may not complete a work order.
func (s *Service) AskComplete(ctx context.Context, actor authz.Actor, id int64) error {
	o, err := findOrder(ctx, s.pool, actor, id, "")
	if err != nil {
		return err
	}
	matter, err := OrderMatter(ctx, s.pool, o.Person, o.Section, s.today())
	if err != nil {
		return err
	}
	_, err = authz.Check(actor, authz.DoWorkOrders, matter)
	return err
}

type orderRow struct {
	Person, Asset, Section int64
	Version                int
	Open                   bool
}

// findOrder is a work order of a system that the actor may see; NotFound for any other.
func findOrder(ctx context.Context, db postgres.Querier, actor authz.Actor, id int64, lock string) (orderRow, error) {
	condition, args := Seen(actor)
	o, err := postgres.One[orderRow](ctx, db, "finding a work order", `
		SELECT o.person_id AS person, o.asset_id AS asset, y.section_id AS section, o.version, o.done_at IS NULL AND o.moot_at IS NULL AS open
		FROM work_order o JOIN system_shown y ON y.id = o.asset_id WHERE o.id = @id AND `+condition+` `+lock, with(args, "id", id))
	if errors.Is(err, pgx.ErrNoRows) {
		return o, fault.New(fault.NotFound, "この作業依頼は、見つかりません。「作業依頼」の一覧から探してください。")
	}
	return o, err
}

// Complete says that a work order was done.
func (s *Service) Complete(ctx context.Context, actor authz.Actor, id int64) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if _, err := tx.Exec(ctx, `SELECT FROM right_target t JOIN work_order o ON o.person_id = t.person_id AND o.asset_id = t.asset_id WHERE o.id = $1 FOR UPDATE OF t`, id); err != nil {
			return door.Unchanged(), fmt.Errorf("locking a target: %w", err)
		}
		o, err := findOrder(ctx, tx, actor, id, "FOR UPDATE OF o")
		if err != nil {
			return door.Unchanged(), err
		}
		matter, err := OrderMatter(ctx, tx, o.Person, o.Section, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Allow(authz.DoWorkOrders, matter); err != nil {
			return door.Unchanged(), err
		}
		if !o.Open {
			return door.Unchanged(), fault.New(fault.Conflict, "この作業依頼は、ほかの人が完了したか、取りやめになりました。画面を開き直して、いまの依頼を確かめてください。")
		}
		if _, err := tx.Exec(ctx, `UPDATE work_order SET done_by = $2, done_at = $3 WHERE id = $1`, id, actor.Person, tx.Now); err != nil {
			return door.Unchanged(), fmt.Errorf("completing a work order: %w", err)
		}
		if _, err := tx.Exec(ctx, `UPDATE right_target SET state = 'done', effected = usable, done_at = @now WHERE person_id = @person AND asset_id = @asset AND version = @version AND state = 'order'`,
			pgx.StrictNamedArgs{"now": tx.Now, "person": o.Person, "asset": o.Asset, "version": o.Version}); err != nil {
			return door.Unchanged(), fmt.Errorf("completing a work order: %w", err)
		}
		return door.Effect{Subject: trail.Subject{Kind: "work_order", ID: id}, Fields: []string{"done"}, Refs: map[string]int64{"person": o.Person, "asset": o.Asset}}, nil
	})
}

// Waits is what waits for somebody.
type Waits struct {
	Orders       int
	Failed       int
	FirstFailing string // the code of a connector that fails
	Stalled      int    // what waits at connectors that are not on: nobody else would learn of it
	FirstStalled string // the code of one of these
}

// ChangeCounter counts what may change how much waits.
var ChangeCounter = state.Counted("right_target")

// waitingKey names what it depends on how much waits for somebody.
type waitingKey struct {
	person                int64
	day                   calendar.Date
	organization, targets int64
}

// cachedWaiting is how many answers are in the cache: of each who answers for a system.
const cachedWaiting = 2000

// QueueWaiting asks in a batch what waits for the actor, where the cache has it not: work
// orders of their systems, and what has failed, to who keeps connectors; nothing for all others.
func (s *Service) QueueWaiting(b *task.Batch, actor authz.Actor, take func(Waits)) {
	sections := actor.Sections(authz.DoWorkOrders)
	keeps := actor.Reach(authz.KeepConnectors) == authz.All
	if len(sections) == 0 && !keeps {
		return
	}
	organization, known := actor.State.Of(org.ChangeCounter)
	targets, counted := actor.State.Of(ChangeCounter)
	key := waitingKey{actor.Person, s.today(), organization, targets}
	if cached, ok := s.waiting.Look(key); ok && known && counted {
		take(cached)
		return
	}
	task.Rows(b, "counting what waits of rights", pgx.RowToStructByName[Waits], func(rows []Waits) {
		if known && counted {
			s.waiting.Add(key, rows[0])
		}
		take(rows[0])
	}, `
		SELECT (SELECT count(*) FROM work_order o JOIN system_shown y ON y.id = o.asset_id WHERE o.done_at IS NULL AND o.moot_at IS NULL AND y.section_id = ANY(@sections) AND o.person_id <> @actor) AS orders,
		       f.failed, f.first_failing, w.stalled, w.first_stalled
		FROM (SELECT count(*) AS failed, coalesce(min(c.code), '') AS first_failing FROM right_target t JOIN connector_system x ON x.asset_id = t.asset_id JOIN connector c ON c.id = x.connector_id
			WHERE @keeps AND t.state = 'failed') f,
		     (SELECT count(*) AS stalled, coalesce(min(c.code), '') AS first_stalled FROM right_target t JOIN connector_system x ON x.asset_id = t.asset_id JOIN connector c ON c.id = x.connector_id
			WHERE @keeps AND t.state = 'waiting' AND c.mode <> 'on') w`, pgx.StrictNamedArgs{"sections": sections, "actor": actor.Person, "keeps": keeps})
}
