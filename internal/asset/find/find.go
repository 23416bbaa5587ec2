// Package find lists the register of information assets for whoever asks: what they may
// see of it, by filters and words, sorted, a page at a time, with how many there are.
package find

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/asset"
	"kagami/internal/asset/again"
	"kagami/internal/asset/classify"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/state"
)

// Service finds assets in a database.
type Service struct {
	pool     *pgxpool.Pool
	register *asset.Service
	bounds   bounds
	sections state.Cache[sectionsKey, []asset.Section]
	pages    state.Cache[Stamp, Page]

	questions state.Cache[editionsKey, []classify.Question]
	turned    state.Cache[editionsKey, []again.Turned]
	outs      state.Cache[outKey, Out]
}

// sectionsKey names what the sections that somebody sees depend on.
type sectionsKey struct {
	everywhere   bool
	person       int64 // none for who sees all
	day          calendar.Date
	organization int64
}

// cachedSections is for how many people their sections are in the cache.
const cachedSections = 1000

// New makes the service.
func New(pool *pgxpool.Pool, register *asset.Service) *Service {
	return &Service{
		pool, register, usualBounds, state.NewCache[sectionsKey, []asset.Section](cachedSections), state.NewCache[Stamp, Page](cachedPages),
		state.NewCache[editionsKey, []classify.Question](cachedEditions), state.NewCache[editionsKey, []again.Turned](cachedEditions),
		state.NewCache[outKey, Out](cachedOut),
	}
}

const (
	// OnPage is how many assets a page has.
	OnPage = 100
	// MostCounted is up to how many are counted.
	MostCounted = 1000
	maxWords    = 200 // characters
)

// Sort is a column that the list is sorted by; the 管理番号 decides between equals.
type Sort string

// The columns.
const (
	ByConfidentiality Sort = "confidentiality" // the highest first
	ByIntegrity       Sort = "integrity"       // the highest first
	ByAvailability    Sort = "availability"    // the highest first
	ByCode            Sort = "code"
	ByName            Sort = "name"
	ByZone            Sort = "zone"
	ByCheck           Sort = "checked" // what was never looked at first, then what was longest ago
)

// States are those of which assets are listed.
type States string

// What is listed beside the assets of one state, whose word is one of these too.
const (
	Current States = "" // what counts: registered, or still to be settled
	Any     States = "any"
)

// Broken is whether assets are listed that are to be put right (要是正): those for how long
// they have been, by the word of an asset.Age, or all; or those that need not be.
type Broken string

// All that don't fit a rule which no exception (例外措置) covers today, and those of which
// exceptions cover all that they don't fit.
const (
	AnyBroken      Broken = "any"
	ExceptedBroken Broken = "excepted"
)

// Search is what somebody looks for. What is empty leaves out nothing.
type Search struct {
	Words    string // separated by blanks; an asset has them all
	Section  string // its code
	Kind     asset.Kind
	Levels   map[asset.Aspect]string
	Zone     string
	Personal asset.Personal
	States   States
	Overdue  bool    // nobody has looked at it for a year
	Unowned  bool    // has no 管理責任者
	Broken   Broken  // does not fit a rule
	ByHand   bool    // has a level that was chosen by hand, for a reason
	Handed   string  // came by a hand-over, by its name, or from a section that has handed over, by its code
	Again    bool    // is to be looked at again: what it is classified by has changed since somebody did
	Sort     Sort    // by 機密性 where it is none of the columns
	Backward bool    // the other way round
	After    string  // empty, or Next of the page before
	Exact    bool    // count all, however many there are, where that takes no more than mostCounting
	Of       []int64 // the ids of assets, of which it is one; nil for all
}

// Line is an asset as the list shows it.
type Line struct {
	Code            string
	SectionName     string
	Name            string
	Kind            asset.Kind
	Place           string
	Confidentiality string
	Integrity       string
	Availability    string
	Zone            string
	CheckedOn       calendar.Date
	BrokenSince     calendar.Date // since when it does not fit a rule; zero where it fits all
	ExceptedUntil   calendar.Date `db:"-"` // until when it need not fit any of these, by exceptions; zero where it must
	State           asset.State
	Withdrawn       bool   `db:"-"` // it was a draft, and has ended as one
	Key             string // what it is sorted by
}

// Level is the key of the asset's level in an aspect.
func (l Line) Level(a asset.Aspect) string {
	return asset.Details{Confidentiality: l.Confidentiality, Integrity: l.Integrity, Availability: l.Availability}.Level(a)
}

// Page is a page of the list.
type Page struct {
	Assets []Line
	Count  int          // how many there are on all pages, up to MostCounted unless all are counted
	More   bool         // there are more than Count
	Next   string       // what Search.After is for the next page; empty on the last
	Scheme asset.Scheme // the levels and zones of today
	Stamp  Stamp        // what it was drawn from; the zero value where that is not known
}

// List finds assets. Forbidden for who reads no register, Invalid for too many words.
func (s *Service) List(ctx context.Context, actor authz.Actor, q Search) (Page, error) {
	scheme, err := s.register.Scheme(ctx, actor)
	if err != nil {
		return Page{}, err
	}
	if err := q.check(); err != nil {
		return Page{Scheme: scheme}, err
	}
	stamp, cacheable, err := s.stamp(ctx, actor, q)
	switch {
	case err != nil:
		return Page{}, err
	case !cacheable:
		return s.draw(ctx, actor, q, scheme)
	}
	return s.pages.Get(stamp, func() (Page, error) {
		page, err := s.draw(ctx, actor, q, scheme)
		page.Stamp = stamp
		return page, err
	})
}

// draw looks a page up in the register.
func (s *Service) draw(ctx context.Context, actor authz.Actor, q Search, scheme asset.Scheme) (page Page, err error) {
	page.Scheme = scheme
	l := lookup{bounds: s.bounds, today: s.register.Today(), order: q.order(scheme)}
	listed := false
	if q.whole() && actor.Reach(authz.ReadAssets) == authz.All {
		listed, err = s.listWhole(ctx, l, &page)
	}
	if err == nil && !listed {
		err = s.lookUp(ctx, actor, q, l, &page)
	}
	if err != nil {
		return page, err
	}
	if len(page.Assets) > OnPage {
		page.Assets = page.Assets[:OnPage]
		page.Next = place(page.Assets[OnPage-1])
	}
	if err := s.withdrawn(ctx, page.Assets); err != nil {
		return page, err
	}
	if q.Broken == "" && slices.ContainsFunc(page.Assets, func(line Line) bool { return !line.BrokenSince.IsZero() }) {
		exempt, err := exceptedOn(ctx, s.pool, l.today)
		if err != nil {
			return page, err
		}
		markExcepted(page.Assets, exempt)
	}
	if q.Exact && page.More {
		return page, s.countAll(ctx, actor, q, &page)
	}
	return page, nil
}

// lookUp looks up what a page has, and one line more where there is a next page.
func (s *Service) lookUp(ctx context.Context, actor authz.Actor, q Search, l lookup, page *Page) error {
	return pgx.BeginTxFunc(ctx, s.pool, looking, func(tx pgx.Tx) error {
		l.tx = tx
		if found, err := l.ask(ctx, actor, q); err != nil || !found {
			return err
		}
		var err error
		if page.Count, err = l.count(ctx); err != nil || page.Count == 0 {
			return err
		}
		page.More = page.Count > l.counted
		page.Count = min(page.Count, l.counted)
		ids, err := l.page(ctx, page.More)
		if err != nil {
			return err
		}
		page.Assets, err = l.lines(ctx, ids)
		markExcepted(page.Assets, l.exempt)
		return err
	})
}

// check finds what is wrong with what somebody looks for. Invalid.
func (q Search) check() error {
	if utf8.RuneCountInString(q.Words) > maxWords {
		return fault.InvalidFields([]fault.Problem{{Field: "q", Message: "さがす言葉は、" + strconv.Itoa(maxWords) + "字までにしてください。"}})
	}
	return nil
}

// mostCounting is how long it may take to count all.
const mostCounting = 3 * time.Second

// countAll counts all that are found, unless that takes too long.
func (s *Service) countAll(ctx context.Context, actor authz.Actor, q Search, page *Page) error {
	err := pgx.BeginTxFunc(ctx, s.pool, reading, func(tx pgx.Tx) error {
		l := lookup{tx: tx, today: s.register.Today()}
		if _, err := l.ask(ctx, actor, q); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `SELECT set_config('statement_timeout', $1, true)`, strconv.FormatInt(mostCounting.Milliseconds(), 10)); err != nil {
			return err
		}
		count, err := postgres.One[struct{ Count int }](ctx, tx, "counting all assets", `SELECT count(*) AS count FROM asset a WHERE `+l.where, l.args)
		if err == nil {
			page.Count, page.More = count.Count, false
		}
		return err
	})
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == "57014" && ctx.Err() == nil {
		return nil // there are More
	}
	return err
}

// Sections are those whose assets the actor may see.
func (s *Service) Sections(ctx context.Context, actor authz.Actor) ([]asset.Section, error) {
	everywhere := actor.Reach(authz.ReadAssets) == authz.All
	list := func() ([]asset.Section, error) {
		return postgres.List[asset.Section](ctx, s.pool, "listing sections of the register", `
			SELECT code, name, false AS only FROM section_shown WHERE @everywhere OR id = ANY(@sections) ORDER BY position, code`,
			pgx.StrictNamedArgs{"everywhere": everywhere, "sections": actor.Sections(authz.ReadAssets)})
	}
	organization, counted := actor.State.Of(org.ChangeCounter)
	if !counted {
		return list()
	}
	key := sectionsKey{everywhere: true, organization: organization}
	if !everywhere {
		key = sectionsKey{person: actor.Person, day: actor.On, organization: organization}
	}
	return s.sections.Get(key, list)
}
