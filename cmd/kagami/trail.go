package main

import (
	"context"
	"errors"
	"fmt"

	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/trail"
	"kagami/migrations"
)

type trailCommand struct {
	Verify trailVerifyCommand `cmd:"" help:"監査証跡の各行が、書かれたときのままかを確かめます。"`
}

type trailVerifyCommand struct{ database }

// Run checks every entry of the trail against its hashes.
func (c *trailVerifyCommand) Run(ctx context.Context) (err error) {
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	pool, err := postgres.Open(ctx, db.url)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := postgres.CheckSchema(ctx, pool, migrations.All()); err != nil {
		return err
	}
	n, err := trail.Verify(ctx, pool)
	if altered, ok := errors.AsType[*trail.Altered](err); ok {
		return fault.Wrap(err, fault.Conflict, fmt.Sprintf("監査証跡の%d番が、書かれたときのままではありません。", altered.ID))
	}
	if err != nil {
		return err
	}
	fmt.Printf("監査証跡の%d行は、書かれたときのままです。\n", n)
	return nil
}
