package org

import (
	"context"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
)

// FirstDaysWithout is firstDaysWithout, today.
func (s *Service) FirstDaysWithout(ctx context.Context, roles []authz.Role) (days map[authz.Role]calendar.Date, err error) {
	err = s.door.Do(ctx, authz.AsOperator(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.ChangeOrganization, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		days, err = firstDaysWithout(ctx, tx, tx.Today(), roles)
		return door.Unchanged(), err
	})
	return days, err
}
