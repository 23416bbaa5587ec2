package missing_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/asset/missing"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/task"
)

var (
	databases pgtest.Server
	update    = flag.Bool("update", false, "write docs/missing-states.md anew")
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

func TestTheStatesDocument(t *testing.T) {
	t.Parallel()
	const path = "../../../docs/missing-states.md"
	want, err := missing.StatesDocument()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("docs/missing-states.md is not the table of the code (%v): make generate", err)
	}
}

var (
	today = calendar.NewDate(2026, time.November, 24)
	now   = today.Start().Add(9 * time.Hour)
)

// titles are the posts of those who are told.
var titles = map[authz.Role]string{authz.SecurityManager: "課長", authz.GeneralSecurityOfficer: "総務課長", authz.CSIRTMember: "情報政策担当"}

// office is a register with two sections.
type office struct {
	*missing.Service
	t              *testing.T
	db             pgtest.DB
	through        *door.Door
	assets         *asset.Service
	tax, welfare   authz.Actor // the managers
	clerk          authz.Actor // a 職員 of the tax section
	officer, csirt authz.Actor
	auditor        authz.Actor
}

func newOffice(t *testing.T, ties missing.Ties) office {
	t.Helper()
	db := databases.New(t)
	through := door.New(db.Pool, func() time.Time { return now })
	assets := asset.New(db.Pool, through)
	o := office{Service: missing.New(db.Pool, through, assets, ties), t: t, db: db, through: through, assets: assets}
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
		n++
		id, err := town.AddPerson(t.Context(), authz.AsOperator(), org.Person{StaffNumber: fmt.Sprint("P", n), Name: fmt.Sprint("見本 ", n), Furigana: "ミホン"})
		if err != nil {
			t.Fatal(err)
		}
		if title := titles[role]; title != "" && section != sections[1] { // so that notices find them
			post, err := town.AddPost(t.Context(), authz.AsOperator(), org.Post{Section: sections[0], Title: title})
			if err == nil {
				err = town.AddRule(t.Context(), authz.AsOperator(), org.Rule{Title: title, Role: role})
			}
			if err == nil {
				err = town.Appoint(t.Context(), authz.AsOperator(), org.Appointment{Person: id, Post: post, First: today}, org.Beside)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		return authz.Actor{Person: id, Holdings: []authz.Holding{{Role: role, Section: section}}}
	}
	o.tax, o.welfare, o.clerk = somebody(authz.SecurityManager, sections[0]), somebody(authz.SecurityManager, sections[1]), somebody(authz.Staff, sections[0])
	o.officer, o.csirt, o.auditor = somebody(authz.GeneralSecurityOfficer, 0), somebody(authz.CSIRTMember, 0), somebody(authz.Auditor, 0)
	return o
}

func (o office) register() asset.Asset {
	o.t.Helper()
	code, err := o.assets.Register(o.t.Context(), o.tax, "zeimu", asset.Details{
		Kind: asset.Medium, Name: "外付けHDD", Confidentiality: "3B", Integrity: "2", Availability: "2", Personal: asset.PlainPersonal, Zone: asset.MyNumberZone, RegisteredOn: today,
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return o.find(code)
}

func (o office) find(code string) asset.Asset {
	o.t.Helper()
	a, err := o.assets.Find(o.t.Context(), o.officer, code)
	if err != nil {
		o.t.Fatal(err)
	}
	return a
}

func (o office) cases(a asset.Asset) []missing.Case {
	o.t.Helper()
	list, err := o.Cases(o.t.Context(), o.officer, a)
	if err != nil {
		o.t.Fatal(err)
	}
	return list
}

func seen() missing.Seen {
	return missing.Seen{Kind: missing.Missing, LastSeen: today.AddDays(-30), NoticedAt: now.Add(-2 * time.Hour), NoticedBy: "見本 三郎", Words: "書庫の棚にない"}
}

func found() missing.Finding {
	return missing.Finding{On: today, Where: "倉庫", By: "見本 三郎"}
}

func TestWhatSomebodySaysIsChecked(t *testing.T) {
	t.Parallel()
	o := newOffice(t, missing.Ties{})
	a := o.register()
	for name, c := range map[string]struct {
		change func(*missing.Seen)
		field  string
	}{
		"no instant":                {func(s *missing.Seen) { s.NoticedAt = time.Time{} }, "noticed_on"},
		"an instant to come":        {func(s *missing.Seen) { s.NoticedAt = now.Add(time.Hour) }, "noticed_on"},
		"nobody":                    {func(s *missing.Seen) { s.NoticedBy = " " }, "noticed_by"},
		"seen after it was noticed": {func(s *missing.Seen) { s.LastSeen = today.AddDays(1) }, "last_seen"},
		"too much":                  {func(s *missing.Seen) { s.Words = strings.Repeat("字", 2001) }, "words"},
	} {
		s := seen()
		c.change(&s)
		if err := o.Tell(t.Context(), o.clerk, a.Code, s); fieldOf(err) != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := o.Tell(t.Context(), o.clerk, a.Code, seen()); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*missing.Finding)
		field  string
	}{
		"no day":                {func(f *missing.Finding) { f.On = calendar.Date{} }, "found_on"},
		"a day to come":         {func(f *missing.Finding) { f.On = today.AddDays(1) }, "found_on"},
		"before it was noticed": {func(f *missing.Finding) { f.On = today.AddDays(-1) }, "found_on"},
		"nowhere":               {func(f *missing.Finding) { f.Where = "" }, "found_where"},
		"nobody":                {func(f *missing.Finding) { f.By = "" }, "found_by"},
	} {
		f := found()
		c.change(&f)
		if err := o.Find(t.Context(), o.tax, a.Code, 1, f); fieldOf(err) != c.field {
			t.Errorf("found, %s: %v", name, err)
		}
	}
}

// fieldOf is the one field that is wrong.
func fieldOf(err error) string {
	if failure, ok := errors.AsType[*fault.Error](err); ok && len(failure.Problems) == 1 {
		return failure.Problems[0].Field
	}
	return ""
}

func TestWhatIsMissingIsToldAtOnceAndKept(t *testing.T) {
	t.Parallel()
	o := newOffice(t, missing.Ties{})
	a := o.register()
	if err := o.Tell(t.Context(), o.clerk, a.Code, seen()); err != nil {
		t.Fatal(err)
	}
	if a := o.find(a.Code); a.State != life.Missing {
		t.Errorf("it is %s", a.State)
	}
	c := o.cases(a)
	if len(c) != 1 || c[0].State != missing.Open || c[0].Confidentiality != "3B" || c[0].Personal != asset.PlainPersonal || !c[0].NoticedAt.Equal(now.Add(-2*time.Hour)) || c[0].LastSeen != today.AddDays(-30) {
		t.Errorf("%+v", c)
	}
	told, err := postgres.List[struct{ PersonID int64 }](t.Context(), o.db.Pool, "listing", `SELECT person_id FROM notice WHERE topic = 'missing' ORDER BY 1`)
	if err != nil || len(told) != 3 || told[0].PersonID != o.tax.Person || told[1].PersonID != o.officer.Person || told[2].PersonID != o.csirt.Person {
		t.Errorf("told are %v, %v", told, err)
	}
	if err := o.Tell(t.Context(), o.tax, a.Code, seen()); fault.KindOf(err) != fault.Conflict {
		t.Errorf("reported twice: %v", err)
	}
	if err := o.Find(t.Context(), o.tax, a.Code, 2, found()); fault.KindOf(err) != fault.Conflict {
		t.Errorf("found on another version: %v", err)
	}
	if err := o.Find(t.Context(), o.tax, a.Code, 1, found()); err != nil {
		t.Fatal(err)
	}
	if a := o.find(a.Code); a.State != asset.Registered {
		t.Errorf("once it was found it is %s", a.State)
	}
	if err := o.Find(t.Context(), o.tax, a.Code, 2, found()); fault.KindOf(err) != fault.Conflict {
		t.Errorf("found twice: %v", err)
	}
	if err := o.Tell(t.Context(), o.tax, a.Code, seen()); err != nil {
		t.Errorf("missing once more: %v", err)
	}
	for name, c := range map[string]struct {
		by   authz.Actor
		want int
	}{"the 統括": {o.officer, 2}, "the manager who says it the second time": {o.tax, 1}} {
		told, err := postgres.One[struct{ Count int }](t.Context(), o.db.Pool, "counting", `SELECT count(*) AS count FROM notice WHERE topic = 'missing' AND person_id = $1`, c.by.Person)
		if err != nil || told.Count != c.want {
			t.Errorf("%s is told %d times, %v", name, told.Count, err)
		}
	}
	if c := o.cases(a); len(c) != 2 || c[1].State != missing.Found || c[1].FoundWhere != "倉庫" || c[1].EndedBy == "" {
		t.Errorf("%+v", c)
	}
}

func TestWhoMaySayIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t, missing.Ties{})
	a := o.register()
	for name, c := range map[string]struct {
		by   authz.Actor
		want fault.Kind
	}{"another section": {o.welfare, fault.NotFound}, "監査": {o.auditor, fault.Forbidden}} {
		if err := o.Tell(t.Context(), c.by, a.Code, seen()); fault.KindOf(err) != c.want {
			t.Errorf("%s reports: %v", name, err)
		}
	}
	if err := o.Tell(t.Context(), o.csirt, a.Code, seen()); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		by   authz.Actor
		want fault.Kind
	}{"another section": {o.welfare, fault.NotFound}, "a 職員": {o.clerk, fault.Forbidden}, "監査": {o.auditor, fault.Forbidden}} {
		if err := o.Find(t.Context(), c.by, a.Code, 1, found()); fault.KindOf(err) != c.want {
			t.Errorf("%s finds: %v", name, err)
		}
	}
	if _, err := o.Cases(t.Context(), o.welfare, a); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another section reads it: %v", err)
	}
}

// Another room reports in its own change, also by who does not see the asset; a second report
// says nothing.
func TestAnotherRoomReportsInItsChange(t *testing.T) {
	t.Parallel()
	o := newOffice(t, missing.Ties{})
	a := o.register()
	counts := []int{2, 0}
	for _, want := range counts {
		err := o.through.Do(t.Context(), o.welfare, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
			if err := tx.Allow(authz.ChangeAssets, authz.Matter{OwnersSection: actor.Holdings[0].Section}); err != nil {
				return door.Unchanged(), err
			}
			s := seen()
			s.AssetID, s.Kind, s.From = a.ID, missing.Lost, "持-8-0001"
			done, err := o.Report(t.Context(), tx, actor, s)
			if len(done) != want {
				t.Errorf("%d effects, not %d", len(done), want)
			}
			if err != nil || len(done) == 0 {
				return door.Unchanged(), err
			}
			done[0].Also = done[1:]
			return done[0], nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if c := o.cases(a); len(c) != 1 || c[0].Kind != missing.Lost || c[0].From != "持-8-0001" {
		t.Errorf("%+v", c)
	}
}

// What was asked of disposing of it is taken back, and what has ended is reported no more.
func TestWhatWasAskedOfDisposingIsTakenBack(t *testing.T) {
	t.Parallel()
	spared := 0
	o := newOffice(t, missing.Ties{Spare: func(_ context.Context, _ *door.Tx, _ authz.Actor, _ int64, _ string) ([]door.Effect, error) {
		spared++
		return nil, nil
	}})
	a := o.register()
	if err := o.Tell(t.Context(), o.tax, a.Code, seen()); err != nil {
		t.Fatal(err)
	}
	if err := o.Find(t.Context(), o.tax, a.Code, 1, found()); err != nil || spared != 2 {
		t.Errorf("taken back %d times, %v", spared, err)
	}
	if err := o.assets.EndAsMistaken(t.Context(), o.tax, a.Code, 3, "二重"); err != nil {
		t.Fatal(err)
	}
	if err := o.Tell(t.Context(), o.tax, a.Code, seen()); fault.KindOf(err) != fault.Conflict {
		t.Errorf("what has ended is reported: %v", err)
	}
}

// The database keeps what was reported.
func TestWhatWasReportedIsNeverChanged(t *testing.T) {
	t.Parallel()
	o := newOffice(t, missing.Ties{})
	if err := o.Tell(t.Context(), o.tax, o.register().Code, seen()); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		`UPDATE missing SET noticed_at = noticed_at - interval '1 day'`, `UPDATE missing SET words = ''`, `DELETE FROM missing`,
		`UPDATE missing_step SET note = 'x'`, `DELETE FROM missing_step`,
	} {
		if _, err := o.db.Pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("the database takes %s", sql)
		}
	}
}

func TestHomeCountsWhatSomebodyLooksFor(t *testing.T) {
	t.Parallel()
	o := newOffice(t, missing.Ties{})
	if err := o.Tell(t.Context(), o.clerk, o.register().Code, seen()); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		by   authz.Actor
		want int
	}{"the 統括": {o.officer, 1}, "CSIRT": {o.csirt, 1}, "the manager": {o.tax, 1}, "another manager": {o.welfare, 0}, "a 職員": {o.clerk, -1}, "監査": {o.auditor, -1}} {
		got := -1
		var b task.Batch
		o.QueueWaiting(&b, c.by, func(n int) { got = n })
		if err := b.Run(t.Context(), o.db.Pool); err != nil || got != c.want {
			t.Errorf("%s: %d, %v", name, got, err)
		}
	}
}

// A draft that is reported and registered meanwhile can be found still.
func TestADraftThatIsRegisteredMeanwhileIsFound(t *testing.T) {
	t.Parallel()
	o := newOffice(t, missing.Ties{})
	d := asset.Details{Kind: asset.Medium, Name: "外付けHDD", Confidentiality: "3B", Integrity: "2", Availability: "2", Personal: asset.PlainPersonal, Zone: asset.MyNumberZone, RegisteredOn: today}
	keeper := authz.Actor{Person: o.clerk.Person, Holdings: []authz.Holding{{Role: authz.RegisterKeeper, Section: o.clerk.Holdings[0].Section}}}
	code, err := o.assets.Register(t.Context(), keeper, "zeimu", d)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Tell(t.Context(), o.tax, code, seen()); err != nil {
		t.Fatal(err)
	}
	d.Place = "書庫"
	if err := o.assets.Change(t.Context(), o.tax, code, 1, d, ""); err != nil || o.find(code).State != asset.Registered {
		t.Fatalf("it is %s: %v", o.find(code).State, err)
	}
	if err := o.Find(t.Context(), o.tax, code, 1, found()); err != nil {
		t.Errorf("it can't be found: %v", err)
	}
	if a := o.find(code); a.State != asset.Registered || o.cases(a)[0].State != missing.Found {
		t.Errorf("it is %s, the case %s", a.State, o.cases(a)[0].State)
	}
}
