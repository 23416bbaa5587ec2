package policy

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/fault"
)

// Coverage is who has acknowledged a document's current revision, or an earlier
// one that counts for it, and who has not, as far as the actor may see it.
type Coverage struct {
	Reading      Reading
	Whole        bool // the whole town, or the actor's own sections only
	Bound        int  // how many people the revision binds and asks
	Acknowledged int  // how many of them have acknowledged it
	Excused      int  // how many of the others need not for now
	Sections     []SectionCoverage
	Next         int // to hand to Coverage for the sections after these; 0 for none
}

// SectionCoverage is a section's part of it.
type SectionCoverage struct {
	Code, Name                   string // empty for posts that belong to no section
	Bound, Acknowledged, Excused int
	Missing                      []Member // the first of those who have not, by フリガナ; the excused last
}

// Wanting is how many have still to acknowledge it.
func (c SectionCoverage) Wanting() int { return c.Bound - c.Acknowledged - c.Excused }

// Wanting is how many have still to acknowledge it.
func (c Coverage) Wanting() int { return c.Bound - c.Acknowledged - c.Excused }

// Member is a person on a list.
type Member struct {
	StaffNumber string `json:"staff_number"`
	Name        string `json:"name"`
	Furigana    string `json:"furigana"`
	Excused     bool   `json:"excused"` // from acknowledging, for now
}

const (
	sectionsOnPage = 100 // sections on one page of Coverage
	missingListed  = 100 // people listed as missing per section
)

// view is what coverage is about, and how far the actor may see it.
type view struct {
	reading  Reading
	called   address // whom the revision asks
	counting []int64 // the revisions whose acknowledgement counts
	whole    bool    // the whole town, or these sections only
	sections []int64
}

// view loads the reading that coverage is about, and how far the actor may see
// it. Forbidden without any section.
func (s *Service) view(ctx context.Context, actor authz.Actor, code string) (view, error) {
	var (
		v   view
		err error
	)
	if v.reading, err = s.Read(ctx, actor, code); err != nil {
		return view{}, err
	}
	if v.whole, v.sections, err = seesAcknowledgements(actor); err != nil {
		return view{}, err
	}
	if v.called, err = loadCalled(ctx, s.pool, v.reading.Revision.ID); err != nil {
		return view{}, err
	}
	if v.counting, err = loadCounting(ctx, s.pool, v.reading); err != nil {
		return view{}, err
	}
	return v, nil
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

// loadCounting returns the ids of the revisions whose acknowledgement counts for
// the one that is read.
func loadCounting(ctx context.Context, db querier, r Reading) ([]int64, error) {
	var counting []int64
	err := db.QueryRow(ctx, `
		SELECT array_agg(id) FROM revision WHERE document_id = $1 AND state = 'published' AND number BETWEEN $2 AND $3`,
		r.Document.ID, r.countsFrom, r.Number).Scan(&counting)
	if err != nil {
		return nil, fmt.Errorf("looking for revisions that count: %w", err)
	}
	return counting, nil
}

// arguments are those of bound for the people in view, and then: the revisions
// that count ($5), the revision ($6), and whether the whole town ($7) or which
// sections ($8) are in view.
func (v view) arguments(day time.Time, more ...any) []any {
	return append([]any{
		day, v.reading.Document.ID, v.called.roles, v.called.sections, v.counting, v.reading.Revision.ID, v.whole, v.sections,
	}, more...)
}

// seen are the people in view, with whether they have acknowledged it and, if
// not, need not for now.
const seen = bound + `,
	seen AS (
		SELECT person_id, section_id, acknowledged, NOT acknowledged AND excused AS excused
		FROM (
			SELECT b.person_id, b.section_id,
			       b.person_id IN (SELECT person_id FROM acknowledgement WHERE revision_id = ANY($5::bigint[])) AS acknowledged,
			       b.person_id IN (SELECT person_id FROM acknowledgement_excuse WHERE revision_id = $6 AND ended_at IS NULL) AS excused
			FROM bound b WHERE $7 OR b.section_id = ANY($8::bigint[])) b)`

// Coverage returns who has acknowledged a document, section by section: all of
// them, or the actor's own (情報セキュリティ管理者). A page holds 100 sections;
// after is 0, or Next of the page before; where none follow, it is the first page.
func (s *Service) Coverage(ctx context.Context, actor authz.Actor, code string, after int) (Coverage, error) {
	v, err := s.view(ctx, actor, code)
	if err != nil {
		return Coverage{}, err
	}
	rows, err := s.pool.Query(ctx, `
		WITH `+seen+`,
		missing AS (
			SELECT section_id, json_agg(json_build_object('staff_number', staff_number, 'name', name, 'furigana', furigana, 'excused', excused)
			       ORDER BY place) AS list
			FROM (
				SELECT s.section_id, p.staff_number, p.name, p.furigana, s.excused,
				       row_number() OVER (PARTITION BY s.section_id ORDER BY s.excused, p.furigana, p.staff_number) AS place
				FROM seen s JOIN person p ON p.id = s.person_id
				WHERE NOT s.acknowledged) m
			WHERE place <= $9 GROUP BY section_id),
		counted AS (
			SELECT section_id, count(*) AS bound, count(*) FILTER (WHERE acknowledged) AS acknowledged, count(*) FILTER (WHERE excused) AS excused
			FROM seen GROUP BY section_id),
		numbered AS (
			SELECT c.*, coalesce(s.code, '') AS code, coalesce(s.name, '') AS name,
			       sum(c.bound) OVER () AS all_bound, sum(c.acknowledged) OVER () AS all_acknowledged, sum(c.excused) OVER () AS all_excused,
			       row_number() OVER (ORDER BY s.position NULLS FIRST, s.code) AS place
			FROM counted c LEFT JOIN section s ON s.id = c.section_id)
		SELECT n.code, n.name, n.bound, n.acknowledged, n.excused, n.all_bound, n.all_acknowledged, n.all_excused, n.place, coalesce(m.list, '[]')
		FROM numbered n LEFT JOIN missing m ON m.section_id IS NOT DISTINCT FROM n.section_id
		WHERE n.place > $10 ORDER BY n.place LIMIT $11`,
		v.arguments(s.today(), missingListed, after, sectionsOnPage+1)...)
	if err != nil {
		return Coverage{}, fmt.Errorf("counting acknowledgements: %w", err)
	}
	coverage := Coverage{Reading: v.reading, Whole: v.whole}
	var (
		section SectionCoverage
		place   int
		missing []byte
	)
	scan := []any{&section.Code, &section.Name, &section.Bound, &section.Acknowledged, &section.Excused,
		&coverage.Bound, &coverage.Acknowledged, &coverage.Excused, &place, &missing}
	_, err = pgx.ForEachRow(rows, scan, func() error {
		if len(coverage.Sections) == sectionsOnPage {
			coverage.Next = place - 1
			return nil
		}
		section.Missing = nil
		if err := json.Unmarshal(missing, &section.Missing); err != nil {
			return err
		}
		coverage.Sections = append(coverage.Sections, section)
		return nil
	})
	if err != nil {
		return Coverage{}, fmt.Errorf("counting acknowledgements: %w", err)
	}
	if len(coverage.Sections) == 0 && after > 0 { // none is left: not a town without people
		return s.Coverage(ctx, actor, code, 0)
	}
	return coverage, nil
}

// Line is one person's line in the list that is handed out as a file.
type Line struct {
	Section        string
	StaffNumber    string
	Name           string
	Furigana       string
	AskedOn        *time.Time // the last time; nil where the portal has not asked yet
	DueOn          *time.Time // nil where it has not, or there is no such day
	AcknowledgedAt *time.Time // nil for not yet
	Number         int        // the revision that they acknowledged; 0 for none
	SHA256         []byte     // of the text that was shown; nil for not yet
	Excuse         string     // why they need not for now; empty where they must
}

// columns are where a query's columns go.
func (l *Line) columns() []any {
	return []any{&l.Section, &l.StaffNumber, &l.Name, &l.Furigana, &l.AskedOn, &l.DueOn, &l.AcknowledgedAt, &l.Number, &l.SHA256, &l.Excuse}
}

// CoverageLines hands each person whom the document binds to each, as far as
// the actor may see them, in the order of sections and フリガナ.
func (s *Service) CoverageLines(ctx context.Context, actor authz.Actor, code string, each func(Line) error) (Reading, error) {
	v, err := s.view(ctx, actor, code)
	if err != nil {
		return Reading{}, err
	}
	rows, err := s.pool.Query(ctx, `
		WITH `+seen+`,`+requested+`
		SELECT coalesce(s.name, ''), p.staff_number, p.name, p.furigana, q.asked_on, q.due_on,
		       k.acknowledged_at, coalesce(k.number, 0), k.text_sha256, coalesce(e.reason, '')
		FROM seen b
		JOIN person p ON p.id = b.person_id
		LEFT JOIN section s ON s.id = b.section_id
		LEFT JOIN requested q ON q.person_id = b.person_id
		LEFT JOIN acknowledgement_excuse e ON e.revision_id = $6 AND e.person_id = b.person_id AND e.ended_at IS NULL AND b.excused
		LEFT JOIN (
			SELECT DISTINCT ON (k.person_id) k.person_id, k.acknowledged_at, k.text_sha256, r.number
			FROM acknowledgement k JOIN revision r ON r.id = k.revision_id
			WHERE k.revision_id = ANY($5::bigint[]) ORDER BY k.person_id, r.number DESC) k ON k.person_id = b.person_id
		ORDER BY s.position NULLS FIRST, s.code, p.furigana, p.staff_number`, v.arguments(s.today())...)
	if err != nil {
		return Reading{}, fmt.Errorf("listing acknowledgements: %w", err)
	}
	var line Line
	if _, err = pgx.ForEachRow(rows, line.columns(), func() error { return each(line) }); err != nil {
		return Reading{}, fmt.Errorf("listing acknowledgements: %w", err)
	}
	return v.reading, nil
}
