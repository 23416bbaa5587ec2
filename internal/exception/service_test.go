package exception_test

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/exception"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/task"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

var today = calendar.NewDate(2026, time.November, 24)

// office is a register of exceptions with two sections.
type office struct {
	*exception.Service
	t            *testing.T
	db           pgtest.DB
	now          *time.Time
	assets       *asset.Service
	tax, welfare authz.Actor // the managers
	clerk        authz.Actor // a 職員 of the tax section
	officer      authz.Actor // the 統括
	ciso         authz.Actor
	cio, admin   authz.Actor
	sections     []int64
}

func newOffice(t *testing.T) office {
	t.Helper()
	db, now := databases.New(t), today.Start().Add(9*time.Hour)
	through := door.New(db.Pool, func() time.Time { return now })
	o := office{Service: exception.New(db.Pool, through), t: t, db: db, now: &now, assets: asset.New(db.Pool, through)}
	town := org.New(db.Pool, through)
	var sections []int64
	for i, name := range []string{"税務町民課", "福祉こども課"} {
		id, err := town.AddSection(t.Context(), authz.AsOperator(), org.Section{Code: []string{"zeimu", "fukushi"}[i], Name: name, Kind: org.Internal, Position: i})
		if err != nil {
			t.Fatal(err)
		}
		sections = append(sections, id)
	}
	n := 0
	somebody := func(role authz.Role, section int64) authz.Actor {
		t.Helper()
		n++
		number := fmt.Sprint("P", n)
		id, err := town.AddPerson(t.Context(), authz.AsOperator(), org.Person{StaffNumber: number, Name: fmt.Sprint("見本 ", n), Furigana: "ミホン"})
		if err == nil && role != authz.Staff {
			err = town.AddRule(t.Context(), authz.AsOperator(), org.Rule{Title: number, Role: role})
		}
		if err != nil {
			t.Fatal(err)
		}
		post, err := town.AddPost(t.Context(), authz.AsOperator(), org.Post{Section: section, Title: number, SingleHolder: true})
		if err == nil {
			err = town.Appoint(t.Context(), authz.AsOperator(), org.Appointment{Person: id, Post: post, First: today}, org.Beside)
		}
		if err != nil {
			t.Fatal(err)
		}
		return authz.Actor{Person: id, Holdings: []authz.Holding{{Role: role, Section: section}}}
	}
	o.tax, o.welfare, o.clerk = somebody(authz.SecurityManager, sections[0]), somebody(authz.SecurityManager, sections[1]), somebody(authz.Staff, sections[0])
	o.officer, o.ciso, o.admin = somebody(authz.GeneralSecurityOfficer, 0), somebody(authz.CISO, 0), somebody(authz.Administrator, 0)
	o.cio, o.sections = somebody(authz.CIO, 0), sections
	return o
}

func asking() exception.Asking {
	return exception.Asking{Section: "zeimu", Details: exception.Details{
		Clause: "基本方針7(3)①", Subject: "収納データの受渡し", Reason: "更新まで分けられない", Risk: "漏えい", Instead: "記録を毎日見る", From: today, Until: today.AddDays(100),
	}}
}

func (o office) ask(by authz.Actor, a exception.Asking) string {
	o.t.Helper()
	code, err := o.Ask(o.t.Context(), by, a)
	if err != nil {
		o.t.Fatal(err)
	}
	return code
}

func (o office) do(by authz.Actor, code string, event exception.Event, step exception.Step) error {
	return o.Do(o.t.Context(), by, code, event, step)
}

func (o office) must(by authz.Actor, code string, event exception.Event, step exception.Step) {
	o.t.Helper()
	if err := o.do(by, code, event, step); err != nil {
		o.t.Fatal(err)
	}
}

func (o office) find(code string) exception.Exception {
	o.t.Helper()
	e, err := o.Find(o.t.Context(), o.ciso, code)
	if err != nil {
		o.t.Fatal(err)
	}
	return e
}

func TestNumbersAreOfTheFiscalYear(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first, second := o.ask(o.tax, asking()), o.ask(o.tax, asking())
	*o.now = calendar.NewDate(2027, time.April, 1).Start()
	later := asking()
	later.From, later.Until = calendar.NewDate(2027, time.April, 1), calendar.NewDate(2027, time.May, 1)
	if third := o.ask(o.tax, later); first != "8-0001" || second != "8-0002" || third != "9-0001" {
		t.Errorf("%s, %s, %s", first, second, third)
	}
}

func TestWhoAskedNeverPermits(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	both := authz.Actor{Person: o.officer.Person, Holdings: append(slices.Clone(o.officer.Holdings), o.ciso.Holdings...)}
	code := o.ask(both, asking())
	for _, event := range []exception.Event{exception.EventPermit, exception.EventRefuse} {
		if err := o.do(both, code, event, exception.Step{Version: 1, Note: "自分で"}); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s: %v", event, err)
		}
	}
	next, err := o.Next(t.Context(), both, o.find(code))
	if err != nil || !slices.Equal(next, []exception.Event{exception.EventWithdraw}) {
		t.Errorf("%v is offered, %v", next, err)
	}
	o.must(o.ciso, code, exception.EventPermit, exception.Step{Version: 1})
	if e := o.find(code); e.State != exception.Permitted || e.DecidedOn != today || e.DecidedBy == "" {
		t.Errorf("%+v", e)
	}
}

func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if _, err := o.Ask(t.Context(), o.clerk, asking()); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a 職員 asks: %v", err)
	}
	if _, err := o.Ask(t.Context(), o.welfare, asking()); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("another section asks: %v", err)
	}
	code := o.ask(o.tax, asking())
	for name, c := range map[string]struct {
		by    authz.Actor
		event exception.Event
		want  fault.Kind
	}{
		"a 職員 withdraws":        {o.clerk, exception.EventWithdraw, fault.Forbidden},
		"another section":       {o.welfare, exception.EventWithdraw, fault.NotFound},
		"the 統括 permits":        {o.officer, exception.EventPermit, fault.Forbidden},
		"the manager permits":   {o.tax, exception.EventPermit, fault.Forbidden},
		"the administrator":     {o.admin, exception.EventPermit, fault.NotFound},
		"the CISO withdraws":    {o.ciso, exception.EventWithdraw, fault.Forbidden},
		"the CISO reviews":      {o.ciso, exception.EventReview, fault.Conflict},
		"the manager ends asks": {o.tax, exception.EventEnd, fault.Conflict},
	} {
		if err := o.do(c.by, code, c.event, exception.Step{Version: 1, Note: "理由"}); fault.KindOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	chosen := o.officer
	for _, choice := range authz.Choices() {
		if choice.Action == authz.PermitExceptions && choice.Role == authz.GeneralSecurityOfficer {
			chosen.Table = chosen.Table.Choose(choice, authz.All)
		}
	}
	o.must(chosen, code, exception.EventPermit, exception.Step{Version: 1})
}

func TestWhatIsWrongIsSaid(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := asking()
	a.Section = "nowhere"
	if _, err := o.Ask(t.Context(), o.tax, a); fault.KindOf(err) != fault.Invalid {
		t.Errorf("no such section: %v", err)
	}
	a = asking()
	a.Follows = "8-0009"
	if _, err := o.Ask(t.Context(), o.tax, a); fault.KindOf(err) != fault.Invalid {
		t.Errorf("nothing to go on from: %v", err)
	}
	code := o.ask(o.tax, asking())
	if err := o.do(o.ciso, code, exception.EventRefuse, exception.Step{Version: 1}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("refused without a reason: %v", err)
	}
	if err := o.do(o.ciso, code, exception.EventPermit, exception.Step{Version: 2}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("another version: %v", err)
	}
	*o.now = today.AddDays(101).Start()
	if err := o.do(o.ciso, code, exception.EventPermit, exception.Step{Version: 1}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("permitted after its last day: %v", err)
	}
	o.must(o.tax, code, exception.EventWithdraw, exception.Step{Version: 1, Note: "要らなくなった"})
}

func TestWhatIsDoneAlreadyIsToldAndPutRight(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := asking()
	a.DoneSince = today.AddDays(-2)
	code := o.ask(o.tax, a)
	if e := o.find(code); e.From != a.DoneSince {
		t.Errorf("it is from %v", e.From)
	}
	if err := o.do(o.ciso, code, exception.EventRefuse, exception.Step{Version: 1, Note: "別の方法がある"}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("refused without a day: %v", err)
	}
	o.must(o.ciso, code, exception.EventRefuse, exception.Step{Version: 1, Note: "別の方法がある", On: today.AddDays(3)})
	if e := o.find(code); e.State != exception.Refused || e.MendOn != today.AddDays(3) {
		t.Errorf("%+v", e)
	}
	told, err := postgres.One[struct{ Count int }](t.Context(), o.db.Pool, "counting", `SELECT count(*) AS count FROM notice WHERE person_id = $1`, o.tax.Person)
	if err != nil || told.Count != 1 {
		t.Errorf("the manager has %d notices, %v", told.Count, err)
	}
}

// A day by which it is put right is of what is done already.
func TestWhatIsNotDoneIsNotPutRight(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.ask(o.tax, asking())
	o.must(o.ciso, code, exception.EventRefuse, exception.Step{Version: 1, Note: "別の方法がある", On: today.AddDays(3)})
	if e := o.find(code); !e.MendOn.IsZero() {
		t.Errorf("it is put right by %v", e.MendOn)
	}
}

// Another one goes on from what was permitted for the same section: also where who asks sees
// the others.
func TestWhatAnotherOneGoesOnFrom(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.ask(o.tax, asking())
	next := asking()
	next.Follows = code
	if _, err := o.Ask(t.Context(), o.tax, next); fault.KindOf(err) != fault.Invalid {
		t.Errorf("it goes on from what nobody has permitted: %v", err)
	}
	o.must(o.ciso, code, exception.EventPermit, exception.Step{Version: 1})
	next.Section = "fukushi"
	if _, err := o.Ask(t.Context(), o.officer, next); fault.KindOf(err) != fault.Invalid {
		t.Errorf("another section goes on from it: %v", err)
	}
	next.Section = "zeimu"
	if _, err := o.Ask(t.Context(), o.officer, next); err != nil {
		t.Errorf("the same section: %v", err)
	}
}

// What is over is decided by nobody: who has asked for it may only settle it.
func TestWhatIsOverIsOnlySettled(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.ask(o.tax, asking())
	o.must(o.ciso, code, exception.EventPermit, exception.Step{Version: 1})
	for days, want := range map[int][2][]exception.Event{
		100: {{exception.EventReview, exception.EventRevoke}, {exception.EventEnd}}, 101: {nil, {exception.EventSettle}},
	} {
		*o.now = today.AddDays(days).Start()
		for i, by := range []authz.Actor{o.ciso, o.tax} {
			if next, err := o.Next(t.Context(), by, o.find(code)); err != nil || !slices.Equal(next, want[i]) {
				t.Errorf("after %d days %v, %v", days, next, err)
			}
		}
	}
}

// register registers an asset of the tax section, as an exception is about its zone.
func (o office) register() exception.About {
	o.t.Helper()
	code, err := o.assets.Register(o.t.Context(), o.tax, "zeimu", asset.Details{
		Kind: asset.System, Name: "税務システム", Confidentiality: "3B", Integrity: "2", Availability: "2", Personal: asset.PlainPersonal, Zone: asset.MyNumberZone, RegisteredOn: today,
	})
	if err != nil {
		o.t.Fatal(err)
	}
	found, err := o.assets.Find(o.t.Context(), o.tax, code)
	if err != nil {
		o.t.Fatal(err)
	}
	return exception.About{AssetID: found.ID, Section: found.Section, Code: code, Name: found.Name, Rule: "zone"}
}

// It begins and ends by its days: nothing runs for it.
func TestItIsInForceByTheDay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := asking()
	a.About = []exception.About{o.register()}
	on := func(day calendar.Date) int {
		found, err := postgres.One[struct{ Count int }](t.Context(), o.db.Pool, "counting", `
			SELECT count(*) AS count FROM exception_asset WHERE asset_id = $1 AND rule = 'zone' AND $2::date BETWEEN from_on AND until_on`, a.About[0].AssetID, day)
		if err != nil {
			t.Fatal(err)
		}
		return found.Count
	}
	code := o.ask(o.tax, a)
	if on(today) != 0 {
		t.Error("it is in force before it is permitted")
	}
	o.must(o.ciso, code, exception.EventPermit, exception.Step{Version: 1})
	for days, want := range map[int]int{-1: 0, 0: 1, 100: 1, 101: 0} {
		if got := on(today.AddDays(days)); got != want {
			t.Errorf("after %d days: %d", days, got)
		}
	}
	if e := o.find(code); len(e.About) != 1 || e.About[0].Name != "税務システム" || e.About[0].Rule != "zone" {
		t.Errorf("it is about %+v", e.About)
	}
	o.must(o.tax, code, exception.EventEnd, exception.Step{Version: 2, Note: "直した"})
	if on(today) != 0 {
		t.Error("it is in force after it has ended")
	}
}

func TestItIsLookedAtAgainAndFollowed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.ask(o.tax, asking())
	o.must(o.ciso, code, exception.EventPermit, exception.Step{Version: 1})
	waiting := func() (w exception.Waiting) {
		var b task.Batch
		o.QueueWaiting(&b, o.ciso, func(found exception.Waiting) { w = found })
		if err := b.Run(t.Context(), o.db.Pool); err != nil {
			t.Fatal(err)
		}
		return w
	}
	if w := waiting(); w != (exception.Waiting{}) {
		t.Errorf("%+v waits", w)
	}
	*o.now = today.AddDays(70).Start()
	if w := waiting(); w.ToReview != 1 {
		t.Errorf("%+v waits on its day", w)
	}
	if err := o.do(o.ciso, code, exception.EventReview, exception.Step{Version: 2, Note: "続ける", On: today.AddDays(101)}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("looked at next after its end: %v", err)
	}
	o.must(o.ciso, code, exception.EventReview, exception.Step{Version: 2, Note: "続ける"})
	if w := waiting(); w.ToReview != 0 {
		t.Errorf("%+v waits after it", w)
	}
	next := asking()
	next.Follows, next.From, next.Until = code, today.AddDays(101), today.AddDays(130)
	if e := o.find(o.ask(o.tax, next)); e.Follows != code {
		t.Errorf("it follows %q", e.Follows)
	}
	o.must(o.ciso, code, exception.EventRevoke, exception.Step{Version: 3, Note: "守られていない"})
	history, err := o.History(t.Context(), o.ciso, code)
	if err != nil || len(history) != 4 || history[0].Event != exception.EventRevoke || history[0].Note != "守られていない" || history[3].Event != exception.EventAsk {
		t.Errorf("%+v, %v", history, err)
	}
}

func TestTheListIsOfTheOwnSection(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.ask(o.tax, asking())
	list := func(by authz.Actor, q exception.Search) int {
		page, err := o.List(t.Context(), by, q)
		if err != nil {
			t.Fatal(err)
		}
		return page.Count
	}
	for name, c := range map[string]struct {
		by   authz.Actor
		q    exception.Search
		want int
	}{
		"the CISO": {o.ciso, exception.Search{}, 1}, "a colleague": {o.clerk, exception.Search{}, 1}, "another section": {o.welfare, exception.Search{Section: "zeimu"}, 0},
		"asked": {o.ciso, exception.Search{Kind: "asked"}, 1}, "in force": {o.ciso, exception.Search{Kind: "in_force"}, 0}, "ends soon": {o.ciso, exception.Search{Kind: "ends_soon"}, 0},
		"to review": {o.ciso, exception.Search{Kind: "to_review"}, 0}, "over": {o.ciso, exception.Search{Kind: "over"}, 0}, "not": {o.ciso, exception.Search{Kind: "not"}, 0},
		"of the clause": {o.ciso, exception.Search{Clause: "7(3)"}, 1}, "of another": {o.ciso, exception.Search{Clause: "7(4)"}, 0}, "of an asset": {o.ciso, exception.Search{Asset: "zeimu-0001"}, 0},
	} {
		if got := list(c.by, c.q); got != c.want {
			t.Errorf("%s: %d", name, got)
		}
	}
	if _, err := o.List(t.Context(), o.admin, exception.Search{}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("the administrator: %v", err)
	}
	if _, err := o.Find(t.Context(), o.welfare, code); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another section: %v", err)
	}
}

func TestTheDatabaseKeepsWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.ask(o.tax, asking())
	for _, sql := range []string{
		`UPDATE exception SET reason = 'x'`, `UPDATE exception SET until_on = until_on + 1`, `DELETE FROM exception`, `TRUNCATE exception CASCADE`,
		`UPDATE exception_step SET note = 'x'`, `DELETE FROM exception_step`,
		`UPDATE exception SET state = 'permitted', decided_by = asked_by, decided_on = '2026-11-24'`, `UPDATE exception SET state = 'permitted'`,
	} {
		if _, err := o.db.Pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s is done", sql)
		}
	}
	o.must(o.tax, code, exception.EventWithdraw, exception.Step{Version: 1, Note: "要らない"})
	if _, err := o.db.Pool.Exec(t.Context(), `UPDATE exception SET state = 'asked'`); err == nil {
		t.Error("what was withdrawn is asked for again")
	}
}
