package personnel

import (
	"context"
	"errors"
	"slices"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/sheet/intake"
)

// Offices is what is said of a personnel file about who is left as ポータル管理者.
type Offices struct {
	Comparable bool // whether it can be done, but for that
	Go, SQL    bool // whether the plan, and what guards the database, refuse it
}

// TryOffices asks both, and changes nothing.
func (s *Service) TryOffices(ctx context.Context, file File, choices Choices) (Offices, error) {
	var said Offices
	undone := errors.New("undone")
	err := s.door.Do(ctx, authz.AsOperator(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		state, err := loadState(ctx, tx, authz.AsOperator(), file, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		plan := makePlan(state, file, choices)
		// the one problem that is of no row and no column
		said.Go = slices.ContainsFunc(plan.Problems, func(p intake.Problem) bool { return p.Line == 0 && p.Column == "" })
		said.Comparable = (len(plan.Problems) == 0 || said.Go && len(plan.Problems) == 1) && !slices.ContainsFunc(plan.changes.Appointments, beginsOtherwise)
		if !said.Comparable {
			return door.Unchanged(), undone
		}
		if err := tx.Allow(authz.ChangeOrganization, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		err = plan.changes.Make(ctx, tx, s.pool, func() error { return nil })
		if said.SQL = fault.KindOf(err) == fault.Conflict; err == nil || said.SQL {
			err = undone
		}
		return door.Unchanged(), err
	})
	if errors.Is(err, undone) {
		err = nil
	}
	return said, err
}

// beginsOtherwise tells of an appointment that is to begin earlier than was
// prepared, which the database refuses whoever is left.
func beginsOtherwise(a org.AppointmentChange) bool { return !a.IsNew() && a.First != a.Was.First }
