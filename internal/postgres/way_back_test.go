package postgres_test

import (
	"database/sql"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"kagami/internal/postgres"
	"kagami/internal/postgres/pgtest"
	"kagami/migrations"
)

// steps takes the schema back and forth.
func steps(t *testing.T, db pgtest.DB) (*goose.Provider, *sql.DB) {
	t.Helper()
	config, err := pgx.ParseConfig(db.URL)
	if err != nil {
		t.Fatal(err)
	}
	owner := stdlib.OpenDB(*config)
	t.Cleanup(func() {
		if err := owner.Close(); err != nil {
			t.Error(err)
		}
	})
	schema := migrations.All()
	provider, err := goose.NewProvider(goose.DialectPostgres, owner, schema.SQL, goose.WithGoMigrations(schema.Go...))
	if err != nil {
		t.Fatal(err)
	}
	return provider, owner
}

// The steps that a library makes go back too, and forth again.
func TestEveryMigrationGoesBackAndForth(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	provider, owner := steps(t, db)
	if _, err := provider.DownTo(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	var left string
	err := owner.QueryRowContext(t.Context(), `
		SELECT coalesce(string_agg(c.relname, ', '), '') FROM pg_class c
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v') AND c.relname <> 'goose_db_version'`).Scan(&left)
	if err != nil || left != "" {
		t.Errorf("left behind: %s, %v", left, err)
	}
	if err := postgres.Migrate(t.Context(), db.URL, migrations.All()); err != nil {
		t.Error(err)
	}
}

// What a library does takes more than one transaction: cut off, it goes on.
func TestAStepThatWasCutOffIsTakenAgain(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	provider, _ := steps(t, db)
	const library = 13
	if _, err := provider.DownTo(t.Context(), library); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{`DROP TABLE notice`, `DELETE FROM goose_db_version WHERE version_id = 13`} {
		if _, err := db.Owner(t).Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if _, err := provider.UpTo(t.Context(), library); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Owner(t).Exec(t.Context(), `DELETE FROM goose_db_version WHERE version_id = 13`); err != nil {
			t.Fatal(err)
		}
	}
}
