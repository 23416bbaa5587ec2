package handout_test

import (
	"os"
	"testing"

	"kagami/internal/asset"
	"kagami/internal/asset/export"
	"kagami/internal/asset/filebook"
	"kagami/internal/asset/find"
	"kagami/web/asset/assettest"
	"kagami/web/asset/handout"
	"kagami/web/screen"
	"kagami/web/server"
)

var town = assettest.Town(func(g server.Ground, register *asset.Service, finding *find.Service) []screen.Part {
	return []screen.Part{handout.New(export.New(g.Pool, g.Now, register, finding), filebook.New(g.Pool, g.Door, register, finding), g.PublicURL).Part()}
})

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }
