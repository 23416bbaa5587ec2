package org_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/org"
)

// act is something that a clerk does: prepare makes what it is done to, and returns
// the deed.
type act struct {
	name    string
	prepare func(tn town, n string) func(ctx context.Context) error
}

// acts are all changes of the organization.
func acts() []act {
	now := day("2026-11-24")
	return []act{
		{"registers a person", func(tn town, n string) func(context.Context) error {
			post := tn.post(tn.section, "職員"+n, false)
			return func(ctx context.Context) error {
				_, err := tn.Register(ctx, operator, org.Person{StaffNumber: n, Name: "見本", Furigana: "ミホン"}, org.Appointment{Post: post, First: now}, org.Beside)
				return err
			}
		}},
		{"appoints the next head", func(tn town, n string) func(context.Context) error {
			head := tn.post(tn.section, "課長"+n, true)
			tn.must(tn.Appoint(tn.t.Context(), operator, org.Appointment{Person: tn.person(n + "a"), Post: head, First: now.AddDays(-9)}, org.Beside))
			next := tn.person(n + "b")
			return func(ctx context.Context) error {
				return tn.Appoint(ctx, operator, org.Appointment{Person: next, Post: head, First: now}, org.After)
			}
		}},
		{"ends an appointment", func(tn town, n string) func(context.Context) error {
			id := tn.appointed(n)
			return func(ctx context.Context) error { return tn.EndAppointment(ctx, operator, id, now.AddDays(3)) }
		}},
		{"changes a person", func(tn town, n string) func(context.Context) error {
			id := tn.person(n)
			return func(ctx context.Context) error {
				return tn.ChangePerson(ctx, operator, id, org.Person{StaffNumber: n, Name: "見本 改", Furigana: "ミホン", Version: 1})
			}
		}},
		{"gives a role", func(tn town, n string) func(context.Context) error {
			id := tn.person(n)
			return func(ctx context.Context) error {
				return tn.GiveRole(ctx, operator, org.Grant{Person: id, Role: authz.Auditor, First: now, Reason: "見本"})
			}
		}},
		{"changes the section", func(tn town, n string) func(context.Context) error {
			tn.addSection(org.Section{Code: "s" + n, Name: "課" + n, Kind: org.Internal, Position: 2})
			return func(ctx context.Context) error {
				return tn.ChangeSection(ctx, operator, "s"+n, org.Section{Code: "s" + n, Name: "室" + n, Kind: org.Internal, Parent: "zeimu", Position: 3, Version: 1})
			}
		}},
		{"adds a post", func(tn town, n string) func(context.Context) error {
			return func(ctx context.Context) error {
				_, err := tn.AddPost(ctx, operator, org.Post{Section: tn.section, Title: "主事" + n})
				return err
			}
		}},
		{"adds a rule", func(tn town, n string) func(context.Context) error {
			return func(ctx context.Context) error {
				return tn.AddRule(ctx, operator, org.Rule{Title: "主幹" + n, Role: authz.SystemManager})
			}
		}},
	}
}

// appointed appoints somebody new to a post that many hold, and returns the
// appointment.
func (tn town) appointed(number string) (id int64) {
	tn.t.Helper()
	person := tn.person(number)
	tn.must(tn.Appoint(tn.t.Context(), operator, org.Appointment{Person: person, Post: tn.post(tn.section, "職員"+number, false), First: day("2026-11-01")}, org.Beside))
	tn.must(tn.db.Pool.QueryRow(tn.t.Context(), `SELECT id FROM appointment WHERE person_id = $1`, person).Scan(&id))
	return id
}

// Every change may be made beside every other, and beside one like it: both are
// done, and neither waits long.
func TestEveryTwoChangesAreDoneSideBySide(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	tn.must(tn.GiveRole(t.Context(), operator, org.Grant{Person: tn.person("A"), Role: authz.Administrator, First: day("2026-11-24"), Reason: "見本"}))
	all := acts()
	n := 0
	for i, one := range all {
		for _, other := range all[i:] {
			n++
			pair := one.name + " and " + other.name
			first, second := one.prepare(tn, fmt.Sprintf("p%dx", n)), other.prepare(tn, fmt.Sprintf("p%dy", n))
			tn.sideBySide(pair, first, second)
		}
	}
}

// sideBySide does things at once.
func (tn town) sideBySide(what string, deeds ...func(context.Context) error) {
	tn.t.Helper()
	ctx, stop := context.WithTimeout(tn.t.Context(), 30*time.Second)
	defer stop()
	var wait sync.WaitGroup
	for _, deed := range deeds {
		wait.Go(func() {
			if err := deed(ctx); err != nil {
				tn.t.Errorf("%s: %v", what, err)
			}
		})
	}
	wait.Wait()
}

// Two clerks at the personnel desk, thirty acts each on the same people, the one
// from the top of the list and the other from its end: each act is done, or says
// that the other was first; none is undone.
func TestTwoClerksAtOneDesk(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	const many = 30
	ids := make([]int64, many)
	for i := range ids {
		ids[i] = tn.appointed(fmt.Sprintf("c%d", i))
	}
	clerk := func(place func(int) int, last string) func(context.Context) error {
		return func(ctx context.Context) error {
			for i := range many {
				if err := tn.EndAppointment(ctx, operator, ids[place(i)], day(last)); fault.KindOf(err) == fault.Internal && err != nil {
					return err
				}
			}
			return nil
		}
	}
	tn.sideBySide("two clerks", clerk(func(i int) int { return i }, "2026-12-24"), clerk(func(i int) int { return many - 1 - i }, "2026-12-25"))
}
