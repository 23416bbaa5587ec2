// Package pgtest gives each test a fresh database on a real PostgreSQL: a
// private cluster per test binary, and for each test a copy of one migrated
// template, so that tests run in parallel and see nothing of each other.
//
// The copies are two statements of our own rather than a library's, since the
// cluster has neither a TCP port nor passwords to hand to one.
package pgtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/postgres"
	"kagami/internal/postgres/cluster"
	"kagami/migrations"
)

const template = "template_of_tests"

// Server is the test binary's own PostgreSQL.
type Server struct {
	cluster *cluster.Cluster
	copies  atomic.Int64
}

// Run runs a package's tests with a server for them: in TestMain,
//
//	os.Exit(pgtest.Run(m, &server))
//
// prepare fills the template that the tests' databases are copied from; url
// signs in as the schema's owner.
func Run(m *testing.M, server *Server, prepare ...func(ctx context.Context, url string) error) int {
	code, err := run(m, server, prepare)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

func run(m *testing.M, server *Server, prepare []func(context.Context, string) error) (code int, err error) {
	at := place()
	sweep(at)
	dir, err := os.MkdirTemp(at, prefix)
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a leftover in the temporary directory
	if err := os.Chmod(dir, 0o755); err != nil {
		return 0, err
	}
	ctx := context.Background()
	server.cluster, err = cluster.Start(ctx, cluster.Config{Dir: dir, Fast: true})
	if err != nil {
		return 0, err
	}
	defer func() {
		if stopErr := server.cluster.Stop(); err == nil {
			err = stopErr
		}
	}()
	if err := server.admin(ctx, `CREATE DATABASE `+template+` OWNER `+cluster.User); err != nil {
		return 0, err
	}
	if err := postgres.Migrate(ctx, server.cluster.OwnerURL(template), migrations.All()); err != nil {
		return 0, err
	}
	if err := server.execute(ctx, server.cluster.OwnerURL(template), clock); err != nil {
		return 0, err
	}
	for _, fill := range prepare {
		if err := fill(ctx, server.cluster.OwnerURL(template)); err != nil {
			return 0, err
		}
	}
	return m.Run(), nil
}

const (
	prefix = "kagami-test-" // of each server's directory
	memory = "/dev/shm"     // where Linux keeps files in memory
	room   = 1 << 30        // bytes, of which a server takes some hundred million
)

// place is where the servers' directories go: in memory where there is room, for
// a disk makes the thousand files of each copy slowly, above all after it has
// removed those of others; else where temporary files go.
func place() string {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(memory, &fs); err == nil && fs.Bavail*uint64(fs.Bsize) >= room && syscall.Access(memory, 2 /* W_OK */) == nil {
		return memory
	}
	return os.TempDir()
}

// sweep removes the directories of servers whose tests were killed. Those of
// tests that run are locked, or were made just now.
func sweep(at string) {
	left, _ := filepath.Glob(filepath.Join(at, prefix+"*"))
	for _, dir := range left {
		if info, err := os.Stat(dir); err != nil || time.Since(info.ModTime()) < time.Hour {
			continue
		}
		lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			continue // somebody else's
		}
		if syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			os.RemoveAll(dir) //nolint:errcheck // the next sweep tries again
		}
		lock.Close() //nolint:errcheck // nothing was written
	}
}

func (s *Server) admin(ctx context.Context, statement string) error {
	return s.execute(ctx, s.cluster.SuperuserURL("postgres"), statement)
}

func (s *Server) execute(ctx context.Context, url, statement string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing is left to lose
	_, err = conn.Exec(ctx, statement)
	return err
}

// clock puts one that a test can set in place of the database's own, which goes on
// until then.
const clock = `
	CREATE SCHEMA pgtest;
	CREATE TABLE pgtest.clock (at timestamptz);
	INSERT INTO pgtest.clock VALUES (NULL);
	GRANT USAGE ON SCHEMA pgtest TO ` + postgres.PortalRole + `;
	GRANT SELECT, UPDATE ON pgtest.clock TO ` + postgres.PortalRole + `;
	CREATE OR REPLACE FUNCTION database_clock() RETURNS timestamptz LANGUAGE sql VOLATILE
		RETURN coalesce((SELECT at FROM pgtest.clock), clock_timestamp());`

// DB is one test's database.
type DB struct {
	Pool *pgxpool.Pool // as the portal works
	URL  string        // as the schema's owner
}

// New copies the template for a test; the copy goes with the test.
func (s *Server) New(t testing.TB) DB {
	t.Helper()
	ctx := context.Background()
	name := fmt.Sprintf("test_%d", s.copies.Add(1))
	if err := s.admin(ctx, `CREATE DATABASE `+name+` TEMPLATE `+template+` OWNER `+cluster.User+` STRATEGY file_copy`); err != nil {
		t.Fatalf("copying the template database: %v", err)
	}
	db := DB{URL: s.cluster.OwnerURL(name)}
	pool, err := postgres.Open(ctx, db.URL)
	if err != nil {
		t.Fatalf("opening the test's database: %v", err)
	}
	db.Pool = pool
	t.Cleanup(func() {
		pool.Close()
		if err := s.admin(ctx, `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			t.Errorf("dropping the test's database: %v", err)
		}
	})
	return db
}

// Empty makes a database with nothing in it, for its owner; it goes with the test.
func (s *Server) Empty(t testing.TB) (ownerURL string) {
	t.Helper()
	ctx := context.Background()
	name := fmt.Sprintf("empty_%d", s.copies.Add(1))
	if err := s.admin(ctx, `CREATE DATABASE `+name+` TEMPLATE template0 OWNER `+cluster.User); err != nil {
		t.Fatalf("making an empty database: %v", err)
	}
	t.Cleanup(func() {
		if err := s.admin(ctx, `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			t.Errorf("dropping the empty database: %v", err)
		}
	})
	return s.cluster.OwnerURL(name)
}

// SetClock stops the database's clock at an instant, for what goes by that clock
// rather than by a portal's.
func (db DB) SetClock(t testing.TB, at time.Time) {
	t.Helper()
	if _, err := db.Pool.Exec(context.Background(), `UPDATE pgtest.clock SET at = $1`, at); err != nil {
		t.Fatalf("setting the database's clock: %v", err)
	}
}

// Owner is a connection as the schema's owner, for looking behind the portal's
// back.
func (db DB) Owner(t testing.TB) *pgx.Conn {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, db.URL)
	if err != nil {
		t.Fatalf("signing in as the schema's owner: %v", err)
	}
	t.Cleanup(func() { conn.Close(ctx) }) //nolint:errcheck // nothing is left to lose
	return conn
}
