package parts

import (
	"context"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/rights/connector/outcome"
	"kagami/internal/rights/intake"
)

// unknownAccounts is how the ledger of accounts is offered what a directory alone has.
func unknownAccounts(outcomes *outcome.Service) func(context.Context, authz.Actor, int) ([]intake.Account, error) {
	return func(ctx context.Context, actor authz.Actor, most int) ([]intake.Account, error) {
		list, err := outcomes.Unknown(ctx, actor, most)
		accounts := make([]intake.Account, len(list))
		for i, a := range list {
			accounts[i] = intake.Account{System: a.SystemCode, Login: a.Login, Number: a.Number, Name: a.Person, Since: calendar.Day(a.FirstSeen)}
		}
		return accounts, err
	}
}

// carriedOut is how the ledger learns how far its rights have reached the systems, and how the
// directories differ from it.
func carriedOut(outcomes *outcome.Service) func(context.Context, authz.Actor, []intake.Use) (map[intake.Use]intake.Carried, error) {
	return func(ctx context.Context, actor authz.Actor, uses []intake.Use) (map[intake.Use]intake.Carried, error) {
		people, systems := make([]int64, len(uses)), make([]int64, len(uses))
		for i, u := range uses {
			people[i], systems[i] = u.Person, u.System
		}
		list, err := outcomes.Of(ctx, actor, people, systems)
		carried := make(map[intake.Use]intake.Carried, len(list))
		for _, o := range list {
			c := intake.Carried{State: o.State.Title()}
			for i, d := range o.Differences {
				if i == 0 {
					c.Since = calendar.Day(d.FirstSeen)
				}
				c.Differences = append(c.Differences, d.Words())
			}
			carried[intake.Use{Person: o.Person, System: o.System}] = c
		}
		return carried, err
	}
}
