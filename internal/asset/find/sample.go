package find

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/jackc/pgx/v5"

	"kagami/internal/postgres"
)

// end is where what is looked for ends: this one is the last.
type end struct{ key, codeOrder string }

// seen is how many of a sample are found, of how many.
type seen struct{ hits, rows int }

// count is how many there are; l.counted + 1 for more than that.
func (l *lookup) count(ctx context.Context) (int, error) {
	type counted struct{ Count int }
	if l.all {
		n, err := postgres.One[counted](ctx, l.tx, "counting assets", `SELECT count(*) AS count FROM (SELECT FROM asset a WHERE `+l.where+` LIMIT @most) AS found`, l.with(pgx.StrictNamedArgs{"most": l.counted + 1}))
		return n.Count, err
	}
	total, rows, err := l.take(ctx)
	if err != nil {
		return 0, err
	}
	l.total = seen{total, rows}
	if l.rare = total < l.often; total > l.counted {
		return l.counted + 1, nil
	}
	if err := l.goBy(ctx, true); err != nil {
		return 0, err
	}
	where, args := l.marked("")
	from, more := l.from("f.key", "f.code_order")
	maps.Copy(args, more)
	args["most"], args["need"] = l.counted+1, OnPage+1
	if strings.Contains(l.whole(), "@zones") {
		args["zones"] = l.zones
	}
	_, by := l.direction()
	type few struct {
		Count int
		IDs   []int64
	}
	n, err := postgres.One[few](ctx, l.tx, "counting assets", fmt.Sprintf(`
		WITH f AS MATERIALIZED (SELECT a.id, %[1]s AS key, a.code_order FROM asset a WHERE %[2]s LIMIT @most)
		SELECT (SELECT count(*) FROM f)::int AS count, ARRAY(SELECT f.id FROM f WHERE %[3]s ORDER BY f.key %[4]s, f.code_order %[4]s LIMIT @need) AS ids`,
		l.whole(), where, from, by), args)
	l.few = n.IDs
	return n.Count, err
}

// take takes the sample: how many of it are found, of how many.
func (l *lookup) take(ctx context.Context) (total, rows int, err error) {
	l.sampled = map[string]seen{}
	group := l.key
	if l.sort == ByName { // of the text, as its mark has it: that of a name takes longer than looking for words
		group = `left(split_part(a.search, E'\n', 3), 1)`
	}
	if l.facet != nil {
		type some struct {
			Key        string
			Hits, Rows int
		}
		list, err := postgres.List[some](ctx, l.tx, "counting some assets", fmt.Sprintf(`
			SELECT (%s)::text AS key, count(*) FILTER (WHERE %s)::int AS hits, count(*)::int AS rows FROM asset a TABLESAMPLE SYSTEM (%d) GROUP BY 1`, group, l.where, l.sample), l.args)
		for _, s := range list {
			l.sampled[s.Key] = seen{s.Hits, s.Rows}
			total, rows = total+s.Hits, rows+s.Rows
		}
		return total, rows, err
	}
	_, by := l.direction()
	from, args := l.from("s.key", "s.code_order")
	args["end"] = l.end
	type some struct {
		Hits, Rows int
		Key, Code  *string
	}
	nth := `(array_agg(%s ORDER BY s.key ` + by + `, s.code_order ` + by + `) FILTER (WHERE s.hit AND ` + from + `))[@end] AS %s`
	one, err := postgres.One[some](ctx, l.tx, "counting some assets", fmt.Sprintf(`
		SELECT count(*) FILTER (WHERE s.hit)::int AS hits, count(*)::int AS rows, `+fmt.Sprintf(nth, "s.key::text", "key")+`, `+fmt.Sprintf(nth, "s.code_order", "code")+`
		FROM (SELECT a.code_order, %s AS key, (%s) AS hit FROM asset a TABLESAMPLE SYSTEM (%d) OFFSET 0) s`, l.key, l.where, l.sample), l.with(args))
	if one.Key != nil {
		l.ends = &end{*one.Key, *one.Code}
	}
	return one.Hits, one.Rows, err
}

// walkable is how far a walk goes through those of whom a sample says how many are found,
// to find as many as are needed: twice as far as it is likely to, and 0 where that does not
// pay.
func (l *lookup) walkable(of seen, need int) int {
	if of.hits == 0 || 2*need*of.rows > l.steps*of.hits {
		return 0
	}
	return 2 * need * of.rows / of.hits
}
