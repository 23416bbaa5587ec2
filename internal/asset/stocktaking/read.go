package stocktaking

import (
	"cmp"
	"context"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/postgres"
)

// OnPage is how many lines a page of a list has.
const OnPage = 100

// Summary is a 棚卸し as the list shows it.
type Summary struct {
	Code, Title                             string
	OpenedOn, DueOn                         calendar.Date
	State                                   State
	NotBegun, UnderWay, HandedIn, Confirmed int // sections, of those that the viewer sees
}

// Sections is how many of its sections the viewer sees.
func (u Summary) Sections() int { return u.NotBegun + u.UnderWay + u.HandedIn + u.Confirmed }

// Late tells whether its last day is over on another one.
func (u Summary) Late(day calendar.Date) bool { return u.State == Open && day.After(u.DueOn) }

const summary = `
	SELECT t.code, t.title, t.opened_on, t.due_on, t.state,
	       count(*) FILTER (WHERE n.state = 'not_begun')::int AS not_begun, count(*) FILTER (WHERE n.state = 'under_way')::int AS under_way,
	       count(*) FILTER (WHERE n.state = 'handed_in')::int AS handed_in, count(*) FILTER (WHERE n.state = 'confirmed')::int AS confirmed
	FROM stocktaking t JOIN stocktaking_section n ON n.stocktaking_id = t.id AND (@all OR n.section_id = ANY(@mine))`

// List lists those of which the actor sees a section, the newest first: a page, after the one
// of a code, empty for the first; next is the code for the next page, empty on the last.
func (s *Service) List(ctx context.Context, actor authz.Actor, after string) (list []Summary, next string, err error) {
	args := reach(actor)
	args["limit"] = OnPage + 1
	where := ""
	if after != "" {
		where = ` WHERE t.id < (SELECT id FROM stocktaking WHERE code = @after)`
		args["after"] = after
	}
	list, err = postgres.List[Summary](ctx, s.pool, "listing 棚卸し", summary+where+` GROUP BY t.id ORDER BY t.id DESC LIMIT @limit`, args)
	if len(list) > OnPage {
		list = list[:OnPage]
		next = list[OnPage-1].Code
	}
	return list, next, err
}

// Summarize is one of them by itself.
func (s *Service) Summarize(ctx context.Context, actor authz.Actor, t Stocktaking) (Summary, error) {
	args := reach(actor)
	args["id"] = t.ID
	return postgres.One[Summary](ctx, s.pool, "summing up a 棚卸し", summary+` WHERE t.id = @id GROUP BY t.id`, args)
}

// Progress is how far a section is.
type Progress struct {
	SectionCode, SectionName string
	Stage                    Stage
	Counts
	Managed     bool
	HandedAt    *time.Time
	ConfirmedBy string
	ConfirmedAt *time.Time
}

// Search is what somebody looks for among the sections. What is empty leaves out nothing.
type Search struct {
	Stage   string // one of Stages; or Unmanaged
	Section string // a code
	After   string // empty, or the code of the last section of the page before
}

// Unmanaged asks for the sections that nobody is 情報セキュリティ管理者 of.
const Unmanaged = "unmanaged"

// Sections lists a page of the sections of a 棚卸し that the actor sees, in their order. next is
// for Search.After.
func (s *Service) Sections(ctx context.Context, actor authz.Actor, t Stocktaking, q Search) (list []Progress, next string, err error) {
	return s.sections(ctx, actor, t, q, OnPage)
}

// sections lists at most so many of them; 0 for all.
func (s *Service) sections(ctx context.Context, actor authz.Actor, t Stocktaking, q Search, most int) (list []Progress, next string, err error) {
	args := reach(actor)
	maps.Copy(args, pgx.StrictNamedArgs{"id": t.ID, "today": calendar.Day(s.door.Now()), "manager": authz.SecurityManager})
	where := ""
	switch {
	case q.Stage == Unmanaged:
		where = ` AND NOT ` + managed
	case Stage(q.Stage).Title() != "":
		where = ` AND n.state = @stage`
		args["stage"] = q.Stage
	}
	if q.After != "" {
		where += ` AND (s.position, s.code) > (SELECT position, code FROM section_shown WHERE code = @after)`
		args["after"] = q.After
	}
	if q.Section != "" {
		where += ` AND s.code = @section`
		args["section"] = q.Section
	}
	limit, counting := "", counted
	switch {
	case most > 0:
		limit = ` LIMIT @limit`
		args["limit"] = most + 1
	case actor.Reach(authz.ReadAssets) == authz.All && q.Section == "":
		counting = countedAll
		maps.Copy(args, t.all())
	}
	// the page is chosen before its sections are counted
	list, err = postgres.List[Progress](ctx, s.pool, "listing the sections of a 棚卸し", `
		WITH page AS MATERIALIZED (
			SELECT n.*, s.code, s.name AS section_name, s.position, `+managed+` AS managed FROM stocktaking_section n JOIN section_shown s ON s.id = n.section_id
			WHERE n.stocktaking_id = @id AND (@all OR n.section_id = ANY(@mine))`+where+` ORDER BY s.position, s.code`+limit+`)
		SELECT n.code AS section_code, coalesce(n.name, n.section_name) AS section_name, n.state AS stage, `+countColumns+`, n.managed, n.handed_at,
		       coalesce(f.name, '') AS confirmed_by, n.confirmed_at
		FROM stocktaking t JOIN page n ON true LEFT JOIN person_shown f ON f.id = n.confirmed_by `+counting+` WHERE t.id = @id ORDER BY n.position, n.code`, args)
	if most > 0 && len(list) > most {
		list = list[:most]
		next = list[most-1].SectionCode
	}
	return list, next, err
}

// Line is an asset of a section that is asked for, with what was found.
type Line struct {
	ID                                       int64
	Code, OwnNumber, Name, Place             string
	State                                    life.State
	Out                                      string // the code of the loan by which it is out; empty where it is not
	Confidentiality, Integrity, Availability string
	Result                                   Result // empty for no answer yet
	Version                                  int    // of the answer; 0 for none
	AnsweredBy, LookedBy, Note, NoticedBy    string
	AnsweredOn, NoticedOn, LastSeenOn        calendar.Date
	Touched                                  bool // whether the register has changed it since the opening
}

// Standing tells whether nothing has begun by which it leaves the register.
func (l Line) Standing() bool { return l.State == life.Registered }

const selectLine = `
	SELECT a.id, a.code, a.own_number, a.name, a.place, a.state, coalesce((SELECT o.code FROM asset_out o WHERE o.asset_id = a.id), '') AS out, a.confidentiality, a.integrity, a.availability, coalesce(w.result, '') AS result, coalesce(w.version, 0) AS version,
	       coalesce(q.name, '') AS answered_by, coalesce(w.looked_by, '') AS looked_by, coalesce(w.note, '') AS note, coalesce(w.noticed_by, '') AS noticed_by,
	       w.answered_on, w.noticed_on, w.last_seen_on,
	       w.result = 'changed' IS TRUE AND EXISTS (SELECT FROM asset_change x WHERE x.asset_id = a.id AND x.version = a.version AND x.version > 1 AND x.changed_at >= t.opened_at) AS touched
	FROM stocktaking t JOIN asset a ON a.section_id = @section AND a.state ` + life.Counts + ` AND ` + within + `
	LEFT JOIN stocktaking_answer w ON w.stocktaking_id = t.id AND w.asset_id = a.id LEFT JOIN person_shown q ON q.id = w.answered_by
	WHERE t.id = @id`

// Choice is which assets of a section somebody asks for. What is empty leaves out nothing.
type Choice struct {
	Open   bool   // only those without an answer
	Result Result // only those with this one
	From   int64  // those from this id on: the first of the page; 0 for the first of all
	Most   int    // how many at most; 0 for those of a page
}

// Page is a page of a section's assets.
type Page struct {
	Lines []Line
	Next  int64 // Choice.From of the next page; 0 on the last
}

// Lines lists the assets of a section that are asked for, in the order of their registration.
func (s *Service) Lines(ctx context.Context, actor authz.Actor, p Place, c Choice) (Page, error) {
	if _, may := actor.May(authz.ReadAssets, authz.Matter{OwnersSection: p.Section}); !may {
		return Page{}, errNone()
	}
	sql, args := selectLine, pgx.StrictNamedArgs{"id": p.ID, "section": p.Section}
	if c.Open {
		sql += ` AND w.asset_id IS NULL`
	}
	if c.Result != "" {
		sql += ` AND w.result = @result`
		args["result"] = c.Result
	}
	if c.From > 0 {
		sql += ` AND a.id >= @from`
		args["from"] = c.From
	}
	most := cmp.Or(c.Most, OnPage)
	args["limit"] = most + 1
	var page Page
	var err error
	page.Lines, err = postgres.List[Line](ctx, s.pool, "listing what is asked for of a section", sql+` ORDER BY a.id LIMIT @limit`, args)
	if len(page.Lines) > most {
		page.Next = page.Lines[most].ID
		page.Lines = page.Lines[:most]
	}
	return page, err
}

// FindLine is one of them, by its 管理番号. NotFound where it is not asked for there.
func (s *Service) FindLine(ctx context.Context, actor authz.Actor, p Place, code string) (Line, error) {
	if _, may := actor.May(authz.ReadAssets, authz.Matter{OwnersSection: p.Section}); !may {
		return Line{}, errNone()
	}
	list, err := postgres.List[Line](ctx, s.pool, "finding what is asked for of a section", selectLine+` AND a.code = @code`,
		pgx.StrictNamedArgs{"id": p.ID, "section": p.Section, "code": code})
	if err != nil {
		return Line{}, err
	}
	if len(list) == 0 {
		return Line{}, errNone()
	}
	return list[0], nil
}

// Listed is an asset in the record: one of which something else was found than that all is
// still so.
type Listed struct {
	SectionName, Code, Name         string
	Result                          Result
	AnsweredOn, NoticedOn, LastSeen calendar.Date
	AnsweredBy, NoticedBy, Note     string
}

// MostListed is how many lines a record lists; those of a larger town are in the records of
// its sections.
const MostListed = 2000

// Record is what a 棚卸し has come to: as it was kept, and until then as it is.
type Record struct {
	Sections []Progress
	Sum      Counts
	Listed   []Listed
	More     bool // there are more than it lists
}

// Lacking are those of its sections that were not done.
func (r Record) Lacking() (list []Progress) {
	for _, p := range r.Sections {
		if p.Asked > 0 && (p.Stage != Confirmed || p.Left() > 0) {
			list = append(list, p)
		}
	}
	return list
}

// Taken is a step that somebody has taken.
type Taken struct {
	At          time.Time
	By          string // empty for the portal
	Event       Event
	SectionName string // empty for the whole
	Note        string
}

// Record is what a 棚卸し has come to, as far as the actor sees it: of all sections, or of one
// by its code.
func (s *Service) Record(ctx context.Context, actor authz.Actor, t Stocktaking, section string) (r Record, err error) {
	if r.Sections, _, err = s.sections(ctx, actor, t, Search{Section: section}, 0); err != nil {
		return r, err
	}
	if len(r.Sections) == 0 {
		return r, errNone()
	}
	for _, p := range r.Sections {
		r.Sum = r.Sum.Plus(p.Counts)
	}
	args := reach(actor)
	maps.Copy(args, pgx.StrictNamedArgs{"id": t.ID, "section": section, "limit": MostListed + 1})
	r.Listed, err = postgres.List[Listed](ctx, s.pool, "listing what was found in a 棚卸し", `
		SELECT coalesce(n.name, s.name) AS section_name, coalesce(w.code, a.code) AS code, coalesce(w.name, a.name) AS name, w.result, w.answered_on, w.noticed_on, w.last_seen_on AS last_seen,
		       CASE WHEN w.looked_by <> '' THEN w.looked_by ELSE coalesce(q.name, '') END AS answered_by, w.noticed_by, w.note
		FROM stocktaking t JOIN stocktaking_answer w ON w.stocktaking_id = t.id AND w.result <> 'same' JOIN asset a ON a.id = w.asset_id
		JOIN section_shown s ON s.id = CASE t.state WHEN 'closed' THEN w.section_id ELSE a.section_id END
		LEFT JOIN stocktaking_section n ON n.stocktaking_id = t.id AND n.section_id = s.id
		LEFT JOIN person_shown q ON q.id = w.answered_by
		WHERE t.id = @id AND (@all OR s.id = ANY(@mine)) AND (@section = '' OR s.code = @section) ORDER BY s.position, s.code, w.result, w.asset_id LIMIT @limit`, args)
	if err != nil {
		return r, err
	}
	if r.More = len(r.Listed) > MostListed; r.More {
		r.Listed = r.Listed[:MostListed]
	}
	return r, nil
}

// History lists the steps of a 棚卸し that the actor sees, the newest first: of one section, by
// its id, or where that is 0, of the whole of it.
func (s *Service) History(ctx context.Context, actor authz.Actor, t Stocktaking, section int64) ([]Taken, error) {
	if section != 0 {
		if _, may := actor.May(authz.ReadAssets, authz.Matter{OwnersSection: section}); !may {
			return nil, errNone()
		}
	}
	return postgres.List[Taken](ctx, s.pool, "listing the steps of a 棚卸し", `
		SELECT h.at, coalesce(p.name, '') AS by, h.event, coalesce(s.name, '') AS section_name, h.note
		FROM stocktaking_step h LEFT JOIN person_shown p ON p.id = h.by LEFT JOIN section_shown s ON s.id = h.section_id
		WHERE h.stocktaking_id = @id AND coalesce(h.section_id, 0) = @section ORDER BY h.id DESC`, pgx.StrictNamedArgs{"id": t.ID, "section": section})
}
