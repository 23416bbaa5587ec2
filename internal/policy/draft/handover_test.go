package draft_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/handover"
	"kagami/internal/org"
	"kagami/internal/org/absence"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/policytest"
)

// handing hands over what hangs on people of an office, in which a second person may
// draft: 職員番号 N, who has just come. The clerk is the 統括.
func handing(o policytest.Office) (s *handover.Service, clerk, next authz.Actor) {
	o.T.Helper()
	d := door.New(o.DB.Pool, func() time.Time { return policytest.Now })
	people, ctx := org.New(o.DB.Pool, d), o.T.Context()
	id, err := people.AddPerson(ctx, authz.AsOperator(), org.Person{StaffNumber: "N", Name: "見本 次郎", Furigana: "ミホン"})
	must(o.T, err)
	must(o.T, people.GiveRole(ctx, authz.AsOperator(), org.Grant{Person: id, Role: authz.CSIRTMember, First: calendar.Day(policytest.Now), Reason: "見本"}))
	_, err = people.AddPerson(ctx, authz.AsOperator(), org.Person{StaffNumber: "L", Name: "見本 去り", Furigana: "ミホン"})
	must(o.T, err)
	next, err = people.ActorOn(ctx, id, calendar.Day(policytest.Now))
	must(o.T, err)
	general, err := people.Person(ctx, o.CISO, "G")
	must(o.T, err)
	clerk, err = people.ActorOn(ctx, general.ID, calendar.Day(policytest.Now))
	must(o.T, err)
	return handover.New(o.DB.Pool, d, append(o.Draft.Hangs(), o.Acknowledge.Hangs()...)...), clerk, next
}

// hanging is what hangs on somebody: kind n, …
func hanging(o policytest.Office, s *handover.Service, viewer, who authz.Actor) string {
	o.T.Helper()
	groups, err := s.Hanging(o.T.Context(), viewer, who.Person)
	must(o.T, err)
	var texts []string
	for _, g := range groups {
		texts = append(texts, fmt.Sprintf("%s %d", g.Name, len(g.Things)))
	}
	return strings.Join(texts, ", ")
}

func TestWhatHangsOnSomebody(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Published(policy.Basic, "kihon")
	d := o.DraftOf("kihon", policytest.Text+"第3条　加える。\n")
	must(t, o.Draft.WriteComment(t.Context(), o.CISO, "kihon", draft.NewComment{Anchor: d.Outline.Anchors()[0].Anchor, Text: "見本", SHA256: d.SHA256}))
	must(t, o.Draft.Submit(t.Context(), o.Officer, "kihon", policytest.Minor(d)))
	must(t, o.Acknowledge.TendAll(t.Context()))
	s, clerk, _ := handing(o)
	for who, want := range map[*authz.Actor]string{&o.Officer: "draft 1, request 1", &o.CISO: "comment 1, approval 1, request 1", &o.Staff: "request 1"} {
		if got := hanging(o, s, clerk, *who); got != want {
			t.Errorf("on %s: %s, want %s", who.Name, got, want)
		}
		if got := hanging(o, s, o.Staff, *who); got != "" {
			t.Errorf("a 職員 sees of %s: %s", who.Name, got)
		}
	}
	administrator := authz.Actor{Person: clerk.Person, Holdings: []authz.Holding{{Role: authz.Administrator}}}
	if got := hanging(o, s, administrator, o.Officer); strings.Contains(got, "draft") {
		t.Errorf("the ポータル管理者 sees drafts: %s", got)
	}
}

func TestADraftIsHandedOver(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	o.Published(policy.Basic, "kihon")
	id := o.DraftOf("kihon", policytest.Text+"第3条　加える。\n").Revision
	s, clerk, next := handing(o)
	drafts := handover.Picked{"draft": {id}}
	today := calendar.Day(policytest.Now)
	absences := absence.New(o.DB.Pool, door.New(o.DB.Pool, func() time.Time { return policytest.Now }))
	must(t, absences.Record(ctx, authz.AsOperator(), o.CISO.Person, absence.Typed{First: today, Kind: "care"}))
	administrator := authz.Actor{Person: clerk.Person, Holdings: []authz.Holding{{Role: authz.Administrator}}}
	for name, c := range map[string]struct {
		actor  authz.Actor
		to     string
		picked handover.Picked
		kind   fault.Kind
		field  string
	}{
		"to nobody":                {clerk, " ", drafts, fault.Invalid, "to"},
		"to no such number":        {clerk, "X", drafts, fault.Invalid, "to"},
		"to oneself":               {clerk, "2", drafts, fault.Invalid, "to"},
		"to who has left":          {clerk, "L", drafts, fault.Invalid, "to"},
		"to who is away":           {clerk, "1", drafts, fault.Invalid, "to"},
		"to who has not the role":  {clerk, "4", drafts, fault.Invalid, "to"},
		"nothing":                  {clerk, "N", handover.Picked{}, fault.Invalid, "give"},
		"what can't be":            {clerk, "N", handover.Picked{"request": {1}}, fault.Invalid, "give"},
		"another draft":            {clerk, "N", handover.Picked{"draft": {id, id + 999}}, fault.Conflict, ""},
		"by who holds it":          {o.Officer, "N", drafts, fault.Forbidden, ""},
		"by who may not draft":     {administrator, "N", drafts, fault.Forbidden, ""},
		"by who changes no people": {o.Staff, "N", drafts, fault.Forbidden, ""},
	} {
		err := s.HandOver(ctx, c.actor, o.Officer.Person, c.to, c.picked)
		e, ok := errors.AsType[*fault.Error](err)
		if !ok || e.Kind != c.kind || c.field != "" && (len(e.Problems) != 1 || e.Problems[0].Field != c.field) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if d := o.Drafted("kihon"); d.Drafter != o.Officer.Person {
		t.Fatalf("the drafter is %s", d.DraftedBy)
	}
	var (
		wait sync.WaitGroup
		errs [2]error
	)
	for i := range errs { // two clerks
		wait.Go(func() { errs[i] = s.HandOver(ctx, clerk, o.Officer.Person, "Ｎ", drafts) })
	}
	wait.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || fault.KindOf(errors.Join(errs[:]...)) != fault.Conflict {
		t.Errorf("two clerks: %v", errs)
	}
	d := o.Drafted("kihon")
	if last := d.Steps[len(d.Steps)-1]; d.Drafter != next.Person || last.Event != draft.EventHandOver || last.Event.Title() != "引き継ぎ" || last.Note != "見本 次郎さんが引き継ぎました" {
		t.Errorf("%+v", d.Steps)
	}
	if got := o.Newest(next); !strings.Contains(got, "下書きを引き継ぎました") {
		t.Errorf("they are told %s", got)
	}
	var entries string
	must(t, o.DB.Pool.QueryRow(ctx, `
		SELECT string_agg(concat_ws(' ', subject_kind, array_to_string(fields, ','), action, role), '; ' ORDER BY id) FROM trail_entry
		WHERE 'handed_over' = ANY(fields) OR 'drafted_by' = ANY(fields)`).Scan(&entries))
	// each as what it is: the draft as by who writes drafts
	if entries != "person handed_over organization.change general_security_officer; revision drafted_by policy.draft general_security_officer" {
		t.Errorf("the trail says %s", entries)
	}
	// who wrote on it, and who has taken it over, never publish it
	var drafters int
	must(t, o.DB.Pool.QueryRow(ctx, `SELECT cardinality(drafters) FROM revision WHERE id = $1`, id).Scan(&drafters))
	if drafters != 2 {
		t.Errorf("%d drafters", drafters)
	}
}
