package loan

import (
	"context"
	"fmt"
	"maps"
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

// OnPage is how many loans a page of the list has.
const OnPage = 100

// Kind is a choice of loans by where they stand on a day.
type Kind struct {
	Key, Title string
	condition  string // in SQL, of a loan l of an asset a
	// waits names those whom it waits for, where it is a choice of what waits for the actor.
	waits authz.Action
}

// Kinds are the choices, in the order in which they are offered.
var Kinds = []Kind{
	{Key: "asked", Title: "申請中", condition: `l.state = 'asked' AND l.until_on >= @today`},
	{Key: "permitted", Title: "許可（これから渡すもの）", condition: `l.state = 'permitted' AND l.until_on >= @today`},
	{Key: "out", Title: "持出し・貸出し中", condition: `l.state = 'handed'`},
	{Key: "overdue", Title: "返却の期限を過ぎているもの", condition: `l.state = 'handed' AND l.until_on < @today`},
	{Key: "gone", Title: "異動・退職した人が持っているもの", condition: `l.state = 'handed' AND ` + gone},
	{Key: "closed", Title: "返却済み", condition: `l.state = 'closed'`},
	{Key: "lost", Title: "紛失", condition: `l.state = 'lost'`},
	{Key: "not", Title: "不許可・取り下げ・期限切れ", condition: `(l.state IN ('barred', 'refused', 'revoked', 'withdrawn') OR l.state IN ('asked', 'permitted') AND l.until_on < @today)`},
	{Key: "mine", Title: "自分が持っているもの", condition: mine},
	{Key: "to_permit", Title: "自分が許可を決めるもの", condition: toPermit, waits: authz.PermitLoans},
	{Key: "to_hand", Title: "自分が今日渡せるもの", condition: toHand, waits: authz.HandLoans},
	{Key: "to_take_back", Title: "自分が返却を確かめるもの", condition: toTakeBack, waits: authz.HandLoans},
}

// What waits for somebody.
const (
	mine       = `l.state = 'handed' AND l.taker_id = @actor`
	toPermit   = `l.state = 'asked' AND l.until_on >= @today AND @actor NOT IN (l.asked_by, l.taker_id)`
	toHand     = `l.state = 'permitted' AND @today BETWEEN l.from_on AND l.until_on AND l.taker_id <> @actor AND NOT ` + gone
	toTakeBack = `l.state = 'handed' AND (l.until_on < @today OR ` + gone + `) AND l.taker_id <> @actor`
)

// reached says in SQL of a loan l of an asset a whether it waits for the actor by an action:
// it is of a section where they do it, or of one where all who do, by whatever role, are
// concerned, and the actor stands above.
func reached(actor authz.Actor, action authz.Action) (condition string, args pgx.StrictNamedArgs) {
	name := strings.ReplaceAll(string(action), ".", "_")
	args = pgx.StrictNamedArgs{name + "_sections": actor.Sections(action)}
	condition = `a.section_id = ANY(@` + name + `_sections)`
	concerned := `ARRAY[l.taker_id]`
	if action == authz.PermitLoans {
		concerned = `ARRAY[l.asked_by, l.taker_id]`
	}
	for i, place := range actor.Places(action) {
		args[name+"_roles"] = authz.RolesWith(action, authz.Own)
		at := fmt.Sprintf("%s_place_%d", name, i)
		args[at] = place.Role
		all := []string{strings.ReplaceAll(`(l.taker_id IN <holders> OR l.asked_by IN <holders>)`, `<holders>`,
			`(SELECT h.person_id FROM holding h WHERE h.role = @`+at+` AND h.period @> @today::date AND h.rule_period @> @today::date)`), `NOT EXISTS (SELECT FROM holding h WHERE h.role = ANY(@` + name + `_roles) AND h.section_id = a.section_id AND h.period @> @today::date AND h.rule_period @> @today::date
			AND NOT h.person_id = ANY(` + concerned + `))`}
		for j, role := range append([]authz.Role{place.Role}, place.Between...) {
			arg := fmt.Sprintf("%s_role_%d_%d", name, i, j)
			args[arg] = role
			held := `(SELECT bool_and(h.person_id = ANY(` + concerned + `)) FROM holding h WHERE h.role = @` + arg + ` AND h.period @> @today::date AND h.rule_period @> @today::date`
			if role.OfSection() {
				held += ` AND h.section_id = a.section_id`
			}
			all = append(all, held+`)`)
		}
		condition += ` OR ` + strings.Join(all, ` AND `)
	}
	return `(` + condition + `)`, args
}

// Search is what somebody looks for. What is empty leaves out nothing.
type Search struct {
	Kind    string // a key of Kinds; another one leaves out nothing
	Section string // the code of the section that holds or borrows it
	Asset   string // a 管理番号
	After   string // empty, or Next of the page before
}

// Line is a loan as lists show it.
type Line struct {
	Code                    string
	AssetCode, AssetName    string
	HolderName, SectionName string
	Lent                    bool // to another section
	Taker                   string
	Purpose, Place          string
	From, Until             calendar.Date
	State                   State
	Gone                    bool
}

// Standing is where it stands on a day, in words.
func (l Line) Standing(day calendar.Date) string { return standing(l.State, l.Until, day) }

// Overdue tells whether it should have come back before a day.
func (l Line) Overdue(day calendar.Date) bool { return l.State == Handed && day.After(l.Until) }

const selectLine = `
	SELECT l.code, a.code AS asset_code, l.asset_name, h.name AS holder_name, s.name AS section_name, a.section_id <> l.section_id AS lent, coalesce(t.name, '') AS taker,
	       l.purpose, l.place, l.from_on AS from, l.until_on AS until, l.state, ` + gone + ` AS gone
	FROM loan l JOIN asset a ON a.id = l.asset_id JOIN section_shown h ON h.id = a.section_id JOIN section_shown s ON s.id = l.section_id
	LEFT JOIN person_shown t ON t.id = l.taker_id`

// Page is a page of the list.
type Page struct {
	Lines []Line
	Count int    // how many there are on all pages
	Next  string // what Search.After is for the next page; empty on the last
}

// List finds loans, the newest first. Forbidden for who reads none.
func (s *Service) List(ctx context.Context, actor authz.Actor, q Search) (Page, error) {
	var page Page
	if actor.Reach(authz.ReadLoans) == authz.None {
		return page, fault.New(fault.Forbidden, "持出し・貸出しは、あなたの役割では見られません。")
	}
	var err error
	if page.Count, err = s.Count(ctx, actor, q); err != nil || page.Count == 0 {
		return page, err
	}
	where, args := q.where(actor)
	args["today"], args["limit"] = s.today(), OnPage+1
	if q.After != "" {
		where += ` AND l.id < (SELECT id FROM loan WHERE code = @after)`
		args["after"] = q.After
	}
	page.Lines, err = postgres.List[Line](ctx, s.pool, "listing loans", selectLine+` WHERE `+where+` ORDER BY l.id DESC LIMIT @limit`, args)
	if err != nil {
		return page, err
	}
	if len(page.Lines) > OnPage {
		page.Lines = page.Lines[:OnPage]
		page.Next = page.Lines[OnPage-1].Code
	}
	return page, nil
}

// Count is how many loans the list has on all its pages; 0 for who reads none.
func (s *Service) Count(ctx context.Context, actor authz.Actor, q Search) (int, error) {
	if actor.Reach(authz.ReadLoans) == authz.None {
		return 0, nil
	}
	where, args := q.where(actor)
	args["today"] = s.today()
	found, err := postgres.One[struct{ Count int }](ctx, s.pool, "counting loans", `
		SELECT count(*) AS count FROM loan l JOIN asset a ON a.id = l.asset_id WHERE @today::date IS NOT NULL AND `+where, args)
	return found.Count, err
}

// where is what a loan l of an asset a must be like, and its arguments but for @today.
func (q Search) where(actor authz.Actor) (string, pgx.StrictNamedArgs) {
	condition, args := seen(actor)
	conditions := []string{condition}
	for _, k := range Kinds {
		if k.Key != q.Kind {
			continue
		}
		conditions = append(conditions, k.condition)
		if strings.Contains(k.condition, "@actor") {
			args["actor"] = actor.Person
		}
		if k.waits != "" {
			mine, more := reached(actor, k.waits)
			conditions = append(conditions, mine)
			maps.Copy(args, more)
		}
	}
	must := func(condition, name, value string) {
		if value = strings.TrimSpace(value); value != "" {
			conditions = append(conditions, condition)
			args[name] = value
		}
	}
	must("(SELECT id FROM section_shown WHERE code = @section) IN (l.section_id, a.section_id)", "section", q.Section)
	must("a.code = @asset", "asset", q.Asset)
	return strings.Join(conditions, " AND "), args
}

// Waiting is what waits for somebody.
type Waiting struct {
	ToPermit, ToHand, ToTakeBack int
	Mine                         int           // what they have out
	Due                          calendar.Date // when the first of it is to be back; zero for nothing
	Only                         string        // the code of it, where it is one
}

// ChangeCounter counts what may change how much waits.
var ChangeCounter = state.Counted("loan")

// waitingKey names what it depends on how much waits for somebody.
type waitingKey struct {
	person              int64
	day                 calendar.Date
	organization, loans int64
}

// cachedWaiting is how many answers are in the cache: those who sign in on a day in a large
// town.
const cachedWaiting = 20_000

// QueueWaiting asks in a batch what waits for the actor, where the cache has it not; for
// nothing where they read no loans.
func (s *Service) QueueWaiting(b *task.Batch, actor authz.Actor, take func(Waiting)) {
	if actor.Reach(authz.ReadLoans) == authz.None {
		return
	}
	today := s.today()
	organization, known := actor.State.Of(org.ChangeCounter)
	loans, counted := actor.State.Of(ChangeCounter)
	key := waitingKey{actor.Person, today, organization, loans}
	if cached, ok := s.waiting.Look(key); ok && known && counted {
		take(cached)
		return
	}
	args := pgx.StrictNamedArgs{"actor": actor.Person, "today": today}
	waits := func(condition string, action authz.Action) string {
		if len(actor.Sections(action)) == 0 && len(actor.Places(action)) == 0 {
			return `0`
		}
		mine, more := reached(actor, action)
		maps.Copy(args, more)
		return `(SELECT count(*) FROM loan l JOIN asset a ON a.id = l.asset_id WHERE ` + condition + ` AND ` + mine + `)`
	}
	task.Rows(b, "counting loans that wait", pgx.RowToStructByName[Waiting], func(rows []Waiting) {
		if known && counted {
			s.waiting.Add(key, rows[0])
		}
		take(rows[0])
	}, `
		SELECT `+waits(toPermit, authz.PermitLoans)+` AS to_permit, `+waits(toHand, authz.HandLoans)+` AS to_hand, `+waits(toTakeBack, authz.HandLoans)+` AS to_take_back,
		       m.mine, m.due, m.only
		FROM (SELECT count(*) AS mine, min(l.until_on) AS due, CASE WHEN count(*) = 1 THEN min(l.code) ELSE '' END AS only FROM loan l WHERE `+mine+` AND @today::date IS NOT NULL) m`, args)
}

// Booked is a loan as the calendar of its asset shows it. To who may not see the loan
// itself it says its days, and nothing else.
type Booked struct {
	Code        string // empty to who may not see it
	From, Until calendar.Date
	State       State
	SectionName string
	Taker       string
	Purpose     string
}

// Covers tells whether it stands on a day in the calendar: one that is out beyond its last
// day goes on until today.
func (b Booked) Covers(day, today calendar.Date) bool {
	until := b.Until
	if b.State == Handed && today.After(until) {
		until = today
	}
	return !day.Before(b.From) && !day.After(until)
}

// Overdue tells whether it should have come back before a day.
func (b Booked) Overdue(day calendar.Date) bool { return b.State == Handed && day.After(b.Until) }

// Booked lists what an asset is asked for, promised and out from a day on until another, in
// the order of days. What others have only asked for is not shown to who may not see it.
func (s *Service) Booked(ctx context.Context, actor authz.Actor, t Thing, first, last calendar.Date) ([]Booked, error) {
	condition, args := seen(actor)
	maps.Copy(args, pgx.StrictNamedArgs{"asset": t.ID, "first": first, "last": last, "today": s.today()})
	return postgres.List[Booked](ctx, s.pool, "listing what an asset is promised for", `
		WITH l AS (SELECT l.*, `+condition+` AS shown FROM loan l
			WHERE l.asset_id = @asset AND l.from_on <= @last AND (l.until_on >= @first OR l.state = 'handed' AND @today::date >= @first) AND l.state IN ('asked', 'permitted', 'handed', 'closed', 'lost'))
		SELECT CASE WHEN l.shown THEN l.code ELSE '' END AS code, l.from_on AS from, l.until_on AS until, l.state,
		       CASE WHEN l.shown THEN s.name ELSE '' END AS section_name, CASE WHEN l.shown THEN coalesce(t.name, '') ELSE '' END AS taker,
		       CASE WHEN l.shown THEN l.purpose ELSE '' END AS purpose
		FROM l JOIN section_shown s ON s.id = l.section_id LEFT JOIN person_shown t ON t.id = l.taker_id
		WHERE l.shown OR l.state IN ('permitted', 'handed') ORDER BY l.from_on, l.id LIMIT 500`, args)
}

// Out tells by which loan an asset is out; empty where it is not.
func Out(ctx context.Context, db postgres.Querier, assetID int64) (string, error) {
	var code string
	err := db.QueryRow(ctx, `SELECT coalesce((SELECT code FROM loan WHERE asset_id = $1 AND state = 'handed'), '')`, assetID).Scan(&code)
	if err != nil || code == "" {
		return "", err
	}
	return Number(code) + "で" + Handed.Title(), nil
}
