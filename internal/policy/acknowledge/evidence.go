package acknowledge

import (
	"context"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/policy"
)

// EvidenceLines hands everybody to each whom a published revision has asked, or
// who has acknowledged it, as far as the actor may see them, in the order of
// sections and フリガナ: also those who have left since, and of a revision that
// another has followed. Where they stand is where they were on the day on which
// they were asked last, or else acknowledged it.
func (s *Service) EvidenceLines(ctx context.Context, actor authz.Actor, code string, number int, each func(Line) error) (policy.Reading, error) {
	reading, err := s.policy.ReadNumber(ctx, actor, code, number)
	if err != nil {
		return policy.Reading{}, err
	}
	whole, sections, err := seesAcknowledgements(actor)
	if err != nil {
		return policy.Reading{}, err
	}
	return reading, s.eachLine(ctx, actor, each, `
		WITH `+requested+`,
		done AS (SELECT person_id, acknowledged_at, text_sha256 FROM acknowledgement WHERE revision_id = @revision),
		known AS (
			SELECT person_id, asked_on, due_on, acknowledged_at, text_sha256, coalesce(asked_on, (acknowledged_at AT TIME ZONE @zone)::date) AS day
			FROM requested FULL JOIN done USING (person_id))
		SELECT p.id AS person_id, coalesce(s.id, 0) AS section_id, coalesce(s.name, '') AS section, p.staff_number, p.name, p.furigana, k.asked_on, k.due_on,
		       k.acknowledged_at, CASE WHEN k.acknowledged_at IS NULL THEN 0 ELSE @number::bigint END AS number, k.text_sha256 AS sha256,
		       coalesce(e.reason, '') AS excuse, k.acknowledged_at IS NULL AND k.person_id IN (`+policy.AwayOn("@day")+`) AS absent
		FROM known k
		JOIN person_shown p ON p.id = k.person_id
		LEFT JOIN LATERAL (
			SELECT a.section_id FROM standing a
			WHERE a.person_id = k.person_id AND a.period @> k.day ORDER BY a.acting, a.position, a.id LIMIT 1) h ON true
		LEFT JOIN section_shown s ON s.id = h.section_id
		LEFT JOIN acknowledgement_excuse e
			ON e.revision_id = @revision AND e.person_id = k.person_id AND e.ended_at IS NULL AND k.acknowledged_at IS NULL
		WHERE @whole_town OR h.section_id = ANY(@view_sections::bigint[])
		ORDER BY s.position NULLS FIRST, s.code, p.furigana_key, p.staff_number`,
		pgx.StrictNamedArgs{
			"revision": reading.Revision.ID, "number": number, "whole_town": whole, "view_sections": sections, "zone": calendar.Tokyo.String(),
			"day": s.today(),
		})
}
