package account_test

import (
	"os"
	"testing"

	"kagami/web/account"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

// town has home beside accounts, where every sign-in leads to and where what was
// done to an account is told.
var town = servertest.Town{Parts: func(g server.Ground) ([]screen.Part, error) {
	accounts := account.New(account.Services{
		Org: g.Org, Accounts: g.Accounts, Factors: g.Factors, SessionStore: g.SessionStore, Sessions: g.Sessions, Devices: g.Devices,
		Attempts: g.Attempts, PublicURL: g.PublicURL, ProviderName: g.ProviderName,
	})
	return []screen.Part{accounts.Part(), accounts.Managing()}, nil
}}

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }
