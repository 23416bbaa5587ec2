package papers_test

import (
	"os"
	"testing"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/asset/paper"
	"kagami/web/asset/assettest"
	"kagami/web/asset/papers"
	"kagami/web/screen"
	"kagami/web/server"
)

var town = assettest.Town(func(g server.Ground, register *asset.Service, _ *find.Service) []screen.Part {
	return []screen.Part{papers.New(register, paper.New(g.Pool, g.Door, register), g.Attachments).Part()}
})

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }
