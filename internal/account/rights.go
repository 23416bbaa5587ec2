package account

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/account/session"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/state"
)

// SuspensionCounter counts the suspensions and their ends.
var SuspensionCounter = state.Counted("suspension")

// Rights are what rights depend on: what somebody holds, and whether their
// account is suspended. Who is confined is nobody.
func Rights() door.Rights { return RightsConfining(nil) }

// RightsConfining are Rights that go by a confinement.
func RightsConfining(c *session.Confinement) door.Rights {
	return door.Rights{Counters: []state.Counter{org.ChangeCounter, SuspensionCounter}, Find: findActor, Confined: findConfined(c)}
}

// findActor is org.FindActor, and Unauthenticated for whose account, or right to use the
// portal, is suspended.
func findActor(ctx context.Context, db postgres.Querier, person int64, at time.Time) (authz.Actor, error) {
	var suspended bool
	err := db.QueryRow(ctx, `SELECT EXISTS (SELECT FROM account WHERE person_id = @person AND suspended_at IS NOT NULL) OR `+barred("@person::bigint"),
		pgx.StrictNamedArgs{"person": person, "now": at}).Scan(&suspended)
	if err != nil {
		return authz.Actor{}, fmt.Errorf("looking whether an account is suspended: %w", err)
	}
	if suspended {
		return authz.Actor{}, fault.New(fault.Unauthenticated, "このアカウントは利用を止められています。変更は記録していません。総務課に連絡してください。")
	}
	return org.FindActor(ctx, db, person, calendar.Day(at))
}

// findConfined looks up whom a confinement admits, without the roles that they hold. Who is no
// longer barred is nobody too: what they begin now, they begin by signing in anew.
func findConfined(c *session.Confinement) func(ctx context.Context, db postgres.Querier, person int64, at time.Time) (authz.Actor, error) {
	return func(ctx context.Context, db postgres.Querier, person int64, at time.Time) (authz.Actor, error) {
		var confined bool
		err := db.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM account WHERE person_id = @person AND suspended_at IS NOT NULL) AND `+c.Confines("@person::bigint", "@now::timestamptz"),
			pgx.StrictNamedArgs{"person": person, "now": at}).Scan(&confined)
		if err != nil {
			return authz.Actor{}, fmt.Errorf("looking whether somebody may answer: %w", err)
		}
		if !confined {
			return authz.Actor{}, fault.New(fault.Unauthenticated, "ここで答えられる件がなくなったか、利用の停止が変わりました。変更は記録していません。もう一度サインインしてください。")
		}
		actor, err := org.FindActor(ctx, db, person, calendar.Day(at))
		return actor.Confine(), err
	}
}
