package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"kagami/internal/fault"
	"kagami/migrations"
)

// Migrate brings the schema up to date. url signs in as the schema's owner. Of
// portals that start at once, one migrates and the others wait for it.
func Migrate(ctx context.Context, url string, schema migrations.Schema) error {
	provider, db, err := provider(url, schema)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // nothing is left to lose
	if err := ensureRole(ctx, db); err != nil {
		return err
	}
	if err := denyTemporary(ctx, db); err != nil {
		return err
	}
	pending, err := provider.HasPending(ctx)
	if err != nil {
		return fmt.Errorf("looking at the schema: %w", err)
	}
	if !pending {
		return nil
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("bringing the schema up to date: %w", err)
	}
	return nil
}

// Migration is one step of the schema.
type Migration struct {
	Name      string
	AppliedAt time.Time // zero while it is pending
}

// Migrations lists the schema's steps in order.
func Migrations(ctx context.Context, url string, schema migrations.Schema) ([]Migration, error) {
	provider, db, err := provider(url, schema)
	if err != nil {
		return nil, err
	}
	defer db.Close() //nolint:errcheck // nothing is left to lose
	steps, err := provider.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("looking at the schema: %w", err)
	}
	list := make([]Migration, len(steps))
	for i, step := range steps {
		list[i] = Migration{Name: step.Source.Path, AppliedAt: step.AppliedAt}
	}
	return list, nil
}

func provider(url string, schema migrations.Schema) (*goose.Provider, *sql.DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, nil, fault.New(fault.Unavailable, "データベースの URL を読めません。postgres://利用者@ホスト/データベース名 の形で指定してください。")
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, nil, fmt.Errorf("preparing the migrations: %w", err)
	}
	db := stdlib.OpenDB(*config)
	p, err := goose.NewProvider(goose.DialectPostgres, db, schema.SQL,
		goose.WithSessionLocker(locker), goose.WithGoMigrations(schema.Go...))
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("preparing the migrations: %w", err), db.Close())
	}
	return p, db, nil
}

// ensureRole makes PortalRole if it is missing and the user may, and sees that
// the user is a member.
func ensureRole(ctx context.Context, db *sql.DB) error {
	var there, member, may bool
	err := db.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1),
		       EXISTS (SELECT FROM pg_roles WHERE rolname = $1 AND pg_has_role(current_user, oid, 'MEMBER')),
		       EXISTS (SELECT FROM pg_roles WHERE rolname = current_user AND (rolcreaterole OR rolsuper))`, PortalRole).
		Scan(&there, &member, &may)
	if err != nil {
		return unreachable(err)
	}
	if member {
		return nil
	}
	if !may {
		return fault.New(fault.Unavailable, "データベースの管理者に、次の SQL の実行を頼んでください： CREATE ROLE "+PortalRole+" NOLOGIN; GRANT "+PortalRole+" TO （この利用者）;")
	}
	if !there {
		if _, err := db.ExecContext(ctx, `CREATE ROLE `+PortalRole+` NOLOGIN`); err != nil {
			return fmt.Errorf("making the role that serves: %w", err)
		}
	}
	if _, err := db.ExecContext(ctx, `GRANT `+PortalRole+` TO CURRENT_USER`); err != nil {
		return fmt.Errorf("joining the role that serves: %w", err)
	}
	return nil
}

// denyTemporary lets nobody but the database's owner make temporary tables: the portal needs none, and one
// of them could stand in the place of a table that the owner's functions mean. It is not a step of the
// schema, since a restored or copied database has lost it. Where the user does not own the database, its
// administrator decides.
func denyTemporary(ctx context.Context, db *sql.DB) error {
	var name string
	err := db.QueryRowContext(ctx, `
		SELECT coalesce((SELECT quote_ident(datname) FROM pg_database
			WHERE datname = current_database() AND pg_has_role(current_user, datdba, 'USAGE') AND has_database_privilege($1, oid, 'TEMPORARY')), '')`, PortalRole).Scan(&name)
	if err != nil {
		return unreachable(err)
	}
	if name == "" {
		return nil
	}
	if _, err := db.ExecContext(ctx, `REVOKE TEMPORARY ON DATABASE `+name+` FROM PUBLIC`); err != nil {
		return fmt.Errorf("denying temporary tables: %w", err)
	}
	return nil
}

// ErrOtherSchema is within the error of CheckSchema where the database was reached:
// a program that goes by another schema may read what it understands, and change
// nothing.
var ErrOtherSchema = errors.New("the schema is not that of this program")

// CheckSchema returns Unavailable if the schema that the pool reaches is not
// the one described.
func CheckSchema(ctx context.Context, pool *pgxpool.Pool, schema migrations.Schema) error {
	steps, err := schema.Len()
	if err != nil {
		return err
	}
	var applied int
	err = pool.QueryRow(ctx, `SELECT count(*) FROM goose_db_version WHERE version_id > 0 AND is_applied`).Scan(&applied)
	if IsUnavailable(err) {
		return unreachable(fmt.Errorf("looking at the schema: %w", err))
	}
	if err != nil || applied < steps {
		return fault.Wrap(errors.Join(ErrOtherSchema, err), fault.Unavailable, "データベースの形が古いままです。「kagami migrate up」を、スキーマの所有者の --database-url で実行してください。")
	}
	if applied > steps {
		return fault.Wrap(ErrOtherSchema, fault.Unavailable, "データベースの形が、このプログラムより新しいものです。新しいほうの kagami を使ってください。前の版に戻すには、更新する前の控えから戻してください。")
	}
	return nil
}
