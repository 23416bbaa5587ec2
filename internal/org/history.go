package org

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
)

// AppointmentLine is an appointment as a person's page lists it.
type AppointmentLine struct {
	Appointment
	Post        string // with its section
	SectionCode string // empty for posts that belong to none
	Roles       []authz.Role
}

// On tells whether the appointment is in force on a day.
func (a Appointment) On(day time.Time) bool {
	return !day.Before(a.First) && (a.Last.IsZero() || !day.After(a.Last))
}

// History is what a person has held, holds, and is to hold, the latest first.
type History struct {
	Appointments []AppointmentLine
	Grants       []Grant
}

// HistoryOf returns a person's appointments, each with the roles that its post
// carries on its last day or, while it lasts, on the day asked for; and the
// roles given to them directly.
func (s *Service) HistoryOf(ctx context.Context, actor authz.Actor, person int64, day time.Time) (History, error) {
	if err := maySee(actor); err != nil {
		return History{}, err
	}
	rows, err := s.pool.Query(ctx, `
		SELECT a.id, a.post_id, lower(a.period), upper(a.period) - 1, a.acting, coalesce(s.name, ''), coalesce(s.code, ''), po.title,
		       ARRAY(SELECT role FROM post_role WHERE post_id = po.id AND period @> greatest(lower(a.period), least(upper(a.period) - 1, $2::date))
		             ORDER BY array_position($3::text[], role))
		FROM appointment a JOIN post po ON po.id = a.post_id LEFT JOIN section s ON s.id = po.section_id
		WHERE a.person_id = $1 ORDER BY lower(a.period) DESC, po.position, a.id`, person, day, authz.Given())
	if err != nil {
		return History{}, fmt.Errorf("listing appointments: %w", err)
	}
	var h History
	h.Appointments, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (AppointmentLine, error) {
		l := AppointmentLine{Appointment: Appointment{Person: person}}
		var (
			last           *time.Time
			section, title string
		)
		err := row.Scan(&l.ID, &l.Appointment.Post, &l.First, &last, &l.Acting, &section, &l.SectionCode, &title, &l.Roles)
		l.Post = PostName(section, title)
		if last != nil {
			l.Last = *last
		}
		return l, err
	})
	if err != nil {
		return History{}, fmt.Errorf("listing appointments: %w", err)
	}
	if h.Grants, err = s.grants(ctx, person); err != nil {
		return History{}, err
	}
	return h, nil
}

func (s *Service) grants(ctx context.Context, person int64) ([]Grant, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT g.id, g.role, coalesce(s.code, ''), coalesce(s.name, ''), lower(g.period), upper(g.period) - 1, g.reason
		FROM role_grant g LEFT JOIN section s ON s.id = g.section_id
		WHERE g.person_id = $1 ORDER BY lower(g.period) DESC, g.id`, person)
	if err != nil {
		return nil, fmt.Errorf("listing roles given directly: %w", err)
	}
	grants, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Grant, error) {
		g := Grant{Person: person}
		var last *time.Time
		err := row.Scan(&g.ID, &g.Role, &g.Section, &g.SectionName, &g.First, &last, &g.Reason)
		if last != nil {
			g.Last = *last
		}
		return g, err
	})
	if err != nil {
		return nil, fmt.Errorf("listing roles given directly: %w", err)
	}
	return grants, nil
}
