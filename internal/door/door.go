// Package door is the one door that every change passes: permission,
// transaction, trail, notices and jobs in one place, so that none can forget a part.
package door

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/notice"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Door makes changes.
type Door struct {
	pool   *pgxpool.Pool
	now    func() time.Time
	jobs   *river.Client[pgx.Tx]
	rights Rights
}

// New makes a door to a database, with the clock that its entries are dated by.
func New(pool *pgxpool.Pool, now func() time.Time) *Door {
	return &Door{pool: pool, now: now, jobs: newJobs(pool)}
}

// With is the door by which whoever comes is looked at once more: their rights
// are those of the instant of the change.
func (d *Door) With(rights Rights) *Door {
	watched := *d
	watched.rights = rights.prepared()
	return &watched
}

// Tx is one change under way.
type Tx struct {
	pgx.Tx
	// Now is the instant of the change, the same for all that it writes.
	Now time.Time

	actor  authz.Actor
	action authz.Action
	as     authz.Holding
	jobs   *river.Client[pgx.Tx]
}

// Allow asks whether the actor may do the action in this matter, and remembers
// the role in which they do it for the trail. It returns Forbidden if not.
func (tx *Tx) Allow(action authz.Action, matter authz.Matter) error {
	as, err := authz.Check(tx.actor, action, matter)
	if err != nil {
		return err
	}
	tx.action, tx.as = action, as
	return nil
}

// Allowed is an action that an actor may do, and the role in which they do it.
type Allowed struct {
	action authz.Action
	as     authz.Holding
}

// AllowAlso asks whether the actor may do another action, which one of the things
// that the change does besides is: its effect in Effect.Also says By what was allowed.
// It returns Forbidden if not.
func (tx *Tx) AllowAlso(action authz.Action, matter authz.Matter) (Allowed, error) {
	as, err := authz.Check(tx.actor, action, matter)
	return Allowed{action, as}, err
}

// Today is the day of the change, in Tokyo.
func (tx *Tx) Today() calendar.Date { return calendar.Day(tx.Now) }

// Effect is what a change did: what the trail records of it, and whom to tell.
type Effect struct {
	Subject      trail.Subject
	Fields       []string
	Refs         map[string]int64
	Confidential map[string]any
	// Also are what a change of many things did to each of them, without
	// Confidential parts: each is an entry of its own.
	Also []Effect
	// By is as what one of Also was done, by AllowAlso; the zero value where it is part
	// of the change's own action. Who hands over a draft with the rest of what somebody
	// holds changes the organization, and the draft as who writes drafts.
	By Allowed
	// Notices are who is told what of it in the portal.
	Notices []notice.Message
	// Unnamed leaves open who did it: the entry names nobody, and says 報告者 for their role.
	// What it is about leads to them, sealed, where somebody has to know.
	Unnamed bool
}

// Unchanged is the effect of an operation that found nothing to do.
func Unchanged() Effect { return Effect{} }

var (
	errNotAllowed = errors.New("a change without Allow")
	errUnchanged  = errors.New("nothing to change")
	errMany       = errors.New("a change of many things, written as one")
)

// Do runs fn in one transaction and commits what it did together with its
// trail entry and its notices, or nothing. fn loads what it needs, asks tx.Allow
// once it knows whose matter it is, changes the rows, and returns what to record
// and whom to tell. A change that was not allowed is not committed, and neither is
// one with nothing to record: what the trail does not show has not happened.
//
// fn is handed the actor with the rights of this instant, which it goes by. It may
// run again, from the beginning, where another change came in between.
func (d *Door) Do(ctx context.Context, actor authz.Actor, fn func(tx *Tx, actor authz.Actor) (Effect, error)) error {
	err := d.inTx(ctx, func(pgtx pgx.Tx) error {
		now := d.Now()
		actor, err := d.rights.begin(ctx, pgtx, actor, now)
		if err != nil {
			return err
		}
		tx := &Tx{Tx: pgtx, Now: now, actor: actor, jobs: d.jobs}
		effect, err := fn(tx, actor)
		if err != nil {
			return err
		}
		if tx.action == "" {
			return errNotAllowed
		}
		if effect.Subject.Kind == "" {
			return errUnchanged
		}
		if err := tx.give(ctx, effect); err != nil {
			return err
		}
		if err := trail.Append(ctx, tx, entry(actor, tx.as, tx.action, tx.Now, effect)); err != nil {
			return err
		}
		return tx.record(ctx, effect.Also)
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("making a change: %w", err)
	}
	return nil
}

// Write is Do for a change that has nothing to look at first and adds one row: the
// row, its trail entry and its notices go to the database together, in one round trip
// and one transaction. insert is handed the instant, may be asked twice, and returns
// an INSERT of what it selects from nothing, `INSERT INTO t (a) SELECT @a`: the door
// adds what it is selected from. A broken constraint undoes all of it. It is for a
// change of one thing: an effect with Also is an error.
func (d *Door) Write(ctx context.Context, actor authz.Actor, action authz.Action, matter authz.Matter, effect Effect, insert func(now time.Time) (sql string, args pgx.StrictNamedArgs)) error {
	send := func(db sender, actor authz.Actor, now time.Time, rights demand) error {
		as, err := authz.Check(actor, action, matter)
		if err != nil {
			return err
		}
		var batch pgx.Batch
		sql, args := insert(now)
		rights.queue(&batch, sql, args)
		for _, message := range effect.Notices {
			notice.Queue(&batch, now, message.To, message.Notice)
		}
		if err := trail.Queue(&batch, entry(actor, as, action, now, effect), rights.still); err != nil {
			return err
		}
		return db.SendBatch(ctx, &batch).Close()
	}
	if len(effect.Also) > 0 {
		return errMany
	}
	now := d.Now()
	if isOn(actor, calendar.Day(now)) && !actor.IsConfined() {
		err := send(d.pool, actor, now, d.rights.demand(actor))
		switch {
		case err == nil:
			return nil
		case !hasMoved(err) && !hasCollided(err):
			return fmt.Errorf("making a change: %w", err)
		}
	}
	err := d.inTx(ctx, func(tx pgx.Tx) error {
		now := d.Now()
		actor, err := d.rights.begin(ctx, tx, actor, now)
		if err != nil {
			return err
		}
		return send(tx, actor, now, demand{})
	})
	if err != nil {
		return fmt.Errorf("making a change: %w", err)
	}
	return nil
}

// sender is what a batch is sent to.
type sender interface {
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// tries is how often a change is begun that others beside it have undone.
const tries = 4

// inTx runs fn in a transaction, and again where others beside it have undone it.
func (d *Door) inTx(ctx context.Context, fn func(pgx.Tx) error) error {
	for n := 1; ; n++ {
		err := postgres.InTx(ctx, d.pool, fn)
		if n == tries || !hasCollided(err) {
			return err
		}
		if way, ok := errors.AsType[gaveWay](err); ok {
			if err := way.wait(ctx, d.pool); err != nil {
				return fmt.Errorf("giving way: %w", err)
			}
		}
	}
}

// Record writes what a change has done to many things, as its Also would be written at
// its end: for one that does so much that it takes its lock late.
func (tx *Tx) Record(ctx context.Context, done []Effect) error {
	if tx.action == "" {
		return errNotAllowed
	}
	for _, effect := range done {
		if err := tx.give(ctx, effect); err != nil {
			return err
		}
	}
	return tx.record(ctx, done)
}

func (tx *Tx) record(ctx context.Context, done []Effect) error {
	if len(done) == 0 {
		return nil
	}
	return trail.AppendMany(ctx, tx, func(yield func(trail.Entry) bool) {
		for _, effect := range done {
			by := cmp.Or(effect.By, Allowed{tx.action, tx.as})
			if !yield(entry(tx.actor, by.as, by.action, tx.Now, effect)) {
				return
			}
		}
	})
}

// give gives the notices of a change of one thing or of many.
func (tx *Tx) give(ctx context.Context, effect Effect) error {
	for _, message := range effect.Notices {
		if err := notice.Give(ctx, tx, tx.Now, message.To, message.Notice); err != nil {
			return err
		}
	}
	for _, also := range effect.Also {
		if err := tx.give(ctx, also); err != nil {
			return err
		}
	}
	return nil
}

// Now is the instant of a change made now, as exactly as PostgreSQL keeps it.
func (d *Door) Now() time.Time { return d.now().UTC().Truncate(time.Microsecond) }

func entry(actor authz.Actor, as authz.Holding, action authz.Action, now time.Time, effect Effect) trail.Entry {
	if effect.Unnamed {
		actor.Person, as = 0, authz.Holding{Role: authz.Reporter}
	}
	return trail.Entry{
		At: now, Person: actor.Person, Role: as.Role, Capacity: as.Capacity, Action: action,
		Subject: effect.Subject, Fields: effect.Fields, Refs: effect.Refs, Confidential: effect.Confidential,
	}
}
