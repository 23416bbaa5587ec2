package acknowledge

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/policy"
)

// addressed are the people to whom a @document is addressed on a @day, where it is
// not for everyone.
const addressed = `
	addressed AS (
		SELECT h.person_id FROM document_audience u JOIN holding h ON h.role = u.role OR h.section_id = u.section_id
		WHERE u.document_id = @document AND h.period @> @day::date AND h.rule_period @> @day::date
		UNION
		SELECT a.person_id FROM document_audience u JOIN standing a ON a.section_id = u.section_id
		WHERE u.document_id = @document AND a.period @> @day::date)`

// asked are the people whom a revision of a @document asks on a @day, each with the
// section of their first post, of their own before one that they stand in for: of
// those who have a post, for the 基本方針 (5) all and for the others those to whom it
// is addressed; and among them all where it asks @asked_everyone, or else those with
// @asked_roles or in @asked_sections. Reading.Asked says the same of one of them.
const asked = addressed + `,
	asked_group AS (
		SELECT h.person_id FROM holding h
		WHERE (h.role = ANY(@asked_roles::text[]) OR h.section_id = ANY(@asked_sections::bigint[]))
		  AND h.period @> @day::date AND h.rule_period @> @day::date
		UNION
		SELECT a.person_id FROM standing a
		WHERE a.section_id = ANY(@asked_sections::bigint[]) AND a.period @> @day::date),
	asked AS (
		SELECT DISTINCT ON (a.person_id) a.person_id, a.section_id
		FROM standing a
		WHERE a.period @> @day::date
		  AND (EXISTS (SELECT FROM document WHERE id = @document AND kind = 'basic')
		       OR EXISTS (SELECT FROM document_audience WHERE document_id = @document AND kind = 'all')
		       OR a.person_id IN (SELECT person_id FROM addressed))
		  AND (@asked_everyone OR a.person_id IN (SELECT person_id FROM asked_group))
		ORDER BY a.person_id, a.acting, a.position, a.id)`

// askedArguments are those of asked.
func askedArguments(document int64, of policy.Group, day calendar.Date) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{
		"document": document, "day": day, "asked_everyone": of.Everyone, "asked_roles": of.Roles, "asked_sections": of.Sections,
	}
}

// requested are the requests to acknowledge a @revision that hold: of each person
// the newest.
const requested = `
	requested AS (
		SELECT DISTINCT ON (person_id) person_id, asked_on, due_on FROM acknowledgement_request
		WHERE revision_id = @revision ORDER BY person_id, asked_on DESC)`

// Headcount is how many people a revision asks, but for those who are away; and how many
// it would ask beside those, were they not.
type Headcount struct{ Asked, Absent int }

// CountAsked counts the people whom a revision of a document would ask today that
// asks an audience. NotFound where the actor may not read the document.
func (s *Service) CountAsked(ctx context.Context, actor authz.Actor, document policy.Document, of policy.Audience) (Headcount, error) {
	group, err := resolve(ctx, s.pool, of)
	if err != nil {
		return Headcount{}, err
	}
	readable, args := policy.Readable(actor)
	maps.Copy(args, askedArguments(document.ID, group, s.today()))
	var n Headcount
	err = s.pool.QueryRow(ctx, `
		WITH `+asked+`
		SELECT (SELECT count(*) FROM asked WHERE person_id NOT IN (`+policy.AwayOn("@day")+`)),
		       (SELECT count(*) FROM asked WHERE person_id IN (`+policy.AwayOn("@day")+`))
		FROM document d WHERE d.id = @document AND `+readable, args).Scan(&n.Asked, &n.Absent)
	if errors.Is(err, pgx.ErrNoRows) {
		return Headcount{}, policy.NoDocument()
	}
	if err != nil {
		return Headcount{}, fmt.Errorf("counting whom a revision would ask: %w", err)
	}
	return n, nil
}
