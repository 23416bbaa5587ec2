package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// ofFiles are the rooms that put paths of files together, which are no URLs.
var ofFiles = []string{"internal/policy/textfile", "internal/policy/comparison/office", "internal/postgres/cluster"}

// aPath is a text that a URL of the portal begins or goes on with: /policies/, /%d.
var aPath = regexp.MustCompile(`^/[a-z%{]`)

// Package address alone puts URLs together: elsewhere no path is joined to anything.
func TestURLsAreBuiltInOnePlace(t *testing.T) {
	for _, p := range loadHouse(t) {
		room := strings.TrimPrefix(p.PkgPath, module)
		floor, _, _ := strings.Cut(room, "/")
		if floor != "web" && floor != "internal" || room == "internal/address" || slices.Contains(ofFiles, room) || isWiring(room) {
			continue
		}
		for _, file := range p.Syntax {
			for _, path := range joinedPaths(file) {
				t.Errorf("%s: %s: let package address build it", p.Fset.Position(path.Pos()), path.Value)
			}
		}
	}
}

// joinedPaths are the paths in a file that are joined to something by + or by a format.
func joinedPaths(file *ast.File) []*ast.BasicLit {
	var paths []*ast.BasicLit
	add := func(e ast.Expr, is func(string) bool) {
		literal, ok := e.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return
		}
		if text, err := strconv.Unquote(literal.Value); err == nil && is(text) {
			paths = append(paths, literal)
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if n.Op == token.ADD {
				add(n.X, func(text string) bool { return text == "/" || aPath.MatchString(text) })
				add(n.Y, aPath.MatchString)
			}
		case *ast.CallExpr:
			if called, ok := n.Fun.(*ast.SelectorExpr); ok && strings.HasPrefix(called.Sel.Name, "Sprint") && len(n.Args) > 0 {
				add(n.Args[0], aPath.MatchString)
			}
		}
		return true
	})
	return paths
}

func TestAJoinedPathIsFound(t *testing.T) {
	for code, want := range map[string]int{
		`"/policies/" + code`:                   1,
		`"/policies/" + code + "/draft"`:        2,
		`"/" + code`:                            1,
		`address.Person(number) + "/edit"`:      1,
		`fmt.Sprintf("/posts/%d", id)`:          1,
		`fmt.Sprint("/posts/", id)`:             1,
		"`/imports?document=` + code":           1,
		`show("/policies")`:                     0,
		`strings.HasPrefix(path, area+"/")`:     0,
		`address.Policy(code) + "?" + q`:        0,
		`fmt.Sprintf("%d / %d人", one, another)`: 0,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\nvar _ = "+code, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(joinedPaths(file)); got != want {
			t.Errorf("%s: %d, want %d", code, got, want)
		}
	}
}
