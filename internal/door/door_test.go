package door_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/trail"
)

var server pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &server)) }

var now = time.Date(2026, 11, 24, 0, 0, 0, 123456789, time.UTC)

func clock() time.Time { return now }

func count(t *testing.T, db pgtest.DB, table string) (n int) {
	t.Helper()
	if err := db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM `+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// A change of many things has an entry for itself and for each of them.
func TestAChangeOfManyThingsHasAnEntryForEach(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	do := func(also ...door.Effect) error {
		return door.New(db.Pool, clock).Do(t.Context(), authz.AsOperator(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
			if err := tx.Allow(authz.ChangeOrganization, authz.Matter{}); err != nil {
				return door.Unchanged(), err
			}
			return door.Effect{Subject: trail.Subject{Kind: "person_import", ID: 1}, Also: also}, nil
		})
	}
	one := door.Effect{Subject: trail.Subject{Kind: "appointment", ID: 7}, Fields: []string{"period"}, Refs: map[string]int64{"person": 3}}
	other := door.Effect{Subject: trail.Subject{Kind: "post", ID: 8}}
	if err := do(one, other); err != nil {
		t.Fatal(err)
	}
	if n, err := trail.Verify(t.Context(), db.Pool); n != 3 || err != nil {
		t.Errorf("the trail has %d entries: %v", n, err)
	}
	other.Confidential = map[string]any{"name": "見本"}
	if err := do(one, other); err == nil || count(t, db, "trail_entry") != 3 {
		t.Errorf("a confidential part among many was let through: %v", err)
	}
}

// add is a change like any other: a person is registered.
func add(t *testing.T, tx *door.Tx) door.Effect {
	t.Helper()
	var id int64
	err := tx.QueryRow(t.Context(), `INSERT INTO person (staff_number, name, furigana) VALUES ('1', '見本', 'ミホン') RETURNING id`).Scan(&id)
	if err != nil {
		t.Fatal(err)
	}
	return door.Effect{
		Subject: trail.Subject{Kind: "person", ID: id}, Fields: []string{"name"},
		Refs: map[string]int64{"section": 3}, Confidential: map[string]any{"name": "見本"},
	}
}

func TestAChangeIsRecordedWithWhoInWhichRoleDidWhatToWhatWhen(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	err := door.New(db.Pool, clock).Do(t.Context(), authz.AsOperator(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.ChangeOrganization, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		return add(t, tx), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var (
		at                       time.Time
		role, action, kind, part string
		fields                   []string
		open                     string
	)
	err = db.Pool.QueryRow(t.Context(), `
		SELECT at, role, action, subject_kind, fields, part, e::text FROM trail_entry e JOIN trail_confidential c ON c.entry_id = e.id`).
		Scan(&at, &role, &action, &kind, &fields, &part, &open)
	if err != nil {
		t.Fatal(err)
	}
	if !at.Equal(now.Truncate(time.Microsecond)) || role != "operator" || action != string(authz.ChangeOrganization) || kind != "person" || len(fields) != 1 {
		t.Errorf("recorded: %v %s %s %s %v", at, role, action, kind, fields)
	}
	if part != `{"name":"見本"}` {
		t.Errorf("the confidential part is %s", part)
	}
	if n, err := trail.Verify(t.Context(), db.Pool); n != 1 || err != nil {
		t.Errorf("the trail does not prove itself: %d, %v", n, err)
	}
}

func TestNothingIsDoneThatWasNotAllowedOrIsNotRecorded(t *testing.T) {
	t.Parallel()
	staff := authz.Actor{Person: 1, Holdings: []authz.Holding{{Role: authz.Staff}}}
	failure := errors.New("something went wrong")
	for name, c := range map[string]struct {
		actor authz.Actor
		fn    func(tx *door.Tx, actor authz.Actor) (door.Effect, error)
		check func(error) bool
	}{
		"without Allow": {authz.AsOperator(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) { return add(t, tx), nil },
			func(err error) bool { return err != nil }},
		"not allowed": {staff, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
			effect := add(t, tx)
			return effect, tx.Allow(authz.ChangeOrganization, authz.Matter{})
		}, func(err error) bool { return fault.KindOf(err) == fault.Forbidden }},
		"an error after the change": {authz.AsOperator(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
			if err := tx.Allow(authz.ChangeOrganization, authz.Matter{}); err != nil {
				return door.Unchanged(), err
			}
			return add(t, tx), failure
		}, func(err error) bool { return errors.Is(err, failure) }},
		"nothing to record": {authz.AsOperator(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
			add(t, tx)
			return door.Unchanged(), tx.Allow(authz.ChangeOrganization, authz.Matter{})
		}, func(err error) bool { return err == nil }},
	} {
		t.Run(name, func(t *testing.T) {
			db := server.New(t)
			if err := door.New(db.Pool, clock).Do(t.Context(), c.actor, c.fn); !c.check(err) {
				t.Errorf("got %v", err)
			}
			if people, entries := count(t, db, "person"), count(t, db, "trail_entry"); people != 0 || entries != 0 {
				t.Errorf("%d people and %d entries are there", people, entries)
			}
		})
	}
}

// addPerson is the statement of a Write that adds somebody.
func addPerson(number string) func(time.Time) (string, pgx.StrictNamedArgs) {
	return func(time.Time) (string, pgx.StrictNamedArgs) {
		return `INSERT INTO person (staff_number, name, furigana) SELECT @number, '見本', 'ミホン'`, pgx.StrictNamedArgs{"number": number}
	}
}

// A change that has nothing to look at first goes in one round trip, and is
// undone whole with its trail entry.
func TestWriteIsAllOrNothing(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	d := door.New(db.Pool, clock)
	effect := door.Effect{Subject: trail.Subject{Kind: "person", ID: 1}, Fields: []string{"name"}}
	write := func(actor authz.Actor) error {
		return d.Write(t.Context(), actor, authz.ChangeOrganization, authz.Matter{}, effect, addPerson("1"))
	}
	staff := authz.Actor{Person: 1, Holdings: []authz.Holding{{Role: authz.Staff}}}
	if err := write(staff); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a 職員 may: %v", err)
	}
	if err := write(authz.AsOperator()); err != nil {
		t.Fatal(err)
	}
	if err := write(authz.AsOperator()); postgres.Constraint(err) != "person_staff_number_unique" {
		t.Errorf("twice: %v", err)
	}
	// the statement is right, and the trail entry, of somebody unknown, is not
	stranger := authz.Actor{Person: 999, Holdings: []authz.Holding{{Role: authz.Administrator}}}
	err := d.Write(t.Context(), stranger, authz.ChangeOrganization, authz.Matter{}, effect, addPerson("2"))
	if err == nil {
		t.Error("a change without its trail entry")
	}
	if people, entries := count(t, db, "person"), count(t, db, "trail_entry"); people != 1 || entries != 1 {
		t.Errorf("%d people and %d entries are there", people, entries)
	}
}

// Whoever gets past grants and triggers is found out; a part that a rule has
// removed is not missed.
func TestAnAlteredEntryIsFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sql     string
		altered bool
	}{
		"another time":               {`UPDATE trail_entry SET at = at + interval '1 minute'`, true},
		"another action":             {`UPDATE trail_entry SET action = 'policy.draft'`, true},
		"another reference":          {`UPDATE trail_entry SET refs = '{"section": 4}'`, true},
		"another confidential value": {`UPDATE trail_confidential SET part = '{"name":"別人"}'`, true},
		"a part taken away":          {`DELETE FROM trail_confidential`, false},
	} {
		t.Run(name, func(t *testing.T) {
			db := server.New(t)
			err := door.New(db.Pool, clock).Do(t.Context(), authz.AsOperator(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
				return add(t, tx), tx.Allow(authz.ChangeOrganization, authz.Matter{})
			})
			if err != nil {
				t.Fatal(err)
			}
			owner := db.Owner(t)
			for _, sql := range []string{`ALTER TABLE trail_entry DISABLE TRIGGER USER`, `ALTER TABLE trail_confidential DISABLE TRIGGER USER`, c.sql} {
				if _, err := owner.Exec(t.Context(), sql); err != nil {
					t.Fatal(err)
				}
			}
			_, err = trail.Verify(t.Context(), db.Pool)
			if altered, ok := errors.AsType[*trail.Altered](err); ok != c.altered || ok && altered.ID != 1 {
				t.Errorf("got %v", err)
			}
		})
	}
}

// Whoever acts as 職務代理 or for a vacant role is recorded as that.
func TestTheTrailSaysInWhichCapacitySomebodyActed(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	var person int64
	err := db.Pool.QueryRow(t.Context(), `INSERT INTO person (staff_number, name, furigana) VALUES ('9', '見本', 'ミホン') RETURNING id`).Scan(&person)
	if err != nil {
		t.Fatal(err)
	}
	for _, capacity := range []authz.Capacity{authz.AsHolder, authz.Acting, authz.StandingIn} {
		actor := authz.Actor{Person: person, Holdings: []authz.Holding{{Role: authz.GeneralSecurityOfficer, Capacity: capacity}}}
		err := door.New(db.Pool, clock).Do(t.Context(), actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
			return door.Effect{Subject: trail.Subject{Kind: "section", ID: 1}}, tx.Allow(authz.ChangeOrganization, authz.Matter{})
		})
		if err != nil {
			t.Fatal(err)
		}
		var recorded authz.Capacity
		if err := db.Pool.QueryRow(t.Context(), `SELECT capacity FROM trail_entry ORDER BY id DESC LIMIT 1`).Scan(&recorded); err != nil || recorded != capacity {
			t.Errorf("recorded as %q, acted as %q: %v", recorded, capacity, err)
		}
	}
	if _, err := trail.Verify(t.Context(), db.Pool); err != nil {
		t.Error(err)
	}
}

// Another action that a change does besides is refused to who may not do it.
func TestWhatAChangeDoesBesidesIsAskedForToo(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	staff := authz.Actor{Person: 1, Holdings: []authz.Holding{{Role: authz.Administrator}}}
	err := door.New(db.Pool, clock).Do(t.Context(), staff, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.ChangeOrganization, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		_, err := tx.AllowAlso(authz.DraftRevision, authz.Matter{})
		return door.Unchanged(), err
	})
	if fault.KindOf(err) != fault.Forbidden {
		t.Errorf("an administrator writes drafts: %v", err)
	}
}

// Write is for one thing: what it would leave out of the trail it does not do.
func TestWriteRefusesAChangeOfManyThings(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	effect := door.Effect{
		Subject: trail.Subject{Kind: "person", ID: 1}, Also: []door.Effect{{Subject: trail.Subject{Kind: "post", ID: 8}}},
	}
	err := door.New(db.Pool, clock).Write(t.Context(), authz.AsOperator(), authz.ChangeOrganization, authz.Matter{}, effect, addPerson("1"))
	if err == nil || count(t, db, "person") != 0 {
		t.Errorf("it was done: %v", err)
	}
}
