// Package state numbers the states of the database, so that what was drawn from
// one state can be kept and used again without ever being out of date.
//
// The database itself counts the changes of the organization and of the policy
// (triggers, in the transaction of the change), and an acknowledgement is only
// ever added. A request reads these numbers in the same query as its session:
// one round trip tells who asks and whether anything has changed since. What is
// kept under a number is of that state or a later one, on any number of
// portals; an old number is never asked for again.
package state

import lru "github.com/hashicorp/golang-lru/v2"

// Numbers are the state that a request has seen; the zero value is none, and
// whatever depends on it is then read from the database.
type Numbers struct {
	Organization int64 // changes of sections, people, posts, appointments so far
	Policy       int64 // changes of documents and revisions so far
	Acknowledged int64 // acknowledgements of the person who asks, so far
}

// Kept are values drawn from states, by a key that names the state too.
type Kept[K comparable, V any] struct {
	values *lru.Cache[K, V]
}

// NewKept keeps up to size values, those used last.
func NewKept[K comparable, V any](size int) Kept[K, V] {
	values, err := lru.New[K, V](size)
	if err != nil {
		panic(err) // only a size below one
	}
	return Kept[K, V]{values}
}

// Get returns the value under a key, drawn now if it is not kept. A value that
// could not be drawn is not kept.
func (k Kept[K, V]) Get(key K, draw func() (V, error)) (V, error) {
	if v, ok := k.values.Get(key); ok {
		return v, nil
	}
	v, err := draw()
	if err == nil {
		k.values.Add(key, v)
	}
	return v, err
}

// Look returns the value under a key where it is kept, for those who ask for what
// is missing together with other things; they then Keep it.
func (k Kept[K, V]) Look(key K) (V, bool) { return k.values.Get(key) }

// Keep keeps a value that was drawn from the state that its key names.
func (k Kept[K, V]) Keep(key K, value V) { k.values.Add(key, value) }
