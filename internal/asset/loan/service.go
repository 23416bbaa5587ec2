package loan

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/asset"
	"kagami/internal/asset/level"
	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/lifecycle"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/setting"
	"kagami/internal/state"
)

// Service is the register of loans in a database.
type Service struct {
	pool    *pgxpool.Pool
	door    *door.Door
	ties    Ties
	waiting state.Cache[waitingKey, Waiting]
}

// Ties are what loans start in other rooms. What is nil is not started.
type Ties struct {
	// Missing keeps that something is lost, and tells the 統括 and the CSIRT; where it is nil
	// they are told by this room.
	Missing func(ctx context.Context, tx *door.Tx, actor authz.Actor, loss Loss) ([]door.Effect, error)
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door, ties Ties) *Service {
	return &Service{pool: pool, door: d, ties: ties, waiting: state.NewCache[waitingKey, Waiting](cachedWaiting)}
}

// At is the register at an instant: the sample town is filled with what began before.
func (s *Service) At(now time.Time) *Service {
	return New(s.pool, door.New(s.pool, func() time.Time { return now }), s.ties)
}

// Loan is one of the register.
type Loan struct {
	ID        int64
	Code      string // 8-0001
	AssetID   int64
	AssetCode string
	AssetName string // as it was called when it was asked for
	// what the asset is today
	Kind            asset.Kind
	Confidentiality string
	Personal        asset.Personal
	Zone            string

	AssetState  life.State
	Holder      int64 // the section that holds the asset today
	Held        int64 // that which held it when it was asked for
	HolderName  string
	Section     int64 // whose people take it
	SectionName string
	AskedByID   int64
	AskedBy     string
	AskedAt     time.Time
	TakerID     int64
	Taker       string
	Gone        bool   // who takes it works in the section no more
	Series      string // the code of the first of its series; empty for one alone
	Together    int    // how many of its series wait to be decided with it
	Weekly      []Week // the days of these, the first first
	Details
	Exception     string
	State         State
	DecidedBy     string // empty before it is decided
	DeciderTitle  string // the post on that day
	DeciderOf     string // its section
	DecidedOn     calendar.Date
	HandedBy      string // empty before it is handed over
	HandedAt      *time.Time
	ReturnedAt    *time.Time
	TakenBackBy   string
	Sound, Erased Answer
	Version       int
	Bars          []Bar
}

// Week are the days of one of a series.
type Week struct {
	From  calendar.Date `json:"from"`
	Until calendar.Date `json:"until"`
}

const selectLoan = `
	SELECT l.id, l.code, l.asset_id, a.code AS asset_code, l.asset_name, a.kind, a.confidentiality, a.personal, a.zone, a.state AS asset_state, a.section_id AS holder, l.holder_id AS held, h.name AS holder_name, l.section_id AS section, s.name AS section_name,
	       l.asked_by AS asked_by_id, coalesce(p.name, '') AS asked_by, l.asked_at, l.taker_id, coalesce(t.name, '') AS taker, ` + gone + ` AS gone, l.series,
	       (SELECT count(*) FROM loan o WHERE l.series <> '' AND o.series = l.series AND o.state = 'asked' AND l.state = 'asked')::int AS together,
	       coalesce((SELECT jsonb_agg(jsonb_build_object('from', to_char(o.from_on, 'YYYY-MM-DD"T00:00:00Z"'), 'until', to_char(o.until_on, 'YYYY-MM-DD"T00:00:00Z"')) ORDER BY o.from_on) FROM loan o
	                 WHERE l.series <> '' AND o.series = l.series AND o.state = 'asked' AND l.state = 'asked'), '[]') AS weekly,
	       l.purpose, l.place, l.from_on AS from, l.until_on AS until, l.safeguards, l.excepted_by AS exception, l.state,
	       coalesce(d.name, '') AS decided_by, l.decided_on,
	       coalesce(q.title, '') AS decider_title, coalesce(q.name, '') AS decider_of,
	       coalesce(g.name, '') AS handed_by, l.handed_at, l.returned_at, coalesce(b.name, '') AS taken_back_by,
	       CASE WHEN l.sound THEN 'yes' WHEN NOT l.sound THEN 'no' ELSE '' END AS sound, coalesce(l.erased, '') AS erased, l.version,
	       coalesce((SELECT jsonb_agg(jsonb_build_object('rule', r.rule, 'clause', r.clause, 'sentence', r.sentence) ORDER BY r.rule) FROM loan_bar r WHERE r.loan_id = l.id), '[]') AS bars
	FROM loan l JOIN asset a ON a.id = l.asset_id JOIN section_shown h ON h.id = a.section_id JOIN section_shown s ON s.id = l.section_id
	LEFT JOIN person_shown p ON p.id = l.asked_by LEFT JOIN person_shown t ON t.id = l.taker_id LEFT JOIN person_shown d ON d.id = l.decided_by
	LEFT JOIN person_shown g ON g.id = l.handed_by LEFT JOIN person_shown b ON b.id = l.taken_back_by
	LEFT JOIN LATERAL (SELECT w.title, c.name FROM standing w LEFT JOIN section_shown c ON c.id = w.section_id
		WHERE w.person_id = l.decided_by AND w.period @> l.decided_on ORDER BY w.acting, w.position, w.id LIMIT 1) q ON true`

// gone tells in SQL of a loan l that who takes it works in the section no more on @today.
const gone = `NOT EXISTS (SELECT FROM standing w WHERE w.person_id = l.taker_id AND w.section_id = l.section_id AND w.period @> @today::date)`

func errNone() error {
	return fault.New(fault.NotFound, "この番号の持出し・貸出しは、見つかりません。番号を確かめて、持出し・貸出しの一覧から探してください。")
}

// Find returns a loan by its code. NotFound where there is none that the actor may see.
func (s *Service) Find(ctx context.Context, actor authz.Actor, code string) (Loan, error) {
	return find(ctx, s.pool, actor, code, s.today(), "")
}

func find(ctx context.Context, db postgres.Querier, actor authz.Actor, code string, today calendar.Date, lock string) (Loan, error) {
	l, err := postgres.One[Loan](ctx, db, "finding a loan", selectLoan+` WHERE l.code = @code `+lock, pgx.StrictNamedArgs{"code": code, "today": today})
	if errors.Is(err, pgx.ErrNoRows) || err == nil && !l.seenBy(actor) {
		return Loan{}, errNone()
	}
	return l, err
}

// seenBy tells whether the actor may see it: who may of the section that borrows the asset, or
// of that which held it when it was asked for or holds it now, and who has asked for it or
// takes it, wherever they are now.
func (l Loan) seenBy(actor authz.Actor) bool {
	sections := []int64{l.Section, l.Held}
	if !l.AssetState.Ended() {
		sections = append(sections, l.Holder)
	}
	for _, section := range sections {
		if _, may := actor.May(authz.ReadLoans, authz.Matter{OwnersSection: section}); may {
			return true
		}
	}
	return actor.Person != 0 && (actor.Person == l.AskedByID || actor.Person == l.TakerID)
}

// seen says the same in SQL of a loan l.
func seen(actor authz.Actor) (condition string, args pgx.StrictNamedArgs) {
	if actor.Reach(authz.ReadLoans) == authz.All {
		return "true", pgx.StrictNamedArgs{}
	}
	return `l.id = ANY(ARRAY(SELECT id FROM loan WHERE section_id = ANY(@seen_sections) OR holder_id = ANY(@seen_sections) OR taker_id = @seen_by OR asked_by = @seen_by
		UNION ALL SELECT o.id FROM loan o JOIN asset x ON x.id = o.asset_id WHERE x.section_id = ANY(@seen_sections) AND x.state ` + life.Counts + `))`,
		pgx.StrictNamedArgs{"seen_sections": actor.Sections(authz.ReadLoans), "seen_by": actor.Person}
}

func (s *Service) today() calendar.Date { return calendar.Day(s.door.Now()) }

// Number is the loan's number as people write it.
func Number(code string) string { return "持-" + code }

// Standing is where a loan stands on a day, in words.
func (l Loan) Standing(day calendar.Date) string { return standing(l.State, l.Until, day) }

// DeciderPost is who has decided by the post that they held then: 税務町民課長.
func (l Loan) DeciderPost() string { return authz.PostName(l.DeciderOf, l.DeciderTitle) }

// Overdue tells whether it should have come back before a day.
func (l Loan) Overdue(day calendar.Date) bool { return l.State == Handed && day.After(l.Until) }

// Class is what the asset is today, in words: 電磁的記録媒体、機密性3B、個人情報、LGWAN接続系.
func (l Loan) Class() string {
	words := []string{l.Kind.Title(), level.Confidentiality.Title() + l.Confidentiality}
	if l.Personal != asset.NotPersonal {
		words = append(words, l.Personal.Title())
	}
	return strings.Join(append(words, level.ZoneTitle(l.Zone)), "、")
}

// Lent tells whether another section takes it than the one that holds it.
func (l Loan) Lent() bool { return l.Section != l.Holder }

// Word is what it is called: 持出し or 貸出し.
func (l Loan) Word() string {
	if l.Lent() {
		return "貸出し"
	}
	return "持出し"
}

// matter is what a step of it is about: who asked and who takes it never decide, and who
// takes it never hands it to themselves.
func (l Loan) matter(ctx context.Context, db postgres.Querier, actor authz.Actor, event Event, day calendar.Date) (authz.Matter, error) {
	people := []int64{l.TakerID}
	switch course.Who(event).Except {
	case "":
		return authz.Matter{OwnersSection: l.reporting(actor, event)}, nil
	case deciding.Except:
		people = append(people, l.AskedByID)
	}
	alone, err := org.Alone(ctx, db, day, people...)
	m := authz.Matter{OwnersSection: l.Holder, Person: l.TakerID, Decision: true, Alone: alone}
	if slices.Contains(people, actor.Person) {
		m.Person = actor.Person
	}
	return m, err
}

// reporting is the section for which the actor withdraws it or says that it is lost: that
// which takes it, or of a loss also that which holds it, and wherever who takes it is now.
func (l Loan) reporting(actor authz.Actor, event Event) int64 {
	sections := actor.Sections(authz.AskLoans)
	switch {
	case event != EventLose || slices.Contains(sections, l.Section):
		return l.Section
	case actor.Person == l.TakerID && len(sections) > 0:
		return sections[0]
	}
	return l.Holder
}

// Next are the events that the actor can do with a loan today.
func (s *Service) Next(ctx context.Context, actor authz.Actor, l Loan) ([]Event, error) {
	today := s.today()
	var next []Event
	for _, event := range []Event{EventPermit, EventRefuse, EventHand, EventClose, EventPart, EventLose, EventRevoke, EventWithdraw} {
		a, err := course.Arrow(l.State, event, "")
		if err != nil || l.untimely(event, today) != "" {
			continue
		}
		matter, err := l.matter(ctx, s.pool, actor, event, today)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(course.Next(actor, matter, l.State, ""), func(o lifecycle.Arrow[State, Event, lifecycle.Always]) bool { return o.Event == a.Event }) && (event != EventWithdraw || l.isOf(actor)) {
			next = append(next, event)
		}
	}
	return next, nil
}

// isOf tells whether the actor has asked for it or takes it.
func (l Loan) isOf(actor authz.Actor) bool {
	return actor.Person == l.AskedByID || actor.Person == l.TakerID
}

// AskStep refuses who may not do something with a loan, whatever its state: what a form asks
// before it is read, and the operation once more.
func (s *Service) AskStep(ctx context.Context, actor authz.Actor, code string, event Event) error {
	l, err := s.Find(ctx, actor, code)
	if err != nil {
		return err
	}
	matter, err := l.matter(ctx, s.pool, actor, event, s.today())
	if err != nil {
		return err
	}
	return l.ask(actor, event, matter, func(action authz.Action) error {
		_, err := authz.Check(actor, action, matter)
		return err
	})
}

// ask asks whether the actor may do something with it, by allow.
func (l Loan) ask(actor authz.Actor, event Event, matter authz.Matter, allow func(authz.Action) error) error {
	if err := allow(course.Who(event).Action(actor, matter)); err != nil {
		return err
	}
	if event == EventWithdraw && !l.isOf(actor) {
		return fault.New(fault.Forbidden, "取り下げられるのは、申請した人と、持ち出す人だけです。許可をやめるときは、課長（情報セキュリティ管理者）が、許可を取り消します。")
	}
	return nil
}

// Section is one for which somebody can ask, with who works there.
type Section struct {
	ID         int64
	Code, Name string
}

// Sections are those for which the actor can ask.
func (s *Service) Sections(ctx context.Context, actor authz.Actor) ([]Section, error) {
	return postgres.List[Section](ctx, s.pool, "listing the sections that somebody asks for", `
		SELECT id, code, name FROM section_shown WHERE id = ANY(@sections) AND (abolished_on IS NULL OR abolished_on > @today::date) ORDER BY position, code`,
		pgx.StrictNamedArgs{"sections": actor.Sections(authz.AskLoans), "today": s.today()})
}

// Colleague is somebody who may take something for the section.
type Colleague struct {
	Person                   int64
	StaffNumber, Name, Title string
}

// Colleagues are those who work today in the sections for which the actor can ask.
func (s *Service) Colleagues(ctx context.Context, actor authz.Actor) ([]Colleague, error) {
	return postgres.List[Colleague](ctx, s.pool, "listing who may take something", `
		SELECT person, staff_number, name, title FROM (
			SELECT DISTINCT ON (p.id) p.id AS person, p.staff_number, p.name, w.title, w.position FROM standing w JOIN person_shown p ON p.id = w.person_id
			WHERE w.section_id = ANY(@sections) AND w.period @> @today::date ORDER BY p.id, w.acting, w.position) c
		ORDER BY position, staff_number LIMIT 500`,
		pgx.StrictNamedArgs{"sections": actor.Sections(authz.AskLoans), "today": s.today()})
}

// Scheme is by what loans are asked for today.
type Scheme struct {
	Safeguards  []Safeguard
	Days, Weeks int // at most
	mynumber    string
}

// SchemeForPortal is what holds today.
func (s *Service) SchemeForPortal(ctx context.Context) (Scheme, error) {
	return schemeOn(ctx, s.pool, s.today())
}

func schemeOn(ctx context.Context, db postgres.Querier, day calendar.Date) (Scheme, error) {
	values, err := setting.LoadForPortal(ctx, db)
	if err != nil {
		return Scheme{}, err
	}
	editions, err := edition.LoadForPortal(ctx, db, day)
	l := limitsOn(values, day)
	return Scheme{Safeguards.On(editions, day), l.days, l.weeks, MyNumber.On(values, day)}, err
}

// Bars are the rules by which a thing can't be taken out, whatever keeps it safe, as long as
// there is no exception.
func (c Scheme) Bars(t Thing) []Bar {
	var all []string
	for _, s := range c.Safeguards {
		all = append(all, s.Key)
	}
	return barred(t, all, c.Safeguards, c.mynumber, "")
}

// Titles are what safeguards are called, by their keys.
func (c Scheme) Titles(keys []string) []string {
	titles := make([]string, len(keys))
	for i, key := range keys {
		titles[i] = key
		for _, s := range c.Safeguards {
			if s.Key == key {
				titles[i] = s.Title
			}
		}
	}
	return titles
}

const selectThing = `
	SELECT a.id, a.section_id AS section, a.code, a.name, s.name AS section_name, a.kind, a.confidentiality, a.personal, a.zone, a.handling, a.state,
	       coalesce(o.offered, false) AS offered, coalesce(o.note, '') AS offer_note, coalesce(o.version, 0) AS offer_version
	FROM asset a JOIN section_shown s ON s.id = a.section_id LEFT JOIN loan_offer o ON o.asset_id = a.id`

func errNoThing() error {
	return fault.New(fault.NotFound, "この管理番号の、借りられる情報資産は、見つかりません。番号を確かめてください。")
}

// Thing returns an asset by its 管理番号, as far as loans ask of it: one of the actor's
// sections, or one that its section lends to others and that is there: that one can't be found
// is not theirs to know. NotFound for any other.
func (s *Service) Thing(ctx context.Context, actor authz.Actor, code string) (Thing, error) {
	return findThing(ctx, s.pool, actor, code)
}

func findThing(ctx context.Context, db postgres.Querier, actor authz.Actor, code string) (Thing, error) {
	t, err := postgres.One[Thing](ctx, db, "finding what is asked for", selectThing+` WHERE a.code = @code`, pgx.StrictNamedArgs{"code": code})
	if errors.Is(err, pgx.ErrNoRows) {
		return Thing{}, errNoThing()
	}
	if err != nil {
		return Thing{}, err
	}
	if !t.Own(actor) && (!t.Offered || actor.Reach(authz.AskLoans) == authz.None || t.State != life.Registered) {
		return Thing{}, errNoThing()
	}
	return t, nil
}

// Own tells whether the actor reads it in the register.
func (t Thing) Own(actor authz.Actor) bool {
	_, may := actor.May(authz.ReadAssets, authz.Matter{OwnersSection: t.Section})
	return may
}

// How many things are offered to choose from: of the actor's sections and of others.
const (
	MostOwn  = 20
	mostLent = 100
)

// Choices are what the actor is offered to ask for: what their sections hold, media and
// papers first, and what others lend.
func (s *Service) Choices(ctx context.Context, actor authz.Actor) (own, lent []Thing, err error) {
	args := pgx.StrictNamedArgs{"sections": actor.Sections(authz.AskLoans), "limit": MostOwn}
	own, err = postgres.List[Thing](ctx, s.pool, "listing what a section may take out", selectThing+`
		WHERE a.section_id = ANY(@sections) AND a.state = 'registered' 
		ORDER BY CASE a.kind WHEN 'medium' THEN 0 WHEN 'paper' THEN 1 ELSE 2 END, a.code LIMIT @limit`, args)
	if err != nil {
		return nil, nil, err
	}
	args["limit"] = mostLent
	lent, err = postgres.List[Thing](ctx, s.pool, "listing what others lend", selectThing+`
		WHERE o.offered AND a.state = 'registered' AND NOT a.section_id = ANY(@sections) ORDER BY s.position, a.code LIMIT @limit`, args)
	return own, lent, err
}

// ReadSections are those of whose loans the actor may see all.
func (s *Service) ReadSections(ctx context.Context, actor authz.Actor) ([]Section, error) {
	return postgres.List[Section](ctx, s.pool, "listing the sections whose loans somebody sees", `
		SELECT id, code, name FROM section_shown WHERE (@all OR id = ANY(@sections)) ORDER BY position, code`,
		pgx.StrictNamedArgs{"all": actor.Reach(authz.ReadLoans) == authz.All, "sections": actor.Sections(authz.ReadLoans)})
}
