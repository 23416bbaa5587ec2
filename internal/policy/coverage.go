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

// Coverage is who has acknowledged a document's current revision and who has
// not, as far as the actor may see it.
type Coverage struct {
	Reading      Reading
	Whole        bool // the whole town, or the actor's own sections only
	Bound        int  // how many people the revision binds
	Acknowledged int  // how many of them have acknowledged it
	Sections     []SectionCoverage
	Next         int // to hand to Coverage for the sections after these; 0 for none
}

// SectionCoverage is a section's part of it.
type SectionCoverage struct {
	Code, Name          string // empty for posts that belong to no section
	Bound, Acknowledged int
	Missing             []Member // the first of those who have not, by フリガナ
}

// Member is a person on a list.
type Member struct {
	StaffNumber string `json:"staff_number"`
	Name        string `json:"name"`
	Furigana    string `json:"furigana"`
}

const (
	sectionsOnPage = 100 // sections on one page of Coverage
	missingListed  = 100 // people listed as missing per section
)

// bound are the people whom document $2 binds on day $1, each with the section
// of their first post: everyone with a post for the 基本方針 (5), those whom they
// are for among them for the others. It is binding, asked the other way round.
const bound = `
	addressed AS (
		SELECT h.person_id FROM document_audience u JOIN holding h ON h.role = u.role OR h.section_id = u.section_id
		WHERE u.document_id = $2 AND h.period @> $1::date AND h.rule_period @> $1::date
		UNION
		SELECT a.person_id FROM document_audience u JOIN post po ON po.section_id = u.section_id JOIN appointment a ON a.post_id = po.id
		WHERE u.document_id = $2 AND a.period @> $1::date),
	bound AS (
		SELECT DISTINCT ON (a.person_id) a.person_id, po.section_id
		FROM appointment a JOIN post po ON po.id = a.post_id
		WHERE a.period @> $1::date
		  AND (EXISTS (SELECT FROM document WHERE id = $2 AND kind = 'basic')
		       OR EXISTS (SELECT FROM document_audience WHERE document_id = $2 AND kind = 'all')
		       OR a.person_id IN (SELECT person_id FROM addressed))
		ORDER BY a.person_id, po.position, a.id)`

// view loads the reading that coverage is about, and how far the actor may see
// it. Forbidden without any section.
func (s *Service) view(ctx context.Context, actor authz.Actor, code string) (Reading, bool, []int64, error) {
	reading, err := s.Read(ctx, actor, code)
	if err != nil {
		return Reading{}, false, nil, err
	}
	whole := actor.Reach(authz.SeeAcknowledgements) == authz.All
	sections := actor.Sections(authz.SeeAcknowledgements)
	if !whole && len(sections) == 0 {
		return Reading{}, false, nil, fault.New(fault.Forbidden, "確認の状況を見られるのは、情報セキュリティ管理者など、担当の役割の人だけです。")
	}
	return reading, whole, sections, nil
}

// Coverage returns who has acknowledged a document, section by section: all of
// them, or the actor's own (情報セキュリティ管理者). A page holds 100 sections;
// after is 0, or Next of the page before.
func (s *Service) Coverage(ctx context.Context, actor authz.Actor, code string, after int) (Coverage, error) {
	reading, whole, sections, err := s.view(ctx, actor, code)
	if err != nil {
		return Coverage{}, err
	}
	rows, err := s.pool.Query(ctx, `
		WITH `+bound+`,
		seen AS (
			SELECT b.person_id, b.section_id, k.person_id IS NOT NULL AS acknowledged
			FROM bound b LEFT JOIN acknowledgement k ON k.revision_id = $3 AND k.person_id = b.person_id
			WHERE $4 OR b.section_id = ANY($5::bigint[])),
		missing AS (
			SELECT section_id, json_agg(json_build_object('staff_number', staff_number, 'name', name, 'furigana', furigana)
			       ORDER BY place) AS list
			FROM (
				SELECT s.section_id, p.staff_number, p.name, p.furigana,
				       row_number() OVER (PARTITION BY s.section_id ORDER BY p.furigana, p.staff_number) AS place
				FROM seen s JOIN person p ON p.id = s.person_id
				WHERE NOT s.acknowledged) m
			WHERE place <= $6 GROUP BY section_id),
		counted AS (
			SELECT section_id, count(*) AS bound, count(*) FILTER (WHERE acknowledged) AS acknowledged
			FROM seen GROUP BY section_id),
		numbered AS (
			SELECT c.*, coalesce(s.code, '') AS code, coalesce(s.name, '') AS name,
			       sum(c.bound) OVER () AS all_bound, sum(c.acknowledged) OVER () AS all_acknowledged,
			       row_number() OVER (ORDER BY s.position NULLS FIRST, s.code) AS place
			FROM counted c LEFT JOIN section s ON s.id = c.section_id)
		SELECT n.code, n.name, n.bound, n.acknowledged, n.all_bound, n.all_acknowledged, n.place, coalesce(m.list, '[]')
		FROM numbered n LEFT JOIN missing m ON m.section_id IS NOT DISTINCT FROM n.section_id
		WHERE n.place > $7 ORDER BY n.place LIMIT $8`,
		s.today(), reading.Document.ID, reading.Revision.ID, whole, sections, missingListed, after, sectionsOnPage+1)
	if err != nil {
		return Coverage{}, fmt.Errorf("counting acknowledgements: %w", err)
	}
	coverage := Coverage{Reading: reading, Whole: whole}
	var (
		section SectionCoverage
		place   int
		missing []byte
	)
	scan := []any{&section.Code, &section.Name, &section.Bound, &section.Acknowledged, &coverage.Bound, &coverage.Acknowledged, &place, &missing}
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
	return coverage, nil
}

// Line is one person's line in the list that is handed out as a file.
type Line struct {
	Section        string
	StaffNumber    string
	Name           string
	Furigana       string
	AcknowledgedAt *time.Time // nil for not yet
	SHA256         []byte     // of the text that was shown; nil for not yet
}

// CoverageLines hands each person whom the document binds to each, as far as
// the actor may see them, in the order of sections and フリガナ.
func (s *Service) CoverageLines(ctx context.Context, actor authz.Actor, code string, each func(Line) error) (Reading, error) {
	reading, whole, sections, err := s.view(ctx, actor, code)
	if err != nil {
		return Reading{}, err
	}
	rows, err := s.pool.Query(ctx, `
		WITH `+bound+`
		SELECT coalesce(s.name, ''), p.staff_number, p.name, p.furigana, k.acknowledged_at, k.text_sha256
		FROM bound b
		JOIN person p ON p.id = b.person_id
		LEFT JOIN section s ON s.id = b.section_id
		LEFT JOIN acknowledgement k ON k.revision_id = $3 AND k.person_id = b.person_id
		WHERE $4 OR b.section_id = ANY($5::bigint[])
		ORDER BY s.position NULLS FIRST, s.code, p.furigana, p.staff_number`,
		s.today(), reading.Document.ID, reading.Revision.ID, whole, sections)
	if err != nil {
		return Reading{}, fmt.Errorf("listing acknowledgements: %w", err)
	}
	var line Line
	_, err = pgx.ForEachRow(rows, []any{&line.Section, &line.StaffNumber, &line.Name, &line.Furigana, &line.AcknowledgedAt, &line.SHA256},
		func() error { return each(line) })
	if err != nil {
		return Reading{}, fmt.Errorf("listing acknowledgements: %w", err)
	}
	return reading, nil
}

// Bound counts the people whom a document that the actor has loaded binds today.
func (s *Service) Bound(ctx context.Context, d Document) (int, error) {
	var n int
	err := s.pool.QueryRow(ctx, `WITH `+bound+` SELECT count(*) FROM bound`, s.today(), d.ID).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting whom a document binds: %w", err)
	}
	return n, nil
}
