package org_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/org/orgtest"
	"kagami/internal/org/responsible"
	"kagami/internal/postgres/pgtest"
)

// Where one rule is asked in more than one way, in Go and in SQL or in two
// statements, these hold the ways together, on towns drawn at random.

var today = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

// inTowns runs a property on towns.
func inTowns(t *testing.T, property func(t *rapid.T, s *org.Service, db pgtest.DB, town orgtest.Town)) {
	t.Helper()
	db := server.New(t)
	owner := db.Owner(t)
	s := org.New(db.Pool, door.New(db.Pool, func() time.Time { return today }))
	rapid.Check(t, func(r *rapid.T) {
		town := orgtest.Draw(r, calendar.Day(today))
		if err := town.Fill(t.Context(), owner); err != nil {
			r.Fatal(err)
		}
		property(r, s, db, town)
	})
}

// held is a line of the view holding on a day: who holds which role where.
type held struct {
	Person  int64
	Role    authz.Role
	Section int64
	Acting  bool
}

func viewOn(t *rapid.T, db pgtest.DB, day calendar.Date) []held {
	rows, err := db.Pool.Query(t.Context(), `
		SELECT person_id, role, coalesce(section_id, 0), acting FROM holding WHERE period @> $1::date AND rule_period @> $1::date
		UNION ALL
		SELECT a.person_id, 'staff', coalesce(po.section_id, 0), a.acting FROM appointment a JOIN post po ON po.id = a.post_id WHERE a.period @> $1::date`, day)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[held])
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// actorsOn looks up everybody who holds something on a day.
func actorsOn(t *rapid.T, s *org.Service, town orgtest.Town, day calendar.Date) map[int64]authz.Actor {
	actors := map[int64]authz.Actor{}
	for person := int64(1); person <= int64(town.People); person++ {
		actor, err := s.ActorOn(t.Context(), person, day)
		switch {
		case err == nil:
			actors[person] = actor
		case fault.KindOf(err) != fault.Unauthenticated:
			t.Fatal(err)
		}
	}
	return actors
}

func sorted(list []held) []held {
	slices.SortFunc(list, func(a, b held) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return list
}

// What an actor holds, but for the roles that they stand in for, is what the view
// says of them, and 職員等 for each post.
func TestAnActorHoldsWhatTheViewSays(t *testing.T) {
	t.Parallel()
	inTowns(t, func(t *rapid.T, s *org.Service, db pgtest.DB, town orgtest.Town) {
		day := calendar.Day(today).AddDays(rapid.IntRange(-2, 2).Draw(t, "day"))
		var got []held
		for person, actor := range actorsOn(t, s, town, day) {
			for _, h := range actor.Holdings {
				if h.Capacity != authz.StandingIn {
					got = append(got, held{person, h.Role, h.Section, h.Capacity == authz.Acting})
				}
			}
		}
		if want := sorted(viewOn(t, db, day)); !slices.Equal(sorted(got), want) {
			t.Fatalf("actors hold %v\nthe view says %v", got, want)
		}
	})
}

// Who acts in a role, its holders or whoever stands in, is the same asked of the
// role (Responsible) as of each person (ActorOn). ActorOn lets nobody stand in for a
// section where nobody works; Responsible knows no 情報システム担当者, for whom
// nobody stands in and nothing asks.
func TestWhoActsInARoleIsTheSameAskedOfTheRoleOrOfThePerson(t *testing.T) {
	t.Parallel()
	inTowns(t, func(t *rapid.T, s *org.Service, db pgtest.DB, town orgtest.Town) {
		day := calendar.Day(today)
		actors := actorsOn(t, s, town, day)
		var working []int64 // sections where somebody has a post
		for _, h := range viewOn(t, db, day) {
			if h.Role == authz.Staff && h.Section != 0 && !slices.Contains(working, h.Section) {
				working = append(working, h.Section)
			}
		}
		for _, role := range authz.Given() {
			if role == authz.SystemOperator {
				continue
			}
			places := []int64{0}
			if role.OfSection() {
				places = working
			}
			answer, err := responsible.Of(t.Context(), db.Pool, role, places, nil, day)
			if err != nil {
				t.Fatal(err)
			}
			for _, place := range places {
				for person := int64(1); person <= int64(town.People); person++ {
					acts := slices.ContainsFunc(actors[person].Holdings, func(h authz.Holding) bool {
						return h.Role == role && (!role.OfSection() || h.Section == place)
					})
					if acts != slices.Contains(answer[place], person) {
						t.Fatalf("%s of %d: %d acts in it: %v; responsible are %v", role, place, person, acts, answer[place])
					}
				}
			}
		}
	})
}

// Whoever's own matter it is, and who alone holds the role that would decide it:
// the view says so, and those whom May lets decide instead are those whom
// Responsible names without that person. Where that person also stands in for a
// vacant role between, they differ: Responsible goes on to the role above it, May
// to nobody.
func TestWhoDecidesInsteadIsTheSameAskedBothWays(t *testing.T) {
	t.Parallel()
	// actions that one role decides, so that others can only stand in for it
	decides := map[authz.Role]authz.Action{
		authz.CISO: authz.PublishMinor, authz.GeneralSecurityOfficer: authz.DecideRights, authz.SecurityManager: authz.GiveGuidance,
	}
	inTowns(t, func(t *rapid.T, s *org.Service, db pgtest.DB, town orgtest.Town) {
		day := calendar.Day(today)
		view, actors := viewOn(t, db, day), actorsOn(t, s, town, day)
		for person := int64(1); person <= int64(town.People); person++ {
			matter, err := org.Concerning(t.Context(), db.Pool, person, day)
			if err != nil {
				t.Fatal(err)
			}
			covered := slices.Concat(authz.Covered(false), authz.Covered(true))
			for _, mine := range view {
				if mine.Person != person || !slices.Contains(covered, mine.Role) || mine.Role.OfSection() && mine.Section == 0 {
					continue
				}
				shared := slices.ContainsFunc(view, func(other held) bool {
					return other.Person != person && other.Role == mine.Role && (!mine.Role.OfSection() || other.Section == mine.Section)
				})
				alone := slices.ContainsFunc(matter.Alone, func(h authz.Holding) bool { return h.Role == mine.Role && h.Section == mine.Section })
				if alone == shared {
					t.Fatalf("%d is alone as %s of %d: %v; shares it: %v", person, mine.Role, mine.Section, alone, shared)
				}
				action, one := decides[mine.Role]
				standsIn := slices.ContainsFunc(actors[person].Holdings, func(h authz.Holding) bool { return h.Capacity == authz.StandingIn })
				if !alone || !one || standsIn {
					continue
				}
				about := matter
				about.PersonsSection = mine.Section
				answer, err := responsible.Of(t.Context(), db.Pool, mine.Role, []int64{mine.Section}, []int64{person}, day)
				if err != nil {
					t.Fatal(err)
				}
				for other, actor := range actors {
					if _, may := actor.May(action, about); may != slices.Contains(answer[mine.Section], other) {
						t.Fatalf("%s of %d, alone %d: %d may decide: %v; responsible are %v", mine.Role, mine.Section, person, other, may, answer)
					}
				}
			}
		}
	})
}

// From which day on nobody holds a role is found from where periods end, as it is
// looking at each day.
func TestTheFirstDayWithoutAHolderIsThatOfTheDays(t *testing.T) {
	t.Parallel()
	inTowns(t, func(t *rapid.T, s *org.Service, db pgtest.DB, _ orgtest.Town) {
		got, err := s.FirstDaysWithout(t.Context(), authz.Given())
		if err != nil {
			t.Fatal(err)
		}
		rows, err := db.Pool.Query(t.Context(), `
			SELECT r.role, min(d.day)::date
			FROM unnest($1::text[]) r (role), generate_series($2::date, $2::date + $3::int, interval '1 day') d (day)
			WHERE NOT EXISTS (SELECT FROM holding h WHERE h.role = r.role AND h.period @> d.day::date AND h.rule_period @> d.day::date)
			GROUP BY r.role`, authz.Given(), calendar.Day(today), orgtest.Horizon+2)
		if err != nil {
			t.Fatal(err)
		}
		want := map[authz.Role]calendar.Date{}
		var (
			role authz.Role
			day  calendar.Date
		)
		if _, err := pgx.ForEachRow(rows, []any{&role, &day}, func() error { want[role] = day; return nil }); err != nil {
			t.Fatal(err)
		}
		for _, role := range authz.Given() {
			if got[role] != want[role] {
				t.Fatalf("nobody is %s from %v on; looking at each day, from %v on", role, got[role], want[role])
			}
		}
	})
}
