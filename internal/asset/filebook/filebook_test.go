package filebook_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/filebook"
	"kagami/internal/asset/find"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/trail"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

// office is a register of two sections with a manager each, and a clerk of the first.
type office struct {
	*filebook.Service
	t                   *testing.T
	db                  pgtest.DB
	register            *asset.Service
	tax, welfare, clerk authz.Actor
}

func newOffice(t *testing.T) office {
	t.Helper()
	db := databases.New(t)
	through := door.New(db.Pool, func() time.Time { return time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC) })
	people, register := org.New(db.Pool, through), asset.New(db.Pool, through)
	o := office{t: t, db: db, register: register, Service: filebook.New(db.Pool, through, register, find.New(db.Pool, register))}
	for i, who := range []*authz.Actor{&o.tax, &o.welfare} {
		section, err := people.AddSection(t.Context(), authz.AsOperator(), org.Section{Code: []string{"zeimu", "fukushi"}[i], Name: []string{"税務町民課", "福祉こども課"}[i], Kind: org.Internal, Position: i})
		if err != nil {
			t.Fatal(err)
		}
		id, err := people.AddPerson(t.Context(), authz.AsOperator(), org.Person{StaffNumber: fmt.Sprint(i), Name: fmt.Sprint("見本 ", i), Furigana: "ミホン"})
		if err != nil {
			t.Fatal(err)
		}
		*who = authz.Actor{Person: id, Holdings: []authz.Holding{{Role: authz.SecurityManager, Section: section}}}
	}
	o.clerk = authz.Actor{Person: o.tax.Person, Holdings: []authz.Holding{{Role: authz.Staff, Section: o.tax.Holdings[0].Section}}}
	return o
}

// add registers an asset that holds personal data of a sort.
func (o office) add(manager authz.Actor, section, name string, personal asset.Personal, kind asset.Kind) string {
	o.t.Helper()
	code, err := o.register.Register(o.t.Context(), manager, section, asset.Details{
		Kind: kind, Name: name, Confidentiality: "3B", Integrity: "2", Availability: "1", Personal: personal, Zone: asset.LGWANZone,
		RegisteredOn: calendar.NewDate(2026, time.April, 1),
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return code
}

func whole(name string) filebook.Entry {
	return filebook.Entry{
		Name: name, Body: "見本町長", Section: "税務町民課", Purpose: "課税のため", Items: "1氏名、2住所", Scope: "納税義務者", Collection: "申告書",
		Sensitive: filebook.No, Desk: "総務課", Processing: filebook.Computer, Headcount: filebook.Thousand,
	}
}

func TestAnEntryIsWrittenWithItsHistory(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.add(o.tax, "zeimu", "納税相談票", asset.Sensitive, asset.Paper)
	file, err := o.Find(t.Context(), o.clerk, code)
	if e := file.Entry; err != nil || file.Written != 0 || e.Name != "納税相談票" || e.Section != "税務町民課" || e.Sensitive != filebook.Yes || e.Processing != filebook.Manual {
		t.Fatalf("as it begins: %+v, %v", file, err)
	}
	e := whole(" 納税相談票 ")
	if err := o.Write(t.Context(), o.tax, code, 0, e); err != nil {
		t.Fatal(err)
	}
	e.Items, e.Unpublished = "1氏名\n2住所", "支障がある"
	for _, c := range []struct {
		actor   authz.Actor
		version int
		want    fault.Kind
	}{{o.tax, 0, fault.Conflict}, {o.clerk, 1, fault.Forbidden}, {o.welfare, 1, fault.NotFound}} {
		if err := o.Write(t.Context(), c.actor, code, c.version, e); fault.KindOf(err) != c.want {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if err := o.Write(t.Context(), o.tax, code, 1, e); err != nil {
		t.Fatal(err)
	}
	if err := o.Write(t.Context(), o.tax, code, 2, e); err != nil {
		t.Fatal("the same once more", err)
	}
	file, err = o.Find(t.Context(), o.clerk, code)
	if err != nil || file.Written != 2 || file.Entry.Name != "納税相談票" || file.Entry.Items != e.Items || file.Entry.Published() {
		t.Errorf("%+v, %v", file, err)
	}
	events, err := o.History(t.Context(), o.clerk, code)
	if err != nil || len(events) != 2 || len(events[1].Before) != 0 || events[1].After["body"] != "見本町長" || events[0].By != "見本 0" {
		t.Fatalf("%+v, %v", events, err)
	}
	if got := fmt.Sprint(events[0].Before, events[0].After); got != "map[items:1氏名、2住所 unpublished:] map[items:1氏名\n2住所 unpublished:支障がある]" {
		t.Errorf("%s", got)
	}
	if _, err := o.History(t.Context(), o.welfare, code); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another section's: %v", err)
	}
	if _, err := trail.Verify(t.Context(), o.db.Pool); err != nil {
		t.Error(err)
	}
}

func TestEachFaultOfAnEntryIsSaid(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.add(o.tax, "zeimu", "課税台帳", asset.PlainPersonal, asset.Information)
	err := o.Write(t.Context(), o.tax, code, 0, filebook.Entry{Recipients: strings.Repeat("あ", 1001), Processing: "x"})
	var wrong []string
	failure, _ := errors.AsType[*fault.Error](err)
	if failure == nil {
		t.Fatal(err)
	}
	for _, p := range failure.Problems {
		wrong = append(wrong, p.Field)
	}
	if got := strings.Join(wrong, " "); got != "name body section purpose items scope collection sensitive recipients desk processing headcount" {
		t.Errorf("%s: %v", got, err)
	}
	lines := whole("一行\n二行")
	if err := o.Write(t.Context(), o.tax, code, 0, lines); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a name of two lines: %v", err)
	}
	for _, f := range filebook.Fields { // the database holds what the form takes
		if f.Most > 0 {
			e := whole("課税台帳")
			f.Set(&e, strings.Repeat("𠮷", f.Most))
			file, err := o.Find(t.Context(), o.tax, code)
			if err == nil {
				err = o.Write(t.Context(), o.tax, code, file.Written, e)
			}
			if err != nil {
				t.Errorf("%s: %v", f.Key, err)
			}
		}
	}
}

func TestOnlyWhatHoldsPersonalDataAndHasNotEndedIsWritten(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	plain := o.add(o.tax, "zeimu", "例規集", asset.NotPersonal, asset.Information)
	if _, err := o.Find(t.Context(), o.tax, plain); fault.KindOf(err) != fault.NotFound {
		t.Errorf("without personal data: %v", err)
	}
	if err := o.Write(t.Context(), o.tax, plain, 0, whole("例規集")); fault.KindOf(err) != fault.NotFound {
		t.Errorf("without personal data, written: %v", err)
	}
	gone := o.add(o.tax, "zeimu", "古い台帳", asset.PlainPersonal, asset.Information)
	if err := o.register.EndAsMistaken(t.Context(), o.tax, gone, 1, "見本"); err != nil {
		t.Fatal(err)
	}
	if err := o.Write(t.Context(), o.tax, gone, 0, whole("古い台帳")); fault.KindOf(err) != fault.Conflict {
		t.Errorf("ended: %v", err)
	}
}

func TestABookIsOfWhatTheListShows(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if book, err := o.Book(t.Context(), o.tax, find.Search{}); err != nil || len(book) != 0 {
		t.Errorf("of nothing: %v, %v", book, err)
	}
	tax, welfare := o.add(o.tax, "zeimu", "課税台帳", asset.PlainPersonal, asset.Information), o.add(o.welfare, "fukushi", "相談記録", asset.Sensitive, asset.Paper)
	o.add(o.tax, "zeimu", "まだの台帳", asset.PlainPersonal, asset.Information)
	was := o.add(o.tax, "zeimu", "もと個人情報", asset.PlainPersonal, asset.Information)
	for code, actor := range map[string]authz.Actor{tax: o.tax, welfare: o.welfare, was: o.tax} {
		if err := o.Write(t.Context(), actor, code, 0, whole(code)); err != nil {
			t.Fatal(err)
		}
	}
	a, err := o.register.Find(t.Context(), o.tax, was)
	if err != nil {
		t.Fatal(err)
	}
	a.Personal = asset.NotPersonal
	if err := o.register.Change(t.Context(), o.tax, was, 1, a.Details, ""); err != nil {
		t.Fatal(err)
	}
	for who, c := range map[string]struct {
		actor authz.Actor
		q     find.Search
		want  string
	}{
		"the section's": {o.clerk, find.Search{}, tax},
		"another's":     {o.welfare, find.Search{}, welfare},
		"a filter":      {o.clerk, find.Search{Words: "まだ"}, ""},
		"the town's":    {authz.Actor{Person: 1, Holdings: []authz.Holding{{Role: authz.GeneralSecurityOfficer}}}, find.Search{Sort: find.ByCode}, welfare + " " + tax},
	} {
		book, err := o.Book(t.Context(), c.actor, c.q)
		var names []string
		for _, f := range book {
			names = append(names, f.Entry.Name)
		}
		if got := strings.Join(names, " "); got != c.want || err != nil {
			t.Errorf("%s: %s, want %s, %v", who, got, c.want, err)
		}
	}
	if _, err := o.Book(t.Context(), authz.Actor{}, find.Search{}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("nobody: %v", err)
	}
}
