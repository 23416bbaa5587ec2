// Package servertest runs a whole portal with the sample town for tests: in
// each test a fresh copy of the town, and a clock that the test moves.
package servertest

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/account"
	"kagami/internal/account/openid"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/notice"
	"kagami/internal/org"
	"kagami/internal/policy"
	"kagami/internal/postgres"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/sample"
	"kagami/web/server"
)

// Morning is when tests begin: Tuesday, 24 November 2026, nine o'clock in Tokyo.
var Morning = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

const townName = "鏡石町"

// Town is the sample town of a test binary; Fill makes it in the template.
type Town struct {
	Accounts []sample.Account
}

// Services are the domains on a database.
type Services struct {
	Org      *org.Service
	Accounts *account.Service
	Factors  *account.SecondFactors // of a portal on localhost; none is demanded
	Policy   *policy.Service
	Notices  *notice.Service
	Door     *door.Door
}

// NewServices makes the domains on a pool, with a clock.
func NewServices(pool *pgxpool.Pool, now func() time.Time) (Services, error) {
	d := door.New(pool, now)
	accounts := account.New(pool, d)
	factors, err := account.NewSecondFactors(account.FactorsConfig{
		Pool: pool, Door: d, Accounts: accounts, Now: now, Town: townName, PublicURL: &url.URL{Scheme: "http", Host: "localhost"},
	})
	return Services{
		Org: org.New(pool, d), Accounts: accounts, Factors: factors, Policy: policy.New(pool, d, now),
		Notices: notice.New(pool, d.Now, policy.Topics()...), Door: d,
	}, err
}

// Fill makes the sample town in the database at url; hand it to pgtest.Run.
func (t *Town) Fill(ctx context.Context, url string) error {
	pool, err := postgres.Open(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	now := func() time.Time { return Morning }
	s, err := NewServices(pool, now)
	if err != nil {
		return err
	}
	t.Accounts, err = sample.Fill(ctx, sample.Town{Org: s.Org, Accounts: s.Accounts, Policy: s.Policy, Now: now})
	return err
}

// Holder is the first account whose post has that title, such as 総務課長 or
// 税務町民課 職員.
func (t *Town) Holder(post string) sample.Account {
	for _, a := range t.Accounts {
		if a.Post == post {
			return a
		}
	}
	panic("the sample town has no " + post)
}

// Portal is a running portal.
type Portal struct {
	Services
	URL   string // on localhost: passkeys need a name
	Clock *Clock
	Log   *Log
	DB    pgtest.DB
}

// Start runs a portal on a fresh copy of the town until the test ends. Holders
// of the demanded roles must have a second factor.
func Start(t testing.TB, server *pgtest.Server, demanded ...authz.Role) *Portal {
	t.Helper()
	return StartOn(t, server.New(t), demanded...)
}

// StartUnused runs a portal that nobody uses yet: the town without its people.
func StartUnused(t testing.TB, server *pgtest.Server) *Portal {
	t.Helper()
	db := server.New(t)
	owner := db.Owner(t)
	// behind the portal's back: what is append-only stands in the way
	_, err := owner.Exec(context.Background(), `
		DO $$ DECLARE guarded regclass; BEGIN
			FOR guarded IN SELECT DISTINCT tgrelid FROM pg_trigger WHERE NOT tgisinternal LOOP
				EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', guarded);
			END LOOP;
		END $$;
		TRUNCATE person, role_rule CASCADE`)
	if err != nil {
		t.Fatal(err)
	}
	return StartOn(t, db)
}

// SignOn is how people sign in beside the portal's own passwords.
type SignOn struct {
	Ways account.Ways
	// Provider makes the identity provider, of where it sends people back to; nil
	// for none.
	Provider func(callback string) *openid.Provider
}

// StartOn runs a portal on a database that others may use too.
func StartOn(t testing.TB, db pgtest.DB, demanded ...authz.Role) *Portal {
	t.Helper()
	return StartWith(t, db, SignOn{}, demanded...)
}

// StartWith is StartOn with other ways to sign in.
func StartWith(t testing.TB, db pgtest.DB, signOn SignOn, demanded ...authz.Role) *Portal {
	t.Helper()
	p := &Portal{Clock: &Clock{now: Morning}, Log: &Log{}, DB: db}
	var err error
	if p.Services, err = NewServices(p.DB.Pool, p.Clock.Now); err != nil {
		t.Fatal(err)
	}
	p.Accounts = p.Accounts.With(signOn.Ways)
	web := httptest.NewUnstartedServer(nil)
	_, port, err := net.SplitHostPort(web.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	public := &url.URL{Scheme: "http", Host: net.JoinHostPort("localhost", port)}
	p.URL = public.String()
	p.Factors, err = account.NewSecondFactors(account.FactorsConfig{
		Pool: p.DB.Pool, Door: p.Door, Accounts: p.Accounts, Now: p.Clock.Now, Town: townName, PublicURL: public, Demanded: demanded,
	})
	if err != nil {
		t.Fatal(err)
	}
	var provider *openid.Provider
	if signOn.Provider != nil {
		provider = signOn.Provider(public.JoinPath(server.CallbackPath).String())
	}
	handler, err := server.New(server.Config{
		Town: townName, PublicURL: public, Pool: p.DB.Pool, Provider: provider, ProviderName: "庁内認証",
		Org: p.Org, Accounts: p.Accounts, Factors: p.Factors, Policy: p.Policy, Notices: p.Notices, Now: p.Clock.Now,
		Log: slog.New(slog.NewJSONHandler(p.Log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	web.Config.Handler = handler
	web.Start()
	t.Cleanup(func() {
		web.Close()
		handler.Close()
	})
	return p
}

// Actor is a person with their roles of today.
func (p *Portal) Actor(t testing.TB, a sample.Account) authz.Actor {
	t.Helper()
	actor, err := p.Org.ActorOn(context.Background(), a.Person, calendar.Day(p.Clock.Now()))
	if err != nil {
		t.Fatal(fmt.Errorf("looking up %s: %w", a.Post, err))
	}
	return actor
}

// Clock is a clock that a test moves.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the clock's instant.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock on.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Log is what the portal has written to its log.
type Log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *Log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

// Lines are the log's lines so far.
func (l *Log) Lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Split(strings.TrimSpace(l.b.String()), "\n")
}

// Routes are the addresses of any portal.
func Routes() []server.Route { return (&server.Portal{}).Routes() }
