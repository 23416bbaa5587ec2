package hand_test

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/communication"
	"kagami/internal/asset/hand"
	"kagami/internal/asset/many"
	"kagami/internal/asset/propose"
	"kagami/internal/asset/relation"
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

// handOver hands over, for who asks no more of it.
func handOver(t *testing.T, s *hand.Service, who authz.Actor, h hand.Handing) error {
	t.Helper()
	_, err := s.Over(t.Context(), who, h)
	return err
}

// section adds a section, and returns its manager.
func (o office) section(name, code string) authz.Actor {
	o.t.Helper()
	town, operator := org.New(o.db.Pool, o.through(0)), authz.AsOperator()
	id, err := town.AddSection(o.t.Context(), operator, org.Section{Code: code, Name: name, Kind: org.Internal, Position: 9})
	must(o.t, err)
	person, err := town.AddPerson(o.t.Context(), operator, org.Person{StaffNumber: "P" + code, Name: "見本 " + name, Furigana: "ミホン"})
	must(o.t, err)
	return authz.Actor{Person: person, Holdings: []authz.Holding{{Role: authz.SecurityManager, Section: id}}}
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
	o.section("企画課", "kikaku")
	first, second, third := o.add(o.tax, "zeimu", "見本一", "A-1"), o.add(o.tax, "zeimu", "見本二", "A-2"), o.add(o.tax, "zeimu", "見本三", "")
	ended := o.add(o.tax, "zeimu", "見本四", "")
	must(t, o.register.EndAsMistaken(t.Context(), o.tax, ended, 1, "見本"))
	theirs := o.add(o.welfare, "fukushi", "見本五", "a-2")
	over := o.add(o.welfare, "fukushi", "見本六", "a-1") // its number is free again
	must(t, o.register.EndAsMistaken(t.Context(), o.welfare, over, 1, "見本"))
	o.abolish()
	whole := hand.Handing{Sure: true, From: "zeimu", To: "fukushi", All: true, Count: 3, Why: "課の統合"}
	if err := handOver(t, o.after(0), o.officer, whole); fault.KindOf(err) != fault.Conflict {
		t.Errorf("while there is the section: %v", err)
	}
	if _, err := o.after(0).Look(t.Context(), o.officer, "zeimu", "", ""); fault.KindOf(err) != fault.Conflict {
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
		"without looking":      {o.officer, with(func(h *hand.Handing) { h.Sure = false }), fault.Invalid},
		"at none":              {o.officer, with(func(h *hand.Handing) { h.At = "x" }), fault.NotFound},
		"at itself":            {o.officer, with(func(h *hand.Handing) { h.At = "zeimu" }), fault.NotFound},
		"at one that has none": {o.officer, with(func(h *hand.Handing) { h.At, h.To = "fukushi", "kikaku" }), fault.Conflict},
		"to where it is":       {o.officer, with(func(h *hand.Handing) { h.At = "fukushi" }), fault.Invalid},
		"by its manager":       {o.tax, whole, fault.Forbidden},
		"by the other manager": {o.welfare, whole, fault.Forbidden},
		"by the administrator": {o.administrator, whole, fault.Forbidden},
	} {
		if err := handOver(t, after, c.who, c.what); fault.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := after.Look(t.Context(), o.administrator, "zeimu", "", ""); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("shown to the administrator: %v", err)
	}
	plan, err := after.Look(t.Context(), o.officer, "zeimu", "", "fukushi")
	if err != nil || plan.Count != 3 || plan.Clashes != 1 || len(plan.Assets) != 3 || !plan.Assets[1].Clashes || len(plan.Offered) != 2 {
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

	must(t, handOver(t, after, o.officer, with(func(h *hand.Handing) { h.All, h.Codes = false, []string{third} })))
	if list := left(); len(list) != 1 || list[0].Assets != 2 {
		t.Errorf("%+v is left", list)
	}
	must(t, handOver(t, after, o.officer, with(func(h *hand.Handing) { h.Count = 2 })))
	if list := left(); len(list) != 0 {
		t.Errorf("%+v is left", list)
	}
	for code, number := range map[string]string{first: "A-1", second: "", third: ""} {
		a, err := o.register.Find(t.Context(), o.welfare, code)
		if err != nil || a.SectionCode != "fukushi" || a.Version != 2 || a.OwnNumber != number || a.BrokenSince != today || !a.MayChange(o.welfare) {
			t.Errorf("%+v, %v", a, err)
		}
	}
	taken, err := o.register.Find(t.Context(), o.welfare, second)
	must(t, err)
	history, err := o.register.History(t.Context(), o.welfare, taken)
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

// What went to the wrong section goes on to the right one, and has its own number again.
func TestWhatWasHandedOverIsHandedOn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	plan := o.section("企画課", "kikaku")
	theirs := o.add(o.welfare, "fukushi", "見本零", "A-1")
	clashing, plain, retold := o.add(o.tax, "zeimu", "見本一", "a-1"), o.add(o.tax, "zeimu", "見本二", "A-2"), o.add(o.tax, "zeimu", "見本三", "A-3")
	between := communication.New(o.db.Pool, o.through(0))
	talk, err := between.Register(t.Context(), o.tax, "zeimu", communication.Details{
		Name: "見本の受信", From: communication.External, To: asset.MyNumberZone, Direction: communication.OneWay, Purpose: "見本", Safeguard: communication.Firewall,
	})
	must(t, err)
	o.abolish()
	after := o.after(2)
	must(t, handOver(t, after, o.officer, hand.Handing{Sure: true, From: "zeimu", To: "fukushi", All: true, Count: 3, Communications: 1}))
	a, err := o.register.Find(t.Context(), o.welfare, clashing)
	if err != nil || a.OwnNumber != "" {
		t.Fatalf("%+v, %v", a, err)
	}
	// somebody has another number for one meanwhile, and it is free
	r, err := o.register.Find(t.Context(), o.welfare, retold)
	must(t, err)
	r.OwnNumber = ""
	must(t, o.register.Change(t.Context(), o.welfare, retold, r.Version, r.Details, ""))

	seen, err := after.Look(t.Context(), o.officer, "zeimu", "", "")
	if err != nil || seen.Count != 0 || len(seen.Gone) != 1 || seen.Gone[0].Code != "fukushi" || seen.Gone[0].Assets != 3 || seen.Gone[0].Communications != 1 {
		t.Errorf("%+v, %v", seen, err)
	}
	seen, err = after.Look(t.Context(), o.officer, "zeimu", "fukushi", "kikaku")
	if err != nil || seen.Count != 3 || seen.Communications != 1 || seen.Clashes != 0 || seen.At.Code != "fukushi" || seen.Assets[0].Back != "a-1" || seen.Assets[2].Back != "" || len(seen.Offered) != 1 {
		t.Errorf("%+v, %v", seen, err)
	}
	on := hand.Handing{Sure: true, From: "zeimu", At: "fukushi", To: "kikaku", All: true, Count: 3, Communications: 1, Why: "宛先の誤り"}
	other := on
	other.All, other.Codes = false, []string{theirs}
	if err := handOver(t, after, o.officer, other); fault.KindOf(err) != fault.Conflict {
		t.Errorf("what never came from there: %v", err)
	}
	if err := handOver(t, after, o.welfare, on); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("by who has it: %v", err)
	}
	must(t, handOver(t, after, o.officer, on))
	for code, number := range map[string]string{clashing: "a-1", plain: "A-2", retold: ""} {
		a, err := o.register.Find(t.Context(), plan, code)
		if err != nil || a.SectionCode != "kikaku" || a.OwnNumber != number {
			t.Errorf("%+v, %v", a, err)
		}
	}
	if c, err := between.Find(t.Context(), plan, talk); err != nil || c.SectionCode != "kikaku" {
		t.Errorf("%+v, %v", c, err)
	}
	if a, err := o.register.Find(t.Context(), o.welfare, theirs); err != nil || a.SectionCode != "fukushi" {
		t.Errorf("%+v, %v", a, err)
	}
	moved, err := o.register.Find(t.Context(), plan, clashing)
	must(t, err)
	history, err := o.register.History(t.Context(), plan, moved)
	if err != nil || history[0].Before["section"] != "福祉こども課" || history[0].After["own_number"] != "a-1" || history[0].Why != "宛先の誤り" {
		t.Errorf("%+v, %v", history, err)
	}
	var told string
	must(t, o.db.Pool.QueryRow(t.Context(), `SELECT title FROM notice WHERE person_id = $1 ORDER BY id DESC LIMIT 1`, o.head).Scan(&told))
	if told != "税務町民課から引き継いだ情報資産3件と領域間の通信1件が、企画課に移りました" {
		t.Error(told)
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
		plan, err := o.after(days).Look(t.Context(), o.officer, "zeimu", "", "")
		must(t, err)
		if offered := slices.ContainsFunc(plan.Offered, func(h asset.Holder) bool { return h.Code == "later" }); offered != there {
			t.Errorf("after %d days it is offered: %t", days, offered)
		}
		if _, err := o.after(days).Look(t.Context(), o.officer, "zeimu", "", "later"); (err == nil) != there {
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
	err = handOver(t, o.after(before), o.officer, hand.Handing{Sure: true, From: "zeimu", To: "later", All: true, Count: 1})
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("handed over before it is founded: %v", err)
	}
	_, err = asset.New(o.db.Pool, o.through(before)).Register(t.Context(), manager, "later", asset.Details{
		Kind: asset.Information, Name: "見本二", Confidentiality: "2", Integrity: "1", Availability: "1", Personal: asset.NotPersonal, Zone: asset.LGWANZone, RegisteredOn: today,
	})
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("registered before it is founded: %v", err)
	}
	must(t, handOver(t, o.after(founded), o.officer, hand.Handing{Sure: true, From: "zeimu", To: "later", All: true, Count: 1}))
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
	must(t, handOver(t, after, o.officer, hand.Handing{Sure: true, From: "zeimu", To: "fukushi", All: true, Count: 1}))
	if n, _ := look(); n != 0 {
		t.Errorf("handed over: %d", n)
	}
}

// Nobody else could end or correct them.
func TestTheCommunicationsOfAnAbolishedSectionGoAlong(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	between := communication.New(o.db.Pool, o.through(0))
	first, second := o.add(o.tax, "zeimu", "見本一", ""), o.add(o.tax, "zeimu", "見本二", "")
	details := communication.Details{
		Name: "見本の受信", From: communication.External, To: asset.MyNumberZone, Direction: communication.OneWay, Purpose: "見本",
		Safeguard: communication.Firewall, Since: today,
	}
	register := func(asset string) string {
		t.Helper()
		d := details
		d.Asset = asset
		code, err := between.Register(t.Context(), o.tax, "zeimu", d)
		must(t, err)
		return code
	}
	ofFirst, ofSecond, ofNone, ended := register(first), register(second), register(""), register("")
	must(t, between.End(t.Context(), o.tax, ended, 1, today, "見本"))
	o.abolish()
	after := o.after(2)
	belongs := func(assets, communications int) {
		t.Helper()
		l, err := after.Belongs(t.Context(), o.officer, "zeimu")
		if err != nil || l.Assets != assets || l.Communications != communications {
			t.Errorf("%+v, %v", l, err)
		}
		var b task.Batch
		n := 0
		after.QueueLeft(&b, o.officer, func(found []hand.Left) { n = len(found) })
		must(t, b.Run(t.Context(), o.db.Pool))
		if (n > 0) != (assets+communications > 0) {
			t.Errorf("%d sections have left something", n)
		}
	}
	belongs(2, 3)
	must(t, handOver(t, after, o.officer, hand.Handing{Sure: true, From: "zeimu", To: "fukushi", Codes: []string{first}}))
	belongs(1, 2)
	if plan, err := after.Look(t.Context(), o.officer, "zeimu", "", "fukushi"); err != nil || plan.Count != 1 || plan.Communications != 2 {
		t.Errorf("%+v, %v", plan, err)
	}
	whole := hand.Handing{Sure: true, From: "zeimu", To: "fukushi", All: true, Count: 1, Communications: 1, Why: "課の統合"}
	if err := handOver(t, after, o.officer, whole); fault.KindOf(err) != fault.Conflict {
		t.Errorf("another count: %v", err)
	}
	belongs(1, 2)
	must(t, handOver(t, after, o.officer, hand.Handing{Sure: true, From: "zeimu", To: "fukushi", Codes: []string{second}}))
	belongs(0, 1)
	whole.Count = 0
	must(t, handOver(t, after, o.officer, whole))
	belongs(0, 0)

	later := communication.New(o.db.Pool, o.through(2))
	for _, code := range []string{ofFirst, ofSecond, ofNone} {
		c, err := later.Find(t.Context(), o.welfare, code)
		if err != nil || c.SectionCode != "fukushi" || c.Version != 2 {
			t.Errorf("%+v, %v", c, err)
		}
		must(t, later.End(t.Context(), o.welfare, code, 2, today, "見本"))
	}
	if _, err := later.Find(t.Context(), o.welfare, ended); fault.KindOf(err) != fault.NotFound {
		t.Errorf("one that had ended: %v", err)
	}
	history, err := later.History(t.Context(), o.welfare, ofNone)
	if err != nil || history[1].Before["section"] != "税務町民課" || history[1].After["section"] != "福祉こども課" || history[1].Why != "課の統合" {
		t.Errorf("%+v, %v", history, err)
	}
	var told string
	must(t, o.db.Pool.QueryRow(t.Context(), `SELECT title FROM notice WHERE person_id = $1 ORDER BY id DESC LIMIT 1`, o.head).Scan(&told))
	if told != "税務町民課の領域間の通信1件が、福祉こども課に引き継がれました" {
		t.Error(told)
	}
}

// Who answers for what others ask to rest on has the asks at once.
func TestAsksAreCountedAnewWhereTheirAssetGoes(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	plan := o.section("企画課", "kikaku")
	system, err := o.register.Register(t.Context(), o.tax, "zeimu", asset.Details{
		Kind: asset.System, Name: "見本のシステム", Confidentiality: "3B", Integrity: "1", Availability: "1", Personal: asset.NotPersonal, Zone: asset.LGWANZone, RegisteredOn: today,
	})
	must(t, err)
	must(t, relation.New(o.db.Pool, o.through(0), o.register).Rest(t.Context(), plan, o.add(plan, "kikaku", "見本の名簿", ""), system))
	o.abolish()
	asking := relation.New(o.db.Pool, o.through(2), asset.New(o.db.Pool, o.through(2)))
	counters, err := state.NewCounters(org.ChangeCounter, relation.ChangeCounter)
	must(t, err)
	asks := func() (n int) {
		t.Helper()
		actor := o.welfare
		actor.State, err = counters.Load(t.Context(), o.db.Pool, actor.Person)
		must(t, err)
		var b task.Batch
		asking.QueueAsked(&b, actor, func(w relation.Waiting) { n = w.Asks })
		must(t, b.Run(t.Context(), o.db.Pool))
		return n
	}
	if n := asks(); n != 0 {
		t.Errorf("%d asks before", n)
	}
	must(t, handOver(t, o.after(2), o.officer, hand.Handing{Sure: true, From: "zeimu", To: "fukushi", All: true, Count: 1}))
	if n := asks(); n != 1 {
		t.Errorf("%d asks after", n)
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
		if l, err := o.after(0).Belongs(t.Context(), c.who, "zeimu"); l.Assets != c.n || (l.Code != "") != c.seen || err != nil {
			t.Errorf("%s: %+v, %v", name, l, err)
		}
	}
}
