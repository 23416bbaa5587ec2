package org_test

import (
	"os"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres/pgtest"
)

var server pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &server)) }

func day(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return d
}

type town struct {
	*org.Service
	t    *testing.T
	db   pgtest.DB
	head int64 // the post 税務町民課長
}

func newTown(t *testing.T) town {
	t.Helper()
	db := server.New(t)
	s := org.New(db.Pool, door.New(db.Pool, time.Now))
	section, err := s.AddSection(t.Context(), authz.AsOperator(), org.Section{Code: "zeimu", Name: "税務町民課", Kind: org.Internal, Position: 1})
	if err != nil {
		t.Fatal(err)
	}
	head, err := s.AddPost(t.Context(), authz.AsOperator(), org.Post{Section: section, Title: "税務町民課長", SingleHolder: true, Roles: []authz.Role{authz.SecurityManager}})
	if err != nil {
		t.Fatal(err)
	}
	return town{s, t, db, head}
}

func (tn town) person(number string) int64 {
	tn.t.Helper()
	id, err := tn.AddPerson(tn.t.Context(), authz.AsOperator(), org.Person{StaffNumber: number, Name: "見本 太郎", Furigana: "ミホン タロウ"})
	if err != nil {
		tn.t.Fatal(err)
	}
	return id
}

// Roles follow posts: who is 税務町民課長 is 情報セキュリティ管理者 of that section,
// and 職員等, from the day of the appointment on.
func TestRolesFollowPosts(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	person := tn.person("1")
	if err := tn.Appoint(t.Context(), authz.AsOperator(), person, tn.head, day("2026-04-01")); err != nil {
		t.Fatal(err)
	}
	actor, err := tn.ActorOn(t.Context(), person, day("2026-04-01"))
	if err != nil {
		t.Fatal(err)
	}
	if !actor.Has(authz.SecurityManager) || !actor.Has(authz.Staff) || actor.Holdings[0].SectionName != "税務町民課" || actor.Name != "見本 太郎" {
		t.Errorf("got %+v", actor)
	}
	if len(actor.Sections(authz.SeeAcknowledgements)) != 1 {
		t.Errorf("sections %v", actor.Sections(authz.SeeAcknowledgements))
	}
	if _, err := tn.ActorOn(t.Context(), person, day("2026-03-31")); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("the day before: %v", err)
	}
}

func TestAPersonWhosePostHasEndedIsNobody(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	person := tn.person("1")
	if err := tn.Appoint(t.Context(), authz.AsOperator(), person, tn.head, day("2025-04-01")); err != nil {
		t.Fatal(err)
	}
	if _, err := tn.db.Pool.Exec(t.Context(), `UPDATE appointment SET period = '[2025-04-01,2026-04-01)'`); err != nil {
		t.Fatal(err)
	}
	if _, err := tn.ActorOn(t.Context(), person, day("2026-03-31")); err != nil {
		t.Errorf("on the last day: %v", err)
	}
	if _, err := tn.ActorOn(t.Context(), person, day("2026-04-01")); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("on the day after: %v", err)
	}
}

// The database refuses what can't be, in words that say what to do.
func TestWhatCanNotBeIsRefused(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	operator := authz.AsOperator()
	first, second := tn.person("1"), tn.person("2")
	if err := tn.Appoint(t.Context(), operator, first, tn.head, day("2026-04-01")); err != nil {
		t.Fatal(err)
	}
	refusals := map[string]error{
		"the same post twice":        tn.Appoint(t.Context(), operator, first, tn.head, day("2026-05-01")),
		"two heads on one day":       tn.Appoint(t.Context(), operator, second, tn.head, day("2026-05-01")),
		"a staff number twice":       failing(tn.AddPerson(t.Context(), operator, org.Person{StaffNumber: "1", Name: "見本", Furigana: "ミホン"})),
		"a staff number with blanks": failing(tn.AddPerson(t.Context(), operator, org.Person{StaffNumber: "1 2", Name: "見本", Furigana: "ミホン"})),
		"no name":                    failing(tn.AddPerson(t.Context(), operator, org.Person{StaffNumber: "3", Furigana: "ミホン"})),
		"a section code twice":       failing(tn.AddSection(t.Context(), operator, org.Section{Code: "zeimu", Name: "別の課", Kind: org.Internal})),
	}
	for name, err := range refusals {
		if fault.KindOf(err) != fault.Conflict {
			t.Errorf("%s: %v", name, err)
		}
	}
	staff := authz.Actor{Person: first, Holdings: []authz.Holding{{Role: authz.Staff}}}
	if _, err := tn.AddPerson(t.Context(), staff, org.Person{StaffNumber: "9", Name: "見本", Furigana: "ミホン"}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a 職員 registered a person: %v", err)
	}
}

func failing(_ int64, err error) error { return err }
