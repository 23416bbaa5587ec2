package asset_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/level"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres/pgtest"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

var today = calendar.NewDate(2026, time.November, 24)

// office is a register with two sections, each with its 情報セキュリティ管理者.
type office struct {
	*asset.Service
	db            pgtest.DB
	tax, welfare  authz.Actor // the managers
	clerk         authz.Actor // a 職員 of the tax section
	officer       authz.Actor // the 統括
	administrator authz.Actor
}

func newOffice(t *testing.T) office {
	t.Helper()
	db := databases.New(t)
	o := office{db: db}
	through := o.through()
	o.Service = asset.New(db.Pool, through)
	town := org.New(db.Pool, through)
	var sections []int64
	for i, name := range []string{"税務町民課", "福祉こども課"} {
		id, err := town.AddSection(t.Context(), authz.AsOperator(), org.Section{Code: []string{"zeimu", "fukushi"}[i], Name: name, Kind: org.Internal, Position: i})
		if err != nil {
			t.Fatal(err)
		}
		sections = append(sections, id)
	}
	somebody := func(n int, role authz.Role, section int64) authz.Actor {
		id, err := town.AddPerson(t.Context(), authz.AsOperator(), org.Person{StaffNumber: fmt.Sprint("P", n), Name: fmt.Sprint("見本 ", n), Furigana: "ミホン"})
		if err != nil {
			t.Fatal(err)
		}
		return authz.Actor{Person: id, Holdings: []authz.Holding{{Role: role, Section: section}}}
	}
	o.tax, o.welfare = somebody(1, authz.SecurityManager, sections[0]), somebody(2, authz.SecurityManager, sections[1])
	o.clerk, o.officer = somebody(3, authz.Staff, sections[0]), somebody(4, authz.GeneralSecurityOfficer, 0)
	o.administrator = somebody(5, authz.Administrator, 0)
	return o
}

// through is the door on today.
func (o office) through() *door.Door {
	return door.New(o.db.Pool, func() time.Time { return today.Start().Add(9 * time.Hour) })
}

// ledger is an asset that nothing is wrong with.
func ledger() asset.Details {
	return asset.Details{
		Kind: asset.Information, Name: "固定資産課税台帳", Work: "固定資産税", Confidentiality: "3B", Integrity: "2", Availability: "2",
		Personal: asset.MyNumberBorne, NumberWork: asset.NumberUse, Zone: asset.MyNumberZone, Place: "税務システム",
		Handling: []asset.Handling{asset.Encryption, asset.NoTakeOut}, RegisteredOn: calendar.NewDate(2026, time.April, 1),
	}
}

func (o office) register(t *testing.T, d asset.Details) string {
	t.Helper()
	code, err := o.Register(t.Context(), o.tax, "zeimu", d)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// history is that of an asset, as somebody asks for it.
func (o office) history(t *testing.T, actor authz.Actor, code string) ([]asset.Event, error) {
	t.Helper()
	a, err := o.Find(t.Context(), o.officer, code)
	if err != nil {
		t.Fatal(err)
	}
	return o.History(t.Context(), actor, a)
}

func TestNumbersAreGivenBySectionAndNeverAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first := o.register(t, ledger())
	if err := o.EndAsMistaken(t.Context(), o.tax, first, 1, "二重に登録した"); err != nil {
		t.Fatal(err)
	}
	second := o.register(t, ledger())
	other, err := o.Register(t.Context(), o.welfare, "fukushi", ledger())
	if first != "zeimu-0001" || second != "zeimu-0002" || other != "fukushi-0001" || err != nil {
		t.Errorf("%s, %s, %s, %v", first, second, other, err)
	}
}

func TestWhatIsWrongIsSaidOfEachField(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for name, c := range map[string]struct {
		change func(*asset.Details)
		fields string
	}{
		"no name":                   {func(d *asset.Details) { d.Name = " 　" }, "name"},
		"a name of two lines":       {func(d *asset.Details) { d.Name = "課税\n台帳" }, "name"},
		"a long name":               {func(d *asset.Details) { d.Name = strings.Repeat("台", 201) }, "name"},
		"an unknown level":          {func(d *asset.Details) { d.Confidentiality = "4" }, "confidentiality"},
		"the level of another":      {func(d *asset.Details) { d.Integrity = "3B" }, "integrity"},
		"no zone":                   {func(d *asset.Details) { d.Zone = "" }, "zone"},
		"an unknown kind":           {func(d *asset.Details) { d.Kind = "cloud" }, "kind"},
		"個人番号 without its work":     {func(d *asset.Details) { d.NumberWork = asset.NoNumberWork }, "number_work"},
		"利用事務 without 個人番号":         {func(d *asset.Details) { d.Personal = asset.PlainPersonal }, "personal"},
		"registered tomorrow":       {func(d *asset.Details) { d.RegisteredOn = today.AddDays(1) }, "registered_on"},
		"never registered":          {func(d *asset.Details) { d.RegisteredOn = calendar.Date{} }, "registered_on"},
		"looked at before it began": {func(d *asset.Details) { d.CheckedOn = calendar.NewDate(2026, time.March, 31) }, "checked_on"},
		"two at once":               {func(d *asset.Details) { d.Name, d.Zone = "", "x" }, "name zone"},
	} {
		t.Run(name, func(t *testing.T) {
			d := ledger()
			c.change(&d)
			_, err := o.Register(t.Context(), o.tax, "zeimu", d)
			if got := fields(err); got != c.fields {
				t.Errorf("%q, want %q: %v", got, c.fields, err)
			}
		})
	}
}

func fields(err error) string {
	failure, ok := errors.AsType[*fault.Error](err)
	if !ok || failure.Kind != fault.Invalid {
		return fmt.Sprint(err)
	}
	var list []string
	for _, p := range failure.Problems {
		list = append(list, p.Field)
	}
	return strings.Join(list, " ")
}

func TestOneSeesAndChangesOnlyTheAssetsOfOnesOwnSection(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.register(t, ledger())
	for name, c := range map[string]struct {
		actor        authz.Actor
		sees, change fault.Kind
	}{
		"its manager":       {o.tax, none, none},
		"its clerk":         {o.clerk, none, fault.Forbidden},
		"the 統括":            {o.officer, none, fault.Forbidden},
		"another's manager": {o.welfare, fault.NotFound, fault.NotFound},
		"ポータル管理者":           {o.administrator, fault.NotFound, fault.NotFound},
	} {
		if _, err := o.Find(t.Context(), c.actor, code); kind(err) != c.sees {
			t.Errorf("%s sees: %v", name, err)
		}
		if _, err := o.history(t, c.actor, code); kind(err) != c.sees {
			t.Errorf("%s sees the history: %v", name, err)
		}
		d := ledger()
		d.Note = name
		a, err := o.Find(t.Context(), o.tax, code)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.Change(t.Context(), c.actor, code, a.Version, d, ""); kind(err) != c.change {
			t.Errorf("%s changes: %v", name, err)
		}
	}
	if _, err := o.Register(t.Context(), o.welfare, "zeimu", ledger()); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("another's manager registers: %v", err)
	}
}

// none is the kind of no error.
const none = fault.Kind(-1)

func kind(err error) fault.Kind {
	if err == nil {
		return none
	}
	return fault.KindOf(err)
}

func TestAChangeKeepsWhatWasBefore(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.register(t, ledger())
	d := ledger()
	d.Zone, d.Name, d.Handling = asset.LGWANZone, "  固定資産課税台帳 ", []asset.Handling{asset.NoTakeOut, asset.Encryption, asset.NoTakeOut}
	if err := o.Change(t.Context(), o.tax, code, 1, d, "移した"); err != nil {
		t.Fatal(err)
	}
	history, err := o.history(t, o.clerk, code)
	if err != nil || len(history) != 2 {
		t.Fatalf("%v, %v", history, err)
	}
	if e := history[0]; e.Version != 2 || e.By != "見本 1" || e.Why != "移した" || fmt.Sprint(e.Before, e.After) != "map[zone:mynumber] map[zone:lgwan]" {
		t.Errorf("%+v", e)
	}
	if e := history[1]; len(e.Before) != 0 || e.After["name"] != "固定資産課税台帳" || e.After["confidentiality"] != "3B" || e.After["note"] != "" {
		t.Errorf("%+v", e)
	}
}

func TestWhoHasSeenAnOlderVersionChangesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.register(t, ledger())
	d := ledger()
	d.Note = "一"
	if err := o.Change(t.Context(), o.tax, code, 1, d, ""); err != nil {
		t.Fatal(err)
	}
	d.Note = "二"
	if err := o.Change(t.Context(), o.tax, code, 1, d, ""); fault.KindOf(err) != fault.Conflict {
		t.Error(err)
	}
	if a, err := o.Find(t.Context(), o.tax, code); a.Note != "一" || a.Version != 2 || err != nil {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestNothingChangesWhereNothingIsDifferent(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.register(t, ledger())
	if err := o.Change(t.Context(), o.tax, code, 1, ledger(), "見直した"); err != nil {
		t.Fatal(err)
	}
	if a, err := o.Find(t.Context(), o.tax, code); a.Version != 1 || err != nil {
		t.Errorf("version %d, %v", a.Version, err)
	}
}

func TestWhatHasEndedIsReadAndNeverChanged(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.register(t, ledger())
	if err := o.EndAsMistaken(t.Context(), o.tax, code, 1, ""); fields(err) != "why" {
		t.Errorf("without a reason: %v", err)
	}
	if err := o.EndAsMistaken(t.Context(), o.tax, code, 1, "二重に登録した"); err != nil {
		t.Fatal(err)
	}
	d := ledger()
	d.Note = "後から"
	if err := o.Change(t.Context(), o.tax, code, 2, d, ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("changed: %v", err)
	}
	a, err := o.Find(t.Context(), o.tax, code)
	if err != nil || a.State != asset.Mistaken || a.MayChange(o.tax) {
		t.Errorf("%+v, %v", a, err)
	}
	if _, err := o.db.Owner(t).Exec(t.Context(), `UPDATE asset SET note = 'x'`); err == nil {
		t.Error("the database lets it be changed")
	}
}

func TestASectionsOwnNumberStandsForOneAsset(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	d := ledger()
	d.OwnNumber = "k-1"
	code := o.register(t, d)
	d.OwnNumber = "K-1"
	if _, err := o.Register(t.Context(), o.tax, "zeimu", d); fault.KindOf(err) != fault.Conflict {
		t.Errorf("again: %v", err)
	}
	if _, err := o.Register(t.Context(), o.welfare, "fukushi", d); err != nil {
		t.Errorf("in another section: %v", err)
	}
	if err := o.EndAsMistaken(t.Context(), o.tax, code, 1, "誤り"); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Register(t.Context(), o.tax, "zeimu", d); err != nil {
		t.Errorf("after it has ended: %v", err)
	}
}

func TestEveryShippedRowIsAsFoldWritesIt(t *testing.T) {
	t.Parallel()
	for _, kind := range asset.EditionKinds() {
		for _, e := range kind.Shipped {
			if problem := kind.Whole(e.Rows); problem != "" {
				t.Errorf("%s: %s", kind.Name, problem)
			}
			for _, row := range e.Rows {
				if folded, problem := kind.Fold(row); problem != "" || fmt.Sprint(folded) != fmt.Sprint(row) {
					t.Errorf("%s: %v becomes %v: %s", kind.Name, row, folded, problem)
				}
			}
		}
	}
}

func TestWhatIsNoLevelOrZoneIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind  edition.Kind
		cells []string
		ok    bool
	}{
		{level.Levels.Kind, []string{"機密性３Ｂ", "極めて高い", "漏れると困る", "４０"}, true},
		{level.Levels.Kind, []string{"重要性 3", "x", "y", "1"}, false},
		{level.Levels.Kind, []string{"機密性", "x", "y", "1"}, false},
		{level.Levels.Kind, []string{"機密性 3", "", "y", "1"}, false},
		{level.Levels.Kind, []string{"機密性 3", "x", "y\nz", "1"}, false},
		{level.Levels.Kind, []string{"機密性 3", "x", "y", "0"}, false},
		{level.Levels.Kind, []string{"機密性 3", "x", "y", "高い"}, false},
		{level.Zones.Kind, []string{"SUIDO", "水道監視", "独立した網", "7"}, true},
		{level.Zones.Kind, []string{"水道", "水道監視", "独立した網", "7"}, false},
		{level.Zones.Kind, []string{"suido", strings.Repeat("水", 51), "独立した網", "7"}, false},
	} {
		if _, problem := c.kind.Fold(c.cells); (problem == "") != c.ok {
			t.Errorf("%v: %q", c.cells, problem)
		}
	}
}
