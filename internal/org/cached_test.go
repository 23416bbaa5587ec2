package org_test

import (
	"testing"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/internal/state"
	"kagami/internal/task"
)

// reading is the state that a request knows that reads these counters.
func (tn town) reading(read ...state.Counter) state.Numbers {
	tn.t.Helper()
	counters, err := state.NewCounters(read...)
	tn.must(err)
	now, err := counters.Load(tn.t.Context(), tn.db.Pool, 0)
	tn.must(err)
	return now
}

// another is a counter that says nothing of the organization.
var another = state.Counter{Name: "another", SQL: "1"}

func (tn town) actorIn(in state.Numbers, person int64, on string) authz.Actor {
	tn.t.Helper()
	actor, err := tn.ActorInState(tn.t.Context(), person, day(on), in)
	tn.must(err)
	return actor
}

// What a request does not know the state of it gets from no cache.
func TestAnAppointmentIsSeenWhereItsCounterIsNotRead(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	in, person := tn.reading(another), tn.person("1")
	tn.must(tn.appoint(person, tn.post(tn.section, "職員", false), "2026-04-01", ""))
	if tn.actorIn(in, person, "2026-11-24").Has(authz.SecurityManager) {
		t.Fatal("one of the staff is 課長")
	}
	tn.must(tn.appoint(person, tn.head, "2026-04-01", ""))
	if !tn.actorIn(in, person, "2026-11-24").Has(authz.SecurityManager) {
		t.Error("the 課長 is not seen")
	}
}

func TestAPostEndsAtMidnightThoughTheStateIsTheSame(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	person := tn.person("1")
	tn.must(tn.appoint(person, tn.post(tn.section, "職員", false), "2026-04-01", ""))
	tn.must(tn.appoint(person, tn.head, "2026-04-01", "2026-11-24"))
	in := tn.reading(org.ChangeCounter)
	for on, want := range map[string]bool{"2026-11-24": true, "2026-11-25": false} {
		if tn.actorIn(in, person, on).Has(authz.SecurityManager) != want {
			t.Errorf("on %s: %t", on, !want)
		}
	}
}

// withoutHeads is how many 課室 lack a head on a day, to the operator in a state.
func (tn town) withoutHeads(in state.Numbers, on calendar.Date) int {
	tn.t.Helper()
	actor := operator
	actor.State = in
	g, err := tn.Gaps(tn.t.Context(), actor, on)
	tn.must(err)
	return g.WithoutHeads
}

// queuedWithoutHeads is withoutHeads asked in a batch, of today.
func (tn town) queuedWithoutHeads(in state.Numbers) int {
	tn.t.Helper()
	actor := operator
	actor.State = in
	var batch task.Batch
	n := -1
	tn.QueueGaps(&batch, actor, func(g org.Gaps) { n = g.WithoutHeads })
	tn.must(batch.Run(tn.t.Context(), tn.db.Pool))
	return n
}

func TestAGapIsFilledWhereItsCounterIsNotRead(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	in := tn.reading(another)
	tn.must(tn.appoint(tn.person("1"), tn.post(tn.section, "職員", false), "2026-04-01", ""))
	if one, queued := tn.withoutHeads(in, day("2026-11-24")), tn.queuedWithoutHeads(in); one != 1 || queued != 1 {
		t.Fatalf("at first %d, queued %d", one, queued)
	}
	tn.must(tn.appoint(tn.person("2"), tn.head, "2026-04-01", ""))
	if one, queued := tn.withoutHeads(in, day("2026-11-24")), tn.queuedWithoutHeads(in); one != 0 || queued != 0 {
		t.Errorf("with a 課長 %d, queued %d", one, queued)
	}
}

func TestAGapOpensAtMidnightThoughTheStateIsTheSame(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	tn.must(tn.appoint(tn.person("1"), tn.post(tn.section, "職員", false), "2026-04-01", ""))
	tn.must(tn.appoint(tn.person("2"), tn.head, "2026-04-01", "2026-11-24"))
	in := tn.reading(org.ChangeCounter)
	if before, after := tn.withoutHeads(in, day("2026-11-24")), tn.withoutHeads(in, day("2026-11-25")); before != 0 || after != 1 {
		t.Errorf("%d before, %d after", before, after)
	}
}
