package signin_test

import (
	"context"
	"os"
	"testing"

	"kagami/internal/handover"
	"kagami/internal/org/absence"
	"kagami/internal/org/reach"
	"kagami/internal/org/transfer"
	"kagami/internal/policy/policytest"
	"kagami/internal/sample"
	"kagami/internal/sample/policies"
	"kagami/web/account"
	"kagami/web/organization"
	"kagami/web/reading"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

// town has accounts beside sign-in, whose forms ask again who it is, and the pages
// where a sign-in leads to.
var town = servertest.Town{Parts: func(g server.Ground) ([]screen.Part, error) {
	accounts := account.New(account.Services{
		Org: g.Org, Accounts: g.Accounts, Factors: g.Factors, SessionStore: g.SessionStore, Sessions: g.Sessions, Devices: g.Devices,
		Attempts: g.Attempts, PublicURL: g.PublicURL, ProviderName: g.ProviderName,
	})
	rooms := policytest.NewRooms(g.Pool, g.Door, g.Now)
	texts, err := reading.New(reading.Needs{Policy: rooms.Policy, Find: rooms.Find, Follow: rooms.Follow, Draft: rooms.Draft, Publish: rooms.Publish})
	if err != nil {
		return nil, err
	}
	return []screen.Part{
		accounts.Part(), accounts.Managing(), organization.New(g.Org, absence.New(g.Pool, g.Door), transfer.New(g.Pool), reach.New(g.Pool, g.Door), handover.New(g.Pool, g.Door)).Part(), texts.Part(), {Sample: func(ctx context.Context, t *sample.Town) error {
			return policies.Fill(ctx, rooms.Draft, rooms.Publish, rooms.Acknowledge, *t)
		}},
	}, nil
}}

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }
