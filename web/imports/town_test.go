package imports_test

import (
	"context"
	"os"
	"testing"

	"kagami/internal/policy/policytest"
	"kagami/internal/sample"
	"kagami/internal/sample/policies"
	"kagami/web/drafting"
	"kagami/web/imports"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = servertest.Town{Parts: func(g server.Ground) ([]screen.Part, error) {
	rooms := policytest.NewRooms(g.Pool, g.Door, g.Now)
	return []screen.Part{imports.New(rooms.Draft, g.Org).Part(), drafting.New(rooms.Draft, rooms.Publish).Part(), {Sample: func(ctx context.Context, t *sample.Town) error {
		return policies.Fill(ctx, rooms.Draft, rooms.Publish, rooms.Acknowledge, *t)
	}}}, nil
}}

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }
