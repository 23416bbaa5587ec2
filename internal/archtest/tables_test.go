package archtest

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"golang.org/x/tools/go/packages"
)

const (
	tableOwners   = "table-owners.txt"
	tableBreaches = "table-breaches.txt"
)

// owner is whose a table is.
type owner struct {
	room      string // the one room that writes it, such as policy/draft
	published bool   // a view that every wing may read
}

// readOwners returns the owners by the tables: lines of a table, its room and,
// of a view that is there for others to join, the word published.
func readOwners(t *testing.T) map[string]owner {
	t.Helper()
	owners := map[string]owner{}
	for _, line := range readList(t, tableOwners) {
		words := strings.Fields(line)
		if len(words) < 2 || len(words) > 3 || len(words) == 3 && words[2] != "published" {
			t.Fatalf("testdata/%s: %q is not a table, its room and perhaps published", tableOwners, line)
		}
		if _, twice := owners[words[0]]; twice {
			t.Errorf("testdata/%s: %s stands there twice", tableOwners, words[0])
		}
		owners[words[0]] = owner{words[1], len(words) == 3}
	}
	return owners
}

// Every table and view of the schema has an owner.
func TestEachTableHasAnOwner(t *testing.T) {
	owners := readOwners(t)
	rows, err := server.New(t).Pool.Query(t.Context(), `
		SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'public' AND c.relkind IN ('r', 'v', 'm', 'p', 'f') ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		if _, known := owners[table]; !known {
			t.Errorf("%s has no owner: add its line to testdata/%s", table, tableOwners)
		}
	}
	for table := range owners {
		if !slices.Contains(tables, table) {
			t.Errorf("there is no %s: take its line out of testdata/%s", table, tableOwners)
		}
	}
}

// A wing reads and writes its own tables, and of others what they publish; inside
// a wing each table is written by one room. Who needs more calls the owner's Go.
// The schema's own steps, what measures, what fills a town with examples, and
// tests are free of this.
func TestEachTableIsItsOwners(t *testing.T) {
	owners := readOwners(t)
	list := loadHouse(t)
	rooms := map[string]bool{}
	for _, p := range list {
		rooms[room(p)] = true
	}
	breaches := map[string]string{}
	for _, p := range list {
		here := room(p)
		if here == "migrations" || leavesNothing(here) {
			continue
		}
		eachSQL(p, func(at token.Pos, uses []use) {
			for _, u := range uses {
				o, known := owners[u.table]
				where := place(t, p, at)
				switch {
				case u.table == hole:
					t.Errorf("%s: nobody can tell which table this names: write it there, and another statement for another table", where)
				case !known:
				case wing(o.room) != wing(here) && u.writes:
					breaches[wing(here)+" writes "+u.table] = where + ": " + wing(o.room) + " owns it: hand the change to an operation of its own"
				case wing(o.room) != wing(here) && !o.published:
					breaches[wing(here)+" reads "+u.table] = where + ": " + wing(o.room) + " owns it: join a view that it publishes, or call its Go"
				case u.writes && standing(o.room, rooms) != here:
					breaches[here+" writes "+u.table] = where + ": " + o.room + " writes it: call its Go"
				}
			}
		})
	}
	shrinks(t, tableBreaches, breaches)
}

// standing is a room, or as long as it is not there the one that it is a part of.
func standing(room string, rooms map[string]bool) string {
	for !rooms[room] && strings.Contains(room, "/") {
		room = path.Dir(room)
	}
	return room
}

// eachSQL hands the tables to each that a package's texts name: constants, texts
// put together of constants and others, and the tables that pgx copies into. A
// text that names none is not handed over.
func eachSQL(p *packages.Package, each func(at token.Pos, uses []use)) {
	for _, file := range p.Syntax {
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.CompositeLit); ok && isCopied(p.TypesInfo.TypeOf(lit)) && len(lit.Elts) > 0 {
				each(lit.Pos(), []use{{sqlText(lit.Elts[len(lit.Elts)-1], p.TypesInfo), true}})
			}
			return true
		})
	}
	eachText(p, func(at token.Pos, text string) {
		if uses := usesOf(text); len(uses) > 0 {
			each(at, uses)
		}
	})
}

// eachText hands each text of a package on, as far as it is known: constants, and what
// is put together of constants and others.
func eachText(p *packages.Package, each func(at token.Pos, text string)) {
	info := p.TypesInfo
	text := func(e ast.Expr) bool {
		t := info.TypeOf(e)
		return t != nil && isString(t)
	}
	for _, file := range p.Syntax {
		ast.Inspect(file, func(n ast.Node) bool {
			e, ok := n.(ast.Expr)
			if !ok {
				return true
			}
			sum, isSum := n.(*ast.BinaryExpr)
			if !text(e) || !isSum && info.Types[e].Value == nil {
				return true
			}
			each(e.Pos(), sqlText(e, info))
			if isSum { // what is put in may hold texts of its own
				for _, part := range parts(sum) {
					if info.Types[part].Value == nil {
						ast.Inspect(part, func(n ast.Node) bool {
							if inner, ok := n.(ast.Expr); ok && text(inner) && info.Types[inner].Value != nil {
								each(inner.Pos(), sqlText(inner, info))
							}
							return true
						})
					}
				}
			}
			return false
		})
	}
}

// isCopied tells whether a type is the name of a table that rows are copied into.
func isCopied(t types.Type) bool {
	name := nameOf(t)
	return name != nil && name.Name() == "Identifier" && name.Pkg() != nil && name.Pkg().Path() == "github.com/jackc/pgx/v5"
}

// parts are what a text is put together of.
func parts(e ast.Expr) []ast.Expr {
	if sum, ok := ast.Unparen(e).(*ast.BinaryExpr); ok && sum.Op == token.ADD {
		return append(parts(sum.X), parts(sum.Y)...)
	}
	return []ast.Expr{e}
}

// sqlText is a text as far as it is known before the program runs.
func sqlText(e ast.Expr, info *types.Info) string {
	if value := info.Types[e].Value; value != nil {
		return constant.StringVal(value)
	}
	var b strings.Builder
	for _, part := range parts(e) {
		if value := info.Types[part].Value; value != nil {
			b.WriteString(constant.StringVal(value))
		} else {
			b.WriteString(hole)
		}
	}
	return b.String()
}

func TestTablesPutInAreFound(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{
		`_ = "SELECT name FROM person"`:                                          false,
		`_ = "SELECT name FROM " + table`:                                        true,
		`const own = "person"; _ = "SELECT name FROM " + own`:                    false,
		`_ = fmt.Sprintf("SELECT name FROM %s", "person")`:                       true,
		`sql := "SELECT name FROM "; sql += table; _ = sql`:                      true,
		`_ = "DELETE FROM public." + table`:                                      true,
		`_ = "SELECT name FROM document d CROSS JOIN LATERAL (" + table + ") r"`: false,
		`_ = "SELECT name FROM person WHERE " + table`:                           false,
		`_ = pgx.Identifier{table}`:                                              true,
		`_ = pgx.Identifier{"person"}`:                                           false,
	} {
		p := compile(t, `package x
			import ("fmt"; "github.com/jackc/pgx/v5")
			var _, _ = fmt.Sprintf, pgx.Identifier{}
			func f(table string) { `+code+` }`)
		found := false
		eachSQL(p, func(_ token.Pos, uses []use) {
			found = found || slices.ContainsFunc(uses, func(u use) bool { return u.table == hole })
		})
		if found != want {
			t.Errorf("%s: %t, want %t", code, found, want)
		}
	}
}
