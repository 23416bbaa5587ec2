package keeper_test

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/org/keeper"
	"kagami/internal/postgres/pgtest"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

var today = calendar.NewDate(2026, time.November, 24)

// office is two sections, each with a 課長 and two 担当.
type office struct {
	*keeper.Service
	t      *testing.T
	people *org.Service
	db     pgtest.DB
	clerk  [2][2]int64 // by section
	post   [2]int64    // of the clerks
	head   [2]int64
}

func newOffice(t *testing.T) *office {
	t.Helper()
	db := databases.New(t)
	o := &office{t: t, db: db}
	o.on(0)
	operator := authz.AsOperator()
	must(t, o.people.AddRule(t.Context(), operator, org.Rule{Title: "課長", Role: authz.SecurityManager}))
	n := 0
	appoint := func(post int64) int64 {
		n++
		id, err := o.people.AddPerson(t.Context(), operator, org.Person{StaffNumber: fmt.Sprint("P", n), Name: fmt.Sprint("見本 ", n), Furigana: "ミホン"})
		must(t, err)
		must(t, o.people.Appoint(t.Context(), operator, org.Appointment{Person: id, Post: post, First: today.AddDays(-100)}, org.Beside))
		return id
	}
	for i, code := range []string{"zeimu", "fukushi"} {
		section, err := o.people.AddSection(t.Context(), operator, org.Section{Code: code, Name: code, Kind: org.Internal, Position: i})
		must(t, err)
		head, err := o.people.AddPost(t.Context(), operator, org.Post{Section: section, Title: "課長", SingleHolder: true})
		must(t, err)
		o.post[i], err = o.people.AddPost(t.Context(), operator, org.Post{Section: section, Title: "担当"})
		must(t, err)
		o.head[i], o.clerk[i] = appoint(head), [2]int64{appoint(o.post[i]), appoint(o.post[i])}
	}
	return o
}

// on is the office some days after today.
func (o *office) on(days int) {
	through := door.New(o.db.Pool, func() time.Time { return today.AddDays(days).Start().Add(9 * time.Hour) })
	o.Service, o.people = keeper.New(o.db.Pool, through), org.New(o.db.Pool, through)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (o *office) actor(person int64, days int) authz.Actor {
	o.t.Helper()
	actor, err := o.people.ActorOn(o.t.Context(), person, today.AddDays(days))
	must(o.t, err)
	return actor
}

func (o *office) keeps(person int64, days int) bool {
	o.t.Helper()
	return o.actor(person, days).Has(authz.RegisterKeeper)
}

func (o *office) name(number string, first int) error {
	return o.Name(o.t.Context(), o.actor(o.head[0], 0), "zeimu", number, today.AddDays(first))
}

// P2 and P3 are the clerks of zeimu, P5 and P6 those of fukushi.
func TestAKeeperIsNamedFromADayOnAndTakenBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	must(t, o.name("P2", 0))
	must(t, o.name("P3", 2))
	for _, c := range []struct {
		person int64
		days   int
		keeps  bool
	}{{o.clerk[0][0], 0, true}, {o.clerk[0][1], 0, false}, {o.clerk[0][1], 2, true}, {o.clerk[1][0], 2, false}} {
		if o.keeps(c.person, c.days) != c.keeps {
			t.Errorf("%d keeps the register after %d days: %t", c.person, c.days, !c.keeps)
		}
	}
	if sections := o.actor(o.clerk[0][0], 0).Sections(authz.DraftAssets); len(sections) != 1 {
		t.Errorf("drafts for %v", sections)
	}
	if o.actor(o.clerk[0][0], 0).Reach(authz.ChangeAssets) != authz.None {
		t.Error("a keeper changes assets")
	}
	desk, err := o.Desk(t.Context(), o.actor(o.head[0], 0))
	must(t, err)
	if len(desk.Keepers) != 2 || len(desk.Members) != 0 || len(desk.Sections) != 1 {
		t.Fatalf("%+v", desk)
	}
	for _, k := range desk.Keepers {
		must(t, o.TakeBack(t.Context(), o.actor(o.head[0], 0), k.ID))
	}
	if o.keeps(o.clerk[0][0], 0) || o.keeps(o.clerk[0][1], 2) {
		t.Error("keeps the register still")
	}
	desk, err = o.Desk(t.Context(), o.actor(o.head[0], 0))
	must(t, err)
	if len(desk.Keepers) != 0 || len(desk.Members) != 2 {
		t.Errorf("%+v", desk)
	}
}

func TestItEndsByItselfWhenTheyLeaveAndDoesNotComeBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	must(t, o.name("P2", 0))
	clerk := o.clerk[0][0]
	held, err := o.people.ActorOn(t.Context(), clerk, today.AddDays(10))
	must(t, err)
	if !held.Has(authz.RegisterKeeper) {
		t.Fatal("keeps no register")
	}
	operator := authz.AsOperator()
	o.on(5)
	must(t, o.people.Appoint(t.Context(), operator, org.Appointment{Person: clerk, Post: o.post[1], First: today.AddDays(5)}, org.Succession{Own: true}))
	must(t, o.people.Appoint(t.Context(), operator, org.Appointment{Person: clerk, Post: o.post[0], First: today.AddDays(20)}, org.Succession{Own: true}))
	for days, keeps := range map[int]bool{4: true, 5: false, 25: false} {
		if o.keeps(clerk, days) != keeps {
			t.Errorf("after %d days keeps the register: %t", days, !keeps)
		}
	}
	o.on(25)
	must(t, o.Name(t.Context(), o.actor(o.head[0], 25), "zeimu", "P2", today.AddDays(25)))
	if !o.keeps(clerk, 25) {
		t.Error("is not named anew")
	}
}

// Who gets another post of the section goes on.
func TestAnotherPostOfTheSectionChangesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	must(t, o.name("P2", 0))
	sections, err := o.people.AddPost(t.Context(), authz.AsOperator(), org.Post{Section: o.actor(o.head[0], 0).Holdings[0].Section, Title: "係長"})
	must(t, err)
	must(t, o.people.Appoint(t.Context(), authz.AsOperator(), org.Appointment{Person: o.clerk[0][0], Post: sections, First: today.AddDays(3)}, org.Succession{Own: true}))
	if !o.keeps(o.clerk[0][0], 3) {
		t.Error("has lost the register")
	}
}

func TestWhoMayNotBeNamedAndWhoMayNotName(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	must(t, o.name("P2", 0))
	for name, c := range map[string]struct {
		by      int64
		section string
		number  string
		first   int
		kind    fault.Kind
	}{
		"named twice":               {o.head[0], "zeimu", "P2", 1, fault.Invalid},
		"of another section":        {o.head[0], "zeimu", "P5", 0, fault.Invalid},
		"nobody":                    {o.head[0], "zeimu", "P99", 0, fault.Invalid},
		"from yesterday":            {o.head[0], "zeimu", "P3", -1, fault.Invalid},
		"more than a year ahead":    {o.head[0], "zeimu", "P3", 366, fault.Invalid},
		"oneself":                   {o.head[0], "zeimu", "P1", 0, fault.Forbidden},
		"for another section":       {o.head[1], "zeimu", "P3", 0, fault.Forbidden},
		"by a keeper":               {o.clerk[0][0], "zeimu", "P3", 0, fault.Forbidden},
		"a section that is nowhere": {o.head[0], "x", "P3", 0, fault.Invalid},
	} {
		if err := o.Name(t.Context(), o.actor(c.by, 0), c.section, c.number, today.AddDays(c.first)); fault.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	desk, err := o.Desk(t.Context(), o.actor(o.head[0], 0))
	must(t, err)
	if err := o.TakeBack(t.Context(), o.actor(o.head[1], 0), desk.Keepers[0].ID); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("taken back by another section: %v", err)
	}
	if _, err := o.Desk(t.Context(), o.actor(o.clerk[0][0], 0)); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("shown to a keeper: %v", err)
	}
}

// Who was named for a day on which they will have left is listed, so that it can be taken
// back: they are named already.
func TestWhoIsNamedAlreadyIsListed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	clerk := o.clerk[0][0]
	must(t, o.name("P2", 10))
	must(t, o.people.Appoint(t.Context(), authz.AsOperator(), org.Appointment{Person: clerk, Post: o.post[1], First: today.AddDays(5)}, org.Succession{Own: true}))
	desk, err := o.Desk(t.Context(), o.actor(o.head[0], 0))
	must(t, err)
	if len(desk.Keepers) != 1 || len(desk.Members) != 1 {
		t.Fatalf("%+v", desk)
	}
	must(t, o.TakeBack(t.Context(), o.actor(o.head[0], 0), desk.Keepers[0].ID))
	must(t, o.name("P2", 0))
}

// Who is named, and who is released, is told.
func TestWhoIsNamedIsTold(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	must(t, o.name("P2", 0))
	must(t, o.name("P3", 2))
	desk, err := o.Desk(t.Context(), o.actor(o.head[0], 0))
	must(t, err)
	for _, k := range desk.Keepers {
		must(t, o.TakeBack(t.Context(), o.actor(o.head[0], 0), k.ID))
	}
	for person, want := range map[int64][]string{
		o.clerk[0][0]: {"zeimuの台帳担当者に決まりました", "zeimuの台帳担当者の指定が解除されました"},
		o.clerk[0][1]: {"zeimuの台帳担当者に決まりました", "zeimuの台帳担当者になるのは、取りやめになりました"},
		o.head[0]:     nil,
	} {
		var told []string
		must(t, o.db.Pool.QueryRow(t.Context(), `SELECT array_agg(title ORDER BY id) FROM notice WHERE person_id = $1`, person).Scan(&told))
		if !slices.Equal(told, want) {
			t.Errorf("%d is told %q", person, told)
		}
	}
}
