package org

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/org/reach"
	"kagami/internal/postgres"
	"kagami/internal/state"
)

// actorKey names what an actor depends on: the person, the day, and the state
// of the organization.
type actorKey struct {
	person       int64
	day          calendar.Date
	organization int64
}

// cachedActors is how many are in the cache: a large town's morning.
const cachedActors = 20_000

// ChangeCounter counts the changes of sections, people, posts, appointments and what
// follows from them.
var ChangeCounter = state.Counted("organization")

// ActorInState is ActorOn for a person whose request has found the database in a
// state: in one state, the same person is looked up once a day.
func (s *Service) ActorInState(ctx context.Context, person int64, day calendar.Date, in state.Numbers) (actor authz.Actor, err error) {
	find := func() (authz.Actor, error) { return s.ActorOn(ctx, person, day) }
	if changes, ok := in.Of(ChangeCounter); ok {
		actor, err = s.actors.Get(actorKey{person, day, changes}, find)
	} else {
		actor, err = find()
	}
	actor.State = in
	return actor, err
}

// actorRow is a line of what is found of an actor: what they hold, or a role below
// one of theirs that is vacant.
type actorRow struct {
	Name        string // the person's
	Role        authz.Role
	Post        string
	Section     int64
	SectionName string
	Acting      bool
	Vacant      bool
	reach.Row
}

func (r actorRow) holding() authz.Holding {
	h := authz.Holding{Role: r.Role, Post: r.Post, Section: r.Section, SectionName: r.SectionName}
	if r.Acting {
		h.Capacity = authz.Acting
	}
	return h
}

// ActorOn returns a person with the roles that they hold on a day (a day in
// Asia/Tokyo, as calendar.Day gives it): by their posts, as 職務代理, directly, and
// those below them that are vacant. Unauthenticated if they hold nothing that
// day: whoever has left has no rights, not even to sign in.
func (s *Service) ActorOn(ctx context.Context, person int64, day calendar.Date) (authz.Actor, error) {
	return FindActor(ctx, s.pool, person, day)
}

// FindActor is ActorOn in a transaction under way.
func FindActor(ctx context.Context, db postgres.Querier, person int64, day calendar.Date) (authz.Actor, error) {
	lines, err := postgres.List[actorRow](ctx, db, "looking up roles", `
		WITH mine AS (
			SELECT 'staff' AS role, po.section_id, po.title, po.position, a.acting, a.id
			FROM appointment a JOIN post po ON po.id = a.post_id
			WHERE a.person_id = @person AND a.period @> @day::date
			UNION ALL
			SELECT h.role, h.section_id, coalesce(po.title, ''), coalesce(po.position, 0), h.acting, 0
			FROM holding h LEFT JOIN post po ON po.id = h.post_id
			WHERE h.person_id = @person AND h.period @> @day::date AND h.rule_period @> @day::date
			UNION ALL
			SELECT @keeper, k.section_id, '', 0, false, 0 FROM register_keeping k WHERE k.person_id = @person AND k.period @> @day::date AND k.stay @> @day::date),
		vacant AS (
			SELECT r.role, NULL::bigint AS section_id
			FROM unnest(@roles::text[]) r(role)
			WHERE EXISTS (SELECT FROM mine WHERE role = ANY(@above))
			  AND NOT EXISTS (SELECT FROM holding h WHERE h.role = r.role AND h.period @> @day::date AND h.rule_period @> @day::date)
			UNION ALL
			SELECT r.role, s.id
			FROM section s, unnest(@roles_of_section::text[]) r(role)
			WHERE EXISTS (SELECT FROM mine WHERE role = ANY(@above) AND (role <> ALL(@roles_of_section) OR section_id = s.id))
			  AND EXISTS (SELECT FROM post po JOIN appointment a ON a.post_id = po.id WHERE po.section_id = s.id AND a.period @> @day::date)
			  AND NOT EXISTS (SELECT FROM holding h WHERE h.role = r.role AND h.section_id = s.id AND h.period @> @day::date AND h.rule_period @> @day::date))
		SELECT p.name, m.role, coalesce(m.title, '') AS post, coalesce(m.section_id, 0) AS section, coalesce(s.name, '') AS section_name, m.acting, m.vacant,`+reach.Columns+`
		FROM person p
		JOIN (SELECT role, section_id, title, position, acting, id, false AS vacant FROM mine
		      UNION ALL SELECT role, section_id, NULL, 0, false, 0, true FROM vacant) m ON true
		LEFT JOIN section s ON s.id = m.section_id
		WHERE p.id = @person
		ORDER BY m.vacant, m.position, m.id`,
		pgx.StrictNamedArgs{
			"person": person, "day": day, "roles": authz.Covered(false), "roles_of_section": authz.Covered(true),
			"above": authz.Covering(), "leads": authz.SecurityManager, "keeper": authz.RegisterKeeper,
		})
	if err != nil {
		return authz.Actor{}, err
	}
	actor := authz.Actor{Person: person, On: day}
	var vacant []authz.Holding
	for _, line := range lines {
		actor.Name = line.Name
		if line.Vacant {
			vacant = append(vacant, line.holding())
		} else {
			actor.Holdings = append(actor.Holdings, line.holding())
		}
	}
	if len(actor.Holdings) == 0 {
		return authz.Actor{}, fault.New(fault.Unauthenticated, "本日の時点で発令されている職がないため、利用できません。総務課に連絡してください。")
	}
	actor.Holdings = append(actor.Holdings, standingIn(actor.Holdings, vacant)...)
	actor.SortHoldings()
	lines[0].Complete(&actor)
	return actor, nil
}

// standingIn are the vacant roles whose matters fall to whoever has these
// holdings: the role above a vacant one, or above that where it is vacant too.
func standingIn(held, vacant []authz.Holding) []authz.Holding {
	var taken []authz.Holding
	for _, v := range vacant {
		up, ok := v.Role.Above(func(role authz.Role) bool { return isVacant(vacant, role, v.Section) })
		if !ok {
			continue
		}
		at := slices.IndexFunc(held, func(h authz.Holding) bool {
			return h.Role == up && (!up.OfSection() || h.Section == v.Section)
		})
		if at >= 0 {
			v.Post, v.Capacity = authz.PostName(held[at].SectionName, held[at].Post), authz.StandingIn
			taken = append(taken, v)
		}
	}
	return taken
}

func isVacant(vacant []authz.Holding, role authz.Role, section int64) bool {
	return slices.ContainsFunc(vacant, func(v authz.Holding) bool {
		return v.Role == role && (!role.OfSection() || v.Section == section)
	})
}
