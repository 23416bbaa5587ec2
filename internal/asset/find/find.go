// Package find lists the register of information assets for whoever asks: what they may
// see of it, by filters and words, sorted, a page at a time, with how many there are.
package find

import (
	"context"
	"maps"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/postgres"
)

// Service finds assets in a database.
type Service struct {
	pool     *pgxpool.Pool
	register *asset.Service
}

// New makes the service.
func New(pool *pgxpool.Pool, register *asset.Service) *Service { return &Service{pool, register} }

const (
	// OnPage is how many assets a page has.
	OnPage = 100
	// MostCounted is up to how many are counted.
	MostCounted = 1000
	maxWords    = 200 // characters
)

// Sort is a column that the list is sorted by; the 管理番号 decides between equals.
type Sort string

// The columns.
const (
	ByConfidentiality Sort = "confidentiality" // the highest first
	ByIntegrity       Sort = "integrity"       // the highest first
	ByAvailability    Sort = "availability"    // the highest first
	ByCode            Sort = "code"
	ByName            Sort = "name"
	ByZone            Sort = "zone"
	ByCheck           Sort = "checked" // what was never looked at first, then what was longest ago
)

// keys are what each column sorts by, from the least up, before the 管理番号. All but the
// name are whole numbers.
var keys = map[Sort]string{
	ByConfidentiality: `-a.ranks[1]`,
	ByIntegrity:       `-a.ranks[2]`,
	ByAvailability:    `-a.ranks[3]`,
	ByCode:            `0::int`,
	ByName:            `lower(normalize(a.name, NFKC)) COLLATE "C"`,
	ByZone:            `coalesce(array_position(@zones::text[], a.zone), 1000)`,
	ByCheck:           `coalesce(a.checked_on - date '2000-01-01', -1000000)`,
}

// Stand is which assets are listed by where they stand in their lives.
type Stand string

// What is listed beside the assets of one state, whose word is a Stand too.
const (
	Current Stand = "" // what counts: registered, or still to be settled
	Any     Stand = "any"
)

// Search is what somebody looks for. What is empty leaves out nothing.
type Search struct {
	Words    string // separated by blanks; an asset has them all
	Section  string // its code
	Kind     asset.Kind
	Levels   map[asset.Aspect]string
	Zone     string
	Personal asset.Personal
	Stand    Stand
	Sort     Sort    // by 機密性 where it is none of the columns
	After    string  // empty, or Next of the page before
	Of       []int64 // the ids of assets, of which it is one; nil for all
}

// Sorted is the column that the list is sorted by.
func (q Search) Sorted() Sort {
	if _, ok := keys[q.Sort]; !ok {
		return ByConfidentiality
	}
	return q.Sort
}

// Line is an asset as the list shows it.
type Line struct {
	Code            string
	SectionName     string
	Name            string
	Kind            asset.Kind
	Place           string
	Confidentiality string
	Integrity       string
	Availability    string
	Zone            string
	CheckedOn       calendar.Date
	State           asset.State
	Key             string // what it is sorted by
}

// Level is the key of the asset's level in an aspect.
func (l Line) Level(a asset.Aspect) string {
	return asset.Details{Confidentiality: l.Confidentiality, Integrity: l.Integrity, Availability: l.Availability}.Level(a)
}

// Page is a page of the list.
type Page struct {
	Assets []Line
	Count  int          // how many there are on all pages, up to MostCounted
	More   bool         // there are more than Count
	Next   string       // what Search.After is for the next page; empty on the last
	Scheme asset.Scheme // the levels and zones of today
}

// List finds assets. Forbidden for who reads no register, Invalid for too many words.
func (s *Service) List(ctx context.Context, actor authz.Actor, q Search) (Page, error) {
	scheme, err := s.register.Scheme(ctx, actor)
	if err != nil {
		return Page{}, err
	}
	page := Page{Scheme: scheme}
	if err := q.check(); err != nil {
		return page, err
	}
	where, args := q.where(actor)
	count, err := postgres.One[struct{ Count int }](ctx, s.pool, "counting assets", `
		SELECT count(*) AS count FROM (SELECT FROM asset a JOIN section_shown s ON s.id = a.section_id WHERE `+where+` LIMIT @most) AS found`,
		with(args, "most", MostCounted+1))
	if err != nil {
		return page, err
	}
	page.Count, page.More = min(count.Count, MostCounted), count.Count > MostCounted
	if count.Count == 0 {
		return page, nil
	}
	sort, rest := q.Sorted(), where
	key := keys[sort]
	args = with(args, "limit", OnPage+1)
	if sort == ByZone {
		args["zones"] = zoneKeys(scheme)
	}
	if code, value, ok := readPlace(sort, q.After); ok {
		args["code"] = code
		switch sort {
		case ByCode: // an index finds it, which a row of two would keep it from
			rest += ` AND a.code_order > asset_code_order(@code)`
		case ByName:
			rest += ` AND (` + key + `, a.code_order) > (@value::text, asset_code_order(@code))`
			args["value"] = value
		default:
			rest += ` AND (` + key + `, a.code_order) > (@value::int, asset_code_order(@code))`
			args["value"] = value
		}
	}
	page.Assets, err = postgres.List[Line](ctx, s.pool, "listing assets", `
		SELECT a.code, s.name AS section_name, a.name, a.kind, a.place, a.confidentiality, a.integrity, a.availability, a.zone, a.checked_on, a.state,
		       (`+key+`)::text AS key
		FROM asset a JOIN section_shown s ON s.id = a.section_id
		WHERE `+rest+` ORDER BY `+key+`, a.code_order LIMIT @limit`, args)
	if err != nil {
		return page, err
	}
	if len(page.Assets) > OnPage {
		page.Assets = page.Assets[:OnPage]
		page.Next = place(page.Assets[OnPage-1])
	}
	return page, nil
}

// check finds what is wrong with what somebody looks for. Invalid.
func (q Search) check() error {
	if utf8.RuneCountInString(q.Words) > maxWords {
		return fault.InvalidFields([]fault.Problem{{Field: "q", Message: "さがす言葉は、" + strconv.Itoa(maxWords) + "字までにしてください。"}})
	}
	return nil
}

// where is what an asset a of a section s must be like, and its arguments.
func (q Search) where(actor authz.Actor) (string, pgx.StrictNamedArgs) {
	conditions, args := []string{}, pgx.StrictNamedArgs{}
	must := func(condition, name string, value any) {
		conditions = append(conditions, condition)
		args[name] = value
	}
	equal := func(column, name, value string) {
		if value != "" {
			must(column+" = @"+name, name, value)
		}
	}
	if actor.Reach(authz.ReadAssets) != authz.All {
		must("a.section_id = ANY(@sections)", "sections", actor.Sections(authz.ReadAssets))
	}
	switch q.Stand {
	case Current:
		conditions = append(conditions, "a.state IN ('draft', 'registered')")
	case Any:
		conditions = append(conditions, "true")
	default:
		must("a.state = @state", "state", string(q.Stand))
	}
	equal("s.code", "section", q.Section)
	equal("a.kind", "kind", string(q.Kind))
	equal("a.zone", "zone", q.Zone)
	equal("a.personal", "personal", string(q.Personal))
	equal("a.confidentiality", "confidentiality", q.Levels[asset.Confidentiality])
	equal("a.integrity", "integrity", q.Levels[asset.Integrity])
	equal("a.availability", "availability", q.Levels[asset.Availability])
	if q.Of != nil {
		must("a.id = ANY(@of)", "of", q.Of)
	}
	for i, word := range strings.Fields(norm.NFKC.String(q.Words)) { // their case is the database's to fold, which has folded what they are looked for in
		name := "word" + strconv.Itoa(i)
		must("strpos(a.search, lower(@"+name+")) > 0", name, word)
	}
	return strings.Join(conditions, " AND "), args
}

func zoneKeys(scheme asset.Scheme) []string {
	list := make([]string, len(scheme.Zones))
	for i, z := range scheme.Zones {
		list[i] = z.Key
	}
	return list
}

// place is where a line stands, by what it is sorted by and not by the line itself: who
// goes on is shown neither twice nor never what has not changed, though the line be
// changed meanwhile.
func place(l Line) string { return l.Code + " " + l.Key }

// readPlace reads what place has written; false for the first page, and for what no link
// carries.
func readPlace(sort Sort, written string) (code string, value any, ok bool) {
	code, key, ok := strings.Cut(written, " ")
	if sort == ByName || !ok {
		return code, key, ok
	}
	n, err := strconv.ParseInt(key, 10, 32)
	return code, n, err == nil
}

// with is a copy of arguments with one more.
func with(args pgx.StrictNamedArgs, name string, value any) pgx.StrictNamedArgs {
	more := maps.Clone(args)
	more[name] = value
	return more
}

// Sections are those whose assets the actor may see.
func (s *Service) Sections(ctx context.Context, actor authz.Actor) ([]asset.Section, error) {
	return postgres.List[asset.Section](ctx, s.pool, "listing sections of the register", `
		SELECT code, name FROM section_shown WHERE @everywhere OR id = ANY(@sections) ORDER BY position, code`,
		pgx.StrictNamedArgs{"everywhere": actor.Reach(authz.ReadAssets) == authz.All, "sections": actor.Sections(authz.ReadAssets)})
}
