package hand_test

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/hand"
	"kagami/internal/asset/many"
	"kagami/internal/asset/propose"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/state"
	"kagami/internal/task"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

var today = calendar.NewDate(2026, time.November, 24)

// office is two sections, of which zeimu ends tomorrow; its people are gone then.
type office struct {
	t             *testing.T
	db            pgtest.DB
	register      *asset.Service
	tax, welfare  authz.Actor // the managers
	officer       authz.Actor // the 統括
	administrator authz.Actor
	head          int64 // the 課長 of fukushi by their post
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (o office) through(days int) *door.Door {
	return door.New(o.db.Pool, func() time.Time { return today.AddDays(days).Start().Add(9 * time.Hour) })
}

// after is the handing over, some days after today.
func (o office) after(days int) *hand.Service { return hand.New(o.db.Pool, o.through(days)) }

func newOffice(t *testing.T) office {
	t.Helper()
	o := office{t: t, db: databases.New(t)}
	o.register = asset.New(o.db.Pool, o.through(0))
	town, operator := org.New(o.db.Pool, o.through(0)), authz.AsOperator()
	var sections []int64
	for i, name := range []string{"税務町民課", "福祉こども課"} {
		id, err := town.AddSection(t.Context(), operator, org.Section{Code: []string{"zeimu", "fukushi"}[i], Name: name, Kind: org.Internal, Position: i})
		must(t, err)
		sections = append(sections, id)
	}
	somebody := func(n int, role authz.Role, section int64) authz.Actor {
		id, err := town.AddPerson(t.Context(), operator, org.Person{StaffNumber: fmt.Sprint("P", n), Name: fmt.Sprint("見本 ", n), Furigana: "ミホン"})
		must(t, err)
		return authz.Actor{Person: id, Holdings: []authz.Holding{{Role: role, Section: section}}}
	}
	o.tax, o.welfare = somebody(1, authz.SecurityManager, sections[0]), somebody(2, authz.SecurityManager, sections[1])
	o.officer, o.administrator = somebody(3, authz.GeneralSecurityOfficer, 0), somebody(4, authz.Administrator, 0)
	must(t, town.AddRule(t.Context(), operator, org.Rule{Title: "課長", Role: authz.SecurityManager}))
	post, err := town.AddPost(t.Context(), operator, org.Post{Section: sections[1], Title: "課長", SingleHolder: true})
	must(t, err)
	o.head = o.welfare.Person
	must(t, town.Appoint(t.Context(), operator, org.Appointment{Person: o.head, Post: post, First: today}, org.Beside))
	return o
}

// abolish ends zeimu tomorrow.
func (o office) abolish() {
	o.t.Helper()
	town, operator := org.New(o.db.Pool, o.through(0)), authz.AsOperator()
	s, err := town.Section(o.t.Context(), operator, "zeimu")
	must(o.t, err)
	s.AbolishedOn = today.AddDays(1)
	must(o.t, town.ChangeSection(o.t.Context(), operator, "zeimu", s))
}

func (o office) add(who authz.Actor, section, name, number string) string {
	o.t.Helper()
	code, err := o.register.Register(o.t.Context(), who, section, asset.Details{
		Kind: asset.Information, Name: name, OwnNumber: number, Confidentiality: "3B", Integrity: "1", Availability: "1",
		Personal: asset.PlainPersonal, Zone: asset.InternetZone, RegisteredOn: today,
	})
	must(o.t, err)
	return code
}

func TestAssetsOfAnAbolishedSectionAreHandedOver(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first, second, third := o.add(o.tax, "zeimu", "見本一", "A-1"), o.add(o.tax, "zeimu", "見本二", "A-2"), o.add(o.tax, "zeimu", "見本三", "")
	ended := o.add(o.tax, "zeimu", "見本四", "")
	must(t, o.register.EndAsMistaken(t.Context(), o.tax, ended, 1, "見本"))
	theirs := o.add(o.welfare, "fukushi", "見本五", "a-2")
	over := o.add(o.welfare, "fukushi", "見本六", "a-1") // its number is free again
	must(t, o.register.EndAsMistaken(t.Context(), o.welfare, over, 1, "見本"))
	o.abolish()
	whole := hand.Handing{From: "zeimu", To: "fukushi", All: true, Count: 3, Why: "課の統合"}
	if err := o.after(0).Over(t.Context(), o.officer, whole); fault.KindOf(err) != fault.Conflict {
		t.Errorf("while there is the section: %v", err)
	}
	if _, err := o.after(0).Look(t.Context(), o.officer, "zeimu", ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("looked at while there is the section: %v", err)
	}
	after := o.after(2)
	with := func(change func(*hand.Handing)) hand.Handing {
		h := whole
		change(&h)
		return h
	}
	for name, c := range map[string]struct {
		who  authz.Actor
		what hand.Handing
		kind fault.Kind
	}{
		"to itself":            {o.officer, with(func(h *hand.Handing) { h.To = "zeimu" }), fault.Invalid},
		"to none":              {o.officer, with(func(h *hand.Handing) { h.To = "" }), fault.Invalid},
		"from none":            {o.officer, with(func(h *hand.Handing) { h.From = "x" }), fault.NotFound},
		"from one that lasts":  {o.officer, with(func(h *hand.Handing) { h.From = "fukushi" }), fault.Conflict},
		"what is not as seen":  {o.officer, with(func(h *hand.Handing) { h.Count = 2 }), fault.Conflict},
		"nothing ticked":       {o.officer, with(func(h *hand.Handing) { h.All = false }), fault.Invalid},
		"one that has ended":   {o.officer, with(func(h *hand.Handing) { h.All, h.Codes = false, []string{ended} }), fault.Conflict},
		"another section's":    {o.officer, with(func(h *hand.Handing) { h.All, h.Codes = false, []string{theirs} }), fault.Conflict},
		"by its manager":       {o.tax, whole, fault.Forbidden},
		"by the other manager": {o.welfare, whole, fault.Forbidden},
		"by the administrator": {o.administrator, whole, fault.Forbidden},
	} {
		if err := after.Over(t.Context(), c.who, c.what); fault.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := after.Look(t.Context(), o.administrator, "zeimu", ""); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("shown to the administrator: %v", err)
	}
	plan, err := after.Look(t.Context(), o.officer, "zeimu", "fukushi")
	if err != nil || plan.Count != 3 || plan.Clashes != 1 || len(plan.Assets) != 3 || !plan.Assets[1].Clashes || len(plan.Offered) != 1 {
		t.Errorf("%+v, %v", plan, err)
	}
	left := func() []hand.Left {
		t.Helper()
		var b task.Batch
		var list []hand.Left
		after.QueueLeft(&b, o.officer, func(found []hand.Left) { list = found })
		must(t, b.Run(t.Context(), o.db.Pool))
		return list
	}
	if list := left(); len(list) != 1 || list[0].Assets != 3 {
		t.Errorf("%+v is left", list)
	}

	must(t, after.Over(t.Context(), o.officer, with(func(h *hand.Handing) { h.All, h.Codes = false, []string{third} })))
	if list := left(); len(list) != 1 || list[0].Assets != 2 {
		t.Errorf("%+v is left", list)
	}
	must(t, after.Over(t.Context(), o.officer, with(func(h *hand.Handing) { h.Count = 2 })))
	if list := left(); len(list) != 0 {
		t.Errorf("%+v is left", list)
	}
	for code, number := range map[string]string{first: "A-1", second: "", third: ""} {
		a, err := o.register.Find(t.Context(), o.welfare, code)
		if err != nil || a.SectionCode != "fukushi" || a.Version != 2 || a.OwnNumber != number || a.BrokenSince != today || !a.MayChange(o.welfare) {
			t.Errorf("%+v, %v", a, err)
		}
	}
	history, err := o.register.History(t.Context(), o.welfare, second)
	if err != nil || history[0].Before["section"] != "税務町民課" || history[0].After["section"] != "福祉こども課" || history[0].Why != "課の統合" || history[0].Before["own_number"] != "A-2" {
		t.Errorf("%+v, %v", history, err)
	}
	var told, sums int
	must(t, o.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM notice WHERE person_id = $1`, o.head).Scan(&told))
	must(t, o.db.Pool.QueryRow(t.Context(), `SELECT sum(assets) FROM asset_sum JOIN section ON id = section_id WHERE code = 'fukushi'`).Scan(&sums))
	if told != 2 || sums != 4 {
		t.Errorf("told %d times; %d assets", told, sums)
	}
}

// A section that is only founded later has no assets yet: none is registered, taken in or
// handed over into it.
func TestASectionThatIsNotFoundedYetHasNoAssets(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(o.tax, "zeimu", "見本一", "")
	founded := 5
	later, err := org.New(o.db.Pool, o.through(0)).AddSection(t.Context(), authz.AsOperator(), org.Section{
		Code: "later", Name: "来年度の課", Kind: org.Internal, Position: 9, EstablishedOn: today.AddDays(founded),
	})
	must(t, err)
	o.abolish()
	manager := authz.Actor{Person: o.tax.Person, Holdings: []authz.Holding{{Role: authz.SecurityManager, Section: later}}}
	for days, there := range map[int]bool{founded - 1: false, founded: true} {
		plan, err := o.after(days).Look(t.Context(), o.officer, "zeimu", "")
		must(t, err)
		if offered := slices.ContainsFunc(plan.Offered, func(h asset.Holder) bool { return h.Code == "later" }); offered != there {
			t.Errorf("after %d days it is offered: %t", days, offered)
		}
		if _, err := o.after(days).Look(t.Context(), o.officer, "zeimu", "later"); (err == nil) != there {
			t.Errorf("after %d days it is looked at: %v", days, err)
		}
		register := asset.New(o.db.Pool, o.through(days))
		sections, err := register.Sections(t.Context(), manager)
		if must(t, err); (len(sections) == 1) != there {
			t.Errorf("after %d days there are %+v to register for", days, sections)
		}
		standing, err := many.New(o.db.Pool, o.through(days), register).Standing(t.Context(), manager, many.Asked{})
		if must(t, err); slices.ContainsFunc(standing.Places, func(p many.Place) bool { return p.Code == "later" }) != there {
			t.Errorf("after %d days an import finds %+v", days, standing.Places)
		}
	}
	before := founded - 1
	err = o.after(before).Over(t.Context(), o.officer, hand.Handing{From: "zeimu", To: "later", All: true, Count: 1})
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("handed over before it is founded: %v", err)
	}
	_, err = asset.New(o.db.Pool, o.through(before)).Register(t.Context(), manager, "later", asset.Details{
		Kind: asset.Information, Name: "見本二", Confidentiality: "2", Integrity: "1", Availability: "1", Personal: asset.NotPersonal, Zone: asset.LGWANZone, RegisteredOn: today,
	})
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("registered before it is founded: %v", err)
	}
	must(t, o.after(founded).Over(t.Context(), o.officer, hand.Handing{From: "zeimu", To: "later", All: true, Count: 1}))
}

// What the cache has is never older than a change.
func TestWhatIsLeftIsCountedAnewWhenAnythingMoves(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(o.tax, "zeimu", "見本一", "")
	o.abolish()
	counters, err := state.NewCounters(org.ChangeCounter, propose.ChangeCounter)
	must(t, err)
	after := o.after(2)
	look := func() (n int, asked bool) {
		t.Helper()
		actor := o.officer
		actor.State, err = counters.Load(t.Context(), o.db.Pool, actor.Person)
		must(t, err)
		var b task.Batch
		after.QueueLeft(&b, actor, func(found []hand.Left) { n = len(found) })
		cached := n
		must(t, b.Run(t.Context(), o.db.Pool))
		return n, cached != n
	}
	if n, asked := look(); n != 1 || !asked {
		t.Errorf("first: %d, %t", n, asked)
	}
	if n, asked := look(); n != 1 || asked {
		t.Errorf("again: %d, %t", n, asked)
	}
	must(t, after.Over(t.Context(), o.officer, hand.Handing{From: "zeimu", To: "fukushi", All: true, Count: 1}))
	if n, _ := look(); n != 0 {
		t.Errorf("handed over: %d", n)
	}
}

func TestWhatBelongsToASectionIsToldToWhoSeesIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(o.tax, "zeimu", "見本一", "")
	for name, c := range map[string]struct {
		who  authz.Actor
		n    int
		seen bool
	}{"the 統括": {o.officer, 1, true}, "its manager": {o.tax, 1, true}, "another manager": {o.welfare, 0, false}, "the administrator": {o.administrator, 0, false}} {
		if n, seen, err := o.after(0).Belongs(t.Context(), c.who, "zeimu"); n != c.n || seen != c.seen || err != nil {
			t.Errorf("%s: %d, %t, %v", name, n, seen, err)
		}
	}
}
