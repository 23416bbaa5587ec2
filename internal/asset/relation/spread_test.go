package relation_test

import (
	"fmt"
	"iter"
	"kagami/internal/asset"
	"kagami/internal/asset/level"
	"kagami/internal/asset/many"
	"kagami/internal/asset/relation"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/migrations"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

func (o office) on(day calendar.Date) *asset.Service {
	through := door.New(o.db.Pool, func() time.Time { return day.Start().Add(9 * time.Hour) })
	return asset.New(o.db.Pool, through).With(asset.Ties{Ready: relation.Ready, Spread: relation.Spread, Reckon: relation.Reckon, Misfit: relation.Misfit})
}

func (o office) floor(code string) (floor []int16) {
	o.t.Helper()
	if err := o.db.Pool.QueryRow(o.t.Context(), `SELECT floor FROM asset WHERE code = $1`, code).Scan(&floor); err != nil {
		o.t.Fatal(err)
	}
	return floor
}

func (o office) say(day calendar.Date, what string, cells ...string) {
	o.t.Helper()
	through := door.New(o.db.Pool, func() time.Time { return day.Start() })
	if err := edition.NewService(o.db.Pool, through, asset.EditionKinds()...).Say(o.t.Context(), o.officer, level.Levels.Name, edition.Say{Cells: cells, What: what, First: day, Reason: "見本"}); err != nil {
		o.t.Fatal(err)
	}
}

func (o office) breaks(code string) map[string]string {
	o.t.Helper()
	a, err := o.assets.Find(o.t.Context(), o.general, code)
	if err != nil {
		o.t.Fatal(err)
	}
	return a.Breaks
}

// A new edition of levels that makes 3C higher raises the floors below what is 3C, though
// somebody mends a note of it before the register is weighed.
func TestALevelThatRisesReachesTheFloors(t *testing.T) {
	t.Parallel()
	for _, touched := range []bool{false, true} {
		t.Run(fmt.Sprint("touched before it is weighed: ", touched), func(t *testing.T) {
			o := newOffice(t)
			o.rest(o.general, o.pay, o.system)
			if err := o.on(today).Weigh(t.Context()); err != nil {
				t.Fatal(err)
			}
			day := today.AddDays(1)
			through := door.New(o.db.Pool, func() time.Time { return day.Start() })
			if err := edition.NewService(o.db.Pool, through, asset.EditionKinds()...).Say(t.Context(), o.officer, level.Levels.Name, edition.Say{
				Cells: []string{"機密性 3C", "自治体機密性3C", "町では重く扱う", "45"}, What: "own", First: day, Reason: "見本",
			}); err != nil {
				t.Fatal(err)
			}
			if touched {
				a, err := o.assets.Find(t.Context(), o.general, o.pay)
				if err != nil {
					t.Fatal(err)
				}
				a.Note = "朝一番の直し"
				if err := o.on(day).Change(t.Context(), o.general, o.pay, a.Version, a.Details, ""); err != nil {
					t.Fatal(err)
				}
			}
			if err := o.on(day).Weigh(t.Context()); err != nil {
				t.Fatal(err)
			}
			if f := o.floor(o.system); f[0] != 45 {
				t.Errorf("the floor of the system is %v, want 45", f)
			}
		})
	}
}

// A town with relations that goes over to this version has its floors.
func TestATownThatIsMigratedHasItsFloors(t *testing.T) {
	t.Parallel()
	o := newOffice(t).laid()
	want := o.floor(o.system)
	config, err := pgx.ParseConfig(o.db.URL)
	if err != nil {
		t.Fatal(err)
	}
	owner := stdlib.OpenDB(*config)
	defer func() { _ = owner.Close() }()
	schema := migrations.All()
	p, err := goose.NewProvider(goose.DialectPostgres, owner, schema.SQL, goose.WithGoMigrations(schema.Go...))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.DownTo(t.Context(), 42); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.db.Pool.Reset()
	if err := o.on(today).Weigh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := o.floor(o.system); fmt.Sprint(got) != fmt.Sprint(want) || !o.low(o.system) {
		t.Errorf("after 0043 and a weighing the floor is %v, want %v; low: %t", got, want, o.low(o.system))
	}
}

// Levels that are only written on another scale leave what was low as long low.
func TestAnotherScaleOfLevelsKeepsTheDay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.rest(o.general, o.pay, o.system)
	if err := o.on(today).Weigh(t.Context()); err != nil {
		t.Fatal(err)
	}
	day := today.AddDays(400)
	o.say(day, "own", "機密性 3C", "自治体機密性3C", "x", "300")
	o.say(day, "own", "機密性 2", "自治体機密性2", "x", "200")
	if err := o.on(day).Weigh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := o.breaks(o.system)[asset.FloorRule]; got != "2026-11-24" {
		t.Errorf("below its floor without a gap since 2026-11-24, shown since %q", got)
	}
}

// A level that the town strikes takes no floor away.
func TestALevelThatIsStruckTakesNoFloorAway(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.rest(o.general, o.pay, o.system)
	day := today.AddDays(1)
	o.say(day, "struck", "機密性 3C")
	if err := o.on(day).Weigh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !o.low(o.system) {
		t.Errorf("3C is struck: the pay (still 3C) puts no floor under the system of 2 any more: %v, %v", o.floor(o.system), o.breaks(o.system))
	}
}

// One import that raises both leaves what was low as long low.
func TestAnImportThatRaisesBothKeepsTheDay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.rest(o.general, o.pay, o.system)
	later := door.New(o.db.Pool, func() time.Time { return today.AddDays(100).Start().Add(9 * time.Hour) })
	err := many.New(o.db.Pool, later, o.on(today.AddDays(100))).Change(t.Context(), o.general, many.Asked{Numbers: []string{o.pay, o.system}}, func(_ *door.Tx, found many.Standing) (iter.Seq[asset.Entry], error) {
		return func(yield func(asset.Entry) bool) {
			for _, a := range found.Assets {
				e := asset.Entry{Was: a, Is: a.Details, State: asset.Registered}
				e.Is.Confidentiality = map[string]string{o.pay: "3A", o.system: "3C"}[a.Code]
				if !yield(e) {
					return
				}
			}
		}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := o.breaks(o.system)[asset.FloorRule]; got != "2026-11-24" {
		t.Errorf("low before and after, shown since %q", got)
	}
}

// imported has an import put others in the place of an asset's details.
func (o office) imported(code string, change func(*asset.Details)) error {
	o.t.Helper()
	return many.New(o.db.Pool, door.New(o.db.Pool, func() time.Time { return today.Start() }), o.assets).Change(o.t.Context(), o.general, many.Asked{Numbers: []string{code}},
		func(_ *door.Tx, found many.Standing) (iter.Seq[asset.Entry], error) {
			e := asset.Entry{Was: found.Assets[0], Is: found.Assets[0].Details, State: asset.Registered}
			change(&e.Is)
			return slices.Values([]asset.Entry{e}), nil
		})
}

// An import that lowers a system below what is in it says so, and one that lifts it takes
// that back.
func TestAnImportBreaksTheFloorAndMendsIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	bearer := o.register(o.general, "somu", asset.System, "給与システム", "3B")
	o.rest(o.general, o.pay, bearer)
	for _, c := range []struct {
		level string
		low   bool
	}{{"2", true}, {"3A", false}} {
		if err := o.imported(bearer, func(d *asset.Details) { d.Confidentiality = c.level }); err != nil {
			t.Fatal(err)
		}
		if o.low(bearer) != c.low {
			t.Errorf("at %s it is marked: %v", c.level, o.breaks(bearer))
		}
	}
	o.checked(t)
}

// An import changes no kind against what rests on an asset, or what it rests on.
func TestAnImportKeepsAKindThatBears(t *testing.T) {
	t.Parallel()
	o := newOffice(t).laid()
	err := o.imported(o.system, func(d *asset.Details) { d.Kind = asset.Paper })
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("a system with information in it becomes paper: %v", err)
	}
	if a, err := o.assets.Find(t.Context(), o.general, o.system); err != nil || a.Kind != asset.System {
		t.Errorf("it is %s: %v", a.Kind, err)
	}
}

// What an asset rests on goes on to fit when its kind is changed.
func TestAKindThatBearsNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t).laid()
	a, err := o.assets.Find(t.Context(), o.general, o.system)
	if err != nil {
		t.Fatal(err)
	}
	a.Kind = asset.Paper
	if err := o.assets.Change(t.Context(), o.general, o.system, a.Version, a.Details, ""); err == nil {
		above, _ := o.above(o.officer, o.system)
		t.Errorf("a system with information in it became paper; on it rest: %s", names(above))
	}
}
