package acknowledge

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/postgres"
)

// Coverage is who has acknowledged a document's current revision, or an earlier
// one that counts for it, and who has not, as far as the actor may see it.
type Coverage struct {
	Reading      policy.Reading
	Whole        bool // the whole town, or the actor's own sections only
	Asked        int  // how many people the revision asks, but for those who are away
	Acknowledged int  // how many of them have acknowledged it
	Excused      int  // how many of the others need not for now
	Absent       int  // how many it would ask beside those, were they not away from work
	Progress     Progress
	Sections     []SectionCoverage
	Next         int // to hand to Coverage for the sections after these; 0 for none
}

// SectionCoverage is a section's part of it.
type SectionCoverage struct {
	Code, Name                   string // empty for posts that belong to no section
	Asked, Acknowledged, Excused int
	Absent                       int      // beside the asked
	Missing                      []Member // the first of those who have not, by フリガナ; the excused and the absent last
}

// Outstanding is how many have still to acknowledge it.
func (c SectionCoverage) Outstanding() int { return c.Asked - c.Acknowledged - c.Excused }

// Outstanding is how many have still to acknowledge it.
func (c Coverage) Outstanding() int { return c.Asked - c.Acknowledged - c.Excused }

// Member is a person on a list.
type Member struct {
	StaffNumber string
	Name        string
	Furigana    string
	Excused     bool          // from acknowledging, for now
	Absent      bool          // away from work
	AwayUntil   calendar.Date // the last day of that; zero: until further notice
}

const (
	sectionsOnPage = 100 // sections on one page of Coverage
	missingListed  = 100 // people listed as missing per section
)

// view is whom a revision asks, and which of them somebody may see.
type view struct {
	document, revision int64        // their ids
	asked              policy.Group // whom the revision asks
	counting           []int64      // the revisions whose acknowledgement counts
	whole              bool         // the whole town, or these sections only
	sections           []int64
}

// view loads a document's current revision, and whom it asks as far as the actor
// may see them. Forbidden without any section.
func (s *Service) view(ctx context.Context, actor authz.Actor, code string) (policy.Reading, view, error) {
	reading, err := s.policy.Read(ctx, actor, code)
	if err != nil {
		return policy.Reading{}, view{}, err
	}
	v := view{document: reading.Document.ID, revision: reading.Revision.ID}
	if v.whole, v.sections, err = seesAcknowledgements(actor); err != nil {
		return policy.Reading{}, view{}, err
	}
	if v.asked, err = policy.LoadAsked(ctx, s.pool, v.revision); err != nil {
		return policy.Reading{}, view{}, err
	}
	if v.counting, err = loadCounting(ctx, s.pool, v.document, reading.CountsFrom, reading.Number); err != nil {
		return policy.Reading{}, view{}, err
	}
	return reading, v, nil
}

// seesAcknowledgements tells whether an actor sees the whole town, or else which
// sections. Forbidden without any.
func seesAcknowledgements(actor authz.Actor) (whole bool, sections []int64, err error) {
	whole, sections = actor.Reach(authz.SeeAcknowledgements) == authz.All, actor.Sections(authz.SeeAcknowledgements)
	if !whole && len(sections) == 0 {
		err = fault.New(fault.Forbidden, "確認の状況を見られるのは、情報セキュリティ管理者など、担当の役割の人だけです。")
	}
	return whole, sections, err
}

// loadCounting returns the ids of a document's published revisions from one number
// to another: of those whose acknowledgement counts for the last of them.
func loadCounting(ctx context.Context, db postgres.Querier, document int64, from, to int) ([]int64, error) {
	var counting []int64
	err := db.QueryRow(ctx, `
		SELECT array_agg(id) FROM revision WHERE document_id = $1 AND state = 'published' AND number BETWEEN $2 AND $3`,
		document, from, to).Scan(&counting)
	if err != nil {
		return nil, fmt.Errorf("looking for revisions that count: %w", err)
	}
	return counting, nil
}

// arguments are those of inView.
func (v view) arguments(day calendar.Date) pgx.StrictNamedArgs {
	args := askedArguments(v.document, v.asked, day)
	args["revision"], args["counting"] = v.revision, v.counting
	args["whole_town"], args["view_sections"] = v.whole, v.sections
	return args
}

// inView are the people in view whom a @revision asks, with whether they have
// acknowledged it, or one that counts for it, and, if not, need not for now or are away
// from work: who has acknowledged it before they went counts as who has.
var inView = asked + `,
	in_view AS (
		SELECT person_id, section_id, acknowledged, NOT acknowledged AND excused AS excused, NOT acknowledged AND absent AS absent
		FROM (
			SELECT a.person_id, a.section_id,
			       a.person_id IN (SELECT person_id FROM acknowledgement WHERE revision_id = ANY(@counting::bigint[])) AS acknowledged,
			       a.person_id IN (SELECT person_id FROM acknowledgement_excuse WHERE revision_id = @revision AND ended_at IS NULL) AS excused,
			       a.person_id IN (` + policy.AwayOn("@day") + `) AS absent
			FROM asked a WHERE @whole_town OR a.section_id = ANY(@view_sections::bigint[])) a)`

// Coverage returns who has acknowledged a document, section by section: all of
// them, or the actor's own (情報セキュリティ管理者). A page holds 100 sections;
// after is 0, or Next of the page before; where none follow, it is the first page.
func (s *Service) Coverage(ctx context.Context, actor authz.Actor, code string, after int) (Coverage, error) {
	reading, v, err := s.view(ctx, actor, code)
	if err != nil {
		return Coverage{}, err
	}
	day := s.today()
	sections, err := s.roll(ctx, actor, v, day)
	if err != nil {
		return Coverage{}, err
	}
	answers, err := loadAnswers(ctx, s.pool, v, day)
	if err != nil {
		return Coverage{}, err
	}
	coverage := Coverage{Reading: reading, Whole: v.whole}
	byDay := map[calendar.Date]int{}
	missing := map[int64]int{} // where on the page the people who have not acknowledged belong
	place := 0
	for _, r := range sections {
		if !v.sees(r.ID) {
			continue
		}
		place++
		section := answers.count(r, byDay)
		coverage.Asked += section.Asked
		coverage.Acknowledged += section.Acknowledged
		coverage.Excused += section.Excused
		coverage.Absent += section.Absent
		switch {
		case place > after+sectionsOnPage:
			coverage.Next = after + sectionsOnPage
		case place > after:
			for _, person := range r.People {
				if _, done := answers.days[person]; !done {
					missing[person] = len(coverage.Sections)
				}
			}
			coverage.Sections = append(coverage.Sections, section)
		}
	}
	if len(coverage.Sections) == 0 && after > 0 { // none is left: not a town without people
		return s.Coverage(ctx, actor, code, 0)
	}
	coverage.Progress = newProgress(answers.from, day, byDay)
	return coverage, coverage.addMissing(ctx, s.pool, missing, answers, day)
}

// sees tells whether a section is in view; 0 is the posts that belong to none.
func (v view) sees(section int64) bool { return v.whole || slices.Contains(v.sections, section) }

// addMissing names those who have not acknowledged, each in the section on the
// page that they belong to.
func (c *Coverage) addMissing(ctx context.Context, db postgres.Querier, missing map[int64]int, a answers, day calendar.Date) error {
	type person struct {
		ID int64
		Member
	}
	people, err := postgres.List[person](ctx, db, "listing who has not acknowledged", `
		SELECT id, staff_number, name, furigana, id = ANY(@excused::bigint[]) AS excused, id = ANY(@absent::bigint[]) AS absent,
		       (SELECT upper(b.period) - 1 FROM absence_shown b WHERE b.person_id = id AND b.period @> @day::date) AS away_until
		FROM person_shown WHERE id = ANY(@people::bigint[]) ORDER BY absent, excused, furigana_key, staff_number`,
		pgx.StrictNamedArgs{"people": slices.Collect(maps.Keys(missing)), "excused": a.excused, "absent": a.absent, "day": day})
	if err != nil {
		return err
	}
	for _, p := range people {
		if section := &c.Sections[missing[p.ID]]; len(section.Missing) < missingListed {
			section.Missing = append(section.Missing, p.Member)
		}
	}
	return nil
}

// Line is one person's line in the list that is handed out as a file.
type Line struct {
	PersonID       int64
	SectionID      int64 // 0 for a post that belongs to none
	Section        string
	StaffNumber    string
	Name           string
	Furigana       string
	AskedOn        calendar.Date // the last time; zero where the portal has not asked yet
	DueOn          calendar.Date // zero where it has not, or there is no such day
	AcknowledgedAt *time.Time    // nil for not yet
	Number         int           // the revision that they acknowledged; 0 for none
	SHA256         []byte        // of the text that was shown; nil for not yet
	Excuse         string        // why they need not for now; empty where they must
	Absent         bool          // whether they are away from work, and have not acknowledged it
}

// eachLine hands the lines that a query returns to each as an actor may see them,
// while they come: they may be 50,000.
func (s *Service) eachLine(ctx context.Context, actor authz.Actor, each func(Line) error, sql string, args pgx.StrictNamedArgs) error {
	rows, err := s.pool.Query(ctx, sql, args)
	if err != nil {
		return fmt.Errorf("listing acknowledgements: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		line, err := pgx.RowToStructByName[Line](rows)
		if err != nil {
			return fmt.Errorf("listing acknowledgements: %w", err)
		}
		line.Excuse = reasonFor(actor, line.Excuse, line.PersonID, line.SectionID)
		if err := each(line); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("listing acknowledgements: %w", err)
	}
	return nil
}

// CoverageLines hands each person whom a document's current revision asks to each,
// as far as the actor may see them, in the order of sections and フリガナ.
func (s *Service) CoverageLines(ctx context.Context, actor authz.Actor, code string, each func(Line) error) (policy.Reading, error) {
	reading, v, err := s.view(ctx, actor, code)
	if err != nil {
		return policy.Reading{}, err
	}
	return reading, s.eachLine(ctx, actor, each, `
		WITH `+inView+`,`+requested+`
		SELECT p.id AS person_id, coalesce(s.id, 0) AS section_id, coalesce(s.name, '') AS section, p.staff_number, p.name, p.furigana, q.asked_on, q.due_on,
		       k.acknowledged_at, coalesce(k.number, 0) AS number, k.text_sha256 AS sha256, coalesce(e.reason, '') AS excuse, a.absent
		FROM in_view a
		JOIN person_shown p ON p.id = a.person_id
		LEFT JOIN section_shown s ON s.id = a.section_id
		LEFT JOIN requested q ON q.person_id = a.person_id
		LEFT JOIN acknowledgement_excuse e ON e.revision_id = @revision AND e.person_id = a.person_id AND e.ended_at IS NULL AND a.excused
		LEFT JOIN (
			SELECT DISTINCT ON (k.person_id) k.person_id, k.acknowledged_at, k.text_sha256, r.number
			FROM acknowledgement k JOIN revision r ON r.id = k.revision_id
			WHERE k.revision_id = ANY(@counting::bigint[]) ORDER BY k.person_id, r.number DESC) k ON k.person_id = a.person_id
		ORDER BY s.position NULLS FIRST, s.code, p.furigana_key, p.staff_number`, v.arguments(s.today()))
}
