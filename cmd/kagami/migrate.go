package main

import (
	"context"
	"errors"
	"fmt"

	"kagami/internal/postgres"
	"kagami/migrations"
)

type migrateCommand struct {
	Up     migrateUpCommand     `cmd:"" help:"スキーマを新しくします。"`
	Status migrateStatusCommand `cmd:"" help:"スキーマの状態を表示します。"`
}

type migrateUpCommand struct{ database }

// Run brings the schema up to date, signing in as its owner.
func (c *migrateUpCommand) Run(ctx context.Context) (err error) {
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	if err := postgres.Migrate(ctx, db.url, migrations.All()); err != nil {
		return err
	}
	fmt.Println("スキーマは最新です。")
	return nil
}

type migrateStatusCommand struct{ database }

// Run lists the schema's steps.
func (c *migrateStatusCommand) Run(ctx context.Context) (err error) {
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	steps, err := postgres.Migrations(ctx, db.url, migrations.All())
	if err != nil {
		return err
	}
	for _, step := range steps {
		if step.AppliedAt.IsZero() {
			fmt.Printf("まだ　%s\n", step.Name)
			continue
		}
		fmt.Printf("済み　%s　%s\n", step.Name, step.AppliedAt.Format("2006-01-02 15:04:05"))
	}
	return nil
}
