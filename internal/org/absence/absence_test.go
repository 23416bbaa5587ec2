package absence_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/org/absence"
	"kagami/internal/postgres/pgtest"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

var today = calendar.NewDate(2026, time.November, 24)

type desk struct {
	*absence.Service
	t      *testing.T
	db     pgtest.DB
	person int64
	clerk  authz.Actor // who may change the organization
	staff  authz.Actor // a 職員 who is somebody else
	self   authz.Actor // the person, who may change the organization too
}

func newDesk(t *testing.T) desk {
	t.Helper()
	db := databases.New(t)
	d := desk{t: t, db: db}
	d = d.on(0)
	people := org.New(db.Pool, door.New(db.Pool, func() time.Time { return today.Start() }))
	var ids []int64
	for n := range 3 {
		id, err := people.AddPerson(t.Context(), authz.AsOperator(), org.Person{StaffNumber: fmt.Sprint(n), Name: "見本", Furigana: "ミホン"})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	d.person = ids[0]
	holding := func(role authz.Role) []authz.Holding { return []authz.Holding{{Role: role}} }
	d.clerk = authz.Actor{Person: ids[1], Holdings: holding(authz.SecurityOfficer)}
	d.staff = authz.Actor{Person: ids[2], Holdings: holding(authz.Staff)}
	d.self = authz.Actor{Person: ids[0], Holdings: holding(authz.GeneralSecurityOfficer)}
	return d
}

// on is the desk some days after today.
func (d desk) on(days int) desk {
	d.Service = absence.New(d.db.Pool, door.New(d.db.Pool, func() time.Time { return today.AddDays(days).Start().Add(9 * time.Hour) }))
	return d
}

func (d desk) record(first, last calendar.Date) {
	d.t.Helper()
	if err := d.Record(d.t.Context(), d.clerk, d.person, absence.Typed{First: first, Last: last, Kind: "childcare", Reason: "第二子の育児"}); err != nil {
		d.t.Fatal(err)
	}
}

// periods are a person's absences as an actor sees them: first..last kind reason.
func (d desk) periods(actor authz.Actor) string {
	d.t.Helper()
	list, err := d.Of(d.t.Context(), actor, d.person, today)
	if err != nil {
		d.t.Fatal(err)
	}
	var texts []string
	for _, a := range list {
		texts = append(texts, fmt.Sprintf("%s..%s %s %s", a.First, a.Last, a.Kind.Title, a.Reason))
	}
	return strings.Join(texts, ", ")
}

func TestWhyIsForThePersonAndWhoChangesTheOrganization(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.record(today.AddDays(-3), today.AddDays(3))
	d.record(today.AddDays(10), calendar.Date{})
	const whole = "2026-12-04.. 育児休業 第二子の育児, 2026-11-21..2026-11-27 育児休業 第二子の育児"
	for name, c := range map[string]struct {
		actor authz.Actor
		want  string
	}{"a clerk": {d.clerk, whole}, "the person": {d.self, whole}, "a colleague": {d.staff, "2026-11-21..2026-11-27  "}} {
		if got := d.periods(c.actor); got != c.want {
			t.Errorf("%s sees %q, want %q", name, got, c.want)
		}
	}
	if kinds, err := d.Kinds(t.Context(), d.staff); len(kinds) != 0 || err != nil {
		t.Errorf("a colleague is given kinds: %v %v", kinds, err)
	}
	if kinds, err := d.Kinds(t.Context(), d.clerk); len(kinds) != 7 || err != nil {
		t.Errorf("a clerk is given kinds: %v %v", kinds, err)
	}
}

// The open part of the trail names nothing but whom it is about.
func TestTheTrailHasWhyInTheConfidentialPartOnly(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.record(today, calendar.Date{})
	var open, confidential []byte
	err := d.db.Pool.QueryRow(t.Context(), `
		SELECT to_jsonb(e), c.part FROM trail_entry e JOIN trail_confidential c ON c.entry_id = e.id WHERE e.subject_kind = 'absence'`).Scan(&open, &confidential)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"childcare", "第二子", "2026-11-24\""} {
		if strings.Contains(string(open), secret) {
			t.Errorf("the open part says %s: %s", secret, open)
		}
	}
	var part map[string]string
	if err := json.Unmarshal(confidential, &part); err != nil || part["kind"] != "childcare" || part["reason"] != "第二子の育児" || part["first"] != today.String() {
		t.Errorf("the confidential part: %s %v", confidential, err)
	}
}

func TestWhatCannotBeRecordedSaysWhatToDo(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.record(today, today.AddDays(9))
	for name, c := range map[string]struct {
		typed absence.Typed
		field string
	}{
		"no first day":         {absence.Typed{Kind: "care"}, "first"},
		"ends before it began": {absence.Typed{First: today.AddDays(20), Last: today.AddDays(19), Kind: "care"}, "last"},
		"the year 3026":        {absence.Typed{First: calendar.NewDate(3026, time.April, 1), Kind: "care"}, "first"},
		"the year 1026":        {absence.Typed{First: calendar.NewDate(1026, time.April, 1), Last: today.AddDays(-1), Kind: "care"}, "first"},
		"until the year 3026":  {absence.Typed{First: today.AddDays(20), Last: calendar.NewDate(3026, time.April, 1), Kind: "care"}, "last"},
		"no kind":              {absence.Typed{First: today.AddDays(20)}, "kind"},
		"no such kind":         {absence.Typed{First: today.AddDays(20), Kind: "holiday"}, "kind"},
		"a novel":              {absence.Typed{First: today.AddDays(20), Kind: "care", Reason: strings.Repeat("あ", 501)}, "reason"},
		"the last day again":   {absence.Typed{First: today.AddDays(9), Kind: "care"}, "first"},
		"around the other":     {absence.Typed{First: today.AddDays(-9), Kind: "care"}, "first"},
	} {
		err := d.Record(t.Context(), d.clerk, d.person, c.typed)
		e, ok := errors.AsType[*fault.Error](err)
		if !ok || len(e.Problems) != 1 || e.Problems[0].Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := d.periods(d.clerk); strings.Count(n, "..") != 1 {
		t.Errorf("recorded all the same: %s", n)
	}
}

func TestNobodyRecordsTheirOwnAndOnlyWhoMayRecordsOthers(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for name, actor := range map[string]authz.Actor{"the person": d.self, "a colleague": d.staff} {
		if err := d.Record(t.Context(), actor, d.person, absence.Typed{First: today, Kind: "care"}); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnAbsenceIsEnded(t *testing.T) {
	t.Parallel()
	d, ctx := newDesk(t), t.Context()
	d.record(today.AddDays(-9), calendar.Date{})
	end := func(d desk, first, last calendar.Date, version int) fault.Kind {
		return fault.KindOf(d.End(ctx, d.clerk, d.person, first, last, version))
	}
	first := today.AddDays(-9)
	if err := d.End(ctx, d.clerk, d.person, first, today.AddDays(-3), 1); err != nil { // they came back, and it is known late
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		on          int
		first, last calendar.Date
		version     int
		want        fault.Kind
	}{
		"by an old page":     {0, first, today, 1, fault.Conflict},
		"before it began":    {-4, first, first.AddDays(-1), 2, fault.Invalid},
		"what is over":       {0, first, today, 2, fault.Invalid},
		"none begins so":     {0, today, today, 1, fault.NotFound},
		"of the year 3026":   {-4, first, calendar.NewDate(3026, time.April, 1), 2, fault.Invalid},
		"somebody's own day": {0, first.AddDays(1), today, 1, fault.NotFound},
	} {
		if got := end(d.on(c.on), c.first, c.last, c.version); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// What was recorded by mistake is taken back, whether it is to come, lasts or is over:
// nothing of it is left but in the trail, and another may be recorded in its days.
func TestAnAbsenceThatWasAMistakeIsTakenBack(t *testing.T) {
	t.Parallel()
	for name, days := range map[string][2]int{"to come": {5, 9}, "lasting": {-3, 9}, "over": {-9, -3}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, ctx := newDesk(t), t.Context()
			first := today.AddDays(days[0])
			d.record(first, today.AddDays(days[1]))
			for name, c := range map[string]struct {
				actor   authz.Actor
				version int
				why     string
				want    fault.Kind
			}{
				"without a reason":   {d.clerk, 1, " 　", fault.Invalid},
				"with a novel":       {d.clerk, 1, strings.Repeat("あ", 501), fault.Invalid},
				"by an old page":     {d.clerk, 2, "別の職員の休業だったため", fault.Conflict},
				"by a colleague":     {d.staff, 1, "別の職員の休業だったため", fault.Forbidden},
				"by who it is about": {d.self, 1, "別の職員の休業だったため", fault.Forbidden},
			} {
				if err := d.Withdraw(ctx, c.actor, d.person, first, c.version, c.why); fault.KindOf(err) != c.want {
					t.Errorf("%s: %v", name, err)
				}
			}
			if err := d.Withdraw(ctx, d.clerk, d.person, first, 1, " 別の職員の休業だったため "); err != nil {
				t.Fatal(err)
			}
			if err := d.Withdraw(ctx, d.clerk, d.person, first, 1, "もう一度"); fault.KindOf(err) != fault.NotFound {
				t.Errorf("taken back again: %v", err)
			}
			var why, kind string
			var shown int
			err := d.db.Pool.QueryRow(ctx, `
				SELECT c.part::jsonb->>'why', c.part::jsonb->>'kind', (SELECT count(*) FROM absence_shown)
				FROM trail_entry e JOIN trail_confidential c ON c.entry_id = e.id WHERE e.subject_kind = 'absence' ORDER BY e.id DESC LIMIT 1`).Scan(&why, &kind, &shown)
			if err != nil || why != "別の職員の休業だったため" || kind != "childcare" || shown != 0 {
				t.Errorf("the trail keeps %q of %s, and %d are shown: %v", why, kind, shown, err)
			}
			d.record(first, today.AddDays(days[1]))
		})
	}
}

// Of two clerks who record the same absence at once one is told that it is there.
func TestOfTwoClerksAtOnceOneRecordsIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var (
		wait sync.WaitGroup
		errs [2]error
	)
	for i := range errs {
		wait.Go(func() {
			errs[i] = d.Record(t.Context(), d.clerk, d.person, absence.Typed{First: today.AddDays(i), Kind: "care"})
		})
	}
	wait.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || fault.KindOf(errors.Join(errs[:]...)) != fault.Conflict {
		t.Errorf("%v", errs)
	}
}

// Whoever's absence has an edge on 29 February is away on that day.
func TestTheLeapDay(t *testing.T) {
	t.Parallel()
	leap := calendar.NewDate(2028, time.February, 29)
	for name, c := range map[string]struct {
		a    absence.Absence
		want bool
	}{
		"until it":             {absence.Absence{First: leap.AddDays(-9), Last: leap}, true},
		"from it":              {absence.Absence{First: leap}, true},
		"until the day before": {absence.Absence{First: leap.AddDays(-9), Last: leap.AddDays(-1)}, false},
		"from 1 March":         {absence.Absence{First: calendar.NewDate(2028, time.March, 1)}, false},
	} {
		if got := c.a.On(leap); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
