package exception

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

// Permitter is somebody who may permit an exception.
type Permitter struct {
	ID   int64
	Name string
}

// permitting are the roles that may permit exceptions, by the table or by what a town may
// choose of it, and those above them, which stand in for them.
func permitting() []authz.Role {
	var roles []authz.Role
	for _, role := range authz.Given() {
		if authz.ReachOf(role, authz.PermitExceptions) == authz.All || slices.ContainsFunc(authz.Choices(), func(c authz.Choice) bool {
			return c.Action == authz.PermitExceptions && c.Role == role && slices.Contains(c.Allowed, authz.All)
		}) {
			roles = append(roles, role)
			role.Above(func(up authz.Role) bool {
				roles = append(roles, up)
				return true
			})
		}
	}
	return roles
}

// permitters are those who may permit on a day what some people are concerned in: never one
// of these, and where they alone hold the role that would, who stands above them. What each
// may is asked as it is when they do it.
func permitters(ctx context.Context, db postgres.Querier, concerned []int64, day calendar.Date) ([]Permitter, error) {
	list, err := postgres.List[Permitter](ctx, db, "looking for who permits exceptions", `
		SELECT p.id, p.name FROM person_shown p
		WHERE p.id <> ALL(@concerned::bigint[]) AND p.id IN (SELECT h.person_id FROM holding h WHERE h.role = ANY(@roles) AND h.period @> @day::date AND h.rule_period @> @day::date)
		ORDER BY p.id`, pgx.StrictNamedArgs{"concerned": concerned, "roles": permitting(), "day": day})
	if err != nil {
		return nil, err
	}
	matter, err := decision(ctx, db, 0, concerned, day)
	if err != nil {
		return nil, err
	}
	var may []Permitter
	for _, p := range list {
		actor, err := org.FindActor(ctx, db, p.ID, day)
		if err != nil {
			return nil, err
		}
		if _, ok := actor.May(authz.PermitExceptions, matter); ok {
			may = append(may, p)
		}
	}
	return may, nil
}

// Permitters are those who may decide today on an exception that somebody has asked for.
// NotFound where the actor may not see it.
func (s *Service) Permitters(ctx context.Context, actor authz.Actor, e Exception) ([]Permitter, error) {
	if !e.May(actor, authz.ReadExceptions) {
		return nil, errNone()
	}
	return permitters(ctx, s.pool, e.concerned(), calendar.Day(s.door.Now()))
}

func idsOf(list []Permitter) []int64 {
	var ids []int64
	for _, p := range list {
		ids = append(ids, p.ID)
	}
	return ids
}

// asks tells whether a person still asks for exceptions of one of some sections on a day.
func asks(ctx context.Context, db postgres.Querier, person int64, e Exception, day calendar.Date) (bool, error) {
	actor, err := org.FindActor(ctx, db, person, day)
	if fault.KindOf(err) == fault.Unauthenticated {
		return false, nil // they have left
	}
	return e.May(actor, authz.AskExceptions), err
}
