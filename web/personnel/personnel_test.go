package personnel_test

import (
	"os"
	"testing"

	"kagami/internal/policy/policytest"
	"kagami/web/personnel"
	"kagami/web/portal"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = servertest.Town{Parts: func(g server.Ground) ([]screen.Part, error) {
	screens, err := portal.New(g, portal.Rooms(policytest.NewRooms(g.Pool, g.Door, g.Now)))
	if err != nil {
		return nil, err
	}
	return []screen.Part{screens.Part(), personnel.New(g.Org).Part()}, nil
}}

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }
