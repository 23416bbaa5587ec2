package propose_test

import (
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/level"
	"kagami/internal/asset/many"
	"kagami/internal/asset/merge"
	"kagami/internal/asset/propose"
	"kagami/internal/asset/relation"
	"kagami/internal/asset/tied"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/task"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

var today = calendar.NewDate(2026, time.November, 24)

// office is a register with two sections, and a 台帳担当者 of the first.
type office struct {
	*propose.Service
	t              *testing.T
	db             pgtest.DB
	assets         *asset.Service
	many           *many.Service
	keeper, second authz.Actor // of zeimu
	manager, other authz.Actor // the 情報セキュリティ管理者, of zeimu and fukushi
	system         authz.Actor // the 情報システム管理者 of zeimu, who may change but not confirm
}

func newOffice(t *testing.T) office {
	t.Helper()
	db := databases.New(t)
	through := door.New(db.Pool, func() time.Time { return today.Start().Add(9 * time.Hour) })
	o := office{t: t, db: db, assets: asset.New(db.Pool, through).With(asset.Ties{Awaiting: propose.Awaiting, Drafted: propose.Drafted, Ended: propose.Ended})}
	o.Service, o.many = propose.New(db.Pool, through, o.assets), many.New(db.Pool, through, o.assets)
	town := org.New(db.Pool, through)
	var sections []int64
	for i, code := range []string{"zeimu", "fukushi"} {
		id, err := town.AddSection(t.Context(), authz.AsOperator(), org.Section{Code: code, Name: code, Kind: org.Internal, Position: i})
		must(t, err)
		sections = append(sections, id)
	}
	somebody := func(n int, role authz.Role, section int64) authz.Actor {
		id, err := town.AddPerson(t.Context(), authz.AsOperator(), org.Person{StaffNumber: fmt.Sprint("P", n), Name: fmt.Sprint("見本 ", n), Furigana: "ミホン"})
		must(t, err)
		return authz.Actor{Person: id, Holdings: []authz.Holding{{Role: authz.Staff, Section: section}, {Role: role, Section: section}}}
	}
	o.keeper, o.second = somebody(1, authz.RegisterKeeper, sections[0]), somebody(2, authz.RegisterKeeper, sections[0])
	o.manager, o.other = somebody(3, authz.SecurityManager, sections[0]), somebody(4, authz.SecurityManager, sections[1])
	o.system = somebody(5, authz.SystemManager, sections[0])
	// those who draft are so in the organization too
	post, err := town.AddPost(t.Context(), authz.AsOperator(), org.Post{Section: sections[0], Title: "職員"})
	must(t, err)
	head, err := town.AddPost(t.Context(), authz.AsOperator(), org.Post{Section: sections[0], Title: "担当副課長"})
	must(t, err)
	must(t, town.AddRule(t.Context(), authz.AsOperator(), org.Rule{Title: "担当副課長", Role: authz.SystemManager}))
	for person, at := range map[int64]int64{o.keeper.Person: post, o.second.Person: post, o.system.Person: head} {
		must(t, town.Appoint(t.Context(), authz.AsOperator(), org.Appointment{Person: person, Post: at, First: today}, org.Beside))
	}
	for _, keeper := range []authz.Actor{o.keeper, o.second} {
		_, err := db.Pool.Exec(t.Context(), `INSERT INTO register_keeper (section_id, person_id, period) VALUES ($1, $2, daterange($3, NULL))`, sections[0], keeper.Person, today)
		must(t, err)
	}
	return o
}

// on is the same office some days after today.
func (o office) on(days int) office {
	through := door.New(o.db.Pool, func() time.Time { return today.AddDays(days).Start().Add(9 * time.Hour) })
	o.assets = asset.New(o.db.Pool, through).With(asset.Ties{Awaiting: propose.Awaiting, Drafted: propose.Drafted, Ended: propose.Ended})
	o.Service = propose.New(o.db.Pool, through, o.assets)
	return o
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func mustBe(t *testing.T, what string, err error, kind fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		t.Errorf("%s: %v", what, err)
	}
}

func ledger() asset.Details {
	return asset.Details{
		Kind: asset.Information, Name: "軽自動車税の課税台帳", Confidentiality: "3C", Integrity: "2", Availability: "1",
		Personal: asset.PlainPersonal, Zone: asset.LGWANZone, RegisteredOn: today,
	}
}

func (o office) draft(d asset.Details) string {
	o.t.Helper()
	code, err := o.assets.Register(o.t.Context(), o.keeper, "zeimu", d)
	must(o.t, err)
	return code
}

func (o office) find(code string) asset.Asset {
	o.t.Helper()
	a, err := o.assets.Find(o.t.Context(), o.manager, code)
	must(o.t, err)
	return a
}

func (o office) history(code string) []asset.Event {
	o.t.Helper()
	list, err := o.assets.History(o.t.Context(), o.manager, o.find(code))
	must(o.t, err)
	return list
}

func (o office) counts(actor authz.Actor) (found propose.Counts) {
	o.t.Helper()
	var b task.Batch
	o.QueueCounts(&b, actor, func(c propose.Counts) { found = c })
	must(o.t, b.Run(o.t.Context(), o.db.Pool))
	return found
}

func (o office) notices(person int64) (n int) {
	o.t.Helper()
	must(o.t, o.db.Pool.QueryRow(o.t.Context(), `SELECT count(*) FROM notice WHERE person_id = $1`, person).Scan(&n))
	return n
}

func TestWhatAKeeperRegistersIsADraftThatTheManagerConfirms(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	open := ledger()
	open.Zone = ""
	whole, unsettled := o.draft(ledger()), o.draft(open)
	if a := o.find(whole); a.State != asset.Draft {
		t.Fatalf("registered as %s", a.State)
	}
	if got := o.counts(o.manager); got != (propose.Counts{Drafts: 1, Unregistered: 2, Section: "zeimu"}) {
		t.Errorf("%+v wait", got)
	}
	if o.counts(o.other) != (propose.Counts{}) || o.counts(o.keeper) != (propose.Counts{}) {
		t.Error("waits for somebody else")
	}
	mustBe(t, "by the keeper", o.Confirm(t.Context(), o.keeper, []propose.Seen{{Code: whole, Version: 1}}), fault.Forbidden)
	mustBe(t, "by another section", o.Confirm(t.Context(), o.other, []propose.Seen{{Code: whole, Version: 1}}), fault.NotFound)
	mustBe(t, "with one that is open", o.Confirm(t.Context(), o.manager, []propose.Seen{{Code: whole, Version: 1}, {Code: unsettled, Version: 1}}), fault.Conflict)
	if o.find(whole).State != asset.Draft {
		t.Error("a part of them was confirmed")
	}
	// what is settled waits, though it is changed by who may only draft
	must(t, o.assets.Change(t.Context(), o.keeper, unsettled, 1, ledger(), ""))
	if a := o.find(unsettled); a.State != asset.Draft {
		t.Errorf("a keeper's change made it %s", a.State)
	}
	mustBe(t, "on an older version", o.Confirm(t.Context(), o.manager, []propose.Seen{{Code: unsettled, Version: 1}}), fault.Conflict)
	mustBe(t, "none", o.Confirm(t.Context(), o.manager, nil), fault.Invalid)
	must(t, o.Confirm(t.Context(), o.manager, []propose.Seen{{Code: whole, Version: 1}, {Code: unsettled, Version: 2}}))
	for _, code := range []string{whole, unsettled} {
		if a, h := o.find(code), o.history(code); a.State != asset.Registered || h[0].By != "見本 3" || h[0].Why != "見本 1の下書きを確認した" {
			t.Errorf("%s: %s, %+v", code, a.State, h[0])
		}
	}
	mustBe(t, "twice", o.Confirm(t.Context(), o.manager, []propose.Seen{{Code: whole, Version: 2}}), fault.Conflict)
}

// What the 管理者 registers needs nobody's confirmation.
func TestAManagersOwnIsRegisteredAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code, err := o.assets.Register(t.Context(), o.manager, "zeimu", ledger())
	must(t, err)
	if o.find(code).State != asset.Registered {
		t.Error("waits")
	}
	mustBe(t, "changed by a keeper", o.assets.Change(t.Context(), o.keeper, code, 1, ledger(), ""), fault.Forbidden)
	mustBe(t, "ended by a keeper", o.assets.EndAsMistaken(t.Context(), o.keeper, code, 1, "誤り"), fault.Forbidden)
}

// Who has drafted it has become the 管理者 since: the role above confirms.
func TestNobodyConfirmsTheirOwn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.draft(ledger())
	promoted := o.keeper
	promoted.Holdings = o.manager.Holdings
	seen := propose.Seen{Code: code, Version: 1}
	mustBe(t, "their own", o.Confirm(t.Context(), promoted, []propose.Seen{seen}), fault.Forbidden)
	mustBe(t, "sent back by themselves", o.SendBack(t.Context(), promoted, seen, "直す"), fault.Forbidden)
	if o.counts(promoted).Drafts != 0 {
		t.Error("waits for who has drafted it")
	}
	if may, err := o.MayConfirm(t.Context(), promoted, o.find(code), o.keeper.Person); may || err != nil {
		t.Errorf("is offered it: %v", err)
	}
}

// Who may change assets mends a draft of a keeper's, but does not register it.
func TestAKeepersDraftStaysOneWhoeverChangesIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.draft(ledger())
	for version, by := range []authz.Actor{o.system, o.manager, o.system} {
		d := ledger()
		d.Place = fmt.Sprint("書庫", version)
		must(t, o.assets.Change(t.Context(), by, code, version+1, d, ""))
		if a := o.find(code); a.State != asset.Draft || a.Version != version+2 {
			t.Fatalf("changed by %d it is %s", by.Person, a.State)
		}
	}
	if got := o.counts(o.manager); got.Drafts != 1 {
		t.Errorf("%+v wait", got)
	}
	if d, err := o.Draft(t.Context(), o.manager, o.find(code)); d.By != "見本 1" || err != nil {
		t.Errorf("is a draft of %q: %v", d.By, err)
	}
	// what came with many leaves it one, too
	is := ledger()
	is.Place = "取り込んだ書庫"
	must(t, o.many.Change(t.Context(), o.system, many.Asked{Numbers: []string{code}}, func(_ *door.Tx, found many.Standing) (iter.Seq[asset.Entry], error) {
		return slices.Values([]asset.Entry{{Was: found.Assets[0], Is: is, State: asset.Registered}}), nil
	}))
	if a := o.find(code); a.State != asset.Draft || a.Place != is.Place {
		t.Errorf("after an import it is %s", a.State)
	}
	mustBe(t, "by who may only change", o.Confirm(t.Context(), o.system, []propose.Seen{{Code: code, Version: 5}}), fault.Forbidden)
	must(t, o.Confirm(t.Context(), o.manager, []propose.Seen{{Code: code, Version: 5}}))
	if a := o.find(code); a.State != asset.Registered {
		t.Errorf("confirmed it is %s", a.State)
	}
}

// imported is a draft that the 管理者 has taken in, with something to settle.
func (o office) imported() string {
	o.t.Helper()
	open := ledger()
	open.Zone = ""
	must(o.t, o.many.Change(o.t.Context(), o.manager, many.Asked{}, func(_ *door.Tx, found many.Standing) (iter.Seq[asset.Entry], error) {
		place := found.Places[slices.IndexFunc(found.Places, func(p many.Place) bool { return p.Mine })]
		return slices.Values([]asset.Entry{{Section: place.ID, Is: open, State: asset.Draft}}), nil
	}))
	return "zeimu-0001"
}

// Who has written in a draft has not begun it: what the 管理者 has imported is not a keeper's
// to end.
func TestADraftIsWithdrawnOnlyByWhoHasBegunIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.imported()
	noted := o.find(code).Details
	noted.Note = "追記"
	must(t, o.assets.Change(t.Context(), o.keeper, code, 1, noted, ""))
	mustBe(t, "what the manager has begun", o.Withdraw(t.Context(), o.keeper, propose.Seen{Code: code, Version: 2}, 0), fault.Forbidden)
	_, err := o.OwnOf(t.Context(), o.keeper, o.find(code))
	mustBe(t, "asked before", err, fault.NotFound)
	if list, err := o.Own(t.Context(), o.keeper); err != nil || len(list) != 1 || list[0].MayWithdraw {
		t.Errorf("%+v, %v", list, err)
	}
	begun := o.draft(ledger())
	noted = ledger()
	noted.Note = "追記"
	must(t, o.assets.Change(t.Context(), o.second, begun, 1, noted, ""))
	mustBe(t, "what another keeper has begun", o.Withdraw(t.Context(), o.second, propose.Seen{Code: begun, Version: 2}, 0), fault.Forbidden)
	must(t, o.Withdraw(t.Context(), o.keeper, propose.Seen{Code: begun, Version: 2}, 0))
	if o.find(begun).State != asset.Mistaken || o.find(code).State != asset.Draft {
		t.Errorf("they are %s and %s", o.find(begun).State, o.find(code).State)
	}
}

// A draft in which another keeper has written is still on the list of the first, who is told
// what becomes of it.
func TestADraftIsOfAllWhoHaveWrittenInIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.draft(ledger())
	noted := ledger()
	noted.Note = "追記"
	must(t, o.assets.Change(t.Context(), o.second, code, 1, noted, ""))
	for _, who := range []authz.Actor{o.keeper, o.second} {
		list, err := o.Own(t.Context(), who)
		counts, more := o.OwnCounts(t.Context(), who)
		if err != nil || more != nil || len(list) != 1 || counts.All != 1 || list[0].MayWithdraw != (who.Person == o.keeper.Person) {
			t.Errorf("of %d: %+v, %+v, %v, %v", who.Person, list, counts, err, more)
		}
	}
	told := func(first, second int) {
		t.Helper()
		if a, b := o.notices(o.keeper.Person), o.notices(o.second.Person); a != first || b != second {
			t.Errorf("they are told %d and %d times", a, b)
		}
	}
	must(t, o.SendBack(t.Context(), o.manager, propose.Seen{Code: code, Version: 2}, "保存先を書いてください。"))
	told(1, 1)
	must(t, o.Withdraw(t.Context(), o.keeper, propose.Seen{Code: code, Version: 2}, 0))
	told(1, 2)
	ended := o.draft(ledger())
	must(t, o.assets.EndAsMistaken(t.Context(), o.manager, ended, 1, "二重に登録した"))
	told(2, 2)
}

// A draft into which another was merged stands for both: its withdrawal would end both.
func TestADraftThatHasTakenAnotherInIsNotWithdrawn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	gone, kept := o.draft(ledger()), o.draft(ledger())
	through := door.New(o.db.Pool, func() time.Time { return today.Start() })
	must(t, merge.New(o.db.Pool, through, o.assets).Merge(t.Context(), o.manager, merge.Seen{Code: gone, Version: 1}, merge.Seen{Code: kept, Version: 1}, nil, "同じもの"))
	a := o.find(kept)
	mustBe(t, "withdrawn", o.Withdraw(t.Context(), o.keeper, propose.Seen{Code: kept, Version: a.Version}, 0), fault.Conflict)
	if list, err := o.Own(t.Context(), o.keeper); err != nil || len(list) != 1 || list[0].MayWithdraw {
		t.Errorf("%+v, %v", list, err)
	}
}

// Only who drafts mends what was sent back: a change of somebody else's leaves it with them.
func TestWhatWasSentBackWaitsAgainOnceADrafterHasChangedIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.draft(ledger())
	must(t, o.SendBack(t.Context(), o.manager, propose.Seen{Code: code, Version: 1}, "機密性を直してください。"))
	edit := func(by authz.Actor, place string) {
		t.Helper()
		a := o.find(code)
		a.Place = place
		must(t, o.assets.Change(t.Context(), by, code, a.Version, a.Details, ""))
	}
	stands := func(what, words string, waits int, again bool) {
		t.Helper()
		d, err := o.Draft(t.Context(), o.manager, o.find(code))
		if err != nil || d.SentBack != words || (d.SentBackBy == "") != (words == "") || d.Again != again || o.counts(o.manager).Drafts != waits {
			t.Errorf("after %s: %+v, %+v, %v", what, d, o.counts(o.manager), err)
		}
	}
	edit(o.manager, "書庫1")
	edit(o.system, "書庫2")
	edit(o.system, "書庫3")
	must(t, o.many.Change(t.Context(), o.manager, many.Asked{Numbers: []string{code}}, func(_ *door.Tx, found many.Standing) (iter.Seq[asset.Entry], error) {
		is := found.Assets[0].Details
		is.Owner = "新しい課長"
		return slices.Values([]asset.Entry{{Was: found.Assets[0], Is: is, State: asset.Draft}}), nil
	}))
	stands("the changes of others", "機密性を直してください。", 0, false)
	for who, back := range map[*authz.Actor]int{&o.keeper: 1, &o.system: 0} {
		if own, err := o.OwnCounts(t.Context(), *who); err != nil || own != (propose.OwnCounts{All: 1, DraftsBack: back}) {
			t.Errorf("%d is asked to mend: %+v, %v", who.Person, own, err)
		}
	}
	edit(o.second, "書庫4")
	stands("another keeper's change", "", 1, true)
	must(t, o.SendBack(t.Context(), o.manager, propose.Seen{Code: code, Version: o.find(code).Version}, "完全性も直してください。"))
	promoted := o.second
	promoted.Holdings = o.manager.Holdings
	edit(promoted, "書庫5")
	stands("the change of who has drafted it last, and is promoted", "", 1, true)
}

// Where all who could confirm something have prepared it, it waits for the role above.
func TestWhatAllManagersHavePreparedWaitsForTheRoleAbove(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	registered, err := o.assets.Register(t.Context(), o.manager, "zeimu", ledger())
	must(t, err)
	changed := ledger()
	changed.Place = "書庫"
	must(t, o.Propose(t.Context(), o.keeper, registered, 1, changed, ""))
	code := o.draft(ledger())
	town, operator := org.New(o.db.Pool, door.New(o.db.Pool, func() time.Time { return today.Start() })), authz.AsOperator()
	appoint := func(who authz.Actor, section int64, title string, role authz.Role) {
		t.Helper()
		must(t, town.AddRule(t.Context(), operator, org.Rule{Title: title, Role: role}))
		post, err := town.AddPost(t.Context(), operator, org.Post{Section: section, Title: title})
		must(t, err)
		must(t, town.Appoint(t.Context(), operator, org.Appointment{Person: who.Person, Post: post, First: today}, org.Beside))
	}
	section := o.keeper.Holdings[0].Section
	holding := func(who authz.Actor, role authz.Role) authz.Actor {
		return authz.Actor{Person: who.Person, On: today, Holdings: []authz.Holding{{Role: role}}}
	}
	officer, above := holding(o.other, authz.GeneralSecurityOfficer), holding(o.system, authz.CISO)
	waits := func(what string, who authz.Actor, drafts, proposals int) {
		t.Helper()
		list, err := o.Waiting(t.Context(), who)
		counts := o.counts(who)
		if err != nil || len(list) != drafts+proposals || counts.Drafts != drafts || counts.Proposals != proposals {
			t.Errorf("%s: %+v, %+v, %v", what, list, counts, err)
		}
		a := o.find(code)
		draft, err := o.Draft(t.Context(), o.manager, a)
		must(t, err)
		if may, err := o.MayConfirmDraft(t.Context(), who, a, draft); err != nil || may != (drafts > 0) {
			t.Errorf("%s: %t may be confirmed, %v", what, may, err)
		}
	}
	waits("where nobody who drafts confirms", officer, 0, 0)
	appoint(o.keeper, section, "課長", authz.SecurityManager)
	waits("where the only manager has drafted", officer, 1, 1)
	waits("two above", above, 0, 0)
	changed = ledger()
	changed.Note = "追記"
	must(t, o.assets.Change(t.Context(), o.second, code, 1, changed, ""))
	waits("where another keeper has written last", officer, 1, 1)
	appoint(o.second, section, "参事", authz.SecurityManager)
	waits("where both managers have written in the draft", officer, 1, 0)
	appoint(o.second, section, "総務部長", authz.GeneralSecurityOfficer)
	waits("two above, where the one between has written in it", above, 1, 0)
	appoint(o.manager, section, "課長補佐", authz.SecurityManager)
	waits("where another manager has not", officer, 0, 0)
	waits("two above, where another manager has not", above, 0, 0)
	waits("of the manager who has not", authz.Actor{Person: o.manager.Person, On: today, Holdings: o.manager.Holdings}, 1, 1)
}

// A draft that came with a town's register is nobody's: who may change registers it.
func TestAnImportedDraftIsRegisteredByWhoSettlesIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	open := ledger()
	open.Zone = ""
	must(t, o.many.Change(t.Context(), o.manager, many.Asked{}, func(_ *door.Tx, found many.Standing) (iter.Seq[asset.Entry], error) {
		return slices.Values([]asset.Entry{{Section: found.Places[0].ID, Is: open, State: asset.Draft}}), nil
	}))
	must(t, o.assets.Change(t.Context(), o.system, "zeimu-0001", 1, ledger(), ""))
	if a := o.find("zeimu-0001"); a.State != asset.Registered {
		t.Errorf("settled it is %s", a.State)
	}
}

// Neither by editing, nor after somebody else has: who has written in it does not confirm it.
func TestNobodyConfirmsTheirOwnByEditing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.draft(ledger())
	promoted := o.keeper
	promoted.Holdings = o.manager.Holdings
	d := ledger()
	d.Place = "書庫"
	must(t, o.assets.Change(t.Context(), promoted, code, 1, d, ""))
	if a := o.find(code); a.State != asset.Draft {
		t.Fatalf("their own edit made it %s", a.State)
	}
	d.Place = "税務システム"
	must(t, o.assets.Change(t.Context(), o.second, code, 2, d, ""))
	seen := propose.Seen{Code: code, Version: 3}
	mustBe(t, "after another keeper's edit", o.Confirm(t.Context(), promoted, []propose.Seen{seen}), fault.Forbidden)
	mustBe(t, "sent back", o.SendBack(t.Context(), promoted, seen, "直す"), fault.Forbidden)
	draft, err := o.Draft(t.Context(), promoted, o.find(code))
	must(t, err)
	if may, err := o.MayConfirmDraft(t.Context(), promoted, o.find(code), draft); may || err != nil || o.counts(promoted).Drafts != 0 {
		t.Errorf("is offered it: %t, %v", may, err)
	}
	must(t, o.Confirm(t.Context(), o.manager, []propose.Seen{seen}))
}

func TestADraftIsSentBackWithWords(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.draft(ledger())
	seen := propose.Seen{Code: code, Version: 1}
	mustBe(t, "without words", o.SendBack(t.Context(), o.manager, seen, " "), fault.Invalid)
	mustBe(t, "with too many", o.SendBack(t.Context(), o.manager, seen, strings.Repeat("あ", 501)), fault.Invalid)
	must(t, o.SendBack(t.Context(), o.manager, seen, "保存先を書いてください。"))
	if o.notices(o.keeper.Person) != 1 || o.counts(o.manager).Drafts != 0 {
		t.Error("the keeper is not told, or it waits still")
	}
	mustBe(t, "confirmed meanwhile", o.Confirm(t.Context(), o.manager, []propose.Seen{seen}), fault.Conflict)
	better := ledger()
	better.Place = "税務システム"
	must(t, o.assets.Change(t.Context(), o.keeper, code, 1, better, ""))
	if o.counts(o.manager).Drafts != 1 {
		t.Error("does not wait again")
	}
}

func TestAProposalChangesOnlyWhatItSays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code, err := o.assets.Register(t.Context(), o.manager, "zeimu", ledger())
	must(t, err)
	proposed := ledger()
	proposed.Place, proposed.Handling = "税務システム", []asset.Handling{asset.NoPrint}
	mustBe(t, "nothing", o.Propose(t.Context(), o.keeper, code, 1, ledger(), ""), fault.Invalid)
	mustBe(t, "by another section", o.Propose(t.Context(), o.other, code, 1, proposed, ""), fault.NotFound)
	must(t, o.Propose(t.Context(), o.keeper, code, 1, proposed, "移した"))
	mustBe(t, "beside another's", o.Propose(t.Context(), o.second, code, 1, proposed, ""), fault.Conflict)
	if got := o.counts(o.manager); got.Proposals != 1 {
		t.Errorf("%+v wait", got)
	}
	if o.find(code).Place != "" {
		t.Fatal("changed already")
	}
	first, err := o.Open(t.Context(), o.manager, o.find(code))
	must(t, err)
	must(t, o.Propose(t.Context(), o.keeper, code, 1, proposed, "移した")) // replaces it
	p, err := o.Open(t.Context(), o.manager, o.find(code))
	must(t, err)
	// meanwhile the 管理者 changes something else
	noted := ledger()
	noted.Note = "毎年見直す"
	must(t, o.assets.Change(t.Context(), o.manager, code, 1, noted, ""))
	mustBe(t, "on the older version", o.ConfirmProposal(t.Context(), o.manager, propose.Seen{Code: code, Version: 1}, p.ID), fault.Conflict)
	mustBe(t, "that was replaced", o.ConfirmProposal(t.Context(), o.manager, propose.Seen{Code: code, Version: 2}, first.ID), fault.Conflict)
	mustBe(t, "by the keeper", o.ConfirmProposal(t.Context(), o.keeper, propose.Seen{Code: code, Version: 2}, p.ID), fault.Forbidden)
	must(t, o.ConfirmProposal(t.Context(), o.manager, propose.Seen{Code: code, Version: 2}, p.ID))
	a, h := o.find(code), o.history(code)
	if a.Place != "税務システム" || a.Note != "毎年見直す" || len(a.Handling) != 1 || h[0].Why != "見本 1の提案を確認した：移した" || h[0].By != "見本 3" {
		t.Errorf("%+v, %+v", a.Details, h[0])
	}
	mustBe(t, "twice", o.ConfirmProposal(t.Context(), o.manager, propose.Seen{Code: code, Version: 3}, p.ID), fault.Conflict)
}

func TestAProposalIsSentBackOrWithdrawn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code, err := o.assets.Register(t.Context(), o.manager, "zeimu", ledger())
	must(t, err)
	proposed := ledger()
	proposed.Place = "共有フォルダ"
	seen := propose.Seen{Code: code, Version: 1}
	must(t, o.Propose(t.Context(), o.keeper, code, 1, proposed, ""))
	p, err := o.Open(t.Context(), o.manager, o.find(code))
	must(t, err)
	must(t, o.SendProposalBack(t.Context(), o.manager, seen, p.ID, "税務システムのままです。"))
	if o.notices(o.keeper.Person) != 1 {
		t.Error("the keeper is not told")
	}
	must(t, o.Propose(t.Context(), o.second, code, 1, proposed, ""))
	p, err = o.Open(t.Context(), o.manager, o.find(code))
	must(t, err)
	mustBe(t, "another's", o.Withdraw(t.Context(), o.keeper, seen, p.ID), fault.Forbidden)
	must(t, o.Withdraw(t.Context(), o.second, seen, p.ID))
	mustBe(t, "twice", o.Withdraw(t.Context(), o.second, seen, p.ID), fault.Conflict)
	if p, err := o.Open(t.Context(), o.manager, o.find(code)); p.ID != 0 || err != nil {
		t.Errorf("%+v waits still: %v", p, err)
	}
}

// Two who confirm at once change it once.
func TestTwoConfirmAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.draft(ledger())
	var wg sync.WaitGroup
	failed := make(chan error, 2)
	for range 2 {
		wg.Go(func() { failed <- o.Confirm(t.Context(), o.manager, []propose.Seen{{Code: code, Version: 1}}) })
	}
	wg.Wait()
	if first, second := <-failed, <-failed; (first == nil) == (second == nil) || len(o.history(code)) != 2 {
		t.Errorf("%v and %v, %d versions", first, second, len(o.history(code)))
	}
}

// A draft at a level that is no more is not registered by a confirmation, and one that does
// not fit a rule is registered as what it is.
func TestADraftIsConfirmedByTheRulesOfTheDay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	misplaced := ledger()
	misplaced.Name, misplaced.Confidentiality, misplaced.Zone = "催しの名簿", "3B", asset.InternetZone
	code, other := o.draft(ledger()), o.draft(misplaced)
	officer := authz.Actor{Person: o.other.Person, Holdings: []authz.Holding{{Role: authz.GeneralSecurityOfficer}}}
	through := door.New(o.db.Pool, func() time.Time { return today.Start() })
	must(t, edition.NewService(o.db.Pool, through, asset.EditionKinds()...).Say(t.Context(), officer, level.Levels.Name,
		edition.Say{Cells: []string{"機密性 3C"}, What: "struck", First: today, Reason: "見本"}))
	if err := o.Confirm(t.Context(), o.manager, []propose.Seen{{Code: code, Version: 1}}); fault.KindOf(err) != fault.Conflict || o.find(code).State != asset.Draft {
		t.Errorf("%v; it is %s", err, o.find(code).State)
	}
	must(t, o.Confirm(t.Context(), o.manager, []propose.Seen{{Code: other, Version: 1}}))
	if a := o.find(other); a.State != asset.Registered || a.Breaks[asset.InternetRule] == "" {
		t.Errorf("%s, breaks %v", a.State, a.Breaks)
	}
}

// What is proposed of an asset that ends meanwhile waits for nobody any more.
func TestAProposalClosesWhenItsAssetEnds(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code, err := o.assets.Register(t.Context(), o.manager, "zeimu", ledger())
	must(t, err)
	proposed := ledger()
	proposed.Place = "共有フォルダ"
	must(t, o.Propose(t.Context(), o.keeper, code, 1, proposed, ""))
	must(t, o.assets.EndAsMistaken(t.Context(), o.manager, code, 1, "二重に登録した"))
	if p, err := o.Open(t.Context(), o.keeper, o.find(code)); p.ID != 0 || err != nil {
		t.Errorf("%+v is open still: %v", p, err)
	}
	if o.notices(o.keeper.Person) != 1 {
		t.Error("who has proposed it is not told")
	}
}

// Waiting says in SQL what asset.Details.Open says: of every combination they must agree.
func TestWaitingAgreesWithWhatIsOpen(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	want := map[string]bool{}
	add := func(confidentiality, integrity, availability, zone string, personal asset.Personal, work asset.NumberWork) {
		d := ledger()
		d.Confidentiality, d.Integrity, d.Availability, d.Zone, d.Personal, d.NumberWork = confidentiality, integrity, availability, zone, personal, work
		code := fmt.Sprintf("zeimu-%04d", len(want)+1)
		_, err := o.db.Pool.Exec(t.Context(), `
			WITH a AS (
				INSERT INTO asset (code, section_id, state, kind, name, confidentiality, integrity, availability, ranks, personal, number_work, zone, registered_on)
				VALUES ($1, (SELECT id FROM section WHERE code = 'zeimu'), 'draft', 'information', $1, $2, $3, $4, '{0,0,0}', $5, $6, $7, '2026-11-24') RETURNING id)
			INSERT INTO asset_draft (asset_id, drafted_by, drafted_at, writers) SELECT id, $8, now(), ARRAY[$8::bigint] FROM a`,
			code, confidentiality, integrity, availability, personal, work, zone, o.keeper.Person)
		must(t, err)
		want[code] = len(d.Open()) == 0
	}
	for _, confidentiality := range []string{"", asset.Unsettled, "3B"} {
		for i := range 8 {
			integrity, availability, zone := "2", "1", asset.LGWANZone
			if i&1 != 0 {
				integrity = ""
			}
			if i&2 != 0 {
				availability = ""
			}
			if i&4 != 0 {
				zone = ""
			}
			add(confidentiality, integrity, availability, zone, asset.PlainPersonal, asset.NoNumberWork)
			add(confidentiality, integrity, availability, zone, asset.MyNumberBorne, asset.NoNumberWork)
			add(confidentiality, integrity, availability, zone, asset.MyNumberBorne, asset.NumberUse)
		}
	}
	list, err := o.Waiting(t.Context(), o.manager)
	must(t, err)
	waits := map[string]bool{}
	for _, l := range list {
		waits[l.Code] = true
	}
	for code, complete := range want {
		if waits[code] != complete {
			t.Errorf("%s waits: %t", code, waits[code])
		}
	}
	if len(want) != 72 || len(list) == 0 {
		t.Errorf("%d drafts, of which %d wait", len(want), len(list))
	}
}

// full is an asset of which every column says something.
func full() asset.Details {
	return asset.Details{
		OwnNumber: "Z-1", Kind: asset.System, Name: "税務システム", Work: "税", Content: "課税", Confidentiality: "3B", Integrity: "2", Availability: "2",
		Answers: "integrity-1=yes", LevelReason: "見直した", Personal: asset.MyNumberBorne, NumberWork: asset.NumberUse, Zone: asset.MyNumberZone, Place: "サーバ室",
		Medium: "電子", Owner: "課長", Users: "課の職員", Handling: []asset.Handling{asset.NoCopy}, Disposal: "消去", KeepUntil: "令和13年度末", Outsourced: "見本の会社",
		EvaluatedBy: "ISMAP", Seat: "日本", MultiFactor: asset.There, TakeoutBarred: asset.There, RegisteredOn: today.AddDays(-1), CheckedOn: today, Note: "備考",
	}
}

// What waits is shown as what it would be: whole, but for what a proposal changes.
func TestWhatWaitsIsShownAsWhatItWouldBe(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, f := range asset.Fields {
		if f.Text(full()) == "" {
			t.Errorf("%s says nothing", f.Key)
		}
	}
	code, err := o.assets.Register(t.Context(), o.manager, "zeimu", full())
	must(t, err)
	line := func() propose.Line {
		t.Helper()
		list, err := o.Waiting(t.Context(), o.manager)
		must(t, err)
		if len(list) != 1 {
			t.Fatalf("%+v wait", list)
		}
		return list[0]
	}
	proposed := full()
	proposed.Note, proposed.MultiFactor, proposed.Handling = "改めた", asset.Missing, nil
	must(t, o.Propose(t.Context(), o.keeper, code, 1, proposed, ""))
	waits := line()
	p, err := o.Open(t.Context(), o.manager, o.find(code))
	must(t, err)
	must(t, o.ConfirmProposal(t.Context(), o.manager, propose.Seen{Code: code, Version: 1}, p.ID))
	if keys := asset.Differing(waits.Would(), o.find(code).Details); len(keys) > 0 {
		t.Errorf("a proposal is shown otherwise than it becomes in %v", keys)
	}
	draft := full()
	draft.OwnNumber = "Z-2"
	code = o.draft(draft)
	waits = line()
	if keys := asset.Differing(waits.Would(), o.find(code).Details); len(keys) > 0 || waits.By != "見本 1" || waits.Proposal {
		t.Errorf("a draft is shown otherwise than it is in %v: %+v", keys, waits)
	}
}

// What somebody has prepared in a section of which they are no 台帳担当者 any more is not
// theirs to go on with.
func TestWhoChangesTheirSectionLeavesTheirDraftsThere(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	drafted := o.draft(ledger())
	registered, err := o.assets.Register(t.Context(), o.manager, "zeimu", ledger())
	must(t, err)
	proposed := ledger()
	proposed.Place = "共有フォルダ"
	must(t, o.Propose(t.Context(), o.keeper, registered, 1, proposed, ""))
	moved := o.keeper
	moved.Holdings = []authz.Holding{{Role: authz.RegisterKeeper, Section: o.other.Holdings[1].Section}}
	for who, c := range map[string]struct {
		actor authz.Actor
		all   int
	}{"who is there": {o.keeper, 2}, "who has gone": {moved, 0}} {
		counts, err := o.OwnCounts(t.Context(), c.actor)
		must(t, err)
		list, err := o.Own(t.Context(), c.actor)
		must(t, err)
		if counts.All != c.all || len(list) != c.all {
			t.Errorf("%s has %+v: %+v", who, counts, list)
		}
		for _, code := range []string{drafted, registered} {
			if _, err := o.OwnOf(t.Context(), c.actor, o.find(code)); (err == nil) != (c.all > 0) {
				t.Errorf("%s may withdraw %s: %v", who, code, err)
			}
		}
	}
}

// A draft that is confirmed on a day on which its level stands higher than on that of the
// draft keeps what it rests on as high.
func TestADraftThatIsConfirmedCarriesItsLevelsOn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	through := func(days int) *door.Door {
		return door.New(o.db.Pool, func() time.Time { return today.AddDays(days).Start().Add(9 * time.Hour) })
	}
	system := full()
	system.OwnNumber = ""
	bearer, err := tied.New(o.db.Pool, through(0)).Register(t.Context(), o.manager, "zeimu", system)
	must(t, err)
	code := o.draft(ledger())
	must(t, relation.New(o.db.Pool, through(0), tied.New(o.db.Pool, through(0))).Rest(t.Context(), o.manager, code, bearer))
	floor := o.find(bearer).Floor[0]
	officer := authz.Actor{Person: o.other.Person, Holdings: []authz.Holding{{Role: authz.GeneralSecurityOfficer}}}
	must(t, edition.NewService(o.db.Pool, through(1), asset.EditionKinds()...).Say(t.Context(), officer, level.Levels.Name,
		edition.Say{Cells: []string{"機密性 3C", "自治体機密性3C", "町では重く扱う", "45"}, What: "own", First: today.AddDays(1), Reason: "見本"}))
	must(t, propose.New(o.db.Pool, through(1), tied.New(o.db.Pool, through(1))).Confirm(t.Context(), o.manager, []propose.Seen{{Code: code, Version: 1}}))
	if got := o.find(bearer).Floor[0]; floor == 45 || got != 45 {
		t.Errorf("what it rests on has the floor %d, after %d", got, floor)
	}
}

// What was sent back stays with who has proposed it, until they propose anew or withdraw it.
func TestWhatIsSentBackIsTheirsUntilTheyHandItInAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code, err := o.assets.Register(t.Context(), o.manager, "zeimu", ledger())
	must(t, err)
	proposed := ledger()
	proposed.Place = "共有フォルダ"
	back := func() int64 {
		must(t, o.Propose(t.Context(), o.keeper, code, 1, proposed, ""))
		p, err := o.Open(t.Context(), o.manager, o.find(code))
		must(t, err)
		must(t, o.SendProposalBack(t.Context(), o.manager, propose.Seen{Code: code, Version: 1}, p.ID, "税務システムのままです。"))
		return p.ID
	}
	own := func(actor authz.Actor, want propose.OwnCounts) {
		t.Helper()
		got, err := o.OwnCounts(t.Context(), actor)
		must(t, err)
		list, err := o.Own(t.Context(), actor)
		must(t, err)
		if got != want || len(list) != want.All {
			t.Errorf("%+v, %+v", got, list)
		}
	}
	first := back()
	own(o.keeper, propose.OwnCounts{All: 1, ProposalsBack: 1})
	own(o.second, propose.OwnCounts{})
	second := back() // it was proposed anew, and came back again
	own(o.keeper, propose.OwnCounts{All: 1, ProposalsBack: 1})
	mustBe(t, "one that was proposed anew", o.Withdraw(t.Context(), o.keeper, propose.Seen{Code: code, Version: 1}, first), fault.Conflict)
	mustBe(t, "another's", o.Withdraw(t.Context(), o.second, propose.Seen{Code: code, Version: 1}, second), fault.Conflict)
	must(t, o.Withdraw(t.Context(), o.keeper, propose.Seen{Code: code, Version: 1}, second))
	own(o.keeper, propose.OwnCounts{})
	var state string
	must(t, o.db.Pool.QueryRow(t.Context(), `SELECT state FROM asset_proposal WHERE id = $1`, second).Scan(&state))
	if state != "sent_back" {
		t.Errorf("that it was sent back is lost: %s", state)
	}
	for _, sql := range []string{`UPDATE asset_proposal SET settled_at = now() WHERE id = $1`, `UPDATE asset_proposal SET settled_at = NULL WHERE id = $1`} {
		if _, err := o.db.Pool.Exec(t.Context(), sql, second); err == nil {
			t.Errorf("changed later: %s", sql)
		}
	}
}

func TestADraftIsWithdrawnByWhoHasMadeIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code, confirmed := o.draft(ledger()), o.draft(ledger())
	seen := propose.Seen{Code: code, Version: 1}
	mustBe(t, "by another keeper", o.Withdraw(t.Context(), o.second, seen, 0), fault.Forbidden)
	mustBe(t, "by another section", o.Withdraw(t.Context(), o.other, seen, 0), fault.NotFound)
	mustBe(t, "on another version", o.Withdraw(t.Context(), o.keeper, propose.Seen{Code: code, Version: 2}, 0), fault.Conflict)
	must(t, o.Withdraw(t.Context(), o.keeper, seen, 0))
	if a := o.find(code); a.State != asset.Mistaken {
		t.Errorf("it is %s", a.State)
	}
	if got := o.counts(o.manager); got != (propose.Counts{Drafts: 1, Unregistered: 1, Section: "zeimu"}) {
		t.Errorf("%+v", got)
	}
	must(t, o.Confirm(t.Context(), o.manager, []propose.Seen{{Code: confirmed, Version: 1}}))
	mustBe(t, "one that was registered", o.Withdraw(t.Context(), o.keeper, propose.Seen{Code: confirmed, Version: 2}, 0), fault.Conflict)
}
