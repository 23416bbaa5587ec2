package personnel_test

import (
	"os"
	"testing"

	"kagami/web/personnel"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = servertest.Town{Parts: func(g server.Ground) ([]screen.Part, error) {
	return []screen.Part{personnel.New(g.Org).Part()}, nil
}}

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }
