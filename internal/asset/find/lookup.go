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
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/asset"
	"kagami/internal/asset/again"
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
	bounds
	tx       pgx.Tx
	today    calendar.Date
	where    string // what an asset a must be like
	rest     string // what of it no mark says
	args     pgx.StrictNamedArgs
	grams    []string // tsqueries: those of the words
	facets   []string // those of what its columns say
	sections bool     // only those of some sections
	all      bool     // all that count are listed, or all
	marks    bool     // the database goes by marks
	rare     bool     // so few are found that none walks to them
	few      []int64  // where no more are found than are counted, the ids of the page
	// what the sample says: of a column with keys, by key how many of it are found, and of
	// how many; of another one, where a page ends at the latest
	sampled map[string]seen
	total   seen
	known   []string // all keys, in their order, where the list goes by them
	ends    *end
}

// end is where what is looked for ends: this one is the last.
type end struct{ key, codeOrder string }

// seen is how many of a sample are found, of how many.
type seen struct{ hits, rows int }

const (
	marksOf = `asset_marks(a.search, a.section_id, a.kind, a.confidentiality, a.integrity, a.availability, a.ranks, a.personal, a.zone, a.owner, a.state)`
)

// bounds are how far is gone one way before the other is taken.
type bounds struct {
	counted int // up to how many are counted
	steps   int // how far is walked for a page at most before the other way is tried
	// As many as that in the sample, of a key where there are keys, make a walk worth it:
	// fewer are looked up by their marks at once, since it would pass hundreds before each.
	often int
	// The percentage of the register's blocks in which is looked whether there are more than
	// are counted. They are taken at random, since what is alike stands together.
	sample int
	// A page is looked for up to that one of the sample: as many hundreds stand before it, far
	// more than a page has, and far less than all.
	end int
}

var usualBounds = bounds{counted: MostCounted, steps: 8000, often: 60, sample: 1, end: 8}

// facet is the tsquery of one that asset_marks gives.
func facet(of string) string { return gram.Mark("\x02" + of) }

// ask reads what is asked for; false where nothing can be found.
func (l *lookup) ask(ctx context.Context, actor authz.Actor, q Search) (bool, error) {
	l.args = pgx.StrictNamedArgs{}
	var said, conditions []string // said are those that a mark says
	must := func(condition, name string, value any) {
		conditions = append(conditions, condition)
		l.args[name] = value
	}
	say := func(condition, name string, value any, mark string) {
		said = append(said, condition)
		l.args[name] = value
		l.facets = append(l.facets, mark)
	}
	equal := func(column, letter, value string) {
		if value != "" {
			say("a."+column+" = @"+column, column, value, facet(letter+value))
		}
	}
	if actor.Reach(authz.ReadAssets) != authz.All {
		sections := actor.Sections(authz.ReadAssets)
		if len(sections) == 0 {
			return false, nil
		}
		var of []string
		for _, id := range sections {
			of = append(of, facet("s"+strconv.FormatInt(id, 10)))
		}
		l.sections = true
		say("a.section_id = ANY(@sections)", "sections", sections, "("+strings.Join(of, " | ")+")")
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
		l.sections = true
		say("a.section_id = @section", "section", one.ID, facet("s"+strconv.FormatInt(one.ID, 10)))
	}
	equal("kind", "k", string(q.Kind))
	equal("zone", "z", q.Zone)
	equal("personal", "p", string(q.Personal))
	equal("confidentiality", "c", q.Levels[asset.Confidentiality])
	equal("integrity", "i", q.Levels[asset.Integrity])
	equal("availability", "a", q.Levels[asset.Availability])
	if q.Unowned {
		say("a.owner = @owner", "owner", "", facet("o"))
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
		turned, err := again.TurnedIn(ctx, l.tx, l.today)
		if err != nil || len(turned) == 0 {
			return false, err
		}
		conditions = append(conditions, l.turned(turned))
	}
	if at, is := asset.ParseHanded(q.Handed); is {
		must("a.id IN (SELECT h.asset_id FROM asset_change h WHERE h.came_from IS NOT NULL AND h.changed_at = @handed)", "handed", at)
	} else if q.Handed != "" {
		must("a.id IN (SELECT h.asset_id FROM asset_change h WHERE h.came_from = (SELECT s.id FROM section_shown s WHERE s.code = @handed))", "handed", q.Handed)
	}
	if q.Of != nil {
		must("a.id = ANY(@of)", "of", q.Of)
	}
	words := strings.FieldsFunc(norm.NFKC.String(q.Words), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
	for i, word := range words { // their case is the database's to fold, which has folded what they are looked for in
		name := "word" + strconv.Itoa(i)
		must("strpos(a.search, lower(@"+name+")) > 0", name, word)
	}
	if l.sections {
		// what is of a section is read sooner than all that begins with a character is gathered
		words = slices.DeleteFunc(words, func(w string) bool { return utf8.RuneCountInString(w) == 1 })
	}
	l.grams = gram.Marks(words)
	if q.Stand != Current && q.Stand != Any {
		equal("state", "t", string(q.Stand))
	}
	l.all = len(said)+len(conditions) == 0
	if q.Stand == Current {
		conditions = append(conditions, "a.state IN ('draft', 'registered')")
	}
	conditions = append(conditions, "true")
	l.rest = strings.Join(conditions, " AND ")
	l.where = strings.Join(append(said, conditions...), " AND ")
	return true, nil
}

// turned is the condition of what has to be looked at again.
func (l *lookup) turned(turned []again.Turned) string {
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

// How the register is read: each statement is planned for what it is asked, and for a
// hundred lines no second process pays. A look walks in the order of the list at first.
var (
	reading = pgx.TxOptions{BeginQuery: begin}
	looking = pgx.TxOptions{BeginQuery: begin + `; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off`}
)

const begin = `BEGIN READ ONLY; SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL max_parallel_workers_per_gather = 0`

// goBy lets the database go by marks, and not by the order, or the other way.
func (l *lookup) goBy(ctx context.Context, marks bool) error {
	if l.marks == marks {
		return nil
	}
	l.marks = marks
	settings := `SET LOCAL enable_bitmapscan = off; SET LOCAL enable_indexscan = on`
	if marks {
		settings = `SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = on`
	}
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

// from is the condition of what stands after the place where the page begins, by the names
// of a key of the whole order and of what sorts numbers.
func (l *lookup) from(key, number string) (condition string, args pgx.StrictNamedArgs) {
	if !l.after {
		return "true", pgx.StrictNamedArgs{}
	}
	beyond, _ := l.direction()
	return fmt.Sprintf(`(%s, %s) %s (@at::%s, asset_code_order(@code))`, key, number, beyond, l.kind), pgx.StrictNamedArgs{"at": l.typed(l.wholeAt()), "code": l.code}
}

// marked is what an asset a must be like, looked up by its marks, and by the tsquery of some
// keys where it is given. What a mark says is asked of nothing else: the database would look
// it up in a second index, which finds half the register.
func (l *lookup) marked(keys string) (condition string, args pgx.StrictNamedArgs) {
	facets, args := slices.Clone(l.facets), l.with(nil)
	if len(facets)+len(l.grams) == 0 {
		return l.where, args
	}
	if keys != "" {
		facets = append(facets, keys)
	}
	for name := range args { // those of which only a mark is asked
		if !strings.Contains(l.rest, "@"+name) {
			delete(args, name)
		}
	}
	args["grams"], args["facets"] = strings.Join(l.grams, " & "), strings.Join(facets, " & ")
	if len(facets) > 0 && len(l.grams) > 0 {
		args["facets"] = " & " + strings.Join(facets, " & ")
	}
	return marksOf + ` @@ (lower(@grams) || @facets)::tsquery AND ` + l.rest, args
}

// of is the tsquery of those of some keys of the column, and not that of the others where
// fewer assets have those.
func (l *lookup) of(keys []string) string {
	others := slices.DeleteFunc(slices.Clone(l.known), func(key string) bool { return slices.Contains(keys, key) })
	rows := func(of []string) (rows int) {
		for _, key := range of {
			rows += l.sampled[key].rows
		}
		return rows
	}
	if len(others) > 0 && rows(others) < rows(keys) {
		return "!" + l.anyOf(others)
	}
	return l.anyOf(keys)
}

// anyOf is the tsquery of what has one of some keys.
func (l *lookup) anyOf(keys []string) string {
	of := make([]string, len(keys))
	for i, key := range keys {
		of[i] = facet(l.facet(key))
	}
	return "(" + strings.Join(of, " | ") + ")"
}

type found struct{ ID int64 }

// page are the ids of a page and of one more, in their order. many tells whether more are
// found than are counted.
func (l *lookup) page(ctx context.Context, many bool) ([]int64, error) {
	switch {
	case !many && !l.all:
		return l.few, nil
	case l.rare:
		return l.candidates(ctx, OnPage+1, nil, "")
	case l.sort == ByName && !l.all && len(l.facets)+len(l.grams) > 0:
		return l.byInitials(ctx)
	case l.sort != ByName && l.facet != nil:
		return l.byKeys(ctx)
	default:
		return l.alongOrder(ctx)
	}
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

// candidates are looked up by their marks and sorted: those that stand up to an end, of
// some keys, where these are given.
func (l *lookup) candidates(ctx context.Context, need int, upTo *end, keys string) ([]int64, error) {
	if err := l.goBy(ctx, true); err != nil {
		return nil, err
	}
	where, args := l.marked(keys)
	args["need"] = need
	beyond, by := l.direction()
	from, more := l.from("c.key", "c.code_order")
	maps.Copy(args, more)
	if upTo != nil && upTo.codeOrder == "" { // only marks tell: by the index too they are many
		condition := `c.key < @end`
		if l.backward {
			condition = `c.key >= @end`
		}
		from, args["end"] = from+` AND `+condition, upTo.key
	} else if upTo != nil { // what stands between is looked up by the index of the order, beside the marks
		where += ` AND ` + l.between(beyond)
		args["end_code"] = upTo.codeOrder
		if l.sort != ByCode {
			args["end"] = l.typed(upTo.key)
		}
	}
	if strings.Contains(l.whole(), "@zones") {
		args["zones"] = l.zones
	}
	list, err := postgres.List[found](ctx, l.tx, "looking assets up", fmt.Sprintf(`
		SELECT c.id FROM (SELECT a.id, %s AS key, a.code_order FROM asset a WHERE %s OFFSET 0) c WHERE %s ORDER BY c.key %s, c.code_order %s LIMIT @need`,
		l.whole(), where, from, by, by), args)
	return idsOf(list), err
}

// between is the condition of what stands after the place and up to an end, such as an
// index finds it.
func (l *lookup) between(beyond string) string {
	within := map[string]string{">": "<=", "<": ">="}[beyond]
	if l.sort == ByCode {
		condition := fmt.Sprintf(`a.code_order %s @end_code`, within)
		if l.after {
			condition += fmt.Sprintf(` AND a.code_order %s asset_code_order(@code)`, beyond)
		}
		return condition
	}
	condition := fmt.Sprintf(`(%s, a.code_order) %s (@end::%s, @end_code)`, l.key, within, l.kind)
	if l.after {
		condition += fmt.Sprintf(` AND (%s, a.code_order) %s (@at::%s, asset_code_order(@code))`, l.key, beyond, l.kind)
	}
	return condition
}

func idsOf(list []found) []int64 {
	ids := make([]int64, len(list))
	for i, f := range list {
		ids[i] = f.ID
	}
	return ids
}

// lineColumns are a line's, of the asset a of the section s, but for its key.
const lineColumns = `a.code, s.name AS section_name, a.name, a.kind, a.place, a.confidentiality, a.integrity, a.availability, a.zone, a.checked_on, a.broken_since, a.state`

// lines are assets as the list shows them, in the order of their ids.
func (l *lookup) lines(ctx context.Context, ids []int64) ([]Line, error) {
	if err := l.goBy(ctx, false); err != nil {
		return nil, err
	}
	return postgres.List[Line](ctx, l.tx, "listing assets", `
		SELECT `+lineColumns+`, (`+l.key+`)::text AS key
		FROM unnest(@ids::bigint[]) WITH ORDINALITY AS f (id, n) JOIN asset a ON a.id = f.id JOIN section_shown s ON s.id = a.section_id ORDER BY f.n`,
		pgx.StrictNamedArgs{"ids": ids})
}
