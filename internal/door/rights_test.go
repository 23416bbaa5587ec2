package door_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/state"
	"kagami/internal/trail"
)

// registry is who has which rights, as the door looks them up.
type registry struct {
	holds  authz.Role // what everybody holds now; empty for nothing
	looked atomic.Int64
}

var errNone = fault.New(fault.Unauthenticated, "見本")

func (r *registry) door(db pgtest.DB) *door.Door {
	return door.New(db.Pool, clock).With(door.Rights{
		Counters: []state.Counter{state.Counted("organization"), state.Counted("suspension")},
		Find: func(_ context.Context, _ postgres.Querier, person int64, at time.Time) (authz.Actor, error) {
			r.looked.Add(1)
			if r.holds == "" {
				return authz.Actor{}, errNone
			}
			return authz.Actor{Person: person, On: calendar.Day(at), Holdings: []authz.Holding{{Role: r.holds}}}, nil
		},
	})
}

// came is somebody as a request brings them: looked up on a day, in the state of
// the database as it is.
func came(t *testing.T, db pgtest.DB, role authz.Role, day calendar.Date) authz.Actor {
	t.Helper()
	if _, err := db.Pool.Exec(t.Context(), `INSERT INTO person (staff_number, name, furigana) VALUES ('9', '見本', 'ミホン')`); err != nil {
		t.Fatal(err)
	}
	counters, err := state.NewCounters(state.Counted("suspension"), state.Counted("organization"))
	if err != nil {
		t.Fatal(err)
	}
	now, err := counters.Load(t.Context(), db.Pool, 1)
	if err != nil {
		t.Fatal(err)
	}
	return authz.Actor{Person: 1, On: day, State: now, Holdings: []authz.Holding{{Role: role}}}
}

// deeds are the two ways of changing something: each says as what it was done.
func deeds(t *testing.T, d *door.Door) map[string]func(authz.Actor) error {
	t.Helper()
	subject := door.Effect{Subject: trail.Subject{Kind: "post", ID: 1}}
	return map[string]func(authz.Actor) error{
		"Do": func(actor authz.Actor) error {
			return d.Do(t.Context(), actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
				if !actor.Has(authz.Administrator) {
					return door.Unchanged(), fault.New(fault.Forbidden, "見本")
				}
				return subject, tx.Allow(authz.ChangeOrganization, authz.Matter{})
			})
		},
		"Write": func(actor authz.Actor) error {
			return d.Write(t.Context(), actor, authz.ChangeOrganization, authz.Matter{}, subject, addPerson("W"))
		},
	}
}

func TestAChangeIsMadeByTheRightsOfItsInstant(t *testing.T) {
	t.Parallel()
	today := calendar.Day(now)
	for name, c := range map[string]struct {
		had     authz.Role // when the request came
		day     calendar.Date
		has     authz.Role // at the change
		between []string   // what happened
		want    fault.Kind
		looked  int64
	}{
		"nothing has changed":    {authz.Administrator, today, "", nil, 0, 0},
		"it has, not for them":   {authz.Administrator, today, authz.Administrator, []string{`INSERT INTO person (staff_number, name, furigana) VALUES ('2', '見本', 'ミホン')`}, 0, 1},
		"their role has ended":   {authz.Administrator, today, authz.Staff, []string{`UPDATE person SET name = '見本 一郎'`}, fault.Forbidden, 1},
		"they are suspended":     {authz.Administrator, today, "", suspended, fault.Unauthenticated, 1},
		"the day is over":        {authz.Administrator, today.AddDays(-1), authz.Staff, nil, fault.Forbidden, 1},
		"their role has come in": {authz.Administrator, today.AddDays(-1), authz.Administrator, nil, 0, 1},
	} {
		for way := range deeds(t, nil) {
			db := server.New(t)
			r := &registry{holds: c.has}
			actor := came(t, db, c.had, c.day)
			for _, sql := range c.between {
				if _, err := db.Owner(t).Exec(t.Context(), sql); err != nil {
					t.Fatal(err)
				}
			}
			err := deeds(t, r.door(db))[way](actor)
			if fault.KindOf(err) != c.want || (err == nil) != (c.want == 0) {
				t.Errorf("%s, %s: %v", name, way, err)
			}
			if r.looked.Load() != c.looked {
				t.Errorf("%s, %s: looked up %d times, want %d", name, way, r.looked.Load(), c.looked)
			}
			if done := count(t, db, "trail_entry"); (done == 1) != (c.want == 0) {
				t.Errorf("%s, %s: %d entries", name, way, done)
			}
		}
	}
}

// A Write that is begun again may be handed the very arguments of the first time.
func TestWriteTakesTheSameArgumentsTwice(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	r := &registry{holds: authz.Administrator}
	actor := came(t, db, authz.Administrator, calendar.Day(now))
	if _, err := db.Owner(t).Exec(t.Context(), `UPDATE person SET name = '見本 一郎'`); err != nil {
		t.Fatal(err)
	}
	insert, args := addPerson("W")(now)
	err := r.door(db).Write(t.Context(), actor, authz.ChangeOrganization, authz.Matter{}, door.Effect{Subject: trail.Subject{Kind: "post", ID: 1}},
		func(time.Time) (string, pgx.StrictNamedArgs) { return insert, args })
	if err != nil || r.looked.Load() != 1 || count(t, db, "trail_entry") != 1 {
		t.Errorf("looked up %d times, %d entries: %v", r.looked.Load(), count(t, db, "trail_entry"), err)
	}
}

// Who is confined is looked up at each change, by a look-up of their own: what everybody's rights
// stand at says nothing of whether they still may, and what that of others finds would widen them.
func TestWhoIsConfinedIsLookedUpAtEachChange(t *testing.T) {
	t.Parallel()
	for name, still := range map[string]bool{"still": true, "no longer": false} {
		for _, way := range []string{"Do", "Write"} {
			db := server.New(t)
			actor := came(t, db, authz.Administrator, calendar.Day(now)).Confine()
			looked := 0
			d := door.New(db.Pool, clock).With(door.Rights{
				Counters: []state.Counter{state.Counted("organization"), state.Counted("suspension")},
				Find: func(context.Context, postgres.Querier, int64, time.Time) (authz.Actor, error) {
					t.Errorf("%s, %s: looked up as others are", name, way)
					return authz.Actor{}, errNone
				},
				Confined: func(_ context.Context, _ postgres.Querier, person int64, _ time.Time) (authz.Actor, error) {
					if looked++; !still {
						return authz.Actor{}, errNone
					}
					return authz.Actor{Person: person}.Confine(), nil
				},
			})
			subject, own := door.Effect{Subject: trail.Subject{Kind: "post", ID: 1}}, authz.Matter{Person: 1}
			var err error
			if way == "Do" {
				err = d.Do(t.Context(), actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
					return subject, tx.Allow(authz.ReadViolation, own)
				})
			} else {
				err = d.Write(t.Context(), actor, authz.ReadViolation, own, subject, addPerson("W"))
			}
			if (err == nil) != still || !still && fault.KindOf(err) != fault.Unauthenticated || looked != 1 {
				t.Errorf("%s, %s: %v, looked up %d times", name, way, err, looked)
			}
			if done := count(t, db, "trail_entry"); (done == 1) != still {
				t.Errorf("%s, %s: %d entries", name, way, done)
			}
		}
	}
}

// suspended suspends the first person's account.
var suspended = []string{
	`INSERT INTO account (person_id) VALUES (1)`,
	`UPDATE account SET suspended_at = now(), suspension_reason = '見本'`,
}

// The operator, and the portal itself, have no rights to lose.
func TestTheOperatorIsNotLookedUp(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	r := &registry{}
	for way, do := range deeds(t, r.door(db)) {
		if way == "Do" {
			continue // it asks for an administrator
		}
		if err := do(authz.AsOperator()); err != nil || r.looked.Load() != 0 {
			t.Errorf("%s: %v, looked up %d times", way, err, r.looked.Load())
		}
	}
}

// Whoever takes somebody's rights away waits for what that person has under way,
// and what they begin then waits for the end of it.
func TestTakingRightsAwayWaitsForDeedsUnderWay(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	r := &registry{holds: authz.Administrator}
	d := r.door(db)
	actor := came(t, db, authz.Administrator, calendar.Day(now))
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	effect := door.Effect{Subject: trail.Subject{Kind: "post", ID: 1}}
	var order []string
	var guard sync.Mutex
	note := func(what string) { guard.Lock(); order = append(order, what); guard.Unlock() }
	excluding := make(chan error, 1)
	err := d.Do(ctx, actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.ChangeOrganization, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		go func() {
			excluding <- d.Do(ctx, authz.AsOperator(), func(other *door.Tx, _ authz.Actor) (door.Effect, error) {
				if err := other.Allow(authz.ChangeOrganization, authz.Matter{}); err != nil {
					return door.Unchanged(), err
				}
				if err := other.Exclude(ctx, actor.Person); err != nil {
					return door.Unchanged(), err
				}
				note("taken away")
				return effect, nil
			})
		}()
		if err := waitFor(ctx, db, `SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)`); err != nil {
			return door.Unchanged(), err
		}
		note("done")
		return effect, nil
	})
	if err := errors.Join(err, <-excluding); err != nil {
		t.Fatal(err)
	}
	if len(order) != 2 || order[0] != "done" {
		t.Errorf("in the order %v", order)
	}
}

// A Write that waits for a suspension goes by what was committed meanwhile.
func TestWriteSeesTheSuspensionThatItWaitedFor(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	r := &registry{} // nobody holds anything, once they are looked up
	d := r.door(db)
	actor := came(t, db, authz.Administrator, calendar.Day(now))
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	writing := make(chan error, 1)
	err := d.Do(ctx, authz.AsOperator(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := errors.Join(tx.Allow(authz.ChangeOrganization, authz.Matter{}), tx.Exclude(ctx, actor.Person)); err != nil {
			return door.Unchanged(), err
		}
		go func() { writing <- deeds(t, d)["Write"](actor) }()
		if err := waitFor(ctx, db, `SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)`); err != nil {
			return door.Unchanged(), err
		}
		for _, sql := range []string{`INSERT INTO account (person_id) VALUES (1)`, `UPDATE account SET suspended_at = now(), suspension_reason = '見本'`} {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return door.Unchanged(), err
			}
		}
		return door.Effect{Subject: trail.Subject{Kind: "account", ID: 1}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-writing; !errors.Is(err, errNone) {
		t.Errorf("written after the suspension: %v", err)
	}
}

// What the database undoes only because of others beside it is begun again, in
// either way.
func TestACollisionIsTriedAgain(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"40001", "40P01"} {
		for _, way := range []string{"Do", "Write"} {
			db := server.New(t)
			for _, sql := range []string{
				`CREATE SEQUENCE tried`,
				`GRANT USAGE ON SEQUENCE tried TO PUBLIC`,
				`CREATE FUNCTION collide() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
					IF nextval('tried') = 1 THEN RAISE EXCEPTION 'beside' USING ERRCODE = '` + code + `'; END IF;
					RETURN NEW;
				END $$`,
				`CREATE TRIGGER collide BEFORE INSERT ON trail_entry FOR EACH ROW EXECUTE FUNCTION collide()`,
			} {
				if _, err := db.Owner(t).Exec(t.Context(), sql); err != nil {
					t.Fatal(err)
				}
			}
			r := &registry{holds: authz.Administrator}
			actor := came(t, db, authz.Administrator, calendar.Day(now))
			if err := deeds(t, r.door(db))[way](actor); err != nil || count(t, db, "trail_entry") != 1 {
				t.Errorf("%s, %s: %v", way, code, err)
			}
		}
	}
}

// waitFor asks until the database says yes.
func waitFor(ctx context.Context, db pgtest.DB, sql string) error {
	for yes := false; !yes; {
		if err := db.Pool.QueryRow(ctx, sql).Scan(&yes); err != nil {
			return err
		}
	}
	return nil
}

// Two changes that wait for each other in a circle are both done: the one that the
// database undoes is tried again.
func TestADeadlockIsTriedAgain(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	for _, number := range []string{"1", "2"} {
		if _, err := db.Pool.Exec(t.Context(), `INSERT INTO person (staff_number, name, furigana) VALUES ($1, '見本', 'ミホン')`, number); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	var wait, first sync.WaitGroup
	first.Add(2)
	var runs atomic.Int64
	for _, order := range [][]string{{"1", "2"}, {"2", "1"}} {
		wait.Go(func() {
			met := false
			err := door.New(db.Pool, clock).Do(ctx, authz.AsOperator(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
				runs.Add(1)
				if err := tx.Allow(authz.ChangeOrganization, authz.Matter{}); err != nil {
					return door.Unchanged(), err
				}
				for _, number := range order {
					if _, err := tx.Exec(ctx, `UPDATE person SET name = name || '１' WHERE staff_number = $1`, number); err != nil {
						return door.Unchanged(), err
					}
					if !met { // both hold their first row before either asks for the second
						met = true
						first.Done()
						first.Wait()
					}
				}
				return door.Effect{Subject: trail.Subject{Kind: "person", ID: 1}}, nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	// who begins again may be first at its row, and be undone once more
	if runs.Load() < 3 {
		t.Errorf("begun %d times: once each, and the one that was undone at least once more", runs.Load())
	}
	var changed int
	if err := db.Pool.QueryRow(ctx, `SELECT count(*) FROM person WHERE name = '見本１１'`).Scan(&changed); err != nil || changed != 2 {
		t.Errorf("%d have both changes, %v", changed, err)
	}
}
