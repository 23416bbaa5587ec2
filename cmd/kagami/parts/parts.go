// Package parts is the one list of the portal's capabilities.
package parts

import (
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/find"
	"kagami/internal/policy/follow"
	"kagami/internal/policy/publish"
	"kagami/web/account"
	"kagami/web/portal"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/signin"
)

// List makes the capabilities on a ground, in the order in which home shows them
// and the sample town is made of them.
func List(g server.Ground) ([]screen.Part, error) {
	policies, drafts := policy.New(g.Pool, g.Door, g.Now), draft.New(g.Pool, g.Door, g.Now)
	screens, err := portal.New(g, portal.Rooms{
		Policy: policies, Find: find.New(g.Pool, policies), Follow: follow.New(g.Pool, policies), Draft: drafts,
		Publish: publish.New(g.Pool, g.Door, g.Now, drafts), Acknowledge: acknowledge.New(g.Pool, g.Door, g.Now, policies),
	})
	if err != nil {
		return nil, err
	}
	signIn := signin.New(signin.Services{
		Org: g.Org, Accounts: g.Accounts, Factors: g.Factors, Sessions: g.Sessions, Devices: g.Devices, Attempts: g.Attempts,
		Provider: g.Provider, ProviderName: g.ProviderName,
	})
	accounts := account.New(account.Services{
		Org: g.Org, Accounts: g.Accounts, Factors: g.Factors, SessionStore: g.SessionStore, Sessions: g.Sessions, Devices: g.Devices,
		Attempts: g.Attempts, PublicURL: g.PublicURL, ProviderName: g.ProviderName,
	})
	return []screen.Part{signIn.Part(), screens.Part(), accounts.Part()}, nil
}
