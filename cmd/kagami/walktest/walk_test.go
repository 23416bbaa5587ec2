package walktest

import (
	"os"
	"testing"

	"kagami/cmd/kagami/parts"
	"kagami/web/server/servertest"
)

var town = servertest.Town{Parts: parts.List}

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }
