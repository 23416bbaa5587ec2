package org

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
)

// loadPersonnelState loads what a file's plan is made on. What refers to others
// is loaded before them, and none of these is ever removed but appointments: so
// whatever is referred to is there, though others may be writing.
func loadPersonnelState(ctx context.Context, db querier, actor authz.Actor, file Personnel, today calendar.Date) (personnelState, error) {
	state := personnelState{today: today, actor: actor.Person}
	since := today.AddDays(-1)
	for _, row := range file.Rows {
		if row.First.Before(since) {
			since = row.First
		}
	}
	for _, load := range []func() error{
		func() (err error) {
			state.appointments, err = collect(ctx, db, scanAppointment, `
				SELECT id, person_id, post_id, lower(period), upper(period) - 1, acting FROM appointment
				WHERE upper_inf(period) OR upper(period) > $1 ORDER BY id`, since)
			return err
		},
		func() (err error) {
			state.grants, err = collect(ctx, db, scanPeriodOfGrant, `
				SELECT person_id, role, lower(period), upper(period) - 1 FROM role_grant
				WHERE upper_inf(period) OR upper(period) > $1 ORDER BY id`, today)
			return err
		},
		func() (err error) {
			state.adminRules, err = collect(ctx, db, scanPeriodOfRule, `
				SELECT r.title, coalesce(s.code, ''), lower(r.period), upper(r.period) - 1
				FROM role_rule r LEFT JOIN section s ON s.id = r.section_id WHERE r.role = $1`, authz.Administrator)
			return err
		},
		func() (err error) {
			state.posts, err = collect(ctx, db, func(row pgx.CollectableRow) (Post, error) {
				var p Post
				return p, row.Scan(&p.ID, &p.Section, &p.Title, &p.SingleHolder)
			}, `SELECT id, coalesce(section_id, 0), title, single_holder FROM post ORDER BY id`)
			return err
		},
		func() (err error) {
			state.sections, err = collect(ctx, db, scanSection, `SELECT `+sectionColumns+` FROM section s ORDER BY s.id`)
			return err
		},
		func() (err error) {
			state.people, err = collect(ctx, db, scanPerson, `SELECT `+personColumns+` FROM person p ORDER BY p.id`)
			return err
		},
	} {
		if err := load(); err != nil {
			return personnelState{}, fmt.Errorf("loading what a personnel file is about: %w", err)
		}
	}
	return state, nil
}

func collect[T any](ctx context.Context, db querier, scan pgx.RowToFunc[T], sql string, args ...any) ([]T, error) {
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

func scanAppointment(row pgx.CollectableRow) (Appointment, error) {
	var a Appointment
	err := row.Scan(&a.ID, &a.Person, &a.Post, &a.First, &a.Last, &a.Acting)
	return a, err
}

func scanPeriodOfGrant(row pgx.CollectableRow) (Grant, error) {
	var g Grant
	err := row.Scan(&g.Person, &g.Role, &g.First, &g.Last)
	return g, err
}

func scanPeriodOfRule(row pgx.CollectableRow) (Rule, error) {
	var r Rule
	err := row.Scan(&r.Title, &r.Section, &r.First, &r.Last)
	return r, err
}
