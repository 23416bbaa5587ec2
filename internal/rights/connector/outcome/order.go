package outcome

import (
	"context"
	"time"

	"kagami/internal/authz"
	"kagami/internal/postgres"
	"kagami/internal/rights/connector"
)

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
	if err := connector.AskRead(actor); err != nil {
		return page, err
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
	args["limit"] = OnPage + 1
	page.Lines, err = postgres.List[Order](ctx, s.pool, "listing work orders", selectOrder+` WHERE `+where+order+` LIMIT @limit`, args)
	page.cut(func(line Order) int64 { return line.ID })
	return page, err
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
			if matter, err = connector.OrderMatter(ctx, s.pool, o.Person, o.Section, actor.On); err != nil {
				return nil, err
			}
		}
		_, may[o.ID] = actor.May(authz.DoWorkOrders, matter)
	}
	return may, nil
}
