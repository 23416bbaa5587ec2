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
	"internal/furigana":  {},
	"internal/gram":      {},
	"internal/record":    {"internal/calendar"},
	"internal/charset":   {},
	"internal/state":     {"internal/postgres"},
	"internal/sheet":     {"internal/calendar", "internal/charset", "internal/fault"},
	"internal/authz":     {"internal/calendar", "internal/fault", "internal/state"},
	"internal/secret":    {"internal/fault", "internal/postgres"},
	"internal/trail":     {"internal/authz", "internal/postgres"},
	"internal/notice":    {"internal/authz", "internal/fault", "internal/task"},
	"internal/job":       {"internal/fault"},
	"internal/lifecycle": {"internal/authz", "internal/fault"},
	"internal/task":      {"internal/calendar"},
	"internal/door":      {"internal/authz", "internal/calendar", "internal/notice", "internal/postgres", "internal/trail", "internal/state"},

	"internal/effective": {"internal/calendar", "internal/fault"},
	"internal/setting":   {"internal/authz", "internal/calendar", "internal/door", "internal/effective", "internal/fault", "internal/postgres", "internal/trail"},
	"internal/deadline":  {"internal/calendar", "internal/edition", "internal/holiday", "internal/postgres", "internal/setting"},
	"internal/edition":   {"internal/authz", "internal/calendar", "internal/door", "internal/effective", "internal/fault", "internal/postgres", "internal/sheet", "internal/sheet/intake", "internal/state", "internal/task", "internal/trail"},
	"internal/holiday":   {"internal/calendar", "internal/edition", "internal/sheet/intake"},

	"internal/attachment": {
		"internal/attachment/clamd", "internal/attachment/picture", "internal/authz", "internal/door", "internal/fault", "internal/postgres",
	},
	"internal/attachment/clamd":   {"internal/fault"},
	"internal/attachment/picture": {"internal/fault"},

	"internal/handover": {"internal/authz", "internal/calendar", "internal/door", "internal/fault", "internal/org", "internal/postgres", "internal/task", "internal/trail"},

	"internal/sheet/intake": {"internal/fault", "internal/postgres", "internal/sheet"},

	"internal/postgres":         {"internal/fault", "migrations"},
	"internal/postgres/cluster": {"internal/fault"},
	"migrations":                {},

	"web/static":    {},
	"web/layout":    {"web/static"},
	"web/component": {"internal/calendar", "internal/fault"},

	"web/server/cookie": {"internal/account", "internal/account/session", "internal/secret", "internal/state"},

	"internal/sample": {"internal/authz", "internal/calendar"},
}

// known are the wings that every domain may know, beside its own.
var known = []string{
	"org", "authz", "door", "trail", "notice", "job", "task", "address", "lifecycle", "edition", "holiday", "setting", "deadline", "handover", "attachment",
	"calendar", "charset", "fault", "furigana", "gram", "record", "sheet", "state", "postgres", "mail", "secret",
}

// between is what a domain may know of the other domains; what else one starts in
// another is handed in at the wiring. The sample town is of all of them.
var between = map[string][]string{
	"sample":    {"account", "asset", "policy"},
	"violation": {"rights"},
}

// within is what a room of a domain may know of its own wing; a pure room's line
// says it too.
var within = map[string][]string{
	"internal/policy":             {"internal/policy/outline"},
	"internal/policy/acknowledge": {"internal/policy"},
	"internal/policy/draft":       {"internal/policy", "internal/policy/amend", "internal/policy/outline"},
	"internal/policy/find":        {"internal/policy", "internal/policy/outline"},
	"internal/policy/follow":      {"internal/policy", "internal/policy/comparison", "internal/policy/outline"},
	"internal/policy/publish": {
		"internal/policy", "internal/policy/acknowledge", "internal/policy/draft", "internal/policy/find", "internal/policy/outline",
	},

	"internal/asset/bulk":          {"internal/asset", "internal/asset/level", "internal/asset/find", "internal/asset/many", "internal/asset/propose", "internal/asset/restore"},
	"internal/asset":               {"internal/asset/level", "internal/asset/life"},
	"internal/asset/again":         {"internal/asset", "internal/asset/level"},
	"internal/asset/communication": {"internal/asset", "internal/asset/level", "internal/asset/life"},
	"internal/asset/disposal":      {"internal/asset", "internal/asset/level", "internal/asset/life", "internal/asset/relation"},
	"internal/asset/export":        {"internal/asset", "internal/asset/find", "internal/asset/intake/ledger"},
	"internal/asset/filebook":      {"internal/asset", "internal/asset/find"},
	"internal/asset/find":          {"internal/asset", "internal/asset/again", "internal/asset/level", "internal/asset/catalogue", "internal/asset/classify", "internal/asset/life"},
	"internal/asset/hand":          {"internal/asset", "internal/asset/communication", "internal/asset/propose", "internal/asset/life"},
	"internal/asset/past":          {"internal/asset"},
	"internal/asset/intake": {
		"internal/asset/past", "internal/asset", "internal/asset/level", "internal/asset/intake/choice", "internal/asset/intake/ledger", "internal/asset/intake/likeness", "internal/asset/intake/progress", "internal/asset/intake/wording", "internal/asset/many",
	},
	"internal/asset/intake/choice":   {"internal/asset"},
	"internal/asset/intake/progress": {},
	"internal/asset/intake/ledger":   {"internal/asset/intake/wording"},
	"internal/asset/many":            {"internal/asset", "internal/asset/life"},
	"internal/asset/intake/likeness": {"internal/asset", "internal/asset/intake/wording"},
	"internal/asset/intake/wording":  {"internal/asset", "internal/calendar"},
	"internal/asset/loan":            {"internal/asset", "internal/asset/level", "internal/asset/life"},
	"internal/asset/merge":           {"internal/asset", "internal/asset/filebook", "internal/asset/loan", "internal/asset/relation", "internal/asset/life"},
	"internal/asset/missing":         {"internal/asset", "internal/asset/life"},
	"internal/asset/overview":        {"internal/asset", "internal/asset/life"},
	"internal/asset/relation":        {"internal/asset", "internal/asset/life"},
	"internal/asset/paper":           {"internal/asset"},
	"internal/asset/propose":         {"internal/asset", "internal/asset/life"},
	"internal/asset/stocktaking":     {"internal/asset", "internal/asset/life"},
	"internal/asset/tied":            {"internal/asset", "internal/asset/classify", "internal/asset/loan", "internal/asset/propose", "internal/asset/relation"},
	"internal/asset/view":            {"internal/asset/find"},
	"internal/asset/restore":         {"internal/asset"},

	"internal/org":           {"internal/org/reach", "internal/org/telling"},
	"internal/org/absence":   {"internal/org"},
	"internal/org/keeper":    {"internal/org"},
	"internal/org/personnel": {"internal/org"},
	"internal/org/transfer":  {"internal/org"},

	"internal/rights":             {"internal/rights/apart"},
	"internal/rights/bar":         {"internal/rights"},
	"internal/rights/review":      {"internal/rights"},
	"internal/rights/settle":      {"internal/rights"},
	"internal/violation":          {"internal/violation/authority", "internal/violation/bars", "internal/violation/name", "internal/violation/procedure", "internal/violation/term", "internal/violation/whom"},
	"internal/violation/find":     {"internal/violation", "internal/violation/authority", "internal/violation/name", "internal/violation/procedure", "internal/violation/whom"},
	"internal/violation/bars":     {"internal/violation/procedure"},
	"internal/violation/whom":     {},
	"internal/violation/referral": {"internal/violation", "internal/violation/authority", "internal/violation/procedure"},
	"internal/violation/report":   {"internal/violation", "internal/violation/procedure"},
	"internal/violation/keeping":  {"internal/violation", "internal/violation/procedure", "internal/violation/retention"},
	"internal/rights/connector": {
		"internal/rights", "internal/rights/connector/drift", "internal/rights/connector/peer", "internal/rights/connector/peer/webhook", "internal/rights/connector/reach",
	},
	"internal/rights/connector/outcome": {"internal/rights/connector", "internal/rights/connector/drift", "internal/rights/connector/reach"},
	"internal/rights/intake":            {"internal/rights", "internal/rights/apart"},

	"internal/account":        {"internal/account/directory", "internal/account/session"},
	"internal/account/factor": {"internal/account", "internal/account/session"},

	"internal/sample/assets":         {"internal/sample"},
	"internal/sample/communications": {"internal/sample"},
	"internal/sample/people":         {"internal/sample"},
	"internal/sample/policies":       {"internal/sample"},
}

// clients are the rooms below web that speak HTTP, each as a client.
var clients = []string{
	"internal/account/openid",
	"internal/rights/connector/peer/client", "internal/rights/connector/peer/scim", "internal/rights/connector/peer/webhook",
}

// pure are the rooms of domains that have no database, with what they may know.
var pure = map[string][]string{
	"internal/account/directory": {"internal/fault"},
	"internal/account/openid":    {"internal/fault"},

	"internal/asset/life":      {"internal/authz", "internal/lifecycle"},
	"internal/asset/catalogue": {"internal/asset", "internal/asset/level", "internal/calendar", "internal/edition", "internal/sheet/intake"},
	"internal/asset/classify":  {"internal/asset", "internal/asset/level", "internal/calendar", "internal/edition", "internal/sheet/intake"},

	"internal/violation/name":                {},
	"internal/violation/procedure":           {"internal/authz", "internal/lifecycle"},
	"internal/rights/apart":                  {"internal/calendar", "internal/edition", "internal/sheet/intake"},
	"internal/rights/connector/drift":        {},
	"internal/rights/connector/peer":         {"internal/fault"},
	"internal/rights/connector/peer/client":  {"internal/fault", "internal/rights/connector/peer"},
	"internal/rights/connector/peer/ldap":    {"internal/fault", "internal/rights/connector/peer"},
	"internal/rights/connector/peer/scim":    {"internal/fault", "internal/rights/connector/peer", "internal/rights/connector/peer/client"},
	"internal/rights/connector/peer/webhook": {"internal/fault", "internal/rights/connector/peer", "internal/rights/connector/peer/client"},
	"internal/rights/connector/reach": {
		"internal/fault", "internal/rights/connector/peer", "internal/rights/connector/peer/ldap", "internal/rights/connector/peer/scim", "internal/rights/connector/peer/webhook",
	},

	"internal/violation/authority": {"internal/calendar", "internal/edition", "internal/sheet/intake"},
	"internal/violation/retention": {"internal/calendar", "internal/edition", "internal/sheet/intake"},
	"internal/violation/term":      {"internal/calendar", "internal/edition", "internal/sheet/intake"},

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
		"address", "authz", "calendar", "fault", "notice", "trail", "task", "job", "state", "sheet", "lifecycle", "edition", "holiday", "setting", "deadline", "handover", "attachment", "record", "sample",
	}
	// screenDomains are the domains of a screen that is not called as its domain,
	// and of one that shows more than that.
	screenDomains = map[string][]string{
		"reading": {"policy"}, "drafting": {"policy", "org"}, "publishing": {"policy", "org"}, "acknowledging": {"policy", "org"}, "imports": {"policy", "org"},
		"organization": {"org"}, "handover": {"org"}, "personnel": {"org"}, "signin": {"account", "org"}, "account": {"account", "org"},
		"violation": {"violation", "rights", "org"},
	}
	// leafDomains are the domains that what several screens draw alike speaks of.
	leafDomains = []string{"policy", "org"}
	// carriers are the screens that put cookies into a browser.
	carriers = []string{"web/signin", "web/account"}
	// served are the wings that web/server speaks of besides: who asks, and the
	// database.
	served = []string{"account", "org", "door", "postgres", "secret"}
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
		if inside && wingOfOther == own {
			return slices.Contains(within[room], other)
		}
		return inside && (slices.Contains(known, wingOfOther) || slices.Contains(between[own], wingOfOther))
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
	case path.Dir(floor) == "web": // a room of a screen, which knows what the screen may know, and not the screen itself
		return may(floor, other)
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
	for _, arrows := range []map[string][]string{ground, within, pure} {
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
	for _, client := range clients {
		if imports[client]["net/http"] == nil {
			t.Errorf("%s may speak HTTP and does not", client)
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

// speaks tells whether a room may speak to the outside by a package of others: only
// domains speak to the database, and only web/server hands its pool on; only web
// answers requests, and its pages that are drawn know none.
func speaks(room, path string) bool {
	switch {
	case strings.HasPrefix(path, "github.com/jackc/"), path == "database/sql":
		screen := strings.HasPrefix(room, "web/") && room != "web/server" && !isForTests(room)
		return !screen && !has(pure, room)
	case path == "net/http", strings.HasPrefix(path, "net/http/"):
		drawn := room == "web/layout" || room == "web/component" || isLeaf(room)
		below := floorOf(room) > floorOf("web") && !isForTests(room)
		return !drawn && (!below || slices.Contains(clients, room))
	}
	return true
}

func TestWhoSpeaksToTheDatabaseAndTheBrowser(t *testing.T) {
	for _, p := range loadHouse(t) {
		room := pathOf(p)
		for path := range p.Imports {
			if !speaks(room, path) {
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
		"web/asset → web/asset/communication":               false,
		"web/asset/communication → web/asset":               false,
		"web/asset/communication → internal/asset/find":     true,
		"web/asset/communication → internal/incident":       false,
		"web/asset/communication → web/screen":              true,
		"web/asset/communication → web/server":              false,
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
		"internal/deadline → internal/policy":               false,
		"internal/door → internal/postgres":                 true,
		"internal/policy/policytest → internal/policy/find": true,
		"internal/policy/latest → web/screen":               false,
		"internal/policy/find → internal/policy/draft":      false,
		"internal/policy/publish → internal/policy/draft":   true,
		"internal/policy → internal/policy/draft":           false,
		"internal/account/session → internal/account":       false,
		"internal/asset/latest → internal/asset":            false, // it needs a line in within
		"internal/policy/latest → internal/account":         false,
	} {
		room, other, _ := strings.Cut(arrow, " → ")
		if got := may(room, other); got != want {
			t.Errorf("%s: %v", arrow, got)
		}
	}
}

func TestSpeaks(t *testing.T) {
	t.Parallel()
	for arrow, want := range map[string]bool{
		"internal/policy/draft → github.com/jackc/pgx/v5":        true,
		"internal/policy/outline → github.com/jackc/pgx/v5":      false,
		"web/reading → github.com/jackc/pgx/v5":                  false,
		"web/server → github.com/jackc/pgx/v5/pgxpool":           true,
		"web/reading → net/http":                                 true,
		"web/component/clause → net/http":                        false,
		"internal/policy/comparison → net/http":                  false,
		"internal/policy/draft → net/http/httptest":              false,
		"internal/account/openid → net/http":                     true,
		"internal/account/openid/openidtest → net/http/httptest": true,
		"migrations → net/http":                                  false,
		"internal/policy/comparison → strings":                   true,
	} {
		room, path, _ := strings.Cut(arrow, " → ")
		if got := speaks(room, path); got != want {
			t.Errorf("%s: %v", arrow, got)
		}
	}
}
