package personnel_test

import (
	"context"
	"os"
	"testing"

	orgpersonnel "kagami/internal/org/personnel"
	"kagami/internal/policy/policytest"
	"kagami/internal/sample"
	"kagami/internal/sample/policies"
	"kagami/web/acknowledging"
	"kagami/web/personnel"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = servertest.Town{Parts: func(g server.Ground) ([]screen.Part, error) {
	// rights are seen to move on the pages of who has acknowledged
	rooms := policytest.NewRooms(g.Pool, g.Door, g.Now)
	return []screen.Part{personnel.New(orgpersonnel.New(g.Pool, g.Door), g.Org).Part(), acknowledging.New(rooms.Acknowledge).Part(), {Sample: func(ctx context.Context, t *sample.Town) error {
		return policies.Fill(ctx, rooms.Draft, rooms.Publish, rooms.Acknowledge, *t)
	}}}, nil
}}

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }
