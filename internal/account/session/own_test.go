package session_test

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"kagami/internal/account/session"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres/pgtest"
)

var server pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &server)) }

var now = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

// add registers somebody, with sessions of these names.
func add(t *testing.T, db pgtest.DB, number string, ids ...string) authz.Actor {
	t.Helper()
	actor := authz.Actor{Holdings: []authz.Holding{{Role: authz.Staff}}}
	err := db.Pool.QueryRow(t.Context(), `
		WITH person AS (INSERT INTO person (staff_number, name, furigana) VALUES ($1, '見本', 'ミホン') RETURNING id),
		begun AS (
			INSERT INTO sessions (token, person_id, id, method, device, strong, begun_at, seen_at, proved_at, expiry, ends_at)
			SELECT n, person.id, n, 'password', 'Windows の Edge', false, $3, $3, $3, $4, $4 FROM person, unnest($2::text[]) n)
		SELECT id FROM person`, number, ids, now, now.Add(time.Hour)).Scan(&actor.Person)
	if err != nil {
		t.Fatal(err)
	}
	return actor
}

func TestPeopleSeeAndEndTheirOwnSessions(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	sessions := session.New(db.Pool, door.New(db.Pool, func() time.Time { return now }))
	owner, second := add(t, db, "M001", "one", "two", "three"), add(t, db, "M002", "second's")
	ids := func(actor authz.Actor) (ids []string) {
		list, err := sessions.Own(t.Context(), actor)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range list {
			ids = append(ids, s.ID)
		}
		slices.Sort(ids)
		return ids
	}
	if got := fmt.Sprint(ids(owner)); got != "[one three two]" {
		t.Errorf("they see %s", got)
	}
	if err := sessions.End(t.Context(), owner, "one"); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"one", "second's", ""} {
		if err := sessions.End(t.Context(), owner, id); fault.KindOf(err) != fault.NotFound {
			t.Errorf("ending %q: %v", id, err)
		}
	}
	if err := sessions.EndOthers(t.Context(), owner, "two"); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(ids(owner)); got != "[two]" {
		t.Errorf("left are %s", got)
	}
	if got := fmt.Sprint(ids(second)); got != "[second's]" {
		t.Errorf("another has %s", got)
	}
}

func TestSessionsThatAreOverAreSwept(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	add(t, db, "M001", "over", "going on")
	if _, err := db.Pool.Exec(t.Context(), `UPDATE sessions SET expiry = $1 WHERE id = 'over'`, now); err != nil {
		t.Fatal(err)
	}
	if err := session.New(db.Pool, door.New(db.Pool, func() time.Time { return now })).Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	var left string
	if err := db.Pool.QueryRow(t.Context(), `SELECT string_agg(id, ' ') FROM sessions`).Scan(&left); err != nil || left != "going on" {
		t.Errorf("left: %s, %v", left, err)
	}
}
