package transfer

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/org"
	"kagami/internal/postgres"
)

// Ending is that an appointment ends on the day before another begins: that of who held
// the post before, or one of the person's own.
type Ending struct {
	Name        string
	SectionName string // empty for a post that belongs to none
	Title       string
	// Lost are the roles that its holder no longer has from that day on; Vacant are those
	// among them that nobody has then, of those whose matters the role above takes.
	Lost, Vacant []authz.Role
}

// PostName is how the post is said, with its section.
func (e Ending) PostName() string { return authz.PostName(e.SectionName, e.Title) }

// Endings are those that giving an appointment ends.
func (s *Service) Endings(ctx context.Context, actor authz.Actor, a org.Appointment, how org.Succession) ([]Ending, error) {
	if _, err := authz.Check(actor, authz.SeeOrganization, authz.Matter{}); err != nil {
		return nil, err
	}
	// same holds where two roles are one, of the same section where it is of one
	const same = `o.role = l.role AND (l.role <> ALL(@of_section) OR o.section_id = l.section_id)`
	return postgres.List[Ending](ctx, s.pool, "looking what an appointment ends", `
		WITH ending AS (SELECT id, person_id, post_id FROM appointment WHERE `+org.Ending+`),
		ended AS (
			SELECT DISTINCT e.id, e.person_id, pr.role, po.section_id
			FROM ending e JOIN post po ON po.id = e.post_id JOIN post_role pr ON pr.post_id = e.post_id WHERE pr.period @> @day::date),
		after AS (
			SELECT h.person_id, h.role, h.section_id FROM holding h
			WHERE h.period @> @day::date AND h.rule_period @> @day::date AND h.role IN (SELECT role FROM ended)
			  AND NOT EXISTS (SELECT FROM ending e WHERE e.person_id = h.person_id AND e.post_id = h.post_id)
			UNION ALL
			SELECT @person, pr.role, po.section_id FROM post po JOIN post_role pr ON pr.post_id = po.id WHERE po.id = @post AND pr.period @> @day::date),
		lost AS (SELECT * FROM ended l WHERE NOT EXISTS (SELECT FROM after o WHERE o.person_id = l.person_id AND `+same+`))
		SELECT p.name, coalesce(s.name, '') AS section_name, po.title,
		       ARRAY(SELECT l.role FROM lost l WHERE l.id = e.id ORDER BY array_position(@given::text[], l.role)) AS lost,
		       ARRAY(SELECT l.role FROM lost l WHERE l.id = e.id AND l.role = ANY(@seats) AND NOT EXISTS (SELECT FROM after o WHERE `+same+`)
		             ORDER BY array_position(@given::text[], l.role)) AS vacant
		FROM ending e JOIN person p ON p.id = e.person_id JOIN post po ON po.id = e.post_id LEFT JOIN section s ON s.id = po.section_id
		ORDER BY e.person_id = @person, p.furigana_key, e.id`,
		pgx.StrictNamedArgs{
			"post": a.Post, "person": a.Person, "acting": a.Acting, "day": a.First, "others": how.Others, "own": how.Own,
			"given": authz.Given(), "of_section": ofSection(), "seats": seats(),
		})
}

// seats are the roles that are called vacant where nobody holds them: those whose matters
// the role above takes, and the one above all.
func seats() []authz.Role {
	return append([]authz.Role{authz.CIO}, append(authz.Covered(false), authz.Covered(true)...)...)
}

// ofSection are the roles that are held for one section.
func ofSection() []authz.Role {
	return slices.DeleteFunc(authz.Given(), func(r authz.Role) bool { return !r.OfSection() })
}
