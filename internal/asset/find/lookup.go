package find

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/gram"
	"kagami/internal/postgres"
)

// lookup is one look into the register. There are two ways to find what is asked for:
// walking in the order of the list until a page is full, which is fast for what is
// frequent; and by the marks of asset_marked, which is fast for what is rare. Neither the
// database nor anybody else knows before which it is, so that each is tried for as long
// as it is fast.
type lookup struct {
	order
	tx     pgx.Tx
	today  calendar.Date
	where  string // what an asset a must be like
	args   pgx.StrictNamedArgs
	grams  []string // tsqueries: those of the words
	facets []string // those of what its columns say
	all    bool     // all that count are listed, or all
}

const (
	marksOf = `asset_marks(a.search, a.section_id, a.kind, a.confidentiality, a.integrity, a.availability, a.ranks, a.personal, a.zone, a.owner, a.state)`
	// steps is how far is walked for a page before the other way is tried.
	steps = 3000
	// The percentage of the register's blocks in which is looked whether there are more than
	// are counted. They are taken at random, since what is alike stands together.
	sample = 1
)

// facet is the tsquery of one that asset_marks gives.
func facet(of string) string { return gram.Mark("\x02" + of) }

// ask reads what is asked for; false where nothing can be found.
func (l *lookup) ask(ctx context.Context, actor authz.Actor, q Search) (bool, error) {
	l.args = pgx.StrictNamedArgs{}
	var conditions []string
	must := func(condition, name string, value any) {
		conditions = append(conditions, condition)
		l.args[name] = value
	}
	equal := func(column, letter, value string) {
		if value != "" {
			must("a."+column+" = @"+column, column, value)
			l.facets = append(l.facets, facet(letter+value))
		}
	}
	if actor.Reach(authz.ReadAssets) != authz.All {
		sections := actor.Sections(authz.ReadAssets)
		if len(sections) == 0 {
			return false, nil
		}
		must("a.section_id = ANY(@sections)", "sections", sections)
		var of []string
		for _, id := range sections {
			of = append(of, facet("s"+strconv.FormatInt(id, 10)))
		}
		l.facets = append(l.facets, "("+strings.Join(of, " | ")+")")
	}
	if q.Section != "" {
		type section struct{ ID int64 }
		one, err := postgres.One[section](ctx, l.tx, "finding a section", `SELECT id FROM section_shown WHERE code = @code`, pgx.StrictNamedArgs{"code": q.Section})
		if errors.Is(err, pgx.ErrNoRows) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		must("a.section_id = @section", "section", one.ID)
		l.facets = append(l.facets, facet("s"+strconv.FormatInt(one.ID, 10)))
	}
	equal("kind", "k", string(q.Kind))
	equal("zone", "z", q.Zone)
	equal("personal", "p", string(q.Personal))
	equal("confidentiality", "c", q.Levels[asset.Confidentiality])
	equal("integrity", "i", q.Levels[asset.Integrity])
	equal("availability", "a", q.Levels[asset.Availability])
	if q.Unowned {
		conditions = append(conditions, "a.owner = ''")
		l.facets = append(l.facets, facet("o"))
	}
	if q.Broken != "" {
		conditions = append(conditions, "a.broken_since IS NOT NULL")
	}
	if slices.ContainsFunc(asset.Ages[:], func(a asset.Choice[asset.Age]) bool { return a.Value == asset.Age(q.Broken) }) {
		from, to := asset.Age(q.Broken).Days()
		must("a.broken_since <= @younger::date", "younger", l.today.AddDays(-from))
		must("a.broken_since >= @older::date", "older", l.today.AddDays(-to))
	}
	if q.ByHand {
		conditions = append(conditions, "a.by_hand")
	}
	if q.Overdue {
		must("coalesce(a.checked_on, a.registered_on) < @looked::date", "looked", asset.LookedAt(l.today))
	}
	if q.Again {
		turned, err := asset.TurnedIn(ctx, l.tx, l.today)
		if err != nil || len(turned) == 0 {
			return false, err
		}
		conditions = append(conditions, l.turned(turned))
	}
	if q.Of != nil {
		must("a.id = ANY(@of)", "of", q.Of)
	}
	words := strings.FieldsFunc(norm.NFKC.String(q.Words), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
	for i, word := range words { // their case is the database's to fold, which has folded what they are looked for in
		name := "word" + strconv.Itoa(i)
		must("strpos(a.search, lower(@"+name+")) > 0", name, word)
	}
	l.grams = gram.Marks(words)
	if q.Stand != Current && q.Stand != Any {
		equal("state", "t", string(q.Stand))
	}
	l.all = len(conditions) == 0
	if q.Stand == Current {
		conditions = append(conditions, "a.state IN ('draft', 'registered')")
	}
	l.where = strings.Join(append(conditions, "true"), " AND ")
	// each statement is planned for what it is asked; for a hundred lines no second process pays
	return true, l.plan(ctx, `SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('max_parallel_workers_per_gather', '0', true)`)
}

// turned is the condition of what has to be looked at again.
func (l *lookup) turned(turned []asset.Turned) string {
	letters := map[string]string{"confidentiality": "c", "integrity": "i", "availability": "a", "zone": "z"}
	var either, marks []string
	for i, t := range turned {
		key, day := "turned"+strconv.Itoa(i), "turned_on"+strconv.Itoa(i)
		l.args[key], l.args[day] = t.Key, t.Day
		either = append(either, fmt.Sprintf("a.%s = @%s AND coalesce(a.checked_on, a.registered_on) < @%s::date", t.Field, key, day))
		marks = append(marks, facet(letters[t.Field]+t.Key))
	}
	l.facets = append(l.facets, "("+strings.Join(marks, " | ")+")")
	return "(" + strings.Join(either, " OR ") + ") AND a.state IN ('draft', 'registered')"
}

// plan sets what the database plans by, in this look only.
func (l *lookup) plan(ctx context.Context, settings string) error {
	if _, err := l.tx.Exec(ctx, settings); err != nil {
		return fmt.Errorf("setting how to plan: %w", err)
	}
	return nil
}

// with are the arguments and some more.
func (l *lookup) with(more pgx.StrictNamedArgs) pgx.StrictNamedArgs {
	args := maps.Clone(l.args)
	maps.Copy(args, more)
	return args
}

// count is how many there are; MostCounted + 1 for more than that.
func (l *lookup) count(ctx context.Context) (int, error) {
	type counted struct{ Count int }
	if l.all {
		n, err := postgres.One[counted](ctx, l.tx, "counting assets", `SELECT count(*) AS count FROM (SELECT FROM asset a WHERE `+l.where+` LIMIT @most) AS found`, l.with(pgx.StrictNamedArgs{"most": MostCounted + 1}))
		return n.Count, err
	}
	n, err := postgres.One[counted](ctx, l.tx, "counting some assets", fmt.Sprintf(`
		SELECT count(*) AS count FROM (SELECT FROM asset a TABLESAMPLE SYSTEM (%d) WHERE %s LIMIT @most) AS found`, sample, l.where), l.with(pgx.StrictNamedArgs{"most": MostCounted + 1}))
	if err != nil || n.Count > MostCounted {
		return n.Count, err
	}
	if err := l.byMarks(ctx); err != nil {
		return 0, err
	}
	marked, args := l.marked("")
	maps.Copy(args, l.with(pgx.StrictNamedArgs{"most": MostCounted + 1}))
	n, err = postgres.One[counted](ctx, l.tx, "counting assets", `SELECT count(*) AS count FROM (SELECT FROM asset a WHERE `+marked+l.where+` LIMIT @most) AS found`, args)
	return n.Count, err
}

// byMarks lets the database go by marks, and not by the order; byOrder the other way.
func (l *lookup) byMarks(ctx context.Context) error {
	return l.plan(ctx, `SELECT set_config('enable_seqscan', 'off', true), set_config('enable_indexscan', 'off', true), set_config('enable_bitmapscan', 'on', true)`)
}

func (l *lookup) byOrder(ctx context.Context) error {
	return l.plan(ctx, `SELECT set_config('enable_seqscan', 'off', true), set_config('enable_indexscan', 'on', true), set_config('enable_bitmapscan', 'off', true)`)
}

// marked is the condition by which the marks are looked up, of one key where it is given.
func (l *lookup) marked(key string) (condition string, args pgx.StrictNamedArgs) {
	facets := l.facets
	if key != "" && l.facet != nil {
		facets = append(slices.Clone(facets), facet(l.facet(key)))
	}
	if len(facets)+len(l.grams) == 0 {
		return "", pgx.StrictNamedArgs{}
	}
	grams := strings.Join(l.grams, " & ")
	if len(facets) > 0 && grams != "" {
		grams += " & "
	}
	return marksOf + ` @@ (lower(@grams) || @facets)::tsquery AND `, pgx.StrictNamedArgs{"grams": grams, "facets": strings.Join(facets, " & ")}
}

type found struct{ ID int64 }

// page are the ids of a page and of one more, in their order. many tells whether more are
// found than are counted.
func (l *lookup) page(ctx context.Context, many bool) ([]int64, error) {
	beyond, by := l.direction()
	if !many {
		where, args := l.where, l.with(nil)
		if l.after {
			where += fmt.Sprintf(` AND (%s, a.code_order) %s (@at::%s, asset_code_order(@code))`, l.whole(), beyond, l.kind)
			args["at"], args["code"] = l.typed(l.wholeAt()), l.code
		}
		if strings.Contains(l.whole(), "@zones") {
			args["zones"] = l.zones
		}
		return l.candidates(ctx, "", l.whole(), where, args, OnPage+1)
	}
	if l.facet == nil {
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
		return l.either(ctx, "", sorted, where, args, OnPage+1)
	}
	keys, err := l.keys(ctx)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, key := range keys {
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
		more, err := l.either(ctx, key, `a.code_order `+by, where, args, OnPage+1-len(ids))
		if err != nil {
			return nil, err
		}
		if ids = append(ids, more...); len(ids) > OnPage {
			break
		}
	}
	return ids, nil
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

// keys are the keys of a column that has few, in their order, each looked up after the one
// before.
func (l *lookup) keys(ctx context.Context) ([]string, error) {
	if err := l.byOrder(ctx); err != nil {
		return nil, err
	}
	type key struct{ Key string }
	list, err := postgres.List[key](ctx, l.tx, "listing what the register is sorted by", fmt.Sprintf(`
		WITH RECURSIVE k AS (
			(SELECT %[1]s AS key FROM asset a ORDER BY 1 LIMIT 1)
			UNION ALL
			SELECT (SELECT %[1]s FROM asset a WHERE %[1]s > k.key ORDER BY 1 LIMIT 1) FROM k WHERE k.key IS NOT NULL)
		SELECT key::text FROM k WHERE key IS NOT NULL`, l.key))
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, k := range list {
		keys = append(keys, k.Key)
	}
	slices.SortFunc(keys, l.compare)
	return keys, nil
}

// either walks, and goes by the marks where that fills no page.
func (l *lookup) either(ctx context.Context, key, sorted, where string, args pgx.StrictNamedArgs, need int) ([]int64, error) {
	if err := l.byOrder(ctx); err != nil {
		return nil, err
	}
	walked := maps.Clone(args)
	maps.Copy(walked, l.with(pgx.StrictNamedArgs{"need": need, "steps": steps}))
	inner := `SELECT a.id, ` + l.key + ` AS key, a.code_order, (` + l.where + `) AS hit FROM asset a WHERE ` + where + ` ORDER BY ` + sorted + ` LIMIT @steps`
	if l.all { // nearly each step is one
		delete(walked, "steps")
		inner = strings.TrimSuffix(inner, ` LIMIT @steps`)
	}
	_, by := l.direction()
	outer := fmt.Sprintf(` ORDER BY w.key %s, w.code_order %s`, by, by)
	if key != "" || l.sort == ByCode {
		outer = ` ORDER BY w.code_order ` + by
	}
	list, err := postgres.List[found](ctx, l.tx, "walking through assets", `SELECT w.id FROM (`+inner+`) w WHERE w.hit`+outer+` LIMIT @need`, walked)
	if err != nil {
		return nil, err
	}
	if len(list) < need && !l.all {
		maps.Copy(args, l.with(nil))
		return l.candidates(ctx, key, l.key, where+` AND `+l.where, args, need)
	}
	return idsOf(list), nil
}

// candidates are looked up by their marks, and sorted.
func (l *lookup) candidates(ctx context.Context, of, key, where string, args pgx.StrictNamedArgs, need int) ([]int64, error) {
	if err := l.byMarks(ctx); err != nil {
		return nil, err
	}
	marked, marks := l.marked(of)
	maps.Copy(args, marks)
	args["need"] = need
	_, by := l.direction()
	list, err := postgres.List[found](ctx, l.tx, "looking assets up", fmt.Sprintf(`
		SELECT c.id FROM (SELECT a.id, %s AS key, a.code_order FROM asset a WHERE %s%s OFFSET 0) c ORDER BY c.key %s, c.code_order %s LIMIT @need`,
		key, marked, where, by, by), args)
	if err != nil {
		return nil, err
	}
	return idsOf(list), nil
}

func idsOf(list []found) []int64 {
	ids := make([]int64, len(list))
	for i, f := range list {
		ids[i] = f.ID
	}
	return ids
}

// lines are assets as the list shows them, in the order of their ids.
func (l *lookup) lines(ctx context.Context, ids []int64) ([]Line, error) {
	if err := l.plan(ctx, `SELECT set_config('enable_indexscan', 'on', true)`); err != nil {
		return nil, err
	}
	return postgres.List[Line](ctx, l.tx, "listing assets", `
		SELECT a.code, s.name AS section_name, a.name, a.kind, a.place, a.confidentiality, a.integrity, a.availability, a.zone, a.checked_on, a.broken_since, a.state,
		       (`+l.key+`)::text AS key
		FROM unnest(@ids::bigint[]) WITH ORDINALITY AS f (id, n) JOIN asset a ON a.id = f.id JOIN section_shown s ON s.id = a.section_id ORDER BY f.n`,
		pgx.StrictNamedArgs{"ids": ids})
}
