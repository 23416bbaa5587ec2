package transfer

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres"
)

// RoleHolder is somebody who has a role on a day, and by which post.
type RoleHolder struct {
	Person      int64
	Name        string
	SectionName string
	Title       string // empty for a role given directly
	Acting      bool
	First, Last calendar.Date
}

// PostName is how the post is said, with its section.
func (h RoleHolder) PostName() string { return authz.PostName(h.SectionName, h.Title) }

// RolePlan is what comes of giving somebody a role directly: whoever has it goes on
// having it.
type RolePlan struct {
	Posts   []string     // that carry it, 副町長, of one section or of any: then it is theirs to have
	Holders []RoleHolder // who has it on its first day, before it is given
}

// ForeseeRole returns what comes of giving a role directly, on a day. It refuses one that
// would be refused when it is given.
func (s *Service) ForeseeRole(ctx context.Context, actor authz.Actor, g org.Grant, given []org.Grant, today calendar.Date) (RolePlan, error) {
	if err := g.Check(actor, today); err != nil {
		return RolePlan{}, err
	}
	again := func(o org.Grant) bool {
		return o.Role == g.Role && o.Section == g.Section && (o.Last.IsZero() || !o.Last.Before(g.First)) && (g.Last.IsZero() || !g.Last.Before(o.First))
	}
	if slices.ContainsFunc(given, again) {
		message := org.Message("role_grant_once")
		return RolePlan{}, &fault.Error{Kind: fault.Conflict, Message: message, Problems: []fault.Problem{{Field: "role", Message: message}}}
	}
	type carrier struct{ SectionName, Title string }
	args := pgx.StrictNamedArgs{"role": g.Role, "section": g.Section, "day": g.First}
	carriers, err := postgres.List[carrier](ctx, s.pool, "looking which posts carry a role", `
		SELECT DISTINCT coalesce(s.name, '') AS section_name, r.title FROM role_rule r LEFT JOIN section s ON s.id = r.section_id
		WHERE r.role = @role AND r.period @> @day::date AND (@section = '' OR s.code IS NULL OR s.code = @section) ORDER BY 1, 2`, args)
	if err != nil {
		return RolePlan{}, err
	}
	var plan RolePlan
	for _, c := range carriers {
		plan.Posts = append(plan.Posts, authz.PostName(c.SectionName, c.Title))
	}
	plan.Holders, err = postgres.List[RoleHolder](ctx, s.pool, "looking who has a role", `
		SELECT p.id AS person, p.name, coalesce(s.name, '') AS section_name, coalesce(po.title, '') AS title, h.acting,
		       lower(h.period) AS first, upper(h.period) - 1 AS last
		FROM holding h JOIN person p ON p.id = h.person_id LEFT JOIN post po ON po.id = h.post_id LEFT JOIN section s ON s.id = h.section_id
		WHERE h.role = @role AND h.period @> @day::date AND h.rule_period @> @day::date AND (@section = '' OR s.code = @section)
		ORDER BY p.furigana_key, p.id, lower(h.period)`, args)
	return plan, err
}
