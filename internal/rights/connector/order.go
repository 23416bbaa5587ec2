package connector

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

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

func isNone(err error) bool { return errors.Is(err, pgx.ErrNoRows) }

func replaceSeen(sql, condition string) string { return strings.ReplaceAll(sql, "<seen>", condition) }

// OrderKind is which work orders somebody looks for.
type OrderKind string

// The kinds.
const (
	OrdersOpen OrderKind = "open"
	OrdersDone OrderKind = "done"
	OrdersMoot OrderKind = "moot" // taken back: what was done of it already is to be undone
)

// OrderKinds are all of them, in the order in which they are offered.
func OrderKinds() []OrderKind { return []OrderKind{OrdersOpen, OrdersDone, OrdersMoot} }

// Title is what the kind is called.
func (k OrderKind) Title() string {
	switch k {
	case OrdersOpen:
		return "まだのもの"
	case OrdersDone:
		return "完了したもの"
	case OrdersMoot:
		return "取りやめになったもの"
	}
	return ""
}

// Order is what somebody is to do by hand in a system.
type Order struct {
	ID                 int64
	Person             int64
	Number, PersonName string
	SystemCode, System string
	Section            int64
	SectionName        string
	From               time.Time
	Start, Stop        []Line
	DoneBy             string
	DoneAt, MootAt     *time.Time
}

// Line is a right that an order is about.
type Line struct {
	Kind  string `json:"kind"`
	Grade string `json:"grade"`
	Login string `json:"login"`
	For   string `json:"for"` // who uses it, where that is none of the staff
}

// Open tells whether it is still to be done.
func (o Order) Open() bool { return o.DoneAt == nil && o.MootAt == nil }

const selectOrder = `
	SELECT o.id, o.person_id AS person, p.staff_number AS number, p.name AS person_name, y.code AS system_code, y.name AS system, y.section_id AS section, s.name AS section_name, o.from_at AS from,
	       coalesce((SELECT jsonb_agg(jsonb_build_object('kind', r.kind, 'grade', r.grade, 'login', r.login, 'for', r.outsider) ORDER BY r.id) FROM access_right r WHERE r.id = ANY(o.start)), '[]') AS start,
	       coalesce((SELECT jsonb_agg(jsonb_build_object('kind', r.kind, 'grade', r.grade, 'login', r.login, 'for', r.outsider) ORDER BY r.id) FROM access_right r WHERE r.id = ANY(o.stop)), '[]') AS stop,
	       coalesce(d.name, '') AS done_by, o.done_at, o.moot_at
	FROM work_order o JOIN person_shown p ON p.id = o.person_id JOIN system_shown y ON y.id = o.asset_id JOIN section_shown s ON s.id = y.section_id LEFT JOIN person_shown d ON d.id = o.done_by`

// Orders lists work orders of systems that the actor may see: the open ones the oldest first,
// the others the newest first.
func (s *Service) Orders(ctx context.Context, actor authz.Actor, kind OrderKind, q Search) (Page[Order], error) {
	var page Page[Order]
	if actor.Reach(authz.ReadConnectors) == authz.None {
		return page, errForbidden()
	}
	where, args := q.where(actor, "")
	order, beyond := ` ORDER BY o.id DESC`, ` AND o.id < @after`
	switch kind {
	case OrdersDone:
		where += ` AND o.done_at IS NOT NULL`
	case OrdersMoot:
		where += ` AND o.moot_at IS NOT NULL`
	case OrdersOpen:
		where += ` AND o.done_at IS NULL AND o.moot_at IS NULL`
		order, beyond = ` ORDER BY o.id`, ` AND o.id > @after`
	}
	found, err := postgres.One[struct{ Count int }](ctx, s.pool, "counting work orders",
		`SELECT count(*) AS count FROM work_order o JOIN person_shown p ON p.id = o.person_id JOIN system_shown y ON y.id = o.asset_id WHERE `+where, args)
	if page.Count = found.Count; err != nil || page.Count == 0 {
		return page, err
	}
	if q.After > 0 {
		where += beyond
		args["after"] = q.After
	}
	page.Lines, err = postgres.List[Order](ctx, s.pool, "listing work orders", selectOrder+` WHERE `+where+order+` LIMIT @limit`, with(args, "limit", OnPage+1))
	if len(page.Lines) > OnPage {
		page.Lines = page.Lines[:OnPage]
		page.Next = page.Lines[OnPage-1].ID
	}
	return page, err
}

// orderMatter is what a work order is about: nobody says of themselves that they can't get
// into a system any more.
func orderMatter(ctx context.Context, db postgres.Querier, person, section int64, day calendar.Date) (authz.Matter, error) {
	alone, err := org.Alone(ctx, db, day, person)
	return authz.Matter{SystemsSection: section, Person: person, Decision: true, Alone: alone}, err
}

// MayComplete tells which of some work orders the actor may complete.
func (s *Service) MayComplete(ctx context.Context, actor authz.Actor, orders []Order) (map[int64]bool, error) {
	may := map[int64]bool{}
	if !actor.Might(authz.DoWorkOrders, authz.Own) {
		return may, nil
	}
	for _, o := range orders {
		if !o.Open() {
			continue
		}
		matter := authz.Matter{SystemsSection: o.Section, Person: o.Person, Decision: true}
		if _, ok := actor.May(authz.DoWorkOrders, matter); !ok && o.Person != actor.Person {
			var err error
			if matter, err = orderMatter(ctx, s.pool, o.Person, o.Section, s.today()); err != nil {
				return nil, err
			}
		}
		_, may[o.ID] = actor.May(authz.DoWorkOrders, matter)
	}
	return may, nil
}

// AskComplete refuses who may not complete a work order.
func (s *Service) AskComplete(ctx context.Context, actor authz.Actor, id int64) error {
	o, err := findOrder(ctx, s.pool, actor, id, "")
	if err != nil {
		return err
	}
	matter, err := orderMatter(ctx, s.pool, o.Person, o.Section, s.today())
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
	if isNone(err) {
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
		matter, err := orderMatter(ctx, tx, o.Person, o.Section, tx.Today())
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
