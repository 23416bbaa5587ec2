package stocktaking

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/postgres"
	"kagami/internal/state"
)

// Service is the 棚卸し of a register in a database.
type Service struct {
	pool     *pgxpool.Pool
	door     *door.Door
	register *asset.Service
	ties     Ties
	waiting  state.Cache[waitingKey, Waiting]
}

// Ties are what it asks of other rooms. What is nil is not asked.
type Ties struct {
	// Missing tells, in the change that says so, that an asset is missing, and returns what
	// that did.
	Missing func(ctx context.Context, tx *door.Tx, actor authz.Actor, lost Lost) ([]door.Effect, error)
}

// Lost is an asset that nobody finds.
type Lost struct {
	AssetID   int64
	From      string        // 棚卸し-令和8年度
	LastSeen  calendar.Date // zero where nobody knows
	NoticedAt time.Time
	NoticedBy string
	Words     string
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door, register *asset.Service, ties Ties) *Service {
	return &Service{pool, d, register, ties, state.NewCache[waitingKey, Waiting](cachedWaiting)}
}

// subject is what the trail and notices say that they are about, as it is stored.
const subject = "stocktaking"

// Topic is who may see a notice of a 棚卸し: who may see one of its sections.
func Topic() notice.Topic {
	return notice.Topic{Kind: subject, Shown: func(actor authz.Actor) (string, pgx.StrictNamedArgs) {
		if actor.Reach(authz.ReadAssets) == authz.All {
			return `true`, nil
		}
		return `EXISTS (SELECT FROM stocktaking_section m WHERE m.stocktaking_id = n.topic_id AND m.section_id = ANY(@sections))`,
			pgx.StrictNamedArgs{"sections": actor.Sections(authz.ReadAssets)}
	}}
}

// Stocktaking is one of the register.
type Stocktaking struct {
	ID         int64
	Code       string // 8-1
	Title      string
	Whole      bool
	Kinds      []string
	Levels     []string
	DueOn      calendar.Date
	OpenedBy   string
	OpenedByID int64
	OpenedOn   calendar.Date
	State      State
	ClosedBy   string // empty while it is open
	ClosedAt   *time.Time
	Reason     string
}

// Number is what it is called: 棚卸し-令和8年度.
func (t Stocktaking) Number() string { return Number(t.Code) }

// Late tells whether its last day is over on another one.
func (t Stocktaking) Late(day calendar.Date) bool { return t.State == Open && day.After(t.DueOn) }

const stocktakingColumns = `t.id, t.code, t.title, t.whole, t.kinds, t.levels, t.due_on, coalesce(o.name, '') AS opened_by, t.opened_by AS opened_by_id, t.opened_on,
	t.state, coalesce(c.name, '') AS closed_by, t.closed_at, t.reason`

const fromStocktaking = ` FROM stocktaking t LEFT JOIN person_shown o ON o.id = t.opened_by LEFT JOIN person_shown c ON c.id = t.closed_by`

// seen tells in SQL of a 棚卸し t whether somebody may see one of its sections.
const seen = `(@all OR EXISTS (SELECT FROM stocktaking_section m WHERE m.stocktaking_id = t.id AND m.section_id = ANY(@mine)))`

// reach are the sections whose part of a 棚卸し the actor sees, as arguments of seen.
func reach(actor authz.Actor) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"all": actor.Reach(authz.ReadAssets) == authz.All, "mine": actor.Sections(authz.ReadAssets)}
}

func errNone() error {
	return fault.New(fault.NotFound, "この番号の棚卸しは、見つかりません。棚卸しの一覧から探してください。")
}

// Find returns a 棚卸し by its code. NotFound where there is none of which the actor may see
// a section.
func (s *Service) Find(ctx context.Context, actor authz.Actor, code string) (Stocktaking, error) {
	return findWhole(ctx, s.pool, actor, code, "")
}

func findWhole(ctx context.Context, db postgres.Querier, actor authz.Actor, code, lock string) (Stocktaking, error) {
	args := reach(actor)
	args["code"] = code
	t, err := postgres.One[Stocktaking](ctx, db, "finding a 棚卸し", `SELECT `+stocktakingColumns+fromStocktaking+` WHERE t.code = @code AND `+seen+lock, args)
	if errors.Is(err, pgx.ErrNoRows) {
		return t, errNone()
	}
	return t, err
}

// Place is a section in a 棚卸し.
type Place struct {
	Stocktaking
	Section     int64
	SectionCode string
	SectionName string
	Held        int // at the opening
	Stage       Stage
	HandedBy    string
	HandedByID  int64
	HandedAt    *time.Time
	ConfirmedBy string
	ConfirmedAt *time.Time
	Words       string // of the last sending back, while it counts
	Version     int
	// Going is whether it is gone through still: who has waited for the section while all was
	// closed reads that here, and not in State, which is of before.
	Going bool
}

const placeColumns = stocktakingColumns + `, n.section_id AS section, s.code AS section_code, coalesce(n.name, s.name) AS section_name, n.held, n.state AS stage,
	coalesce(h.name, '') AS handed_by, coalesce(n.handed_by, 0) AS handed_by_id, n.handed_at, coalesce(f.name, '') AS confirmed_by, n.confirmed_at, n.words, n.version, n.open AS going`

const fromPlace = fromStocktaking + ` JOIN stocktaking_section n ON n.stocktaking_id = t.id JOIN section_shown s ON s.id = n.section_id
	LEFT JOIN person_shown h ON h.id = n.handed_by LEFT JOIN person_shown f ON f.id = n.confirmed_by`

// FindSection returns a section in a 棚卸し, by their codes. NotFound where there is none that
// the actor may see.
func (s *Service) FindSection(ctx context.Context, actor authz.Actor, code, section string) (Place, error) {
	return findPlace(ctx, s.pool, actor, code, section, "")
}

func findPlace(ctx context.Context, db postgres.Querier, actor authz.Actor, code, section, lock string) (Place, error) {
	p, err := postgres.One[Place](ctx, db, "finding a section of a 棚卸し", `SELECT `+placeColumns+fromPlace+` WHERE t.code = @code AND s.code = @section`+lock,
		pgx.StrictNamedArgs{"code": code, "section": section})
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return p, err
	}
	if _, may := actor.May(authz.ReadAssets, authz.Matter{OwnersSection: p.Section}); err != nil || !may {
		return Place{}, errNone()
	}
	return p, nil
}

// Next are the events that the actor can do with the section.
func (p Place) Next(actor authz.Actor) (next []Event) {
	if p.State != Open {
		return nil
	}
	for _, a := range ofSection.Next(actor, authz.Matter{OwnersSection: p.Section}, p.Stage, "") {
		next = append(next, a.Event)
	}
	return next
}

// AskStep refuses who may not do something with a section, wherever it stands: what a form
// asks before it is read, and the operation once more.
func (s *Service) AskStep(ctx context.Context, actor authz.Actor, code, section string, event Event) error {
	p, err := s.FindSection(ctx, actor, code, section)
	if err != nil {
		return err
	}
	matter := authz.Matter{OwnersSection: p.Section}
	_, err = authz.Check(actor, ofSection.Who(event).Action(actor, matter), matter)
	return err
}

// within tells in SQL of an asset a whether a 棚卸し t is about it, as far as it counts.
const within = `a.id <= t.last_asset AND (t.kinds = '{}' OR a.kind = ANY(t.kinds)) AND (t.levels = '{}' OR a.confidentiality = ANY(t.levels))`

// holdsAny tells in SQL of a section n of a 棚卸し t whether something is asked for there still:
// one whose assets have all gone elsewhere, or ended, has nothing to go through or to confirm.
const holdsAny = `EXISTS (SELECT FROM asset a WHERE a.section_id = n.section_id AND a.state ` + life.Counts + ` AND ` + within + `)`

// Counts are how far a section is.
type Counts struct {
	Asked                            int // that stand there today
	Same, Changed, Disposed, Missing int
	Ended                            int // since the opening: they need no answer
}

// Of is how many have a result.
func (c Counts) Of(r Result) int {
	return map[Result]int{Same: c.Same, Changed: c.Changed, Disposed: c.Disposed, Missing: c.Missing}[r]
}

// Answered is how many have an answer.
func (c Counts) Answered() int { return c.Same + c.Changed + c.Disposed + c.Missing }

// Left is how many have none yet.
func (c Counts) Left() int { return c.Asked - c.Answered() }

// Plus adds them up.
func (c Counts) Plus(d Counts) Counts {
	return Counts{c.Asked + d.Asked, c.Same + d.Same, c.Changed + d.Changed, c.Disposed + d.Disposed, c.Missing + d.Missing, c.Ended + d.Ended}
}

// tally are the columns that count assets by their answers w.
const tally = `count(*)::int AS asked, count(*) FILTER (WHERE w.result = 'same')::int AS same, count(*) FILTER (WHERE w.result = 'changed')::int AS changed,
		count(*) FILTER (WHERE w.result = 'disposed')::int AS disposed, count(*) FILTER (WHERE w.result = 'missing')::int AS missing`

// counted joins, to a section n of a 棚卸し t, how far it is: counted while it is open (as c2),
// and what has ended since (as e2). It is for some sections.
const counted = `
	CROSS JOIN LATERAL (
		SELECT ` + tally + ` FROM asset a LEFT JOIN stocktaking_answer w ON w.stocktaking_id = t.id AND w.asset_id = a.id
		WHERE n.open AND a.section_id = n.section_id AND a.state ` + life.Counts + ` AND ` + within + `) c2
	CROSS JOIN LATERAL (
		SELECT count(*)::int AS ended FROM asset a JOIN asset_change x ON x.asset_id = a.id AND x.version = a.version
		WHERE n.open AND a.section_id = n.section_id AND a.state ` + life.Ends + ` AND x.changed_at > t.opened_at AND ` + within + `) e2`

// countedAll joins the same of all sections of the 棚卸し @id, which is of the @kinds and
// @levels: of a large town, two thousand looks at five hundred assets each take many times as
// long as one at all of them. What it is of stands in arguments and not in its row, so that the
// database knows that these are nearly all assets.
const countedAll = `
	LEFT JOIN (
		SELECT a.section_id, ` + tally + ` FROM asset a LEFT JOIN stocktaking_answer w ON w.stocktaking_id = @id AND w.asset_id = a.id
		WHERE ` + going + ` AND ` + chosen + ` AND a.id <= (SELECT last_asset FROM stocktaking WHERE id = @id) GROUP BY a.section_id) c2 ON c2.section_id = n.section_id
	LEFT JOIN (
		SELECT a.section_id, count(*)::int AS ended FROM asset a JOIN asset_change x ON x.asset_id = a.id AND x.version = a.version
		WHERE ` + going + ` AND a.state ` + life.Ends + ` AND ` + scoped + ` AND x.changed_at > (SELECT opened_at FROM stocktaking WHERE id = @id)
		  AND a.id <= (SELECT last_asset FROM stocktaking WHERE id = @id) GROUP BY a.section_id) e2 ON e2.section_id = n.section_id`

// going is whether the 棚卸し @id is open.
const going = `EXISTS (SELECT FROM stocktaking WHERE id = @id AND state = 'open')`

// all are the arguments of countedAll.
func (t Stocktaking) all() pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"id": t.ID, "kinds": t.Kinds, "levels": t.Levels}
}

// countColumns are the columns of Counts, kept or counted.
const countColumns = `coalesce(n.asked, c2.asked, 0) AS asked, coalesce(n.same, c2.same, 0) AS same, coalesce(n.changed, c2.changed, 0) AS changed,
	coalesce(n.disposed, c2.disposed, 0) AS disposed, coalesce(n.missing, c2.missing, 0) AS missing, coalesce(n.ended, e2.ended, 0) AS ended`

// Count tells how far a section is that somebody has found.
func (s *Service) Count(ctx context.Context, actor authz.Actor, p Place) (Counts, error) {
	if _, may := actor.May(authz.ReadAssets, authz.Matter{OwnersSection: p.Section}); !may {
		return Counts{}, errNone()
	}
	return count(ctx, s.pool, p)
}

func count(ctx context.Context, db postgres.Querier, p Place) (Counts, error) {
	return postgres.One[Counts](ctx, db, "counting a section of a 棚卸し", `
		SELECT `+countColumns+` FROM stocktaking t JOIN stocktaking_section n ON n.stocktaking_id = t.id `+counted+` WHERE t.id = @id AND n.section_id = @section`,
		pgx.StrictNamedArgs{"id": p.ID, "section": p.Section})
}
