package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/rights/connector"
	"kagami/internal/rights/connector/reach"
	"kagami/internal/secret"
	"kagami/internal/violation/report"
	"kagami/migrations"
	"kagami/web/server"
)

// keyFile is where the keys are by which secrets are sealed.
type keyFile struct {
	KeyFile string `name:"key-file" placeholder:"FILE" help:"鍵ファイル（既定：データを置く場所の kagami.key。最初の起動で作ります）。環境変数 KAGAMI_KEYS に中身を入れることもできます。" type:"path"`
}

// keysVariable holds the keys themselves where there is no file for them. It is
// no flag: others on the machine can read those.
const keysVariable = "KAGAMI_KEYS"

// path is where the file is, or is to be made.
func (k keyFile) path(d database) (string, error) {
	if k.KeyFile != "" {
		return k.KeyFile, nil
	}
	dir, err := d.dir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "kagami.key"), nil
}

// read finds the keys where they are: NotFound where there is no file.
func (k keyFile) read(d database) (*secret.Keys, error) {
	if text := os.Getenv(keysVariable); text != "" {
		return secret.Read(text)
	}
	path, err := k.path(d)
	if err != nil {
		return nil, err
	}
	keys, err := secret.ReadFile(path)
	if fault.KindOf(err) == fault.NotFound {
		return nil, fault.New(fault.NotFound, fmt.Sprintf("鍵ファイル %s がありません。場所が違うときは、--key-file で指定してください。なくしたときは、ほかのサーバーか控えから写してください（持ち主だけが読めるように chmod 600）。ポータルをまだ動かしていないときは、最初の「kagami serve」が作ります。", path))
	}
	return keys, err
}

// load finds the keys, and makes sure that they are those of the database.
func (k keyFile) load(ctx context.Context, d database, pool *pgxpool.Pool) (*secret.Keys, error) {
	path, err := k.path(d)
	if err != nil {
		return nil, err
	}
	keys, err := secret.Load(ctx, pool, path, os.Getenv(keysVariable))
	if err != nil {
		return nil, err
	}
	return keys, secret.Use(ctx, pool, keys)
}

type keyCommand struct {
	List  keyListCommand  `cmd:"" help:"鍵ファイルの鍵と、データベースが必要としている鍵を示します。"`
	Add   keyAddCommand   `cmd:"" help:"鍵ファイルに、新しい鍵を1本加えます。"`
	Renew keyRenewCommand `cmd:"" help:"秘密を、いちばん新しい鍵で封じ直します。古い鍵は、そのあと鍵ファイルから消せます。"`
}

// onKeys opens the database and its keys for a command. It makes no keys: those who
// ask for the keys of a place where there are none have another place in mind.
func onKeys(ctx context.Context, d database, k keyFile, do func(*pgxpool.Pool, *secret.Keys) error) (err error) {
	keys, err := k.read(d)
	if err != nil {
		return err
	}
	db, err := d.open(ctx)
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
	if err := secret.Use(ctx, pool, keys); err != nil {
		return err
	}
	return do(pool, keys)
}

type keyListCommand struct {
	database
	keyFile
}

// Run lists the keys by their fingerprints, never the keys.
func (c *keyListCommand) Run(ctx context.Context) error {
	return onKeys(ctx, c.database, c.keyFile, func(pool *pgxpool.Pool, keys *secret.Keys) error {
		known, err := secret.Known(ctx, pool)
		if err != nil {
			return err
		}
		for i, one := range keys.Fingerprints() {
			use := "使っていない（消してよい）"
			switch {
			case i == 0:
				use = "いま封じている鍵"
			case slices.Contains(known, one):
				use = "まだ必要"
			}
			fmt.Printf("%s  %s\n", one, use)
		}
		fmt.Println("データベースの控えは、鍵を含みません。鍵ファイルの控えを、別の場所に保管してください。")
		return nil
	})
}

type keyAddCommand struct {
	database
	keyFile
}

// Run adds a key to the file. It needs no database.
func (c *keyAddCommand) Run() error {
	path, err := c.path(c.database)
	if err != nil {
		return err
	}
	if os.Getenv(keysVariable) != "" {
		return fault.New(fault.Unsupported, "鍵が環境変数 "+keysVariable+" にあるため、加えられません。新しい鍵を作って、その1行目に入れてください。")
	}
	if err := secret.Add(path); err != nil {
		return err
	}
	fmt.Printf("%s に新しい鍵を加えました。ほかのサーバーにもこのファイルを写してから、どれかで「kagami key renew」を実行してください。\n", path)
	return nil
}

type keyRenewCommand struct {
	database
	keyFile
}

// Run seals everything by the newest key.
func (c *keyRenewCommand) Run(ctx context.Context) error {
	return onKeys(ctx, c.database, c.keyFile, func(pool *pgxpool.Pool, keys *secret.Keys) error {
		ground, err := server.NewGround(server.Settings{PublicURL: &url.URL{Scheme: "http", Host: "localhost"}, Keys: keys}, pool, time.Now, slog.New(slog.DiscardHandler))
		if err != nil {
			return err
		}
		sealed, err := ground.Factors.SealForPortal(ctx)
		if err != nil {
			return err
		}
		connectors, passwords, err := connector.New(pool, ground.Door, keys, ground.Log, reach.DialPeers).SealForPortal(ctx)
		if err != nil {
			return err
		}
		reporters, names, err := report.New(pool, ground.Door, keys).SealForPortal(ctx)
		if err != nil {
			return err
		}
		sealed += connectors + reporters
		if err := secret.Retire(ctx, pool, keys); err != nil {
			return err
		}
		if passwords+names > 0 {
			fmt.Printf("%d件（連携の秘密 %d件、違反の疑いを報告した人と受付番号 %d件）は、封じた鍵がなくなっているため、封じ直せませんでした。連携の秘密は、画面でもう一度入力してください。\n", passwords+names, passwords, names)
		}
		fmt.Printf("%d件の秘密を、新しい鍵で封じ直しました。鍵ファイルの2行目から後の鍵は、消せます。\n", sealed)
		return nil
	})
}
