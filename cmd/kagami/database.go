package main

import (
	"context"
	"os"
	"path/filepath"

	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/postgres/cluster"
	"kagami/migrations"
)

// database is where the data is: a PostgreSQL of the portal's own, or a given
// one.
type database struct {
	Data        string `placeholder:"DIR" help:"ポータル専用の PostgreSQL を置く場所（既定：root は /var/lib/kagami、ほかは利用者のデータの場所）。" type:"path"`
	DatabaseURL string `name:"database-url" placeholder:"URL" help:"既存の PostgreSQL（15以上）を使うときの URL。ホストは複数書けます。"`
}

// postgresServer is a database that answers.
type postgresServer struct {
	url     string
	cluster *cluster.Cluster // nil with a given database
}

// open starts the private PostgreSQL, unless another is given.
func (d database) open(ctx context.Context) (postgresServer, error) {
	if d.DatabaseURL != "" {
		return postgresServer{url: d.DatabaseURL}, nil
	}
	dir, err := d.dir()
	if err != nil {
		return postgresServer{}, err
	}
	c, err := cluster.Start(ctx, cluster.Config{Dir: dir})
	if err != nil {
		return postgresServer{}, err
	}
	return postgresServer{url: c.URL(), cluster: c}, nil
}

// migrate brings the private database's schema up to date. That of a given one
// is its owner's to change: `kagami migrate up`.
func (s postgresServer) migrate(ctx context.Context) error {
	if s.cluster == nil {
		return nil
	}
	return postgres.Migrate(ctx, s.url, migrations.All())
}

func (s postgresServer) close() error {
	if s.cluster == nil {
		return nil
	}
	return s.cluster.Stop()
}

// ended is closed when the private PostgreSQL ends by itself.
func (s postgresServer) ended() <-chan error {
	if s.cluster == nil {
		return nil
	}
	return s.cluster.Done()
}

func (d database) dir() (string, error) {
	switch {
	case d.Data != "":
		return d.Data, nil
	case os.Geteuid() == 0:
		return "/var/lib/kagami", nil
	}
	if data := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(data) {
		return filepath.Join(data, "kagami"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fault.Wrap(err, fault.Invalid, "データを置く場所が決められません。--data で指定してください。")
	}
	return filepath.Join(home, ".local", "share", "kagami"), nil
}
