package archtest

import (
	"bytes"
	"flag"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/go/packages"

	"kagami/internal/postgres/pgtest"
)

var server pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &server)) }

var update = flag.Bool("update", false, "write the lists in testdata anew")

const top = "../.."

// house is every package without its tests, with its types; one object stands
// for one thing in all of them. Their types come from the source, and only what
// others have made is taken as it has been compiled: so a change at the bottom
// doesn't have the whole house compiled before it is looked at.
var house = sync.OnceValues(func() ([]*packages.Package, error) {
	list, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps, Dir: top}, "./...")
	if err != nil {
		return nil, err
	}
	c, err := newChecker(list)
	if err != nil {
		return nil, err
	}
	for _, p := range list {
		if _, err := c.Import(p.PkgPath); err != nil {
			return nil, err
		}
	}
	return list, nil
})

// checker finds the types of the house's packages, each after those that it knows.
type checker struct {
	fset   *token.FileSet
	ours   map[string]*packages.Package
	others types.Importer
}

func newChecker(list []*packages.Package) (*checker, error) {
	c := &checker{fset: token.NewFileSet(), ours: map[string]*packages.Package{}}
	others := map[string]bool{}
	for _, p := range list {
		c.ours[p.PkgPath] = p
	}
	for _, p := range list {
		for path := range p.Imports {
			if c.ours[path] == nil && path != "unsafe" {
				others[path] = true
			}
		}
	}
	compiled, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedExportFile, Dir: top}, slices.Sorted(maps.Keys(others))...)
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	for _, p := range compiled {
		files[p.PkgPath] = p.ExportFile
	}
	c.others = importer.ForCompiler(c.fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(files[path]) })
	return c, nil
}

// Import returns the types of a package, and gives them to it if it is ours.
func (c *checker) Import(path string) (*types.Package, error) {
	p := c.ours[path]
	switch {
	case p == nil:
		return c.others.Import(path)
	case p.Types != nil:
		return p.Types, nil
	}
	p.Fset = c.fset
	p.TypesInfo = newInfo()
	for _, name := range p.GoFiles {
		file, err := parser.ParseFile(c.fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		p.Syntax = append(p.Syntax, file)
	}
	var err error
	p.Types, err = (&types.Config{Importer: c}).Check(path, c.fset, p.Syntax, p.TypesInfo)
	return p.Types, err
}

// newInfo has room for what is known of the types in a package.
func newInfo() *types.Info {
	return &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Implicits: map[ast.Node]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}, Instances: map[*ast.Ident]types.Instance{},
	}
}

// loadHouse returns the packages of the house, which must all compile.
func loadHouse(t *testing.T) []*packages.Package {
	t.Helper()
	lookAround(t)
	list, err := house()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		for _, e := range p.Errors {
			t.Fatal(e)
		}
	}
	return list
}

// lookAround opens every folder, so that go test knows that what it kept of this
// test is old once there is another file.
func lookAround(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != top && (strings.HasPrefix(d.Name(), ".") || d.Name() == "bin" || d.Name() == "test-output"):
			return filepath.SkipDir
		case !d.IsDir():
			files = append(files, filepath.ToSlash(strings.TrimPrefix(path, top+"/")))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// room is a package's path in the house, such as policy/outline or web/page:
// without the internal that most have before them.
func room(p *packages.Package) string {
	return strings.TrimPrefix(strings.TrimPrefix(p.PkgPath, module), "internal/")
}

// wing is the part of the house that a room is in: policy of policy/outline.
func wing(room string) string { return strings.SplitN(room, "/", 2)[0] }

// testRooms are the rooms that are there for tests only; a name does not make one.
var testRooms = []string{
	"cmd/kagami/browsertest", "cmd/kagami/walktest", "web/server/servertest", "web/asset/assettest",
	"archtest", "postgres/pgtest", "org/orgtest", "policy/policytest",
	"account/directory/directorytest", "account/openid/openidtest", "rights/rightstest", "rights/connector/peer/peertest", "rights/connector/connectortest", "violation/violationtest",
}

// isForTests tells whether a room, with its internal or without, is one of them.
func isForTests(room string) bool {
	return slices.Contains(testRooms, strings.TrimPrefix(room, "internal/"))
}

func TestRoomsForTestsAreThere(t *testing.T) {
	var rooms []string
	for _, p := range loadHouse(t) {
		rooms = append(rooms, room(p))
	}
	for _, room := range testRooms {
		if !slices.Contains(rooms, room) {
			t.Errorf("there is no %s: take it out of testRooms", room)
		}
	}
}

// readList returns the lines of a list in testdata; a line that begins with # is
// for who reads it.
func readList(t *testing.T, name string) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil && (!*update || !os.IsNotExist(err)) {
		t.Fatal(err)
	}
	lines := strings.Split(string(bytes.TrimSpace(data)), "\n")
	return slices.DeleteFunc(lines, func(line string) bool { return line == "" || strings.HasPrefix(line, "#") })
}

// writeList writes a list in testdata anew, with what it says at its head.
func writeList(t *testing.T, name string, lines []string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	data, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	var head []string
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			head = append(head, strings.TrimSuffix(line, "\n"))
		}
	}
	if err := os.WriteFile(path, []byte(strings.Join(append(head, lines...), "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// shrinks compares what breaks a rule with the list of what is known to. What
// has come is an error, and so is what has gone and still stands there: a list
// like this only ever gets shorter.
func shrinks(t *testing.T, name string, found map[string]string) {
	t.Helper()
	known := readList(t, name)
	for line, why := range found {
		if !slices.Contains(known, line) {
			t.Errorf("%s: %s", line, why)
		}
	}
	var left []string
	for _, line := range known {
		if _, still := found[line]; still {
			left = append(left, line)
		} else if !*update {
			t.Errorf("%s: the breach is gone: delete its line from testdata/%s, or run this test with -update", line, name)
		}
	}
	if *update {
		writeList(t, name, left)
	}
}

// place is where something stands in the house: internal/org/actor.go:49:19.
func place(t *testing.T, p *packages.Package, at token.Pos) string {
	t.Helper()
	path, err := filepath.Abs(top)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(p.Fset.Position(at).String(), path+"/")
}

// notDomains are the wings below the domains, which know nothing of what the
// town's work is, and those beside them that are there to show and to test. Every
// other wing of internal is a domain.
var notDomains = []string{
	"calendar", "charset", "fault", "sheet", "state", "authz", "postgres", "trail", "notice", "door", "job", "mail", "secret",
	"address", "task", "lifecycle", "effective", "edition", "holiday", "setting", "deadline", "handover", "attachment", "record",
	"archtest", "sample",
}

// isDomain tells whether a package is a room of a domain, such as
// internal/policy/outline.
func isDomain(p *packages.Package) bool {
	return strings.HasPrefix(p.PkgPath, module+"internal/") && !slices.Contains(notDomains, wing(room(p))) && !isForTests(room(p))
}
