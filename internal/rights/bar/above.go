package bar

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/rights"
)

// concerning is what a bar of somebody is about: of the CISO decides who stands above the CISO, in
// the place of the 統括, who stands below.
func concerning(ctx context.Context, db postgres.Querier, person int64, day calendar.Date) (authz.Matter, error) {
	m, err := org.Concerning(ctx, db, person, day)
	if slices.ContainsFunc(m.Alone, func(h authz.Holding) bool { return h.Role == authz.CISO }) {
		m.Alone = append(m.Alone, authz.Holding{Role: authz.GeneralSecurityOfficer})
	}
	return m, err
}

// refuseBelow refuses who stands below the 統括 or the CISO to decide about them. An account is
// protected by all whom the table names: its thief waits for nobody.
func (k Kind) refuseBelow(actor authz.Actor, m authz.Matter) error {
	if k == AccountCut || actor.StandsAbove(m, authz.GeneralSecurityOfficer, authz.CISO) {
		return nil
	}
	return fault.New(fault.Forbidden, "統括情報セキュリティ責任者についてはCISOが、CISOについてはCIOが行います。その人に連絡してください。")
}

// lifting is the lock of whoever keeps somebody out of the portal who lifts what keeps others
// out.
const lifting door.Lock = "bars of who lifts them"

// refuseNobodyLeft refuses a bar that would keep the 統括 and the CISO out of the portal, all of
// them at once: nobody could lift it, nor any other.
func (b Bar) refuseNobodyLeft(ctx context.Context, tx *door.Tx) error {
	if !b.Portal {
		return nil
	}
	var last bool
	err := tx.QueryRow(ctx, `
		WITH lifts AS (SELECT DISTINCT h.person_id FROM holding h WHERE h.role = ANY(@roles) AND h.period @> @today::date AND h.rule_period @> @today::date)
		SELECT EXISTS (SELECT FROM lifts WHERE person_id = @person)
		   AND NOT EXISTS (SELECT FROM lifts l WHERE l.person_id <> @person
			AND NOT EXISTS (SELECT FROM portal_barred p WHERE p.person_id = l.person_id AND NOT isempty(p.during) AND coalesce(upper(p.during) > @now::timestamptz, true)))`,
		pgx.StrictNamedArgs{"roles": []authz.Role{authz.GeneralSecurityOfficer, authz.CISO}, "person": b.Person, "today": tx.Today(), "now": tx.Now}).Scan(&last)
	if err != nil {
		return fmt.Errorf("looking who could lift a bar: %w", err)
	}
	if last {
		return fault.New(fault.Conflict, "統括情報セキュリティ責任者とCISOが、だれもこのポータルを使えなくなり、停止を解除できる人がいなくなるため、できません。先に、もう一方の停止を解除するか、ポータル以外の利用権限だけを選んでください。")
	}
	return nil
}

// allow asks leave for what is done with a bar of somebody: by the matter that a case gives, or
// by that of the organization.
func (k Kind) allow(ctx context.Context, tx *door.Tx, actor authz.Actor, person int64, event rights.Event, given *authz.Matter) error {
	if given != nil {
		return tx.Allow(rights.Who(event).Action(actor, *given), *given)
	}
	matter, err := concerning(ctx, tx, person, tx.Today())
	if err != nil {
		return err
	}
	if err := tx.Allow(rights.Who(event).Action(actor, matter), matter); err != nil {
		return err
	}
	return k.refuseBelow(actor, matter)
}

// Hold takes the locks that barring somebody's rights takes, for a change that locks rows of its
// own before it does so.
func Hold(ctx context.Context, tx *door.Tx, person int64) error {
	if err := tx.Take(ctx, lifting); err != nil {
		return err
	}
	return tx.Exclude(ctx, person)
}
