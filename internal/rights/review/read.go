package review

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/postgres"
	"kagami/internal/rights"
)

// OnPage is how many lines a page of a list has, and PeopleOnPage of how many people a page of a
// section shows the rights.
const (
	OnPage       = 100
	PeopleOnPage = 40
)

// Summary is a confirmation as the list shows it.
type Summary struct {
	Code, Title                  string
	OpenedOn, DueOn              calendar.Date
	State                        State
	NotBegun, UnderWay, HandedIn int // sections, of those that the viewer sees
}

// Sections is how many of its sections the viewer sees.
func (u Summary) Sections() int { return u.NotBegun + u.UnderWay + u.HandedIn }

// Late tells whether its last day is over on another one.
func (u Summary) Late(day calendar.Date) bool { return u.State == Open && day.After(u.DueOn) }

const summary = `
	SELECT v.code, v.title, v.opened_on, v.due_on, v.state, count(*) FILTER (WHERE n.state = 'not_begun')::int AS not_begun,
	       count(*) FILTER (WHERE n.state = 'under_way')::int AS under_way, count(*) FILTER (WHERE n.state = 'handed_in')::int AS handed_in
	FROM right_review v JOIN right_review_section n ON n.review_id = v.id AND (@all OR n.section_id = ANY(@mine))`

// List lists those of which the actor sees a section, the newest first: a page, after the one of
// a code, empty for the first; next is the code for the next page, empty on the last.
func (s *Service) List(ctx context.Context, actor authz.Actor, after string) (list []Summary, next string, err error) {
	args := with(reach(actor), pgx.StrictNamedArgs{"limit": OnPage + 1})
	where := ""
	if after != "" {
		where = ` WHERE v.id < (SELECT id FROM right_review WHERE code = @after)`
		args["after"] = after
	}
	list, err = postgres.List[Summary](ctx, s.pool, "listing confirmations of rights", summary+where+` GROUP BY v.id ORDER BY v.id DESC LIMIT @limit`, args)
	if len(list) > OnPage {
		list = list[:OnPage]
		next = list[OnPage-1].Code
	}
	return list, next, err
}

// Progress is how far a section is.
type Progress struct {
	SectionCode, SectionName string
	Stage                    Stage
	Counts
	Managed  bool
	HandedBy string
	HandedAt *time.Time
}

// Done tells whether nothing is missing of it.
func (g Progress) Done() bool { return g.Asked == 0 || g.Stage == HandedIn && g.Left() == 0 }

// Sections lists the sections of one that the actor sees, in their order: all of them, or one by
// its code.
func (s *Service) Sections(ctx context.Context, actor authz.Actor, v Review, section string) ([]Progress, error) {
	args := with(reach(actor), pgx.StrictNamedArgs{"id": v.ID, "today": s.today(), "manager": authz.SecurityManager, "section": section})
	counts := `SELECT NULL::bigint AS section_id, 0 AS asked, 0 AS needed, 0 AS unneeded, 0 AS change, 0 AS later, 0 AS ended`
	switch {
	case v.State == Closed: // what they came to was kept
	case args["all"] == true:
		counts = countedAll
	default:
		counts = `SELECT e.section_id, ` + tally + ` FROM (SELECT ` + place + ` AS section_id, ` + stands + ` AS stands, 1 AS n FROM ` + items + ` WHERE v.id = @id AND ` + near + `) e GROUP BY e.section_id`
		args["sections"] = args["mine"]
	}
	return postgres.List[Progress](ctx, s.pool, "listing the sections of a confirmation of rights", `
		SELECT s.code AS section_code, coalesce(n.name, s.name) AS section_name, n.state AS stage, coalesce(n.asked, c.asked, 0) AS asked, coalesce(n.needed, c.needed, 0) AS needed,
		       coalesce(n.unneeded, c.unneeded, 0) AS unneeded, coalesce(n.change, c.change, 0) AS change, coalesce(n.later, c.later, 0) AS later, coalesce(n.ended, c.ended, 0) AS ended,
		       `+managed+` AS managed, coalesce(h.name, '') AS handed_by, n.handed_at
		FROM right_review_section n JOIN section_shown s ON s.id = n.section_id LEFT JOIN person_shown h ON h.id = n.handed_by LEFT JOIN (`+counts+`) c ON c.section_id = n.section_id
		WHERE n.review_id = @id AND (@all OR n.section_id = ANY(@mine)) AND (@section = '' OR s.code = @section) ORDER BY s.position, s.code`, args)
}

// Line is a right of somebody in a section, as it is gone through.
type Line struct {
	Code                          string
	Person                        int64
	StaffNumber, PersonName, Post string
	SystemName                    string
	rights.Details
	ForSection  string // in whose work it is used; empty where it goes along wherever the person works
	CameFrom    string // the section where the person worked at the opening; empty where that is still so
	ConfirmedBy string // empty where nobody has said yet that it is needed
	ConfirmedOn calendar.Date
	Standing    rights.Standing
	Stands      Answer
	Words       string
	AnsweredBy  string
	AnsweredAt  *time.Time
	Version     int
	Settled     bool // what was to be changed was
	Works       bool
	Worked      bool
	UseKnown    bool
	UsedOn      calendar.Date

	Flags  []Flag   `db:"-"`
	Drifts []string `db:"-"` // what the directories say otherwise of its person
	May    bool     `db:"-"` // whether the actor may answer
}

// facts are what its flags go by.
func (l Line) facts() Facts {
	return Facts{
		Standing: l.Standing, Kind: l.Kind, Outsider: l.Outsider, From: l.From, Until: l.Until, ConfirmedOn: l.ConfirmedOn, Works: l.Works, Worked: l.Worked,
		Came: l.CameFrom != "", UseKnown: l.UseKnown, UsedOn: l.UsedOn, Drifts: len(l.Drifts),
	}
}

// Plain tells whether it is answered with the rest of a page: nobody has answered, and nothing is
// to be noticed of it.
func (l Line) Plain() bool { return l.May && l.Stands == Unanswered && len(l.Flags) == 0 }

// settled tells in SQL of a right that was to be changed that it was: who answers for its system
// has said so, it has ended, or another one of the same system was asked for since.
const settled = `(EXISTS (SELECT FROM right_review_settlement m WHERE m.review_id = i.review_id AND m.right_id = i.right_id AND m.version = i.version) OR ` + rights.Gone + `
	OR EXISTS (SELECT FROM access_right z WHERE z.person_id = r.person_id AND z.asset_id = r.asset_id AND z.asked_at > i.answered_at AND z.state IN ('asked', 'permitted')))`

const selectLine = `
	SELECT r.code, i.person_id AS person, p.staff_number, p.name AS person_name, coalesce(k.post, '') AS post, y.name AS system_name,
	       r.kind, r.grade, r.login, r.outsider, r.purpose, r.from_on AS from, r.until_on AS until, coalesce(c.name, '') AS for_section,
	       CASE WHEN ` + place + ` <> i.section_id THEN o.name ELSE '' END AS came_from, coalesce(f.name, '') AS confirmed_by, r.confirmed_on, ` + rights.StandingOf + ` AS standing,
	       ` + stands + ` AS stands, i.words, coalesce(b.name, '') AS answered_by, i.answered_at, i.version, i.answer IS NOT DISTINCT FROM 'change' AND ` + settled + ` AS settled,
	       EXISTS (SELECT FROM standing w WHERE w.person_id = i.person_id AND w.period @> @today::date) AS works,
	       EXISTS (SELECT FROM standing w WHERE w.person_id = i.person_id AND lower(w.period) <= @today::date) AS worked,
	       e.portal IS TRUE AND u.person_id IS NOT NULL AS use_known, CASE WHEN e.portal THEN (u.signed_in_at AT TIME ZONE 'Asia/Tokyo')::date END AS used_on
	FROM ` + items + ` JOIN person_shown p ON p.id = i.person_id JOIN system_shown y ON y.id = r.asset_id JOIN section_shown o ON o.id = i.section_id
	LEFT JOIN section_shown c ON c.id = r.section_id LEFT JOIN person_shown f ON f.id = r.confirmed_by LEFT JOIN person_shown b ON b.id = i.answered_by
	LEFT JOIN right_system e ON e.asset_id = r.asset_id LEFT JOIN signed_in u ON u.person_id = i.person_id
	LEFT JOIN LATERAL (SELECT concat_ws(' ', x.name, w.title) AS post FROM standing w LEFT JOIN section_shown x ON x.id = w.section_id
		WHERE w.person_id = i.person_id AND w.period @> @today::date ORDER BY w.acting, w.position, w.id LIMIT 1) k ON true`

// Choice is which rights of a section somebody asks for. What is empty leaves out nothing.
type Choice struct {
	Left   bool   // only those without an answer, or put off
	Stands Answer // only those with this one
	After  string // empty, or Page.Next of the page before
}

// Page is a page of a section's rights: those of so many people.
type Page struct {
	Lines []Line
	Next  string // Choice.After of the next page; empty on the last
}

// Lines lists the rights of who works in a section, one person after the other.
func (s *Service) Lines(ctx context.Context, actor authz.Actor, p Place, c Choice) (Page, error) {
	var page Page
	if !p.shown(actor) {
		return page, errNone()
	}
	args := pgx.StrictNamedArgs{"id": p.ID, "sections": []int64{p.Section}, "limit": PeopleOnPage + 1, "today": s.today()}
	where, after := "", ""
	switch {
	case c.Left:
		where = ` AND ` + stands + ` IN ('open', 'later')`
	case c.Stands != "":
		where = ` AND ` + stands + ` = @stands`
		args["stands"] = c.Stands
	}
	if c.After != "" {
		after = ` WHERE (p.furigana_key, p.staff_number) > (SELECT furigana_key, staff_number FROM person_shown WHERE staff_number = @after)`
		args["after"] = c.After
	}
	// which they are is asked before what they are: of a million, only those of the page
	held, err := postgres.List[struct{ RightID int64 }](ctx, s.pool, "listing whose rights are confirmed in a section", `
		WITH held AS MATERIALIZED (SELECT i.right_id, i.person_id FROM `+items+` WHERE v.id = @id AND `+near+where+`),
		people AS MATERIALIZED (SELECT p.id FROM person_shown p JOIN (SELECT DISTINCT person_id FROM held) h ON h.person_id = p.id`+after+` ORDER BY p.furigana_key, p.staff_number LIMIT @limit)
		SELECT h.right_id FROM held h JOIN people ON people.id = h.person_id`, args)
	if err != nil {
		return page, err
	}
	ids := make([]int64, len(held))
	for i, h := range held {
		ids[i] = h.RightID
	}
	lines, err := postgres.List[Line](ctx, s.pool, "listing the rights of a section that are confirmed", selectLine+`
		WHERE v.id = @id AND i.right_id = ANY(@rights) ORDER BY p.furigana_key, p.staff_number, y.name, r.id`, with(rights.Instant(s.door.Now()), pgx.StrictNamedArgs{"id": p.ID, "rights": ids}))
	if err != nil {
		return page, err
	}
	page.Lines, page.Next = cut(lines)
	return page, s.notice(ctx, actor, p, page.Lines)
}

// cut leaves the lines of the people of a page; next is who is its last, where there are more.
func cut(lines []Line) (page []Line, next string) {
	people := 0
	for i, l := range lines {
		if i > 0 && lines[i-1].Person == l.Person {
			continue
		}
		if people == PeopleOnPage {
			return lines[:i], lines[i-1].StaffNumber
		}
		people++
	}
	return lines, ""
}

// FindLine is one of them, by its code. NotFound where it is not asked for there.
func (s *Service) FindLine(ctx context.Context, actor authz.Actor, p Place, code string) (Line, error) {
	list, err := s.linesOf(ctx, actor, p, []string{code})
	if err == nil && len(list) == 0 {
		err = errNone()
	}
	if err != nil {
		return Line{}, err
	}
	return list[0], nil
}

// linesOf are those of some codes.
func (s *Service) linesOf(ctx context.Context, actor authz.Actor, p Place, codes []string) ([]Line, error) {
	if !p.shown(actor) {
		return nil, errNone()
	}
	list, err := postgres.List[Line](ctx, s.pool, "finding rights of a section that are confirmed", selectLine+` WHERE v.id = @id AND r.code = ANY(@codes) AND `+place+` = @section ORDER BY r.id`,
		with(rights.Instant(s.door.Now()), pgx.StrictNamedArgs{"id": p.ID, "section": p.Section, "codes": codes}))
	if err != nil {
		return nil, err
	}
	return list, s.notice(ctx, actor, p, list)
}

// notice puts to lines what the portal notices of them, and whether the actor may answer. What
// bars a right is not told: that it is suspended, and no more.
func (s *Service) notice(ctx context.Context, actor authz.Actor, p Place, lines []Line) error {
	drifts := map[int64][]string{}
	if s.ties.Drift != nil && len(lines) > 0 {
		var people []int64
		for _, l := range lines {
			people = append(people, l.Person)
		}
		slices.Sort(people)
		var err error
		if drifts, err = s.ties.Drift(ctx, slices.Compact(people)); err != nil {
			return err
		}
	}
	today := s.today()
	j, err := judgeOf(ctx, s.pool, actor, p.Section, today)
	if err != nil {
		return err
	}
	may := map[int64]bool{}
	for i := range lines {
		l := &lines[i]
		if _, known := may[l.Person]; !known {
			may[l.Person] = j.may(l.Person)
		}
		l.Standing = l.Standing.Shown(false)
		l.Drifts, l.May = drifts[l.Person], may[l.Person]
		l.Flags = l.facts().Flags(today)
	}
	return nil
}

// AnswerRest says of rights of a page, by their codes, that they are still needed: of those
// without an answer of which nothing is to be noticed. It returns how many these were.
func (s *Service) AnswerRest(ctx context.Context, actor authz.Actor, p Place, codes []string) (int, error) {
	list, err := s.linesOf(ctx, actor, p, codes)
	if err != nil {
		return 0, err
	}
	var replies []Reply
	for _, l := range list {
		if l.Plain() {
			replies = append(replies, Reply{Right: l.Code, Answer: Needed, Seen: l.Version, Rest: true})
		}
	}
	if len(replies) == 0 {
		return 0, nil
	}
	return len(replies), s.Answer(ctx, actor, p.Code, p.SectionCode, replies...)
}

// Listed is a right in the record.
type Listed struct {
	SectionName, StaffNumber, PersonName, Code, SystemName string
	Kind                                                   rights.Kind
	Grade                                                  string
	Stands                                                 Answer
	Words, AnsweredBy                                      string
	AnsweredAt                                             *time.Time
}

// Lets are what it lets do, in words.
func (l Listed) Lets() string { return rights.Details{Kind: l.Kind, Grade: l.Grade}.Words() }

// The most lines that a record lists on a page, and in a file.
const (
	MostListed = 2000
	MostInFile = 100_000
)

// Record is what a confirmation has come to: as it was kept, and until then as it is.
type Record struct {
	Sections []Progress
	Sum      Counts
	Listed   []Listed // all that were not simply needed
	More     bool     // there are more than it lists
}

// Lacking are those of its sections that were not done.
func (r Record) Lacking() []Progress {
	return slices.DeleteFunc(slices.Clone(r.Sections), Progress.Done)
}

// Record is what one has come to, as far as the actor sees it: of all sections, or of one by its
// code.
func (s *Service) Record(ctx context.Context, actor authz.Actor, v Review, section string) (r Record, err error) {
	if r.Sections, err = s.Sections(ctx, actor, v, section); err != nil {
		return r, err
	}
	if len(r.Sections) == 0 {
		return r, errNone()
	}
	for _, g := range r.Sections {
		r.Sum = r.Sum.Plus(g.Counts)
	}
	r.Listed, err = s.listed(ctx, actor, v, section, ` AND `+stands+` <> 'needed'`, MostListed+1)
	if r.More = len(r.Listed) > MostListed; r.More {
		r.Listed = r.Listed[:MostListed]
	}
	return r, err
}

// All lists all rights of one that the actor sees, of all sections or of one by its code: those
// that are put into a file.
func (s *Service) All(ctx context.Context, actor authz.Actor, v Review, section string) ([]Listed, error) {
	return s.listed(ctx, actor, v, section, "", MostInFile)
}

func (s *Service) listed(ctx context.Context, actor authz.Actor, v Review, section, where string, most int) ([]Listed, error) {
	args := with(reach(actor), pgx.StrictNamedArgs{"id": v.ID, "today": s.today(), "section": section, "limit": most})
	return postgres.List[Listed](ctx, s.pool, "listing what was said in a confirmation of rights", `
		WITH `+workplaces+`
		SELECT coalesce(n.name, s.name) AS section_name, p.staff_number, coalesce(i.person_name, p.name) AS person_name, r.code, coalesce(i.system_name, y.name) AS system_name,
		       r.kind, coalesce(i.grade, r.grade) AS grade, `+stands+` AS stands, i.words, coalesce(b.name, '') AS answered_by, i.answered_at
		FROM `+allItems+` JOIN section_shown s ON s.id = `+allPlace+` JOIN person_shown p ON p.id = i.person_id JOIN system_shown y ON y.id = r.asset_id
		LEFT JOIN right_review_section n ON n.review_id = v.id AND n.section_id = s.id LEFT JOIN person_shown b ON b.id = i.answered_by
		WHERE v.id = @id AND (@all OR s.id = ANY(@mine)) AND (@section = '' OR s.code = @section)`+where+`
		ORDER BY s.position, s.code, p.furigana_key, p.staff_number, r.id LIMIT @limit`, args)
}

// Taken is a step that somebody has taken.
type Taken struct {
	At    time.Time
	By    string // empty for the portal
	Event Event
	Note  string
}

// History lists the steps of one that the actor sees, the newest first: of a section, by its id,
// or where that is 0, of the whole of it.
func (s *Service) History(ctx context.Context, actor authz.Actor, v Review, section int64) ([]Taken, error) {
	if section != 0 && !(Place{Section: section}).shown(actor) {
		return nil, errNone()
	}
	return postgres.List[Taken](ctx, s.pool, "listing the steps of a confirmation of rights", `
		SELECT h.at, coalesce(p.name, '') AS by, h.event, h.note FROM right_review_step h LEFT JOIN person_shown p ON p.id = h.by
		WHERE h.review_id = @id AND coalesce(h.section_id, 0) = @section ORDER BY h.id DESC`, pgx.StrictNamedArgs{"id": v.ID, "section": section})
}
