package find

import (
	"context"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/postgres"
	"kagami/internal/violation"
)

// StandsFor tells whether an actor confirms what somebody who holds a role has done, in the place of
// the 統括: of the 統括 the CISO, of the CISO the CIO.
func (s *Service) StandsFor(ctx context.Context, actor authz.Actor, role authz.Role) (bool, error) {
	if role != authz.GeneralSecurityOfficer && role != authz.CISO || actor.Has(role) || !actor.Has(authz.CIO) && !actor.Has(authz.CISO) {
		return false, nil
	}
	today := calendar.Day(s.now())
	holders, err := postgres.List[struct{ Person int64 }](ctx, s.pool, "looking who holds a role", `
		SELECT DISTINCT h.person_id AS person FROM holding h WHERE h.role = @role AND h.period @> @today::date AND h.rule_period @> @today::date`,
		pgx.StrictNamedArgs{"role": role, "today": today})
	if err != nil {
		return false, err
	}
	for _, h := range holders {
		seats, err := violation.SeatsAbout(ctx, s.pool, h.Person, 0, today)
		if err != nil || seats.General.Has(actor.Person) {
			return err == nil, err
		}
	}
	return false, nil
}
