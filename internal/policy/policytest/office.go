package policytest

import (
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/notice"
	"kagami/internal/org"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/draft"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/state"
)

// Now is when tests begin: nine o'clock in Tokyo.
var Now = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

// Office is a small town: two sections, each with its head, and who publishes.
type Office struct {
	Rooms
	T                                    *testing.T
	DB                                   pgtest.DB
	CISO, Officer, Manager, Other, Staff authz.Actor
	Chair                                string // the CISO's 職員番号
}

// NewOffice makes one in a fresh database.
func NewOffice(t *testing.T, server *pgtest.Server) Office {
	t.Helper()
	db := server.New(t)
	clock := func() time.Time { return Now }
	d := door.New(db.Pool, clock)
	people := org.New(db.Pool, d)
	o := Office{Rooms: NewRooms(db.Pool, d, clock), T: t, DB: db}
	operator, ctx := authz.AsOperator(), t.Context()
	n := 0
	appoint := func(section int64, title string, roles ...authz.Role) authz.Actor {
		n++
		number := string(rune('0' + n))
		person, err := people.AddPerson(ctx, operator, org.Person{StaffNumber: number, Name: "見本 " + number, Furigana: "ミホン"})
		must(t, err)
		post, err := people.AddPost(ctx, operator, org.Post{Section: section, Title: title, Position: n})
		must(t, err)
		for _, role := range roles {
			must(t, people.AddRule(ctx, operator, org.Rule{Title: title, Role: role}))
		}
		must(t, people.Appoint(ctx, operator, org.Appointment{Person: person, Post: post, First: calendar.Day(Now).AddDays(-100)}, org.Beside))
		actor, err := people.ActorOn(ctx, person, calendar.Day(Now))
		must(t, err)
		return actor
	}
	tax, err := people.AddSection(ctx, operator, org.Section{Code: "zeimu", Name: "税務町民課", Kind: org.Internal, Position: 1})
	must(t, err)
	welfare, err := people.AddSection(ctx, operator, org.Section{Code: "fukushi", Name: "福祉こども課", Kind: org.Internal, Position: 2})
	must(t, err)
	// somebody is 統括, or the CISO would stand in
	general, err := people.AddPerson(ctx, operator, org.Person{StaffNumber: "G", Name: "見本 統括", Furigana: "ミホン"})
	must(t, err)
	must(t, people.GiveRole(ctx, operator, org.Grant{Person: general, Role: authz.GeneralSecurityOfficer, First: calendar.Day(Now).AddDays(-100), Reason: "見本"}))
	o.CISO = appoint(0, "副町長", authz.CISO)
	o.Chair = "1"
	o.Officer = appoint(tax, "担当副課長", authz.SecurityOfficer)
	o.Manager = appoint(tax, "税務町民課長", authz.SecurityManager)
	o.Staff = appoint(tax, "職員")
	o.Other = appoint(welfare, "福祉こども課長", authz.SecurityManager)
	return o
}

// Clock is the office's.
func (o Office) Clock() time.Time { return Now }

// Notices are what people are told.
func (o Office) Notices() *notice.Service {
	return notice.New(o.DB.Pool, o.Clock, policy.Topic(), draft.Topic(), acknowledge.Topic())
}

// Told are what an actor was told, the newest first, as far as they may see it.
func (o Office) Told(actor authz.Actor) []notice.Given {
	o.T.Helper()
	page, err := o.Notices().List(o.T.Context(), actor, 0)
	must(o.T, err)
	return page.Notices
}

// Newest is the title and the URL of what an actor was told last.
func (o Office) Newest(actor authz.Actor) string {
	o.T.Helper()
	list := o.Told(actor)
	if len(list) == 0 {
		return ""
	}
	return list[0].Title + " " + list[0].URL
}

// InState is the actor as a request brings them: with the state of the database.
func (o Office) InState(actor authz.Actor) authz.Actor {
	o.T.Helper()
	return o.InStateOf(actor, org.ChangeCounter, policy.ChangeCounter, policy.AcknowledgementCounter)
}

// InStateOf is InState where the request reads these counters only.
func (o Office) InStateOf(actor authz.Actor, read ...state.Counter) authz.Actor {
	o.T.Helper()
	counters, err := state.NewCounters(read...)
	must(o.T, err)
	now, err := counters.Load(o.T.Context(), o.DB.Pool, actor.Person)
	must(o.T, err)
	people := org.New(o.DB.Pool, door.New(o.DB.Pool, o.Clock))
	actor, err = people.ActorInState(o.T.Context(), actor.Person, calendar.Day(Now), now)
	must(o.T, err)
	return actor
}

// Later is the office some days on.
func (o Office) Later(days int) Office {
	return o.On(func() time.Time { return Now.AddDate(0, 0, days) })
}

// On is the office by another clock.
func (o Office) On(clock func() time.Time) Office {
	o.Rooms = NewRooms(o.DB.Pool, door.New(o.DB.Pool, clock), clock)
	return o
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
