package disposal

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/state"
	"kagami/internal/task"
)

// OnPage is how many disposals a page of the list has.
const OnPage = 100

// Kind is a choice of disposals by where they stand on a day.
type Kind struct {
	Key, Title string
	condition  string // in SQL, of a disposal d
}

// Kinds are the choices, in the order in which they are offered.
var Kinds = []Kind{
	{"waiting", "廃棄待ち", waitingCondition},
	{"overdue", "廃棄待ち（予定の日を過ぎたもの）", waitingCondition + ` AND d.due_on < @today`},
	{"done", "確認待ち", `(d.state = 'done' OR d.state = 'waiting' AND d.sort = 'write_off')`},
	{"confirmed", "廃棄済み", `d.state = 'confirmed'`},
	{"withdrawn", "取り下げ", `d.state = 'withdrawn'`},
}

const waitingCondition = `d.state = 'waiting' AND d.sort = 'carried_out'`

// Search is what somebody looks for. What is empty leaves out nothing.
type Search struct {
	Kind    string // a key of Kinds; another one leaves out nothing
	Section string // its code
	Asset   string // the 管理番号 of what is disposed of
	After   string // empty, or Next of the page before
}

// Line is a disposal as the list shows it.
type Line struct {
	Code, SectionName string
	How               How
	Medium            Medium
	Ways              []string
	Assets            int    // how many are disposed of
	First             string // the name of the first of them
	AskedAt           time.Time
	Due               calendar.Date
	State             State
}

// Waits is for how many days it has waited to be done on a day; -1 where it does not.
func (l Line) Waits(today calendar.Date) int {
	if l.State != Waiting {
		return -1
	}
	return today.Sub(calendar.Day(l.AskedAt))
}

// Standing is where it stands on a day, in words.
func (l Line) Standing(today calendar.Date) string { return standing(l.How, l.State, l.Due, today) }

// Standing is where it stands on a day, in words.
func (d Disposal) Standing(today calendar.Date) string {
	return standing(d.How, d.State, d.Due, today)
}

func standing(how How, s State, due, today calendar.Date) string {
	switch {
	case s == Waiting && how == WriteOff:
		return Done.Title()
	case s == Waiting && today.After(due):
		return s.Title() + "（予定の日を過ぎています）"
	}
	return s.Title()
}

// Page is a page of the list.
type Page struct {
	Lines []Line
	Count int    // how many there are on all pages
	Next  string // what Search.After is for the next page; empty on the last
}

// List finds disposals, the newest first. Forbidden for who reads no register.
func (s *Service) List(ctx context.Context, actor authz.Actor, q Search) (Page, error) {
	var page Page
	if actor.Reach(authz.ReadAssets) == authz.None {
		return page, fault.New(fault.Forbidden, "廃棄の一覧は、あなたの役割では見られません。")
	}
	where, args := q.where(actor, calendar.Day(s.door.Now()))
	count, err := postgres.One[struct{ Count int }](ctx, s.pool, "counting disposals", `
		SELECT count(*) AS count FROM disposal d JOIN section_shown s ON s.id = d.section_id WHERE `+where, args)
	if err != nil {
		return page, err
	}
	if page.Count = count.Count; page.Count == 0 {
		return page, nil
	}
	args = maps.Clone(args)
	args["limit"] = OnPage + 1
	if q.After != "" {
		where += ` AND d.id < (SELECT id FROM disposal WHERE code = @after)`
		args["after"] = q.After
	}
	page.Lines, err = postgres.List[Line](ctx, s.pool, "listing disposals", `
		SELECT d.code, s.name AS section_name, d.sort AS how, d.medium, d.ways, i.assets, coalesce(i.first, '') AS first, d.asked_at, d.due_on AS due, d.state
		FROM disposal d JOIN section_shown s ON s.id = d.section_id
		CROSS JOIN LATERAL (SELECT count(*) AS assets, (array_agg(i.name ORDER BY i.code))[1] AS first FROM disposal_item i
			WHERE i.disposal_id = d.id AND (i.state <> 'spared' OR d.state = 'withdrawn')) i
		WHERE `+where+` ORDER BY d.id DESC LIMIT @limit`, args)
	if err != nil {
		return page, err
	}
	if len(page.Lines) > OnPage {
		page.Lines = page.Lines[:OnPage]
		page.Next = page.Lines[OnPage-1].Code
	}
	return page, nil
}

// where is what a disposal d of a section s must be like on a day, and its arguments.
func (q Search) where(actor authz.Actor, today calendar.Date) (string, pgx.StrictNamedArgs) {
	conditions, args := []string{"true"}, pgx.StrictNamedArgs{}
	if actor.Reach(authz.ReadAssets) != authz.All {
		conditions = append(conditions, "d.section_id = ANY(@sections)")
		args["sections"] = actor.Sections(authz.ReadAssets)
	}
	for _, k := range Kinds {
		if k.Key == q.Kind {
			conditions = append(conditions, k.condition)
			if strings.Contains(k.condition, "@today") {
				args["today"] = today
			}
		}
	}
	must := func(condition, name, value string) {
		if value != "" {
			conditions = append(conditions, condition)
			args[name] = value
		}
	}
	must("s.code = @section", "section", q.Section)
	must("EXISTS (SELECT FROM disposal_item i WHERE i.disposal_id = d.id AND i.code = @asset)", "asset", strings.TrimSpace(q.Asset))
	return strings.Join(conditions, " AND "), args
}

// Counts are how many disposals wait for somebody.
type Counts struct {
	Waiting   int // to be done and recorded
	Overdue   int // of these, whose day has passed
	ToConfirm int
}

// ChangeCounter counts what may change how many wait.
var ChangeCounter = state.Counted("disposal")

// waitingKey names what it depends on how many wait for somebody.
type waitingKey struct {
	person                 int64
	day                    calendar.Date
	organization, disposal int64
}

// cachedWaiting is how many answers are in the cache: one for each who disposes of something.
const cachedWaiting = 1000

// QueueWaiting asks in a batch how many disposals wait for the actor, where the cache has it
// not; for nothing where none can. What they have recorded themselves does not wait for them
// to confirm it.
func (s *Service) QueueWaiting(b *task.Batch, actor authz.Actor, take func(Counts)) {
	if actor.Reach(authz.DisposeAssets) == authz.None && actor.Reach(authz.ConfirmDisposals) == authz.None && len(actor.Places(authz.ConfirmDisposals)) == 0 {
		return
	}
	today := calendar.Day(s.door.Now())
	organization, known := actor.State.Of(org.ChangeCounter)
	number, counted := actor.State.Of(ChangeCounter)
	key := waitingKey{actor.Person, today, organization, number}
	if cached, ok := s.waiting.Look(key); ok && known && counted {
		take(cached)
		return
	}
	confirms, args := confirmed(actor)
	maps.Copy(args, pgx.StrictNamedArgs{"actor": actor.Person, "today": today, "disposes": actor.Sections(authz.DisposeAssets)})
	task.Rows(b, "counting disposals that wait", pgx.RowToStructByName[Counts], func(rows []Counts) {
		if known && counted {
			s.waiting.Add(key, rows[0])
		}
		take(rows[0])
	}, `
		SELECT count(*) FILTER (WHERE `+waitingCondition+` AND d.section_id = ANY(@disposes)) AS waiting,
		       count(*) FILTER (WHERE `+waitingCondition+` AND d.due_on < @today AND d.section_id = ANY(@disposes)) AS overdue,
		       count(*) FILTER (WHERE (d.state = 'done' OR d.sort = 'write_off') AND `+doer+` <> @actor AND `+confirms+`) AS to_confirm
		FROM disposal d WHERE d.state IN ('waiting', 'done')`, args)
}

// doer is in SQL who never confirms a disposal d.
const doer = `CASE d.sort WHEN 'write_off' THEN d.asked_by ELSE coalesce(d.recorded_by, 0) END`

// confirmed says in SQL of a disposal d whether the actor is among those who confirm it: it is
// of a section where they do, or of one where all who do are who has done it, and the actor
// stands above them.
func confirmed(actor authz.Actor) (condition string, args pgx.StrictNamedArgs) {
	args = pgx.StrictNamedArgs{"confirms": actor.Sections(authz.ConfirmDisposals)}
	condition = `d.section_id = ANY(@confirms)`
	for i, place := range actor.Places(authz.ConfirmDisposals) {
		args["confirming"] = authz.RolesWith(authz.ConfirmDisposals, authz.Own)
		all := []string{`NOT EXISTS (SELECT FROM holding h WHERE h.role = ANY(@confirming) AND h.section_id = d.section_id AND h.period @> @today::date AND h.rule_period @> @today::date
			AND h.person_id <> ` + doer + `)`}
		for j, role := range append([]authz.Role{place.Role}, place.Between...) {
			at := fmt.Sprintf("confirming_%d_%d", i, j)
			args[at] = role
			held := `(SELECT bool_and(h.person_id = ` + doer + `) FROM holding h WHERE h.role = @` + at + ` AND h.period @> @today::date AND h.rule_period @> @today::date`
			if role.OfSection() {
				held += ` AND h.section_id = d.section_id`
			}
			all = append(all, held+`)`)
		}
		condition += ` OR ` + strings.Join(all, ` AND `)
	}
	return `(` + condition + `)`, args
}
