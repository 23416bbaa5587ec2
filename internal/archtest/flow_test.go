package archtest

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/types/typeutil"
)

// flow says which expressions may become the value of a variable, a field, a
// parameter or a result anywhere in the house. It does not ask in which order
// or under which condition, and takes a list for its elements: so it may find
// more than there can be, and less only behind an interface, a function value or
// another's library.
type flow struct {
	into      map[node][]expression
	same      map[node]node                      // a function's results with names
	constants map[*types.TypeName][]*types.Const // of the types that are strings
}

// node is something that has values.
type node struct {
	object types.Object
	result int  // of a function, from 1; 0 for what is none
	keys   bool // the keys of a map, and not its values
}

// expression is a piece of code that has values.
type expression struct {
	ast.Expr
	in     *packages.Package
	result int // of a call with many, from 1
	keys   bool
}

func newFlow(list []*packages.Package) *flow {
	f := &flow{into: map[node][]expression{}, same: map[node]node{}, constants: map[*types.TypeName][]*types.Const{}}
	for _, p := range list {
		for _, name := range p.Types.Scope().Names() {
			if c, ok := p.Types.Scope().Lookup(name).(*types.Const); ok {
				if named, ok := c.Type().(*types.Named); ok && isString(named) {
					f.constants[named.Obj()] = append(f.constants[named.Obj()], c)
				}
			}
		}
		for _, file := range p.Syntax {
			ast.Walk(visitor{f, p, nil}, file)
		}
	}
	return f
}

func isString(t types.Type) bool {
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsString != 0
}

// visitor writes down what a function's statements assign.
type visitor struct {
	*flow
	in       *packages.Package
	function *types.Func // nil within a function without a name
}

func (v visitor) Visit(n ast.Node) ast.Visitor {
	info := v.in.TypesInfo
	switch n := n.(type) {
	case *ast.FuncDecl:
		v.function, _ = info.Defs[n.Name].(*types.Func)
		return v
	case *ast.FuncLit:
		v.function = nil
		return v
	case *ast.AssignStmt:
		v.assignAll(n.Lhs, n.Rhs)
	case *ast.ValueSpec:
		names := make([]ast.Expr, len(n.Names))
		for i, name := range n.Names {
			names[i] = name
		}
		v.assignAll(names, n.Values)
	case *ast.RangeStmt:
		if n.Key != nil {
			v.assign(n.Key, expression{n.X, v.in, 0, true})
		}
		if n.Value != nil {
			v.assign(n.Value, expression{n.X, v.in, 0, false})
		}
	case *ast.CompositeLit:
		v.fields(n)
	case *ast.CallExpr:
		v.arguments(n)
	case *ast.ReturnStmt:
		v.results(n)
	}
	return v
}

func (v visitor) add(to node, from expression) { v.into[to] = append(v.into[to], from) }

func (v visitor) assignAll(left, right []ast.Expr) {
	for i, to := range left {
		switch {
		case len(left) == len(right):
			v.assign(to, expression{right[i], v.in, 0, false})
		case len(right) == 1:
			v.assign(to, expression{right[0], v.in, i + 1, false})
		}
	}
}

// assign lets an expression flow into what can stand on the left of an =.
func (v visitor) assign(to ast.Expr, from expression) {
	switch to := ast.Unparen(to).(type) {
	case *ast.Ident:
		if object := v.in.TypesInfo.ObjectOf(to); object != nil {
			v.add(node{object, 0, false}, from)
			from.keys = true
			v.add(node{object, 0, true}, from)
		}
	case *ast.SelectorExpr:
		v.assign(to.Sel, from)
	case *ast.StarExpr:
		v.assign(to.X, from)
	case *ast.IndexExpr: // m[key] = value
		for _, n := range v.nodes(to.X, false) {
			v.add(n, from)
		}
		for _, n := range v.nodes(to.X, true) {
			v.add(n, expression{to.Index, v.in, 0, false})
		}
	}
}

// nodes are the variables that an expression names.
func (v visitor) nodes(e ast.Expr, keys bool) []node {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		if object := v.in.TypesInfo.ObjectOf(e); object != nil {
			return []node{{object, 0, keys}}
		}
	case *ast.SelectorExpr:
		return v.nodes(e.Sel, keys)
	case *ast.StarExpr:
		return v.nodes(e.X, keys)
	}
	return nil
}

// bind lets an expression flow into a variable, its keys too.
func (v visitor) bind(object types.Object, e ast.Expr) {
	v.add(node{object, 0, false}, expression{e, v.in, 0, false})
	v.add(node{object, 0, true}, expression{e, v.in, 0, true})
}

func (v visitor) fields(lit *ast.CompositeLit) {
	t := v.in.TypesInfo.TypeOf(lit)
	if t == nil {
		return
	}
	if pointer, ok := t.Underlying().(*types.Pointer); ok {
		t = pointer.Elem()
	}
	structure, ok := t.Underlying().(*types.Struct)
	if !ok {
		return
	}
	for i, element := range lit.Elts {
		if pair, ok := element.(*ast.KeyValueExpr); ok {
			v.bind(v.in.TypesInfo.ObjectOf(pair.Key.(*ast.Ident)), pair.Value)
		} else {
			v.bind(structure.Field(i), element)
		}
	}
}

func (v visitor) arguments(call *ast.CallExpr) {
	function, ok := typeutil.Callee(v.in.TypesInfo, call).(*types.Func)
	if !ok {
		return
	}
	if function.FullName() == "maps.Copy" {
		v.copies(call.Args[0], call.Args[1])
	}
	parameters := function.Origin().Signature().Params()
	if parameters.Len() == 0 {
		return
	}
	for i, argument := range call.Args {
		v.bind(parameters.At(min(i, parameters.Len()-1)), argument)
	}
}

// copies lets what is in a map flow into another: maps.Copy.
func (v visitor) copies(to, from ast.Expr) {
	for _, keys := range []bool{false, true} {
		for _, n := range v.nodes(to, keys) {
			v.add(n, expression{from, v.in, 0, keys})
		}
	}
}

func (v visitor) results(statement *ast.ReturnStmt) {
	if v.function == nil {
		return
	}
	results := v.function.Signature().Results()
	for i := range results.Len() {
		for _, keys := range []bool{false, true} {
			to := node{v.function, i + 1, keys}
			switch {
			case len(statement.Results) == results.Len():
				v.add(to, expression{statement.Results[i], v.in, 0, keys})
			case len(statement.Results) == 1: // return f()
				v.add(to, expression{statement.Results[0], v.in, i + 1, keys})
			case len(statement.Results) == 0:
				v.same[to] = node{results.At(i), 0, keys}
			}
		}
	}
}

// word is a constant that an expression may have as its value; of is its type
// if that has a name.
type word struct {
	text string
	of   *types.TypeName
}

// words returns the constant texts that expressions may have as their values.
func (f *flow) words(from ...expression) []word {
	var found []word
	f.walk(from, func(_ expression, texts []word) bool {
		found = append(found, texts...)
		return true
	})
	return found
}

// values returns what may stand where anything can: for a list or a map of any,
// such as the arguments of a statement, whatever may be in it, however far away it
// was put there; for what has a type of its own only that.
func (f *flow) values(from expression) []expression {
	var found []expression
	f.walk([]expression{from}, func(e expression, _ []word) bool {
		t := e.typeOf()
		if t == nil || holdsAny(t) {
			return true
		}
		found = append(found, e)
		return false
	})
	return found
}

// typeOf is the type of an expression, nil for none.
func (e expression) typeOf() types.Type {
	t := e.in.TypesInfo.TypeOf(e.Expr)
	if many, ok := t.(*types.Tuple); ok && 0 < e.result && e.result <= many.Len() {
		return many.At(e.result - 1).Type()
	}
	return t
}

// holdsAny tells whether a type may hold anything: any, and lists and maps of it,
// such as pgx.StrictNamedArgs.
func holdsAny(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Map:
		return holdsAny(u.Elem())
	case *types.Slice:
		return holdsAny(u.Elem())
	}
	return isAny(t)
}

// walk goes through all that expressions may be, each with the constants in it, and
// beyond one only where each says so.
func (f *flow) walk(from []expression, each func(e expression, texts []word) bool) {
	seen := map[node]bool{}
	for len(from) > 0 {
		e := from[0]
		from = from[1:]
		texts, nodes, more := f.look(e)
		if !each(e, texts) {
			continue
		}
		from = append(from, more...)
		for _, n := range nodes {
			for more := true; more && !seen[n]; n, more = f.same[n] {
				seen[n] = true
				from = append(from, f.into[n]...)
			}
		}
	}
}

// look takes an expression apart: constants in it, what it names, and the
// expressions that it may be.
func (f *flow) look(e expression) (texts []word, nodes []node, more []expression) {
	info := e.in.TypesInfo
	if value := info.Types[e.Expr].Value; value != nil {
		if value.Kind() == constant.String && !e.keys {
			return []word{{constant.StringVal(value), nameOf(info.TypeOf(e.Expr))}}, nil, nil
		}
		return nil, nil, nil
	}
	inner := func(list ...ast.Expr) {
		for _, x := range list {
			more = append(more, expression{x, e.in, 0, e.keys})
		}
	}
	switch x := ast.Unparen(e.Expr).(type) {
	case *ast.Ident:
		if object := info.ObjectOf(x); object != nil {
			nodes = append(nodes, node{object, 0, e.keys})
		}
	case *ast.SelectorExpr:
		inner(x.Sel)
	case *ast.StarExpr:
		inner(x.X)
	case *ast.UnaryExpr:
		inner(x.X)
	case *ast.SliceExpr:
		inner(x.X)
	case *ast.IndexExpr:
		inner(x.X)
	case *ast.TypeAssertExpr:
		inner(x.X)
	case *ast.BinaryExpr:
		if x.Op == token.ADD && !e.keys && isString(info.TypeOf(x)) {
			for _, text := range f.sum(x, info) {
				texts = append(texts, word{text, nil})
			}
		}
	case *ast.CompositeLit:
		for _, element := range x.Elts {
			pair, isPair := element.(*ast.KeyValueExpr)
			switch {
			case !isPair && !e.keys:
				inner(element)
			case isPair && e.keys:
				more = append(more, expression{pair.Key, e.in, 0, false})
			case isPair:
				inner(pair.Value)
			}
		}
	case *ast.CallExpr:
		if info.Types[x.Fun].IsType() { // a conversion
			inner(x.Args...)
			break
		}
		switch callee := typeutil.Callee(info, x).(type) {
		case *types.Builtin:
			inner(x.Args...) // append
		case *types.Func:
			if pkg := callee.Pkg(); pkg != nil && slices.Contains([]string{"slices", "maps", "cmp"}, pkg.Path()) {
				inner(x.Args...)
				break
			}
			nodes = append(nodes, node{callee.Origin(), max(e.result, 1), e.keys})
		}
	}
	return texts, nodes, more
}

func nameOf(t types.Type) *types.TypeName {
	if named, ok := t.(*types.Named); ok {
		return named.Obj()
	}
	return nil
}

// sum is what texts put together may be, as far as their parts are constants or
// of a type that lists its values; … stands for any other part.
func (f *flow) sum(e ast.Expr, info *types.Info) []string {
	if value := info.Types[e].Value; value != nil {
		return []string{constant.StringVal(value)}
	}
	switch x := ast.Unparen(e).(type) {
	case *ast.BinaryExpr:
		var list []string
		for _, left := range f.sum(x.X, info) {
			for _, right := range f.sum(x.Y, info) {
				list = append(list, left+right)
			}
		}
		return list
	case *ast.CallExpr:
		if info.Types[x.Fun].IsType() && len(x.Args) == 1 {
			return f.sum(x.Args[0], info)
		}
	}
	if list := f.constants[nameOf(info.TypeOf(e))]; len(list) > 0 {
		texts := make([]string, len(list))
		for i, c := range list {
			texts[i] = constant.StringVal(c.Val())
		}
		return texts
	}
	return []string{"…"}
}

var oneWord = regexp.MustCompile(`^…?[a-z][a-z0-9_.…-]*$`)

// isWord tells whether a text is one that code stores as a word, and not a
// sentence for people.
func isWord(text string) bool { return oneWord.MatchString(text) }

// What is handed on as anything is followed back to where it was put.
func TestWordsAreFollowed(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		`func f() { exec("one") }`:         `one`,
		`func f(n int) { exec(n+1, nil) }`: ``,
		`func f(a attempt) { exec(named{"kind": a.kind}) }
		 func g() { f(attempt{kind: "one"}) }`: `one`,
		`func f() { args := named{"a": "one"}; args["b"], args["c"] = "two", "three"; exec(args) }`: `one three two`,
		`func f(columns named) { args := named{"a": "one"}; maps.Copy(args, columns); exec(args) }
		 func g() { f(attempt{columns: named{"b": "two"}}.columns) }`: `one two`,
		`func queue(name string, args ...any) { s := statement{name, args}; exec(s.args...) }
		 func g() { queue("none", "one", named{"a": "two"}) }`: `one two`,
		`func f() (string, []any) { return "none", []any{"one"} }
		 func g() { _, args := f(); exec(append(args, "two")...) }`: `one two`,
		`func f(values ...any) { var args []any; for _, v := range values { args = append(args, v) }; exec(args...) }
		 func g() { f("one") }`: `one`,
	} {
		p := compile(t, `package x
			import "maps"
			var _ = maps.Copy[named, named]
			type (
				named     map[string]any
				attempt   struct { kind string; columns named }
				statement struct { name string; args []any }
			)
			func exec(args ...any) {}
			`+code)
		f := newFlow([]*packages.Package{p})
		arguments := p.Types.Scope().Lookup("exec").(*types.Func).Signature().Params().At(0)
		var got []string
		for _, argument := range f.into[node{arguments, 0, false}] {
			for _, w := range f.words(f.values(argument)...) {
				got = append(got, w.text)
			}
		}
		slices.Sort(got)
		if strings.Join(got, " ") != want {
			t.Errorf("%s\n\thands on %q, want %q", code, strings.Join(got, " "), want)
		}
	}
}

// beside are packages that the code in a test may import.
var beside = map[string]string{
	"maps":    `package maps; func Copy[M1, M2 ~map[K]V, K comparable, V any](dst M1, src M2) {}`,
	"context": `package context; type Context interface{}`,
	"authz":   `package authz; type Actor struct{ Person int64 }; func (Actor) Reach() int { return 0 }`,
	"task":    `package task; type Batch struct{}; func (*Batch) Queue(sql string, args ...any) {}`,
	"fmt":     `package fmt; func Sprintf(format string, a ...any) string { return "" }`,
	"strconv": `package strconv; func Itoa(n int) string { return "" }`,
	"github.com/jackc/pgx/v5": `package pgx
		type NamedArgs map[string]any
		type StrictNamedArgs map[string]any
		type Identifier []string
		type Rows struct{}
		type Tx struct{}
		func (Tx) Query(sql string, args ...any) Rows { return Rows{} }`,
}

// compile makes a package of one file, which may import what stands beside it.
func compile(t *testing.T, code string) *packages.Package {
	t.Helper()
	checked := func(name, code string, from types.Importer) *packages.Package {
		p := &packages.Package{PkgPath: name, Fset: token.NewFileSet(), TypesInfo: newInfo()}
		file, err := parser.ParseFile(p.Fset, path.Base(name)+".go", code, 0)
		if err != nil {
			t.Fatal(err)
		}
		p.Syntax = []*ast.File{file}
		if p.Types, err = (&types.Config{Importer: from}).Check(name, p.Fset, p.Syntax, p.TypesInfo); err != nil {
			t.Fatalf("%s: %v", code, err)
		}
		return p
	}
	return checked("x", code, importing(func(name string) *types.Package { return checked(name, beside[name], nil).Types }))
}

// importing finds packages.
type importing func(name string) *types.Package

func (i importing) Import(name string) (*types.Package, error) { return i(name), nil }
