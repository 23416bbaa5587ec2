package edition

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/state"
)

// ChangeCounter counts the changes of editions, their first days and the town's own rows.
var ChangeCounter = state.Counted("edition")

// Service is the editions of a town, of all kinds that its capabilities go by.
type Service struct {
	pool  *pgxpool.Pool
	door  *door.Door
	kinds []Kind
}

// NewService makes the service.
func NewService(pool *pgxpool.Pool, d *door.Door, kinds ...Kind) *Service {
	return &Service{pool: pool, door: d, kinds: kinds}
}

func (s *Service) kind(name string) (Kind, error) {
	at := slices.IndexFunc(s.kinds, func(k Kind) bool { return k.Name == name })
	if at < 0 {
		return Kind{}, fault.New(fault.NotFound, "この種類の基準はありません。「法令・国の基準」の一覧から選び直してください。")
	}
	return s.kinds[at], nil
}

// Line is a kind as it stands on a day.
type Line struct {
	Kind
	Edition Edition   // in effect
	Coming  []Edition // those that are to hold later, the earliest first
}

// Lines lists the kinds. Forbidden to who may not see what the town goes by.
func (s *Service) Lines(ctx context.Context, actor authz.Actor) ([]Line, error) {
	if _, err := authz.Check(actor, authz.SeeSettings, authz.Matter{}); err != nil {
		return nil, err
	}
	editions, err := listStored(ctx, s.pool, "")
	if err != nil {
		return nil, err
	}
	values := valuesOf(editions, nil)
	today := calendar.Day(s.door.Now())
	lines := make([]Line, len(s.kinds))
	for i, kind := range s.kinds {
		lines[i] = Line{Kind: kind, Edition: values.edition(kind, today), Coming: coming(values.editions(kind), today)}
	}
	return lines, nil
}

func coming(editions []Edition, today calendar.Date) []Edition {
	return slices.DeleteFunc(editions, func(e Edition) bool { return !e.First.After(today) })
}

// Entry is an edition that was read in.
type Entry struct {
	Edition          // its First is zero where it has not been started, or was taken back
	Count     int    // of its rows
	By        string // who has read it in; empty for the operator
	ReadAt    time.Time
	Reason    string // why it was started, or taken back
	StartedBy string
	StartedAt *time.Time // nil where nothing was said of its first day
}

// Own is what the town has said of a row from a day on.
type Own struct {
	Key       string
	First     calendar.Date
	Row       Row // nil where the row is struck, or is as the edition has it again
	Struck    bool
	TakenBack bool // nothing is said from that day on: it was taken back before it came
	Reason    string
	By        string
	SetAt     time.Time
}

// Done is what was done with an edition.
type Done string

// What may be done.
const (
	WasRead   Done = "read"
	Started   Done = "start" // it was said from when it is to hold
	TakenBack Done = "back"
	Withdrawn Done = "withdrawn"
)

// Event is that something was done with an edition that was read in.
type Event struct {
	Edition int64
	Name    string
	Act     Done
	First   calendar.Date // for Started
	Reason  string        // empty where nobody was asked for one
	By      string        // empty for the operator
	At      time.Time
}

// Held is an edition with the days on which it holds.
type Held struct {
	Edition
	Last calendar.Date // zero where none comes after it
}

// Page is a kind with all that is known of it on a day.
type Page struct {
	Line
	Rows    []InEffect // in effect
	Struck  []Own      // the rows that do not hold here, though the edition has them
	Planned []Own      // what the town is to say from a day to come on, the earliest first
	Held    []Held     // which edition holds when, the newest first
	Events  []Event    // what was done with those that were read in, the newest first
	Read    []Entry    // the newest first
	Own     []Own      // the newest first
	Changes bool       // whether the actor may change anything
}

// Page returns one kind; NotFound where there is none of the name.
func (s *Service) Page(ctx context.Context, actor authz.Actor, name string) (Page, error) {
	if _, err := authz.Check(actor, authz.SeeSettings, authz.Matter{}); err != nil {
		return Page{}, err
	}
	kind, err := s.kind(name)
	if err != nil {
		return Page{}, err
	}
	editions, err := listStored(ctx, s.pool, name)
	if err != nil {
		return Page{}, err
	}
	rows, err := listOwn(ctx, s.pool, name)
	if err != nil {
		return Page{}, err
	}
	values, today := valuesOf(editions, rows), calendar.Day(s.door.Now())
	held, err := values.edition(kind, today).withRows(ctx, s.pool)
	if err != nil {
		return Page{}, err
	}
	_, changes := actor.May(authz.KeepEditions, authz.Matter{})
	p := Page{
		Line:    Line{Kind: kind, Edition: held, Coming: coming(values.editions(kind), today)},
		Rows:    over(held.Rows, values.said(kind, today)),
		Changes: changes,
	}
	for _, e := range editions {
		p.Read = append(p.Read, entry(e))
	}
	slices.SortFunc(p.Read, func(x, y Entry) int { return cmp.Compare(y.ID, x.ID) })
	for _, span := range slices.Backward(values.spans(kind)) {
		p.Held = append(p.Held, Held(span))
	}
	if p.Events, err = listEvents(ctx, s.pool, name); err != nil {
		return Page{}, err
	}
	said := values.said(kind, today)
	for _, row := range held.Rows {
		if o := said[row.Key()]; o.Says == struck {
			p.Struck = append(p.Struck, o.shown(rows))
		}
	}
	for _, o := range values.planned(name, today) {
		p.Planned = append(p.Planned, o.shown(rows))
	}
	slices.SortFunc(rows, func(x, y storedOwn) int { return cmp.Compare(y.ID, x.ID) })
	for _, o := range rows {
		p.Own = append(p.Own, o.shown())
	}
	return p, nil
}

// shown is what the town says as it is shown, with who has said it: of the rows, which
// are in the order of days and numbers, the last of its key and day.
func (o own) shown(rows []storedOwn) Own {
	for _, row := range slices.Backward(rows) {
		if row.Key == o.Key && row.First == o.First {
			return row.shown()
		}
	}
	return Own{Key: o.Key, First: o.First, Row: o.Cells, Struck: o.Says == struck}
}

func (o storedOwn) shown() Own {
	return Own{
		Key: o.Key, First: o.First, Row: o.Cells, Struck: o.Says == struck, TakenBack: o.Says == takenBack,
		Reason: o.Reason, By: o.By, SetAt: o.SetAt,
	}
}

func entry(s stored) Entry {
	return Entry{Edition: s.edition(), Count: s.Count, By: s.By, ReadAt: s.ReadAt, Reason: s.Reason, StartedBy: s.StartedBy, StartedAt: s.StartedAt}
}

// Preview is what changes when an edition is started: 「何が変わるか」.
type Preview struct {
	Kind
	Entry
	Before  Edition // in effect today, or before it where it has a first day
	Changes []Change
	// Own is what the town says of rows by then, struck ones too: it goes on holding.
	Own      []Own
	MayStart bool
}

// Preview compares an edition that was read in with the one before it; NotFound where
// there is none of the number.
func (s *Service) Preview(ctx context.Context, actor authz.Actor, name string, id int64) (Preview, error) {
	if _, err := authz.Check(actor, authz.SeeSettings, authz.Matter{}); err != nil {
		return Preview{}, err
	}
	kind, err := s.kind(name)
	if err != nil {
		return Preview{}, err
	}
	editions, err := listStored(ctx, s.pool, name)
	if err != nil {
		return Preview{}, err
	}
	at := slices.IndexFunc(editions, func(e stored) bool { return e.ID == id })
	if at < 0 {
		return Preview{}, errNoEdition()
	}
	rows, err := listOwn(ctx, s.pool, name)
	if err != nil {
		return Preview{}, err
	}
	this := editions[at]
	others := valuesOf(slices.Concat(editions[:at], editions[at+1:]), rows)
	day := calendar.Day(s.door.Now())
	if !this.First.IsZero() {
		day = this.First
	}
	_, may := actor.May(authz.KeepEditions, authz.Matter{})
	p := Preview{Kind: kind, Entry: entry(this), MayStart: may}
	if p.Before, err = others.edition(kind, day).withRows(ctx, s.pool); err != nil {
		return Preview{}, err
	}
	if p.Edition, err = p.withRows(ctx, s.pool); err != nil {
		return Preview{}, err
	}
	p.Changes = Changes(p.Before.Rows, p.Rows)
	for key, o := range others.said(kind, day) {
		if o.Says != asEdition {
			p.Own = append(p.Own, Own{Key: key, First: o.First, Row: o.Cells, Struck: o.Says == struck})
		}
	}
	slices.SortFunc(p.Own, func(x, y Own) int { return cmp.Compare(x.Key, y.Key) })
	return p, nil
}

func errNoEdition() error {
	return fault.New(fault.NotFound, "この基準はありません。取り下げられていないか、一覧で確かめてください。")
}
