package cases

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
	manyCases  = 100_000
	townPeople = 300
	listLimit  = 50 * time.Millisecond
	listRounds = 11
	oneSection = "zeimu" // whose cases are asked for
)

// readers are who looks at the list, by their place among the accounts of the sample town: each reads
// cases in another way.
var readers = []portal.Reader{{Name: "the CIO", Who: 0}, {Name: "the CISO", Who: 1}, {Name: "the 統括", Who: 2}, {Name: "a 課長", Who: 8}, {Name: "a 職員", Who: 10}, {Name: "監査", Who: 36}}

// listPages are the list in its ways: each filter, words that are frequent, rare, and never there, and
// a page in the middle.
var listPages = []string{
	"/violations", "/violations?state=closed", "/violations?state=guided", "/violations?open=1", "/violations?late=1", "/violations?section=" + oneSection,
	"/violations?clause=%E5%AF%BE%E7%AD%96%E5%9F%BA%E6%BA%96", "/violations?clause=5%2829%29", "/violations?clause=%E7%84%A1%E3%81%84",
	"/violations?whom=%E8%A6%8B%E6%9C%AC", "/violations?whom=777", "/violations?whom=K000123", "/violations?section=" + oneSection + "&clause=5%2829%29", "/violations?whom=K000123&late=1",
}

// List measures the list of a hundred thousand cases, for who reads all of them, those of one 課室,
// those with a number for each name, and next to none.
func List(ctx context.Context, _ string) ([]figure.Figure, error) {
	return portal.On(ctx, func(t *portal.Town) ([]figure.Figure, error) {
		if err := city.Grow(ctx, t.Pool, time.Now(), city.Size{People: townPeople, Seed: 1}); err != nil {
			return nil, err
		}
		middle, err := grow(ctx, t.URL)
		if err != nil {
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
		slow, err := t.Slowest(ctx, page, readers, append(listPages[:len(listPages):len(listPages)], "/violations?after="+middle), `UPDATE change_counter SET number = number + 1 WHERE name = 'violation'`)
		if err != nil {
			return nil, err
		}
		return []figure.Figure{{
			Name: "cases", Ratio: slow.Took.Seconds() / listLimit.Seconds(), Limit: 1,
			Detail: fmt.Sprintf("the slowest page, %s, in %v with %d cases, limit %v (%s)", slow.Which, slow.Took.Round(time.Millisecond/10), manyCases, listLimit, slow.All),
		}}, nil
	})
}

// grow puts cases straight into the tables, of the people of a town in turn: one in a hundred is guided,
// the others have ended, one in ten of people who work in another 課室 today. It returns the code of
// one in the middle.
func grow(ctx context.Context, database string) (middle string, err error) {
	owner, err := pgx.Connect(ctx, database)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, owner.Close(ctx)) }()
	// how a case comes to stand where it does is not what is measured
	_, err = owner.Exec(ctx, `
		ALTER TABLE violation_case DISABLE TRIGGER USER; ALTER TABLE violation_step DISABLE TRIGGER USER; ALTER TABLE violation_told DISABLE TRIGGER USER;`)
	if err != nil {
		return "", fmt.Errorf("adding cases: %w", err)
	}
	_, err = owner.Exec(ctx, `
		WITH worker AS (
			SELECT row_number() OVER (ORDER BY (w.person_id * 7919) % 1009, w.person_id) - 1 AS n, count(*) OVER () AS many, w.person_id, w.section_id
			FROM standing w WHERE w.period @> current_date AND w.section_id IS NOT NULL AND w.position > 0),
		wanted AS (
			SELECT g, g % 100 = 0 AS under_way, current_date - g % 1500 AS on_day, w.person_id,
			       CASE WHEN g % 10 = 3 THEN (SELECT o.section_id FROM worker o WHERE o.n = (g * 31) % o.many) ELSE w.section_id END AS section_id
			FROM generate_series(1, @many::int) g JOIN worker w ON w.n = g % w.many),
		made AS (
			INSERT INTO violation_case (code, state, state_at, outcome, person_id, person_kind, section_id, clauses, facts, since_on, receiver, confirmed_by, confirmed_at, due_on, opened_at, closed_at, version)
			SELECT overlay(lpad(translate(upper(to_hex(4294967296 + g * 7919::bigint)), 'ILOU', '0123'), 8, 'Z') PLACING '-' FROM 5 FOR 0), CASE WHEN under_way THEN 'guided' ELSE 'closed' END, on_day, CASE WHEN under_way THEN '' ELSE 'improved' END,
			       person_id, 'executive', section_id, '情報セキュリティ対策基準 5(' || g % 60 || ')、6(' || g % 17 || ')', repeat('見本の事実を書いた文です。', 12), on_day, 'general',
			       (SELECT id FROM person WHERE staff_number = 'M003'), on_day, CASE WHEN under_way THEN current_date + g / 100 % 40 - 2 END, on_day, CASE WHEN under_way THEN NULL ELSE on_day + interval '9 days' END, 3
			FROM wanted ORDER BY g RETURNING id, person_id, opened_at, confirmed_by),
		step AS (
			INSERT INTO violation_step (case_id, version, at, by, seat, event, from_state, to_state)
			SELECT m.id, v.version, m.opened_at, m.confirmed_by, 'general', 'confirm', '', 'confirmed' FROM made m, generate_series(1, 3) v (version)),
		told AS (
			INSERT INTO violation_told (case_id, version, person_id, seat, mark, from_at)
			SELECT m.id, 2, m.person_id, 'person', 'other', m.opened_at FROM made m)
		INSERT INTO violation_recused (case_id, person_id, why) SELECT id, person_id, 'concerned' FROM made`, pgx.StrictNamedArgs{"many": manyCases})
	if err != nil {
		return "", fmt.Errorf("adding cases: %w", err)
	}
	_, err = owner.Exec(ctx, `
		ALTER TABLE violation_case ENABLE TRIGGER USER; ALTER TABLE violation_step ENABLE TRIGGER USER; ALTER TABLE violation_told ENABLE TRIGGER USER;`)
	if err != nil {
		return "", fmt.Errorf("adding cases: %w", err)
	}
	err = owner.QueryRow(ctx, `SELECT code FROM violation_case ORDER BY id OFFSET $1 LIMIT 1`, manyCases/2).Scan(&middle)
	return middle, err
}
