package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"kagami/cmd/kagami/parts"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/sample/city"
	"kagami/migrations"
	"kagami/web/server"
)

type demoCommand struct {
	database
	keyFile
	People int    `default:"300" placeholder:"N" help:"職員の人数。見本の町の39人より多い分を足します（既定：300）。"`
	Assets int    `default:"300" placeholder:"N" help:"情報資産の件数（既定：300）。"`
	Seed   uint64 `default:"1" placeholder:"S" help:"同じ値なら、足すものがいつも同じになります（既定：1）。"`
}

// The largest town that it fills.
const mostPeople, mostAssets = 100_000, 2_000_000

// Run fills an empty database with a made-up town of a size.
func (c *demoCommand) Run(ctx context.Context) (err error) {
	if c.People < 0 || c.People > mostPeople || c.Assets < 0 || c.Assets > mostAssets {
		return fault.New(fault.Invalid, fmt.Sprintf("職員は%d人まで、情報資産は%d件までで指定してください。", mostPeople, mostAssets))
	}
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	if err := db.migrate(ctx); err != nil {
		return err
	}
	pool, err := postgres.Open(ctx, db.url)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := postgres.CheckSchema(ctx, pool, migrations.All()); err != nil {
		return err
	}
	// what the town has sealed is read by the portal that runs on it
	keys, err := c.load(ctx, c.database, pool)
	if err != nil {
		return err
	}
	ground, err := server.NewGround(server.Settings{Town: "鏡石町", PublicURL: &url.URL{Scheme: "http", Host: "localhost"}, Keys: keys}, pool, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	empty, err := ground.Org.EmptyForPortal(ctx)
	if err != nil {
		return err
	}
	if !empty {
		return fault.New(fault.Conflict, "データベースが空ではないため、見本の町を作りません。--data で、空の場所を指定してください。")
	}
	list, err := parts.List(ground)
	if err != nil {
		return err
	}
	if err := demo(ctx, ground, list); err != nil {
		return err
	}
	if err := city.Grow(ctx, pool, ground.Now(), city.Size{People: c.People, Assets: c.Assets, Seed: c.Seed}); err != nil {
		return err
	}
	fmt.Printf("職員を%d人まで、情報資産を%d件まで増やしました（見本の町のほうが多いときは、そのままです）。「kagami serve」で動かせます。\n", c.People, c.Assets)
	return nil
}
