package disposal_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/disposal"
	"kagami/internal/asset/life"
	"kagami/internal/asset/missing"
	"kagami/internal/attachment"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/task"
	"kagami/internal/trail"
)

var (
	databases pgtest.Server
	update    = flag.Bool("update", false, "write docs/disposal-states.md anew")
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

func TestTheStatesDocument(t *testing.T) {
	t.Parallel()
	const path = "../../../docs/disposal-states.md"
	want, err := disposal.StatesDocument()
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
		t.Errorf("docs/disposal-states.md is not the table of the code (%v): make generate", err)
	}
}

var (
	today = calendar.NewDate(2026, time.November, 24)
	now   = today.Start().Add(9 * time.Hour)
)

// office is a register with two sections.
type office struct {
	*disposal.Service
	t                 *testing.T
	db                pgtest.DB
	now               *time.Time
	assets            *asset.Service
	lost              *missing.Service
	out               map[int64]string // where an asset is that is out
	sections          []int64
	tax, deputy       authz.Actor // two managers of the tax section
	welfare           authz.Actor // the manager of another
	keeper, clerk     authz.Actor // of the tax section
	officer, auditing authz.Actor
}

func newOffice(t *testing.T) office {
	t.Helper()
	db, now := databases.New(t), now
	through := door.New(db.Pool, func() time.Time { return now })
	o := office{t: t, db: db, now: &now, assets: asset.New(db.Pool, through), out: map[int64]string{}}
	o.Service = disposal.New(db.Pool, through, o.assets, disposal.Ties{
		Out:      func(_ context.Context, _ postgres.Querier, id int64) (string, error) { return o.out[id], nil },
		WriteOff: missing.WriteOff,
	})
	o.lost = missing.New(db.Pool, through, o.assets, missing.Ties{Spare: o.Spare})
	town := org.New(db.Pool, through)
	for i, name := range []string{"税務町民課", "福祉こども課"} {
		id, err := town.AddSection(t.Context(), authz.AsOperator(), org.Section{Code: []string{"zeimu", "fukushi"}[i], Name: name, Kind: org.Internal, Position: i})
		if err != nil {
			t.Fatal(err)
		}
		o.sections = append(o.sections, id)
	}
	n := 0
	somebody := func(role authz.Role, section int64) authz.Actor {
		n++
		name := fmt.Sprint("見本 ", n)
		id, err := town.AddPerson(t.Context(), authz.AsOperator(), org.Person{StaffNumber: fmt.Sprint("P", n), Name: name, Furigana: "ミホン"})
		if err != nil {
			t.Fatal(err)
		}
		return authz.Actor{Person: id, Name: name, Holdings: []authz.Holding{{Role: role, Section: section}}}
	}
	o.tax, o.deputy = somebody(authz.SecurityManager, o.sections[0]), somebody(authz.SecurityManager, o.sections[0])
	o.welfare = somebody(authz.SecurityManager, o.sections[1])
	o.keeper, o.clerk = somebody(authz.RegisterKeeper, o.sections[0]), somebody(authz.Staff, o.sections[0])
	o.officer, o.auditing = somebody(authz.GeneralSecurityOfficer, 0), somebody(authz.Auditor, 0)
	return o
}

func (o office) register(change ...func(*asset.Details)) asset.Asset {
	o.t.Helper()
	d := asset.Details{Kind: asset.Medium, Name: "外付けHDD", Confidentiality: "3B", Integrity: "1", Availability: "1", Personal: asset.PlainPersonal, Zone: asset.MyNumberZone, RegisteredOn: today}
	for _, c := range change {
		c(&d)
	}
	code, err := o.assets.Register(o.t.Context(), o.tax, "zeimu", d)
	if err != nil {
		o.t.Fatal(err)
	}
	return o.asset(code)
}

func (o office) asset(code string) asset.Asset {
	o.t.Helper()
	a, err := o.assets.Find(o.t.Context(), o.officer, code)
	if err != nil {
		o.t.Fatal(err)
	}
	return a
}

func (o office) find(code string) disposal.Disposal {
	o.t.Helper()
	d, err := o.Find(o.t.Context(), o.officer, code)
	if err != nil {
		o.t.Fatal(err)
	}
	return d
}

const (
	crush  = "HDD：プラッタの破壊（多数の穴、切断、変形）"
	crypto = "HDD：暗号化消去"
	gauss  = "HDD：消磁"
)

func asking(assets ...asset.Asset) disposal.Asking {
	a := disposal.Asking{Medium: disposal.HDD, Ways: []string{crush}, Witness: "立会 一子", Reason: "故障した", Due: today.AddDays(30)}
	for _, one := range assets {
		a.Codes = append(a.Codes, one.Code)
	}
	return a
}

func record(assets ...asset.Asset) disposal.Record {
	r := disposal.Record{Ways: []string{crush}, Serials: map[string]string{}, DoneBy: "見本処理株式会社", Witness: "立会 一子", Place: "庁舎1階作業室", At: now.Add(-time.Hour)}
	for _, one := range assets {
		r.Serials[one.Code] = "S-" + one.Code
	}
	return r
}

func (o office) ask(by authz.Actor, a disposal.Asking) string {
	o.t.Helper()
	code, err := o.Ask(o.t.Context(), by, a)
	if err != nil {
		o.t.Fatal(err)
	}
	return code
}

func (o office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// fields are those that are wrong.
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

func TestAMediumIsAskedForDoneAndConfirmed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a, b := o.register(), o.register()
	code := o.ask(o.keeper, asking(b, a))
	if code != "8-0001" || o.asset(a.Code).State != life.Disposing || o.asset(b.Code).State != life.Disposing {
		t.Errorf("%s: %s", code, o.asset(a.Code).State)
	}
	o.must(o.Record(t.Context(), o.keeper, code, 1, record(a, b)))
	if d := o.find(code); d.State != disposal.Done || d.Items[0].Serial != "S-"+a.Code || d.RecordedBy != o.keeper.Name || o.asset(a.Code).State != life.Disposing {
		t.Errorf("%+v", d)
	}
	o.must(o.Confirm(t.Context(), o.tax, code, 2, ""))
	d := o.find(code)
	if d.State != disposal.Confirmed || d.ConfirmedBy != o.tax.Name || d.Items[1].State != disposal.ItemRetired {
		t.Errorf("%+v", d)
	}
	for _, one := range []asset.Asset{a, b} {
		if got := o.asset(one.Code); got.State != asset.Retired || len(got.Breaks) > 0 {
			t.Errorf("it is %s, and breaks %v", got.State, got.Breaks)
		}
	}
	if of, err := o.Of(t.Context(), o.tax, o.asset(a.Code)); err != nil || of.Code != code {
		t.Errorf("its disposal is %q, %v", of.Code, err)
	}
	history, err := o.History(t.Context(), o.tax, code)
	if err != nil || len(history) != 3 || history[0].Event != disposal.EventConfirm {
		t.Errorf("%+v, %v", history, err)
	}
	if _, err := trail.Verify(t.Context(), o.db.Pool); err != nil {
		t.Error(err)
	}
	if _, err := o.db.Pool.Exec(t.Context(), `UPDATE disposal SET place = 'x'`); err == nil {
		t.Error("the database changes what is confirmed")
	}
}

func TestWhatIsWrongIsSaid(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a, plain := o.register(), o.register(func(d *asset.Details) {
		d.Confidentiality, d.Zone, d.Personal = "1", asset.OfflineZone, asset.NotPersonal
	})
	for name, c := range map[string]struct {
		change func(*disposal.Asking)
		want   string
	}{
		"no asset":                {func(a *disposal.Asking) { a.Codes = nil }, "assets"},
		"none such":               {func(a *disposal.Asking) { a.Codes = append(a.Codes, "nowhere-1") }, "assets"},
		"no medium of the kind":   {func(a *disposal.Asking) { a.Medium = "stone" }, "medium"},
		"no way":                  {func(a *disposal.Asking) { a.Ways = nil }, "ways"},
		"a way of another medium": {func(a *disposal.Asking) { a.Ways = []string{"紙：細断"} }, "ways"},
		"emptied once":            {func(a *disposal.Asking) { a.Ways = []string{crypto} }, "ways"},
		"emptied, nobody by":      {func(a *disposal.Asking) { a.Ways, a.Witness = []string{crypto, gauss}, "" }, "ways"},
		"no reason":               {func(a *disposal.Asking) { a.Reason = " " }, "reason"},
		"no day":                  {func(a *disposal.Asking) { a.Due = calendar.Date{} }, "due"},
		"a day gone by":           {func(a *disposal.Asking) { a.Due = today.AddDays(-1) }, "due"},
		"written off, and there":  {func(a *disposal.Asking) { a.Medium = "" }, "assets"},
	} {
		asked := asking(a)
		c.change(&asked)
		if _, err := o.Ask(t.Context(), o.tax, asked); fields(err) != c.want {
			t.Errorf("%s: %s", name, fields(err))
		}
	}
	asked := asking(plain)
	asked.Ways, asked.Witness = []string{crypto}, ""
	o.ask(o.tax, asked)

	code := o.ask(o.tax, asking(a))
	for name, c := range map[string]struct {
		change func(*disposal.Record)
		want   string
	}{
		"nobody":            {func(r *disposal.Record) { r.DoneBy = "" }, "done_by"},
		"the same stood by": {func(r *disposal.Record) { r.DoneBy = "立会　一子" }, "witness"},
		"nowhere":           {func(r *disposal.Record) { r.Place = "" }, "place"},
		"no instant":        {func(r *disposal.Record) { r.At = time.Time{} }, "done_on"},
		"to come":           {func(r *disposal.Record) { r.At = now.Add(time.Hour) }, "done_on"},
		"no serial number":  {func(r *disposal.Record) { r.Serials = nil }, "serial-" + a.Code},
		"emptied once":      {func(r *disposal.Record) { r.Ways = []string{gauss} }, "ways"},
	} {
		r := record(a)
		c.change(&r)
		if err := o.Record(t.Context(), o.tax, code, 1, r); fields(err) != c.want {
			t.Errorf("recorded, %s: %s", name, fields(err))
		}
	}
	if err := o.Withdraw(t.Context(), o.tax, code, 1, "", " "); fields(err) != "note" {
		t.Errorf("withdrawn without a reason: %v", err)
	}
	if err := o.Record(t.Context(), o.tax, code, 2, record(a)); fault.KindOf(err) != fault.Conflict {
		t.Errorf("on another version: %v", err)
	}
}

func TestWhoDidItNeverConfirms(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := o.register()
	code := o.ask(o.tax, asking(a))
	o.must(o.Record(t.Context(), o.tax, code, 1, record(a)))
	if err := o.Confirm(t.Context(), o.tax, code, 2, ""); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("who has recorded it confirms: %v", err)
	}
	if next, err := o.Next(t.Context(), o.tax, o.find(code)); err != nil || len(next) != 0 {
		t.Errorf("they are offered %v, %v", next, err)
	}
	if next, err := o.Next(t.Context(), o.deputy, o.find(code)); err != nil || !slices.Equal(next, []disposal.Event{disposal.EventConfirm, disposal.EventSendBack}) {
		t.Errorf("another is offered %v, %v", next, err)
	}
	o.must(o.SendBack(t.Context(), o.deputy, code, 2, "場所が違う"))
	r := record(a)
	r.DoneBy = o.deputy.Name
	o.must(o.Record(t.Context(), o.keeper, code, 3, r))
	if err := o.Confirm(t.Context(), o.deputy, code, 4, ""); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("who has done it confirms: %v", err)
	}
	if next, err := o.Next(t.Context(), o.deputy, o.find(code)); err != nil || len(next) != 0 {
		t.Errorf("who has done it is offered %v, %v", next, err)
	}
	o.must(o.Confirm(t.Context(), o.tax, code, 4, ""))
}

// Who has asked is told that it is confirmed, unless they have confirmed it themselves.
func TestWhoHasAskedIsToldThatItIsConfirmed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for by, want := range map[*authz.Actor]int{&o.keeper: 1, &o.tax: 0} {
		a := o.register()
		code := o.ask(*by, asking(a))
		o.must(o.Record(t.Context(), o.keeper, code, 1, record(a)))
		o.must(o.Confirm(t.Context(), o.tax, code, 2, ""))
		var told int
		o.must(o.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM notice WHERE topic = 'disposal' AND topic_id = $1 AND person_id = $2`, o.find(code).ID, by.Person).Scan(&told))
		if told != want {
			t.Errorf("%s is told %d times, not %d", by.Name, told, want)
		}
	}
}

// To what has ended, and to what nobody destroys, no file is added.
func TestNoFileIsAddedToWhatHasEnded(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := o.register()
	code := o.ask(o.tax, asking(a))
	if err := o.Attach(t.Context(), o.tax, code, "of what", attachment.File{}); fields(err) != "kind file" {
		t.Errorf("neither a kind nor a file: %v", err)
	}
	o.must(o.Withdraw(t.Context(), o.tax, code, 1, "", "まだ使う"))
	if err := o.Attach(t.Context(), o.tax, code, "certificate", attachment.File{Token: "x"}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("added to what was withdrawn: %v", err)
	}
	o.must(o.lost.Tell(t.Context(), o.clerk, a.Code, missing.Seen{Kind: missing.Missing, NoticedAt: now.Add(-time.Hour), NoticedBy: "見本 三郎"}))
	off := o.ask(o.tax, disposal.Asking{Codes: []string{a.Code}, Reason: "書庫と倉庫を探した", Due: today.AddDays(7)})
	if err := o.Attach(t.Context(), o.tax, off, "certificate", attachment.File{Token: "x"}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("added to what is written off: %v", err)
	}
}

// What is recorded as done is not missing: the record is sent back first.
func TestWhatIsRecordedIsNotReportedMissing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := o.register()
	code := o.ask(o.tax, asking(a))
	o.must(o.Record(t.Context(), o.tax, code, 1, record(a)))
	seen := missing.Seen{Kind: missing.Missing, NoticedAt: now.Add(-time.Hour), NoticedBy: "見本 三郎"}
	if err := o.lost.Tell(t.Context(), o.clerk, a.Code, seen); fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), disposal.Number(code)) {
		t.Errorf("what is recorded is missing: %v", err)
	}
	o.must(o.SendBack(t.Context(), o.deputy, code, 2, "見つからない"))
	o.must(o.lost.Tell(t.Context(), o.clerk, a.Code, seen))
	if o.asset(a.Code).State != life.Missing {
		t.Errorf("it is %s", o.asset(a.Code).State)
	}
}

// Where the only one who confirms has done it, or has recorded it, who stands above them does:
// they are told, and it waits for them.
func TestWhoStandsAboveConfirmsWhatTheOnlyOneHasDone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for actor, section := range map[*authz.Actor]int64{&o.tax: o.sections[0], &o.officer: 0} {
		if _, err := o.db.Pool.Exec(t.Context(), `INSERT INTO role_grant (person_id, role, section_id, period, reason) VALUES ($1, $2, nullif($3, 0::bigint), '[2026-04-01,)', '見本')`,
			actor.Person, actor.Holdings[0].Role, section); err != nil {
			t.Fatal(err)
		}
	}
	waits := func(actor authz.Actor) (n int) {
		t.Helper()
		var batch task.Batch
		o.QueueWaiting(&batch, actor, func(c disposal.Counts) { n = c.ToConfirm })
		o.must(batch.Run(t.Context(), o.db.Pool))
		return n
	}
	for what, c := range map[string]struct {
		by     authz.Actor
		doneBy string
	}{"done": {o.keeper, strings.ReplaceAll(o.tax.Name, " ", "　")}, "recorded": {o.tax, "見本処理株式会社"}} {
		a := o.register()
		code := o.ask(o.keeper, asking(a))
		r := record(a)
		r.DoneBy = c.doneBy
		o.must(o.Record(t.Context(), c.by, code, 1, r))
		if err := o.Confirm(t.Context(), o.tax, code, 2, ""); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s by the only one, who confirms it: %v", what, err)
		}
		if below, above := waits(o.tax), waits(o.officer); below != 0 || above != 1 {
			t.Errorf("%s: %d wait for the only one, %d for who stands above", what, below, above)
		}
		var told int
		o.must(o.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM notice WHERE person_id = $1 AND text LIKE '%' || $2 || '%'`, o.officer.Person, code).Scan(&told))
		if told != 1 {
			t.Errorf("%s: who stands above is told %d times", what, told)
		}
		o.must(o.Confirm(t.Context(), o.officer, code, 2, ""))
	}
}

// The only 管理者 did it, and somebody else has recorded that: who stands above confirms.
func TestWhoIsNamedAsTheDoerNeverConfirms(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for by, section := range map[*authz.Actor]int64{&o.tax: o.sections[0], &o.officer: 0} {
		_, err := o.db.Pool.Exec(t.Context(), `INSERT INTO role_grant (person_id, role, section_id, period, reason) VALUES ($1, $2, nullif($3, 0::bigint), '[2026-04-01,)', '見本')`,
			by.Person, by.Holdings[0].Role, section)
		o.must(err)
	}
	a := o.register()
	code := o.ask(o.tax, asking(a))
	r := record(a)
	r.DoneBy = "税務町民課長　" + o.tax.Name
	o.must(o.Record(t.Context(), o.keeper, code, 1, r))
	if err := o.Confirm(t.Context(), o.tax, code, 2, ""); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("who has done it confirms: %v", err)
	}
	if next, err := o.Next(t.Context(), o.tax, o.find(code)); err != nil || len(next) != 0 {
		t.Errorf("they are offered %v, %v", next, err)
	}
	var told []int64
	o.must(o.db.Pool.QueryRow(t.Context(), `SELECT array_agg(person_id) FROM notice WHERE title = '廃棄の記録を、確認してください'`).Scan(&told))
	if !slices.Equal(told, []int64{o.officer.Person}) {
		t.Errorf("to confirm it is told to %v", told)
	}
	var batch task.Batch
	o.QueueWaiting(&batch, o.tax, func(c disposal.Counts) {
		if c.ToConfirm != 0 {
			t.Errorf("home has %d to confirm for who has done it", c.ToConfirm)
		}
	})
	o.must(batch.Run(t.Context(), o.db.Pool))
	o.must(o.Confirm(t.Context(), o.officer, code, 2, ""))
}

func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := o.register()
	for name, c := range map[string]struct {
		by   authz.Actor
		want string
	}{"a 職員": {o.clerk, "forbidden"}, "監査": {o.auditing, "forbidden"}, "the 統括": {o.officer, "forbidden"}} {
		if _, err := o.Ask(t.Context(), c.by, asking(a)); fault.KindOf(err).String() != c.want {
			t.Errorf("%s asks: %v", name, err)
		}
	}
	if _, err := o.Ask(t.Context(), o.welfare, asking(a)); fields(err) != "assets" {
		t.Errorf("another section asks: %v", err)
	}
	code := o.ask(o.tax, asking(a))
	for name, c := range map[string]struct {
		err  error
		want fault.Kind
	}{
		"another section finds":      {func() error { _, err := o.Find(t.Context(), o.welfare, code); return err }(), fault.NotFound},
		"another section records":    {o.Record(t.Context(), o.welfare, code, 1, record(a)), fault.NotFound},
		"a 職員 records":               {o.Record(t.Context(), o.clerk, code, 1, record(a)), fault.Forbidden},
		"the keeper confirms":        {o.Confirm(t.Context(), o.keeper, code, 1, ""), fault.Forbidden},
		"confirmed before it's done": {o.Confirm(t.Context(), o.tax, code, 1, ""), fault.Conflict},
		"監査 withdraws":               {o.Withdraw(t.Context(), o.auditing, code, 1, "", "x"), fault.Forbidden},
	} {
		if fault.KindOf(c.err) != c.want {
			t.Errorf("%s: %v", name, c.err)
		}
	}
}

// What is withdrawn stands as before, whole or one of many.
func TestWhatIsWithdrawnStandsAsBefore(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a, b := o.register(), o.register()
	code := o.ask(o.tax, asking(a, b))
	o.must(o.Withdraw(t.Context(), o.tax, code, 1, a.Code, "まだ使う"))
	if d := o.find(code); d.State != disposal.Waiting || len(d.Left()) != 1 || o.asset(a.Code).State != asset.Registered || o.asset(b.Code).State != life.Disposing {
		t.Errorf("%+v", d)
	}
	for _, none := range []string{"nowhere-1", a.Code} {
		if err := o.Withdraw(t.Context(), o.tax, code, 2, none, "x"); fault.KindOf(err) != fault.Conflict {
			t.Errorf("%s is taken out: %v", none, err)
		}
	}
	o.must(o.Withdraw(t.Context(), o.tax, code, 2, b.Code, strings.Repeat("字", 2000))) // the last: all of it; the asset keeps the beginning of so much
	if d := o.find(code); d.State != disposal.Withdrawn || o.asset(b.Code).State != asset.Registered {
		t.Errorf("%+v", d)
	}
	if again := o.ask(o.tax, asking(a)); again != "8-0002" {
		t.Errorf("asked anew it is %s", again)
	}
}

func TestWhatIsOutIsNotDisposedOf(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := o.register()
	o.out[a.ID] = "持-8-0001で貸出し中"
	_, err := o.Ask(t.Context(), o.tax, asking(a))
	if fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "持-8-0001") {
		t.Errorf("%v", err)
	}
}

func TestAnAssetIsDisposedOfOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := o.register()
	o.ask(o.tax, asking(a))
	if _, err := o.Ask(t.Context(), o.tax, asking(a)); fields(err) != "assets" {
		t.Errorf("%v", err)
	}
}

// A way that is struck while a disposal waits has to be chosen anew before it is recorded.
func TestAWayThatIsStruckIsChosenAnew(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := o.register()
	asked := asking(a)
	asked.Ways = []string{crypto, gauss}
	code := o.ask(o.tax, asked)
	through := door.New(o.db.Pool, func() time.Time { return *o.now })
	o.must(edition.NewService(o.db.Pool, through, disposal.EditionKinds()...).Say(t.Context(), o.officer, disposal.Ways.Name,
		edition.Say{Cells: []string{gauss, "", ""}, What: "struck", First: today.AddDays(1), Reason: "町では使わない"}))
	*o.now = now.AddDate(0, 0, 1)
	rules, err := o.RulesForPortal(t.Context())
	if err != nil || !slices.Equal(rules.Barred(disposal.HDD, o.find(code).Ways), []string{gauss}) {
		t.Errorf("%v barred, %v", rules.Barred(disposal.HDD, o.find(code).Ways), err)
	}
	r := record(a)
	r.Ways = asked.Ways
	if err := o.Record(t.Context(), o.tax, code, 1, r); fields(err) != "ways" {
		t.Errorf("recorded by a way that is struck: %v", err)
	}
	r.Ways = []string{crush}
	o.must(o.Record(t.Context(), o.tax, code, 1, r))
}

// What can't be found is written off by another, and what is reported missing is disposed of
// no more.
func TestWhatIsMissingIsWrittenOff(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a, b := o.register(), o.register()
	code := o.ask(o.tax, asking(a, b))
	seen := missing.Seen{Kind: missing.Missing, NoticedAt: now.Add(-time.Hour), NoticedBy: "見本 三郎"}
	o.must(o.lost.Tell(t.Context(), o.clerk, a.Code, seen))
	if d := o.find(code); d.State != disposal.Waiting || len(d.Left()) != 1 || o.asset(a.Code).State != life.Missing {
		t.Errorf("%+v", d)
	}
	if _, err := o.Ask(t.Context(), o.tax, asking(a)); fields(err) != "assets" {
		t.Errorf("what is missing is destroyed: %v", err)
	}
	off := o.ask(o.tax, disposal.Asking{Codes: []string{a.Code}, Reason: "書庫と倉庫を探した", Due: today.AddDays(7)})
	if _, err := o.Ask(t.Context(), o.deputy, disposal.Asking{Codes: []string{a.Code}, Reason: "もう一度", Due: today.AddDays(7)}); fields(err) != "assets" {
		t.Errorf("what is missing is written off twice: %v", err)
	}
	if err := o.Confirm(t.Context(), o.tax, off, 1, ""); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("who has asked confirms: %v", err)
	}
	o.must(o.Confirm(t.Context(), o.deputy, off, 1, "統括に報告済み"))
	if o.asset(a.Code).State != asset.Retired {
		t.Errorf("it is %s", o.asset(a.Code).State)
	}
	if cases, err := o.lost.Cases(t.Context(), o.tax, a); err != nil || cases[0].State != missing.WrittenOff {
		t.Errorf("%+v, %v", cases, err)
	}
	// the last that is left
	o.must(o.lost.Tell(t.Context(), o.clerk, b.Code, seen))
	if d := o.find(code); d.State != disposal.Withdrawn {
		t.Errorf("%+v", d)
	}
}

// What is found again is no longer written off.
func TestWhatIsFoundIsNotWrittenOff(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := o.register()
	o.must(o.lost.Tell(t.Context(), o.clerk, a.Code, missing.Seen{Kind: missing.Missing, NoticedAt: now.Add(-time.Hour), NoticedBy: "見本 三郎"}))
	off := o.ask(o.tax, disposal.Asking{Codes: []string{a.Code}, Reason: "探した", Due: today.AddDays(7)})
	o.must(o.lost.Find(t.Context(), o.tax, a.Code, 1, missing.Finding{On: today, Where: "倉庫", By: "見本 三郎"}))
	if d := o.find(off); d.State != disposal.Withdrawn || o.asset(a.Code).State != asset.Registered {
		t.Errorf("%+v, %s", d, o.asset(a.Code).State)
	}
}

func TestTheListIsOfOnesOwnSection(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a, b := o.register(), o.register()
	o.ask(o.tax, asking(a))
	code := o.ask(o.tax, asking(b))
	o.must(o.Record(t.Context(), o.keeper, code, 1, record(b)))
	*o.now = now.AddDate(0, 0, 31)
	day := today.AddDays(31)
	for name, c := range map[string]struct {
		by     authz.Actor
		search disposal.Search
		want   string
	}{
		"all":             {o.officer, disposal.Search{}, "8-0002 8-0001"},
		"the section's":   {o.clerk, disposal.Search{}, "8-0002 8-0001"},
		"another section": {o.welfare, disposal.Search{}, ""},
		"waiting":         {o.tax, disposal.Search{Kind: "waiting"}, "8-0001"},
		"overdue":         {o.tax, disposal.Search{Kind: "overdue"}, "8-0001"},
		"done":            {o.tax, disposal.Search{Kind: "done"}, "8-0002"},
		"of an asset":     {o.tax, disposal.Search{Asset: a.Code}, "8-0001"},
		"after":           {o.tax, disposal.Search{After: "8-0002"}, "8-0001"},
		"of a section":    {o.officer, disposal.Search{Section: "fukushi"}, ""},
	} {
		page, err := o.List(t.Context(), c.by, c.search)
		var codes []string
		for _, l := range page.Lines {
			codes = append(codes, l.Code)
			if l.Code == "8-0001" && (l.Waits(day) != 31 || !strings.Contains(l.Standing(day), "過ぎて")) {
				t.Errorf("%d days, %s", l.Waits(day), l.Standing(day))
			}
		}
		if got := strings.Join(codes, " "); err != nil || got != c.want {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
	for name, c := range map[string]struct {
		by   authz.Actor
		want disposal.Counts
	}{
		"the manager":     {o.tax, disposal.Counts{Waiting: 1, Overdue: 1, ToConfirm: 1}},
		"the keeper":      {o.keeper, disposal.Counts{Waiting: 1, Overdue: 1}},
		"another section": {o.welfare, disposal.Counts{}},
		"a 職員":            {o.clerk, disposal.Counts{Waiting: -1}},
	} {
		got := disposal.Counts{Waiting: -1}
		var batch task.Batch
		o.QueueWaiting(&batch, c.by, func(n disposal.Counts) { got = n })
		if err := batch.Run(t.Context(), o.db.Pool); err != nil || got != c.want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestWhatTheOnlyManagerHasRecordedWaitsForWhoStandsAbove(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	town := org.New(o.db.Pool, door.New(o.db.Pool, func() time.Time { return *o.now }))
	ctx, operator := t.Context(), authz.AsOperator()
	for _, rule := range append(org.CommonRules(), org.Rule{Title: "統括", Role: authz.GeneralSecurityOfficer}) {
		o.must(town.AddRule(ctx, operator, rule))
	}
	appoint := func(section int64, title string, person int64) {
		t.Helper()
		post, err := town.AddPost(ctx, operator, org.Post{Section: section, Title: title})
		o.must(err)
		o.must(town.Appoint(ctx, operator, org.Appointment{Person: person, Post: post, First: today}, org.Beside))
	}
	appoint(o.sections[0], "課長", o.tax.Person)
	appoint(o.sections[1], "課長", o.welfare.Person)
	appoint(o.sections[1], "統括", o.officer.Person)
	a := o.register()
	code := o.ask(o.keeper, asking(a))
	waits := func(person int64) (n int) {
		t.Helper()
		actor, err := town.ActorOn(ctx, person, today)
		o.must(err)
		var batch task.Batch
		o.QueueWaiting(&batch, actor, func(c disposal.Counts) { n = c.ToConfirm })
		o.must(batch.Run(ctx, o.db.Pool))
		return n
	}
	if n := waits(o.officer.Person); n != 0 {
		t.Errorf("%d wait for the 統括 before it is done", n)
	}
	o.must(o.Record(ctx, o.tax, code, 1, record(a)))
	for name, c := range map[string]struct {
		person int64
		want   int
	}{"who has recorded it": {o.tax.Person, 0}, "another section's": {o.welfare.Person, 0}, "the 統括": {o.officer.Person, 1}} {
		if n := waits(c.person); n != c.want {
			t.Errorf("%s: %d wait, not %d", name, n, c.want)
		}
	}
}

// Who has asked, and then who answers for them, are reminded of what waits, each step once.
func TestWhoHasAskedIsRemindedOfWhatWaits(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := o.register()
	code := o.ask(o.keeper, asking(a)) // by 30 days from today
	told := func() (n int) {
		t.Helper()
		o.must(o.RemindAll(t.Context()))
		o.must(o.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM notice WHERE topic = 'disposal' AND person_id = $1`, o.keeper.Person).Scan(&n))
		return n
	}
	for _, c := range []struct{ days, want int }{{0, 0}, {30, 0}, {31, 1}, {31, 1}, {40, 1}} {
		*o.now = now.AddDate(0, 0, c.days)
		if got := told(); got != c.want {
			t.Errorf("after %d days they have %d notices, not %d", c.days, got, c.want)
		}
	}
	var steps int
	o.must(o.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM disposal_reminder WHERE recipient = 'manager'`).Scan(&steps))
	if steps != 1 {
		t.Errorf("%d steps of the manager", steps)
	}
	r := record(a)
	r.At = *o.now
	o.must(o.Record(t.Context(), o.keeper, code, 1, r))
	*o.now = now.AddDate(0, 0, 90)
	if got := told(); got != 1 {
		t.Errorf("of what is recorded they have %d notices", got)
	}
	o.must(o.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM disposal_reminder WHERE recipient = 'general'`).Scan(&steps))
	if steps != 0 {
		t.Errorf("%d steps of the 統括 for what is recorded", steps)
	}
}

// Of two portals that remind at once, the second finds what the first has done.
func TestTwoPortalsRemindOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.ask(o.keeper, asking(o.register()))
	*o.now = now.AddDate(0, 0, 31)
	first, err := o.db.Pool.Begin(t.Context())
	o.must(err)
	for _, statement := range []string{
		`SELECT FROM disposal FOR NO KEY UPDATE`,
		`INSERT INTO disposal_reminder (disposal_id, recipient, days, reminded_on) SELECT id, 'person', 1, due_on + 1 FROM disposal`,
	} {
		_, err := first.Exec(t.Context(), statement)
		o.must(err)
	}
	second := make(chan error, 1)
	go func() { second <- o.RemindAll(context.WithoutCancel(t.Context())) }()
	for waiting := false; !waiting; {
		o.must(o.db.Pool.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0)`).Scan(&waiting))
	}
	o.must(first.Commit(t.Context()))
	o.must(<-second)
	var notices int
	o.must(o.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM notice WHERE topic = 'disposal'`).Scan(&notices))
	if notices != 0 {
		t.Errorf("the second tells %d people of what the first has told", notices)
	}
}

// A disposal is of one section, also for who answers for two.
func TestADisposalIsOfOneSection(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code, err := o.assets.Register(t.Context(), o.welfare, "fukushi", asset.Details{
		Kind: asset.Medium, Name: "外付けHDD", Confidentiality: "3B", Integrity: "1", Availability: "1", Personal: asset.PlainPersonal, Zone: asset.MyNumberZone, RegisteredOn: today,
	})
	o.must(err)
	both := o.tax
	both.Holdings = append(slices.Clone(both.Holdings), o.welfare.Holdings...)
	if _, err := o.Ask(t.Context(), both, asking(o.register(), o.asset(code))); fields(err) != "assets" {
		t.Errorf("assets of two sections: %v", err)
	}
}

// A disposal goes with its assets to the section to which they are handed over.
func TestADisposalGoesWithItsAssets(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := o.register()
	code := o.ask(o.tax, asking(a))
	through := door.New(o.db.Pool, func() time.Time { return *o.now })
	o.must(through.Do(t.Context(), o.officer, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.HandAssets, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		done, err := asset.HandIn(t.Context(), tx, actor, asset.Holder{ID: o.sections[0], Name: "税務町民課"}, asset.Holder{ID: o.sections[1], Name: "福祉こども課"}, 0, true, nil, "統合")
		if err != nil || len(done) != 1 {
			return door.Unchanged(), fmt.Errorf("%d handed over: %w", len(done), err)
		}
		return done[0], nil
	}))
	if _, err := o.Find(t.Context(), o.tax, code); fault.KindOf(err) != fault.NotFound {
		t.Errorf("who had it finds it: %v", err)
	}
	o.must(o.Record(t.Context(), o.welfare, code, 1, record(a)))
}
