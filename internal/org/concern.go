package org

import (
	"context"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/postgres"
)

// Alone returns the roles that some people hold on a day and nobody else does.
func Alone(ctx context.Context, db postgres.Querier, day calendar.Date, people ...int64) ([]authz.Holding, error) {
	return postgres.List[authz.Holding](ctx, db, "looking for roles of one person", `
		SELECT DISTINCT h.role, '' AS post, coalesce(h.section_id, 0) AS section, '' AS section_name, '' AS capacity
		FROM holding h
		WHERE h.person_id = ANY(@people) AND h.period @> @day::date AND h.rule_period @> @day::date AND (h.role = ANY(@of_town) OR h.role = ANY(@of_section))
		  AND NOT EXISTS (SELECT FROM holding o
		                  WHERE o.role = h.role AND o.person_id <> ALL(@people) AND o.period @> @day::date AND o.rule_period @> @day::date
		                    AND (h.role = ANY(@of_town) OR o.section_id = h.section_id))`,
		pgx.StrictNamedArgs{"people": people, "day": day, "of_town": authz.Covered(false), "of_section": authz.Covered(true)})
}

// Concerning is the matter of deciding about a person on a day: they never
// decide themselves, and where they alone hold the role that would, the role
// above it does.
func Concerning(ctx context.Context, db postgres.Querier, person int64, day calendar.Date) (authz.Matter, error) {
	roles, err := Alone(ctx, db, day, person)
	return authz.Matter{Person: person, Decision: true, Alone: roles}, err
}

// Change is what a change of the organization is about, as far as permission
// depends on it: somebody, a post, or a line of the role table, by its title and its
// section's code. The zero value is about nobody.
type Change struct {
	Person, Post   int64
	Title, Section string
}

// matter is the matter of a change by the actor, who never makes one that is about
// themselves or about a post of theirs, now or to come.
func (c Change) matter(ctx context.Context, db postgres.Querier, actor authz.Actor, today calendar.Date) (matter authz.Matter, err error) {
	if c.Person != 0 {
		return Concerning(ctx, db, c.Person, today)
	}
	err = db.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM post po JOIN appointment a ON a.post_id = po.id LEFT JOIN section s ON s.id = po.section_id
		               WHERE (po.id = @post OR @post = 0 AND po.title = @title AND @section IN ('', s.code))
		                 AND a.person_id = @person AND (upper_inf(a.period) OR upper(a.period) > @today::date))`, pgx.StrictNamedArgs{
		"post": c.Post, "title": c.Title, "section": c.Section, "person": actor.Person, "today": today,
	}).Scan(&matter.Decision)
	if matter.Decision {
		matter.Person = actor.Person
	}
	return matter, err
}

// Ask refuses a change that the actor may not make: what a page asks before it
// shows, and the change itself once more.
func (s *Service) Ask(ctx context.Context, actor authz.Actor, c Change) error {
	matter, err := c.matter(ctx, s.pool, actor, calendar.Day(s.door.Now()))
	if err == nil {
		_, err = authz.Check(actor, authz.ChangeOrganization, matter)
	}
	return err
}

// allow is Ask in the transaction of the change.
func (c Change) allow(ctx context.Context, tx *door.Tx, actor authz.Actor) error {
	matter, err := c.matter(ctx, tx, actor, tx.Today())
	if err != nil {
		return err
	}
	return tx.Allow(authz.ChangeOrganization, matter)
}

// allowDecision allows a change of what a person is or holds.
func allowDecision(ctx context.Context, tx *door.Tx, person int64) error {
	return Change{Person: person}.allow(ctx, tx, authz.Actor{})
}
