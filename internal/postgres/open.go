// Package postgres reaches the database: the pool that serves, the migrations,
// transactions, and what the database's errors mean. The private server is in
// package cluster, test databases in pgtest.
package postgres

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/fault"
	"kagami/migrations"
)

// PortalRole is the role that serves: it can add to what is append-only, and
// neither change nor remove it. Whatever user signs in must be a member.
const PortalRole = "kagami_portal"

// minVersion is the oldest server, as server_version_num counts.
const minVersion = 150000

// maxConns is how many connections the pool opens, unless the URL says so
// (pool_max_conns): enough that commits under way share a write to the disk.
const maxConns = 16

// connectTimeout is how long a host may take to let a connection in, unless the URL
// says so: while one that is silent is waited for, its place in the pool is taken.
const connectTimeout = 10 * time.Second

// Open makes the pool that serves, to any PostgreSQL 15 or newer; several hosts
// may stand in the URL, and the one that takes writes is used. Every
// connection works as PortalRole, even where the user who signs in owns the
// schema. Unavailable if the database does not answer or is too old.
func Open(ctx context.Context, url string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "--database-url を読めません。postgres://利用者@ホスト/データベース名 の形で指定してください。")
	}
	if len(config.ConnConfig.Fallbacks) > 0 && config.ConnConfig.ValidateConnect == nil {
		config.ConnConfig.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	if !strings.Contains(url, "pool_max_conns") {
		config.MaxConns = maxConns
	}
	if !strings.Contains(url, "connect_timeout") {
		config.ConnConfig.ConnectTimeout = connectTimeout
	}
	params := config.ConnConfig.RuntimeParams
	params["application_name"] = "kagami"
	params["role"] = PortalRole
	params["timezone"] = "UTC"
	params["jit"] = "off" // no query here is long enough to be worth compiling
	params["statement_timeout"] = "30s"
	params["idle_in_transaction_session_timeout"] = "60s"
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, unreachable(err)
	}
	var version string
	if err := pool.QueryRow(ctx, `SHOW server_version_num`).Scan(&version); err != nil {
		pool.Close()
		return nil, unreachable(err)
	}
	if n, err := strconv.Atoi(version); err != nil || n < minVersion {
		pool.Close()
		return nil, fault.New(fault.Unavailable, fmt.Sprintf("PostgreSQL が古すぎます（%s）。15 以上にしてください。", version))
	}
	return pool, nil
}

func unreachable(err error) error {
	return fault.Wrap(err, fault.Unavailable, "データベースにつながりません。PostgreSQL が動いているか、--database-url が正しいか、利用者が "+PortalRole+" の一員かを確かめてください。")
}

// InTx runs fn in one transaction: all of it, or nothing.
func InTx(ctx context.Context, pool *pgxpool.Pool, fn func(pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, pool, fn)
}

// Ready returns Unavailable, with what to do, unless a portal can do its work on the
// database: it answers, takes writes, and has the schema of this program.
func Ready(ctx context.Context, pool *pgxpool.Pool) error {
	var readOnly bool
	if err := pool.QueryRow(ctx, `SELECT current_setting('transaction_read_only')::boolean`).Scan(&readOnly); err != nil {
		return unreachable(fmt.Errorf("asking whether the database answers: %w", err))
	}
	if readOnly {
		return fault.New(fault.Unavailable, "データベースが読み取り専用です。予備のサーバーにつないでいないか、--database-url と、データベースの default_transaction_read_only を確かめてください。")
	}
	return CheckSchema(ctx, pool, migrations.All())
}
