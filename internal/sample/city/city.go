// Package city makes the sample town as large as one likes: plainly made-up people,
// sections and assets (見本), of whom the same number and seed always gives the same. They
// are written straight into the tables, since how they come there is not what a town of
// that size is made for.
package city

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/asset"
	"kagami/internal/calendar"
	"kagami/internal/furigana"
	"kagami/internal/postgres"
)

// Size is how large a town is to become.
type Size struct {
	People int
	Assets int
	Rights int
	Seed   uint64
}

// perSection is how many people a section of a large city has.
const perSection = 25

// Grow adds what a sample town has not of that size: people with their sections and
// posts, and assets, each with its history and what it rests on, and who may use which of
// the systems among them.
func Grow(ctx context.Context, pool *pgxpool.Pool, now time.Time, size Size) error {
	return postgres.InTx(ctx, pool, func(tx pgx.Tx) error {
		// nobody waits for it: the pool's limit is for people
		if _, err := tx.Exec(ctx, `SET LOCAL statement_timeout = 0`); err != nil {
			return fmt.Errorf("making a town large: %w", err)
		}
		g := growing{tx: tx, now: now, random: rand.New(rand.NewPCG(size.Seed, 0))} //nolint:gosec // made up, and the same each time
		var again []string
		for _, step := range []func() error{
			func() error { return g.people(ctx, size) },
			func() (err error) { again, err = g.setAside(ctx); return err },
			func() error { return g.assets(ctx, size) },
			func() error { return g.rights(ctx, size) },
			func() error { return g.restore(ctx, again) },
		} {
			if err := step(); err != nil {
				return fmt.Errorf("making a town large: %w", err)
			}
		}
		return nil
	})
}

type growing struct {
	tx     pgx.Tx
	now    time.Time
	random *rand.Rand
}

func (g growing) today() calendar.Date { return calendar.Day(g.now) }

// count is how many rows there are already.
func (g growing) count(ctx context.Context, sql string) (n int, err error) {
	return n, g.tx.QueryRow(ctx, sql).Scan(&n)
}

// setAside drops the indexes and foreign keys of the tables that get a row for each asset
// or right, but for what holds their keys, and returns the statements that make them again: made of
// all rows at once they take a fraction of what each row on its own does. Who does not own
// the tables leaves them as they are.
func (g growing) setAside(ctx context.Context) (again []string, err error) {
	var owner bool
	if err := g.tx.QueryRow(ctx, `SELECT pg_has_role(session_user, relowner, 'USAGE') FROM pg_class WHERE oid = 'asset'::regclass`).Scan(&owner); err != nil || !owner {
		return nil, err
	}
	if _, err := g.tx.Exec(ctx, `SET LOCAL ROLE NONE`); err != nil {
		return nil, err
	}
	type aside struct{ Drop, Again string }
	list, err := postgres.List[aside](ctx, g.tx, "listing what is set aside", `
		SELECT format('DROP INDEX %I', c.relname) AS drop, pg_get_indexdef(i.indexrelid) AS again
		FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
		WHERE i.indrelid = ANY(@tables::regclass[])
			AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
		UNION ALL
		SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', k.conrelid::regclass, k.conname),
		       format('ALTER TABLE %s ADD CONSTRAINT %I %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid))
		FROM pg_constraint k
		WHERE k.contype = 'f' AND k.conrelid = ANY(@tables::regclass[])`,
		pgx.StrictNamedArgs{"tables": []string{"asset", "asset_change", "asset_relation", "access_right", "right_step"}})
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		if _, err := g.tx.Exec(ctx, a.Drop); err != nil {
			return nil, err
		}
		again = append(again, a.Again)
	}
	return again, nil
}

// restore makes again what was set aside.
func (g growing) restore(ctx context.Context, again []string) error {
	for _, statement := range append([]string{`SET LOCAL maintenance_work_mem = '512MB'`}, again...) {
		if _, err := g.tx.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// people adds sections of 25, each with a 課長, a 担当副課長 and 職員, who took up their
// posts at the beginning of the fiscal year.
func (g growing) people(ctx context.Context, size Size) error {
	has, err := g.count(ctx, `SELECT count(*) FROM person`)
	if err != nil || size.People <= has {
		return err
	}
	add := size.People - has
	sections := (add + perSection - 1) / perSection
	_, err = g.tx.Exec(ctx, `
		WITH made AS (
			INSERT INTO section (code, name, kind, position)
			SELECT 'k' || lpad(n::text, 4, '0'), '見本第' || n || '課', 'internal', 1000 + n FROM generate_series(1, @sections::int) n RETURNING id)
		INSERT INTO post (section_id, title, single_holder, position)
		SELECT made.id, p.title, p.title = '課長', p.position FROM made, (VALUES ('課長', 0), ('担当副課長', 1), ('職員', 2)) p (title, position)`,
		pgx.StrictNamedArgs{"sections": sections})
	if err != nil {
		return err
	}
	_, err = g.tx.CopyFrom(ctx, pgx.Identifier{"person"}, []string{"staff_number", "name", "furigana", "furigana_key", "email"}, pgx.CopyFromSlice(add, func(i int) ([]any, error) {
		reading := "ミホン " + kana(i)
		number := fmt.Sprintf("K%06d", i+1)
		return []any{number, fmt.Sprintf("見本 %s%d", givenNames[g.random.IntN(len(givenNames))], i+1), reading, furigana.Key(reading), number + "@town.example"}, nil
	}))
	if err != nil {
		return err
	}
	_, err = g.tx.Exec(ctx, `
		-- looked up one by one: the database has not counted yet what was just written
		INSERT INTO appointment (person_id, post_id, single_holder, period)
		SELECT p.id, po.id, po.single_holder, daterange(@first, NULL)
		FROM person p CROSS JOIN LATERAL (SELECT substr(p.staff_number, 2)::int - 1 AS n) numbered
		CROSS JOIN LATERAL (SELECT s.id FROM section s WHERE s.code = 'k' || lpad((numbered.n / @per_section + 1)::text, 4, '0') OFFSET 0) place
		CROSS JOIN LATERAL (SELECT o.id, o.single_holder FROM post o WHERE o.section_id = place.id AND o.position = least(numbered.n % @per_section, 2) OFFSET 0) po
		WHERE p.staff_number ~ '^K[0-9]{6}$'`,
		pgx.StrictNamedArgs{"per_section": perSection, "first": calendar.NewDate(calendar.FiscalYear(g.today()), time.April, 1)})
	return err
}

var givenNames = []string{"一", "二", "三", "葉", "空", "海", "里", "森"}

// kana are the digits of a number as kana, so that readings sort.
func kana(n int) string {
	digits := []rune("アイウエオカキクケコ")
	text := []rune(fmt.Sprintf("%06d", n))
	for i, r := range text {
		text[i] = digits[r-'0']
	}
	return string(text)
}

// sorts are what towns hold, with how often of a thousand.
var sorts = []struct {
	often           int
	kind            asset.Kind
	name            string
	confidentiality string
	rank            int16
	personal        asset.Personal
	work            asset.NumberWork
	zone            string
	breaks          string // the rule that it does not fit; empty for none
}{
	{5, asset.Network, "庁内ネットワーク", "3C", 30, asset.NotPersonal, asset.NoNumberWork, asset.LGWANZone, ""},
	{5, asset.Facility, "サーバ室", "3C", 30, asset.NotPersonal, asset.NoNumberWork, asset.OfflineZone, ""},
	{20, asset.System, "業務システム", "3B", 40, asset.MyNumberBorne, asset.NumberUse, asset.MyNumberZone, ""},
	{30, asset.System, "共有フォルダ", "3C", 30, asset.PlainPersonal, asset.NoNumberWork, asset.LGWANZone, ""},
	{140, asset.Information, "申請の記録", "3B", 40, asset.MyNumberBorne, asset.NumberUse, asset.MyNumberZone, ""},
	{200, asset.Information, "会議の資料", "2", 20, asset.NotPersonal, asset.NoNumberWork, asset.LGWANZone, ""},
	{150, asset.Information, "相談の記録", "3C", 30, asset.Sensitive, asset.NoNumberWork, asset.LGWANZone, ""},
	{100, asset.Information, "ホームページの原稿", "1", 10, asset.NotPersonal, asset.NoNumberWork, asset.InternetZone, ""},
	{10, asset.Information, "催しの名簿", "3B", 40, asset.PlainPersonal, asset.NoNumberWork, asset.InternetZone, asset.InternetRule},
	{240, asset.Paper, "申請書のつづり", "3C", 30, asset.PlainPersonal, asset.NoNumberWork, asset.OfflineZone, ""},
	{60, asset.Medium, "持ち運ぶ媒体", "3C", 30, asset.PlainPersonal, asset.NoNumberWork, asset.OfflineZone, ""},
	{40, asset.Document, "システムの設計書", "3C", 30, asset.NotPersonal, asset.NoNumberWork, asset.LGWANZone, ""},
}

// assets adds assets to all sections alike, numbered after those that these have.
func (g growing) assets(ctx context.Context, size Size) error {
	has, err := g.count(ctx, `SELECT count(*) FROM asset`)
	if err != nil || size.Assets <= has {
		return err
	}
	type place struct {
		ID   int64
		Code string
		Last int
	}
	sections, err := postgres.List[place](ctx, g.tx, "listing sections", `
		SELECT s.id, s.code, coalesce(n.last, 0) AS last FROM section s LEFT JOIN asset_number n USING (code) ORDER BY s.id`)
	if err != nil || len(sections) == 0 {
		return err
	}
	add := size.Assets - has
	_, err = g.tx.CopyFrom(ctx, pgx.Identifier{"asset"}, []string{
		"code", "section_id", "kind", "name", "work", "confidentiality", "integrity", "availability", "ranks", "personal", "number_work", "zone",
		"place", "owner", "registered_on", "checked_on", "state", "breaks", "broken_since",
	}, pgx.CopyFromSlice(add, func(i int) ([]any, error) {
		at := &sections[i*len(sections)/add] // one section after another: an index grows at its end
		at.Last++
		sort := sorts[g.sort()]
		integrity := 1 + g.random.IntN(2)
		availability := 1 + g.random.IntN(2)
		registered := g.today().AddDays(-400 - g.random.IntN(3000))
		breaks, since := map[string]string{}, calendar.Date{}
		if sort.breaks != "" {
			since = g.today().AddDays(-g.random.IntN(400))
			breaks[sort.breaks] = since.String()
		}
		return []any{
			fmt.Sprintf("%s-%04d", at.Code, at.Last), at.ID, sort.kind, fmt.Sprintf("%s%d", sort.name, i+1), "", sort.confidentiality, fmt.Sprint(integrity), fmt.Sprint(availability),
			[]int16{sort.rank, int16(10 * integrity), int16(10 * availability)}, sort.personal, sort.work, sort.zone, //nolint:gosec // 10 or 20
			"本庁", "課長", registered, registered.AddDays(g.random.IntN(400)), asset.Registered, breaks, since,
		}, nil
	}))
	if err != nil {
		return err
	}
	for _, statement := range []struct {
		sql  string
		args pgx.StrictNamedArgs
	}{
		// what follows is planned for a table that has grown
		{`ANALYZE asset`, pgx.StrictNamedArgs{}},
		{`INSERT INTO asset_number (code, last)
		  SELECT left(code, -strpos(reverse(code), '-')), max(substr(code, length(code) - strpos(reverse(code), '-') + 2)::int) FROM asset GROUP BY 1
		  ON CONFLICT (code) DO UPDATE SET last = excluded.last`, pgx.StrictNamedArgs{}},
		{`INSERT INTO asset_change (asset_id, version, changed_at, before, after)
		  SELECT a.id, 1, @now, '{}', jsonb_build_object('name', a.name, 'kind', a.kind, 'confidentiality', a.confidentiality, 'integrity', a.integrity,
		         'availability', a.availability, 'zone', a.zone, 'personal', a.personal, 'number_work', a.number_work, 'registered_on', a.registered_on)
		  FROM asset a WHERE NOT EXISTS (SELECT FROM asset_change c WHERE c.asset_id = a.id)`, pgx.StrictNamedArgs{"now": g.now}},
		// each information of a section is in one of its systems, and these are on the first network of all
		{`WITH bearer AS (SELECT id, section_id, row_number() OVER (PARTITION BY section_id ORDER BY id) AS n FROM asset WHERE kind = 'system'),
		       born AS (SELECT a.id, a.section_id, 1 + a.id % of.bearers AS n
		                FROM asset a JOIN (SELECT section_id, count(*) AS bearers FROM bearer GROUP BY section_id) of USING (section_id) WHERE a.kind = 'information')
		  INSERT INTO asset_relation (asset_id, rests_on)
		  SELECT born.id, bearer.id FROM born JOIN bearer USING (section_id, n)
		  UNION ALL SELECT a.id, n.id FROM asset a, (SELECT min(id) AS id FROM asset WHERE kind = 'network') n WHERE a.kind = 'system' AND n.id IS NOT NULL
		  ON CONFLICT DO NOTHING`, pgx.StrictNamedArgs{}},
		// no level stands below what rests on it: what was drawn too low is raised
		{raise, pgx.StrictNamedArgs{"kind": asset.System}},
		{raise, pgx.StrictNamedArgs{"kind": asset.Network}},
	} {
		if _, err := g.tx.Exec(ctx, statement.sql, statement.args); err != nil {
			return err
		}
	}
	return nil
}

// raise gives the assets of a kind the floors that they have, and levels to match.
const raise = `
	UPDATE asset b SET floor = f.ranks, ranks = ARRAY[greatest(b.ranks[1], f.ranks[1]), greatest(b.ranks[2], f.ranks[2]), greatest(b.ranks[3], f.ranks[3])],
		confidentiality = CASE WHEN b.ranks[1] >= f.ranks[1] THEN b.confidentiality ELSE f.confidentiality END,
		integrity = (greatest(b.ranks[2], f.ranks[2]) / 10)::text, availability = (greatest(b.ranks[3], f.ranks[3]) / 10)::text
	FROM (
		SELECT r.rests_on AS id, ARRAY[max(greatest(a.ranks[1], a.floor[1])), max(greatest(a.ranks[2], a.floor[2])), max(greatest(a.ranks[3], a.floor[3]))]::smallint[] AS ranks,
		       (array_agg(a.confidentiality ORDER BY a.ranks[1] DESC))[1] AS confidentiality
		FROM asset_relation r JOIN asset a ON a.id = r.asset_id GROUP BY r.rests_on) f
	WHERE b.id = f.id AND b.kind = @kind`

// sort is one of sorts, as often as it says.
func (g growing) sort() int {
	n := g.random.IntN(1000)
	for i, s := range sorts {
		if n -= s.often; n < 0 {
			return i
		}
	}
	return len(sorts) - 1
}
