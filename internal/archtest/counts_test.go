package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"testing"
)

// countingStates is a list of an asset's states in SQL: that of what counts, or of what has
// ended.
var countingStates = regexp.MustCompile(`state +(NOT +)?IN +\('(draft', *'registered|retired', *'mistaken)\b`)

// What counts in the register of assets is said in one place, package life's: a list of
// states elsewhere would not learn of a state that comes.
func TestWhatCountsIsSaidOnce(t *testing.T) {
	t.Parallel()
	for _, p := range loadHouse(t) {
		if !strings.HasPrefix(p.PkgPath, module+"internal/") && !strings.HasPrefix(p.PkgPath, module+"web/") || isForTests(room(p)) {
			continue
		}
		for _, file := range p.Syntax {
			for _, literal := range countedAnew(file) {
				t.Errorf("%s: write a.state `+life.Counts+` or life.Ends", p.Fset.Position(literal.Pos()))
			}
		}
	}
}

// countedAnew are the texts in a file that list the states of assets that count.
func countedAnew(file *ast.File) []*ast.BasicLit {
	var list []*ast.BasicLit
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING && countingStates.MatchString(literal.Value) {
			list = append(list, literal)
		}
		return true
	})
	return list
}

func TestWhatIsCountedAnewIsFound(t *testing.T) {
	for code, want := range map[string]int{
		"`SELECT 1 FROM asset WHERE state IN ('draft', 'registered')`":                    1,
		"`o.state NOT IN ('retired', 'mistaken', 'merged')`":                              1,
		"\"a.state IN ('draft','registered')\"":                                           1,
		"`r.state IN ('draft', 'submitted', 'decided')`":                                  0,
		"`WHERE a.state ` + life.Counts + ` AND a.state = 'draft'`":                       0,
		"`x.state IN ('draft', 'registered') OR y.state IN ('retired', 'mistaken', 'x')`": 1,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\nvar _ = "+code, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(countedAnew(file)); got != want {
			t.Errorf("%s: %d, want %d", code, got, want)
		}
	}
}
