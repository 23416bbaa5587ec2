package review

import (
	"context"
	"errors"
	"maps"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/postgres"
	"kagami/internal/rights"
	"kagami/internal/state"
)

// Service is the confirmation of rights in a database.
type Service struct {
	pool    *pgxpool.Pool
	door    *door.Door
	rights  *rights.Service
	ties    Ties
	waiting state.Cache[waitingKey, Waiting]
}

// Ties are what it asks of other rooms. What is nil is not asked.
type Ties struct {
	// Drift tells of people, by their ids, in which the town's directories and the ledger
	// differ about them, in plain words: 「庁内LANのアカウント zeimu01 は、台帳にありません」.
	Drift func(ctx context.Context, people []int64) (map[int64][]string, error)
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door, r *rights.Service, ties Ties) *Service {
	return &Service{pool, d, r, ties, state.NewCache[waitingKey, Waiting](cachedWaiting)}
}

func (s *Service) today() calendar.Date { return calendar.Day(s.door.Now()) }

// subject is what the trail and notices say that they are about, as it is stored.
const subject = "right_review"

// Topic is who may see a notice of one: who may see one of its sections, and who is to change a
// right of a system that they answer for.
func Topic() notice.Topic {
	return notice.Topic{Kind: subject, Shown: func(actor authz.Actor) (string, pgx.StrictNamedArgs) {
		if actor.Reach(authz.ReadRights) == authz.All {
			return `true`, nil
		}
		return `(EXISTS (SELECT FROM right_review_section m WHERE m.review_id = n.topic_id AND m.section_id = ANY(@sections))
			OR EXISTS (SELECT FROM right_review_item i JOIN access_right r ON r.id = i.right_id JOIN system_shown y ON y.id = r.asset_id
				WHERE i.review_id = n.topic_id AND i.answer = 'change' AND y.section_id = ANY(@systems)))`,
			pgx.StrictNamedArgs{"sections": actor.Sections(authz.ReadRights), "systems": actor.Sections(authz.ReadSystemRights)}
	}}
}

// Review is one confirmation of rights.
type Review struct {
	ID         int64
	Code       string // 8-1
	Title      string
	Whole      bool // of all sections
	DueOn      calendar.Date
	OpenedBy   string
	OpenedByID int64
	OpenedOn   calendar.Date
	State      State
	ClosedBy   string // empty while it is open
	ClosedAt   *time.Time
	Reason     string
}

// Number is what it is called, by its code: 利用権限の確認-令和8年度, and the second of a year
// 利用権限の確認-令和8年度（2回目）.
func Number(code string) string {
	year, nth, _ := strings.Cut(code, "-")
	name := "利用権限の確認-令和" + year + "年度"
	if nth == "1" {
		return name
	}
	return name + "（" + nth + "回目）"
}

// Number is what it is called.
func (v Review) Number() string { return Number(v.Code) }

// Late tells whether its last day is over on another one.
func (v Review) Late(day calendar.Date) bool { return v.State == Open && day.After(v.DueOn) }

const selectReview = `
	SELECT v.id, v.code, v.title, v.whole, v.due_on, coalesce(o.name, '') AS opened_by, v.opened_by AS opened_by_id, v.opened_on, v.state, coalesce(c.name, '') AS closed_by, v.closed_at, v.reason
	FROM right_review v LEFT JOIN person_shown o ON o.id = v.opened_by LEFT JOIN person_shown c ON c.id = v.closed_by`

// reach are the sections whose part the actor sees, as arguments: @all, @mine.
func reach(actor authz.Actor) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"all": actor.Reach(authz.ReadRights) == authz.All, "mine": actor.Sections(authz.ReadRights)}
}

func errNone() error {
	return fault.New(fault.NotFound, "この番号の利用権限の確認は、見つかりません。利用権限の確認の一覧から探してください。")
}

// Find returns one by its code. NotFound where there is none of which the actor may see a
// section.
func (s *Service) Find(ctx context.Context, actor authz.Actor, code string) (Review, error) {
	return findReview(ctx, s.pool, actor, code, "")
}

func findReview(ctx context.Context, db postgres.Querier, actor authz.Actor, code, lock string) (Review, error) {
	args := reach(actor)
	args["code"] = code
	v, err := postgres.One[Review](ctx, db, "finding a confirmation of rights", selectReview+`
		WHERE v.code = @code AND (@all OR EXISTS (SELECT FROM right_review_section m WHERE m.review_id = v.id AND m.section_id = ANY(@mine)))`+lock, args)
	if errors.Is(err, pgx.ErrNoRows) {
		return v, errNone()
	}
	return v, err
}

// Place is a section in one.
type Place struct {
	Review
	Section     int64
	SectionCode string
	SectionName string
	Stage       Stage
	HandedBy    string // empty where it is not handed in
	HandedAt    *time.Time
	Version     int
	// Going is whether it is gone through still: who has waited for the section while all was
	// closed reads that here, and not in State, which is of before.
	Going bool
}

// FindSection returns a section in one, by their codes. NotFound where there is none that the
// actor may see.
func (s *Service) FindSection(ctx context.Context, actor authz.Actor, code, section string) (Place, error) {
	return findPlace(ctx, s.pool, actor, code, section, "")
}

func findPlace(ctx context.Context, db postgres.Querier, actor authz.Actor, code, section, lock string) (Place, error) {
	p, err := postgres.One[Place](ctx, db, "finding a section of a confirmation of rights", `
		SELECT v.*, n.section_id AS section, s.code AS section_code, coalesce(n.name, s.name) AS section_name, n.state AS stage,
		       coalesce(h.name, '') AS handed_by, n.handed_at, n.version, n.open AS going
		FROM (`+selectReview+` WHERE v.code = @code) v JOIN right_review_section n ON n.review_id = v.id JOIN section_shown s ON s.id = n.section_id
		LEFT JOIN person_shown h ON h.id = n.handed_by WHERE s.code = @section`+lock, pgx.StrictNamedArgs{"code": code, "section": section})
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return p, err
	}
	if !p.shown(actor) || err != nil {
		return Place{}, errNone()
	}
	return p, nil
}

// shown tells whether the actor sees the section.
func (p Place) shown(actor authz.Actor) bool {
	_, may := actor.May(authz.ReadRights, authz.Matter{PersonsSection: p.Section})
	return may
}

// lockSection finds a section and locks it. Conflict where the whole of it is closed.
func (s *Service) lockSection(ctx context.Context, tx *door.Tx, actor authz.Actor, code, section string) (Place, error) {
	p, err := findPlace(ctx, tx, actor, code, section, " FOR NO KEY UPDATE OF n")
	if err != nil {
		return p, err
	}
	if !p.Going {
		return p, fault.New(fault.Conflict, "この利用権限の確認は、締められました。答えは、もう変えられません。")
	}
	return p, nil
}

// follow is the stage that a step leads to.
func (p Place) follow(event Event) (Stage, error) {
	a, err := ofSection.Arrow(p.Stage, event, "")
	if err != nil {
		return p.Stage, fault.Wrap(err, fault.Conflict, p.SectionName+"の利用権限の確認は「"+p.Stage.Title()+"」のため、いまは行えません。画面を開き直して、いまの状態を確かめてください。")
	}
	return a.To, nil
}

// with are arguments together.
func with(args pgx.StrictNamedArgs, more ...pgx.StrictNamedArgs) pgx.StrictNamedArgs {
	args = maps.Clone(args)
	for _, m := range more {
		maps.Copy(args, m)
	}
	return args
}

const (
	// items are the rights i of confirmations v, with where their people work on @today, of
	// one that is closed with where they did: place. Of who works in several sections it is
	// that for which the right is, and else their first; of who works in none, that of the
	// opening.
	items = `right_review v JOIN right_review_item i ON i.review_id = v.id JOIN access_right r ON r.id = i.right_id
		LEFT JOIN LATERAL (SELECT w.section_id FROM standing w WHERE v.state = 'open' AND w.person_id = i.person_id AND w.section_id IS NOT NULL AND w.period @> @today::date
			ORDER BY w.section_id IS DISTINCT FROM r.section_id, w.acting, w.position, w.id LIMIT 1) q ON true`
	place = `coalesce(q.section_id, i.section_id)`
	// workplaces are where people work on @today: a first section, and all of them. They are looked
	// up once for all; one by one, for a million rights, that takes minutes.
	workplaces = `works AS MATERIALIZED (SELECT person_id, section_id, acting, position, id FROM standing WHERE section_id IS NOT NULL AND period @> @today::date),
		first AS MATERIALIZED (SELECT DISTINCT ON (person_id) person_id, section_id FROM works ORDER BY person_id, acting, position, id),
		there AS MATERIALIZED (SELECT DISTINCT person_id, section_id FROM works)`
	// allItems are items for who needs all of them, beside workplaces; allPlace is their place.
	allItems = `right_review v JOIN right_review_item i ON i.review_id = v.id JOIN access_right r ON r.id = i.right_id
		LEFT JOIN first f ON v.state = 'open' AND f.person_id = i.person_id LEFT JOIN there t ON v.state = 'open' AND t.person_id = i.person_id AND t.section_id = r.section_id`
	allPlace = `coalesce(t.section_id, f.section_id, i.section_id)`
	// near narrows items to those of which the place may be among some @sections: those who
	// work there, and those who did at the opening. place tells.
	near = `(i.section_id = ANY(@sections) OR i.person_id = ANY(ARRAY(SELECT w.person_id FROM standing w WHERE w.section_id = ANY(@sections) AND w.period @> @today::date)))
		AND ` + place + ` = ANY(@sections)`
	// stands is where a right stands in one, as an Answer.
	stands = `CASE WHEN i.answer IN ('needed', 'unneeded', 'change') THEN i.answer WHEN coalesce(i.over, ` + rights.Gone + `) THEN 'ended' ELSE coalesce(i.answer, 'open') END`
)

// Counts are how far a section is.
type Counts struct {
	Asked                           int // that need an answer, or have one
	Needed, Unneeded, Change, Later int
	Ended                           int // otherwise: they need no answer
}

// Of is how many have an answer.
func (c Counts) Of(a Answer) int {
	return map[Answer]int{Unanswered: c.Asked - c.Needed - c.Unneeded - c.Change - c.Later, Needed: c.Needed, Unneeded: c.Unneeded, Change: c.Change, Later: c.Later, Ended: c.Ended}[a]
}

// Left is how many are still to be answered: what was put off is, too.
func (c Counts) Left() int { return c.Asked - c.Answered() }

// Answered is how many are not.
func (c Counts) Answered() int { return c.Needed + c.Unneeded + c.Change }

// Plus adds them up.
func (c Counts) Plus(d Counts) Counts {
	return Counts{c.Asked + d.Asked, c.Needed + d.Needed, c.Unneeded + d.Unneeded, c.Change + d.Change, c.Later + d.Later, c.Ended + d.Ended}
}

// tally are the columns that count rights by what they stand as: e, of which there are n.
const tally = `coalesce(sum(e.n) FILTER (WHERE e.stands <> 'ended'), 0)::int AS asked, coalesce(sum(e.n) FILTER (WHERE e.stands = 'needed'), 0)::int AS needed, coalesce(sum(e.n) FILTER (WHERE e.stands = 'unneeded'), 0)::int AS unneeded,
	coalesce(sum(e.n) FILTER (WHERE e.stands = 'change'), 0)::int AS change, coalesce(sum(e.n) FILTER (WHERE e.stands = 'later'), 0)::int AS later, coalesce(sum(e.n) FILTER (WHERE e.stands = 'ended'), 0)::int AS ended`

// Count tells how far a section is that somebody has found.
func (s *Service) Count(ctx context.Context, actor authz.Actor, p Place) (Counts, error) {
	if !p.shown(actor) {
		return Counts{}, errNone()
	}
	return count(ctx, s.pool, p, s.today())
}

func count(ctx context.Context, db postgres.Querier, p Place, today calendar.Date) (Counts, error) {
	return postgres.One[Counts](ctx, db, "counting a section of a confirmation of rights", `
		SELECT `+tally+` FROM (SELECT `+stands+` AS stands, 1 AS n FROM `+items+` WHERE v.id = @id AND `+near+`) e`,
		pgx.StrictNamedArgs{"id": p.ID, "sections": []int64{p.Section}, "today": today})
}
