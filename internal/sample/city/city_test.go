package city_test

import (
	"os"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/sample/city"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

var now = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

// grown is a town that was made large.
func grown(t *testing.T, size city.Size) pgtest.DB {
	t.Helper()
	db := databases.New(t)
	if err := city.Grow(t.Context(), db.Pool, now, size); err != nil {
		t.Fatal(err)
	}
	return db
}

func ask[T any](t *testing.T, db pgtest.DB, sql string) (answer T) {
	t.Helper()
	if err := db.Pool.QueryRow(t.Context(), sql).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestATownBecomesAsLargeAsItIsToBe(t *testing.T) {
	t.Parallel()
	db := grown(t, city.Size{People: 60, Assets: 500, Rights: 800, Seed: 1})
	for sql, want := range map[string]int{
		`SELECT count(*) FROM person`:                     60,
		`SELECT count(*) FROM appointment`:                60,
		`SELECT count(*) FROM section`:                    3,
		`SELECT count(*) FROM asset`:                      500,
		`SELECT count(*) FROM asset_change`:               500,
		`SELECT count(DISTINCT code) FROM asset`:          500,
		`SELECT count(*) FROM access_right`:               800,
		`SELECT count(DISTINCT code) FROM access_right`:   800,
		`SELECT last FROM right_number`:                   800,
		`SELECT count(DISTINCT right_id) FROM right_step`: 800,
		`SELECT count(*) FROM access_right r JOIN right_system y ON y.asset_id = r.asset_id WHERE y.everywhere <> (r.section_id IS NULL)`: 0,
		`SELECT count(*) FROM access_right r WHERE (SELECT max(version) FROM right_step h WHERE h.right_id = r.id) <> r.version`:          0,
		`SELECT count(*) FROM person WHERE name !~ '^見本'`:                                                                                 0,
		`SELECT count(*) FROM asset_relation r JOIN asset a ON a.id = r.rests_on WHERE a.kind = 'information'`:                            0,
		`SELECT count(*) FROM (SELECT section_id FROM asset GROUP BY section_id HAVING count(*) NOT BETWEEN 166 AND 167) uneven`:          0,
	} {
		if got := ask[int](t, db, sql); got != want {
			t.Errorf("%s: %d, want %d", sql, got, want)
		}
	}
	if ask[int](t, db, `SELECT count(*) FROM asset_relation`) == 0 {
		t.Error("nothing rests on anything")
	}
}

func TestTheSameSeedGivesTheSame(t *testing.T) {
	t.Parallel()
	const all = `SELECT md5(string_agg(a::text, '' ORDER BY id)) || (SELECT md5(string_agg(p.name, '' ORDER BY p.id)) FROM person p) FROM asset a`
	one, again := grown(t, city.Size{People: 30, Assets: 100, Seed: 7}), grown(t, city.Size{People: 30, Assets: 100, Seed: 7})
	other := grown(t, city.Size{People: 30, Assets: 100, Seed: 8})
	if ask[string](t, one, all) != ask[string](t, again, all) {
		t.Error("it is another town")
	}
	if ask[string](t, one, all) == ask[string](t, other, all) {
		t.Error("another seed gives the same town")
	}
}

// What the city has is what people could have registered: it can be looked at and
// changed by the same rules.
func TestTheAssetsOfACityAreAsPeopleRegisterThem(t *testing.T) {
	t.Parallel()
	db := grown(t, city.Size{People: 1, Assets: 200, Seed: 1})
	assets := asset.New(db.Pool, door.New(db.Pool, func() time.Time { return now }))
	manager := authz.Actor{Holdings: []authz.Holding{{Role: authz.SecurityManager, Section: ask[int64](t, db, `SELECT id FROM section`)}}}
	rows, err := db.Pool.Query(t.Context(), `SELECT code FROM asset`)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for rows.Next() {
		var code string
		if err := rows.Scan(&code); err != nil {
			t.Fatal(err)
		}
		codes = append(codes, code)
	}
	for _, code := range codes {
		a, err := assets.Find(t.Context(), manager, code)
		if err != nil {
			t.Fatal(err)
		}
		d := a.Details
		d.Note = "見直した"
		if err := assets.Change(t.Context(), manager, code, a.Version, d, ""); err != nil {
			t.Errorf("%+v: %v", a, err)
		}
	}
	if code, err := assets.Register(t.Context(), manager, "k0001", func() asset.Details {
		a, err := assets.Find(t.Context(), manager, codes[0])
		if err != nil {
			t.Fatal(err)
		}
		return a.Details
	}()); code != "k0001-0201" || err != nil {
		t.Errorf("the next is %s, %v", code, err)
	}
}
