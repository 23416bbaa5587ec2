package city

import (
	"context"

	"github.com/jackc/pgx/v5"

	"kagami/internal/calendar"
	"kagami/internal/postgres"
)

const (
	// everywhere is how many systems everybody uses, wherever they work.
	everywhere = 5
	// farApart keeps the systems of a person apart: it is a prime, and larger than there are.
	farApart = 104_729
)

// rights adds rights: everybody's to use the systems that all use, and for the work of their
// section others, which are different ones for each person. The most are in force; of a
// hundred a few are asked for, begin later, or are over, and of a thousand some belong to
// who has been transferred or are barred.
func (g growing) rights(ctx context.Context, size Size) error {
	if size.Rights == 0 {
		return nil
	}
	type town struct{ Has, People, Systems int }
	at, err := postgres.One[town](ctx, g.tx, "counting rights", `
		SELECT (SELECT count(*) FROM access_right) AS has, (SELECT count(DISTINCT person_id) FROM standing WHERE period @> @today::date AND section_id IS NOT NULL) AS people,
		       (SELECT count(*) FROM system_shown WHERE counts) AS systems`, pgx.StrictNamedArgs{"today": g.today()})
	if err != nil {
		return err
	}
	add := min(size.Rights-at.Has, at.People*at.Systems)
	if add <= 0 || at.Systems <= everywhere {
		return nil
	}
	for _, statement := range []struct {
		sql  string
		args pgx.StrictNamedArgs
	}{
		{`INSERT INTO right_system (asset_id, everywhere, portal, grades)
		  SELECT id, n < @everywhere, false, '{照会,更新,管理}' FROM (SELECT id, row_number() OVER (ORDER BY id DESC) - 1 AS n FROM system_shown WHERE counts) y ON CONFLICT DO NOTHING`,
			pgx.StrictNamedArgs{"everywhere": everywhere}},
		{addRights, pgx.StrictNamedArgs{
			"today": g.today(), "now": g.now, "year": calendar.ReiwaYear(g.today()), "add": add, "people": at.People, "systems": at.Systems, "everywhere": everywhere, "far_apart": farApart,
		}},
		{`ANALYZE access_right`, pgx.StrictNamedArgs{}},
		{`INSERT INTO right_step (right_id, version, at, by, event, note)
		  SELECT r.id, 1, r.asked_at, r.asked_by, CASE r.source WHEN 'asked' THEN 'ask' ELSE 'record' END, '' FROM access_right r
		  WHERE NOT EXISTS (SELECT FROM right_step h WHERE h.right_id = r.id)`, pgx.StrictNamedArgs{}},
		{`INSERT INTO right_step (right_id, version, at, by, event, note)
		  SELECT r.id, 2, @now, CASE r.state WHEN 'refused' THEN r.decided_by WHEN 'withdrawn' THEN r.asked_by END, CASE r.state WHEN 'refused' THEN 'refuse' WHEN 'withdrawn' THEN 'withdraw' ELSE 'expire' END, ''
		  FROM access_right r WHERE r.version = 2 AND NOT EXISTS (SELECT FROM right_step h WHERE h.right_id = r.id AND h.version = 2)`,
			pgx.StrictNamedArgs{"now": g.now}},
		{`INSERT INTO right_bar (code, person_id, kind, whole, reason, withheld, from_at, made_by, made_at)
		  SELECT lpad(translate(id::text, '0189', 'abcd'), 16, 'z'), id, 'suspension', true, '見本です。', '', @now::timestamptz - interval '1 day', (SELECT min(id) FROM person), @now
		  FROM person WHERE staff_number ~ '^K[0-9]{3}777$' ON CONFLICT DO NOTHING`, pgx.StrictNamedArgs{"now": g.now}},
		{`INSERT INTO right_bar_step (bar_id, version, at, by, event, note) SELECT b.id, 1, b.made_at, b.made_by, 'suspend', '' FROM right_bar b
		  WHERE NOT EXISTS (SELECT FROM right_bar_step h WHERE h.bar_id = b.id)`, pgx.StrictNamedArgs{}},
		{`INSERT INTO right_bar_turn (bar_id, turn, at) SELECT b.id, 'begun', b.made_at FROM right_bar b ON CONFLICT DO NOTHING`, pgx.StrictNamedArgs{}},
	} {
		if _, err := g.tx.Exec(ctx, statement.sql, statement.args); err != nil {
			return err
		}
	}
	return nil
}

// addRights adds rights in rounds: in each, one of everybody.
const addRights = `
	WITH who AS MATERIALIZED (
		SELECT person_id, section_id, row_number() OVER (ORDER BY person_id) - 1 AS n FROM (
			SELECT DISTINCT ON (person_id) person_id, section_id FROM standing WHERE period @> @today::date AND section_id IS NOT NULL ORDER BY person_id, acting, position, id) w),
	system AS MATERIALIZED (SELECT id, row_number() OVER (ORDER BY id DESC) - 1 AS n FROM system_shown WHERE counts),
	number AS (
		INSERT INTO right_number AS n (year, last) VALUES (@year, @add) ON CONFLICT (year) DO UPDATE SET last = n.last + @add RETURNING last - @add AS before),
	wanted AS MATERIALIZED (
		SELECT i, i % @people::int AS person, i / @people::int AS round,
		       CASE WHEN i % 100 = 1 THEN 'asked' WHEN i % 100 IN (2, 3, 4) THEN 'ended' WHEN i % 200 = 5 THEN 'refused' WHEN i % 200 = 105 THEN 'withdrawn' ELSE 'permitted' END AS state,
		       @today::date - 200 - (i * 7 % 1200)::int AS begins
		FROM generate_series(0, @add::bigint - 1) i)
	INSERT INTO access_right (code, person_id, asset_id, section_id, kind, grade, login, outsider, purpose, source, asked_by, asked_at, from_on, until_on, state, decided_by, decided_on, confirmed_by, confirmed_on, ended_on, version)
	SELECT @year || '-' || CASE WHEN number.before + w.i + 1 < 10000 THEN lpad((number.before + w.i + 1)::text, 4, '0') ELSE (number.before + w.i + 1)::text END,
	       who.person_id, system.id, CASE WHEN w.round >= @everywhere::int THEN elsewhere.section_id END,
	       CASE WHEN w.i % 50 = 9 THEN 'privileged' WHEN w.i % 500 = 11 THEN 'shared' ELSE 'general' END, CASE WHEN w.i % 3 = 0 THEN '更新' ELSE '照会' END, '見本' || w.i, '', '見本です。仕事で使うため。',
	       CASE WHEN w.state IN ('asked', 'refused', 'withdrawn') THEN 'asked' ELSE 'ledger' END, CASE WHEN w.state IN ('asked', 'refused', 'withdrawn') THEN who.person_id ELSE first.id END, @now,
	       CASE WHEN w.state = 'asked' THEN @today::date WHEN w.i % 1000 = 500 THEN @today::date + 10 ELSE w.begins END,
	       CASE WHEN w.i % 20 = 0 THEN @today::date + 30 + (w.i % 300)::int END, w.state,
	       CASE WHEN w.state NOT IN ('asked', 'withdrawn') THEN CASE WHEN who.person_id = first.id THEN first.other ELSE first.id END END, CASE WHEN w.state NOT IN ('asked', 'withdrawn') THEN w.begins END,
	       CASE WHEN w.state = 'permitted' THEN first.id END, CASE WHEN w.state = 'permitted' THEN w.begins + 100 END,
	       CASE WHEN w.state = 'ended' THEN w.begins + 150 END, CASE WHEN w.state IN ('asked', 'permitted') THEN 1 ELSE 2 END
	FROM wanted w JOIN who ON who.n = w.person JOIN who elsewhere ON elsewhere.n = CASE WHEN w.i % 1000 = 600 THEN (w.person + 100) % @people ELSE w.person END
	JOIN system ON system.n = CASE WHEN w.round < @everywhere::int THEN w.round ELSE @everywhere::int + (w.person * 7919 + w.round * @far_apart::int) % (@systems::int - @everywhere::int) END,
	number, (SELECT min(id) AS id, max(id) AS other FROM person) first
	ORDER BY w.i`
