// Package archtest keeps the arrows of the house: which room knows which. The
// arrows stand here and nowhere else. It keeps what else goes through the whole
// house too: what is stored as a word, whose each table is, how large a room is,
// and for whom it reads.
package archtest

import (
	"go/ast"
	"path"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

const module = "kagami/"

// floors are the floors of the house from the top down; an arrow points to the
// same or a lower one.
var floors = []string{"cmd", "web", "internal", "migrations"}

// ground is what each room below the domains may know, and each room beside them
// that is like no other.
var ground = map[string][]string{
	"internal/address":   {},
	"internal/calendar":  {},
	"internal/fault":     {},
	"internal/charset":   {},
	"internal/state":     {"internal/postgres"},
	"internal/sheet":     {"internal/calendar", "internal/charset", "internal/fault"},
	"internal/authz":     {"internal/calendar", "internal/fault", "internal/state"},
	"internal/trail":     {"internal/authz"},
	"internal/notice":    {"internal/authz", "internal/fault", "internal/task"},
	"internal/job":       {"internal/fault"},
	"internal/lifecycle": {"internal/authz", "internal/fault"},
	"internal/task":      {"internal/calendar"},
	"internal/door":      {"internal/authz", "internal/calendar", "internal/notice", "internal/postgres", "internal/trail"},

	"internal/sheet/intake": {"internal/fault", "internal/postgres", "internal/sheet"},

	"internal/postgres":         {"internal/fault", "migrations"},
	"internal/postgres/cluster": {"internal/fault"},
	"migrations":                {},

	"web/static":    {},
	"web/layout":    {"web/static"},
	"web/component": {"internal/calendar", "internal/fault"},

	"web/server/cookie": {"internal/account", "internal/account/session", "internal/state"},

	"internal/sample": {"internal/authz", "internal/calendar"},
}

// known are the wings that every domain may know, beside its own.
var known = []string{
	"org", "authz", "door", "trail", "notice", "job", "task", "address", "lifecycle", "edition", "setting", "deadline", "attachment",
	"calendar", "charset", "fault", "sheet", "state", "postgres", "mail", "secret",
}

// between is what a domain may know of the other domains; what else one starts in
// another is handed in at the wiring. The sample town is of all of them.
var between = map[string][]string{
	"sample": {"account", "policy"},
}

// pure are the rooms of domains that have no database, with what they may know.
var pure = map[string][]string{
	"internal/account/directory": {"internal/fault"},
	"internal/account/openid":    {"internal/fault"},

	"internal/policy/outline":           {"internal/charset", "internal/fault"},
	"internal/policy/amend":             {"internal/policy/outline"},
	"internal/policy/comparison":        {"internal/policy/outline"},
	"internal/policy/comparison/office": {"internal/policy/comparison", "internal/sheet"},
	"internal/policy/textfile":          {"internal/fault", "internal/policy/outline"},
}

var (
	// kit is what is built for every screen: web/screen, and what it stands on.
	kit = []string{"web/screen", "web/layout", "web/component", "web/static"}
	// shownWings are those below the domains that a screen speaks of.
	shownWings = []string{
		"address", "authz", "calendar", "fault", "notice", "trail", "task", "job", "state", "sheet", "lifecycle", "edition", "setting", "attachment", "sample",
	}
	// screenDomains are the domains of a screen that is not called as its domain,
	// and of one that shows more than that.
	screenDomains = map[string][]string{
		"reading": {"policy"}, "drafting": {"policy", "org"}, "publishing": {"policy", "org"}, "acknowledging": {"policy", "org"}, "imports": {"policy", "org"},
		"organization": {"org"}, "personnel": {"org"}, "signin": {"account", "org"}, "account": {"account", "org"},
	}
	// leafDomains are the domains that what several screens draw alike speaks of.
	leafDomains = []string{"policy", "org"}
	// carriers are the screens that put cookies into a browser.
	carriers = []string{"web/signin", "web/account"}
	// served are the wings that web/server speaks of besides: who asks, and the
	// database.
	served = []string{"account", "org", "door", "postgres"}
)

// may tells whether one room may know another. Both are paths below the module,
// such as internal/policy/outline.
func may(room, other string) bool {
	switch {
	case slices.Contains(ground[room], other), slices.Contains(pure[room], other):
		return true
	case has(ground, room), has(pure, room):
		return false
	case isWiring(room):
		return true
	case isWiring(other):
		return false
	}
	floor, name, wingOfOther := path.Dir(room), path.Base(room), strings.SplitN(strings.TrimPrefix(other, "internal/"), "/", 2)[0]
	inside := strings.HasPrefix(other, "internal/")
	switch {
	case strings.HasPrefix(room, "internal/"): // a domain
		own := strings.SplitN(strings.TrimPrefix(room, "internal/"), "/", 2)[0]
		if slices.Contains(notDomains, own) && own != "sample" {
			return false // it needs a line in ground
		}
		return inside && (wingOfOther == own || slices.Contains(known, wingOfOther) || slices.Contains(between[own], wingOfOther))
	case room == "web/screen":
		return slices.Contains(kit, other) || inside && slices.Contains(shownWings, wingOfOther)
	case room == "web/server":
		return slices.Contains(kit, other) || other == "web/server/cookie" ||
			inside && (slices.Contains(shownWings, wingOfOther) || slices.Contains(served, wingOfOther))
	case floor == "web/component": // a leaf
		return slices.Contains(kit, other) || isLeaf(other) ||
			inside && (slices.Contains(shownWings, wingOfOther) || slices.Contains(leafDomains, wingOfOther))
	case floor == "web": // a screen
		domains, listed := screenDomains[name]
		if !listed {
			domains = []string{name, "org"}
		}
		return slices.Contains(kit, other) || isLeaf(other) || other == "web/server/cookie" && slices.Contains(carriers, room) ||
			inside && (slices.Contains(shownWings, wingOfOther) || slices.Contains(domains, wingOfOther))
	}
	return false
}

// isLeaf tells of a room of what several screens draw alike.
func isLeaf(room string) bool { return strings.HasPrefix(room, "web/component/") }

func has(rooms map[string][]string, room string) bool {
	_, there := rooms[room]
	return there
}

// isWiring tells of the rooms that build everything, or are there for tests: they
// know everything below them, and no room knows them.
func isWiring(room string) bool {
	return strings.HasPrefix(room, "cmd/") || isForTests(room)
}

func pathOf(p *packages.Package) string { return strings.TrimPrefix(p.PkgPath, module) }

func floorOf(room string) int { return slices.Index(floors, strings.SplitN(room, "/", 2)[0]) }

func TestEachRoomKnowsOnlyWhatItMay(t *testing.T) {
	for _, p := range loadHouse(t) {
		room := pathOf(p)
		if floorOf(room) < 0 {
			t.Errorf("%s is on no floor: the house has %s", room, strings.Join(floors, ", "))
		}
		for path := range p.Imports {
			if other, ours := strings.CutPrefix(path, module); ours && !may(room, other) {
				t.Errorf("%s must not know %s", room, other)
			}
		}
	}
}

// What stands on a floor knows nothing above it, whatever it is for; only the
// rooms for tests may stand on anything.
func TestArrowsPointDown(t *testing.T) {
	for _, p := range loadHouse(t) {
		room := pathOf(p)
		for path := range p.Imports {
			if other, ours := strings.CutPrefix(path, module); ours && floorOf(other) < floorOf(room) && !isWiring(room) {
				t.Errorf("%s, on a lower floor, must not know %s", room, other)
			}
		}
	}
}

// An arrow that nobody takes is none: it would let one in unseen.
func TestEachArrowIsTaken(t *testing.T) {
	imports := map[string]map[string]*packages.Package{}
	wings := map[string]map[string]bool{}
	for _, p := range loadHouse(t) {
		imports[pathOf(p)] = p.Imports
		own := wing(room(p))
		if wings[own] == nil {
			wings[own] = map[string]bool{}
		}
		for path := range p.Imports {
			wings[own][wing(strings.TrimPrefix(strings.TrimPrefix(path, module), "internal/"))] = true
		}
	}
	for _, arrows := range []map[string][]string{ground, pure} {
		for room, others := range arrows {
			if imports[room] == nil {
				t.Errorf("there is no %s", room)
				continue
			}
			for _, other := range others {
				if imports[room][module+other] == nil {
					t.Errorf("%s may know %s and does not", room, other)
				}
			}
		}
	}
	for domain, others := range between {
		for _, other := range others {
			if !wings[domain][other] {
				t.Errorf("%s may know %s and does not", domain, other)
			}
		}
	}
}

// Only domains speak to the database, and only web/server hands its pool on; the
// pages that are drawn know no requests.
func TestWhoSpeaksToTheDatabaseAndTheBrowser(t *testing.T) {
	for _, p := range loadHouse(t) {
		room := pathOf(p)
		screen := strings.HasPrefix(room, "web/") && room != "web/server" && !isForTests(room)
		drawn := room == "web/layout" || room == "web/component" || isLeaf(room)
		for path := range p.Imports {
			database := strings.HasPrefix(path, "github.com/jackc/") || path == "database/sql"
			if database && (screen || has(pure, room)) || path == "net/http" && drawn {
				t.Errorf("%s must not know %s", room, path)
			}
		}
	}
}

func TestNoRoomIsAHeap(t *testing.T) {
	for _, p := range loadHouse(t) {
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

// The patterns, on rooms of the house as it is to be.
func TestPatterns(t *testing.T) {
	t.Parallel()
	for arrow, want := range map[string]bool{
		"cmd/kagami → web/reading":                          true,
		"cmd/kagami/parts → internal/policy":                true,
		"web/server → cmd/kagami/parts":                     false,
		"web/server → web/screen":                           true,
		"web/server → internal/account/session":             true,
		"web/server → internal/policy":                      false,
		"web/server → web/reading":                          false,
		"web/screen → internal/task":                        true,
		"web/screen → web/server":                           false,
		"web/screen → internal/org":                         false,
		"web/reading → web/screen":                          true,
		"web/reading → internal/policy/follow":              true,
		"web/reading → internal/policy/comparison":          true,
		"web/reading → internal/account":                    false,
		"web/reading → web/drafting":                        false,
		"web/reading → internal/address":                    true,
		"web/reading → internal/door":                       false,
		"web/asset → internal/asset/loan":                   true,
		"web/asset → internal/incident":                     false,
		"web/asset → internal/sample":                       true,
		"internal/policy/draft → internal/policy":           true,
		"internal/policy/draft → internal/lifecycle":        true,
		"internal/policy/draft → internal/account":          false,
		"internal/policy/draft → web/screen":                false,
		"internal/policy/draft → internal/policy/draftest":  false,
		"internal/org/personnel → internal/org":             true,
		"internal/org → internal/policy":                    false,
		"internal/asset → internal/incident":                false,
		"internal/asset → internal/org":                     true,
		"internal/policy/outline → internal/org":            false,
		"internal/fault → internal/calendar":                false,
		"internal/deadline → internal/calendar":             false,
		"internal/door → internal/postgres":                 true,
		"internal/policy/policytest → internal/policy/find": true,
	} {
		room, other, _ := strings.Cut(arrow, " → ")
		if got := may(room, other); got != want {
			t.Errorf("%s: %v", arrow, got)
		}
	}
}
