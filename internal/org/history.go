package org

import (
	"context"

	"kagami/internal/authz"
	"kagami/internal/calendar"
)

// History is what a person has held, holds, and is to hold, the latest first.
type History struct {
	Appointments []AppointmentLine
	Grants       []Grant
}

// HistoryOf returns a person's appointments, as of a day, and the roles given to
// them directly.
func (s *Service) HistoryOf(ctx context.Context, actor authz.Actor, person int64, day calendar.Date) (History, error) {
	if err := maySee(actor); err != nil {
		return History{}, err
	}
	appointments, err := s.appointments(ctx, `a.person_id = @id`, person, day)
	if err != nil {
		return History{}, err
	}
	grants, err := s.grants(ctx, `g.person_id = @id`, person)
	return History{appointments, grants}, err
}
