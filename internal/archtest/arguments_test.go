package archtest

import (
	"go/ast"
	"go/token"
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
	// countedLater is an argument whose number the program works out: "$%d", or
	// "$" + strconv.Itoa(n).
	countedLater = regexp.MustCompile(`\$%d|^\$$|[=(,\s]\$$`)
)

// breachOf says what of a text breaks the rule; empty for nothing.
func breachOf(text string) string {
	for _, match := range counted.FindAllStringSubmatch(text, -1) {
		if n, err := strconv.Atoi(match[1]); err != nil || n > mostCounted {
			return "it counts an argument (" + match[0] + "): give it a name, as in @code, and pass pgx.StrictNamedArgs"
		}
	}
	if countedLater.MatchString(text) {
		return "it works out the number of an argument: give it a name, as in @code, and pass pgx.StrictNamedArgs"
	}
	return ""
}

func TestArgumentsAreCountedToThree(t *testing.T) {
	t.Parallel()
	for _, p := range loadHouse(t) {
		if !strings.HasPrefix(p.PkgPath, module+"internal/") || isForTests(room(p)) {
			continue
		}
		for _, file := range p.Syntax {
			ast.Inspect(file, func(n ast.Node) bool {
				literal, ok := n.(*ast.BasicLit)
				if !ok || literal.Kind != token.STRING {
					return true
				}
				text, err := strconv.Unquote(literal.Value)
				if err != nil {
					t.Fatal(err)
				}
				if breach := breachOf(text); breach != "" {
					t.Errorf("%s: %s", place(t, p, literal.Pos()), breach)
				}
				return true
			})
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
	} {
		if got := breachOf(text) != ""; got != want {
			t.Errorf("%q: %t, want %t", text, got, want)
		}
	}
}
