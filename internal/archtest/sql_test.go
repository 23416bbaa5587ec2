package archtest

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// tokenKind is what a piece of SQL is.
type tokenKind int

const (
	nameToken   tokenKind = iota // of a table, a column, a function, or a keyword
	quotedToken                  // "a name in quotes", never a keyword
	signToken                    // (, ), a comma, …
	otherToken                   // a text, a number, $1, or a part that is not known yet
)

type sqlToken struct {
	kind tokenKind
	text string // a name in small letters, unless quoted; a sign as it is
	// goesOn tells that a name ends in a part that is not known yet: per + x.
	goesOn bool
	says   string // of a text
}

// hole stands in SQL for a part that is put in when the program runs.
const hole = "\x00"

// tokenize takes SQL, or a piece of it, apart. Comments go, texts lose what they
// say, and what is cut off in the middle ends there.
func tokenize(sql string) []sqlToken {
	var tokens []sqlToken
	for len(sql) > 0 {
		r, size := utf8.DecodeRuneInString(sql)
		n := size
		switch {
		case unicode.IsSpace(r):
		case strings.HasPrefix(sql, "--"):
			n = past(sql, "\n", 2)
		case strings.HasPrefix(sql, "/*"):
			n = past(sql, "*/", 2)
		case r == '\'':
			n = quotedLen(sql, '\'')
			tokens = append(tokens, sqlToken{kind: otherToken, text: "text", says: strings.ReplaceAll(strings.Trim(sql[:n], "'"), "''", "'")})
		case r == '"':
			n = quotedLen(sql, '"')
			tokens = append(tokens, sqlToken{kind: quotedToken, text: strings.ReplaceAll(strings.TrimSuffix(sql[1:n], `"`), `""`, `"`)})
		case r == '$':
			n, tokens = dollar(sql), append(tokens, other("argument"))
		case r == '@' && len(sql) > 1 && isNameStart(rune(sql[1])): // @name
			n, tokens = 1+nameLen(sql[1:]), append(tokens, other("argument"))
		case isNameStart(r):
			n = nameLen(sql)
			tokens = append(tokens, sqlToken{kind: nameToken, text: strings.ToLower(sql[:n]), goesOn: strings.HasPrefix(sql[n:], hole)})
		case r == 0:
			tokens = append(tokens, other(hole))
		case unicode.IsDigit(r):
			tokens = append(tokens, other("number"))
		default:
			tokens = append(tokens, signOf(string(r)))
		}
		sql = sql[n:]
	}
	return tokens
}

func other(text string) sqlToken  { return sqlToken{kind: otherToken, text: text} }
func signOf(text string) sqlToken { return sqlToken{kind: signToken, text: text} }

// past is how far sql goes until after an end; all of it where there is none.
func past(sql, end string, from int) int {
	if at := strings.Index(sql[from:], end); at >= 0 {
		return from + at + len(end)
	}
	return len(sql)
}

// quotedLen is the length of a text or name in quotes; two quotes within it are
// one of it.
func quotedLen(sql string, quote byte) int {
	for at := 1; at < len(sql); at++ {
		if sql[at] != quote {
			continue
		}
		if at+1 < len(sql) && sql[at+1] == quote {
			at++
			continue
		}
		return at + 1
	}
	return len(sql)
}

// dollar is the length of $1, or of $$ a text $$.
func dollar(sql string) int {
	n := 1 + nameLen(sql[1:])
	if n < len(sql) && sql[n] == '$' && (n == 1 || !unicode.IsDigit(rune(sql[1]))) {
		return past(sql, sql[:n+1], n+1)
	}
	return n
}

func isNameStart(r rune) bool { return r == '_' || unicode.IsLetter(r) }

func nameLen(sql string) int {
	n := strings.IndexFunc(sql, func(r rune) bool { return !isNameStart(r) && !unicode.IsDigit(r) })
	if n < 0 {
		return len(sql)
	}
	return n
}

// use is a table that SQL names.
type use struct {
	table  string // hole where it is put in when the program runs
	writes bool
}

// usesOf lists the tables that SQL, or a piece of it, names: what it reads from,
// and what it writes. Its own WITH names are left out, and so are functions.
func usesOf(sql string) []use {
	s := &scanner{tokens: tokenize(sql), with: map[string]bool{}, levels: []level{{}}}
	s.withNames()
	for s.at < len(s.tokens) {
		s.step()
	}
	return s.found
}

// scanner goes through SQL from left to right.
type scanner struct {
	tokens []sqlToken
	at     int
	with   map[string]bool
	found  []use
	levels []level // of the parentheses and brackets that are open
}

// level is how far SQL has come within one pair of parentheses.
type level struct {
	// tables tells that a comma parts two tables: from FROM to the next clause.
	tables bool
	// function tells that it holds the arguments of one that has a FROM in them:
	// extract(year FROM day).
	function bool
}

// word is the keyword at a distance from here; empty for what is none.
func (s *scanner) word(distance int) string {
	if t := s.token(distance); t.kind == nameToken {
		return t.text
	}
	return ""
}

func (s *scanner) token(distance int) sqlToken {
	if at := s.at + distance; at >= 0 && at < len(s.tokens) {
		return s.tokens[at]
	}
	return other("")
}

func (s *scanner) sign(distance int, text string) bool {
	return s.token(distance) == signOf(text)
}

// withNames finds the names that WITH gives: name AS (, name (columns) AS (, also
// AS MATERIALIZED (.
func (s *scanner) withNames() {
	for i, t := range s.tokens {
		if t.kind != nameToken && t.kind != quotedToken {
			continue
		}
		s.at = i + 1
		if s.sign(0, "(") { // the names of its columns
			for s.at < len(s.tokens) && !s.sign(0, ")") {
				s.at++
			}
			s.at++
		}
		if s.word(0) != "as" {
			continue
		}
		s.at++
		if s.word(0) == "not" {
			s.at++
		}
		if s.word(0) == "materialized" {
			s.at++
		}
		// a WINDOW w AS ( is one too, and does no harm
		if s.sign(0, "(") && slices.Contains([]string{"select", "with", "insert", "update", "delete", "merge", "values", "table"}, s.word(1)) {
			s.with[t.text] = true
		}
	}
	s.at = 0
}

var (
	functionsWithFrom = []string{"extract", "substring", "trim", "overlay", "position"}
	// statements are the words that a part in parentheses begins with that is not
	// a list of tables.
	statements = []string{"select", "with", "values", "insert", "update", "delete", "merge", "table"}
	// clauses are the words that end a list of tables.
	clauses = []string{
		"where", "group", "order", "having", "limit", "offset", "fetch", "for", "union", "except", "intersect",
		"returning", "set", "window", "when", "values", "select", "do",
	}
)

func (s *scanner) here() *level { return &s.levels[len(s.levels)-1] }

// step looks at the token that is next.
func (s *scanner) step() {
	s.at++
	if t := s.token(-1); t.kind == signToken {
		switch t.text {
		case "(", "[":
			s.levels = append(s.levels, level{function: slices.Contains(functionsWithFrom, s.word(-2))})
		case ")", "]":
			if s.levels = s.levels[:len(s.levels)-1]; len(s.levels) == 0 { // it opens in another piece
				s.levels = []level{{}}
			}
		case ",":
			if s.here().tables {
				s.item(false)
			}
		}
		return
	}
	switch before, word := s.word(-2), s.word(-1); {
	case word == "from" && !s.here().function && before != "distinct": // IS DISTINCT FROM
		s.here().tables = true
		s.item(before == "delete")
	case word == "using" && !s.columns(): // DELETE … USING, MERGE … USING
		s.here().tables = true
		s.item(false)
	case word == "join":
		s.item(false)
	case word == "into", word == "copy":
		s.item(true)
	case word == "update" && !slices.Contains([]string{"for", "key", "do", "then"}, before): // not FOR UPDATE, nor DO UPDATE
		s.item(true)
	case word == "table", word == "truncate" && s.word(0) != "table":
		s.here().tables = true
		s.item(word == "truncate" || before == "truncate" || before == "lock")
	case slices.Contains(clauses, word):
		s.here().tables = false
	}
}

// columns tells whether the columns of a join follow: USING (a, b).
func (s *scanner) columns() bool {
	if !s.sign(0, "(") {
		return false
	}
	for i := 1; ; i++ {
		switch t := s.token(i); {
		case s.sign(i, ")"):
			return true
		case s.sign(i, ","), t.kind == quotedToken, t.kind == nameToken && !slices.Contains(statements, t.text):
		default:
			return false
		}
		if t := s.word(i); t == "join" {
			return false
		}
	}
}

// item reads the name of one table, with ONLY, LATERAL and its schema before it.
// What stands in parentheses is read on its own: (SELECT …), (a JOIN b …).
func (s *scanner) item(writes bool) {
	for slices.Contains([]string{"only", "lateral", "if", "exists"}, s.word(0)) && !s.sign(1, ".") {
		s.at++
	}
	if s.sign(0, "(") {
		s.at++
		// what is put in alone is a statement of its own: a table stands in no parentheses
		statement := slices.Contains(statements, s.word(0)) || s.token(0) == other(hole) && s.sign(1, ")")
		tables := !statement
		s.levels = append(s.levels, level{tables: tables})
		if tables {
			s.item(writes)
		}
		return
	}
	if s.unknown() {
		s.found = append(s.found, use{hole, writes})
		return
	}
	t, qualified := s.token(0), false
	if t.kind != nameToken && t.kind != quotedToken || slices.Contains(clauses, t.text) || slices.Contains(statements, t.text) {
		return
	}
	for s.sign(1, ".") {
		s.at += 2
		if s.unknown() {
			s.found = append(s.found, use{hole, writes})
			return
		}
		t, qualified = s.token(0), true
	}
	s.at++
	switch {
	case s.sign(0, "(") && !writes: // a function; after INTO the columns
	case t.text == "rows" && s.word(0) == "from": // ROWS FROM (functions)
		s.at++
	case s.with[t.text] && !qualified:
	default:
		s.found = append(s.found, use{t.text, writes})
	}
}

// unknown tells whether the name that comes is put in when the program runs: a hole, a
// name that ends in one, what Sprintf fills, or nothing where the text breaks off.
func (s *scanner) unknown() bool {
	ends := s.at >= len(s.tokens) && s.at > 1 && slices.Contains([]string{"from", "join", "into", "update"}, s.word(-1))
	return ends || s.token(0) == other(hole) || s.token(0).goesOn || s.sign(0, "%")
}

func TestTablesInSQL(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]string{
		`SELECT 1`:                                            ``,
		`SELECT name FROM person`:                             `person`,
		`select name from Person p`:                           `person`,
		`SELECT FROM a, b c, d AS e, f`:                       `a b d f`,
		`SELECT FROM a, b WHERE x IN (SELECT y, z FROM c, d)`: `a b c d`,
		`SELECT (SELECT count(*) FROM a), b FROM c`:           `a c`,
		`SELECT FROM a JOIN b ON a.x = ANY(ARRAY[1, 2]) AND f(x, y), c WHERE x, y`:                              `a b c`,
		`SELECT FROM a LEFT JOIN LATERAL (SELECT x, y FROM b ORDER BY x, y LIMIT 1) l ON true, c ORDER BY 1, 2`: `a b c`,
		`, a WHERE x) SELECT FROM b, c`:                                                           `b c`,
		`SELECT FROM a JOIN b ON true LEFT JOIN c USING (id), d`:                                  `a b c d`,
		`SELECT FROM a CROSS JOIN b NATURAL JOIN c`:                                               `a b c`,
		`SELECT FROM a LEFT JOIN (b JOIN c ON b.id = c.id) ON true`:                               `a b c`,
		`SELECT FROM (a CROSS JOIN b) JOIN c ON true`:                                             `a b c`,
		`SELECT FROM (SELECT x FROM a) q, b`:                                                      `a b`,
		`SELECT FROM (VALUES (1), (2)) v (n), a`:                                                  `a`,
		`SELECT FROM a CROSS JOIN LATERAL (SELECT FROM b LIMIT 1) r`:                              `a b`,
		`SELECT FROM a, LATERAL (SELECT FROM b) l, c`:                                             `a b c`,
		`SELECT FROM a, LATERAL unnest(a.list) l, c`:                                              `a c`,
		`SELECT FROM unnest($1::bigint[]) n`:                                                      ``,
		`SELECT FROM unnest($1::bigint[], $2::int[]) WITH ORDINALITY w (id, at, n), a`:            `a`,
		`SELECT FROM unnest(ARRAY(SELECT x FROM a)) n JOIN b ON true`:                             `a b`,
		`SELECT FROM generate_series(1, 3) i, a`:                                                  `a`,
		`SELECT FROM ROWS FROM (unnest($1), unnest($2)) r JOIN a ON true`:                         `a`,
		`SELECT FROM ONLY a, ONLY (b), c *`:                                                       `a b c`,
		`SELECT FROM public.a p JOIN "public"."b" ON true`:                                        `a b`,
		`SELECT FROM "a" x, "Odd ""name""" y`:                                                     `a Odd "name"`,
		`SELECT extract(year FROM day) FROM a`:                                                    `a`,
		`SELECT extract(epoch FROM (SELECT max(day) FROM b)) FROM a`:                              `b a`,
		`SELECT substring(name FROM 2 FOR 3), trim(both 'x' from name) FROM a`:                    `a`,
		`SELECT overlay(name PLACING 'x' FROM 2), position('x' IN name) FROM a`:                   `a`,
		`SELECT FROM a WHERE x IS DISTINCT FROM y AND z IS NOT DISTINCT FROM w`:                   `a`,
		`SELECT DISTINCT ON (x) x FROM a ORDER BY x, y`:                                           `a`,
		`WITH a AS (SELECT FROM b) SELECT FROM a JOIN c ON true`:                                  `b c`,
		`WITH a (x, y) AS (SELECT FROM b), d AS MATERIALIZED (SELECT FROM a) SELECT FROM d, e`:    `b e`,
		`WITH RECURSIVE up AS (SELECT FROM a UNION SELECT FROM up JOIN b ON true) SELECT FROM up`: `a b`,
		`WITH gone AS (DELETE FROM a RETURNING id) INSERT INTO b SELECT id FROM gone`:             `a! b!`,
		`WITH a AS (SELECT FROM public.a) SELECT FROM a`:                                          `a`,
		`INSERT INTO a (x, y) VALUES ($1, $2) ON CONFLICT (x) DO UPDATE SET y = excluded.y`:       `a!`,
		`INSERT INTO a SELECT x FROM b`:                                                           `a! b`,
		`INSERT INTO a AS t (x) VALUES (1)`:                                                       `a!`,
		`UPDATE a SET x = 1`:                                                                      `a!`,
		`UPDATE ONLY a t SET x = b.x FROM b, c WHERE true`:                                        `a! b c`,
		`DELETE FROM a WHERE x`:                                                                   `a!`,
		`DELETE FROM a t USING b, c u WHERE true`:                                                 `a! b c`,
		`DELETE FROM ONLY a USING b JOIN c USING (id)`:                                            `a! b c`,
		`MERGE INTO a t USING b ON true WHEN MATCHED THEN UPDATE SET x = 1`:                       `a! b`,
		`SELECT FROM a FOR UPDATE`:                                                                `a`,
		`SELECT FROM a t, b FOR NO KEY UPDATE OF t SKIP LOCKED`:                                   `a b`,
		`TRUNCATE a`:                 `a!`,
		`LOCK TABLE a IN SHARE MODE`: `a!`,
		`SELECT 'FROM a', "from" FROM b -- FROM c` + "\n, d":                    `b d`,
		`SELECT /* FROM a, */ x FROM b`:                                         `b`,
		`SELECT 'it''s FROM a' FROM b`:                                          `b`,
		`SELECT $$ FROM a $$, $tag$ FROM b $tag$ FROM c WHERE x = $1`:           `c`,
		`SELECT @from FROM a WHERE x = @y`:                                      `a`,
		`SELECT count(*) FILTER (WHERE x), sum(y) OVER (PARTITION BY z) FROM a`: `a`,
		`SELECT x::date - 1, y FROM a, b`:                                       `a b`,
		` FROM a n WHERE ` + hole + ` AND x`:                                    `a`,
		`SELECT FROM a d CROSS JOIN LATERAL (` + hole + `) r, b`:                `a b`,
		`EXISTS (SELECT FROM a u WHERE u.id = d.id AND (u.kind = 'all'`:         `a`,
		`SELECT x FROM ` + hole + `, a`:                                         `… a`,
		`SELECT x FROM a JOIN ` + hole + ` b ON true`:                           `a …`,
		`SELECT x FROM per` + hole:                                              `…`,
		`SELECT x FROM public.` + hole:                                          `…`,
		`SELECT x FROM (` + hole + ` JOIN a ON true)`:                           `… a`,
		`SELECT x FROM %s WHERE x`:                                              `…`,
		`SELECT x FROM %[1]s`:                                                   `…`,
		`listing the table`:                                                     ``,
		`SELECT x FROM `:                                                        `…`,
		`INSERT INTO ` + hole + ` (x) VALUES (1)`:                               `…!`,
		`UPDATE ` + hole + ` SET x = 1`:                                         `…!`,
		`DELETE FROM ` + hole:                                                   `…!`,
		`UPDATE a SET ` + hole + ` WHERE x`:                                     `a!`,
	} {
		var got []string
		for _, u := range usesOf(sql) {
			if u.table == hole {
				u.table = "…"
			}
			if u.writes {
				u.table += "!"
			}
			got = append(got, u.table)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s\n\tnames %q, want %q", sql, strings.Join(got, " "), want)
		}
	}
}

// assigned lists the words that SQL itself puts into columns: between SET and the
// clause after it, in the rows of VALUES, and in what INSERT selects.
func assigned(sql string) []string {
	var (
		words     []string
		inserting bool
		within    bool
	)
	for _, t := range tokenize(sql) {
		switch {
		case t.kind == otherToken && t.text == "text" && within && isWord(t.says):
			words = append(words, t.says)
		case t.kind != nameToken:
		case t.text == "insert":
			inserting = true
		case t.text == "set", t.text == "values", t.text == "select" && inserting:
			within, inserting = true, false
		case slices.Contains([]string{"from", "where", "returning", "on", "order", "update", "delete"}, t.text):
			within = false
		}
	}
	return words
}

func TestWordsInSQL(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]string{
		`UPDATE a SET kind = 'newkind', x = $1 WHERE y = 'old'`:                              `newkind`,
		`UPDATE a SET kind = CASE WHEN x THEN 'one' ELSE 'two' END FROM b WHERE z = 'none'`:  `one two`,
		`INSERT INTO a (kind, x) VALUES ('one', 1), ('two', 2) RETURNING 'none'`:             `one two`,
		`INSERT INTO a (kind) SELECT 'one' FROM b WHERE x = 'none'`:                          `one`,
		`INSERT INTO a (kind) VALUES ('one') ON CONFLICT (x) DO UPDATE SET kind = 'two'`:     `one two`,
		`SELECT 'none' FROM a WHERE kind = 'none'`:                                           ``,
		`UPDATE a SET period = daterange(lower(period), NULL, '[)'), note = '', day = '1 x'`: ``,
		`, kind = 'cut off'`: ``,
	} {
		if got := strings.Join(assigned(sql), " "); got != want {
			t.Errorf("%s\n\tassigns %q, want %q", sql, got, want)
		}
	}
}
