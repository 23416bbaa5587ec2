package door

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/postgres"
	"kagami/internal/state"
	"kagami/internal/trail"
)

// Rights are what people's rights depend on, and how they are looked up. Who has
// been looked up in one state, and does something in another, is looked up anew:
// a file may have been on its way for minutes.
type Rights struct {
	// Counters are those of change_counter whose numbers stand for the rights.
	Counters []state.Counter
	// Find looks somebody's rights up at an instant: Unauthenticated for who has none.
	Find func(ctx context.Context, db postgres.Querier, person int64, at time.Time) (authz.Actor, error)
	// Confined looks up somebody who is confined to their own case: Unauthenticated for who is not,
	// or no longer. They are looked up for each of their changes.
	Confined func(ctx context.Context, db postgres.Querier, person int64, at time.Time) (authz.Actor, error)

	asked *state.Counters // those counters, as the database is asked for them
}

// prepared are the rights as a door goes by them.
func (r Rights) prepared() Rights {
	asked, err := state.NewCounters(r.Counters...)
	if err != nil {
		panic(err) // the program names one twice
	}
	r.asked = asked
	return r
}

// known are the numbers at which an actor was looked up; none where they are not
// known, and the actor is then taken as they are.
func (r Rights) known(actor authz.Actor) (numbers []int64) {
	for _, counter := range r.Counters {
		number, ok := actor.State.Of(counter)
		if !ok {
			return nil
		}
		numbers = append(numbers, number)
	}
	return numbers
}

// deedsOf is the lock of a person: shared by each of their deeds under way, exclusive
// for whoever takes their rights away. The other locks are hashes of their names.
func deedsOf(person int64) int64 {
	const kg = 0x4b47 << 48
	return kg | person
}

// holdDeeds takes a person's lock as one of their deeds. The statement after it looks
// at the database anew: what was committed while it waited counts.
const holdDeeds = `SELECT pg_advisory_xact_lock_shared($1)`

// begin begins a deed in a transaction, and returns the actor with the rights of
// this instant. Nobody can take them away before the transaction ends.
func (r Rights) begin(ctx context.Context, tx pgx.Tx, actor authz.Actor, now time.Time) (authz.Actor, error) {
	if actor.Person == 0 || r.Find == nil {
		return actor, nil
	}
	var batch pgx.Batch
	batch.Queue(holdDeeds, deedsOf(actor.Person))
	still := true
	if numbers := r.known(actor); numbers != nil && !actor.IsConfined() {
		r.asked.QueueStill(&batch, numbers, func(found bool) { still = found })
	}
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return authz.Actor{}, fmt.Errorf("beginning a change: %w", err)
	}
	if actor.IsConfined() {
		return r.Confined(ctx, tx, actor.Person, now)
	}
	if still && isOn(actor, calendar.Day(now)) {
		return actor, nil
	}
	return r.Find(ctx, tx, actor.Person, now)
}

// demand is what the batch of a change demands of its actor's rights. The zero value
// demands nothing.
type demand struct {
	deeds int64 // the lock that the first statement takes; 0 for none
	// still is on what the last one writes the trail: a statement after the lock sees
	// what was committed while it was waited for. In statements of their own the two
	// cost an acknowledgement a seventh of its speed.
	still trail.Condition
}

func (r Rights) demand(actor authz.Actor) demand {
	if actor.Person == 0 || r.Find == nil {
		return demand{}
	}
	d := demand{deeds: deedsOf(actor.Person)}
	if numbers := r.known(actor); numbers != nil {
		d.still = trail.Condition{SQL: r.asked.Demand("rights"), Args: pgx.StrictNamedArgs{"rights": numbers}}
	}
	return d
}

// queue adds a change's own statement, an INSERT of what it selects from nothing.
func (d demand) queue(batch *pgx.Batch, insert string, args pgx.StrictNamedArgs) {
	if d.deeds != 0 {
		insert += ` FROM pg_advisory_xact_lock_shared(@deeds)`
		args = maps.Clone(args) // whoever is asked twice may hand out the same
		args["deeds"] = d.deeds
	}
	postgres.Queue(batch, insert, args)
}

// isOn tells whether an actor's rights are those of a day, as far as it is known
// of which day they are.
func isOn(actor authz.Actor, day calendar.Date) bool { return actor.On.IsZero() || actor.On == day }

// Exclude lets somebody's deeds under way end, and none begin until the
// transaction ends: what takes their rights away then holds for all that follow.
func (tx *Tx) Exclude(ctx context.Context, person int64) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, deedsOf(person)); err != nil {
		return fmt.Errorf("waiting for somebody's changes: %w", err)
	}
	return nil
}

// hasMoved tells whether a batch failed because an actor's rights may have changed.
func hasMoved(err error) bool { return hasCode(err, "KG001") }

// hasCollided tells whether a transaction failed only because of others beside it,
// and may succeed when it is tried again: a deadlock, a serialization failure, or that it
// gave way.
func hasCollided(err error) bool {
	return hasCode(err, "40P01") || hasCode(err, "40001") || errors.Is(err, ErrOvertaken)
}

func hasCode(err error, code string) bool {
	failure, ok := errors.AsType[*pgconn.PgError](err)
	return ok && failure.Code == code
}
