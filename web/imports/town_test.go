package imports_test

import (
	"os"
	"testing"

	"kagami/internal/policy/policytest"
	"kagami/web/imports"
	"kagami/web/portal"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = servertest.Town{Parts: func(g server.Ground) ([]screen.Part, error) {
	rooms := policytest.NewRooms(g.Pool, g.Door, g.Now)
	others, err := portal.New(g, portal.Rooms(rooms))
	if err != nil {
		return nil, err
	}
	return []screen.Part{imports.New(rooms.Draft, g.Org).Part(), others.Part()}, nil
}}

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }
