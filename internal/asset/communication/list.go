package communication

import (
	"context"
	"maps"
	"strings"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/postgres"
)

// OnPage is how many communications a page of the list has.
const OnPage = 100

// States are those of which communications are listed.
type States string

// What is listed.
const (
	Current States = "" // what goes on
	Ended   States = "ended"
	Any     States = "any"
)

// Search is what somebody looks for. What is empty leaves out nothing.
type Search struct {
	Section   string // its code
	Zone      string // at either end
	Safeguard Safeguard
	Breaking  bool // only what breaks a rule
	States    States
	After     string // empty, or Next of the page before
}

// Line is a communication as lists show it.
type Line struct {
	Code        string
	SectionName string
	Name        string
	From, To    string
	Direction   Direction
	Safeguard   Safeguard
	Listed      string
	EndedOn     calendar.Date // zero while it goes on
	BrokenSince calendar.Date // zero where it breaks no rule
}

// lineColumns are those of a Line from communication c and its section s.
const lineColumns = `c.code, s.name AS section_name, c.name, c.from_zone AS from, c.to_zone AS to, c.direction, c.safeguard, c.listed, c.ended_on, c.broken_since`

// Page is a page of the list.
type Page struct {
	Lines  []Line
	Count  int    // how many there are on all pages
	Next   string // what Search.After is for the next page; empty on the last
	Scheme Scheme
}

// List finds communications, in the order of their numbers. Forbidden for who reads no
// register.
func (s *Service) List(ctx context.Context, actor authz.Actor, q Search) (Page, error) {
	scheme, err := s.Scheme(ctx, actor)
	if err != nil {
		return Page{}, err
	}
	page := Page{Scheme: scheme}
	where, args := q.where(actor)
	count, err := postgres.One[struct{ Count int }](ctx, s.pool, "counting communications", `
		SELECT count(*) AS count FROM communication c JOIN section_shown s ON s.id = c.section_id WHERE `+where, args)
	if err != nil {
		return page, err
	}
	if page.Count = count.Count; page.Count == 0 {
		return page, nil
	}
	args = maps.Clone(args)
	args["limit"] = OnPage + 1
	if q.After != "" {
		where += ` AND c.code_order > asset_code_order(@after)`
		args["after"] = q.After
	}
	page.Lines, err = postgres.List[Line](ctx, s.pool, "listing communications", `
		SELECT `+lineColumns+` FROM communication c JOIN section_shown s ON s.id = c.section_id
		WHERE `+where+` ORDER BY c.code_order LIMIT @limit`, args)
	if err != nil {
		return page, err
	}
	if len(page.Lines) > OnPage {
		page.Lines = page.Lines[:OnPage]
		page.Next = page.Lines[OnPage-1].Code
	}
	return page, nil
}

// where is what a communication c of a section s must be like, and its arguments.
func (q Search) where(actor authz.Actor) (string, pgx.StrictNamedArgs) {
	conditions, args := sight(actor)
	must := func(condition, name, value string) {
		if value != "" {
			conditions = append(conditions, condition)
			args[name] = value
		}
	}
	switch q.States {
	case Ended:
		conditions = append(conditions, "c.ended_on IS NOT NULL")
	case Any:
	default:
		conditions = append(conditions, "c.ended_on IS NULL")
	}
	if q.Breaking {
		conditions = append(conditions, "c.broken_since IS NOT NULL")
	}
	must("s.code = @section", "section", q.Section)
	must("@zone IN (c.from_zone, c.to_zone)", "zone", q.Zone)
	must("c.safeguard = @safeguard", "safeguard", string(q.Safeguard))
	return strings.Join(conditions, " AND "), args
}

// sight is that the actor may see a communication c.
func sight(actor authz.Actor) ([]string, pgx.StrictNamedArgs) {
	if actor.Reach(authz.ReadAssets) == authz.All {
		return []string{"true"}, pgx.StrictNamedArgs{}
	}
	return []string{"c.section_id = ANY(@sections)"}, pgx.StrictNamedArgs{"sections": actor.Sections(authz.ReadAssets)}
}

// mostOfAsset is how many communications of one asset are listed.
const mostOfAsset = 1000

// OfAsset lists the communications that belong to an asset, by its ID, as far as the actor
// may see them: those that go on first, then those that have ended.
func (s *Service) OfAsset(ctx context.Context, actor authz.Actor, of int64) ([]Line, error) {
	conditions, args := sight(actor)
	args["asset"], args["most"] = of, mostOfAsset
	return postgres.List[Line](ctx, s.pool, "listing the communications of an asset", `
		SELECT `+lineColumns+` FROM communication c JOIN section_shown s ON s.id = c.section_id
		WHERE c.asset_id = @asset AND `+strings.Join(conditions, " AND ")+` ORDER BY c.ended_on IS NOT NULL, c.code_order LIMIT @most`, args)
}
