package acknowledge_test

import (
	"testing"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/policytest"
)

func TestWhoHasReadIsCountedBySection(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	shown := o.Published(policy.Basic, "kihon")
	must(t, o.Acknowledge.Acknowledge(t.Context(), o.Staff, shown))
	whole, err := o.Acknowledge.Coverage(t.Context(), o.CISO, "kihon", 0)
	must(t, err)
	if !whole.Whole || whole.Asked != 5 || whole.Acknowledged != 1 || len(whole.Sections) != 3 || whole.Sections[0].Code != "" {
		t.Errorf("the town: %+v", whole)
	}
	beyond, err := o.Acknowledge.Coverage(t.Context(), o.CISO, "kihon", 999)
	must(t, err)
	if beyond.Asked != 5 || len(beyond.Sections) != 3 {
		t.Errorf("after the last section: %+v", beyond)
	}
	own, err := o.Acknowledge.Coverage(t.Context(), o.Manager, "kihon", 0)
	must(t, err)
	if own.Whole || own.Asked != 3 || own.Acknowledged != 1 || len(own.Sections) != 1 || own.Sections[0].Code != "zeimu" || len(own.Sections[0].Missing) != 2 {
		t.Errorf("the 管理者's section: %+v", own)
	}
	if _, err := o.Acknowledge.Coverage(t.Context(), o.Staff, "kihon", 0); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a 職員: %v", err)
	}
	var lines []acknowledge.Line
	_, err = o.Acknowledge.CoverageLines(t.Context(), o.Other, "kihon", func(l acknowledge.Line) error {
		lines = append(lines, l)
		return nil
	})
	must(t, err)
	if len(lines) != 1 || lines[0].Section != "福祉こども課" || lines[0].AcknowledgedAt != nil {
		t.Errorf("the list of the other section: %+v", lines)
	}
}

// Whoever stands in for a while in another section is counted where they are at
// home, wherever the post stands that they stand in for.
func TestWhoStandsInIsCountedInTheirOwnSection(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	o.Published(policy.Basic, "kihon")
	people := org.New(o.DB.Pool, door.New(o.DB.Pool, o.Clock))
	var welfare int64
	must(t, o.DB.Pool.QueryRow(ctx, `SELECT id FROM section WHERE code = 'fukushi'`).Scan(&welfare))
	post, err := people.AddPost(ctx, authz.AsOperator(), org.Post{Section: welfare, Title: "副課長", Position: 0})
	must(t, err)
	must(t, people.Appoint(ctx, authz.AsOperator(), org.Appointment{Person: o.Staff.Person, Post: post, First: calendar.Day(policytest.Now), Acting: true}, org.Beside))
	person, err := o.Acknowledge.AskedPerson(ctx, o.CISO, "kihon", staffNumber)
	must(t, err)
	if person.Section != "税務町民課" {
		t.Errorf("they are counted in %s", person.Section)
	}
	must(t, o.Acknowledge.TendAll(ctx))
	_, err = o.Acknowledge.EvidenceLines(ctx, o.CISO, "kihon", 1, func(l acknowledge.Line) error {
		if l.StaffNumber == staffNumber && l.Section != "税務町民課" {
			t.Errorf("the evidence has them in %s", l.Section)
		}
		return nil
	})
	must(t, err)
}
