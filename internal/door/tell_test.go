package door_test

import (
	"errors"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/notice"
	"kagami/internal/trail"
)

// Whom a change tells is told by it, and by nothing that fails.
func TestWhomAChangeTellsIsToldWithIt(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	d := door.New(db.Pool, clock)
	if _, err := db.Pool.Exec(t.Context(), `INSERT INTO person (staff_number, name, furigana) SELECT i::text, '見本', 'ミホン' FROM generate_series(1, 2) i`); err != nil {
		t.Fatal(err)
	}
	tell := func(title string, to ...int64) door.Effect {
		return door.Effect{
			Subject: trail.Subject{Kind: "post", ID: 1},
			Notices: []notice.Message{{To: to, Notice: notice.Notice{Topic: "post", TopicID: 1, Title: title, URL: "/"}}},
		}
	}
	do := func(effect door.Effect, failure error) error {
		return d.Do(t.Context(), authz.AsOperator(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
			if err := tx.Allow(authz.ChangeOrganization, authz.Matter{}); err != nil {
				return door.Unchanged(), err
			}
			return effect, failure
		})
	}
	write := func(effect door.Effect) error {
		return d.Write(t.Context(), authz.AsOperator(), authz.ChangeOrganization, authz.Matter{}, effect, addPerson("W"))
	}
	failure := errors.New("something went wrong")
	if err := do(tell("fails", 1), failure); !errors.Is(err, failure) {
		t.Fatal(err)
	}
	if do(tell("to nobody there is", 99), nil) == nil || write(tell("to nobody there is", 99)) == nil {
		t.Error("somebody who is not there was told")
	}
	if count(t, db, "notice") != 0 || count(t, db, "trail_entry") != 0 {
		t.Error("what failed has left something")
	}
	many := tell("many", 1)
	many.Also = []door.Effect{tell("one of them", 2)}
	for _, err := range []error{do(tell("done", 1, 2), nil), write(tell("written", 2)), do(many, nil)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	var told []string
	err := db.Pool.QueryRow(t.Context(), `SELECT array_agg(person_id || ' ' || title ORDER BY id) FROM notice WHERE given_at = $1`, now.Truncate(time.Microsecond)).Scan(&told)
	if err != nil || len(told) != 5 || told[2] != "2 written" || told[3] != "1 many" || told[4] != "2 one of them" {
		t.Errorf("told: %q, %v", told, err)
	}
}

// What is done unnamed is recorded, and not by whom.
func TestAnUnnamedChangeNamesNobody(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	var person int64
	if err := db.Pool.QueryRow(t.Context(), `INSERT INTO person (staff_number, name, furigana) VALUES ('7', '見本', 'ミホン') RETURNING id`).Scan(&person); err != nil {
		t.Fatal(err)
	}
	staff := authz.Actor{Person: person, Holdings: []authz.Holding{{Role: authz.Staff}}}
	err := door.New(db.Pool, clock).Do(t.Context(), staff, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		return door.Effect{Subject: trail.Subject{Kind: "violation_report", ID: 1}, Unnamed: true}, tx.Allow(authz.ReportViolation, authz.Matter{})
	})
	if err != nil {
		t.Fatal(err)
	}
	var named bool
	var role string
	if err := db.Pool.QueryRow(t.Context(), `SELECT person_id IS NOT NULL, role FROM trail_entry`).Scan(&named, &role); err != nil || named || role != "reporter" {
		t.Errorf("it names somebody %t, as %s: %v", named, role, err)
	}
	if n, err := trail.Verify(t.Context(), db.Pool); n != 1 || err != nil {
		t.Errorf("the trail has %d entries: %v", n, err)
	}
}
