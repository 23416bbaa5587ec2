package org

import (
	"context"
	"fmt"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/task"

	"github.com/jackc/pgx/v5"
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
	find := func() (Gaps, error) { return s.findGaps(ctx, day) }
	if actor.Seen.Organization == 0 {
		return find()
	}
	return s.gaps.Get(gapsKey{day, actor.Seen.Organization}, find)
}

// QueueGaps asks for the Gaps of today in a batch, where they are not kept; for nothing where
// the actor may not change the organization.
func (s *Service) QueueGaps(b *task.Batch, actor authz.Actor, take func(Gaps)) {
	if actor.Reach(authz.ChangeOrganization) != authz.All {
		return
	}
	day := calendar.Day(s.door.Now())
	key := gapsKey{day, actor.Seen.Organization}
	if kept, ok := s.gaps.Look(key); ok && actor.Seen.Organization != 0 {
		take(kept)
		return
	}
	b.Queue("looking for what the organization lacks", func(rows pgx.Rows) error {
		g, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Gaps])
		if err != nil {
			return err
		}
		if actor.Seen.Organization != 0 {
			s.gaps.Keep(key, g)
		}
		take(g)
		return nil
	}, selectGaps(), gapsArguments(day)...)
}

// gapsKey names what gaps depend on: the day, and the state of the organization.
type gapsKey struct {
	day          calendar.Date
	organization int64
}

// keptGaps is how many are kept: few look, and at today.
const keptGaps = 16

func (s *Service) findGaps(ctx context.Context, day calendar.Date) (Gaps, error) {
	var g Gaps
	err := s.pool.QueryRow(ctx, selectGaps(), gapsArguments(day)...).Scan(&g.Sections, &g.VacantRoles, &g.WithoutHeads)
	if err != nil {
		return Gaps{}, fmt.Errorf("looking for what the organization lacks: %w", err)
	}
	return g, nil
}

func selectGaps() string {
	return `
		WITH held AS (SELECT DISTINCT role, section_id FROM holding WHERE role = ANY($2::text[]) AND period @> $1::date AND rule_period @> $1::date)
		SELECT (SELECT count(*) FROM section s WHERE ` + sectionExists(`$1`) + `),
		       ARRAY(SELECT r.role FROM unnest($3::text[]) WITH ORDINALITY r(role, n) WHERE NOT EXISTS (SELECT FROM held WHERE held.role = r.role) ORDER BY r.n),
		       (SELECT count(*) FROM section s
		        WHERE ` + sectionExists(`$1`) + `
		          AND NOT EXISTS (SELECT FROM held WHERE held.role = $4 AND held.section_id = s.id)
		          AND EXISTS (SELECT FROM post po JOIN appointment a ON a.post_id = po.id WHERE po.section_id = s.id AND a.period @> $1::date))`
}

func gapsArguments(day calendar.Date) []any {
	return []any{day, authz.Given(), townRoles[:4], authz.SecurityManager}
}
