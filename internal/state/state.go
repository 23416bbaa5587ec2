// Package state numbers the states of the database, so that what was drawn from
// one state can be cached and used again without ever being out of date.
//
// What a value depends on has a Counter that its owner hands in: a count of
// changes that the database keeps itself (triggers, in the transaction of the
// change), or a count of rows that are only ever added. A request reads the
// numbers of all counters in the same query as its session: one round trip tells
// who asks and whether anything has changed since. What is cached under a number
// is of that state or a later one, on any number of portals; an old number is
// never asked for again.
package state

import (
	"context"
	"fmt"
	"strings"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/jackc/pgx/v5"

	"kagami/internal/postgres"
)

// Counter names what can be told of it whether it has changed.
type Counter struct {
	Name string // its own; a portal takes no two of a name
	// SQL is its number for the person person_id of the row s: an expression that
	// may be asked at each request.
	SQL string
}

// Counted is a counter of changes that the database itself counts, a row of
// change_counter: of what changes seldom, since who changes it waits for the one
// before. An acknowledgement or a notice is counted by an expression on its
// person instead.
func Counted(name string) Counter {
	return Counter{Name: name, SQL: "(SELECT c.number FROM change_counter c WHERE c.name = '" + name + "')"}
}

// Limit is how many counters there may be, a few for each capability: the numbers of
// all are part of each actor.
const Limit = 32

// Counters are the counters that a portal reads with each session.
type Counters struct {
	places map[string]int
	sql    string
}

// NewCounters takes the counters in. An error where two have one name, or there
// are more than Limit.
func NewCounters(list ...Counter) (*Counters, error) {
	if len(list) > Limit {
		return nil, fmt.Errorf("%d counters, of at most %d", len(list), Limit)
	}
	c := &Counters{places: make(map[string]int, len(list))}
	expressions := make([]string, len(list))
	for i, counter := range list {
		if _, twice := c.places[counter.Name]; twice {
			return nil, fmt.Errorf("two counters are named %s", counter.Name)
		}
		c.places[counter.Name], expressions[i] = i, counter.SQL
	}
	c.sql = "ARRAY[" + strings.Join(expressions, ", ") + "]::bigint[]"
	return c, nil
}

// SQL is the numbers of all counters for the person person_id of the row s: an
// array for Numbers. Without counters it is empty.
func (c *Counters) SQL() string {
	if c == nil {
		return "ARRAY[]::bigint[]"
	}
	return c.sql
}

// Numbers are the state that the numbers read by SQL stand for.
func (c *Counters) Numbers(read []int64) Numbers {
	return Numbers{counters: c, values: read}
}

// Load reads the state for a person who has no session.
func (c *Counters) Load(ctx context.Context, db postgres.Querier, person int64) (Numbers, error) {
	var read []int64
	if err := db.QueryRow(ctx, `SELECT `+c.SQL()+` FROM (SELECT $1::bigint AS person_id) s`, person).Scan(&read); err != nil {
		return Numbers{}, fmt.Errorf("reading the state: %w", err)
	}
	return c.Numbers(read), nil
}

// QueueStill asks in a batch whether the counters still stand at some numbers. They
// are counted ones: there is no row s.
func (c *Counters) QueueStill(batch *pgx.Batch, numbers []int64, take func(still bool)) {
	batch.Queue(`SELECT `+c.SQL()+` = $1`, numbers).QueryRow(func(row pgx.Row) error {
		var still bool
		err := row.Scan(&still)
		take(still)
		return err
	})
}

// Demand is a condition that holds while the counters stand at the numbers of a
// named argument; where they do not, it fails with the code KG001. They are counted
// ones: there is no row s.
func (c *Counters) Demand(argument string) string {
	return c.SQL() + " = @" + argument + " OR rights_have_moved()"
}

// Numbers are the state in which a request has found the database; the zero
// value is none, and whatever depends on it is then read from the database.
type Numbers struct {
	counters *Counters
	values   []int64
}

// Of returns a counter's number; false where it was not read, and what depends
// on it can't be cached.
func (n Numbers) Of(c Counter) (int64, bool) {
	if n.counters == nil {
		return 0, false
	}
	at, ok := n.counters.places[c.Name]
	if !ok || at >= len(n.values) {
		return 0, false
	}
	return n.values[at], true
}

// Values are the numbers of all counters, for Counters.Numbers.
func (n Numbers) Values() []int64 { return n.values }

// Cache holds values drawn from states, by a key that names the state too.
type Cache[K comparable, V any] struct {
	values *lru.Cache[K, V]
}

// NewCache holds up to size values, those used last.
func NewCache[K comparable, V any](size int) Cache[K, V] {
	values, err := lru.New[K, V](size)
	if err != nil {
		panic(err) // only a size below one
	}
	return Cache[K, V]{values}
}

// Get returns the value under a key, drawn now if it is not there. A value that
// could not be drawn is not cached.
func (c Cache[K, V]) Get(key K, draw func() (V, error)) (V, error) {
	if v, ok := c.values.Get(key); ok {
		return v, nil
	}
	v, err := draw()
	if err == nil {
		c.values.Add(key, v)
	}
	return v, err
}

// Look returns the value under a key where it is cached, for those who ask for
// what is missing together with other things; they then Add it.
func (c Cache[K, V]) Look(key K) (V, bool) { return c.values.Get(key) }

// Add caches a value that was drawn from the state that its key names.
func (c Cache[K, V]) Add(key K, value V) { c.values.Add(key, value) }
