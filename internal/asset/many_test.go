package asset_test

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/many"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/trail"
)

// take makes entries of the details, each found again by its section's number.
func (o office) take(t *testing.T, actor authz.Actor, section string, state asset.State, list ...asset.Details) error {
	t.Helper()
	var numbers []string
	for _, d := range list {
		numbers = append(numbers, d.OwnNumber)
	}
	return many.New(o.db.Pool, o.through(), o.Service).Change(t.Context(), actor, many.Asked{Numbers: numbers}, func(_ *door.Tx, found many.Standing) (iter.Seq[asset.Entry], error) {
		var entries []asset.Entry
		at := slices.IndexFunc(found.Places, func(p many.Place) bool { return p.Code == section })
		for _, d := range list {
			e := asset.Entry{Section: found.Places[at].ID, Is: d, State: state, Why: "取り込み"}
			if i := slices.IndexFunc(found.Assets, func(a asset.Asset) bool { return a.OwnNumber == d.OwnNumber }); i >= 0 {
				e.Was = found.Assets[i]
			}
			entries = append(entries, e)
		}
		slices.SortStableFunc(entries, func(a, b asset.Entry) int { return cmp.Compare(b.Was.ID, a.Was.ID) }) // what is there comes first
		return slices.Values(entries), nil
	})
}

func numbered(n int) asset.Details {
	d := ledger()
	d.OwnNumber, d.CheckedOn = fmt.Sprint("Z-", n), calendar.NewDate(2026, time.May, 1)
	return d
}

func (o office) verify(t *testing.T) (entries int) {
	t.Helper()
	n, err := trail.Verify(t.Context(), o.db.Pool)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestManyAreRegisteredAndChangedAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.register(t, ledger())
	before := o.verify(t)
	if err := o.take(t, o.tax, "zeimu", asset.Registered, numbered(1), numbered(2)); err != nil {
		t.Fatal(err)
	}
	found, err := o.Find(t.Context(), o.tax, "zeimu-0003")
	if err != nil || found.OwnNumber != "Z-2" || found.State != asset.Registered || found.Version != 1 || len(asset.Differing(found.Details, numbered(2))) != 0 {
		t.Errorf("registered: %+v, %v", found, err)
	}
	changed := numbered(2)
	changed.Place, changed.Handling = "書庫", nil
	if err := o.take(t, o.tax, "zeimu", asset.Registered, changed, numbered(1), numbered(3)); err != nil {
		t.Fatal(err)
	}
	events, err := o.history(t, o.tax, "zeimu-0003")
	if err != nil || len(events) != 2 || events[0].Why != "取り込み" || events[0].Version != 2 || events[0].Before["place"] != "税務システム" || events[0].After["place"] != "書庫" || events[0].By != "見本 1" {
		t.Errorf("history: %+v, %v", events, err)
	}
	if same, err := o.history(t, o.tax, "zeimu-0002"); err != nil || len(same) != 1 || len(same[0].Before) != 0 {
		t.Errorf("an asset that nothing changed has %+v, %v", same, err)
	}
	if got := o.register(t, numbered(4)); got != "zeimu-0005" {
		t.Errorf("the next is %s", got)
	}
	if n := o.verify(t) - before; n != 5 {
		t.Errorf("%d entries of the trail, not 5", n)
	}
}

func TestManyAreTakenWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	nameless, twice := numbered(2), numbered(1)
	nameless.Name, twice.Name = "", "別の台帳"
	gone := numbered(9)
	if err := o.EndAsMistaken(t.Context(), o.tax, o.register(t, gone), 1, "二重"); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		err  error
		kind fault.Kind
	}{
		"one is wrong":       {o.take(t, o.tax, "zeimu", asset.Registered, numbered(1), nameless), fault.Invalid},
		"a number twice":     {o.take(t, o.tax, "zeimu", asset.Registered, numbered(1), twice), fault.Conflict},
		"one has ended":      {o.take(t, o.tax, "zeimu", asset.Registered, numbered(1), gone), fault.Conflict},
		"another section's":  {o.take(t, o.tax, "fukushi", asset.Registered, numbered(1)), fault.Forbidden},
		"nobody's to change": {o.take(t, o.clerk, "zeimu", asset.Registered, numbered(1)), fault.Forbidden},
		"open, and no draft": {o.take(t, o.tax, "zeimu", asset.Registered, open()), fault.Invalid},
		"an unknown level":   {o.take(t, o.tax, "zeimu", asset.Draft, func() asset.Details { d := numbered(1); d.Integrity = "3"; return d }()), fault.Invalid},
		"of who only reads":  {o.take(t, o.officer, "zeimu", asset.Registered, numbered(1)), fault.Forbidden},
	} {
		if fault.KindOf(c.err) != c.kind {
			t.Errorf("%s: %v", name, c.err)
		}
	}
	if got := o.register(t, numbered(1)); got != "zeimu-0002" {
		t.Errorf("something was left: the next is %s", got)
	}
}

// open is what a register without some columns says.
func open() asset.Details {
	d := numbered(5)
	d.Confidentiality, d.Availability, d.Zone, d.NumberWork = asset.Unsettled, "", "", asset.NoNumberWork
	return d
}

// A draft leaves open what its register does not say; who says it registers it.
func TestADraftIsRegisteredOnceItIsSettled(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if err := o.take(t, o.tax, "zeimu", asset.Draft, open()); err != nil {
		t.Fatal(err)
	}
	found, err := o.Find(t.Context(), o.tax, "zeimu-0001")
	if err != nil || found.State != asset.Draft || strings.Join(found.Open(), " ") != "confidentiality availability number_work zone" {
		t.Fatalf("%+v, %v", found, err)
	}
	d := found.Details
	d.Availability, d.Zone, d.NumberWork = "2", asset.MyNumberZone, asset.NumberUse
	if err := o.Change(t.Context(), o.tax, found.Code, 1, d, ""); err != nil {
		t.Fatal(err)
	}
	if found, err = o.Find(t.Context(), o.tax, "zeimu-0001"); err != nil || found.State != asset.Draft {
		t.Errorf("機密性3 is settled: %s, %v", found.State, err)
	}
	d.Confidentiality = "3B"
	if err := o.Change(t.Context(), o.tax, found.Code, 2, d, ""); err != nil {
		t.Fatal(err)
	}
	found, err = o.Find(t.Context(), o.tax, "zeimu-0001")
	events, historyErr := o.history(t, o.tax, "zeimu-0001")
	if err := errors.Join(err, historyErr); err != nil || found.State != asset.Registered || events[0].Before["state"] != "draft" || events[0].After["state"] != "registered" {
		t.Errorf("%s, %+v, %v", found.State, events, err)
	}
}

// Many go to the database in a few statements.
func TestThousandsAreRegisteredAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	list := make([]asset.Details, 4500)
	for i := range list {
		list[i] = numbered(i)
	}
	if err := o.take(t, o.tax, "zeimu", asset.Registered, list...); err != nil {
		t.Fatal(err)
	}
	if found, err := o.Find(t.Context(), o.tax, "zeimu-4500"); err != nil || found.OwnNumber != "Z-4499" {
		t.Errorf("the last is %+v, %v", found, err)
	}
}

// Who comes while many are changed is told, and waits for nobody.
func TestOneChangeOfManyGoesOnAtATime(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var second error
	err := many.New(o.db.Pool, o.through(), o.Service).Change(t.Context(), o.tax, many.Asked{}, func(*door.Tx, many.Standing) (iter.Seq[asset.Entry], error) {
		second = o.take(t, o.tax, "zeimu", asset.Registered, numbered(1))
		return slices.Values([]asset.Entry(nil)), nil
	})
	if err != nil || fault.KindOf(second) != fault.Conflict {
		t.Errorf("%v; the second: %v", err, second)
	}
	if err := o.take(t, o.tax, "zeimu", asset.Registered, numbered(1)); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestManyThatChangeNothingAreNoChange(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for range 2 {
		if err := o.take(t, o.tax, "zeimu", asset.Registered, numbered(1)); err != nil {
			t.Fatal(err)
		}
	}
	before := o.verify(t)
	if err := o.take(t, o.tax, "zeimu", asset.Registered); err != nil || o.verify(t) != before {
		t.Errorf("nothing at all: %v", err)
	}
}

// Of who may only draft, many are drafts whatever the plan says, and none that is registered
// changes: the plan that would change one is refused whole.
func TestManyOfWhoMayOnlyDraftAreDrafts(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	keeper := authz.Actor{Person: o.clerk.Person, Holdings: []authz.Holding{{Role: authz.RegisterKeeper, Section: o.tax.Holdings[0].Section}}}
	if err := o.take(t, o.tax, "zeimu", asset.Registered, numbered(1)); err != nil {
		t.Fatal(err)
	}
	if err := o.take(t, keeper, "zeimu", asset.Registered, numbered(1), numbered(2)); err != nil {
		t.Fatal(err)
	}
	a, err := o.Find(t.Context(), o.tax, "zeimu-0002")
	if err != nil || a.State != asset.Draft {
		t.Errorf("a draft: %+v, %v", a.State, err)
	}
	other := numbered(1)
	other.Place = "別の棚"
	if err := o.take(t, keeper, "zeimu", asset.Registered, numbered(3), other); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a registered one: %v", err)
	}
	if a, err := o.Find(t.Context(), o.tax, "zeimu-0001"); err != nil || a.State != asset.Registered || a.Version != 1 {
		t.Errorf("it has changed: %+v, %v", a, err)
	}
	if _, err := o.Find(t.Context(), o.tax, "zeimu-0003"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the rest is taken in: %v", err)
	}
}

// What changes hands is free before it is given: a plan that hands it on the other way round
// is none, and nothing of it is kept. What goes wrong in making the entries ready comes out
// of the change.
func TestWhatAPlanHandsOnIsWholeAndInOrder(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if err := o.take(t, o.tax, "zeimu", asset.Registered, numbered(1)); err != nil {
		t.Fatal(err)
	}
	all := many.New(o.db.Pool, o.through(), o.Service)
	change := func(entries func(found many.Standing, yield func(asset.Entry) bool)) error {
		return all.Change(t.Context(), o.tax, many.Asked{Numbers: []string{"Z-1"}}, func(_ *door.Tx, found many.Standing) (iter.Seq[asset.Entry], error) {
			return func(yield func(asset.Entry) bool) { entries(found, yield) }, nil
		})
	}
	err := change(func(found many.Standing, yield func(asset.Entry) bool) {
		was := found.Assets[0]
		is := was.Details
		is.OwnNumber, is.Place = "Z-2", "書庫"
		if yield(asset.Entry{Section: was.Section, Is: numbered(1), State: asset.Registered}) {
			yield(asset.Entry{Was: was, Is: is, State: asset.Registered})
		}
	})
	if err == nil {
		t.Error("what was there came after what is new")
	}
	func() {
		defer func() {
			if reason := recover(); reason != "broken" {
				t.Errorf("recovered %v", reason)
			}
		}()
		_ = change(func(many.Standing, func(asset.Entry) bool) { panic("broken") })
	}()
	err = change(func(found many.Standing, yield func(asset.Entry) bool) {
		was := found.Assets[0]
		is := was.Details
		is.OwnNumber = "Z-2"
		if yield(asset.Entry{Was: was, Is: is, State: asset.Registered}) {
			yield(asset.Entry{Section: was.Section, Is: numbered(1), State: asset.Registered})
		}
	})
	if got, findErr := o.Find(t.Context(), o.tax, "zeimu-0002"); err != nil || findErr != nil || got.OwnNumber != "Z-1" {
		t.Errorf("in its order: %v, %v, %+v", err, findErr, got)
	}
}
