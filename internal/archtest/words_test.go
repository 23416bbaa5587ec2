package archtest

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/types/typeutil"
)

const storedWords = "stored-words.txt"

// What is stored as a word stays that word: a row of ten years ago still says
// policy.acknowledge, however the code calls it by then. The words are gathered
// from the schema, from what the code hands to the database and from its SQL, so that none is
// there unlisted; their classes are names without a place in the house, so that
// moving code changes none.
func TestStoredWordsAreThoseListed(t *testing.T) {
	list := slices.DeleteFunc(slices.Clone(loadHouse(t)), func(p *packages.Package) bool { return leavesNothing(room(p)) })
	g := &gathering{flow: newFlow(list), words: map[string]bool{}, types: map[*types.TypeName]bool{}, structs: map[types.Type]bool{}}
	g.checks(t)
	for _, p := range list {
		g.gather(p)
	}
	g.list()
	found := slices.Sorted(maps.Keys(g.words))
	if *update {
		writeList(t, storedWords, found)
		return
	}
	compareWords(t, readList(t, storedWords), found)
}

// leavesNothing tells whether a room stores no words of the house: what it writes
// is there to measure, to try, or to show how a town looks.
func leavesNothing(room string) bool {
	parts := strings.Split(room, "/")
	return slices.Contains(parts, "bench") || slices.Contains(parts, "sample") || isForTests(room)
}

// compareWords says what to do about each word that has gone or come.
func compareWords(t *testing.T, listed, found []string) {
	byWord := map[string][]string{}
	for _, line := range found {
		class, text := parted(line)
		if !slices.Contains(listed, line) {
			byWord[text] = append(byWord[text], class)
		}
	}
	for _, line := range listed {
		if slices.Contains(found, line) {
			continue
		}
		class, text := parted(line)
		if others := byWord[text]; len(others) > 0 {
			t.Errorf("%s %q is now of class %s: if the code only calls the class otherwise, run this test with -update", class, text, strings.Join(others, " or "))
			continue
		}
		t.Errorf("%s %q is stored no more. What has been stored says it for ever: give the constant its old text back; "+
			"or, where a migration has changed every row, or none was ever written, run this test with -update", class, text)
	}
	for _, line := range found {
		if !slices.Contains(listed, line) {
			class, text := parted(line)
			t.Errorf("%s %q is stored and not listed: see that it is the word that it is to be called for ever, and run this test with -update", class, text)
		}
	}
}

func parted(line string) (class, text string) {
	class, text, _ = strings.Cut(line, ": ")
	return class, text
}

// gathering is what is found of the words.
type gathering struct {
	*flow
	words   map[string]bool
	types   map[*types.TypeName]bool // whose constants are stored
	structs map[types.Type]bool      // that are stored as JSON, and have been looked at
}

func (g *gathering) add(class, text string) { g.words[class+": "+text] = true }

// wordsOf adds the words that may flow into an expression, as those of a class.
func (g *gathering) wordsOf(class string, from ...expression) {
	for _, w := range g.flow.words(from...) {
		if isWord(w.text) {
			g.add(class, w.text)
		}
	}
}

var (
	listed  = regexp.MustCompile(`(\w+) = ANY \(ARRAY\[([^\]]*)\]`)
	compare = regexp.MustCompile(`(\w+) (?:=|<>) '([^']*)'::text`)
	quoted  = regexp.MustCompile(`'([^']*)'::text`)
)

// checks adds the words that the schema lets into a column.
func (g *gathering) checks(t *testing.T) {
	t.Helper()
	rows, err := server.New(t).Pool.Query(t.Context(), `
		SELECT c.relname, pg_get_constraintdef(k.oid)
		FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE k.contype = 'c' AND n.nspname = 'public' AND c.relname NOT LIKE 'river%'`)
	if err != nil {
		t.Fatal(err)
	}
	var table, definition string
	_, err = pgx.ForEachRow(rows, []any{&table, &definition}, func() error {
		for _, match := range listed.FindAllStringSubmatch(definition, -1) {
			for _, text := range quoted.FindAllStringSubmatch(match[2], -1) {
				g.add("column "+table+"."+match[1], text[1])
			}
		}
		for _, match := range compare.FindAllStringSubmatch(definition, -1) {
			if isWord(match[2]) {
				g.add("column "+table+"."+match[1], match[2])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// gather adds what a package stores.
func (g *gathering) gather(p *packages.Package) {
	info := p.TypesInfo
	_, speaks := p.Imports["github.com/jackc/pgx/v5"] // to the database
	eachText(p, func(_ token.Pos, text string) {
		if room(p) != "migrations" { // what they leave, the schema says
			for _, word := range assigned(text) {
				g.add("value", word)
			}
		}
	})
	for _, file := range p.Syntax {
		function := ""
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				function = n.Name.Name
				if isJob(info, n) {
					g.job(info.TypeOf(n.Recv.List[0].Type), node{info.Defs[n.Name], 1, false})
				}
			case *ast.CallExpr:
				g.call(p, n, function)
			case *ast.CompositeLit:
				if speaks && holdsAny(info.TypeOf(n)) { // arguments, by number or by name, or where the columns go
					g.stored(p, n, function)
				}
			}
			return true
		})
	}
	for _, name := range p.Types.Scope().Names() {
		g.record(p, p.Types.Scope().Lookup(name))
	}
}

// record adds what flows into the fields of the trail's and the notices' types.
func (g *gathering) record(p *packages.Package, object types.Object) {
	structure, ok := object.Type().Underlying().(*types.Struct)
	if _, isType := object.(*types.TypeName); !ok || !isType {
		return
	}
	for field := range structure.Fields() {
		values, keys := g.into[node{field, 0, false}], g.into[node{field, 0, true}]
		switch p.Name + "." + object.Name() + "." + field.Name() {
		case "trail.Subject.Kind":
			g.wordsOf("trail subject", values...)
		case "trail.Entry.Fields", "door.Effect.Fields":
			g.wordsOf("trail field", values...)
		case "trail.Entry.Refs", "door.Effect.Refs":
			g.wordsOf("trail ref", keys...)
		case "trail.Entry.Confidential", "door.Effect.Confidential":
			g.wordsOf("trail value", keys...)
		case "notice.Notice.Topic", "notice.Topic.Kind":
			g.wordsOf("notice topic", values...)
		}
	}
}

// isJob tells whether a method is the one that names a job: Kind() string.
func isJob(info *types.Info, method *ast.FuncDecl) bool {
	if method.Name.Name != "Kind" || method.Recv == nil {
		return false
	}
	signature := info.Defs[method.Name].(*types.Func).Signature()
	return signature.Params().Len() == 0 && signature.Results().Len() == 1 && types.Identical(signature.Results().At(0).Type(), types.Typ[types.String])
}

func (g *gathering) job(args types.Type, kind node) {
	g.wordsOf("job", g.into[kind]...)
	g.json(args, "")
}

func isAny(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && i.Empty()
}

// toDatabase are the functions that hand values to the database, by how many
// arguments stand before those; fromDatabase those that read them; toText those
// that write JSON.
var (
	toDatabase   = map[string]bool{"Exec": true, "Query": true, "QueryRow": true, "Queue": true}
	fromDatabase = map[string]bool{"Scan": true}
	rowTo        = map[string]bool{"RowTo": true, "RowToStructByPos": true, "RowToStructByName": true, "RowToAddrOfStructByName": true, "RowToStructByNameLax": true}
	toText       = map[string]bool{"encoding/json.Marshal": true, "encoding/json.Encode": true}
)

// call adds what a call stores, if it does.
func (g *gathering) call(p *packages.Package, call *ast.CallExpr, function string) {
	callee, ok := typeutil.Callee(p.TypesInfo, call).(*types.Func)
	if !ok || callee.Pkg() == nil {
		return
	}
	signature := callee.Signature()
	last := signature.Params().Len() - 1
	switch name := callee.Name(); {
	case toText[callee.Pkg().Path()+"."+name]:
		for _, e := range g.values(expression{call.Args[0], p, 0, false}) {
			g.json(e.typeOf(), function)
		}
	case (toDatabase[name] || fromDatabase[name]) && signature.Variadic() && isAny(signature.Params().At(last).Type().(*types.Slice).Elem()):
		for _, argument := range call.Args[min(last, len(call.Args)):] {
			g.stored(p, argument, function)
		}
	}
	g.generic(p, call)
}

// generic adds the type that rows are read into: pgx.RowTo[State].
func (g *gathering) generic(p *packages.Package, call *ast.CallExpr) {
	for _, argument := range call.Args {
		index, ok := argument.(*ast.IndexExpr)
		if !ok {
			continue
		}
		if selector, ok := index.X.(*ast.SelectorExpr); ok && rowTo[selector.Sel.Name] {
			g.column(p.TypesInfo.TypeOf(index.Index), true)
		}
	}
}

// stored adds what an argument of a statement stores, and where it is a list or a
// map of arguments, such as pgx.StrictNamedArgs, what each in it does.
func (g *gathering) stored(p *packages.Package, e ast.Expr, function string) {
	for _, value := range g.values(expression{e, p, 0, false}) {
		g.value(value, function)
	}
}

// value adds what a value stores: the words of its type, or those that flow into
// it, or its keys where it is stored as JSON.
func (g *gathering) value(e expression, function string) {
	t := e.typeOf()
	g.column(t, false)
	if structure, ok := t.Underlying().(*types.Struct); ok && structure.NumFields() > 0 && ours(t) {
		g.json(t, function)
	}
	if isString(elementOf(t)) {
		for _, w := range g.flow.words(e) {
			if w.of == nil || !g.isListed(w.of) {
				if isWord(w.text) {
					g.add("value", w.text)
				}
			}
		}
	}
}

func (g *gathering) isListed(t *types.TypeName) bool { return len(g.constants[t]) > 0 }

// column adds the type of what stands in a column, and with fields those of a
// struct's fields that each stand in one.
func (g *gathering) column(t types.Type, fields bool) {
	t = elementOf(t)
	if name := nameOf(t); name != nil && g.isListed(name) {
		g.types[name] = true
	}
	if structure, ok := t.Underlying().(*types.Struct); ok && fields {
		for field := range structure.Fields() {
			g.column(field.Type(), field.Embedded())
		}
	}
}

// elementOf is what a list or a pointer is of.
func elementOf(t types.Type) types.Type {
	for {
		switch u := t.Underlying().(type) {
		case *types.Pointer:
			t = u.Elem()
		case *types.Slice:
			t = u.Elem()
		case *types.Array:
			t = u.Elem()
		default:
			return t
		}
	}
}

// ours tells whether a type with a name is one of the house.
func ours(t types.Type) bool {
	name := nameOf(t)
	return name == nil || name.Pkg() != nil && strings.HasPrefix(name.Pkg().Path(), module)
}

// json adds the keys of what is written as JSON: those of each struct, whatever
// is within it. A struct without a name goes by the function that writes it.
func (g *gathering) json(t types.Type, function string) {
	t = elementOf(t)
	if m, ok := t.Underlying().(*types.Map); ok {
		g.json(m.Key(), function)
		g.json(m.Elem(), function)
		return
	}
	g.column(t, false)
	structure, ok := t.Underlying().(*types.Struct)
	if !ok || !ours(t) || g.structs[t] {
		return
	}
	g.structs[t] = true
	class := function
	if name := nameOf(t); name != nil {
		class = name.Name()
	}
	for i := range structure.NumFields() {
		field := structure.Field(i)
		tag, _, _ := strings.Cut(reflect.StructTag(structure.Tag(i)).Get("json"), ",")
		switch {
		case !field.Exported() && !field.Embedded(), tag == "-":
			continue
		case tag != "":
			g.add("key of "+class, tag)
		case !field.Embedded():
			g.add("key of "+class, field.Name())
		}
		g.json(field.Type(), class)
	}
}

// list adds the constants of the types that are stored, and leaves out of the
// other values those that a class tells.
func (g *gathering) list() {
	for name := range g.types {
		for _, c := range g.constants[name] {
			g.add(name.Name(), constant.StringVal(c.Val()))
		}
	}
	classed := map[string]bool{}
	for line := range g.words {
		if class, text := parted(line); class != "value" {
			classed[text] = true
		}
	}
	maps.DeleteFunc(g.words, func(line string, _ bool) bool {
		class, text := parted(line)
		return class == "value" && classed[text]
	})
}
