package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/cmd/bench/figure"
	"kagami/cmd/bench/portal"
	"kagami/internal/sample/city"
)

const (
	manyExceptions = 10_000
	exceptedAssets = 100_000 // in the register that they are of
	exceptionLimit = 50 * time.Millisecond
)

// exceptionPages are the pages that go by exceptions: their list in its ways, one of them,
// and what the register says of its assets with them.
var exceptionPages = []string{
	"/exceptions", "/exceptions?state=in_force", "/exceptions?state=to_review", "/exceptions?state=over", "/exceptions?state=unsettled", "/exceptions?section=zeimu", "/exceptions?within=30", "/exceptions?clause=7%283%29", "/exceptions?asset=zeimu-0009",
	"/exceptions?after=8-5000", "/exceptions/8-0001", "/exceptions/8-0002", "/assets?broken=any", "/assets?broken=excepted", "/assets?broken=month", "/assets/overview", "/assets/zeimu-0009", "/",
}

// measureExceptions measures the pages that go by exceptions with ten thousand of them, for
// who sees one section and for who sees all.
func measureExceptions(ctx context.Context, _ string) ([]figure.Figure, error) {
	return onTown(ctx, func(t *town) ([]figure.Figure, error) {
		if err := city.Grow(ctx, t.Pool, time.Now(), city.Size{Assets: exceptedAssets, Seed: 1}); err != nil {
			return nil, err
		}
		if err := t.growExceptions(ctx); err != nil {
			return nil, err
		}
		if err := t.Analyze(ctx); err != nil {
			return nil, err
		}
		page, stop, err := t.Serve()
		if err != nil {
			return nil, err
		}
		defer stop()
		var readers []portal.Reader
		for _, look := range lookers {
			readers = append(readers, portal.Reader{Name: look.name, Who: look.who})
		}
		slow, err := t.Slowest(ctx, page, readers, exceptionPages, `WITH assets AS (UPDATE asset_state SET number = number + 1) UPDATE change_counter SET number = number + 1 WHERE name = 'exception'`)
		if err != nil {
			return nil, err
		}
		return []figure.Figure{{
			Name: "exceptions", Ratio: slow.Took.Seconds() / exceptionLimit.Seconds(), Limit: 1,
			Detail: fmt.Sprintf("the slowest page, %s, in %v with %d exceptions of %d assets, limit %v (%s)", slow.Which, slow.Took.Round(time.Millisecond/10), manyExceptions, exceptedAssets, exceptionLimit, slow.All),
		}}, nil
	})
}

// growExceptions puts exceptions straight into the tables: of each asset that does not fit a
// rule in turn, one in ten asked for, a few in force, the most of them over and most of these settled.
func (t *town) growExceptions(ctx context.Context) (err error) {
	owner, err := pgx.Connect(ctx, t.URL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, owner.Close(ctx)) }()
	_, err = owner.Exec(ctx, `
		WITH broken AS (
			SELECT row_number() OVER (ORDER BY (a.id * 7919) % 100003) - 1 AS n, a.id, a.section_id, a.code, a.name, (SELECT min(k) FROM jsonb_object_keys(a.breaks) k) AS rule
			FROM asset a WHERE a.broken_since IS NOT NULL),
		wanted AS (
			SELECT g, '8-' || lpad((g + 2)::text, greatest(4, length((g + 2)::text)), '0') AS number, begins, g % 10 > 3 AND begins + 100 < current_date AS settled, b.*
			FROM generate_series(1, @many::int) g CROSS JOIN LATERAL (SELECT current_date - 700 + (g * 13) % 680 AS begins) d JOIN broken b ON b.n = g % (SELECT count(*) FROM broken)),
		made AS (
			INSERT INTO exception (code, section_id, asked_by, asked_at, clause, subject, reason, risk, instead, from_on, until_on, review_on, state, decided_by, decided_on, settle_by, settled_on)
			SELECT number, section_id, (SELECT min(id) FROM person), now() - interval '1 year', '基本方針7(3)' || g % 4, '見本の例外', '見本', '見本', '見本',
			       begins, begins + 100, begins + 70, CASE WHEN g % 10 = 0 THEN 'asked' WHEN settled THEN 'settled' ELSE 'permitted' END,
			       CASE WHEN g % 10 > 0 THEN (SELECT max(id) FROM person) END, CASE WHEN g % 10 > 0 THEN begins END,
			       CASE WHEN g % 10 > 0 THEN begins + 114 END, CASE WHEN settled THEN begins + 100 END
			FROM wanted ORDER BY g
			RETURNING id, code, clause),
		clauses AS (INSERT INTO exception_clause (exception_id, place, clause, key, unfound) SELECT id, 1, clause, clause, false FROM made),
		step AS (INSERT INTO exception_step (exception_id, version, at, by, event) SELECT id, 1, now(), (SELECT min(id) FROM person), 'ask' FROM made)
		INSERT INTO exception_about (exception_id, asset_id, code, name, rule)
		SELECT m.id, w.id, w.code, w.name, w.rule FROM made m JOIN wanted w ON w.number = m.code`, pgx.StrictNamedArgs{"many": manyExceptions})
	if err != nil {
		return fmt.Errorf("adding exceptions: %w", err)
	}
	return nil
}
