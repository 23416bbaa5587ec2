package org

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
)

// keepingOffices makes a change of who holds what, and refuses it where it would
// leave nobody as ポータル管理者, or in one of the other roles, from an earlier day
// on than without it. It is for a change that has taken the Lock.
func keepingOffices(ctx context.Context, tx *door.Tx, change func() error, roles ...authz.Role) error {
	roles = append(roles, authz.Administrator)
	before, err := firstDaysWithout(ctx, tx, tx.Today(), roles)
	if err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	return keptSince(ctx, tx, before, roles)
}

// keptSince refuses a change where one of the roles has nobody from an earlier day on
// than before it.
func keptSince(ctx context.Context, tx *door.Tx, before map[authz.Role]calendar.Date, roles []authz.Role) error {
	after, err := firstDaysWithout(ctx, tx, tx.Today(), roles)
	if err != nil {
		return err
	}
	for _, role := range roles {
		empty, is := after[role]
		was, had := before[role]
		if is && (!had || empty.Before(was)) {
			return fault.New(fault.Conflict, fmt.Sprintf(
				"この変更をすると、%sから%sがいなくなります。先に、ほかの人をその役割にしてから、もう一度行ってください。", calendar.Wareki(empty), role.Title()))
		}
	}
	return nil
}

// firstDaysWithout finds, for each role, the first day from today on when nobody
// holds it; none where somebody always does.
func firstDaysWithout(ctx context.Context, db postgres.Querier, today calendar.Date, roles []authz.Role) (map[authz.Role]calendar.Date, error) {
	rows, err := db.Query(ctx, `
		WITH held AS (SELECT role, period * rule_period AS period FROM holding WHERE role = ANY($1) AND period && daterange($2, NULL) AND rule_period && daterange($2, NULL)),
		turning AS (SELECT r.role, $2::date AS day FROM unnest($1::text[]) r(role)
		            UNION SELECT role, upper(period) FROM held WHERE NOT upper_inf(period) AND upper(period) > $2)
		SELECT t.role, min(t.day) FROM turning t
		WHERE NOT EXISTS (SELECT FROM held h WHERE h.role = t.role AND h.period @> t.day)
		GROUP BY t.role`, roles, today)
	if err != nil {
		return nil, fmt.Errorf("looking who is left in a role: %w", err)
	}
	days := map[authz.Role]calendar.Date{}
	var (
		role authz.Role
		day  calendar.Date
	)
	if _, err := pgx.ForEachRow(rows, []any{&role, &day}, func() error { days[role] = day; return nil }); err != nil {
		return nil, fmt.Errorf("looking who is left in a role: %w", err)
	}
	return days, nil
}
