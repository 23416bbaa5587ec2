package org_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/postgres/pgtest"
)

var server pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &server)) }

func day(s string) calendar.Date {
	d, err := calendar.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

type town struct {
	*org.Service
	t       *testing.T
	door    *door.Door
	db      pgtest.DB
	section int64 // 税務町民課
	head    int64 // its post 課長, who is 情報セキュリティ管理者
}

var operator = authz.AsOperator()

func newTown(t *testing.T) town {
	t.Helper()
	db := server.New(t)
	now := func() time.Time { return time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC) }
	d := door.New(db.Pool, now)
	tn := town{Service: org.New(db.Pool, d), t: t, db: db, door: d}
	for _, rule := range org.CommonRules() {
		tn.must(tn.AddRule(t.Context(), operator, rule))
	}
	tn.section = tn.addSection(org.Section{Code: "zeimu", Name: "税務町民課", Kind: org.Internal, Position: 1})
	tn.head = tn.post(tn.section, "課長", true)
	return tn
}

func (tn town) must(err error) {
	tn.t.Helper()
	if err != nil {
		tn.t.Fatal(err)
	}
}

func (tn town) addSection(s org.Section) int64 {
	tn.t.Helper()
	id, err := tn.AddSection(tn.t.Context(), operator, s)
	tn.must(err)
	return id
}

func (tn town) post(section int64, title string, single bool) int64 {
	tn.t.Helper()
	id, err := tn.AddPost(tn.t.Context(), operator, org.Post{Section: section, Title: title, SingleHolder: single})
	tn.must(err)
	return id
}

func (tn town) person(number string) int64 {
	tn.t.Helper()
	id, err := tn.AddPerson(tn.t.Context(), operator, org.Person{StaffNumber: number, Name: "見本 " + number, Furigana: "ミホン タロウ"})
	tn.must(err)
	return id
}

// appoint gives a post from a day to a day; an empty last day is until further
// notice.
func (tn town) appoint(person, post int64, first, last string) error {
	tn.t.Helper()
	a := org.Appointment{Person: person, Post: post, First: day(first)}
	if last != "" {
		a.Last = day(last)
	}
	return tn.Appoint(tn.t.Context(), operator, a, org.Beside)
}

func (tn town) actor(person int64, on string) authz.Actor {
	tn.t.Helper()
	actor, err := tn.ActorOn(tn.t.Context(), person, day(on))
	tn.must(err)
	return actor
}

// Roles follow posts: who is 税務町民課長 is 情報セキュリティ管理者 of that section,
// and 職員等, from the day of the appointment on.
func TestRolesFollowPosts(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	person := tn.person("1")
	tn.must(tn.appoint(person, tn.head, "2026-04-01", ""))
	actor := tn.actor(person, "2026-04-01")
	if !actor.Has(authz.SecurityManager) || !actor.Has(authz.Staff) || actor.Holdings[0].SectionName != "税務町民課" || actor.Name != "見本 1" {
		t.Errorf("got %+v", actor)
	}
	if len(actor.Sections(authz.SeeAcknowledgements)) != 1 {
		t.Errorf("sections %v", actor.Sections(authz.SeeAcknowledgements))
	}
	if _, err := tn.ActorOn(t.Context(), person, day("2026-03-31")); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("the day before: %v", err)
	}
}

func TestAPersonWhosePostHasEndedIsNobody(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	person := tn.person("1")
	tn.must(tn.appoint(person, tn.head, "2025-04-01", "2026-03-31"))
	if _, err := tn.ActorOn(t.Context(), person, day("2026-03-31")); err != nil {
		t.Errorf("on the last day: %v", err)
	}
	if _, err := tn.ActorOn(t.Context(), person, day("2026-04-01")); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("on the day after: %v", err)
	}
}

// Somebody who stands in for a time (職務代理) has the same roles beside the
// holder, and is known as acting.
func TestWhoStandsInForAPostHasItsRolesForThatTime(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	holder, deputy, third := tn.person("1"), tn.person("2"), tn.person("3")
	tn.must(tn.appoint(holder, tn.head, "2026-04-01", ""))
	acting := org.Appointment{Person: deputy, Post: tn.head, First: day("2026-12-01"), Last: day("2026-12-10"), Acting: true}
	tn.must(tn.Appoint(t.Context(), operator, acting, org.Beside))
	actor := tn.actor(deputy, "2026-12-10")
	if h := actor.Holdings[0]; h.Role != authz.SecurityManager || h.Capacity != authz.Acting {
		t.Errorf("acts as %+v", h)
	}
	if !tn.actor(holder, "2026-12-10").Has(authz.SecurityManager) {
		t.Error("the holder lost the role")
	}
	if _, err := tn.ActorOn(t.Context(), deputy, day("2026-12-11")); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("on the day after: %v", err)
	}
	acting.Person = third
	if err := tn.Appoint(t.Context(), operator, acting, org.Beside); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a second who stands in on the same days: %v", err)
	}
}

// A transfer is prepared: the one who leaves holds the post to the day before.
func TestASuccessorEndsTheAppointmentBefore(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	before, after := tn.person("1"), tn.person("2")
	tn.must(tn.appoint(before, tn.head, "2025-04-01", ""))
	tn.must(tn.Appoint(t.Context(), operator, org.Appointment{Person: after, Post: tn.head, First: day("2027-04-01")}, org.After))
	if !tn.actor(before, "2027-03-31").Has(authz.SecurityManager) || !tn.actor(after, "2027-04-01").Has(authz.SecurityManager) {
		t.Error("the post is not handed over on the day")
	}
	for person, on := range map[int64]string{before: "2027-04-01", after: "2027-03-31"} {
		if _, err := tn.ActorOn(t.Context(), person, day(on)); fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("on %s: %v", on, err)
		}
	}
	history, err := tn.SectionOn(t.Context(), operator, "zeimu", day("2026-05-01"))
	tn.must(err)
	if h := history.Posts[0].Holders; len(h) != 1 || h[0].Name != "見本 1" || history.Posts[0].Roles[0] != authz.SecurityManager {
		t.Errorf("情報セキュリティ管理者 on 1 May: %+v", history.Posts[0])
	}
}

// While a post is vacant, whoever holds the role above has its role as well.
func TestTheRoleAboveTakesWhatIsVacant(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	general := tn.addSection(org.Section{Code: "somu", Name: "総務課", Kind: org.Internal})
	head := tn.post(general, "課長", true)
	tn.must(tn.AddRule(t.Context(), operator, org.Rule{Title: "課長", Section: "somu", Role: authz.GeneralSecurityOfficer}))
	mayor, deputy, officer, staff := tn.person("1"), tn.person("2"), tn.person("3"), tn.person("4")
	tn.must(tn.appoint(mayor, tn.post(0, "町長", true), "2026-04-01", ""))
	deputyPost := tn.post(0, "副町長", true)
	tn.must(tn.appoint(deputy, deputyPost, "2026-04-01", "2026-06-30"))
	tn.must(tn.appoint(officer, head, "2026-04-01", "2026-05-31"))
	tn.must(tn.appoint(staff, tn.post(tn.section, "職員", false), "2026-04-01", ""))
	standsIn := func(person int64, on string, role authz.Role) bool {
		for _, h := range tn.actor(person, on).Holdings {
			if h.Role == role && h.Capacity == authz.StandingIn {
				return true
			}
		}
		return false
	}
	for _, c := range []struct {
		person int64
		on     string
		role   authz.Role
		want   bool
	}{
		{officer, "2026-05-31", authz.SecurityManager, true},        // 税務町民課 has no 課長
		{deputy, "2026-05-31", authz.GeneralSecurityOfficer, false}, // there is one
		{deputy, "2026-06-30", authz.GeneralSecurityOfficer, true},  // gone since 1 June
		{mayor, "2026-06-30", authz.GeneralSecurityOfficer, false},  // the CISO takes it
		{mayor, "2026-07-01", authz.GeneralSecurityOfficer, true},   // the CISO is gone too
		{mayor, "2026-07-01", authz.CISO, true},
	} {
		if got := standsIn(c.person, c.on, c.role); got != c.want {
			t.Errorf("person %d on %s stands in as %s: %t", c.person, c.on, c.role, got)
		}
	}
	for on, want := range map[string]authz.Role{"2026-05-31": authz.GeneralSecurityOfficer, "2026-06-30": authz.CISO, "2026-07-01": authz.CIO} {
		section, err := tn.SectionOn(t.Context(), operator, "zeimu", day(on))
		if tn.must(err); !section.Vacant || section.StandIn != want {
			t.Errorf("on %s %s stands in for the 管理者, want %s", on, section.StandIn, want)
		}
	}
	o, err := tn.Overview(t.Context(), operator, day("2026-07-01"), "")
	tn.must(err)
	for _, seat := range o.Seats {
		if seat.Role == authz.GeneralSecurityOfficer && (seat.StandIn != authz.CIO || len(seat.Holders) != 0 || seat.Post != "総務課長") {
			t.Errorf("the overview says %+v", seat)
		}
	}
}

// Where somebody is concerned who alone holds the role that would decide, the
// role above decides; they themselves never do.
func TestTheRoleAboveDecidesWhereTheHolderIsConcerned(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	manager := tn.person("1")
	tn.must(tn.appoint(manager, tn.head, "2026-04-01", ""))
	matter, err := org.Concerning(t.Context(), tn.db.Pool, manager, day("2026-11-24"))
	tn.must(err)
	matter.PersonsSection = tn.section
	officer := authz.Actor{Person: 99, Holdings: []authz.Holding{{Role: authz.GeneralSecurityOfficer}}}
	as, err := authz.Check(officer, authz.GiveGuidance, matter)
	if err != nil || as.Role != authz.SecurityManager || as.Capacity != authz.StandingIn {
		t.Errorf("the 統括 guides the 管理者 as %+v: %v", as, err)
	}
	if _, err := authz.Check(tn.actor(manager, "2026-11-24"), authz.GiveGuidance, matter); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("the 管理者 guides themselves: %v", err)
	}
	other := authz.Matter{PersonsSection: tn.section, Person: tn.person("2"), Decision: true}
	if _, err := authz.Check(officer, authz.GiveGuidance, other); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("the 統括 guides where the 管理者 should: %v", err)
	}
}

// What can't be is refused, by the database where it can, in words that say
// what to do, at the field that it is about.
func TestWhatCanNotBeIsRefused(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	ctx := t.Context()
	first, second := tn.person("1"), tn.person("2")
	tn.must(tn.appoint(first, tn.head, "2026-04-01", ""))
	tn.addSection(org.Section{Code: "kakari", Name: "収納係", Kind: org.Internal, Parent: "zeimu"})
	section := func(code string) org.Section {
		s, err := tn.Section(ctx, operator, code)
		tn.must(err)
		return s
	}
	inside, itself, ended := section("zeimu"), section("zeimu"), section("zeimu")
	inside.Parent, itself.Parent, ended.AbolishedOn = "kakari", "zeimu", day("2027-04-01")
	for name, c := range map[string]struct {
		err   error
		field string
	}{
		"the same post twice":             {tn.appoint(first, tn.head, "2026-05-01", ""), "first"},
		"two heads on one day":            {tn.appoint(second, tn.head, "2026-05-01", ""), "first"},
		"a last day before the first":     {tn.appoint(second, tn.head, "2026-05-01", "2026-04-30"), "last"},
		"a post that there is not":        {tn.appoint(second, 0, "2026-05-01", ""), "post"},
		"a staff number twice":            {failing(tn.AddPerson(ctx, operator, org.Person{StaffNumber: "1", Name: "見本", Furigana: "ミホン"})), "staff_number"},
		"a staff number with blanks":      {failing(tn.AddPerson(ctx, operator, org.Person{StaffNumber: "1 2", Name: "見本", Furigana: "ミホン"})), "staff_number"},
		"no name":                         {failing(tn.AddPerson(ctx, operator, org.Person{StaffNumber: "3", Furigana: "ミホン"})), "name"},
		"a フリガナ in kanji":                 {failing(tn.AddPerson(ctx, operator, org.Person{StaffNumber: "3", Name: "見本", Furigana: "見本"})), "furigana"},
		"an e-mail without a name":        {failing(tn.AddPerson(ctx, operator, org.Person{StaffNumber: "3", Name: "見本", Email: "@town.example"})), "email"},
		"a section code twice":            {failing(tn.AddSection(ctx, operator, org.Section{Code: "zeimu", Name: "別の課", Kind: org.Internal})), "code"},
		"a section inside its own part":   {tn.ChangeSection(ctx, operator, "zeimu", inside), "parent"},
		"a section inside itself":         {tn.ChangeSection(ctx, operator, "zeimu", itself), "parent"},
		"ending a section with people in": {tn.ChangeSection(ctx, operator, "zeimu", ended), "abolished_on"},
		"a role without a section":        {tn.GiveRole(ctx, operator, org.Grant{Person: second, Role: authz.SecurityManager, First: day("2026-04-01"), Reason: "見本"}), "section"},
		"a role without a reason":         {tn.GiveRole(ctx, operator, org.Grant{Person: second, Role: authz.Auditor, First: day("2026-04-01")}), "reason"},
		"the same rule twice":             {tn.AddRule(ctx, operator, org.Rule{Title: "課長", Role: authz.SecurityManager}), "role"},
	} {
		if kind := fault.KindOf(c.err); kind != fault.Conflict && kind != fault.Invalid {
			t.Errorf("%s: %v", name, c.err)
			continue
		}
		problem, _ := errors.AsType[*fault.Error](c.err)
		if len(problem.Problems) != 1 || problem.Problems[0].Field != c.field || problem.Problems[0].Message == "" {
			t.Errorf("%s: %+v, want the field %s", name, problem.Problems, c.field)
		}
	}
	officer := authz.Actor{Person: first, Holdings: []authz.Holding{{Role: authz.GeneralSecurityOfficer}}}
	if _, err := tn.AddPerson(ctx, officer, org.Person{StaffNumber: "8", Name: "見本", Furigana: "ミホン"}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a person without a post was registered: %v", err)
	}
	staff := authz.Actor{Person: first, Holdings: []authz.Holding{{Role: authz.Staff}}}
	if _, err := tn.AddPerson(ctx, staff, org.Person{StaffNumber: "9", Name: "見本", Furigana: "ミホン"}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a 職員 registered a person: %v", err)
	}
}

// The constraints hold whoever writes, not only the form.
func TestTheDatabaseItselfRefusesTwoHoldersOnOneDay(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	first, second := tn.person("1"), tn.person("2")
	tn.must(tn.appoint(first, tn.head, "2026-04-01", ""))
	owner := tn.db.Owner(t)
	for person, constraint := range map[int64]string{first: "appointment_once", second: "appointment_single_holder"} {
		_, err := owner.Exec(t.Context(), `
			INSERT INTO appointment (person_id, post_id, single_holder, period) VALUES ($1, $2, true, '[2026-06-01,2026-06-02)')`, person, tn.head)
		if postgres.Constraint(err) != constraint {
			t.Errorf("want %s, got %v", constraint, err)
		}
	}
}

// Nobody changes a post of theirs as long as they hold it, its last day included; from
// the day after, they do.
func TestWhoHeldAPostUntilYesterdayChangesIt(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	for last, may := range map[string]bool{"2026-11-23": true, "2026-11-24": false, "2026-11-25": false, "": false} {
		post, person := tn.post(tn.section, "主幹"+last, false), tn.person("P"+last)
		held := org.Appointment{Person: person, Post: post, First: day("2026-11-01")}
		if last != "" {
			held.Last = day(last)
		}
		tn.must(tn.Appoint(t.Context(), operator, held, org.Beside))
		general := authz.Actor{Person: person, Holdings: []authz.Holding{{Role: authz.GeneralSecurityOfficer}}}
		if err := tn.Ask(t.Context(), general, org.Change{Post: post}); may != (err == nil) {
			t.Errorf("who holds it until %q: %v", last, err)
		}
	}
}

// Nobody changes what they themselves are or hold.
func TestNobodyDecidesOnTheirOwnAppointments(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	ctx := t.Context()
	person := tn.person("1")
	tn.must(tn.appoint(person, tn.head, "2026-04-01", ""))
	tn.must(tn.GiveRole(ctx, operator, org.Grant{Person: person, Role: authz.Administrator, First: day("2026-04-01"), Reason: "見本"}))
	me := tn.actor(person, "2026-11-24")
	post := tn.post(tn.section, "担当副課長", false)
	p, err := tn.Person(ctx, me, "1")
	tn.must(err)
	h, err := tn.HistoryOf(ctx, me, person, day("2026-11-24"))
	tn.must(err)
	for name, err := range map[string]error{
		"appoints":          tn.Appoint(ctx, me, org.Appointment{Person: person, Post: post, First: day("2026-12-01")}, org.Beside),
		"gives a role":      tn.GiveRole(ctx, me, org.Grant{Person: person, Role: authz.Auditor, First: day("2026-12-01"), Reason: "見本"}),
		"ends":              tn.EndAppointment(ctx, me, h.Appointments[0].ID, day("2026-12-01")),
		"changes an e-mail": tn.ChangePerson(ctx, me, person, p),
		"changes a rule":    tn.AddRule(ctx, me, org.Rule{Title: "課長", Role: authz.CISO}),
	} {
		if fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The last ポータル管理者 stays, and so does somebody as 統括 in the role table.
func TestTheLastOfAnOfficeStays(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	ctx := t.Context()
	one, two := tn.person("1"), tn.person("2")
	tn.must(tn.GiveRole(ctx, operator, org.Grant{Person: one, Role: authz.Administrator, First: day("2026-04-01"), Reason: "見本"}))
	h, err := tn.HistoryOf(ctx, operator, one, day("2026-11-24"))
	tn.must(err)
	if err := tn.EndRole(ctx, operator, h.Grants[0].ID, day("2026-12-31")); fault.KindOf(err) != fault.Conflict {
		t.Errorf("ended the last ポータル管理者: %v", err)
	}
	tn.must(tn.GiveRole(ctx, operator, org.Grant{Person: two, Role: authz.Administrator, First: day("2026-12-01"), Reason: "見本"}))
	tn.must(tn.EndRole(ctx, operator, h.Grants[0].ID, day("2026-12-31")))

	tn.must(tn.AddRule(ctx, operator, org.Rule{Title: "課長", Section: "zeimu", Role: authz.GeneralSecurityOfficer}))
	tn.must(tn.appoint(one, tn.head, "2026-04-01", ""))
	rules, err := tn.Rules(ctx, operator, day("2026-11-24"))
	tn.must(err)
	for _, r := range rules {
		if r.Role == authz.GeneralSecurityOfficer {
			if err := tn.EndRule(ctx, operator, r.ID, day("2026-12-31")); fault.KindOf(err) != fault.Conflict {
				t.Errorf("left nobody as 統括: %v", err)
			}
		}
	}
}

// A line of the role table gives its role from its first day to its last.
func TestTheRoleTableHoldsFromDayToDay(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	ctx := t.Context()
	person := tn.person("1")
	tn.must(tn.appoint(person, tn.post(tn.section, "主幹", false), "2026-04-01", ""))
	tn.must(tn.AddRule(ctx, operator, org.Rule{Title: "主幹", Role: authz.Auditor, First: day("2026-12-01")}))
	rules, err := tn.Rules(ctx, operator, day("2026-11-24"))
	tn.must(err)
	for _, r := range rules {
		if r.Title == "主幹" {
			tn.must(tn.EndRule(ctx, operator, r.ID, day("2026-12-31")))
		}
	}
	for on, want := range map[string]bool{"2026-11-30": false, "2026-12-01": true, "2026-12-31": true, "2027-01-01": false} {
		if got := tn.actor(person, on).Has(authz.Auditor); got != want {
			t.Errorf("on %s: %t", on, got)
		}
	}
}

// What has begun is not taken back, and what is past not changed: whoever had a
// role had it.
func TestWhatHasBeenStays(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	ctx := t.Context()
	person := tn.person("1")
	officer := authz.Actor{Person: tn.person("9"), Holdings: []authz.Holding{{Role: authz.GeneralSecurityOfficer}}}
	tn.must(tn.appoint(person, tn.head, "2024-04-01", "2025-03-31"))
	tn.must(tn.GiveRole(ctx, operator, org.Grant{Person: person, Role: authz.Auditor, First: day("2026-11-24"), Reason: "見本"}))
	tn.must(tn.GiveRole(ctx, operator, org.Grant{Person: person, Role: authz.CIO, First: day("2024-04-01"), Last: day("2025-03-31"), Reason: "見本"}))
	tn.must(tn.AddRule(ctx, operator, org.Rule{Title: "主幹", Role: authz.Auditor, First: day("2026-11-24")}))
	h, err := tn.HistoryOf(ctx, operator, person, day("2026-11-24"))
	tn.must(err)
	rules, err := tn.Rules(ctx, operator, day("2026-11-24"))
	tn.must(err)
	var rule int64
	for _, r := range rules {
		if r.Title == "主幹" {
			rule = r.ID
		}
	}
	today, over := h.Grants[0].ID, h.Grants[1].ID
	yesterday := day("2026-11-23")
	p, err := tn.Post(ctx, operator, tn.head)
	tn.must(err)
	p.Title = "主幹"
	for name, err := range map[string]error{
		"a role of today is erased by a last day before": tn.EndRole(ctx, officer, today, yesterday),
		"a role of today is taken back":                  tn.WithdrawRole(ctx, officer, today),
		"a role that is over is opened again":            tn.EndRole(ctx, officer, over, day("2027-03-31")),
		"a line of today is erased by a last day before": tn.EndRule(ctx, officer, rule, yesterday),
		"a line of today is taken back":                  tn.WithdrawRule(ctx, officer, rule),
		"an appointment that is over is opened again":    tn.EndAppointment(ctx, officer, h.Appointments[0].ID, calendar.Date{}),
		"a post that was held is renamed":                tn.ChangePost(ctx, officer, p),
		"a role is given for days that are past":         tn.GiveRole(ctx, officer, org.Grant{Person: person, Role: authz.CISO, First: yesterday, Reason: "見本"}),
		"a line is added for days that are past":         tn.AddRule(ctx, officer, org.Rule{Title: "主査", Role: authz.Auditor, First: yesterday}),
		"a line is added for always":                     tn.AddRule(ctx, officer, org.Rule{Title: "主査", Role: authz.Auditor}),
		"somebody is succeeded in the past":              tn.Appoint(ctx, officer, org.Appointment{Person: tn.person("2"), Post: tn.head, First: day("2024-06-01")}, org.After),
	} {
		if kind := fault.KindOf(err); kind != fault.Invalid && kind != fault.Conflict {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = tn.db.Pool.Exec(ctx, `UPDATE appointment SET period = daterange('2023-04-01', upper(period))`)
	if err == nil {
		t.Error("the database let the first day of an appointment change")
	}
	if _, err = tn.db.Pool.Exec(ctx, `UPDATE appointment SET person_id = $1`, officer.Person); err == nil {
		t.Error("the database let an appointment become another's")
	}
}

// Succession is about whoever is succeeded too: nobody ends their own
// appointment by it, and the trail names each that it ends.
func TestSuccessionIsAboutWhoeverIsSucceeded(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	ctx := t.Context()
	holder, next := tn.person("1"), tn.person("2")
	tn.must(tn.appoint(holder, tn.head, "2026-04-01", ""))
	tn.must(tn.GiveRole(ctx, operator, org.Grant{Person: holder, Role: authz.Administrator, First: day("2026-04-01"), Reason: "見本"}))
	me := tn.actor(holder, "2026-11-24")
	succession := org.Appointment{Person: next, Post: tn.head, First: day("2027-04-01")}
	if err := tn.Appoint(ctx, me, succession, org.After); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("ended their own by a successor: %v", err)
	}
	newcomer := org.Person{StaffNumber: "3", Name: "見本 3", Furigana: "ミホン"}
	if _, err := tn.Register(ctx, me, newcomer, succession, org.After); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("ended their own by a newcomer: %v", err)
	}
	if _, err := tn.Person(ctx, operator, "3"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the newcomer stayed: %v", err)
	}
	tn.must(tn.Appoint(ctx, operator, succession, org.After))
	var ended int
	err := tn.db.Pool.QueryRow(ctx, `SELECT count(*) FROM trail_entry WHERE subject_kind = 'appointment' AND fields = '{period}' AND (refs->>'person')::bigint = $1`, holder).Scan(&ended)
	if err != nil || ended != 1 {
		t.Errorf("the trail has %d entries for the appointment that ended, %v", ended, err)
	}
}

// Whatever takes away the last ポータル管理者, or the last 統括 from the role table,
// is refused, whichever way it goes.
func TestNoWayTakesAwayTheLastOfAnOffice(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	ctx := t.Context()
	post := tn.post(tn.section, "管理担当", true)
	tn.must(tn.AddRule(ctx, operator, org.Rule{Title: "管理担当", Role: authz.Administrator}))
	holder, next := tn.person("1"), tn.person("2")
	tn.must(tn.appoint(holder, post, "2026-12-01", ""))
	h, err := tn.HistoryOf(ctx, operator, holder, day("2026-11-24"))
	tn.must(err)
	rules, err := tn.Rules(ctx, operator, day("2026-11-24"))
	tn.must(err)
	var rule int64
	for _, r := range rules {
		if r.Role == authz.Administrator {
			rule = r.ID
		}
	}
	p, err := tn.Post(ctx, operator, post)
	tn.must(err)
	p.Title = "庶務担当"
	short := org.Appointment{Person: next, Post: post, First: day("2027-04-01"), Last: day("2027-04-01")}
	// until 1 December there is none at all: that is not made worse
	tn.must(tn.GiveRole(ctx, operator, org.Grant{Person: tn.person("4"), Role: authz.Administrator, First: day("2026-04-01"), Last: day("2026-12-31"), Reason: "見本"}))
	for name, err := range map[string]error{
		"a last day":             tn.EndAppointment(ctx, operator, h.Appointments[0].ID, day("2027-03-31")),
		"taking back":            tn.Withdraw(ctx, operator, h.Appointments[0].ID),
		"a successor for a day":  tn.Appoint(ctx, operator, short, org.After),
		"a newcomer for a day":   failing(tn.Register(ctx, operator, org.Person{StaffNumber: "3", Name: "見本 3", Furigana: "ミホン"}, short, org.After)),
		"the end of the line":    tn.EndRule(ctx, operator, rule, day("2027-03-31")),
		"another name of a post": tn.ChangePost(ctx, operator, p),
	} {
		if fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "ポータル管理者がいなくなります") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A 課室 can be prepared for a day, and has no posts and roles outside of its
// days.
func TestASectionHasItsDays(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	ctx := t.Context()
	id := tn.addSection(org.Section{Code: "digital", Name: " デジタル　推進室 ", Kind: org.Internal, EstablishedOn: day("2027-04-01")})
	head := tn.post(id, "室長", true)
	person := tn.person("1")
	exists := func(on string) bool {
		sections, err := tn.Sections(ctx, operator, day(on))
		tn.must(err)
		return slices.ContainsFunc(sections, func(s org.Section) bool { return s.Code == "digital" && s.Name == "デジタル 推進室" })
	}
	if exists("2027-03-31") || !exists("2027-04-01") {
		t.Error("the section does not begin on its day")
	}
	if err := tn.appoint(person, head, "2027-03-31", ""); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a post the day before: %v", err)
	}
	tn.must(tn.appoint(person, head, "2027-04-01", "2028-03-31"))
	s, err := tn.Section(ctx, operator, "digital")
	tn.must(err)
	late, gone := s, s
	late.EstablishedOn, gone.AbolishedOn = day("2027-05-01"), day("2028-04-01")
	if err := tn.ChangeSection(ctx, operator, "digital", late); fault.KindOf(err) != fault.Invalid {
		t.Errorf("begins after its head: %v", err)
	}
	tn.must(tn.ChangeSection(ctx, operator, "digital", gone))
	h, err := tn.HistoryOf(ctx, operator, person, day("2026-11-24"))
	tn.must(err)
	if err := tn.EndAppointment(ctx, operator, h.Appointments[0].ID, calendar.Date{}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("an appointment beyond the end: %v", err)
	}
	grant := org.Grant{Person: person, Role: authz.SystemManager, Section: "digital", First: day("2027-04-01"), Reason: "見本"}
	if err := tn.GiveRole(ctx, operator, grant); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a role beyond the end: %v", err)
	}
	if err := failing(tn.AddSection(ctx, operator, org.Section{Code: "kara", Name: " 　", Kind: org.Internal})); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a name of blanks: %v", err)
	}
}

// The second of two who change the same is told, and nothing of the first is
// lost.
func TestTheSecondWriterIsTold(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	ctx := t.Context()
	seen, err := tn.Section(ctx, operator, "zeimu")
	tn.must(err)
	first, second := seen, seen
	first.Name, second.Name = "税務課", "町民課"
	tn.must(tn.ChangeSection(ctx, operator, "zeimu", first))
	if err := tn.ChangeSection(ctx, operator, "zeimu", second); fault.KindOf(err) != fault.Conflict {
		t.Errorf("the second: %v", err)
	}
	if now, _ := tn.Section(ctx, operator, "zeimu"); now.Name != "税務課" {
		t.Errorf("kept %s", now.Name)
	}
}

func TestAPostIsCalledWithItsSection(t *testing.T) {
	for _, c := range [][3]string{
		{"税務町民課", "課長", "税務町民課長"},
		{"会計室", "室長", "会計室長"},
		{"議会事務局", "局長", "議会事務局長"},
		{"総務課", "担当副課長", "総務課 担当副課長"},
		{"", "町長", "町長"},
		{"総務課", "総務課長", "総務課長"},
	} {
		if got := authz.PostName(c[0], c[1]); got != c[2] {
			t.Errorf("%s of %s is called %s, want %s", c[1], c[0], got, c[2])
		}
	}
}

// People are found by any part of their name, in either width.
func TestPeopleAreFoundInAnyWidth(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	_, err := tn.AddPerson(t.Context(), operator, org.Person{StaffNumber: "Ａ１", Name: "見本　花子", Furigana: "ﾐﾎﾝ ﾊﾅｺ"})
	tn.must(err)
	for _, words := range []string{"花", "ハナ", "ﾊﾅｺ", "a1", "Ａ１", "見本花子", ""} {
		found, err := tn.People(t.Context(), operator, org.Search{Words: words, Day: day("2026-11-24")})
		if err != nil || len(found.People) != 1 || found.Next != "" || found.People[0].Furigana != "ミホン ハナコ" {
			t.Errorf("%q finds %+v, %v", words, found, err)
		}
	}
	if found, err := tn.People(t.Context(), operator, org.Search{Words: "次郎", Day: day("2026-11-24")}); err != nil || len(found.People) != 0 {
		t.Errorf("found %+v, %v", found, err)
	}
}

func failing(_ int64, err error) error { return err }
