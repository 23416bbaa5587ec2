package org

import (
	"context"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/postgres"
	"kagami/internal/task"
)

// Gaps are what the organization lacks on a day, so that somebody else has to
// stand in.
type Gaps struct {
	Sections     int          // how many 課室 there are; 0 in a town that is being set up
	VacantRoles  []authz.Role // the roles of the whole town that nobody holds, but for CSIRT担当者
	WithoutHeads int          // how many 課室 where people work have no 情報セキュリティ管理者
}

// Gaps returns what is missing on a day. Forbidden to who may not change it.
func (s *Service) Gaps(ctx context.Context, actor authz.Actor, day calendar.Date) (Gaps, error) {
	if _, err := authz.Check(actor, authz.ChangeOrganization, authz.Matter{}); err != nil {
		return Gaps{}, err
	}
	find := func() (Gaps, error) {
		found, err := postgres.List[Gaps](ctx, s.pool, "looking for what the organization lacks", selectGaps, gapsArguments(day))
		if err != nil {
			return Gaps{}, err
		}
		return found[0], nil
	}
	changes, ok := actor.State.Of(ChangeCounter)
	if !ok {
		return find()
	}
	return s.gaps.Get(gapsKey{day, changes}, find)
}

// QueueGaps asks for the Gaps of today in a batch, where the cache has none; for
// nothing where the actor may not change the organization.
func (s *Service) QueueGaps(b *task.Batch, actor authz.Actor, take func(Gaps)) {
	if actor.Reach(authz.ChangeOrganization) != authz.All {
		return
	}
	day := calendar.Day(s.door.Now())
	changes, cacheable := actor.State.Of(ChangeCounter)
	key := gapsKey{day, changes}
	if cached, ok := s.gaps.Look(key); ok && cacheable {
		take(cached)
		return
	}
	b.Queue("looking for what the organization lacks", func(rows pgx.Rows) error {
		g, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Gaps])
		if err != nil {
			return err
		}
		if cacheable {
			s.gaps.Add(key, g)
		}
		take(g)
		return nil
	}, selectGaps, gapsArguments(day))
}

// gapsKey names what gaps depend on: the day, and the state of the organization.
type gapsKey struct {
	day          calendar.Date
	organization int64
}

// cachedGaps is how many are in the cache: few look, and at today.
const cachedGaps = 16

const selectGaps = `
	WITH held AS (SELECT DISTINCT role, section_id FROM holding WHERE role = ANY(@given::text[]) AND period @> @day::date AND rule_period @> @day::date)
	SELECT (SELECT count(*) FROM section s WHERE ` + sectionExists + `) AS sections,
	       ARRAY(SELECT r.role FROM unnest(@of_town::text[]) WITH ORDINALITY r(role, n)
	             WHERE NOT EXISTS (SELECT FROM held WHERE held.role = r.role) ORDER BY r.n) AS vacant_roles,
	       (SELECT count(*) FROM section s
	        WHERE ` + sectionExists + `
	          AND NOT EXISTS (SELECT FROM held WHERE held.role = @manager AND held.section_id = s.id)
	          AND EXISTS (SELECT FROM post po JOIN appointment a ON a.post_id = po.id WHERE po.section_id = s.id AND a.period @> @day::date)) AS without_heads`

func gapsArguments(day calendar.Date) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"day": day, "given": authz.Given(), "of_town": townRoles[:4], "manager": authz.SecurityManager}
}
