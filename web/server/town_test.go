package server_test

import (
	"os"
	"testing"

	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

// town has nothing but what the server shows itself, and sign-in.
var town = servertest.Town{Parts: func(server.Ground) ([]screen.Part, error) { return nil, nil }}

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }
