package find_test

import (
	"reflect"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/edition"
	"kagami/internal/org"
	"kagami/internal/state"
)

// asking is an actor as a request finds the database.
func (o office) asking(actor authz.Actor) authz.Actor {
	o.t.Helper()
	counters, err := state.NewCounters(org.ChangeCounter, edition.ChangeCounter)
	if err != nil {
		o.t.Fatal(err)
	}
	if actor.State, err = counters.Load(o.t.Context(), o.db.Pool, actor.Person); err != nil {
		o.t.Fatal(err)
	}
	return actor
}

func TestAPageIsCachedUntilWhatItShowsChanges(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.add("課税台帳")
	first := o.list(o.asking(o.officer), find.Search{})
	if again := o.list(o.asking(o.officer), find.Search{}); again.Stamp != first.Stamp || first.Stamp == (find.Stamp{}) {
		t.Error("the page was drawn again though nothing has changed")
	}
	for name, change := range map[string]func() error{
		"an asset is added": func() error { o.add("滞納者の一覧"); return nil },
		"an asset of the other section is added": func() error {
			o.addTo(o.welfare, "fukushi", "名簿")
			return nil
		},
		"an asset has another name": func() error {
			return o.register.Change(t.Context(), o.tax, code, 1, plain("新しい名前"), "")
		},
		"a section has another name": func() error {
			_, err := o.db.Pool.Exec(t.Context(), `UPDATE section SET name = '課税課' WHERE code = 'zeimu'`)
			return err
		},
		"the town says otherwise of a level": func() error {
			_, err := o.db.Pool.Exec(t.Context(), `INSERT INTO edition (kind, name, source, rows, read_at) VALUES ('nothing', '版', '国', '[["x"]]', now())`)
			return err
		},
	} {
		before := o.list(o.asking(o.officer), find.Search{})
		if err := change(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if after := o.list(o.asking(o.officer), find.Search{}); after.Stamp == before.Stamp {
			t.Errorf("once %s the page is the one of before", name)
		}
	}
}

// What is overdue becomes so overnight, though nothing changes.
func TestACachedPageIsThatOfItsDay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add("課税台帳", func(d *asset.Details) { d.RegisteredOn = today })
	day := today.AddYears(1)
	register := asset.New(o.db.Pool, door.New(o.db.Pool, func() time.Time { return day.Start().Add(9 * time.Hour) }))
	o.Service = find.New(o.db.Pool, register)
	q := find.Search{Overdue: true}
	before := o.list(o.asking(o.officer), q)
	day = day.AddDays(1)
	if after := o.list(o.asking(o.officer), q); before.Count != 0 || after.Count != 1 || after.Stamp == before.Stamp {
		t.Errorf("%d overdue, and %d a day later", before.Count, after.Count)
	}
}

func TestACachedPageIsShownToNobodyWhoSeesOthers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add("課税台帳")
	o.addTo(o.welfare, "fukushi", "生活保護台帳")
	for range 2 { // drawn, and then cached
		for who, seen := range map[string]struct {
			authz.Actor
			names string
		}{"the officer": {o.officer, "生活保護台帳 課税台帳"}, "the manager": {o.tax, "課税台帳"}, "the other manager": {o.welfare, "生活保護台帳"}} {
			if page := o.list(o.asking(seen.Actor), find.Search{Sort: find.ByName}); names(page) != seen.names {
				t.Errorf("%s sees %s", who, names(page))
			}
		}
	}
	nobody := o.clerk
	nobody.Holdings = nil
	if _, err := o.List(t.Context(), o.asking(nobody), find.Search{Sort: find.ByName}); err == nil {
		t.Error("who reads no register is shown a cached page")
	}
}

// The whole list is one statement, also where it goes on after a place, the other way
// round, and for who sees everything: as the look into the register finds it.
func TestTheWholeListIsAsALookFindsIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for i := range find.OnPage + 5 {
		o.add("台帳", func(d *asset.Details) { d.Confidentiality = []string{"2", "3B", "3A"}[i%3] })
	}
	for _, sort := range []find.Sort{"", find.ByIntegrity, find.ByAvailability, find.ByCode, find.ByName, find.ByCheck, find.ByZone} {
		for _, backward := range []bool{false, true} {
			q := find.Search{Sort: sort, Backward: backward}
			for range 2 {
				looked := q
				looked.Kind = asset.Information // what all are, so that they are looked up
				whole, look := o.list(o.officer, q), o.list(o.officer, looked)
				if !reflect.DeepEqual(whole, look) {
					t.Errorf("sorted by %q, backward %v, after %q: %d %v, looked up %d %v", sort, backward, q.After, whole.Count, codes(whole), look.Count, codes(look))
				}
				q.After = whole.Next
			}
		}
	}
}

func codes(page find.Page) (list []string) {
	for _, l := range page.Assets {
		list = append(list, l.Code)
	}
	return list
}
