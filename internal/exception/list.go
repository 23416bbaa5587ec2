package exception

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/state"
	"kagami/internal/task"
)

// OnPage is how many exceptions a page of the list has.
const OnPage = 100

// farthestLast is how many days on somebody can look for a last day; more is as far.
const farthestLast = 100_000

// SoonDays is within how many days the last day of an exception is near.
const SoonDays = 30

// Kind is a choice of exceptions by where they stand on a day.
type Kind struct {
	Key, Title string
	condition  string // in SQL, of an exception e
}

// Kinds are the choices, in the order in which they are offered.
var Kinds = []Kind{
	{"asked", "申請中", `e.state = 'asked'`},
	{"in_force", "有効", inForce},
	{"ends_soon", "有効（30日以内に期限）", inForce + ` AND e.until_on <= @today::date + @soon::int`},
	{"to_review", "見直し日が来たもの", inForce + ` AND e.review_on <= @today`},
	{"over", "期限切れ・期限前に終了", `(e.state = 'ended' OR e.state = 'permitted' AND e.until_on < @today OR e.state = 'settled' AND e.decided_by IS NOT NULL AND e.mend_on IS NULL)`},
	{"not", "不許可・取り下げ", `(e.state IN ('refused', 'withdrawn') OR e.state = 'settled' AND (e.decided_by IS NULL OR e.mend_on IS NOT NULL))`},
	{ToSettle, "後始末が未了（自分が記録するもの）", unsettled + ` AND ` + own},
	{"unsettled", "後始末が未了", unsettled},
	{"settled", "後始末済み", `e.state = 'settled'`},
	{"emergency", "緊急のため先に行ったもの", `e.done_since IS NOT NULL`},
	{"late", "緊急の報告が遅れたもの", late},
}

// ToSettle is the kind of those of which the actor records how the rule is kept again.
const ToSettle = "to_settle"

const inForce = `e.state = 'permitted' AND e.from_on <= @today AND e.until_on >= @today`

// Search is what somebody looks for. What is empty leaves out nothing.
type Search struct {
	Kind    string        // a key of Kinds; another one leaves out nothing
	Section string        // its code: it was asked for that one, or an asset of it stands there now
	Within  int           // days in which its last day is; 0 for any
	Until   calendar.Date // the latest last day; zero for any
	Clause  string        // what one of its clauses has somewhere: 7(3) finds 7(3)①, and not 17(3)
	Asset   string        // the 管理番号 of what it is about
	After   string        // empty, or Next of the page before
}

// Line is an exception as the list shows it.
type Line struct {
	Code, SectionName     string
	Clause, Subject       string
	Assets                int // how many it is about
	From, Until, ReviewOn calendar.Date
	State                 State
	Emergency, Late       bool          // done already, and reported later than the town lets it
	Unsettled             bool          // it is over, and nobody has recorded how the rule is kept again
	SettleBy              calendar.Date // by when that is to be recorded
}

// Standing is where it stands on a day, in words.
func (l Line) Standing(day calendar.Date) string { return standing(l.State, l.From, l.Until, day) }

// Page is a page of the list.
type Page struct {
	Lines []Line
	Count int    // how many there are on all pages
	Next  string // what Search.After is for the next page; empty on the last
}

func errUnread() error {
	return fault.New(fault.Forbidden, "例外措置は、あなたの役割では見られません。")
}

// List finds exceptions, the newest first. Forbidden for who reads none.
func (s *Service) List(ctx context.Context, actor authz.Actor, q Search) (Page, error) {
	var page Page
	if actor.Reach(authz.ReadExceptions) == authz.None {
		return page, errUnread()
	}
	today := calendar.Day(s.door.Now())
	where, args := q.where(actor, today)
	count, err := postgres.One[struct{ Count int }](ctx, s.pool, "counting exceptions", `
		SELECT count(*) AS count FROM exception e JOIN section_shown s ON s.id = e.section_id WHERE `+where, args)
	if err != nil {
		return page, err
	}
	if page.Count = count.Count; page.Count == 0 {
		return page, nil
	}
	args = maps.Clone(args)
	args["limit"] = OnPage + 1
	if q.After != "" {
		where += ` AND e.id < (SELECT id FROM exception WHERE code = @after)`
		args["after"] = q.After
	}
	args["today"] = today
	page.Lines, err = postgres.List[Line](ctx, s.pool, "listing exceptions", `
		SELECT e.code, s.name AS section_name, e.clause, e.subject, (SELECT count(DISTINCT a.asset_id) FROM exception_about a WHERE a.exception_id = e.id) AS assets,
		       e.from_on AS from, e.until_on AS until, e.review_on, e.state, e.done_since IS NOT NULL AS emergency, `+late+` AS late,
		       `+unsettled+` AS unsettled, e.settle_by
		FROM exception e JOIN section_shown s ON s.id = e.section_id WHERE `+where+` ORDER BY e.id DESC LIMIT @limit`, args)
	if err != nil {
		return page, err
	}
	if len(page.Lines) > OnPage {
		page.Lines = page.Lines[:OnPage]
		page.Next = page.Lines[OnPage-1].Code
	}
	return page, nil
}

// where is what an exception e of a section s must be like on a day, and its arguments.
func (q Search) where(actor authz.Actor, today calendar.Date) (string, pgx.StrictNamedArgs) {
	conditions, args := []string{"true"}, pgx.StrictNamedArgs{}
	if actor.Reach(authz.ReadExceptions) != authz.All {
		conditions = append(conditions, readable)
		args["sections"] = actor.Sections(authz.ReadExceptions)
	}
	for _, k := range Kinds {
		if k.Key == q.Kind {
			conditions = append(conditions, k.condition)
			if strings.Contains(k.condition, "@today") {
				args["today"] = today
			}
			if strings.Contains(k.condition, "@soon") {
				args["soon"] = SoonDays
			}
			if k.Key == ToSettle {
				maps.Copy(args, ownArguments(actor))
			}
		}
	}
	must := func(condition, name, value string) {
		if value != "" {
			conditions = append(conditions, condition)
			args[name] = value
		}
	}
	if q.Section != "" {
		conditions = append(conditions, `(s.code = @section OR e.id IN (
			SELECT h.exception_id FROM exception_elsewhere h WHERE h.section_id = (SELECT o.id FROM section_shown o WHERE o.code = @section)))`)
		args["section"] = q.Section
	}
	if q.Within > 0 || !q.Until.IsZero() {
		last := q.Until
		if within := today.AddDays(min(q.Within, farthestLast)); q.Within > 0 && (last.IsZero() || within.Before(last)) {
			last = within
		}
		conditions = append(conditions, inForce+" AND e.until_on <= @last::date")
		args["today"], args["last"] = today, last
	}
	if sought := strings.TrimSpace(q.Clause); sought != "" {
		must("EXISTS (SELECT FROM exception_clause c WHERE c.exception_id = e.id AND c.key ~ @clause)", "clause", citing(sought))
	}
	must("EXISTS (SELECT FROM exception_about a WHERE a.exception_id = e.id AND a.code = @asset)", "asset", strings.TrimSpace(q.Asset))
	return strings.Join(conditions, " AND "), args
}

// Numbers are how many exceptions stand where on a day.
type Numbers struct {
	Asked, InForce, EndsSoon, ToReview, Unsettled int
}

// Numbers counts those that the actor may see. Each number is that of the list of its kind.
func (s *Service) Numbers(ctx context.Context, actor authz.Actor) (Numbers, error) {
	where, args := Search{}.where(actor, calendar.Day(s.door.Now()))
	args["today"], args["soon"] = calendar.Day(s.door.Now()), SoonDays
	count := func(key string) string {
		return `count(*) FILTER (WHERE ` + Kinds[slices.IndexFunc(Kinds, func(k Kind) bool { return k.Key == key })].condition + `)`
	}
	return postgres.One[Numbers](ctx, s.pool, "counting exceptions by where they stand", `
		SELECT `+count("asked")+` AS asked, `+count("in_force")+` AS in_force, `+count("ends_soon")+` AS ends_soon, `+count("to_review")+` AS to_review, `+count("unsettled")+` AS unsettled
		FROM exception e WHERE (e.state IN ('asked', 'permitted') OR e.settle_by IS NOT NULL AND e.state <> 'settled') AND `+where, args)
}

// SectionsRead are those by which the list can be narrowed: what the actor reads of.
func (s *Service) SectionsRead(ctx context.Context, actor authz.Actor) ([]Section, error) {
	return postgres.List[Section](ctx, s.pool, "listing the sections of exceptions", `
		SELECT id, code, name FROM section_shown WHERE @all OR id = ANY(@sections) ORDER BY position, code`,
		pgx.StrictNamedArgs{"all": actor.Reach(authz.ReadExceptions) == authz.All, "sections": actor.Sections(authz.ReadExceptions)})
}

// Waiting is how many exceptions wait for somebody: of who permits for a decision and to be
// looked at again, of who asks for how the rule is kept again.
type Waiting struct {
	Asked, ToReview, ToSettle int
	SettleBy                  calendar.Date // the earliest day by which one is to be settled
}

// ChangeCounter counts what may change how many wait.
var ChangeCounter = state.Counted("exception")

// waitingKey names what it depends on how many wait for somebody, and what they see in force.
type waitingKey struct {
	person              int64
	day                 calendar.Date
	organization, asked int64
}

// cachedWaiting is how many answers are in the cache: of those who permit, and who lead sections.
const cachedWaiting = 1_000

// QueueWaiting asks in a batch how many exceptions wait for the actor, where the cache has
// it not; for nothing where they neither permit nor ask. What they are concerned in does not
// wait for their decision: it waits for whoever else permits, and where nobody else does, for
// who stands above.
func (s *Service) QueueWaiting(b *task.Batch, actor authz.Actor, take func(Waiting)) {
	all := actor.Reach(authz.PermitExceptions) == authz.All
	permits := all || actor.IsOffered(authz.PermitExceptions, authz.All)
	if !permits && actor.Reach(authz.AskExceptions) == authz.None {
		return
	}
	today := calendar.Day(s.door.Now())
	organization, known := actor.State.Of(org.ChangeCounter)
	asked, counted := actor.State.Of(ChangeCounter)
	key := waitingKey{actor.Person, today, organization, asked}
	if cached, ok := s.waiting.Look(key); ok && known && counted {
		take(cached)
		return
	}
	args := pgx.StrictNamedArgs(ownArguments(actor))
	maps.Copy(args, pgx.StrictNamedArgs{"today": today, "permits": permits, "all": all, "below": below(actor)})
	task.Rows(b, "counting exceptions that wait", pgx.RowToStructByName[Waiting], func(rows []Waiting) {
		if known && counted {
			s.waiting.Add(key, rows[0])
		}
		take(rows[0])
	}, `
		SELECT d.asked, d.to_review, s.to_settle, s.settle_by
		FROM (SELECT count(*) AS to_settle, min(e.settle_by) AS settle_by FROM exception e WHERE `+unsettled+` AND `+own+`) s, (SELECT count(*) FILTER (WHERE e.state = 'asked') AS asked, count(*) FILTER (WHERE e.state = 'permitted') AS to_review
		      FROM exception e
		      WHERE @permits AND (e.state = 'asked' OR `+inForce+` AND e.review_on <= @today) AND e.asked_by <> @actor AND e.for_id IS DISTINCT FROM @actor
		        AND (@all OR EXISTS (SELECT FROM holding h WHERE h.role = ANY(@below) AND h.person_id IN (e.asked_by, e.for_id) AND h.period @> @today::date AND h.rule_period @> @today::date
		                             AND NOT EXISTS (SELECT FROM holding o WHERE o.role = h.role AND (o.person_id IN (e.asked_by, e.for_id)) IS NOT TRUE
		                                             AND o.period @> @today::date AND o.rule_period @> @today::date)))) d`, args)
}

// below are the roles that permit exceptions and whose next above the actor holds.
func below(actor authz.Actor) []authz.Role {
	return slices.DeleteFunc(authz.Given(), func(role authz.Role) bool {
		up, there := role.Above(func(authz.Role) bool { return false })
		return actor.Table.ReachOf(role, authz.PermitExceptions) != authz.All || !there || !actor.Has(up)
	})
}
