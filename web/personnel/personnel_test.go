package personnel_test

import (
	"os"
	"testing"

	orgpersonnel "kagami/internal/org/personnel"
	"kagami/web/personnel"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = servertest.Town{Parts: func(g server.Ground) ([]screen.Part, error) {
	return []screen.Part{personnel.New(orgpersonnel.New(g.Pool, g.Door)).Part()}, nil
}}

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }
