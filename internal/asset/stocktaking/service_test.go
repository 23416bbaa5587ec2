package stocktaking_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/asset/stocktaking"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/task"
	"kagami/internal/trail"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

var today = calendar.NewDate(2026, time.November, 24)

// office is a register with two sections.
type office struct {
	*stocktaking.Service
	t            *testing.T
	db           pgtest.DB
	now          *time.Time
	door         *door.Door
	assets       *asset.Service
	sections     []int64
	lost         *[]stocktaking.Lost // what was said to be missing
	tax, welfare authz.Actor         // the managers
	keeper       authz.Actor         // the 台帳担当者 of the tax section
	clerk        authz.Actor         // a 職員 of it
	officer      authz.Actor         // the 統括
	admin        authz.Actor
}

func newOffice(t *testing.T) office {
	t.Helper()
	db, now := databases.New(t), today.Start().Add(9*time.Hour)
	through := door.New(db.Pool, func() time.Time { return now })
	o := office{t: t, db: db, now: &now, door: through, assets: asset.New(db.Pool, through), lost: &[]stocktaking.Lost{}}
	o.Service = stocktaking.New(db.Pool, through, o.assets, stocktaking.Ties{Missing: func(_ context.Context, _ *door.Tx, _ authz.Actor, l stocktaking.Lost) ([]door.Effect, error) {
		*o.lost = append(*o.lost, l)
		return []door.Effect{{Subject: trail.Subject{Kind: "asset", ID: l.AssetID}, Fields: []string{"missing"}}}, nil
	}})
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
		id, err := town.AddPerson(t.Context(), authz.AsOperator(), org.Person{StaffNumber: fmt.Sprint("P", n), Name: fmt.Sprint("見本 ", n), Furigana: "ミホン"})
		if err != nil {
			t.Fatal(err)
		}
		if role == authz.SecurityManager || role == authz.GeneralSecurityOfficer { // they are told
			_, err := db.Pool.Exec(t.Context(), `INSERT INTO role_grant (person_id, role, section_id, period, reason) VALUES ($1, $2, nullif($3, 0::bigint), '[2026-04-01,)', '見本')`, id, role, section)
			if err != nil {
				t.Fatal(err)
			}
		}
		return authz.Actor{Person: id, Holdings: []authz.Holding{{Role: role, Section: section}}}
	}
	o.tax, o.welfare = somebody(authz.SecurityManager, o.sections[0]), somebody(authz.SecurityManager, o.sections[1])
	o.keeper, o.clerk = somebody(authz.RegisterKeeper, o.sections[0]), somebody(authz.Staff, o.sections[0])
	o.officer, o.admin = somebody(authz.GeneralSecurityOfficer, 0), somebody(authz.Administrator, 0)
	return o
}

// asset registers one and returns its 管理番号.
func (o office) asset(by authz.Actor, section string, change ...func(*asset.Details)) string {
	o.t.Helper()
	d := asset.Details{Kind: asset.Information, Name: "課税台帳", Place: "キャビネット", Confidentiality: "2", Integrity: "2", Availability: "1", Personal: asset.NotPersonal, Zone: asset.LGWANZone, RegisteredOn: today}
	for _, c := range change {
		c(&d)
	}
	code, err := o.assets.Register(o.t.Context(), by, section, d)
	if err != nil {
		o.t.Fatal(err)
	}
	return code
}

func (o office) assetsOfBoth() (tax []string, welfare string) {
	for range 3 {
		tax = append(tax, o.asset(o.tax, "zeimu"))
	}
	return tax, o.asset(o.welfare, "fukushi")
}

func plan() stocktaking.Plan {
	return stocktaking.Plan{Title: "令和8年度の棚卸し", Whole: true, DueOn: today.AddDays(30)}
}

func (o office) open(p stocktaking.Plan) string {
	o.t.Helper()
	code, err := o.Open(o.t.Context(), o.officer, p)
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

func (o office) refused(what string, kind fault.Kind, err error) {
	o.t.Helper()
	if fault.KindOf(err) != kind || err == nil {
		o.t.Errorf("%s: %v", what, err)
	}
}

// all answers all of some assets alike.
func all(result stocktaking.Result, codes ...string) (list []stocktaking.Finding) {
	for _, code := range codes {
		list = append(list, stocktaking.Finding{Code: code, Result: result})
	}
	return list
}

func (o office) answer(by authz.Actor, code, section string, findings ...stocktaking.Finding) {
	o.t.Helper()
	o.must(o.Answer(o.t.Context(), by, code, section, findings...))
}

func (o office) place(code, section string) stocktaking.Place {
	o.t.Helper()
	p, err := o.FindSection(o.t.Context(), o.officer, code, section)
	o.must(err)
	return p
}

func (o office) counts(code, section string) stocktaking.Counts {
	o.t.Helper()
	c, err := o.Count(o.t.Context(), o.officer, o.place(code, section))
	o.must(err)
	return c
}

func (o office) do(by authz.Actor, code, section string, event stocktaking.Event, note string) error {
	o.t.Helper()
	return o.Do(o.t.Context(), by, code, section, event, stocktaking.Step{Version: o.place(code, section).Version, Note: note})
}

func (o office) lines(code, section string, c stocktaking.Choice) (codes []string) {
	o.t.Helper()
	page, err := o.Lines(o.t.Context(), o.officer, o.place(code, section), c)
	o.must(err)
	for _, l := range page.Lines {
		codes = append(codes, l.Code)
	}
	return codes
}

func (o office) find(code string) asset.Asset {
	o.t.Helper()
	a, err := o.assets.Find(o.t.Context(), o.officer, code)
	o.must(err)
	return a
}

func (o office) notices(title string) (n int) {
	o.t.Helper()
	o.must(o.db.Pool.QueryRow(o.t.Context(), `SELECT count(*) FROM notice WHERE title LIKE '%' || $1 || '%'`, title).Scan(&n))
	return n
}

func TestASectionIsGoneThroughSentBackAndConfirmed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tax, _ := o.assetsOfBoth()
	code := o.open(plan())
	if code != "8-1" {
		t.Errorf("it is %s", code)
	}
	o.answer(o.keeper, code, "zeimu", all(stocktaking.Same, tax[0], tax[1])...)
	if p := o.place(code, "zeimu"); p.Stage != stocktaking.UnderWay || p.Held != 3 {
		t.Errorf("after the first answers: %+v", p)
	}
	o.refused("handing in what is not done", fault.Conflict, o.do(o.keeper, code, "zeimu", stocktaking.EventHandIn, ""))
	if left := o.lines(code, "zeimu", stocktaking.Choice{Open: true}); !slices.Equal(left, tax[2:]) {
		t.Errorf("left are %v", left)
	}
	*o.now = o.now.AddDate(0, 0, 2)
	o.answer(o.keeper, code, "zeimu", all(stocktaking.Changed, tax[2])...)
	o.must(o.do(o.keeper, code, "zeimu", stocktaking.EventHandIn, ""))
	o.refused("an answer after it was handed in", fault.Conflict, o.Answer(t.Context(), o.keeper, code, "zeimu", stocktaking.Finding{Code: tax[0], Result: stocktaking.Changed, Seen: 1}))
	o.refused("the keeper confirms", fault.Forbidden, o.do(o.keeper, code, "zeimu", stocktaking.EventConfirm, ""))
	o.refused("sent back without words", fault.Invalid, o.do(o.tax, code, "zeimu", stocktaking.EventSendBack, " "))
	o.must(o.do(o.tax, code, "zeimu", stocktaking.EventSendBack, "金庫の中も見てください"))
	if p := o.place(code, "zeimu"); p.Stage != stocktaking.UnderWay || p.Words == "" || p.HandedBy != "" {
		t.Errorf("sent back: %+v", p)
	}
	if n := o.notices("差し戻されました"); n != 1 {
		t.Errorf("%d are told that it was sent back", n)
	}
	o.answer(o.keeper, code, "zeimu", stocktaking.Finding{Code: tax[1], Result: stocktaking.Disposed, Note: "機器の更新", Seen: 1})
	before := o.place(code, "zeimu")
	if before.Words == "" {
		t.Error("what is to be mended is gone with the first answer")
	}
	o.must(o.do(o.keeper, code, "zeimu", stocktaking.EventHandIn, ""))
	if p := o.place(code, "zeimu"); p.Words != "" {
		t.Errorf("handed in anew it is still to be mended: %q", p.Words)
	}
	o.refused("confirmed on another version", fault.Conflict, o.Do(t.Context(), o.tax, code, "zeimu", stocktaking.EventConfirm, stocktaking.Step{Version: before.Version}))
	o.must(o.do(o.tax, code, "zeimu", stocktaking.EventConfirm, ""))
	if c := o.counts(code, "zeimu"); c != (stocktaking.Counts{Asked: 3, Same: 1, Changed: 1, Disposed: 1}) {
		t.Errorf("it came to %+v", c)
	}
	for i, want := range []calendar.Date{today, {}, today.AddDays(2)} {
		a := o.find(tax[i])
		if a.CheckedOn != want {
			t.Errorf("%s was looked at on %v, want %v", tax[i], a.CheckedOn, want)
		}
		history, err := o.assets.History(t.Context(), o.officer, a)
		o.must(err)
		if want.IsZero() != (len(history) == 1) || len(history) > 1 && (history[0].After["checked_on"] != want.String() || !strings.Contains(history[0].Why, "棚卸し-令和8年度")) {
			t.Errorf("the history of %s: %+v", tax[i], history)
		}
	}
	o.refused("an answer after it was confirmed", fault.Conflict, o.Answer(t.Context(), o.tax, code, "zeimu", stocktaking.Finding{Code: tax[0], Result: stocktaking.Changed, Seen: 1}))
	o.must(o.do(o.tax, code, "zeimu", stocktaking.EventTakeUp, "1件、見間違えた"))
	if p := o.place(code, "zeimu"); p.Stage != stocktaking.UnderWay || p.ConfirmedAt != nil {
		t.Errorf("taken up again: %+v", p)
	}
}

// The 管理者 who goes through it alone confirms in one step.
func TestTheManagerAloneConfirmsInOneStep(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, welfare := o.assetsOfBoth()
	code := o.open(plan())
	o.refused("confirming what nobody has looked at", fault.Conflict, o.do(o.welfare, code, "fukushi", stocktaking.EventConfirm, ""))
	o.answer(o.welfare, code, "fukushi", all(stocktaking.Same, welfare)...)
	o.must(o.do(o.welfare, code, "fukushi", stocktaking.EventConfirm, ""))
	if p := o.place(code, "fukushi"); p.Stage != stocktaking.Confirmed || p.ConfirmedBy != "見本 2" {
		t.Errorf("%+v", p)
	}
}

func TestASectionIsInOneAtATime(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.assetsOfBoth()
	first := plan()
	first.Whole, first.Sections = false, []string{"zeimu"}
	code := o.open(first)
	_, err := o.Open(t.Context(), o.officer, plan())
	o.refused("opening the same section again", fault.Conflict, err)
	if !strings.Contains(err.Error(), "税務町民課（棚卸し-令和8年度）") {
		t.Errorf("it does not say which: %v", err)
	}
	_, err = o.db.Pool.Exec(t.Context(), `INSERT INTO stocktaking_section (stocktaking_id, section_id, held)
		SELECT t.id, n.section_id, 1 FROM stocktaking_section n, (INSERT INTO stocktaking (code, title, whole, kinds, levels, due_on, opened_by, opened_at, opened_on, last_asset, state)
		SELECT '8-9', title, whole, kinds, levels, due_on, opened_by, opened_at, opened_on, last_asset, state FROM stocktaking RETURNING id) t`)
	if err == nil {
		t.Error("the database takes the section in twice")
	}
	second := first
	second.Sections = []string{"fukushi"}
	if got := o.open(second); got != "8-2" {
		t.Errorf("the second of the year is %s", got)
	}
	o.must(o.Close(t.Context(), o.officer, code, 1, "台帳を作り直すため"))
	if got := o.open(first); got != "8-3" {
		t.Errorf("after the first was closed: %s", got)
	}
}

func TestOnlyTheScopeIsAskedFor(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tax, _ := o.assetsOfBoth()
	medium := o.asset(o.tax, "zeimu", func(d *asset.Details) { d.Kind, d.Confidentiality = asset.Medium, "3B" })
	low := o.asset(o.tax, "zeimu", func(d *asset.Details) { d.Kind = asset.Medium })
	p := plan()
	p.Kinds, p.Levels = []string{"medium"}, []string{"3B"}
	f, err := o.Foresee(t.Context(), o.officer, p)
	o.must(err)
	if len(f.Sections) != 1 || f.Assets != 1 || len(f.Unmanaged()) != 0 {
		t.Errorf("foreseen: %+v", f)
	}
	code := o.open(p)
	if got := o.lines(code, "zeimu", stocktaking.Choice{}); !slices.Equal(got, []string{medium}) {
		t.Errorf("asked for are %v", got)
	}
	o.refused("one that is not asked for", fault.Conflict, o.Answer(t.Context(), o.tax, code, "zeimu", all(stocktaking.Same, low)...))
	o.refused("another one", fault.Conflict, o.Answer(t.Context(), o.tax, code, "zeimu", all(stocktaking.Same, tax[0])...))
	p.Levels = []string{"3A"}
	_, err = o.Open(t.Context(), o.officer, p)
	o.refused("a scope that holds nothing", fault.Invalid, err)
}

// An asset is in it by its day: one registered later is not asked for, one that ends needs no
// answer, and one that moves is asked for where it stands, with the answer that it has.
func TestTheRegisterGoesOnMeanwhile(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tax, welfare := o.assetsOfBoth()
	o.must(o.assets.EndAsMistaken(t.Context(), o.tax, o.asset(o.tax, "zeimu"), 1, "登録の誤り")) // before it was opened
	code := o.open(plan())
	*o.now = o.now.Add(time.Hour)
	o.asset(o.tax, "zeimu")
	o.must(o.assets.EndAsMistaken(t.Context(), o.tax, tax[0], 1, "登録の誤り"))
	if c := o.counts(code, "zeimu"); c != (stocktaking.Counts{Asked: 2, Ended: 1}) {
		t.Errorf("one registered and one ended: %+v", c)
	}
	o.answer(o.tax, code, "zeimu", all(stocktaking.Changed, tax[1])...)
	err := o.door.Do(t.Context(), o.officer, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.HandAssets, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		done, err := asset.HandIn(t.Context(), tx, actor, asset.Holder{ID: o.sections[0], Name: "税務町民課"}, asset.Holder{ID: o.sections[1], Name: "福祉こども課"}, 0, false, tax[1:], "課の廃止")
		return door.Effect{Subject: trail.Subject{Kind: "section", ID: o.sections[0]}, Also: done}, err
	})
	o.must(err)
	if c := o.counts(code, "zeimu"); c != (stocktaking.Counts{Ended: 1}) {
		t.Errorf("all moved: %+v", c)
	}
	if c := o.counts(code, "fukushi"); c != (stocktaking.Counts{Asked: 3, Changed: 1}) {
		t.Errorf("they have come: %+v", c)
	}
	o.refused("answering where it was", fault.Conflict, o.Answer(t.Context(), o.tax, code, "zeimu", all(stocktaking.Same, tax[2])...))
	o.answer(o.welfare, code, "fukushi", all(stocktaking.Same, tax[2], welfare)...)
	o.must(o.do(o.welfare, code, "fukushi", stocktaking.EventConfirm, ""))
	// 税務町民課 has nothing to go through any more
	lacking, err := o.Lacking(t.Context(), o.officer, code)
	if err != nil || len(lacking) != 0 {
		t.Errorf("lacking: %+v %v", lacking, err)
	}
}

// What comes to a section that is confirmed already is not overlooked.
func TestWhatComesToAConfirmedSectionIsLacking(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tax, welfare := o.assetsOfBoth()
	code := o.open(plan())
	o.answer(o.welfare, code, "fukushi", all(stocktaking.Same, welfare)...)
	o.must(o.do(o.welfare, code, "fukushi", stocktaking.EventConfirm, ""))
	_, err := o.db.Pool.Exec(t.Context(), `UPDATE asset SET section_id = $1 WHERE code = $2`, o.sections[1], tax[0])
	o.must(err)
	lacking, err := o.Lacking(t.Context(), o.officer, code)
	o.must(err)
	if len(lacking) != 2 || lacking[1].SectionCode != "fukushi" || lacking[1].Left != 1 {
		t.Errorf("lacking: %+v", lacking)
	}
}

func TestASectionThatAssetsComeToComesIn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first := o.asset(o.tax, "zeimu")
	code := o.open(plan())
	_, err := o.FindSection(t.Context(), o.officer, code, "fukushi")
	o.refused("a section without assets", fault.NotFound, err)
	_, err = o.db.Pool.Exec(t.Context(), `UPDATE asset SET section_id = $1 WHERE code = $2`, o.sections[1], first)
	o.must(err)
	o.must(o.TendAll(t.Context()))
	if p := o.place(code, "fukushi"); p.Stage != stocktaking.NotBegun || p.Held != 1 {
		t.Errorf("it has come in as %+v", p)
	}
}

// One of some sections is of these alone.
func TestNoSectionComesIntoOneOfSome(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first := o.asset(o.tax, "zeimu")
	some := plan()
	some.Whole, some.Sections = false, []string{"zeimu"}
	code := o.open(some)
	_, err := o.db.Pool.Exec(t.Context(), `UPDATE asset SET section_id = $1 WHERE code = $2`, o.sections[1], first)
	o.must(err)
	o.must(o.TendAll(t.Context()))
	_, err = o.FindSection(t.Context(), o.officer, code, "fukushi")
	o.refused("the section to which its asset has gone", fault.NotFound, err)
}

// A reason is of what is not done: where all is, none is kept.
func TestWhatIsDoneIsClosedWithoutAReason(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	asset := o.asset(o.tax, "zeimu")
	code := o.open(plan())
	o.answer(o.tax, code, "zeimu", all(stocktaking.Same, asset)...)
	o.must(o.do(o.tax, code, "zeimu", stocktaking.EventConfirm, ""))
	o.must(o.Close(t.Context(), o.officer, code, 0, "書きかけの理由"))
	if whole, err := o.Find(t.Context(), o.officer, code); err != nil || whole.State != stocktaking.Closed || whole.Reason != "" {
		t.Errorf("%+v, %v", whole, err)
	}
}

func TestAnotherSectionSeesNothingOfIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tax, _ := o.assetsOfBoth()
	code := o.open(plan())
	_, err := o.FindSection(t.Context(), o.welfare, code, "zeimu")
	o.refused("looking at another section", fault.NotFound, err)
	o.refused("answering for it", fault.NotFound, o.Answer(t.Context(), o.welfare, code, "zeimu", all(stocktaking.Same, tax[0])...))
	o.refused("confirming it", fault.NotFound, o.Do(t.Context(), o.welfare, code, "zeimu", stocktaking.EventConfirm, stocktaking.Step{Version: 1}))
	o.refused("a 職員 answers", fault.Forbidden, o.Answer(t.Context(), o.clerk, code, "zeimu", all(stocktaking.Same, tax[0])...))
	o.refused("the 統括 answers", fault.Forbidden, o.Answer(t.Context(), o.officer, code, "zeimu", all(stocktaking.Same, tax[0])...))
	_, err = o.Open(t.Context(), o.tax, plan())
	o.refused("a 管理者 opens one", fault.Forbidden, err)
	o.refused("a 管理者 closes it", fault.Forbidden, o.Close(t.Context(), o.tax, code, 0, ""))
	whole, err := o.Find(t.Context(), o.welfare, code)
	o.must(err)
	list, _, err := o.Sections(t.Context(), o.welfare, whole, stocktaking.Search{})
	o.must(err)
	if len(list) != 1 || list[0].SectionCode != "fukushi" {
		t.Errorf("they see %+v", list)
	}
	o.answer(o.tax, code, "zeimu", all(stocktaking.Changed, tax...)...)
	record, err := o.Record(t.Context(), o.welfare, whole, "")
	if err != nil || len(record.Sections) != 1 || len(record.Listed) != 0 {
		t.Errorf("they read %+v %v", record, err)
	}
	if _, err := o.Find(t.Context(), o.admin, code); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a ポータル管理者 finds it: %v", err)
	}
	first := plan()
	first.Whole, first.Sections = false, []string{"fukushi"}
	o.must(o.Close(t.Context(), o.officer, code, 2, "やり直し"))
	_, err = o.Find(t.Context(), o.tax, o.open(first))
	o.refused("one of another section alone", fault.NotFound, err)
}

func TestTheSecondAnswerIsToldOfTheFirst(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tax, _ := o.assetsOfBoth()
	code := o.open(plan())
	o.answer(o.keeper, code, "zeimu", all(stocktaking.Changed, tax[0])...)
	err := o.Answer(t.Context(), o.tax, code, "zeimu", all(stocktaking.Same, tax[0])...)
	o.refused("another answer", fault.Conflict, err)
	if !strings.Contains(err.Error(), "見本 3さんが「変更」") {
		t.Errorf("it does not say whose: %v", err)
	}
	o.answer(o.tax, code, "zeimu", all(stocktaking.Changed, tax[0])...) // the same answer is none
	o.answer(o.tax, code, "zeimu", stocktaking.Finding{Code: tax[0], Result: stocktaking.Same, Seen: 1})
	rest := all(stocktaking.Same, tax...)
	for i := range rest {
		rest[i].Rest = true
	}
	o.answer(o.keeper, code, "zeimu", stocktaking.Finding{Code: tax[0], Result: stocktaking.Changed, Seen: 2})
	o.answer(o.tax, code, "zeimu", append(rest, stocktaking.Finding{Code: "zeimu-9999", Result: stocktaking.Same, Rest: true})...)
	rest[0].Seen = 3 // an answer that they have seen stays too
	o.answer(o.tax, code, "zeimu", rest...)
	if c := o.counts(code, "zeimu"); c != (stocktaking.Counts{Asked: 3, Same: 2, Changed: 1}) {
		t.Errorf("the rest of a page: %+v", c)
	}
	versions, err := postgres.List[struct{ Result string }](t.Context(), o.db.Pool, "listing", `
		SELECT c.result FROM stocktaking_answer_change c JOIN asset a ON a.id = c.asset_id WHERE a.code = $1 ORDER BY c.version`, tax[0])
	if err != nil || fmt.Sprint(versions) != "[{changed} {same} {changed}]" {
		t.Errorf("its history is %v %v", versions, err)
	}
}

func TestWhatIsMissingIsToldOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tax, _ := o.assetsOfBoth()
	code := o.open(plan())
	lost := stocktaking.Finding{Code: tax[0], Result: stocktaking.Missing, NoticedOn: today.AddDays(-1), NoticedBy: "見本 花子", LastSeenOn: today.AddDays(-9), Note: "書庫にない"}
	o.refused("without when and by whom", fault.Invalid, o.Answer(t.Context(), o.tax, code, "zeimu", all(stocktaking.Missing, tax[0])...))
	o.answer(o.tax, code, "zeimu", lost)
	state := func(s life.State) {
		_, err := o.db.Pool.Exec(t.Context(), `UPDATE asset SET state = $2 WHERE code = $1`, tax[0], string(s))
		o.must(err)
	}
	state(life.Missing)
	lost.Seen, lost.Note = 1, "机の中にもない"
	o.answer(o.tax, code, "zeimu", lost)
	want := stocktaking.Lost{AssetID: o.find(tax[0]).ID, From: "棚卸し-令和8年度", LastSeen: today.AddDays(-9), NoticedAt: today.AddDays(-1).Start(), NoticedBy: "見本 花子", Words: "書庫にない"}
	if len(*o.lost) != 1 || (*o.lost)[0] != want {
		t.Errorf("told is %+v", *o.lost)
	}
	var trailed int
	o.must(o.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM trail_entry WHERE subject_kind = 'asset' AND fields = '{missing}'`).Scan(&trailed))
	if trailed != 1 {
		t.Errorf("the trail has %d of it", trailed)
	}
	state(life.Registered) // it was found, and nobody has answered that
	lost.Seen, lost.Note = 2, "また見当たらない"
	o.answer(o.tax, code, "zeimu", lost)
	if len(*o.lost) != 2 {
		t.Errorf("lost again, and told %d times", len(*o.lost))
	}
}

func TestWhatIsReportedMissingIsNotStillThere(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tax, _ := o.assetsOfBoth()
	code := o.open(plan())
	state := func(to string) {
		t.Helper()
		_, err := o.db.Pool.Exec(t.Context(), `UPDATE asset SET state = $2 WHERE code = $1`, tax[0], to)
		o.must(err)
	}
	state("missing")
	for _, r := range []stocktaking.Result{stocktaking.Same, stocktaking.Changed} {
		o.refused("said to be "+r.Title()+" while it is reported missing", fault.Invalid, o.Answer(t.Context(), o.tax, code, "zeimu", all(r, tax[0])...))
	}
	rest := all(stocktaking.Same, tax...)
	for i := range rest {
		rest[i].Rest = true
	}
	o.answer(o.tax, code, "zeimu", rest...)
	if c := o.counts(code, "zeimu"); c != (stocktaking.Counts{Asked: 3, Same: 2}) {
		t.Errorf("the rest of the page: %+v", c)
	}
	state("registered")
	o.answer(o.tax, code, "zeimu", all(stocktaking.Same, tax[0])...)
}

func TestWhatIsClosedStaysAsItIs(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tax, welfare := o.assetsOfBoth()
	code := o.open(plan())
	o.answer(o.tax, code, "zeimu", append(all(stocktaking.Same, tax[0]), stocktaking.Finding{Code: tax[1], Result: stocktaking.Disposed, Note: "機器の更新"})...)
	o.answer(o.welfare, code, "fukushi", all(stocktaking.Changed, welfare)...)
	o.must(o.do(o.welfare, code, "fukushi", stocktaking.EventConfirm, ""))
	o.refused("closed with one missing, without a reason", fault.Invalid, o.Close(t.Context(), o.officer, code, 1, ""))
	o.refused("closed by who has seen none missing", fault.Conflict, o.Close(t.Context(), o.officer, code, 0, "期限"))
	o.must(o.Close(t.Context(), o.officer, code, 1, "年度が終わるため"))
	o.refused("closed twice", fault.Conflict, o.Close(t.Context(), o.officer, code, 1, "もう一度"))
	whole, err := o.Find(t.Context(), o.officer, code)
	o.must(err)
	before, err := o.Record(t.Context(), o.officer, whole, "")
	o.must(err)
	if before.Sum != (stocktaking.Counts{Asked: 4, Same: 1, Changed: 1, Disposed: 1}) || len(before.Listed) != 2 || len(before.Lacking()) != 1 || whole.Reason == "" {
		t.Errorf("the record: %+v of %+v", before, whole)
	}
	o.refused("answered afterwards", fault.Conflict, o.Answer(t.Context(), o.tax, code, "zeimu", all(stocktaking.Same, tax[2])...))
	o.refused("its day moved afterwards", fault.Conflict, o.MoveDue(t.Context(), o.officer, code, whole.DueOn, today.AddDays(60), "延ばす"))
	a := o.find(welfare)
	d := a.Details
	d.Name = "別の名前"
	o.must(o.assets.Change(t.Context(), o.welfare, welfare, a.Version, d, ""))
	_, err = o.db.Pool.Exec(t.Context(), `UPDATE asset SET section_id = $1`, o.sections[0])
	o.must(err)
	after, err := o.Record(t.Context(), o.officer, whole, "")
	o.must(err)
	if fmt.Sprintf("%+v", before.Listed) != fmt.Sprintf("%+v", after.Listed) || before.Sum != after.Sum {
		t.Errorf("the record was %+v and is %+v", before, after)
	}
	for name, sql := range map[string]string{
		"the whole":    `UPDATE stocktaking SET title = 'x'`,
		"a section":    `UPDATE stocktaking_section SET same = 0`,
		"an answer":    `UPDATE stocktaking_answer SET note = 'x'`,
		"a new answer": `INSERT INTO stocktaking_answer (stocktaking_id, asset_id, section_id, result, answered_on, answered_by, answered_at) SELECT t.id, a.id, a.section_id, 'same', '2026-11-24', t.opened_by, now() FROM stocktaking t, asset a WHERE a.code = '` + tax[2] + `'`,
		"a step":       `UPDATE stocktaking_step SET note = 'x'`,
		"a history":    `UPDATE stocktaking_answer_change SET note = 'x'`,
	} {
		if _, err := o.db.Pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s can be changed", name)
		}
	}
}

func TestTheLastDayIsMoved(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.assetsOfBoth()
	code := o.open(plan())
	o.refused("without a reason", fault.Invalid, o.MoveDue(t.Context(), o.officer, code, today.AddDays(30), today.AddDays(60), ""))
	o.refused("from a day that is not it", fault.Conflict, o.MoveDue(t.Context(), o.officer, code, today.AddDays(29), today.AddDays(60), "延ばす"))
	o.must(o.MoveDue(t.Context(), o.officer, code, today.AddDays(30), today.AddDays(60), "議会と重なるため"))
	if whole, err := o.Find(t.Context(), o.officer, code); err != nil || whole.DueOn != today.AddDays(60) {
		t.Errorf("%+v %v", whole, err)
	}
	if n := o.notices("期限が変わりました"); n != 2 {
		t.Errorf("%d are told", n)
	}
}

func TestWhoIsRemindedOfIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, welfare := o.assetsOfBoth()
	code := o.open(plan())
	o.answer(o.welfare, code, "fukushi", all(stocktaking.Same, welfare)...)
	o.must(o.do(o.welfare, code, "fukushi", stocktaking.EventConfirm, ""))
	for _, c := range []struct {
		days, before, after int // from the last day
	}{{-15, 0, 0}, {-14, 1, 0}, {-14, 1, 0}, {-3, 2, 0}, {0, 2, 0}, {1, 2, 1}, {4, 2, 2}, {7, 2, 3}, {8, 2, 3}} {
		*o.now = today.AddDays(30 + c.days).Start().Add(time.Hour)
		o.must(o.TendAll(t.Context()))
		if before, after := o.notices("の期限は令和8年12月24日です"), o.notices("の期限は令和8年12月24日でした"); before != c.before || after != c.after {
			t.Errorf("on day %d: %d and %d notices, want %d and %d", c.days, before, after, c.before, c.after)
		}
	}
}

// Once its last day is moved, its days come anew.
func TestTheDaysOfALastDayThatIsMovedComeAnew(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.asset(o.tax, "zeimu")
	code := o.open(plan())
	for _, due := range []int{30, 60} {
		*o.now = today.AddDays(due - 3).Start().Add(time.Hour)
		o.must(o.TendAll(t.Context()))
		if n := o.notices("の期限は" + calendar.Wareki(today.AddDays(due))); n == 0 {
			t.Errorf("nobody is reminded of the day after %d days", due)
		}
		if due == 30 {
			o.must(o.MoveDue(t.Context(), o.officer, code, today.AddDays(30), today.AddDays(60), "議会と重なるため"))
		}
	}
}

func TestWhatWaitsForWhom(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tax, welfare := o.assetsOfBoth()
	code := o.open(plan())
	waits := func(actor authz.Actor) string {
		t.Helper()
		var b task.Batch
		var got []string
		o.QueueWaiting(&b, actor, func(list stocktaking.Waiting) {
			for _, w := range list {
				got = append(got, fmt.Sprint(w.SectionCode, " ", w.Stage, " ", w.Undone))
			}
		})
		o.must(b.Run(t.Context(), o.db.Pool))
		return strings.Join(got, ", ")
	}
	check := func(what string, actor authz.Actor, want string) {
		t.Helper()
		if got := waits(actor); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	check("the keeper", o.keeper, "zeimu not_begun 0")
	check("the clerk", o.clerk, "")
	check("the 統括 in time", o.officer, "")
	o.answer(o.keeper, code, "zeimu", all(stocktaking.Same, tax[0])...)
	check("the keeper under way", o.keeper, "zeimu under_way 0")
	o.answer(o.keeper, code, "zeimu", all(stocktaking.Same, tax[1:]...)...)
	o.must(o.do(o.keeper, code, "zeimu", stocktaking.EventHandIn, ""))
	check("the keeper who has handed in", o.keeper, "")
	check("the 管理者 who confirms", o.tax, "zeimu handed_in 0")
	*o.now = today.AddDays(31).Start()
	check("the 統括 after the day", o.officer, "  2")
	o.must(o.do(o.tax, code, "zeimu", stocktaking.EventConfirm, ""))
	o.answer(o.welfare, code, "fukushi", all(stocktaking.Same, welfare)...)
	o.must(o.do(o.welfare, code, "fukushi", stocktaking.EventConfirm, ""))
	check("the 統括 when all is done", o.officer, "  0")
	if n := o.notices("すべての課室で確認が済みました"); n != 1 {
		t.Errorf("%d are told", n)
	}
	o.must(o.Close(t.Context(), o.officer, code, 0, ""))
	check("the 統括 when it is closed", o.officer, "")
}

// A section whose assets have all ended has nothing to go through: nobody waits for it, and
// nobody is reminded of it.
func TestAnEmptySectionHoldsNothingUp(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tax, welfare := o.assetsOfBoth()
	code := o.open(plan())
	for _, a := range tax {
		o.must(o.assets.EndAsMistaken(t.Context(), o.tax, a, 1, "登録の誤り"))
	}
	o.answer(o.welfare, code, "fukushi", all(stocktaking.Same, welfare)...)
	o.must(o.do(o.welfare, code, "fukushi", stocktaking.EventConfirm, ""))
	if n := o.notices("すべての課室で確認が済みました"); n != 1 {
		t.Errorf("%d are told that all is confirmed", n)
	}
	for who, actor := range map[string]authz.Actor{"the keeper of nothing": o.keeper, "the 統括": o.officer} {
		var b task.Batch
		var got stocktaking.Waiting
		o.QueueWaiting(&b, actor, func(list stocktaking.Waiting) { got = list })
		o.must(b.Run(t.Context(), o.db.Pool))
		if want := map[string]int{"the 統括": 1}[who]; len(got) != want {
			t.Errorf("%+v waits for %s", got, who)
		}
	}
	*o.now = today.AddDays(34).Start().Add(time.Hour)
	o.must(o.TendAll(t.Context()))
	if n := o.notices("の期限は"); n != 0 {
		t.Errorf("%d are reminded", n)
	}
}

// The rest of a page is not answered alike where something is reported missing already.
func TestWhatIsMissingIsNoneOfTheRest(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tax, _ := o.assetsOfBoth()
	_, err := o.db.Pool.Exec(t.Context(), `UPDATE asset SET state = 'missing' WHERE code = $1`, tax[0])
	o.must(err)
	code := o.open(plan())
	list := all(stocktaking.Same, tax...)
	for i := range list {
		list[i].Rest = true
	}
	o.answer(o.tax, code, "zeimu", list...)
	if c := o.counts(code, "zeimu"); c.Same != 2 || c.Left() != 1 {
		t.Errorf("%+v", c)
	}
}

func TestPagesGoOnWhereTheOneBeforeEnds(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, err := o.db.Pool.Exec(t.Context(), `
		INSERT INTO asset (code, section_id, kind, name, confidentiality, integrity, availability, ranks, personal, zone, registered_on, state)
		SELECT 'zeimu-' || lpad(n::text, 4, '0'), $1, 'paper', '見本', '2', '1', '1', '{20,10,10}', 'none', 'offline', '2026-11-24', 'registered' FROM generate_series(1, 250) n`, o.sections[0])
	o.must(err)
	code := o.open(plan())
	var sizes []int
	for from := int64(0); ; {
		page, err := o.Lines(t.Context(), o.officer, o.place(code, "zeimu"), stocktaking.Choice{From: from})
		o.must(err)
		sizes = append(sizes, len(page.Lines))
		if from = page.Next; from == 0 {
			break
		}
	}
	if fmt.Sprint(sizes) != "[100 100 50]" {
		t.Errorf("pages of %v", sizes)
	}
	page, err := o.Lines(t.Context(), o.officer, o.place(code, "zeimu"), stocktaking.Choice{Most: 1000})
	if err != nil || len(page.Lines) != 250 || page.Next != 0 {
		t.Errorf("all of them: %d, next %d, %v", len(page.Lines), page.Next, err)
	}
	many := make([]stocktaking.Finding, 101)
	for i := range many {
		many[i] = stocktaking.Finding{Code: page.Lines[i].Code, Result: stocktaking.Same}
	}
	o.refused("more than a page at once", fault.TooLarge, o.Answer(t.Context(), o.tax, code, "zeimu", many...))
}

// Whoever comes at the same instant is told so: one opens, and the others find it open.
func TestOneOfThoseWhoOpenAtOnceDoes(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.assetsOfBoth()
	const people = 4
	outcomes := make(chan error, people)
	for range people {
		go func() {
			_, err := o.Open(t.Context(), o.officer, plan())
			outcomes <- err
		}()
	}
	opened := 0
	for range people {
		switch err := <-outcomes; {
		case err == nil:
			opened++
		case fault.KindOf(err) != fault.Conflict:
			t.Errorf("one who comes too late: %v", err)
		}
	}
	if opened != 1 {
		t.Errorf("%d have opened it", opened)
	}
}

// Who answers while it is closed either is in the record, or is told that it is closed.
func TestNoAnswerIsLostWhileItIsClosed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tax, _ := o.assetsOfBoth()
	code := o.open(plan())
	answered := make(chan error)
	go func() { answered <- o.Answer(t.Context(), o.tax, code, "zeimu", all(stocktaking.Same, tax...)...) }()
	closed := o.Close(t.Context(), o.officer, code, 2, "年度が終わるため")
	err := <-answered
	o.must(closed)
	whole, failure := o.Find(t.Context(), o.officer, code)
	o.must(failure)
	record, failure := o.Record(t.Context(), o.officer, whole, "")
	o.must(failure)
	switch {
	case err == nil && record.Sum.Same != len(tax):
		t.Errorf("answers that were taken are not in the record: %+v", record.Sum)
	case err != nil && (fault.KindOf(err) != fault.Conflict || record.Sum.Answered() != 0):
		t.Errorf("answered: %v, the record: %+v", err, record.Sum)
	}
}

// What is reported missing still was not seen: its section is not confirmed until it is found,
// or the answer says so again.
func TestWhatIsMissingStillWasNotSeen(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first := o.asset(o.tax, "zeimu")
	code := o.open(plan())
	o.answer(o.tax, code, "zeimu", stocktaking.Finding{Code: first, Result: stocktaking.Same})
	_, err := o.db.Pool.Exec(t.Context(), `UPDATE asset SET state = 'missing' WHERE code = $1`, first)
	o.must(err)
	page, err := o.Lines(t.Context(), o.officer, o.place(code, "zeimu"), stocktaking.Choice{})
	o.must(err)
	if page.Lines[0].State != life.Missing || page.Lines[0].Out != "" {
		t.Errorf("it stands there as %+v", page.Lines[0])
	}
	err = o.do(o.tax, code, "zeimu", stocktaking.EventConfirm, "")
	o.refused("seen, and missing still", fault.Conflict, err)
	if err != nil && !strings.Contains(err.Error(), first) {
		t.Errorf("it does not say what: %v", err)
	}
	_, err = o.db.Pool.Exec(t.Context(), `UPDATE asset SET state = 'registered' WHERE code = $1`, first)
	o.must(err)
	o.must(o.do(o.tax, code, "zeimu", stocktaking.EventConfirm, ""))
}

// The record of the year never says that something is there which nobody finds.
func TestWhatIsMissingIsNotThere(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tax, _ := o.assetsOfBoth()
	code := o.open(plan())
	lose := func(asset string) {
		_, err := o.db.Pool.Exec(t.Context(), `UPDATE asset SET state = 'missing' WHERE code = $1`, asset)
		o.must(err)
	}
	lose(tax[0])
	o.refused("that it is there", fault.Invalid, o.Answer(t.Context(), o.tax, code, "zeimu", all(stocktaking.Same, tax[0])...))
	o.refused("that it is disposed of", fault.Invalid, o.Answer(t.Context(), o.tax, code, "zeimu", stocktaking.Finding{Code: tax[0], Result: stocktaking.Disposed, Note: "古い"}))
	rest := all(stocktaking.Same, tax...)
	for i := range rest {
		rest[i].Rest = true
	}
	o.answer(o.tax, code, "zeimu", rest...)
	if left := o.lines(code, "zeimu", stocktaking.Choice{Open: true}); !slices.Equal(left, tax[:1]) {
		t.Errorf("of all the rest is left %v", left)
	}
	lost := stocktaking.Finding{Code: tax[0], Result: stocktaking.Missing, NoticedOn: today, NoticedBy: "見本 花子", Note: "書庫にない"}
	o.answer(o.tax, code, "zeimu", lost)
	lose(tax[1])
	o.refused("confirmed with one that was lost since", fault.Conflict, o.do(o.tax, code, "zeimu", stocktaking.EventConfirm, ""))
	lost.Code, lost.Seen = tax[1], 1
	o.answer(o.tax, code, "zeimu", lost)
	o.must(o.do(o.tax, code, "zeimu", stocktaking.EventConfirm, ""))
}
