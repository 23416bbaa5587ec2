// Package archtest keeps the arrows of the house: which room knows which. The
// arrows stand here and nowhere else.
package archtest

import (
	"go/ast"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

const module = "kagami/"

// arrows says what each room may know of the house; what stands here for a
// room does not stand for the rooms below it.
var arrows = map[string][]string{
	"internal/address":  {},
	"internal/calendar": {},
	"internal/fault":    {},
	"migrations":        {},
	"internal/charset":  {},
	"internal/sheet":    {"internal/calendar", "internal/charset", "internal/fault"},
	"internal/state":    {},
	"web/static":        {},

	"internal/authz":            {"internal/fault", "internal/state"},
	"internal/postgres":         {"internal/fault", "migrations"},
	"internal/postgres/cluster": {"internal/fault"},
	"internal/trail":            {"internal/authz"},
	"internal/notice":           {"internal/authz", "internal/fault"},
	"internal/door":             {"internal/authz", "internal/calendar", "internal/notice", "internal/postgres", "internal/trail"},

	"internal/job":       {"internal/fault"},
	"internal/lifecycle": {"internal/authz", "internal/fault"},

	"internal/org":     {"internal/authz", "internal/calendar", "internal/door", "internal/fault", "internal/postgres", "internal/sheet", "internal/state", "internal/trail"},
	"internal/account": {"internal/account/directory", "internal/account/session", "internal/authz", "internal/calendar", "internal/door", "internal/fault", "internal/org", "internal/postgres", "internal/trail"},

	"internal/account/directory": {"internal/fault"},
	"internal/account/openid":    {"internal/fault"},

	"internal/policy/outline":           {"internal/charset", "internal/fault"},
	"internal/policy/amend":             {"internal/policy/outline"},
	"internal/policy/comparison":        {"internal/policy/outline"},
	"internal/policy/comparison/office": {"internal/policy/comparison", "internal/sheet"},
	"internal/policy/textfile":          {"internal/fault", "internal/policy/outline"},
	"internal/policy":                   {"internal/authz", "internal/calendar", "internal/door", "internal/fault", "internal/notice", "internal/policy/outline", "internal/postgres", "internal/state", "internal/trail"},
	"internal/policy/find":              {"internal/authz", "internal/fault", "internal/policy", "internal/policy/outline", "internal/postgres", "internal/state"},
	"internal/policy/follow":            {"internal/authz", "internal/calendar", "internal/fault", "internal/policy", "internal/policy/comparison", "internal/policy/outline", "internal/state"},
	"internal/policy/draft":             {"internal/address", "internal/authz", "internal/calendar", "internal/door", "internal/fault", "internal/lifecycle", "internal/notice", "internal/org", "internal/policy", "internal/policy/amend", "internal/policy/outline", "internal/postgres", "internal/trail"},
	"internal/policy/publish":           {"internal/authz", "internal/calendar", "internal/door", "internal/fault", "internal/lifecycle", "internal/policy", "internal/policy/acknowledge", "internal/policy/draft", "internal/policy/find", "internal/policy/outline", "internal/postgres", "internal/trail"},
	"internal/policy/acknowledge":       {"internal/address", "internal/authz", "internal/calendar", "internal/door", "internal/fault", "internal/notice", "internal/org", "internal/policy", "internal/postgres", "internal/state", "internal/trail"},

	"internal/account/session": {"internal/authz", "internal/door", "internal/fault", "internal/state", "internal/trail"},
	"web/server/cookie":        {"internal/account", "internal/account/session", "internal/state"},
	"internal/account/factor":  {"internal/account", "internal/account/session", "internal/authz", "internal/door", "internal/fault", "internal/postgres", "internal/trail"},
	"web/component/revision":   {"internal/address", "internal/calendar", "internal/fault", "internal/policy/comparison", "internal/policy/draft", "internal/policy/outline", "web/component", "web/component/document", "web/layout"},
	"web/publishing":           {"internal/address", "internal/authz", "internal/calendar", "internal/fault", "internal/org", "internal/policy", "internal/policy/acknowledge", "internal/policy/draft", "internal/policy/publish", "internal/trail", "web/component", "web/component/audience", "web/component/document", "web/component/revision", "web/layout", "web/screen"},
	"web/drafting":             {"internal/address", "internal/authz", "internal/calendar", "internal/fault", "internal/notice", "internal/policy", "internal/policy/amend", "internal/policy/comparison", "internal/policy/draft", "internal/policy/outline", "internal/policy/publish", "internal/trail", "web/component", "web/component/document", "web/component/revision", "web/layout", "web/screen"},
	"web/layout":               {"web/static"},
	"web/component":            {"internal/calendar", "internal/fault"},
	"web/component/audience":   {"internal/authz", "internal/fault", "internal/org", "internal/policy", "web/component"},
	"web/component/document":   {"internal/address", "internal/calendar", "internal/policy", "internal/policy/comparison", "internal/policy/draft", "internal/policy/follow", "internal/policy/outline", "web/layout"},
	"web/page":                 {"internal/account", "internal/account/factor", "internal/account/session", "internal/address", "internal/authz", "internal/calendar", "internal/fault", "internal/notice", "internal/org", "internal/policy", "internal/policy/acknowledge", "internal/policy/draft", "internal/policy/find", "web/component", "web/layout"},

	"internal/task":            {"internal/calendar"},
	"web/screen":               {"internal/address", "internal/authz", "internal/calendar", "internal/fault", "internal/job", "internal/notice", "internal/sample", "internal/sheet", "internal/task", "internal/trail", "web/layout", "web/static"},
	"web/reading":              {"internal/address", "internal/authz", "internal/calendar", "internal/fault", "internal/notice", "internal/policy", "internal/policy/comparison", "internal/policy/comparison/office", "internal/policy/draft", "internal/policy/find", "internal/policy/follow", "internal/policy/publish", "internal/sheet", "web/component", "web/component/document", "web/layout", "web/screen"},
	"web/imports":              {"internal/address", "internal/authz", "internal/fault", "internal/org", "internal/policy", "internal/policy/draft", "internal/policy/outline", "internal/policy/textfile", "internal/trail", "web/component", "web/component/audience", "web/component/document", "web/layout", "web/screen"},
	"web/acknowledging":        {"internal/address", "internal/authz", "internal/calendar", "internal/fault", "internal/notice", "internal/policy/acknowledge", "internal/sheet", "internal/trail", "web/component", "web/component/document", "web/layout", "web/screen"},
	"web/portal":               {"internal/account", "internal/account/factor", "internal/account/openid", "internal/account/session", "internal/address", "internal/authz", "internal/calendar", "internal/fault", "internal/notice", "internal/org", "internal/policy", "internal/policy/acknowledge", "internal/policy/draft", "internal/policy/find", "internal/policy/follow", "internal/policy/publish", "internal/sample", "internal/sample/policies", "internal/sheet", "web/component", "web/component/document", "web/layout", "web/page", "web/screen", "web/server"},
	"web/server":               {"internal/account", "internal/account/factor", "internal/account/openid", "internal/account/session", "internal/address", "internal/authz", "internal/door", "internal/fault", "internal/job", "internal/notice", "internal/org", "internal/postgres", "internal/sample", "internal/sample/people", "web/layout", "web/page", "web/screen", "web/server/cookie", "web/static"},
	"internal/sample":          {"internal/authz", "internal/calendar"},
	"internal/sample/people":   {"internal/account", "internal/authz", "internal/org", "internal/sample"},
	"internal/sample/policies": {"internal/authz", "internal/policy", "internal/policy/acknowledge", "internal/policy/draft", "internal/policy/outline", "internal/policy/publish", "internal/sample"},
}

// domain is what every domain may know, with what this one may know besides.
func domain(more ...string) []string {
	return append(more, "internal/authz", "internal/calendar", "internal/door", "internal/fault", "internal/postgres", "internal/state", "internal/trail")
}

// wiring builds everything and knows everything; nothing knows it.
var wiring = []string{"cmd/kagami", "cmd/kagami/parts", "cmd/kagami/walktest", "cmd/bench", "web/server/servertest", "internal/policy/policytest", "internal/postgres/pgtest",
	"internal/account/directory/directorytest", "internal/account/openid/openidtest", "cmd/kagami/browsertest", "internal/archtest"}

func load(t *testing.T) []*packages.Package {
	t.Helper()
	list, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedImports | packages.NeedSyntax | packages.NeedFiles, Dir: "../.."}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestEachRoomKnowsOnlyWhatItMay(t *testing.T) {
	for _, p := range load(t) {
		room := strings.TrimPrefix(p.PkgPath, module)
		may, known := arrows[room]
		if slices.Contains(wiring, room) {
			continue
		}
		if !known {
			t.Errorf("%s has no arrows: say in this test what it may know", room)
		}
		for path := range p.Imports {
			if other, ours := strings.CutPrefix(path, module); ours && !slices.Contains(may, other) {
				t.Errorf("%s must not know %s", room, other)
			}
		}
	}
}

// An arrow that nobody takes is none: it would let one in unseen.
func TestEachArrowIsTaken(t *testing.T) {
	known := map[string]bool{}
	for _, p := range load(t) {
		room := strings.TrimPrefix(p.PkgPath, module)
		known[room] = true
		for _, other := range arrows[room] {
			if p.Imports[module+other] == nil {
				t.Errorf("%s may know %s and does not", room, other)
			}
		}
	}
	for room := range arrows {
		if !known[room] {
			t.Errorf("there is no %s", room)
		}
	}
}

// Only domains speak to the database.
func TestPagesSpeakToNoDatabase(t *testing.T) {
	for _, p := range load(t) {
		if !strings.HasPrefix(p.PkgPath, module+"web/") || slices.Contains([]string{"web/server", "web/server/cookie", "web/portal", "web/screen"}, strings.TrimSuffix(strings.TrimPrefix(p.PkgPath, module), "/servertest")) {
			continue
		}
		answers := p.Imports[module+"web/screen"] != nil || strings.HasSuffix(p.PkgPath, "static")
		for path := range p.Imports {
			if strings.HasPrefix(path, "github.com/jackc/") || path == "database/sql" || path == "net/http" && !answers {
				t.Errorf("%s must not know %s", p.PkgPath, path)
			}
		}
	}
}

func TestNoRoomIsAHeap(t *testing.T) {
	for _, p := range load(t) {
		if slices.Contains([]string{"util", "utils", "common", "helpers", "manager"}, p.Name) {
			t.Errorf("%s: a name that says nothing", p.PkgPath)
		}
		for _, file := range p.Syntax {
			for _, d := range file.Decls {
				if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
					t.Errorf("%s has an init function", p.PkgPath)
				}
			}
		}
	}
}
