package personnel

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/internal/postgres"
)

// state is the organization as far as a personnel file touches it. Of what it
// holds, only that is filled which a plan is made on.
type state struct {
	today        calendar.Date
	actor        int64 // who takes the file in; 0 for the operator
	people       []org.Person
	sections     []org.Section
	posts        []org.Post
	appointments []org.Appointment // those that end on the first day of the file, or later
	adminRules   []org.Rule        // of ポータル管理者, Section the section's code
	grants       []org.Grant       // roles given directly
}

// loadState loads what a file's plan is made on. What refers to others is loaded
// before them, and none of these is ever removed but appointments: so whatever is
// referred to is there, though others may be writing.
func loadState(ctx context.Context, db postgres.Querier, actor authz.Actor, file File, today calendar.Date) (state, error) {
	s := state{today: today, actor: actor.Person}
	since := today.AddDays(-1)
	for _, row := range file.Rows {
		if row.First.Before(since) {
			since = row.First
		}
	}
	for _, load := range []func() error{
		func() (err error) {
			s.appointments, err = collect[org.Appointment](ctx, db, `
				SELECT id, person_id AS person, post_id AS post, lower(period) AS first, upper(period) - 1 AS last, acting FROM appointment
				WHERE upper_inf(period) OR upper(period) > $1 ORDER BY id`, since)
			return err
		},
		func() (err error) {
			s.grants, err = collect[org.Grant](ctx, db, `
				SELECT person_id AS person, role, lower(period) AS first, upper(period) - 1 AS last FROM role_grant
				WHERE upper_inf(period) OR upper(period) > $1 ORDER BY id`, today)
			return err
		},
		func() (err error) {
			s.adminRules, err = collect[org.Rule](ctx, db, `
				SELECT r.title, coalesce(s.code, '') AS section, lower(r.period) AS first, upper(r.period) - 1 AS last
				FROM role_rule r LEFT JOIN section s ON s.id = r.section_id WHERE r.role = $1`, authz.Administrator)
			return err
		},
		func() (err error) {
			s.posts, err = collect[org.Post](ctx, db, `
				SELECT id, coalesce(section_id, 0) AS section, title, single_holder FROM post ORDER BY id`)
			return err
		},
		func() (err error) {
			s.sections, err = collect[org.Section](ctx, db, `
				SELECT id, code, name, established_on, abolished_on FROM section ORDER BY id`)
			return err
		},
		func() (err error) {
			s.people, err = collect[org.Person](ctx, db, `
				SELECT id, staff_number, name, furigana, coalesce(email, '') AS email, kind FROM person ORDER BY id`)
			return err
		},
	} {
		if err := load(); err != nil {
			return state{}, fmt.Errorf("loading what a personnel file is about: %w", err)
		}
	}
	return s, nil
}

// collect reads rows into those fields that have a column.
func collect[T any](ctx context.Context, db postgres.Querier, sql string, args ...any) ([]T, error) {
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByNameLax[T])
}
