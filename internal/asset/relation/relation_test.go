package relation_test

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

// office is a register with two sections, each with its manager, and some assets:
// information of both in one system of the general section, which runs on a network in a
// room.
type office struct {
	*relation.Service
	t            *testing.T
	db           pgtest.DB
	assets       *asset.Service
	tax, general authz.Actor
	officer      authz.Actor
	// 管理番号
	ledger, pay, system, network, room string
}

func newOffice(t *testing.T) office {
	t.Helper()
	db := databases.New(t)
	through := door.New(db.Pool, func() time.Time { return today.Start() })
	assets := asset.New(db.Pool, through).With(asset.Ties{Ready: relation.Ready, Spread: relation.Spread, Reckon: relation.Reckon, Misfit: relation.Misfit, Parted: relation.Part})
	o := office{Service: relation.New(db.Pool, through, assets), t: t, db: db, assets: assets}
	town := org.New(db.Pool, through)
	manager := func(n int, section int64) authz.Actor {
		id, err := town.AddPerson(t.Context(), authz.AsOperator(), org.Person{StaffNumber: fmt.Sprint("P", n), Name: "見本", Furigana: "ミホン"})
		if err != nil {
			t.Fatal(err)
		}
		return authz.Actor{Person: id, Holdings: []authz.Holding{{Role: authz.SecurityManager, Section: section}}}
	}
	for i, code := range []string{"zeimu", "somu"} {
		id, err := town.AddSection(t.Context(), authz.AsOperator(), org.Section{Code: code, Name: code + "課", Kind: org.Internal, Position: i})
		if err != nil {
			t.Fatal(err)
		}
		*[]*authz.Actor{&o.tax, &o.general}[i] = manager(i, id)
	}
	o.officer = authz.Actor{Person: o.tax.Person, Holdings: []authz.Holding{{Role: authz.GeneralSecurityOfficer}}}
	o.ledger = o.register(o.tax, "zeimu", asset.Information, "課税台帳", "3B")
	o.pay = o.register(o.general, "somu", asset.Information, "給与", "3C")
	o.system = o.register(o.general, "somu", asset.System, "業務システム", "2")
	o.network = o.register(o.general, "somu", asset.Network, "庁内網", "2")
	o.room = o.register(o.general, "somu", asset.Facility, "サーバ室", "2")
	return o
}

func (o office) register(actor authz.Actor, section string, kind asset.Kind, name, level string) string {
	o.t.Helper()
	code, err := o.assets.Register(o.t.Context(), actor, section, asset.Details{
		Kind: kind, Name: name, Confidentiality: level, Integrity: "1", Availability: "1", Personal: asset.NotPersonal, Zone: asset.LGWANZone, RegisteredOn: today,
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return code
}

// rest says that an asset rests on another; who answers for that agrees.
func (o office) rest(actor authz.Actor, code, on string) {
	o.t.Helper()
	if err := o.Rest(o.t.Context(), actor, code, on); err != nil {
		o.t.Fatal(err)
	}
	asking, err := o.Asking(o.t.Context(), actor, code)
	if err != nil {
		o.t.Fatal(err)
	}
	if slices.Contains(asking, on) {
		bearing := o.general
		if strings.HasPrefix(on, "zeimu") {
			bearing = o.tax
		}
		if err := o.Answer(o.t.Context(), bearing, on, code, true); err != nil {
			o.t.Fatal(err)
		}
	}
}

// floors are those of an asset, as somebody asks for them.
func (o office) floors(actor authz.Actor, code string) ([]relation.Floor, error) {
	o.t.Helper()
	a, err := o.assets.Find(o.t.Context(), o.officer, code)
	if err != nil {
		o.t.Fatal(err)
	}
	return o.Floors(o.t.Context(), actor, a)
}

// laid lays all of it.
func (o office) laid() office {
	o.t.Helper()
	o.rest(o.tax, o.ledger, o.system)
	o.rest(o.general, o.pay, o.system)
	o.rest(o.general, o.system, o.network)
	o.rest(o.general, o.network, o.room)
	return o
}

// above and below are what stands on an asset, and under it.
func (o office) above(actor authz.Actor, code string) ([]relation.Neighbor, error) {
	around, err := o.Around(o.t.Context(), actor, code)
	return around.Above.Neighbors, err
}

func (o office) below(actor authz.Actor, code string) ([]relation.Neighbor, error) {
	around, err := o.Around(o.t.Context(), actor, code)
	return around.Below.Neighbors, err
}

func names(list []relation.Neighbor) string {
	var texts []string
	for _, n := range list {
		name := n.Name
		if !n.Seen() {
			name = "他課"
		}
		texts = append(texts, fmt.Sprint(n.Steps, name))
	}
	return strings.Join(texts, " ")
}

func TestWhatStopsWhereSomethingStops(t *testing.T) {
	t.Parallel()
	o := newOffice(t).laid()
	for _, c := range []struct {
		actor        authz.Actor
		code         string
		above, below string
	}{
		{o.officer, o.room, "1庁内網 2業務システム 3給与 3課税台帳", ""},
		{o.general, o.room, "1庁内網 2業務システム 3給与 3他課", ""},
		{o.tax, o.ledger, "", "1他課 2他課 3他課"},
		{o.officer, o.ledger, "", "1業務システム 2庁内網 3サーバ室"},
	} {
		above, err := o.above(c.actor, c.code)
		if err != nil || names(above) != c.above {
			t.Errorf("above %s: %s, %v", c.code, names(above), err)
		}
		below, err := o.below(c.actor, c.code)
		if err != nil || names(below) != c.below {
			t.Errorf("below %s: %s, %v", c.code, names(below), err)
		}
	}
}

// Who has said on what their asset rests can take it back, and so can who answers for that:
// both are told the other's number, though they see no more of it.
func TestWhatAnAssetWasSaidToRestOnIsToldByItsNumber(t *testing.T) {
	t.Parallel()
	o := newOffice(t).laid()
	below, err := o.below(o.tax, o.ledger)
	if err != nil || len(below) != 3 || below[0].Code != o.system || below[0].Name != "" || below[1].Code != "" || below[2].Code != "" {
		t.Errorf("below: %+v, %v", below, err)
	}
	above, err := o.above(o.general, o.system)
	if err != nil || len(above) != 2 || above[1].Code != o.ledger || above[1].Section != "zeimu課" || above[1].Name != "" {
		t.Errorf("above: %+v, %v", above, err)
	}
	if above, err = o.above(o.general, o.network); err != nil || len(above) != 3 || above[2].Code != "" || above[2].Section != "" {
		t.Errorf("two steps above: %+v, %v", above, err)
	}
}

func TestNobodySeesWhatIsRelatedToAnAssetThatTheyMayNotSee(t *testing.T) {
	t.Parallel()
	o := newOffice(t).laid()
	if _, err := o.above(o.tax, o.system); fault.KindOf(err) != fault.NotFound {
		t.Error(err)
	}
	if _, err := o.floors(o.tax, o.system); fault.KindOf(err) != fault.NotFound {
		t.Error(err)
	}
}

func TestASystemsLevelIsAtLeastThatOfItsInformation(t *testing.T) {
	t.Parallel()
	o := newOffice(t).laid()
	floors, err := o.floors(o.general, o.room)
	if err != nil || len(floors) != 3 {
		t.Fatalf("%+v, %v", floors, err)
	}
	if f := floors[0]; f.Aspect != asset.Confidentiality || f.Level != "3B" || !f.Broken || f.Code != "" || f.Name != "" {
		t.Errorf("another section's: %+v", f)
	}
	if f := floors[1]; f.Aspect != asset.Integrity || f.Level != "1" || f.Broken {
		t.Errorf("as high as its own: %+v", f)
	}
	floors, err = o.floors(o.officer, o.system)
	if err != nil || len(floors) != 3 || floors[0].Code != o.ledger || floors[0].Name != "課税台帳" {
		t.Errorf("%+v, %v", floors, err)
	}
}

func TestWhatHasEndedBearsNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t).laid()
	if err := o.assets.EndAsMistaken(t.Context(), o.general, o.system, 1, "誤り"); err != nil {
		t.Fatal(err)
	}
	above, err := o.above(o.officer, o.room)
	if err != nil || names(above) != "1庁内網" {
		t.Errorf("%s, %v", names(above), err)
	}
	if floors, err := o.floors(o.officer, o.room); err != nil || len(floors) != 3 || floors[0].Level != "2" {
		t.Errorf("%+v, %v", floors, err)
	}
	if err := o.Rest(t.Context(), o.tax, o.ledger, o.system); fault.KindOf(err) != fault.Invalid {
		t.Errorf("on what has ended: %v", err)
	}
}

func TestWhatMayNotRestIsRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t).laid()
	other := o.register(o.general, "somu", asset.System, "別のシステム", "2")
	o.rest(o.general, other, o.system)
	for name, c := range map[string]struct {
		actor    authz.Actor
		code, on string
		kind     fault.Kind
	}{
		"on itself":                        {o.general, o.system, o.system, fault.Invalid},
		"in a circle of two":               {o.general, o.system, other, fault.Invalid},
		"a room on a network":              {o.general, o.room, o.network, fault.Invalid},
		"on what is not there":             {o.general, o.system, "somu-9999", fault.Invalid},
		"on another's information":         {o.tax, o.ledger, o.pay, fault.Invalid},
		"what is another section's":        {o.tax, o.pay, o.system, fault.NotFound},
		"what is not there":                {o.tax, "zeimu-9999", o.system, fault.NotFound},
		"by who sees all and changes none": {o.officer, o.ledger, o.system, fault.Forbidden},
	} {
		if err := o.Rest(t.Context(), c.actor, c.code, c.on); fault.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whether another section's asset is there, and of which kind, can't be found out by its
// number: each refusal says the same.
func TestARefusalDoesNotTellWhatAnotherSectionHas(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	mine := o.register(o.tax, "zeimu", asset.System, "課のシステム", "2")
	o.rest(o.general, o.system, mine)
	var all []string
	for _, pair := range [][2]string{
		{o.ledger, o.pay}, {o.ledger, "somu-9999"}, {o.ledger, o.network}, {mine, o.system},
	} {
		err := o.Rest(t.Context(), o.tax, pair[0], pair[1])
		all = append(all, refusal(err))
	}
	if len(slices.Compact(slices.Clone(all))) != 1 || !strings.Contains(all[0], "土台にできません") {
		t.Errorf("%q", all)
	}
}

func TestTwoChangesThatWouldCloseACircleAreNotBothMade(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	other := o.register(o.general, "somu", asset.System, "別のシステム", "2")
	var wait sync.WaitGroup
	errs := make([]error, 2)
	for i, pair := range [][2]string{{o.system, other}, {other, o.system}} {
		wait.Go(func() { errs[i] = o.Rest(t.Context(), o.general, pair[0], pair[1]) })
	}
	wait.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("%v, %v", errs[0], errs[1])
	}
}

func TestARelationIsEndedAndEachChangeIsKept(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.rest(o.tax, o.ledger, o.system)
	o.rest(o.tax, o.ledger, o.system) // again: nothing changes
	if err := o.Release(t.Context(), o.tax, o.ledger, o.system); err != nil {
		t.Fatal(err)
	}
	for _, on := range []string{o.system, o.network, "somu-9999"} {
		if err := o.Release(t.Context(), o.tax, o.ledger, on); fault.KindOf(err) != fault.Invalid || !strings.Contains(refusal(err), "土台になっていません") {
			t.Errorf("where it does not rest: %v", err)
		}
	}
	below, err := o.below(o.tax, o.ledger)
	if err != nil || len(below) != 0 {
		t.Errorf("%v, %v", below, err)
	}
	for who, c := range map[string]struct {
		actor      authz.Actor
		code, want string
	}{
		"whose it is":        {o.tax, o.ledger, "released() agreed() asked()"},
		"who sees all":       {o.officer, o.ledger, "released(業務システム) agreed(業務システム) asked(業務システム)"},
		"from the other end": {o.general, o.system, "released() agreed() asked()"},
	} {
		if got := o.acts(c.actor, c.code); got != c.want {
			t.Errorf("%s: %s", who, got)
		}
	}
}

// refusal is what was wrong.
func refusal(err error) string {
	if failure, ok := errors.AsType[*fault.Error](err); ok && len(failure.Problems) == 1 {
		return failure.Problems[0].Message
	}
	return fmt.Sprint(err)
}

// acts are what was done to the relations of an asset, the newest first.
func (o office) acts(actor authz.Actor, code string) string {
	o.t.Helper()
	history, err := o.History(o.t.Context(), actor, code)
	if err != nil {
		o.t.Fatal(err)
	}
	var acts []string
	for _, e := range history {
		if e.By != "見本" {
			o.t.Errorf("nobody has done it: %+v", e)
		}
		acts = append(acts, fmt.Sprintf("%s(%s)", e.Act, e.Name))
	}
	return strings.Join(acts, " ")
}

// What another section says to rest on an asset counts for nothing, and stands nowhere, before
// who answers for that has agreed; they can take it off again.
func TestWhatAnotherSectionAsksCountsOnlyOnceAgreed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	system, err := o.assets.Find(t.Context(), o.general, o.system)
	if err != nil {
		t.Fatal(err)
	}
	stands := func(what string, asks, above int, low bool) {
		t.Helper()
		list, err := o.Asks(t.Context(), o.general, system)
		if err != nil || len(list) != asks {
			t.Errorf("%s: asks %+v, %v", what, list, err)
		}
		there, err := o.above(o.general, o.system)
		if err != nil || len(there) != above || o.low(o.system) != low {
			t.Errorf("%s: %+v above, low: %t, %v", what, there, o.low(o.system), err)
		}
	}
	ask := func() {
		t.Helper()
		if err := o.Rest(t.Context(), o.tax, o.ledger, o.system); err != nil {
			t.Fatal(err)
		}
	}
	answer := func(yes bool) {
		t.Helper()
		if err := o.Answer(t.Context(), o.general, o.system, o.ledger, yes); err != nil {
			t.Fatal(err)
		}
	}
	ask()
	stands("asked", 1, 0, false)
	list, err := o.Asks(t.Context(), o.general, system)
	if err != nil || list[0].Code != o.ledger || list[0].Name != "課税台帳" || list[0].Section != "zeimu課" || list[0].Confidentiality != "3B" || list[0].By != "見本" {
		t.Errorf("%+v, %v", list, err)
	}
	if list, err := o.Asks(t.Context(), o.officer, system); err != nil || len(list) != 0 {
		t.Errorf("who can't answer is told: %+v, %v", list, err)
	}
	if codes, err := o.Asking(t.Context(), o.tax, o.ledger); err != nil || !slices.Equal(codes, []string{o.system}) {
		t.Errorf("asking: %v, %v", codes, err)
	}
	if below, err := o.below(o.tax, o.ledger); err != nil || len(below) != 0 {
		t.Errorf("below what asks: %+v, %v", below, err)
	}
	for who, actor := range map[string]authz.Actor{"who asks": o.tax, "who sees all": o.officer} {
		if err := o.Answer(t.Context(), actor, o.system, o.ledger, true); err == nil {
			t.Errorf("%s agrees", who)
		}
	}
	if err := o.level(o.network, "2"); err != nil { // another change weighs nothing in either
		t.Fatal(err)
	}
	stands("still asked", 1, 0, false)
	answer(false)
	stands("refused", 0, 0, false)
	if err := o.Answer(t.Context(), o.general, o.system, o.ledger, true); fault.KindOf(err) != fault.Invalid {
		t.Errorf("agreeing to what was refused: %v", err)
	}
	ask()
	answer(true)
	stands("agreed", 0, 1, true)
	if err := o.Release(t.Context(), o.general, o.ledger, o.system); err != nil {
		t.Fatal(err)
	}
	stands("taken off by who bears it", 0, 0, false)
	if got := o.acts(o.tax, o.ledger); got != "released() agreed() asked() refused() asked()" {
		t.Error(got)
	}
}

// Of one's own section, and of two sections that one answers for, nobody is asked.
func TestNobodyIsAskedWhoAnswersForBoth(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	both := authz.Actor{Person: o.tax.Person, Holdings: append(slices.Clone(o.tax.Holdings), o.general.Holdings...)}
	for _, c := range []struct {
		actor authz.Actor
		code  string
	}{{o.general, o.pay}, {both, o.ledger}} {
		if err := o.Rest(t.Context(), c.actor, c.code, o.system); err != nil {
			t.Fatal(err)
		}
	}
	if above, err := o.above(o.officer, o.system); err != nil || len(above) != 2 {
		t.Errorf("%+v, %v", above, err)
	}
}

func TestWhatShouldNeverHaveBeenRegisteredIsTakenOffOnBothSides(t *testing.T) {
	t.Parallel()
	o := newOffice(t).laid()
	if err := o.assets.EndAsMistaken(t.Context(), o.general, o.system, 1, "二重"); err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]string{
		o.ledger: "ended(業務システム) agreed(業務システム) asked(業務システム)", o.network: "added(サーバ室) ended(業務システム) added(業務システム)",
	} {
		got := strings.Fields(o.acts(o.officer, code))
		wanted := strings.Fields(want)
		slices.Sort(got)
		slices.Sort(wanted)
		if !slices.Equal(got, wanted) {
			t.Errorf("%s: %v", code, got)
		}
	}
	var left int
	err := o.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM asset_relation r JOIN asset a ON a.id IN (r.asset_id, r.rests_on) WHERE a.code = $1`, o.system).Scan(&left)
	if err != nil || left != 0 {
		t.Errorf("%d left, %v", left, err)
	}
}

// low tells whether the list knows that an asset stands below what rests on it.
func (o office) low(code string) bool {
	o.t.Helper()
	a, err := o.assets.Find(o.t.Context(), o.general, code)
	if err != nil {
		o.t.Fatal(err)
	}
	return a.Breaks[asset.FloorRule] != ""
}

// A level is carried on by however many steps, as soon as it changes, and forgotten when
// nothing that high rests there any more.
func TestWhoStandsBelowWhatRestsOnItIsKept(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.rest(o.general, o.system, o.network)
	o.rest(o.general, o.pay, o.system)
	steps := []struct {
		what string
		do   func() error
		low  bool
	}{
		{"a 3C in a system of 2", func() error { return nil }, true},
		{"the network raised", func() error { return o.level(o.network, "3C") }, true},
		{"the system raised too", func() error { return o.level(o.system, "3C") }, false},
		{"the pay raised", func() error { return o.level(o.pay, "3B") }, true},
		{"the pay taken out", func() error { return o.Release(o.t.Context(), o.general, o.pay, o.system) }, false},
		{"the pay put back", func() error { return o.Rest(o.t.Context(), o.general, o.pay, o.system) }, true},
		{"the pay ended", func() error {
			a, err := o.assets.Find(o.t.Context(), o.general, o.pay)
			if err != nil {
				return err
			}
			return o.assets.EndAsMistaken(o.t.Context(), o.general, o.pay, a.Version, "二重")
		}, false},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			t.Fatal(step.what, err)
		}
		if got := o.low(o.system); got != step.low {
			t.Errorf("%s: the system is low: %t", step.what, got)
		}
	}
	if o.low(o.network) {
		t.Error("the network is low at the end")
	}
}

// level changes the 機密性 of an asset of the general section.
func (o office) level(code, level string) error {
	a, err := o.assets.Find(o.t.Context(), o.general, code)
	if err != nil {
		return err
	}
	a.Confidentiality = level
	return o.assets.Change(o.t.Context(), o.general, code, a.Version, a.Details, "")
}

// Who sees only their section's finds its assets among the thousands that stand on a
// network with them, and how many there are is said up to a thousand.
func TestAmongThousandsOnesOwnAreFound(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, err := o.db.Pool.Exec(t.Context(), `
		WITH added AS (
			INSERT INTO asset (code, section_id, kind, name, confidentiality, integrity, availability, ranks, personal, zone, registered_on, state)
			SELECT 'somu-' || 1000 + i, (SELECT id FROM section_shown WHERE code = 'somu'), 'system', '見本', '2', '1', '1', ARRAY[20, 10, 10], 'none', 'lgwan', '2026-04-01', 'registered'
			FROM generate_series(1, 6000) AS i RETURNING id)
		INSERT INTO asset_relation (asset_id, rests_on) SELECT id, (SELECT id FROM asset WHERE code = $1) FROM added`, o.network)
	if err != nil {
		t.Fatal(err)
	}
	mine := o.register(o.tax, "zeimu", asset.System, "課のシステム", "3B")
	o.rest(o.tax, mine, o.network)
	o.rest(o.general, o.network, o.room)
	joint := authz.Actor{Person: o.tax.Person, Holdings: append(o.tax.Holdings, authz.Holding{Role: authz.Auditor})}
	room := o.register(o.tax, "zeimu", asset.Facility, "課の部屋", "2")
	o.rest(o.general, o.network, room)
	for who, c := range map[string]struct {
		actor authz.Actor
		first string
	}{"the tax section": {o.tax, "1他課 2課のシステム"}, "who sees all": {joint, "1庁内網 2見本"}} {
		around, err := o.Around(t.Context(), c.actor, room)
		if err != nil || len(around.Above.Neighbors) != relation.MostListed || !strings.HasPrefix(names(around.Above.Neighbors), c.first) {
			t.Fatalf("%s: %.100s, %v", who, names(around.Above.Neighbors), err)
		}
		if n, more := around.Above.Count(); n != relation.MostListed || !more {
			t.Errorf("%s counts %d, more: %t", who, n, more)
		}
	}
	floors, err := o.floors(o.tax, room)
	if err != nil || floors[0].Name != "課のシステム" || !floors[0].Broken {
		t.Errorf("%+v, %v", floors, err)
	}
}

// What stands below what rests on it is marked, of what one may see.
func TestWhatIsLowIsMarkedWhereItIsSeen(t *testing.T) {
	t.Parallel()
	o := newOffice(t).laid()
	for who, c := range map[string]struct {
		actor authz.Actor
		code  string
		want  string
	}{
		"the general section": {o.general, o.room, "[庁内網 業務システム]"},
		"the tax section":     {o.tax, o.ledger, "[]"},
	} {
		around, err := o.Around(t.Context(), c.actor, c.code)
		low := []string{}
		for _, n := range append(around.Above.Neighbors, around.Below.Neighbors...) {
			if n.Low {
				low = append(low, n.Name)
			}
		}
		if err != nil || fmt.Sprint(low) != c.want {
			t.Errorf("%s: %v, %v", who, low, err)
		}
	}
	around, err := o.Around(t.Context(), o.officer, o.system)
	if err != nil || len(around.Rests) != 4 {
		t.Errorf("%+v, %v", around.Rests, err)
	}
}

func TestOfferedIsOnlyWhatAnAssetMayRestOnOfItsOwnSection(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.register(o.tax, "zeimu", asset.System, "税の端末", "2")
	offered := func(actor authz.Actor, code string) (list string) {
		t.Helper()
		a, err := o.assets.Find(t.Context(), o.officer, code)
		if err != nil {
			t.Fatal(err)
		}
		offers, err := o.Offers(t.Context(), actor, a)
		if err != nil {
			t.Fatal(err)
		}
		for _, offer := range offers {
			list += offer.Name + " "
		}
		return list
	}
	if got := offered(o.general, o.pay); got != "業務システム " {
		t.Errorf("information may rest on %s", got)
	}
	if got := offered(o.general, o.system); got != "サーバ室 庁内網 " {
		t.Errorf("a system may rest on %s", got)
	}
	o.rest(o.general, o.system, o.network)
	if got := offered(o.general, o.system); got != "サーバ室 " {
		t.Errorf("a system that rests on the network may rest on %s", got)
	}
	a, err := o.assets.Find(t.Context(), o.officer, o.pay)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Offers(t.Context(), o.tax, a); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("another section is offered: %v", err)
	}
}

// What only asks stands in nobody's way; where two ask each other, the second is refused
// when it would be agreed to.
func TestWhatOnlyAsksClosesNoCircle(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tax := o.register(o.tax, "zeimu", asset.System, "税の端末", "2")
	ask := func(actor authz.Actor, code, on string) {
		t.Helper()
		if err := o.Rest(t.Context(), actor, code, on); err != nil {
			t.Fatalf("%s on %s: %v", code, on, err)
		}
	}
	ask(o.tax, tax, o.system)
	ask(o.general, o.system, tax)
	if err := o.Answer(t.Context(), o.general, o.system, tax, true); err != nil {
		t.Fatal(err)
	}
	if err := o.Answer(t.Context(), o.tax, tax, o.system, true); fault.KindOf(err) != fault.Invalid {
		t.Errorf("the circle was closed: %v", err)
	}
	if err := o.Answer(t.Context(), o.tax, tax, o.system, false); err != nil {
		t.Errorf("it can't be refused: %v", err)
	}
}
