package merge_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/filebook"
	"kagami/internal/asset/find"
	"kagami/internal/asset/merge"
	"kagami/internal/asset/propose"
	"kagami/internal/asset/relation"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres/pgtest"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

var today = calendar.NewDate(2026, time.November, 24)

type office struct {
	*merge.Service
	t            *testing.T
	db           pgtest.DB
	register     *asset.Service
	relations    *relation.Service
	tax, welfare authz.Actor
}

func newOffice(t *testing.T) office {
	t.Helper()
	db := databases.New(t)
	through := door.New(db.Pool, func() time.Time { return today.Start().Add(9 * time.Hour) })
	register := asset.New(db.Pool, through).With(asset.Ties{Spread: relation.Spread, Ended: propose.Ended})
	o := office{Service: merge.New(db.Pool, through, register), t: t, db: db, register: register, relations: relation.New(db.Pool, through, register)}
	town := org.New(db.Pool, through)
	for i, code := range []string{"zeimu", "fukushi"} {
		section, err := town.AddSection(t.Context(), authz.AsOperator(), org.Section{Code: code, Name: code + "課", Kind: org.Internal, Position: i})
		if err != nil {
			t.Fatal(err)
		}
		person, err := town.AddPerson(t.Context(), authz.AsOperator(), org.Person{StaffNumber: fmt.Sprint("P", i), Name: "見本", Furigana: "ミホン"})
		if err != nil {
			t.Fatal(err)
		}
		*[]*authz.Actor{&o.tax, &o.welfare}[i] = authz.Actor{Person: person, Holdings: []authz.Holding{{Role: authz.SecurityManager, Section: section}}}
	}
	return o
}

func (o office) add(kind asset.Kind, name, level string, more ...func(*asset.Details)) string {
	o.t.Helper()
	d := asset.Details{Kind: kind, Name: name, Confidentiality: level, Integrity: "1", Availability: "1", Personal: asset.NotPersonal, Zone: asset.LGWANZone, RegisteredOn: today}
	for _, change := range more {
		change(&d)
	}
	code, err := o.register.Register(o.t.Context(), o.tax, "zeimu", d)
	if err != nil {
		o.t.Fatal(err)
	}
	return code
}

func (o office) find(code string) asset.Asset {
	o.t.Helper()
	a, err := o.register.Find(o.t.Context(), o.tax, code)
	if err != nil {
		o.t.Fatal(err)
	}
	return a
}

func (o office) seen(code string) merge.Seen {
	return merge.Seen{Code: code, Version: o.find(code).Version}
}

func (o office) rest(code, on string) {
	o.t.Helper()
	if err := o.relations.Rest(o.t.Context(), o.tax, code, on); err != nil {
		o.t.Fatal(err)
	}
}

// counted is how many assets the sums have.
func (o office) counted() (n int) {
	o.t.Helper()
	if err := o.db.Pool.QueryRow(o.t.Context(), `SELECT coalesce(sum(assets), 0) FROM asset_sum`).Scan(&n); err != nil {
		o.t.Fatal(err)
	}
	return n
}

func TestOneOfTwoStaysWithWhatIsRightOfBoth(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	gone := o.add(asset.Information, "課税台帳（控え）", "3B", func(d *asset.Details) { d.OwnNumber, d.Place, d.Owner = "K-1", "書庫", "係長" })
	kept := o.add(asset.Information, "課税台帳", "2", func(d *asset.Details) { d.Owner = "課長" })
	pair, err := o.Look(t.Context(), o.tax, gone, " "+kept+" ")
	if err != nil {
		t.Fatal(err)
	}
	takes, keys := map[string]bool{}, []string{}
	for _, u := range merge.Differing(pair.Gone.Details, pair.Kept.Details) {
		keys = append(keys, u.Key)
		takes[u.Key] = u.Blank(pair.Kept.Details) || u.Key == "confidentiality"
	}
	if strings.Join(keys, " ") != "own_number name confidentiality place owner" {
		t.Errorf("%v", keys)
	}
	if err := o.Merge(t.Context(), o.tax, o.seen(gone), o.seen(kept), takes, "二重の登録"); err != nil {
		t.Fatal(err)
	}
	a := o.find(kept)
	if a.Name != "課税台帳" || a.Confidentiality != "3B" || a.Place != "書庫" || a.Owner != "課長" || a.OwnNumber != "K-1" || a.Version != 2 {
		t.Errorf("%+v", a)
	}
	if e := o.find(gone); e.State != asset.Merged || e.MergedInto != kept || e.Place != "書庫" || e.Version != 2 {
		t.Errorf("%+v", e)
	}
	if n := o.counted(); n != 1 {
		t.Errorf("%d count", n)
	}
	for code, want := range map[string]string{gone: "merged_into:" + kept, kept: "merged:" + gone} {
		history, err := o.register.History(t.Context(), o.tax, o.find(code))
		if err != nil || !strings.Contains(fmt.Sprint(history[0].After), want) || history[0].Why != "二重の登録" || len(history[0].Before) == 0 {
			t.Errorf("%s: %+v, %v", code, history, err)
		}
	}
	if err := o.Merge(t.Context(), o.tax, merge.Seen{Code: kept, Version: 2}, merge.Seen{Code: gone, Version: 2}, nil, ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("into what has ended: %v", err)
	}
}

// What is registered does not go into a draft, with which it would be withdrawn; the other
// way round it may.
func TestWhatIsRegisteredIsNotMergedIntoADraft(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	registered := o.add(asset.Information, "台帳", "2")
	keeper := authz.Actor{Person: o.tax.Person, Holdings: []authz.Holding{{Role: authz.RegisterKeeper, Section: o.tax.Holdings[0].Section}}}
	draft, err := o.register.Register(t.Context(), keeper, "zeimu", o.find(registered).Details)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Look(t.Context(), o.tax, registered, draft); fault.KindOf(err) != fault.Invalid {
		t.Errorf("shown beside it: %v", err)
	}
	if err := o.Merge(t.Context(), o.tax, o.seen(registered), o.seen(draft), nil, ""); fault.KindOf(err) != fault.Invalid {
		t.Errorf("into a draft: %v", err)
	}
	if err := o.Merge(t.Context(), o.tax, o.seen(draft), o.seen(registered), nil, ""); err != nil || o.find(registered).State != asset.Registered {
		t.Errorf("the other way round: %v", err)
	}
}

// What somebody disposes of, or nobody finds, is merged into nothing, and takes nothing in.
func TestWhatIsDisposedOfIsNotMerged(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	plain, other := o.add(asset.Information, "台帳", "2"), o.add(asset.Information, "台帳の写し", "2")
	for _, state := range []string{"disposing", "missing"} {
		if _, err := o.db.Pool.Exec(t.Context(), `UPDATE asset SET state = $1 WHERE code = $2`, state, other); err != nil {
			t.Fatal(err)
		}
		if _, err := o.Look(t.Context(), o.tax, plain, other); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s, shown beside it: %v", state, err)
		}
		if err := o.Merge(t.Context(), o.tax, o.seen(plain), o.seen(other), nil, ""); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s takes one in: %v", state, err)
		}
		if err := o.Merge(t.Context(), o.tax, o.seen(other), o.seen(plain), nil, ""); fault.KindOf(err) != fault.Conflict {
			t.Errorf("%s is merged: %v", state, err)
		}
	}
}

// What is alike is merged too, and its history says so.
func TestWhatIsAlikeIsMerged(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	gone, kept := o.add(asset.Information, "台帳", "2"), o.add(asset.Information, "台帳", "2")
	if err := o.Merge(t.Context(), o.tax, o.seen(gone), o.seen(kept), nil, ""); err != nil {
		t.Fatal(err)
	}
	if history, err := o.register.History(t.Context(), o.tax, o.find(kept)); err != nil || len(history) != 2 || history[0].After["merged"] != gone {
		t.Errorf("%+v, %v", history, err)
	}
}

func TestRelationsMoveAndLevelsAreCarriedOn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ledger, list := o.add(asset.Information, "課税台帳", "3B"), o.add(asset.Information, "名簿", "2")
	gone, kept := o.add(asset.System, "税システム（旧名）", "3B"), o.add(asset.System, "税システム", "2")
	sub, network := o.add(asset.System, "帳票システム", "2"), o.add(asset.Network, "庁内網", "2")
	o.rest(ledger, gone)
	o.rest(list, gone)
	o.rest(list, kept)
	o.rest(gone, network)
	o.rest(sub, gone)
	o.rest(kept, sub) // sub on kept would close a circle
	pair, err := o.Look(t.Context(), o.tax, gone, kept)
	if err != nil || pair.Moved != 3 || pair.Left != 1 {
		t.Fatalf("%d move, %d can't: %v", pair.Moved, pair.Left, err)
	}
	if err := o.Merge(t.Context(), o.tax, o.seen(gone), o.seen(kept), nil, ""); err != nil {
		t.Fatal(err)
	}
	around, err := o.relations.Around(t.Context(), o.tax, kept)
	if err != nil {
		t.Fatal(err)
	}
	if said := fmt.Sprint(around.Above.Neighbors, around.Below.Neighbors); !strings.Contains(said, ledger) || !strings.Contains(said, list) || !strings.Contains(said, network) {
		t.Errorf("around it are %s", said)
	}
	if a := o.find(kept); a.Floor[0] != 40 || a.Breaks[asset.FloorRule] == "" {
		t.Errorf("its floor is %v, it breaks %v", a.Floor, a.Breaks)
	}
	if a := o.find(network); a.Floor[0] != 40 {
		t.Errorf("the floor of what it rests on is %v", a.Floor)
	}
	if events, err := o.relations.History(t.Context(), o.tax, ledger); err != nil || len(events) != 3 {
		t.Errorf("%+v, %v", events, err)
	}
}

// What nobody has agreed to yet is asked of the one that stays, and agreed to by nobody.
func TestAnAskGoesOnAsking(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	theirs := func(kind asset.Kind, name, level string) string {
		d := o.find(o.add(kind, name, level)).Details
		code, err := o.register.Register(t.Context(), o.welfare, "fukushi", d)
		must(err)
		return code
	}
	system, ledger := theirs(asset.System, "福祉システム", "2"), theirs(asset.Information, "生活保護台帳", "3A")
	gone, kept := o.add(asset.System, "税システム（旧名）", "3B"), o.add(asset.System, "税システム", "2")
	o.rest(gone, system)
	must(o.relations.Rest(t.Context(), o.welfare, ledger, gone))
	must(o.Merge(t.Context(), o.tax, o.seen(gone), o.seen(kept), nil, ""))
	asks := func(actor authz.Actor, code string) (list []string) {
		t.Helper()
		a, err := o.register.Find(t.Context(), actor, code)
		must(err)
		all, err := o.relations.Asks(t.Context(), actor, a)
		must(err)
		for _, ask := range all {
			list = append(list, ask.Code)
		}
		return list
	}
	if list := asks(o.welfare, system); !slices.Equal(list, []string{kept}) {
		t.Errorf("the other section's system is asked by %v", list)
	}
	if list := asks(o.tax, kept); !slices.Equal(list, []string{ledger}) {
		t.Errorf("the one that stays is asked by %v", list)
	}
	if a := o.find(kept); a.Floor[0] != 0 {
		t.Errorf("what only asks keeps its floor at %v", a.Floor)
	}
	must(o.relations.Answer(t.Context(), o.tax, kept, ledger, true))
	if a := o.find(kept); a.Floor[0] == 0 {
		t.Error("agreed to, it counts for nothing")
	}
}

// What was proposed of the one that ends waits for nobody any more, and who has proposed it
// is told.
func TestAProposalClosesWhenItsAssetIsMerged(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	gone, kept := o.add(asset.Information, "台帳の控え", "2"), o.add(asset.Information, "台帳", "2")
	proposals := propose.New(o.db.Pool, door.New(o.db.Pool, func() time.Time { return today.Start().Add(9 * time.Hour) }), o.register)
	keeper := authz.Actor{Person: o.welfare.Person, Holdings: []authz.Holding{{Role: authz.RegisterKeeper, Section: o.tax.Holdings[0].Section}}}
	d := o.find(gone).Details
	d.Place = "書庫"
	if err := proposals.Propose(t.Context(), keeper, gone, 1, d, "移した"); err != nil {
		t.Fatal(err)
	}
	if err := o.Merge(t.Context(), o.tax, o.seen(gone), o.seen(kept), nil, ""); err != nil {
		t.Fatal(err)
	}
	var open, told int
	if err := o.db.Pool.QueryRow(t.Context(), `
		SELECT (SELECT count(*) FROM asset_proposal WHERE state = 'open'), (SELECT count(*) FROM notice WHERE person_id = $1)`, keeper.Person).Scan(&open, &told); err != nil {
		t.Fatal(err)
	}
	if open != 0 || told != 1 {
		t.Errorf("%d proposals are open, who has proposed it is told %d times", open, told)
	}
}

func TestWhoeverIsElsewhereAndWhateverIsNotThereIsRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	gone, kept := o.add(asset.Information, "台帳", "2"), o.add(asset.Information, "台帳の控え", "2")
	ended := o.add(asset.Information, "誤り", "2")
	if err := o.register.EndAsMistaken(t.Context(), o.tax, ended, 1, "誤り"); err != nil {
		t.Fatal(err)
	}
	other, err := o.register.Register(t.Context(), o.welfare, "fukushi", o.find(gone).Details)
	if err != nil {
		t.Fatal(err)
	}
	for _, into := range []string{"", "zeimu-9999", gone, ended, other} {
		_, err := o.Look(t.Context(), o.tax, gone, into)
		if failure, ok := errors.AsType[*fault.Error](err); !ok || failure.Kind != fault.Invalid || failure.Problems[0].Field != "into" {
			t.Errorf("into %q: %v", into, err)
		}
	}
	// who changes both sections' keeps them apart as well
	both := authz.Actor{Person: o.tax.Person, Holdings: append([]authz.Holding{}, o.tax.Holdings[0], o.welfare.Holdings[0])}
	if err := o.Merge(t.Context(), both, o.seen(gone), merge.Seen{Code: other, Version: 1}, nil, ""); fault.KindOf(err) != fault.Invalid {
		t.Errorf("into another section's: %v", err)
	}
	if err := o.Merge(t.Context(), o.tax, o.seen(gone), merge.Seen{Code: other, Version: 1}, nil, ""); fault.KindOf(err) != fault.NotFound {
		t.Errorf("into what one does not see: %v", err)
	}
	if err := o.Merge(t.Context(), o.welfare, o.seen(gone), o.seen(kept), nil, ""); fault.KindOf(err) != fault.NotFound {
		t.Errorf("by another section's manager: %v", err)
	}
	keeper := authz.Actor{Person: o.tax.Person, Holdings: []authz.Holding{{Role: authz.RegisterKeeper, Section: o.tax.Holdings[0].Section}}}
	if err := o.Merge(t.Context(), keeper, o.seen(gone), o.seen(kept), nil, ""); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("by who only drafts: %v", err)
	}
	if err := o.Merge(t.Context(), o.tax, o.seen(gone), o.seen(kept), nil, strings.Repeat("理", 501)); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a long reason: %v", err)
	}
	older := o.seen(kept)
	d := o.find(kept).Details
	d.Note = "追記"
	if err := o.register.Change(t.Context(), o.tax, kept, 1, d, ""); err != nil {
		t.Fatal(err)
	}
	if err := o.Merge(t.Context(), o.tax, o.seen(gone), older, nil, ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("the other has changed: %v", err)
	}
	if o.find(gone).State != asset.Registered {
		t.Error("it has ended all the same")
	}
}

// Two that merge each into the other at once: one does, the other is told.
func TestTheSecondOfTwoAtOnceIsTold(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	one, two := o.seen(o.add(asset.Information, "台帳", "2")), o.seen(o.add(asset.Information, "台帳", "2"))
	var all sync.WaitGroup
	errs := make([]error, 2)
	for i, pair := range [][2]merge.Seen{{one, two}, {two, one}} {
		all.Go(func() { errs[i] = o.Merge(t.Context(), o.tax, pair[0], pair[1], nil, "") })
	}
	all.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || fault.KindOf(errors.Join(errs...)) != fault.Conflict {
		t.Errorf("%v", errs)
	}
	if n := o.counted(); n != 1 {
		t.Errorf("%d count", n)
	}
}

// What the law has a town publish stays in its book: the entry of the one that ends becomes
// that of the one that stays, unless that has one.
func TestTheBookKeepsTheFileOfOneThatIsMerged(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	through := door.New(o.db.Pool, func() time.Time { return today.Start().Add(9 * time.Hour) })
	files := filebook.New(o.db.Pool, through, o.register, find.New(o.db.Pool, o.register))
	personal := func(d *asset.Details) { d.Personal = asset.PlainPersonal }
	entry := func(purpose string) filebook.Entry {
		return filebook.Entry{Name: "課税台帳", Body: "鏡石町長", Section: "税務課", Purpose: purpose, Items: "氏名", Scope: "納税者", Collection: "申告", Sensitive: "no", Desk: "総務課", Processing: "computer", Headcount: "thousand"}
	}
	book := func() (purposes []string) {
		t.Helper()
		list, err := files.Book(t.Context(), o.tax, find.Search{Sort: find.ByCode})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			purposes = append(purposes, f.Asset.Code+f.Entry.Purpose)
		}
		return purposes
	}
	first, second, third := o.add(asset.Information, "課税台帳", "3B", personal), o.add(asset.Information, "課税台帳二", "3B", personal), o.add(asset.Information, "課税台帳三", "3B", personal)
	for code, purpose := range map[string]string{first: "課税", third: "徴収"} {
		if err := files.Write(t.Context(), o.tax, code, 0, entry(purpose)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		gone, kept string
		files      filebook.Kept
		want       []string
	}{
		{first, second, filebook.Kept{Moves: true}, []string{second + "課税", third + "徴収"}},
		{second, third, filebook.Kept{Drops: true}, []string{third + "徴収"}},
	} {
		pair, err := o.Look(t.Context(), o.tax, c.gone, c.kept)
		if err != nil || pair.Files != c.files {
			t.Errorf("of %s and %s: %+v, %v", c.gone, c.kept, pair.Files, err)
		}
		if err := o.Merge(t.Context(), o.tax, o.seen(c.gone), o.seen(c.kept), nil, ""); err != nil {
			t.Fatal(err)
		}
		if got := book(); !slices.Equal(got, c.want) {
			t.Errorf("%s in %s: %v, want %v", c.gone, c.kept, got, c.want)
		}
	}
	f, err := files.Find(t.Context(), o.tax, second)
	if err != nil || f.Entry.Purpose != "課税" {
		t.Errorf("at the one that ended: %+v, %v", f, err)
	}
}

// What somebody has out is not merged away: it would be there by its other number.
func TestWhatIsOutStays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	gone, kept := o.add(asset.Medium, "USBメモリー（重複）", "2"), o.add(asset.Medium, "USBメモリー", "2")
	_, err := o.db.Pool.Exec(t.Context(), `
		INSERT INTO loan (code, asset_id, asset_name, section_id, holder_id, asked_by, asked_at, taker_id, purpose, place, from_on, until_on, safeguards, state, decided_by, decided_on, handed_by, handed_at)
		SELECT '8-0001', a.id, a.name, a.section_id, a.section_id, $2, $4, $2, '訪問', '町内', $5, $5, '{}', 'handed', $3, $5, $3, $4 FROM asset a WHERE a.code = $1`,
		gone, o.tax.Person, o.welfare.Person, today.Start(), today)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Look(t.Context(), o.tax, gone, kept); fault.KindOf(err) != fault.Invalid {
		t.Errorf("it is offered: %v", err)
	}
	if err := o.Merge(t.Context(), o.tax, o.seen(gone), o.seen(kept), nil, "同じもの"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("it is merged away: %v", err)
	}
	if err := o.Merge(t.Context(), o.tax, o.seen(kept), o.seen(gone), nil, "同じもの"); err != nil {
		t.Errorf("the other is not merged into it: %v", err)
	}
}
