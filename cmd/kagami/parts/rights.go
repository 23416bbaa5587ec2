package parts

import (
	"context"

	"kagami/internal/authz"
	"kagami/internal/rights/connector"
	"kagami/internal/rights/intake"
)

// unknownAccounts is how the ledger of accounts is offered what a directory alone has.
func unknownAccounts(connectors *connector.Service) func(context.Context, authz.Actor) ([]intake.Account, error) {
	return func(ctx context.Context, actor authz.Actor) ([]intake.Account, error) {
		if actor.Reach(authz.ReadConnectors) == authz.None {
			return nil, nil
		}
		list, err := connectors.Unknown(ctx, actor)
		accounts := make([]intake.Account, len(list))
		for i, d := range list {
			accounts[i] = intake.Account{System: d.SystemCode, Login: d.Login, Number: d.Number, Name: d.Person}
		}
		return accounts, err
	}
}
