package find

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"kagami/internal/postgres"
)

// byInitials finds a page of a list sorted by name: it walks through the names that begin
// with the first character of which that is likely to fill it, after those that stand
// before them.
func (l *lookup) byInitials(ctx context.Context) ([]int64, error) {
	_, by := l.direction()
	l.known = slices.SortedFunc(maps.Keys(l.sampled), l.compare)
	first, _ := utf8.DecodeRuneInString(l.at)
	for i, initial := range l.known {
		r, _ := utf8.DecodeRuneInString(initial)
		steps := l.walkable(l.sampled[initial], OnPage+1)
		if steps == 0 || r == utf8.RuneError || !utf8.ValidRune(r+1) || l.after && l.compare(initial, string(first)) < 0 {
			continue
		}
		from, args := l.from("("+l.key+")", "a.code_order")
		args["initial"], args["beyond"] = initial, string(r+1)
		list, err := l.walk(ctx, l.key+` `+by+`, a.code_order `+by, from+` AND `+l.key+` >= @initial AND `+l.key+` < @beyond`, args, OnPage+1, steps)
		if err != nil {
			return nil, err
		}
		if len(list) <= OnPage {
			continue
		}
		until := &end{key: initial}
		if l.backward {
			until.key = string(r + 1)
		}
		// what begins with none of those of which the sample has found some: of the others,
		// and of those that it does not know, there are few
		var others []string
		for j, other := range l.known {
			if l.sampled[other].hits > 0 && (j >= i || l.after && l.compare(other, string(first)) < 0) {
				others = append(others, other)
			}
		}
		before, err := l.candidates(ctx, OnPage+1, until, "!"+l.anyOf(others))
		return append(before, list[:OnPage+1-len(before)]...), err
	}
	return l.candidates(ctx, OnPage+1, nil, "")
}

// alongOrder finds a page in the order of the column: by a walk where that is likely to
// fill it, else among those that stand before one that was found by chance, else among all.
func (l *lookup) alongOrder(ctx context.Context) ([]int64, error) {
	beyond, by := l.direction()
	if steps := l.walkable(l.total, OnPage+1); l.all || steps > 0 {
		where, args := "true", pgx.StrictNamedArgs{}
		if l.after {
			args["code"] = l.code
			if l.sort == ByCode { // an index finds it, which a row of two would keep it from
				where = fmt.Sprintf(`a.code_order %s asset_code_order(@code)`, beyond)
			} else {
				where = fmt.Sprintf(`(%s, a.code_order) %s (@at::%s, asset_code_order(@code))`, l.key, beyond, l.kind)
				args["at"] = l.typed(l.at)
			}
		}
		sorted := fmt.Sprintf(`%s %s, a.code_order %s`, l.key, by, by)
		if l.sort == ByCode {
			sorted = `a.code_order ` + by
		}
		list, err := l.walk(ctx, sorted, where, args, OnPage+1, steps)
		if err != nil || len(list) > OnPage || l.all {
			return list, err
		}
	}
	if l.ends != nil {
		list, err := l.candidates(ctx, OnPage+1, l.ends, "")
		if err != nil || len(list) > OnPage {
			return list, err
		}
	}
	return l.candidates(ctx, OnPage+1, nil, "")
}

// byKeys finds a page of a column with few keys: it walks through the first key of which
// that is likely to fill it, after what the keys before that one have.
func (l *lookup) byKeys(ctx context.Context) ([]int64, error) {
	if err := l.keys(ctx); err != nil {
		return nil, err
	}
	beyond, by := l.direction()
	var ids []int64
	var open []string // keys through which nobody walks
	for _, key := range l.known {
		where, args := fmt.Sprintf(`%s = @key::%s`, l.key, l.kind), pgx.StrictNamedArgs{"key": l.typed(key)}
		if l.after {
			switch c := l.compare(key, l.at); {
			case c < 0:
				continue
			case c == 0:
				where += fmt.Sprintf(` AND a.code_order %s asset_code_order(@code)`, beyond)
				args["code"] = l.code
			}
		}
		need := OnPage + 1 - len(ids)
		var list []int64
		if steps := l.walkable(l.sampled[key], need); l.all || steps > 0 {
			var err error
			if list, err = l.walk(ctx, `a.code_order `+by, where, args, need, steps); err != nil {
				return nil, err
			}
		}
		switch {
		case len(list) < need && !l.all:
			if len(l.facets)+len(l.grams) == 0 { // no mark tells one key from another faster than sorting all does
				return l.candidates(ctx, OnPage+1, nil, "")
			}
			open = append(open, key)
		case len(open) == 0:
			ids = append(ids, list...)
		default: // none of those after this one can be on the page
			before, err := l.candidates(ctx, need, nil, l.of(open))
			return append(append(ids, before...), list[:need-len(before)]...), err
		}
		if len(ids) > OnPage {
			return ids, nil
		}
	}
	if len(open) == 0 {
		return ids, nil
	}
	rest, err := l.candidates(ctx, OnPage+1-len(ids), nil, l.of(open))
	return append(ids, rest...), err
}

// typed is a key as its type.
func (l *lookup) typed(key string) any {
	if l.kind != "int" {
		return key
	}
	n, err := strconv.ParseInt(key, 10, 32)
	if err != nil {
		panic(err) // order has read it, or the database has given it
	}
	return n
}

// keys looks up the keys of a column that has few, in their order, each after the one
// before.
func (l *lookup) keys(ctx context.Context) error {
	if err := l.goBy(ctx, false); err != nil {
		return err
	}
	type key struct{ Key string }
	list, err := postgres.List[key](ctx, l.tx, "listing what the register is sorted by", fmt.Sprintf(`
		WITH RECURSIVE k AS (
			(SELECT %[1]s AS key FROM asset a ORDER BY 1 LIMIT 1)
			UNION ALL
			SELECT (SELECT %[1]s FROM asset a WHERE %[1]s > k.key ORDER BY 1 LIMIT 1) FROM k WHERE k.key IS NOT NULL)
		SELECT key::text FROM k WHERE key IS NOT NULL`, l.key))
	if err != nil {
		return err
	}
	for _, k := range list {
		l.known = append(l.known, k.Key)
	}
	slices.SortFunc(l.known, l.compare)
	return nil
}

// walk goes through the register in its order until there are as many as are needed, or as
// far as it pays. Fewer than are needed need not be all, unless all are listed.
func (l *lookup) walk(ctx context.Context, sorted, where string, args pgx.StrictNamedArgs, need, steps int) ([]int64, error) {
	if err := l.goBy(ctx, false); err != nil {
		return nil, err
	}
	args = l.with(args)
	args["need"] = need
	sql := `SELECT a.id FROM asset a WHERE ` + where + ` AND ` + l.where + ` ORDER BY ` + sorted + ` LIMIT @need`
	if !l.all {
		args["steps"] = steps
		sql = `SELECT w.id FROM (SELECT a.id, (` + l.where + `) AS hit FROM asset a WHERE ` + where + ` ORDER BY ` + sorted + ` LIMIT @steps) w WHERE w.hit LIMIT @need`
	}
	list, err := postgres.List[found](ctx, l.tx, "walking through assets", sql, args)
	return idsOf(list), err
}
