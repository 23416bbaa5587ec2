package transfer_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/org/transfer"
	"kagami/internal/postgres/pgtest"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

func day(s string) calendar.Date {
	d, err := calendar.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

// after is how a plan goes on: post first..last, with + for what is new, - for what ends.
func after(p transfer.Plan) string {
	var texts []string
	for _, l := range p.After {
		mark := ""
		switch {
		case l.New:
			mark = "+"
		case l.Ends:
			mark = "-"
		}
		texts = append(texts, fmt.Sprintf("%s%s %s..%s", mark, l.Post, l.First, l.Last))
	}
	return strings.Join(texts, ", ")
}

func TestWhatComesOfATransfer(t *testing.T) {
	held := func(id int64, post, first, last string) org.AppointmentLine {
		l := org.AppointmentLine{Appointment: org.Appointment{ID: id, Post: id, First: day(first)}, Title: post}
		if last != "" {
			l.Last = day(last)
		}
		return l
	}
	for name, c := range map[string]struct {
		history []org.AppointmentLine
		first   string
		acting  bool
		way     transfer.Way
		want    string
		refused bool
	}{
		"nothing held":          {nil, "2028-04-01", false, "", "+新 2028-04-01..", false},
		"not said":              {[]org.AppointmentLine{held(1, "旧", "2027-04-01", "")}, "2028-04-01", false, "", "旧 2027-04-01.., +新 2028-04-01..", true},
		"a word":                {[]org.AppointmentLine{held(1, "旧", "2027-04-01", "")}, "2028-04-01", false, "both", "旧 2027-04-01.., +新 2028-04-01..", true},
		"transferred":           {[]org.AppointmentLine{held(1, "旧", "2027-04-01", "")}, "2028-04-01", false, transfer.Transfer, "-旧 2027-04-01..2028-03-31, +新 2028-04-01..", false},
		"beside":                {[]org.AppointmentLine{held(1, "旧", "2027-04-01", "")}, "2028-04-01", false, transfer.Concurrent, "旧 2027-04-01.., +新 2028-04-01..", false},
		"on 29 February":        {[]org.AppointmentLine{held(1, "旧", "2027-04-01", "")}, "2028-02-29", false, transfer.Transfer, "-旧 2027-04-01..2028-02-28, +新 2028-02-29..", false},
		"on the day after it":   {[]org.AppointmentLine{held(1, "旧", "2027-04-01", "2028-12-31")}, "2028-03-01", false, transfer.Transfer, "-旧 2027-04-01..2028-02-29, +新 2028-03-01..", false},
		"in a common year":      {[]org.AppointmentLine{held(1, "旧", "2026-04-01", "")}, "2027-03-01", false, transfer.Transfer, "-旧 2026-04-01..2027-02-28, +新 2027-03-01..", false},
		"ends that day already": {[]org.AppointmentLine{held(1, "旧", "2027-04-01", "2028-03-31")}, "2028-04-01", false, "", "旧 2027-04-01..2028-03-31, +新 2028-04-01..", false},
		"over long before":      {[]org.AppointmentLine{held(1, "旧", "2020-04-01", "2021-03-31")}, "2028-04-01", false, "", "+新 2028-04-01..", false},
		"begins the same day":   {[]org.AppointmentLine{held(1, "旧", "2028-04-01", "")}, "2028-04-01", false, "", "旧 2028-04-01.., +新 2028-04-01..", false},
		"acting, and leaving":   {[]org.AppointmentLine{held(1, "旧", "2027-04-01", "")}, "2028-04-01", true, transfer.Transfer, "-旧 2027-04-01..2028-03-31, +新 2028-04-01..", true},
	} {
		plan, err := transfer.Foresee(c.history, org.Appointment{Post: 9, First: day(c.first), Acting: c.acting}, "新", c.way)
		if got := after(plan); got != c.want || (fault.KindOf(err) == fault.Invalid && err != nil) != c.refused {
			t.Errorf("%s: %s, %v; want %s", name, got, err, c.want)
		}
	}
}

// town is one where somebody holds a post, and there are two more.
type town struct {
	*org.Service
	t            *testing.T
	person, held int64
	posts        [2]int64
}

func newTown(t *testing.T, today string) town {
	t.Helper()
	db := databases.New(t)
	tn := town{Service: org.New(db.Pool, door.New(db.Pool, func() time.Time { return day(today).Start().Add(time.Hour) })), t: t}
	ctx, operator := t.Context(), authz.AsOperator()
	must := func(id int64, err error) int64 {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	admin := must(tn.AddPerson(ctx, operator, org.Person{StaffNumber: "A", Name: "見本", Furigana: "ミホン"}))
	must(0, tn.GiveRole(ctx, operator, org.Grant{Person: admin, Role: authz.Administrator, First: day("2020-01-01"), Reason: "見本"}))
	tn.person = must(tn.AddPerson(ctx, operator, org.Person{StaffNumber: "1", Name: "見本", Furigana: "ミホン"}))
	old := must(tn.AddPost(ctx, operator, org.Post{Title: "旧"}))
	for i, title := range []string{"新", "別"} {
		tn.posts[i] = must(tn.AddPost(ctx, operator, org.Post{Title: title}))
	}
	must(0, tn.Appoint(ctx, operator, org.Appointment{Person: tn.person, Post: old, First: day("2027-04-01")}, org.Beside))
	tn.held = tn.history()[0].ID
	return tn
}

func (tn town) history() []org.AppointmentLine {
	tn.t.Helper()
	h, err := tn.HistoryOf(tn.t.Context(), authz.Actor{Holdings: []authz.Holding{{Role: authz.CIO}}}, tn.person, day("2028-01-01"))
	if err != nil {
		tn.t.Fatal(err)
	}
	return h.Appointments
}

// What is done is what was foreseen, also on 29 February.
func TestATransferDoesWhatWasForeseen(t *testing.T) {
	t.Parallel()
	for _, first := range []string{"2028-02-28", "2028-02-29", "2028-03-01", "2028-04-01"} {
		for _, way := range transfer.Ways() {
			t.Run(first+" "+string(way), func(t *testing.T) {
				t.Parallel()
				tn := newTown(t, "2028-02-28")
				a := org.Appointment{Person: tn.person, Post: tn.posts[0], First: day(first)}
				plan, err := transfer.Foresee(tn.history(), a, "新", way)
				if err != nil {
					t.Fatal(err)
				}
				if err := tn.Appoint(t.Context(), authz.AsOperator(), a, org.Succession{Own: way == transfer.Transfer, Held: plan.Held}); err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, h := range tn.history() {
					got = append(got, fmt.Sprintf("%s %s..%s", h.PostName(), h.First, h.Last))
				}
				slices.Sort(got)
				want := strings.Split(strings.NewReplacer("+", "", "-旧", "旧").Replace(after(plan)), ", ")
				slices.Sort(want)
				if !slices.Equal(got, want) {
					t.Errorf("done %v, foreseen %v", got, want)
				}
			})
		}
	}
}

func TestATransferNeverChangesThePast(t *testing.T) {
	t.Parallel()
	tn := newTown(t, "2028-02-29")
	a := org.Appointment{Person: tn.person, Post: tn.posts[0], First: day("2028-02-28")}
	if err := tn.Appoint(t.Context(), authz.AsOperator(), a, org.Succession{Own: true}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("%v", err)
	}
	if h := tn.history(); len(h) != 1 || !h[0].Last.IsZero() {
		t.Errorf("%+v", h)
	}
}

// Of two clerks who have the same page before them and transfer the same person, one is
// told that the other was first.
func TestTwoClerksTransferOnePerson(t *testing.T) {
	t.Parallel()
	tn := newTown(t, "2028-02-28")
	var (
		wait sync.WaitGroup
		errs [2]error
	)
	for i, post := range tn.posts {
		wait.Go(func() {
			a := org.Appointment{Person: tn.person, Post: post, First: day("2028-02-29")}
			errs[i] = tn.Appoint(t.Context(), authz.AsOperator(), a, org.Succession{Own: true, Held: []int64{tn.held}})
		})
	}
	wait.Wait()
	if kinds := [2]bool{errs[0] == nil, errs[1] == nil}; kinds[0] == kinds[1] || fault.KindOf(errs[0]) != fault.Conflict && fault.KindOf(errs[1]) != fault.Conflict {
		t.Errorf("%v", errs)
	}
	if h := tn.history(); len(h) != 2 {
		t.Errorf("%+v", h)
	}
}
