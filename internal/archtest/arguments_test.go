package archtest

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// mostCounted is how many arguments of a statement may go by their numbers. What
// takes more names them (@code), by pgx.StrictNamedArgs: a number that is off by one
// puts a value into another column and fails nowhere.
const mostCounted = 3

var (
	counted = regexp.MustCompile(`\$(\d+)`)
	// countedLater is an argument whose number the program works out, by whatever verb:
	// "$%d", "$%v", or a piece that ends before the number: "x = $".
	countedLater = regexp.MustCompile(`\$%|^\$$|[-=(,\s<>/|:]\$$`)
)

const workedOut = "it works out the number of an argument: give it a name, as in @code, and pass pgx.StrictNamedArgs"

// breachOf says what of a text breaks the rule; empty for nothing. The form in which
// passwords are stored counts nothing, though it has such signs in it.
func breachOf(text string) string {
	if strings.HasPrefix(text, "$argon2id$") {
		return ""
	}
	for _, match := range counted.FindAllStringSubmatch(text, -1) {
		if n, err := strconv.Atoi(match[1]); err != nil || n > mostCounted {
			return "it counts an argument (" + match[0] + "): give it a name, as in @code, and pass pgx.StrictNamedArgs"
		}
	}
	if countedLater.MatchString(text) {
		return workedOut
	}
	return ""
}

// argumentBreaches hands each breach of the rule in a file on: of its texts, where a
// number is put behind a $, and the lenient pgx.NamedArgs, which take a name that
// they lack for NULL.
func argumentBreaches(info *types.Info, file *ast.File, each func(at token.Pos, breach string)) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if n.Kind != token.STRING {
				break
			}
			if text, err := strconv.Unquote(n.Value); err == nil {
				if breach := breachOf(text); breach != "" {
					each(n.Pos(), breach)
				}
			}
		case *ast.BinaryExpr:
			pieces := parts(n)
			for i, piece := range pieces[:len(pieces)-1] {
				if before := info.Types[piece].Value; before != nil && before.Kind() == constant.String && info.Types[pieces[i+1]].Value == nil &&
					strings.HasSuffix(constant.StringVal(before), "$") {
					each(piece.Pos(), workedOut)
				}
			}
		case *ast.Ident:
			if name, ok := info.Uses[n].(*types.TypeName); ok && name.Name() == "NamedArgs" && name.Pkg() != nil && name.Pkg().Path() == "github.com/jackc/pgx/v5" {
				each(n.Pos(), "it names arguments leniently: pass pgx.StrictNamedArgs, and hand columns on as map[string]any")
			}
		}
		return true
	})
}

func TestArgumentsAreCountedToThree(t *testing.T) {
	t.Parallel()
	for _, p := range loadHouse(t) {
		if !strings.HasPrefix(p.PkgPath, module+"internal/") || isForTests(room(p)) {
			continue
		}
		for _, file := range p.Syntax {
			argumentBreaches(p.TypesInfo, file, func(at token.Pos, breach string) { t.Errorf("%s: %s", place(t, p, at), breach) })
		}
	}
}

func TestCountedArgumentsAreFound(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`SELECT FROM a WHERE x = $1 AND y = ANY($2::text[]) AND z = $3`: false,
		`SELECT FROM a WHERE x = @x AND y = @y4`:                        false,
		`^第[0-9]+条$`:                                                    false,
		`SELECT FROM a WHERE x = $4`:                                    true,
		`VALUES ($1, $2, $3, $4::date)`:                                 true,
		`VALUES ($10)`:                                                  true,
		` AND d.code = $%d`:                                             true,
		`$`:                                                             true,
		` AND n.id = ANY($`:                                             true,
		` AND d.code = $%v`:                                             true,
		` AND d.code = $%[2]d`:                                          true,
		`SELECT x-$`:                                                    true,
		`$argon2id$v=%d$%s`:                                             false,
	} {
		if got := breachOf(text) != ""; got != want {
			t.Errorf("%q: %t, want %t", text, got, want)
		}
	}
}

func TestArgumentBreachesAreFound(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{
		`_ = "SELECT FROM a WHERE x = $1"`:                                                       false,
		`_ = fmt.Sprintf("x = $%v", 5)`:                                                          true,
		`_ = "SELECT x*$" + strconv.Itoa(5)`:                                                     true,
		`const one = "SELECT x-$"; _ = one + strconv.Itoa(5)`:                                    true,
		`_ = "^x*$" + "|^y$"`:                                                                    false,
		`db.Query("SELECT @x", pgx.NamedArgs{"x": 1})`:                                           true,
		`args := make(pgx.NamedArgs); db.Query("SELECT @x", args)`:                               true,
		`db.Query("SELECT @x", pgx.StrictNamedArgs{"x": 1})`:                                     false,
		`columns := map[string]any{"x": 1}; db.Query("SELECT @x", pgx.StrictNamedArgs(columns))`: false,
	} {
		p := compile(t, `package x
			import ("fmt"; "strconv"; "github.com/jackc/pgx/v5")
			var _, _ = fmt.Sprintf, strconv.Itoa
			func f(db pgx.Tx) { `+code+` }`)
		found := false
		argumentBreaches(p.TypesInfo, p.Syntax[0], func(token.Pos, string) { found = true })
		if found != want {
			t.Errorf("%s: %t, want %t", code, found, want)
		}
	}
}
