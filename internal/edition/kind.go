package edition

import (
	"cmp"
	"slices"

	"kagami/internal/calendar"
	"kagami/internal/sheet/intake"
)

// Row is one line of an edition: its cells in the order of the kind's columns. The
// first is its key, of which there is one in an edition.
type Row []string

// Key is what the row is about.
func (r Row) Key() string { return r[0] }

// Kind is what there are editions of.
type Kind struct {
	Name  string // as it is stored: holiday
	Title string
	Help  string // what goes by it, and where a new edition is to be had
	// Columns are what a row consists of, and how a file heads them.
	Columns []intake.Column
	// Key reads the key of a row as somebody types it; a sentence for what is none.
	Key func(typed string) (key, problem string)
	// Fold checks a row as it was typed or read and returns it as it is kept; a
	// sentence for one that can't be.
	Fold func(cells []string) (row Row, problem string)
	// Show is a cell as people read it.
	Show func(column int, cell string) string
	// Whole checks the rows of an edition together; a sentence where some are missing.
	Whole func(rows []Row) (problem string)
	// MostOwn is how many rows of its own a town may have on a day, those that replace an
	// edition's among them: somebody who errs, or means harm, closes no office for good.
	MostOwn int
	// Until is the last day of which an edition knows, by the key of its last row; nil
	// where an edition knows of every day.
	Until func(key string) calendar.Date
	// Shipped are the editions that come with the portal, the earliest first.
	Shipped []Edition
}

// Edition is what a source says from a first day on.
type Edition struct {
	ID     int64  // 0 for one that comes with the portal
	Name   string // 令和8年2月の公表
	Source string // who has fixed it, and by what
	First  calendar.Date
	Rows   []Row // in the order of keys; nil in lists of those that were read in
}

// Of is a kind whose rows are read as a T.
type Of[T any] struct {
	Kind
	read func(Row) T
}

// New declares a kind; read gets rows as Fold keeps them.
func New[T any](kind Kind, read func(Row) T) Of[T] {
	for _, e := range kind.Shipped {
		slices.SortFunc(e.Rows, byKey)
	}
	return Of[T]{kind, read}
}

// On are the rows in effect on a day, the town's own among them, in the order of keys.
func (k Of[T]) On(values Values, day calendar.Date) []T {
	rows := values.on(k.Kind, day)
	list := make([]T, len(rows))
	for i, row := range rows {
		list[i] = k.read(row.Row)
	}
	return list
}

func byKey(x, y Row) int { return cmp.Compare(x.Key(), y.Key()) }

// Origin is where a row in effect comes from.
type Origin string

// The origins.
const (
	OfEdition Origin = ""      // the edition says so
	Added     Origin = "added" // the town's own, of which the edition says nothing
	Replaced  Origin = "replaced"
)

// InEffect is a row in effect.
type InEffect struct {
	Row
	Origin Origin
	First  calendar.Date // of the town's own; zero for the edition's
}

// own is what a town says of one key from a first day on.
type own struct {
	Key   string
	First calendar.Date
	Says  says
	Cells Row // for itsOwn
}

// says is what a town may say of a row.
type says string

const (
	itsOwn    says = "own"        // it is these cells
	struck    says = "struck"     // it does not hold here
	asEdition says = "as_edition" // it is as the edition has it
	takenBack says = "taken_back" // nothing, from that day on: what was said of it before it came
)

// Values are the editions of a town, and its own rows, of all kinds.
type Values struct {
	started map[string][]Edition // by kinds, the earliest first day first; of one day the one that counts last
	own     map[string][]own     // by kinds, in the order of first days
}

// edition is the edition of a kind that holds on a day. Before the first day of all
// the first holds: nothing older is known.
func (v Values) edition(kind Kind, day calendar.Date) Edition {
	var held Edition
	for i, e := range v.editions(kind) {
		if i == 0 || !e.First.After(day) {
			held = e
		}
	}
	return held
}

// editions are those of a kind that have a first day, the earliest first. Of one day
// the town's counts, and stands last.
func (v Values) editions(kind Kind) []Edition {
	list := append(slices.Clone(kind.Shipped), v.started[kind.Name]...)
	slices.SortStableFunc(list, func(x, y Edition) int { return x.First.Compare(y.First) })
	return list
}

// on are the rows in effect on a day.
func (v Values) on(kind Kind, day calendar.Date) []InEffect {
	return over(v.edition(kind, day).Rows, v.said(kind, day))
}

// said is what the town says of each key on a day.
func (v Values) said(kind Kind, day calendar.Date) map[string]own {
	said := map[string]own{}
	for _, o := range v.own[kind.Name] {
		if !o.First.After(day) {
			said[o.Key] = o
		}
	}
	return said
}

// with is v, and one more thing that the town says.
func (v Values) with(kind string, o own) Values {
	list := append(slices.Clone(v.own[kind]), o)
	slices.SortStableFunc(list, func(x, y own) int { return x.First.Compare(y.First) })
	return Values{v.started, map[string][]own{kind: list}}
}

// without is v, but for what the town says of a key from a day on.
func (v Values) without(kind, key string, first calendar.Date) Values {
	list := slices.DeleteFunc(slices.Clone(v.own[kind]), func(o own) bool { return o.Key == key && o.First == first })
	return Values{v.started, map[string][]own{kind: list}}
}

// planned is what the town is to say after a day, of each key and day what counts, in the
// order of days.
func (v Values) planned(kind string, day calendar.Date) []own {
	var list []own
	for _, o := range v.own[kind] {
		if o.First.After(day) {
			list = slices.DeleteFunc(list, func(before own) bool { return before.Key == o.Key && before.First == o.First })
			list = append(list, o)
		}
	}
	return list
}

// span is from when until when an edition holds.
type span struct {
	Edition
	Last calendar.Date // zero where none comes after it
}

// spans are the editions of a kind with their days, the earliest first, without those
// whose day has become another's.
func (v Values) spans(kind Kind) []span {
	var list []span
	for _, e := range v.editions(kind) {
		if n := len(list); n > 0 && list[n-1].First == e.First {
			list = list[:n-1]
		}
		list = append(list, span{Edition: e})
	}
	for i := range len(list) - 1 {
		list[i].Last = list[i+1].First.AddDays(-1)
	}
	return list
}

// ownOn is how many rows of the town's own hold on the day of all from a day on on which
// there are most of them.
func (v Values) ownOn(kind Kind, first calendar.Date) (most int) {
	days := []calendar.Date{first}
	for _, o := range v.own[kind.Name] {
		if o.First.After(first) {
			days = append(days, o.First)
		}
	}
	for _, day := range days {
		n := 0
		for _, o := range v.said(kind, day) {
			if o.Says == itsOwn {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// over lays the town's own rows over those of an edition.
func over(rows []Row, said map[string]own) []InEffect {
	var list []InEffect
	for _, row := range rows {
		o := said[row.Key()]
		delete(said, row.Key())
		switch o.Says {
		case struck:
		case itsOwn:
			list = append(list, InEffect{o.Cells, Replaced, o.First})
		default:
			list = append(list, InEffect{Row: row, Origin: OfEdition})
		}
	}
	for _, o := range said {
		if o.Says == itsOwn {
			list = append(list, InEffect{o.Cells, Added, o.First})
		}
	}
	slices.SortFunc(list, func(x, y InEffect) int { return byKey(x.Row, y.Row) })
	return list
}

// Change is what is other in one edition than in another, of one key.
type Change struct{ Before, After Row } // nil where there is none

// Changes are what changes from one edition to the next, in the order of keys.
func Changes(before, after []Row) []Change {
	olds := map[string]Row{}
	for _, row := range before {
		olds[row.Key()] = row
	}
	var list []Change
	for _, row := range after {
		old := olds[row.Key()]
		delete(olds, row.Key())
		if !slices.Equal(old, row) {
			list = append(list, Change{old, row})
		}
	}
	for _, old := range olds {
		list = append(list, Change{Before: old})
	}
	slices.SortFunc(list, func(x, y Change) int { return cmp.Compare(x.Key(), y.Key()) })
	return list
}

// Act is what a change does to a row.
type Act string

// The acts, in the order in which they are told: what is lost hurts first.
const (
	Dropped Act = "dropped"
	Altered Act = "altered"
	Gained  Act = "gained"
)

// Act is what the change does.
func (c Change) Act() Act {
	switch {
	case c.After == nil:
		return Dropped
	case c.Before == nil:
		return Gained
	}
	return Altered
}

// Key is what the change is about.
func (c Change) Key() string {
	if c.After == nil {
		return c.Before.Key()
	}
	return c.After.Key()
}
