package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/cmd/kagami/parts"
	"kagami/internal/account"
	"kagami/internal/account/factor"
	"kagami/internal/address"
	"kagami/internal/attachment/clamd"
	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/job"
	"kagami/internal/postgres"
	"kagami/internal/sample"
	"kagami/internal/sample/people"
	"kagami/migrations"
	"kagami/web/screen"
	"kagami/web/server"
)

type serveCommand struct {
	database
	keyFile
	Listen    string   `default:"127.0.0.1:8080" help:"待ち受けるアドレス。"`
	PublicURL *url.URL `name:"public-url" placeholder:"URL" help:"利用者がポータルを開く URL。https のときは、Cookie を https だけで送ります。http は、このコンピューターで試すとき（localhost）だけに使えます。"`
	// TrustedProxies are named, never guessed: anyone can send X-Forwarded-For.
	TrustedProxies []netip.Prefix `name:"trusted-proxies" placeholder:"CIDR" help:"前に置くリバースプロキシのアドレス（192.0.2.10/32 など、コンマで区切る）。利用者のアドレスを、ここからの X-Forwarded-For だけから読みます。"`
	Town           string         `default:"鏡石町" help:"画面に出す自治体の名前。"`
	// SecondFactorRoles is nil where nothing was said.
	SecondFactorRoles []string `name:"second-factor-roles" placeholder:"ROLE" help:"二要素認証を必須にする役割（既定：ciso,general_security_officer,administrator。見本の町では none）。none で必須にしません。"`

	singleSignOn `embed:""`

	Public string `enum:"on,off" default:"on" help:"施行中の基本方針を、サインインしない人にも /public で見せます。off で見せません。"`

	Clamd *url.URL `name:"clamd" placeholder:"URL" help:"添付されたファイルを検査するウイルス対策ソフト（ClamAV の clamd）の場所。unix:///run/clamav/clamd.ctl か tcp://ホスト:3310。指定しなければ検査しません。"`

	Demo bool `help:"空のデータベースを見本の町で満たし、アカウントを一度だけ表示します。"`
}

// Run serves until the context ends, and then stops in order: first the pages, and what goes
// on beside them, then the jobs, then the database.
func (c *serveCommand) Run(ctx context.Context) (err error) {
	provider, ways, err := c.choose(c.publicURL())
	if err != nil {
		return err
	}
	scanner, err := c.scanner()
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, fmt.Sprintf("%s で待ち受けられません。ほかのプログラムが使っていないか確かめるか、--listen で別のアドレスを指定してください。", c.Listen))
	}
	defer listener.Close() //nolint:errcheck // closed by the server too
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
	keys, err := c.load(ctx, c.database, pool)
	if err != nil {
		return err
	}
	c.warn()
	p, err := c.build(ctx, pool, server.Settings{Keys: keys, Provider: provider, Ways: ways, Scanner: scanner})
	if err != nil {
		return err
	}
	jobs, err := job.Start(ctx, pool, p.Log, p.MayChange, p.Queues(), p.Jobs()...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop(ctx, jobs)) }()
	go p.Watch(ctx)
	defer p.Finish()
	return serve(ctx, listener, p, db.ended())
}

// stop waits for the jobs under way, for a while.
func stop(ctx context.Context, jobs job.Runner) error {
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return jobs.Stop(ending)
}

// warn says what is likely to be missing in the settings.
func (c *serveCommand) warn() {
	if c.publicURL().Scheme == "https" && len(c.TrustedProxies) == 0 {
		fmt.Println("注意：--trusted-proxies が指定されていません。リバースプロキシの後ろでは、全員が一つのアドレスから来たように数えるため、だれかのサインインの失敗が続くと、ほかの人も待たされます。リバースプロキシのアドレスを、--trusted-proxies 192.0.2.10/32 のように指定してください（環境変数は KAGAMI_TRUSTED_PROXIES）。")
	}
}

// scanner is what looks for viruses; nil where the town has none.
func (c *serveCommand) scanner() (*clamd.Scanner, error) {
	if c.Clamd == nil {
		return nil, nil
	}
	s, err := clamd.New(c.Clamd)
	if err != nil {
		return nil, wrong("clamd", err)
	}
	return s, nil
}

// build makes the portal of its parts, with the settings that were looked at already.
func (c *serveCommand) build(ctx context.Context, pool *pgxpool.Pool, settings server.Settings) (*server.Portal, error) {
	trying, err := c.trying(ctx, pool)
	if err != nil {
		return nil, err
	}
	settings.Town, settings.PublicURL, settings.ProviderName = c.Town, c.publicURL(), c.OIDC.Name
	settings.Demanded, settings.TrustedProxies, settings.HidePublic = c.demanded(trying), c.TrustedProxies, c.Public == "off"
	ground, err := server.NewGround(settings, pool, time.Now, slog.New(slog.NewJSONHandler(os.Stderr, nil)))
	if err != nil {
		return nil, err
	}
	return c.found(ctx, ground, trying)
}

// found makes the portal on its ground, and does what comes before its first
// answer.
func (c *serveCommand) found(ctx context.Context, ground server.Ground, trying bool) (*server.Portal, error) {
	list, err := parts.List(ground)
	if err != nil {
		return nil, err
	}
	if c.Demo {
		if c.SecondFactorRoles == nil && trying {
			fmt.Println("見本の町では、二要素認証をどの役割にも必須にしていません。必須にするときは --second-factor-roles を指定してください。")
		}
		if err := demo(ctx, ground, list); err != nil {
			return nil, err
		}
	}
	p, err := server.New(ground, list)
	if err != nil {
		return nil, err
	}
	if err := p.Start(ctx); err != nil {
		return nil, err
	}
	return p, welcome(ctx, ground)
}

// noRoles says on the command line that no role demands a second factor.
const noRoles = "none"

// Validate refuses roles that there are not; kong calls it.
func (c *serveCommand) Validate() error {
	if len(c.SecondFactorRoles) == 1 && c.SecondFactorRoles[0] == noRoles {
		return nil
	}
	for _, role := range c.SecondFactorRoles {
		if !slices.Contains(authz.Given(), authz.Role(role)) {
			return fmt.Errorf("--second-factor-roles の %q は役割ではありません。%s をコンマで区切って指定するか、none を指定してください。", role, roleNames())
		}
	}
	return nil
}

func roleNames() string {
	var names []string
	for _, role := range authz.Given() {
		names = append(names, string(role))
	}
	return strings.Join(names, ", ")
}

// trying tells whether the portal is there for trying it: the sample town was
// asked for, and the database holds nothing else. A real town is not less
// guarded for having been started like that.
func (c *serveCommand) trying(ctx context.Context, pool *pgxpool.Pool) (bool, error) {
	if !c.Demo {
		return false, nil
	}
	return people.Only(ctx, pool)
}

// demanded are the roles whose holders must have a second factor; for trying it
// is none, unless said otherwise.
func (c *serveCommand) demanded(trying bool) []authz.Role {
	switch {
	case c.SecondFactorRoles == nil && trying:
		return nil
	case c.SecondFactorRoles == nil:
		return factor.DefaultDemanded()
	case len(c.SecondFactorRoles) == 1 && c.SecondFactorRoles[0] == noRoles:
		return nil
	}
	roles := make([]authz.Role, len(c.SecondFactorRoles))
	for i, role := range c.SecondFactorRoles {
		roles[i] = authz.Role(role)
	}
	return roles
}

func (c *serveCommand) publicURL() *url.URL {
	if c.PublicURL != nil {
		return c.PublicURL
	}
	return &url.URL{Scheme: "http", Host: shownAddress(c.Listen)}
}

// welcome prints the link by which the first administrator makes their account,
// as long as nobody has one.
func welcome(ctx context.Context, ground server.Ground) error {
	link, err := ground.Accounts.MakeFirstLink(ctx, authz.AsOperator())
	if fault.KindOf(err) == fault.Conflict {
		return warn(ctx, ground.Accounts)
	}
	if err != nil {
		return err
	}
	fmt.Println("アカウントがまだありません。最初のポータル管理者になる人が、次のアドレスを24時間以内に開いてください。一度だけ使え、起動し直すと新しくなります。")
	fmt.Println(ground.PublicURL.JoinPath(address.Welcome(link.Token)))
	return nil
}

// warn says where nobody could sign in while the provider or the directory can't
// be used. It does not keep the portal from starting: others can sign in now.
func warn(ctx context.Context, accounts *account.Service) error {
	if !accounts.Ways().BreakGlassOnly {
		return nil
	}
	ready, err := accounts.BreakGlassReadyForPortal(ctx)
	if err == nil && !ready {
		fmt.Println("使える非常用のアカウントがありません。ポータル管理者が「アカウント管理」で決めてください。だれもサインインできないときは、--local-passwords all で起動し直してください。")
	}
	return err
}

// demo fills an empty database with the sample town.
func demo(ctx context.Context, ground server.Ground, list []screen.Part) error {
	empty, err := ground.Org.EmptyForPortal(ctx)
	if err != nil {
		return err
	}
	if !empty {
		fmt.Println("データベースは空ではないため、見本の町は作りません。アカウントは、初めて作ったときに表示したものです。新しい見本の町は、--data で別の場所を指定すると作れます。")
		return nil
	}
	town := sample.Town{Now: ground.Now(), Examples: true}
	if err := ground.Fill(ctx, list, &town); err != nil {
		return err
	}
	fmt.Println("見本の町のアカウント（パスワードは、いま一度だけ表示します）")
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "職員番号\tパスワード\t氏名\t職")
	for _, a := range town.Accounts {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", a.StaffNumber, a.Password, a.Name, a.Post)
	}
	return w.Flush()
}

// serve answers requests until the context or the database ends.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, databaseEnded <-chan error) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(slog.NewJSONHandler(os.Stderr, nil), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	fmt.Printf("ポータルは http://%s で動いています。止めるには Ctrl + C を押してください。\n", shownAddress(listener.Addr().String()))
	select {
	case <-ctx.Done():
	case err := <-failed:
		return fmt.Errorf("serving: %w", err)
	case err := <-databaseEnded:
		return errors.Join(fault.New(fault.Unavailable, "PostgreSQL が止まったため、ポータルを止めます。データの場所の postgresql.log を見てください。"), err, server.Close())
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	if err := server.Shutdown(ending); err != nil {
		return errors.Join(err, server.Close())
	}
	return nil
}

// shownAddress is an address for a browser on this machine.
func shownAddress(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsLoopback() || ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
