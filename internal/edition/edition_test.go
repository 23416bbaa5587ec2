package edition_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/sheet/intake"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

var (
	today         = calendar.NewDate(2026, time.November, 24)
	administrator = authz.Actor{Name: "見本", Holdings: []authz.Holding{{Role: authz.Administrator}}}
	auditor       = authz.Actor{Name: "見本", Holdings: []authz.Holding{{Role: authz.Auditor}}}
	staff         = authz.Actor{Name: "見本", Holdings: []authz.Holding{{Role: authz.Staff}}}
)

// grades are a sample kind: the rows of an edition are at least two.
var grades = edition.New(edition.Kind{
	Name: "sample", Title: "見本", Columns: []intake.Column{{Key: "key", Words: []string{"記号"}, Needed: true}, {Key: "text", Words: []string{"意味"}, Needed: true}},
	Key: func(typed string) (string, string) {
		if typed == "" {
			return "", "記号がありません。"
		}
		return typed, ""
	},
	Fold: func(cells []string) (edition.Row, string) {
		if cells[0] == "" || cells[1] == "" {
			return nil, "空の欄があります。"
		}
		return edition.Row{cells[0], cells[1]}, ""
	},
	Show: func(_ int, cell string) string { return cell },
	Whole: func(rows []edition.Row) string {
		if len(rows) < 2 {
			return "行が足りません。"
		}
		return ""
	},
	MostOwn: 3,
	Shipped: []edition.Edition{{Name: "はじめの版", Source: "見本", First: calendar.NewDate(2020, time.April, 1), Rows: []edition.Row{{"b", "乙"}, {"a", "甲"}}}},
}, func(r edition.Row) string { return strings.Join(r, "") })

type desk struct {
	*edition.Service
	t  *testing.T
	db pgtest.DB
}

// sitAt is a desk on a day counted from today.
func sitAt(t *testing.T, db pgtest.DB, days int) desk {
	t.Helper()
	return desk{edition.NewService(db.Pool, door.New(db.Pool, func() time.Time { return today.AddDays(days).Start() }), grades.Kind), t, db}
}

func file(rows string) []byte { return []byte("記号,意味\n" + rows) }

func (d desk) read(rows string) int64 {
	d.t.Helper()
	id, err := d.Read(d.t.Context(), administrator, "sample", edition.Typed{Name: "次の版", Source: "告示", File: file(rows)})
	if err != nil {
		d.t.Fatal(err)
	}
	return id
}

func (d desk) wants(day calendar.Date, want string) {
	d.t.Helper()
	values, err := edition.LoadForPortal(d.t.Context(), d.db.Pool, day)
	if err != nil {
		d.t.Fatal(err)
	}
	if got := strings.Join(grades.On(values, day), " "); got != want {
		d.t.Errorf("on %s: %s, want %s", day, got, want)
	}
}

func wantKind(t *testing.T, what string, err error, want fault.Kind) {
	t.Helper()
	if fault.KindOf(err) != want {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func TestAnEditionHoldsFromTheDayOnWhichItIsStarted(t *testing.T) {
	t.Parallel()
	d := sitAt(t, databases.New(t), 0)
	id := d.read("c,丙\na,甲の新\n")
	d.wants(today, "a甲 b乙") // it has only been read in
	if err := d.Start(t.Context(), administrator, "sample", id, today.AddDays(3), "告示による"); err != nil {
		t.Fatal(err)
	}
	d.wants(today.AddDays(2), "a甲 b乙")
	d.wants(today.AddDays(3), "a甲の新 c丙")
	lines, err := d.Lines(t.Context(), auditor)
	if err != nil || lines[0].Edition.Name != "はじめの版" || len(lines[0].Coming) != 1 || lines[0].Coming[0].Name != "次の版" {
		t.Errorf("%+v, %v", lines, err)
	}
}

func TestWhatIsToHoldMayBeTakenBackUntilItHolds(t *testing.T) {
	t.Parallel()
	db := databases.New(t)
	d := sitAt(t, db, 0)
	id := d.read("c,丙\na,甲の新\n")
	start := func(d desk, first calendar.Date) error {
		return d.Start(t.Context(), administrator, "sample", id, first, "見本")
	}
	wantKind(t, "taken back before it was started", start(d, calendar.Date{}), fault.Conflict)
	for _, first := range []calendar.Date{today.AddDays(3), {}, today.AddDays(2)} {
		if err := start(d, first); err != nil {
			t.Fatal(err)
		}
	}
	d.wants(today.AddDays(2), "a甲の新 c丙")
	wantKind(t, "taken back once it holds", start(sitAt(t, db, 2), calendar.Date{}), fault.Conflict)
	d.wants(today.AddDays(9), "a甲の新 c丙")
}

func TestWhatStartsTodayIsNoLongerToCome(t *testing.T) {
	t.Parallel()
	d := sitAt(t, databases.New(t), 0)
	for i, first := range []calendar.Date{today, today.AddDays(1)} {
		if err := d.Start(t.Context(), administrator, "sample", d.read([]string{"a,甲の新\nc,丙\n", "a,甲の次\nc,丙\n"}[i]), first, "告示"); err != nil {
			t.Fatal(err)
		}
	}
	lines, err := d.Lines(t.Context(), auditor)
	if err != nil || lines[0].Edition.ID != 1 || len(lines[0].Coming) != 1 || lines[0].Coming[0].ID != 2 {
		t.Errorf("%+v, %v", lines, err)
	}
}

// A list says how many rows an edition has, and loads those of none but that which is
// shown; a rule gets none that is over.
func TestListsLoadNoRows(t *testing.T) {
	t.Parallel()
	db := databases.New(t)
	d := sitAt(t, db, 0)
	for i, rows := range []string{"a,1\nb,1\n", "a,2\nb,2\nc,2\n", "a,3\nb,3\n", "a,4\nb,4\n"} {
		if err := d.Start(t.Context(), administrator, "sample", d.read(rows), today.AddDays(i), "告示"); err != nil {
			t.Fatal(err)
		}
	}
	d = sitAt(t, db, 1) // the second holds
	d.read("a,5\nb,5\n")
	lines, err := d.Lines(t.Context(), auditor)
	if err != nil || lines[0].Edition.ID != 2 || lines[0].Edition.Rows != nil || len(lines[0].Coming) != 2 {
		t.Errorf("%+v, %v", lines, err)
	}
	p, err := d.Page(t.Context(), auditor, "sample")
	if err != nil || len(p.Read) != 5 || p.Read[3].ID != 2 || p.Read[3].Count != 3 || len(p.Rows) != 3 {
		t.Errorf("%+v, %v", p, err)
	}
	for _, e := range p.Read {
		if e.Rows != nil {
			t.Errorf("%d is listed with its rows", e.ID)
		}
	}
	values, err := edition.LoadForPortal(t.Context(), db.Pool, today.AddDays(1))
	if err != nil || !slices.Equal(values.Numbers("sample"), []int64{2, 3, 4}) {
		t.Errorf("%v, %v", values.Numbers("sample"), err)
	}
	for day, want := range map[int]string{1: "a2 b2 c2", 2: "a3 b3", 3: "a4 b4", 90: "a4 b4"} {
		if got := strings.Join(grades.On(values, today.AddDays(day)), " "); got != want {
			t.Errorf("after %d days: %s, want %s", day, got, want)
		}
	}
}

func TestWhatIsNotToBeUsedIsWithdrawn(t *testing.T) {
	t.Parallel()
	db := databases.New(t)
	d := sitAt(t, db, 0)
	withdraw := func(d desk, actor authz.Actor, id int64) error {
		return d.Withdraw(t.Context(), actor, "sample", id, "見本")
	}
	id := d.read("c,丙\na,甲の新\n")
	wantKind(t, "by who may not read one in", withdraw(d, auditor, id), fault.Forbidden)
	wantKind(t, "of another kind", d.Withdraw(t.Context(), administrator, "none", id, "見本"), fault.NotFound)
	if err := d.Start(t.Context(), administrator, "sample", id, today.AddDays(3), "見本"); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "that is to hold", withdraw(d, administrator, id), fault.Conflict)
	wantKind(t, "that holds", withdraw(sitAt(t, db, 3), administrator, id), fault.Conflict)
	if err := d.Start(t.Context(), administrator, "sample", id, calendar.Date{}, "見本"); err != nil {
		t.Fatal(err)
	}
	if err := withdraw(d, administrator, id); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "a second time", withdraw(d, administrator, id), fault.NotFound)
	wantKind(t, "started afterwards", d.Start(t.Context(), administrator, "sample", id, today, "見本"), fault.NotFound)
	_, err := d.Preview(t.Context(), auditor, "sample", id)
	wantKind(t, "looked at", err, fault.NotFound)
	if p, err := d.Page(t.Context(), auditor, "sample"); err != nil || len(p.Read) != 0 {
		t.Errorf("%+v, %v", p.Read, err)
	}
	var noted int
	if err := db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM trail_entry WHERE subject_kind = 'edition' AND subject_id = $1 AND action = 'edition.keep'`, id).Scan(&noted); err != nil || noted != 4 {
		t.Errorf("%d entries of the trail, %v", noted, err)
	}
	d.read("c,丙\na,甲の新\n") // is no longer there
}

func TestTheSameRowsAreNotReadInTwice(t *testing.T) {
	t.Parallel()
	db := databases.New(t)
	d := sitAt(t, db, 0)
	again := func(d desk, what, rows string) {
		t.Helper()
		_, err := d.Read(t.Context(), administrator, "sample", edition.Typed{Name: "もう一度", Source: "告示", File: file(rows)})
		wantKind(t, what, err, fault.Conflict)
	}
	again(d, "as the portal has them", "b,乙\na,甲\n")
	id := d.read("c,丙\na,甲の新\n")
	again(d, "that wait", "a,甲の新\nc,丙\n")
	if err := d.Start(t.Context(), administrator, "sample", id, today.AddDays(3), "告示"); err != nil {
		t.Fatal(err)
	}
	again(d, "that are to hold", "a,甲の新\nc,丙\n")
	later := sitAt(t, db, 3)
	again(later, "that hold", "a,甲の新\nc,丙\n")
	later.read("a,甲\nb,乙\n") // back to what held before
}

func TestOnlySoManyEditionsWait(t *testing.T) {
	t.Parallel()
	db := databases.New(t)
	d := sitAt(t, db, 0)
	for n := range 10 {
		id := d.read(fmt.Sprintf("a,甲%d\nb,乙\n", n))
		if n == 0 { // one that is to hold waits too
			if err := d.Start(t.Context(), administrator, "sample", id, today.AddDays(3), "告示"); err != nil {
				t.Fatal(err)
			}
		}
	}
	eleventh := edition.Typed{Name: "十一", Source: "告示", File: file("a,十一\nb,乙\n")}
	_, err := d.Read(t.Context(), administrator, "sample", eleventh)
	wantKind(t, "the eleventh", err, fault.Conflict)
	if err := d.Withdraw(t.Context(), administrator, "sample", 5, "見本"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Read(t.Context(), administrator, "sample", eleventh); err != nil {
		t.Errorf("in the place of one that was withdrawn: %v", err)
	}
	sitAt(t, db, 3).read("a,十二\nb,乙\n") // one of the ten holds now
}

func TestThePreviewSaysWhatChangesAndWhatStaysTheTowns(t *testing.T) {
	t.Parallel()
	d := sitAt(t, databases.New(t), 0)
	if err := d.Say(t.Context(), administrator, "sample", edition.Say{What: "own", Cells: []string{"b", "町の乙"}, First: today, Reason: "見本"}); err != nil {
		t.Fatal(err)
	}
	if err := d.Say(t.Context(), administrator, "sample", edition.Say{What: "struck", Cells: []string{"a"}, First: today, Reason: "見本"}); err != nil {
		t.Fatal(err)
	}
	p, err := d.Preview(t.Context(), auditor, "sample", d.read("c,丙\na,甲の新\n"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range p.Changes {
		got = append(got, strings.Join(c.Before, "")+">"+strings.Join(c.After, ""))
	}
	if !slices.Equal(got, []string{"a甲>a甲の新", "b乙>", ">c丙"}) || p.Before.Name != "はじめの版" || p.MayStart {
		t.Errorf("%v after %s, may start: %t", got, p.Before.Name, p.MayStart)
	}
	if len(p.Own) != 2 || !p.Own[0].Struck || p.Own[1].Row[1] != "町の乙" {
		t.Errorf("the town's: %v", p.Own)
	}
}

func TestTheTownsRowOutlivesEditions(t *testing.T) {
	t.Parallel()
	d := sitAt(t, databases.New(t), 0)
	for _, say := range []edition.Say{
		{What: "own", Cells: []string{"b", "町の乙"}, First: today}, {What: "struck", Cells: []string{"a"}, First: today.AddDays(1)},
		{What: "as_edition", Cells: []string{"b"}, First: today.AddDays(9)},
	} {
		say.Reason = "条例"
		if err := d.Say(t.Context(), administrator, "sample", say); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Start(t.Context(), administrator, "sample", d.read("a,甲の新\nb,乙の新\n"), today.AddDays(5), "告示"); err != nil {
		t.Fatal(err)
	}
	d.wants(today, "a甲 b町の乙")
	d.wants(today.AddDays(1), "b町の乙")
	d.wants(today.AddDays(5), "b町の乙")
	d.wants(today.AddDays(9), "b乙の新")
}

func TestWhatCannotBeReadIsRefusedAndNothingIsKept(t *testing.T) {
	t.Parallel()
	d := sitAt(t, databases.New(t), 0)
	whole := "a,甲\nb,乙\n"
	for name, c := range map[string]struct {
		typed edition.Typed
		field string
		want  fault.Kind
	}{
		"no file":       {edition.Typed{Name: "版", Source: "告示"}, "file", fault.Invalid},
		"no headings":   {edition.Typed{Name: "版", Source: "告示", File: []byte("1,2\n3,4\n")}, "file", fault.Invalid},
		"a blank cell":  {edition.Typed{Name: "版", Source: "告示", File: file("a,\nb,乙\n")}, "file", fault.Invalid},
		"twice":         {edition.Typed{Name: "版", Source: "告示", File: file("a,甲\na,乙\n")}, "file", fault.Invalid},
		"not whole":     {edition.Typed{Name: "版", Source: "告示", File: file("a,甲\n")}, "file", fault.Invalid},
		"no name":       {edition.Typed{Source: "告示", File: file(whole)}, "name", fault.Invalid},
		"no source":     {edition.Typed{Name: "版", File: file(whole)}, "source", fault.Invalid},
		"a name in two": {edition.Typed{Name: "版\nの名", Source: "告示", File: file(whole)}, "name", fault.Invalid},
		"too many rows": {edition.Typed{Name: "版", Source: "告示", File: file(many())}, "file", fault.Invalid},
		"a PDF":         {edition.Typed{Name: "版", Source: "告示", File: []byte("%PDF-1.7")}, "", fault.Unsupported},
	} {
		_, err := d.Read(t.Context(), administrator, "sample", c.typed)
		wantKind(t, name, err, c.want)
		if e, _ := errors.AsType[*fault.Error](err); e == nil || c.field != "" && (len(e.Problems) == 0 || e.Problems[0].Field != c.field) {
			t.Errorf("%s: %+v", name, e)
		}
	}
	if p, err := d.Page(t.Context(), auditor, "sample"); err != nil || len(p.Read) != 0 || p.Changes {
		t.Errorf("%+v, %v", p.Read, err)
	}
}

func many() string {
	var b strings.Builder
	for n := range 6000 {
		b.WriteString(strings.Repeat("x", n%7) + string(rune('a'+n%26)) + strings.Repeat("y", n/26) + ",甲\n")
	}
	return b.String()
}

func TestWhatCannotBeSaidOfARowIsRefused(t *testing.T) {
	t.Parallel()
	d := sitAt(t, databases.New(t), 0)
	for name, c := range map[string]struct {
		say   edition.Say
		field string
	}{
		"no row":           {edition.Say{What: "own", Cells: []string{"", ""}, First: today, Reason: "見本"}, "row"},
		"as it is already": {edition.Say{What: "own", Cells: []string{"a", "甲"}, First: today, Reason: "見本"}, "row"},
		"strikes none":     {edition.Say{What: "struck", Cells: []string{"z"}, First: today, Reason: "見本"}, "row"},
		"as it was":        {edition.Say{What: "as_edition", Cells: []string{"a"}, First: today, Reason: "見本"}, "row"},
		"strikes nothing":  {edition.Say{What: "struck", Cells: []string{""}, First: today, Reason: "見本"}, "row"},
		"something else":   {edition.Say{What: "<b>", Cells: []string{"a"}, First: today, Reason: "見本"}, "row"},
		"yesterday":        {edition.Say{What: "struck", Cells: []string{"a"}, First: today.AddDays(-1), Reason: "見本"}, "first"},
		"no day":           {edition.Say{What: "struck", Cells: []string{"a"}, Reason: "見本"}, "first"},
		"in ten years":     {edition.Say{What: "struck", Cells: []string{"a"}, First: today.AddYears(10), Reason: "見本"}, "first"},
		"over five years":  {edition.Say{What: "struck", Cells: []string{"a"}, First: today.AddYears(5).AddDays(1), Reason: "見本"}, "first"},
		"no reason":        {edition.Say{What: "struck", Cells: []string{"a"}, First: today}, "reason"},
		"a long reason":    {edition.Say{What: "struck", Cells: []string{"a"}, First: today, Reason: strings.Repeat("あ", 501)}, "reason"},
	} {
		err := d.Say(t.Context(), administrator, "sample", c.say)
		e, _ := errors.AsType[*fault.Error](err)
		if e == nil || e.Kind != fault.Invalid || e.Problems[0].Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	d.wants(today, "a甲 b乙")
}

// However they are spread over days to come, never more rows of the town's own hold on
// one day than there may be.
func TestATownHasOnlySoManyRowsOfItsOwn(t *testing.T) {
	t.Parallel()
	d := sitAt(t, databases.New(t), 0)
	say := func(key, what string, days int) error {
		return d.Say(t.Context(), administrator, "sample", edition.Say{Cells: []string{key, "町の行"}, What: what, First: today.AddDays(days), Reason: "見本"})
	}
	for _, step := range []struct {
		key, what string
		days      int
		refused   bool
	}{
		{"x", "own", 30, false},
		{"y", "own", 20, false},
		{"a", "own", 10, false}, // in place of the edition's
		{"z", "own", 0, true},   // there would be four on the 30th day
		{"y", "as_edition", 25, false},
		{"z", "own", 25, false},
		{"w", "own", 30, true},
		{"x", "own", 40, true}, // it says so already
	} {
		if err := say(step.key, step.what, step.days); (fault.KindOf(err) == fault.Invalid) != step.refused || (err == nil) == step.refused {
			t.Errorf("%s %s in %d days: %v", step.what, step.key, step.days, err)
		}
	}
}

func TestWhoMay(t *testing.T) {
	t.Parallel()
	d := sitAt(t, databases.New(t), 0)
	id := d.read("a,甲\nb,乙\nc,丙\n")
	for name, actor := range map[string]authz.Actor{"auditor": auditor, "staff": staff} {
		_, err := d.Read(t.Context(), actor, "sample", edition.Typed{Name: "版", Source: "告示", File: file("a,甲\nb,乙\n")})
		wantKind(t, name+" reads one in", err, fault.Forbidden)
		wantKind(t, name+" starts one", d.Start(t.Context(), actor, "sample", id, today, "見本"), fault.Forbidden)
		wantKind(t, name+" says", d.Say(t.Context(), actor, "sample", edition.Say{What: "struck", Cells: []string{"a"}, First: today, Reason: "見本"}), fault.Forbidden)
	}
	_, err := d.Lines(t.Context(), staff)
	wantKind(t, "staff see the list", err, fault.Forbidden)
	_, err = d.Page(t.Context(), staff, "sample")
	wantKind(t, "staff see a kind", err, fault.Forbidden)
	_, err = d.Preview(t.Context(), staff, "sample", id)
	wantKind(t, "staff see an edition", err, fault.Forbidden)
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	t.Parallel()
	d := sitAt(t, databases.New(t), 0)
	_, err := d.Page(t.Context(), auditor, "none")
	wantKind(t, "no such kind", err, fault.NotFound)
	_, err = d.Preview(t.Context(), auditor, "sample", 9)
	wantKind(t, "no such edition", err, fault.NotFound)
	wantKind(t, "started", d.Start(t.Context(), administrator, "sample", 9, today, "見本"), fault.NotFound)
	wantKind(t, "said of no kind", d.Say(t.Context(), administrator, "none", edition.Say{}), fault.NotFound)
}

// Whatever the file, reading ends in time, and what is kept obeys the kind.
func FuzzRead(f *testing.F) {
	f.Add(file("a,甲\nb,乙\n"))
	f.Add(file("a,甲\na,乙\n"))
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("記号\t意味\n\"a\n"))
	db := databases.New(f)
	s := edition.NewService(db.Pool, door.New(db.Pool, func() time.Time { return today.Start() }), grades.Kind)
	f.Fuzz(func(t *testing.T, content []byte) {
		begun := time.Now()
		id, err := s.Read(context.Background(), administrator, "sample", edition.Typed{Name: "版", Source: "告示", File: content})
		if took := time.Since(begun); took > 10*time.Second {
			t.Fatalf("it took %v", took)
		}
		if err != nil {
			if kind := fault.KindOf(err); kind == fault.Internal {
				t.Fatal(err)
			}
			return
		}
		if p, err := s.Preview(context.Background(), administrator, "sample", id); err != nil || len(p.Rows) < 2 {
			t.Fatalf("%v, %v", p.Rows, err)
		}
		if err := s.Withdraw(context.Background(), administrator, "sample", id, "見本"); err != nil {
			t.Fatal(err) // else there are soon too many
		}
	})
}
