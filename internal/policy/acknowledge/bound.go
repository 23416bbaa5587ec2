package acknowledge

import (
	"context"
	"fmt"

	"kagami/internal/authz"
	"kagami/internal/policy"
)

// addressed are the people whom document $2 is for on day $1, where it is not for
// everyone.
const addressed = `
	addressed AS (
		SELECT h.person_id FROM document_audience u JOIN holding h ON h.role = u.role OR h.section_id = u.section_id
		WHERE u.document_id = $2 AND h.period @> $1::date AND h.rule_period @> $1::date
		UNION
		SELECT a.person_id FROM document_audience u JOIN standing a ON a.section_id = u.section_id
		WHERE u.document_id = $2 AND a.period @> $1::date)`

// bound are the people whom document $2 binds on day $1 and a revision asks that
// asks those with roles $3 or in sections $4 (all, where both are empty), each
// with the section of their first post, of their own before one that they stand
// in for: everyone with a post for the 基本方針 (5),
// those whom they are for among them for the others. Reading.Asked says
// the same of one of them.
const bound = addressed + `,
	called AS (
		SELECT h.person_id FROM holding h
		WHERE (h.role = ANY($3::text[]) OR h.section_id = ANY($4::bigint[])) AND h.period @> $1::date AND h.rule_period @> $1::date
		UNION
		SELECT a.person_id FROM standing a
		WHERE a.section_id = ANY($4::bigint[]) AND a.period @> $1::date),
	bound AS (
		SELECT DISTINCT ON (a.person_id) a.person_id, a.section_id
		FROM standing a
		WHERE a.period @> $1::date
		  AND (EXISTS (SELECT FROM document WHERE id = $2 AND kind = 'basic')
		       OR EXISTS (SELECT FROM document_audience WHERE document_id = $2 AND kind = 'all')
		       OR a.person_id IN (SELECT person_id FROM addressed))
		  AND (cardinality($3::text[]) + cardinality($4::bigint[]) = 0 OR a.person_id IN (SELECT person_id FROM called))
		ORDER BY a.person_id, a.acting, a.position, a.id)`

// requested are the requests to acknowledge revision $6 that hold: of each person
// the newest.
const requested = `
	requested AS (
		SELECT DISTINCT ON (person_id) person_id, asked_on, due_on FROM acknowledgement_request
		WHERE revision_id = $6 ORDER BY person_id, asked_on DESC)`

// CountAsked counts the people whom a document that the actor has loaded binds today,
// and of whom an audience asks.
func (s *Service) CountAsked(ctx context.Context, d policy.Document, of policy.Audience) (int, error) {
	a := policy.Group{Everyone: true, Roles: []authz.Role{}, Sections: []int64{}}
	if !of.Empty() {
		var err error
		if a, err = resolve(ctx, s.pool, of); err != nil {
			return 0, err
		}
	}
	var n int
	err := s.pool.QueryRow(ctx, `WITH `+bound+` SELECT count(*) FROM bound`, s.today(), d.ID, a.Roles, a.Sections).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting whom a document binds: %w", err)
	}
	return n, nil
}
