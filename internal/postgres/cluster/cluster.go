package cluster

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	superuser = "postgres" // sets the cluster up
	// User owns the schema; the portal signs in as it.
	User = "kagami"
	// Database is the portal's.
	Database = "kagami"
)

// Config says where the cluster is.
type Config struct {
	Dir string
	// Fast gives up safety against a crash for speed; for tests only.
	Fast bool
}

// Cluster is a running server.
type Cluster struct {
	dir     *directory
	process *os.Process
	done    <-chan error
}

// Start makes the cluster if need be, starts the server and waits until it
// answers. A portal that was killed, or a machine that lost its power, is
// recovered from here. Unavailable, with a sentence that says what to do, if
// there are no server programs, another portal is at work there, or the place
// cannot serve.
func Start(ctx context.Context, config Config) (*Cluster, error) {
	p, err := findPrograms(ctx)
	if err != nil {
		return nil, err
	}
	o, err := findOwner()
	if err != nil {
		return nil, err
	}
	dir, err := openDirectory(config.Dir, o)
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir}
	if err := c.start(ctx, p, o, config.Fast); err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context, p programs, o owner, fast bool) error {
	if err := c.dir.initialize(ctx, p, o, fast); err != nil {
		return err
	}
	if err := awaitPredecessor(ctx, c.dir.data); err != nil {
		return err
	}
	process, done, err := run(p, o, c.dir, fast)
	if err != nil {
		return err
	}
	c.process, c.done = process, done
	conn, err := c.connect(ctx)
	if err != nil {
		return err
	}
	return errors.Join(setUp(ctx, conn), conn.Close(ctx))
}

// connect tries until the server answers, which after a crash may take as long
// as its recovery.
func (c *Cluster) connect(ctx context.Context) (*pgx.Conn, error) {
	for {
		conn, err := pgx.Connect(ctx, c.SuperuserURL(superuser))
		if err == nil {
			return conn, nil
		}
		select {
		case ended := <-c.done:
			return nil, fmt.Errorf("the server ended before it answered; its log is %s/postgresql.log: %w", c.dir.root, ended)
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// setUp makes the portal's user and database, the first time.
func setUp(ctx context.Context, conn *pgx.Conn) error {
	var there bool
	err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, Database).Scan(&there)
	if err != nil || there {
		return err
	}
	for _, statement := range []string{
		`DO $$ BEGIN
			IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kagami_portal') THEN
				CREATE ROLE kagami_portal NOLOGIN;
			END IF;
			IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kagami') THEN
				CREATE ROLE kagami LOGIN IN ROLE kagami_portal;
			END IF;
		END $$`,
		`CREATE DATABASE ` + Database + ` OWNER ` + User,
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("setting the cluster up: %w", err)
		}
	}
	return nil
}

// URL is the portal's database.
func (c *Cluster) URL() string { return c.url(User, Database) }

// SuperuserURL is a database as the cluster's superuser.
func (c *Cluster) SuperuserURL(database string) string { return c.url(superuser, database) }

// OwnerURL is a database as the schema's owner.
func (c *Cluster) OwnerURL(database string) string { return c.url(User, database) }

func (c *Cluster) url(user, database string) string {
	query := url.Values{"host": {c.dir.socket}, "user": {user}, "sslmode": {"disable"}}
	return "postgres:///" + database + "?" + query.Encode()
}

// Done is closed when the server has ended, be it by itself.
func (c *Cluster) Done() <-chan error { return c.done }

// PID is the server's process number.
func (c *Cluster) PID() int { return c.process.Pid }

// stopLimit is how long the server may take to write everything down.
const stopLimit = time.Minute

// Stop ends the server in order and gives the place free.
func (c *Cluster) Stop() error {
	var err error
	if c.process != nil {
		err = stop(c.process, c.done)
	}
	return errors.Join(err, c.dir.close())
}

func stop(process *os.Process, done <-chan error) error {
	// SIGINT is PostgreSQL's fast shutdown: connections end, all is written.
	if err := process.Signal(syscall.SIGINT); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stopping the server: %w", err)
	}
	select {
	case err := <-done:
		return err
	case <-time.After(stopLimit):
	}
	if err := process.Signal(syscall.SIGQUIT); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stopping the server at once: %w", err)
	}
	return <-done
}
