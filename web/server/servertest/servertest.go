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
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/account/accounttest"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/postgres"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/sample"
	"kagami/internal/secret"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/signin"
)

// Morning is when tests begin: Tuesday, 24 November 2026, nine o'clock in Tokyo.
var Morning = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

const townName = "鏡石町"

// Parts makes the Parts that a portal serves, on its ground.
type Parts func(server.Ground) ([]screen.Part, error)

// withSignIn adds sign-in to Parts that have none.
func (parts Parts) withSignIn(g server.Ground) ([]screen.Part, error) {
	list, err := parts(g)
	if err != nil || slices.ContainsFunc(list, func(part screen.Part) bool { return part.SignIn != nil }) {
		return list, err
	}
	return append(list, signin.New(signin.Services{
		Org: g.Org, Accounts: g.Accounts, Factors: g.Factors, SessionStore: g.SessionStore, Sessions: g.Sessions, Devices: g.Devices, Attempts: g.Attempts, Questions: g.Questions,
		Provider: g.Provider, ProviderName: g.ProviderName,
	}).Part()), nil
}

// Town is the sample town of a test binary, whose portals serve some Parts: those
// that the tests are about. Sign-in comes to them by itself.
type Town struct {
	sample.Town
	Parts Parts

	databases pgtest.Server
}

// Run makes the town, and runs a test binary's tests; hand its result to os.Exit.
func (t *Town) Run(m *testing.M) int { return pgtest.Run(m, &t.databases, t.fill) }

// fill makes the town in the database at url.
func (t *Town) fill(ctx context.Context, url string) error {
	pool, err := postgres.Open(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	t.Town, err = Fill(ctx, pool, func() time.Time { return Morning }, t.Parts)
	return err
}

// Fill makes the sample town of some Parts in an empty database.
func Fill(ctx context.Context, pool *pgxpool.Pool, now func() time.Time, parts Parts) (sample.Town, error) {
	town := sample.Town{Now: now()}
	ground, err := server.NewGround(server.Settings{Town: townName, PublicURL: &url.URL{Scheme: "http", Host: "localhost"}, Keys: secret.Random(), PasswordCost: &accounttest.LowCost}, pool, now, slog.New(slog.DiscardHandler))
	if err != nil {
		return town, err
	}
	list, err := parts(ground)
	if err != nil {
		return town, err
	}
	err = ground.Fill(ctx, list, &town)
	return town, err
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

// Database is a fresh copy of the town.
func (t *Town) Database(tb testing.TB) pgtest.DB { return t.databases.New(tb) }

// Portal is a running portal.
type Portal struct {
	server.Ground
	Server *server.Portal
	URL    string // on localhost: passkeys need a name
	Clock  *Clock
	Log    *Log // what it has written to its log
	DB     pgtest.DB
}

// Start runs a portal on a fresh copy of the town until the test ends. Holders
// of the demanded roles must have a second factor.
func (t *Town) Start(tb testing.TB, demanded ...authz.Role) *Portal {
	tb.Helper()
	return t.StartOn(tb, t.Database(tb), demanded...)
}

// StartUnused runs a portal that nobody uses yet: the town without its people.
func (t *Town) StartUnused(tb testing.TB) *Portal {
	tb.Helper()
	db := t.Database(tb)
	owner := db.Owner(tb)
	// behind the portal's back: what is append-only stands in the way
	_, err := owner.Exec(context.Background(), `
		DO $$ DECLARE guarded regclass; BEGIN
			FOR guarded IN SELECT DISTINCT tgrelid FROM pg_trigger WHERE NOT tgisinternal LOOP
				EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', guarded);
			END LOOP;
		END $$;
		TRUNCATE person, role_rule CASCADE`)
	if err != nil {
		tb.Fatal(err)
	}
	return t.StartOn(tb, db)
}

// StartOn runs a portal on a database that others may use too.
func (t *Town) StartOn(tb testing.TB, db pgtest.DB, demanded ...authz.Role) *Portal {
	tb.Helper()
	return t.StartWith(tb, db, func(s *server.Settings) { s.Demanded = demanded })
}

// StartWith is StartOn with other settings.
func (t *Town) StartWith(tb testing.TB, db pgtest.DB, change func(*server.Settings)) *Portal {
	tb.Helper()
	web := httptest.NewUnstartedServer(nil)
	_, port, err := net.SplitHostPort(web.Listener.Addr().String())
	if err != nil {
		tb.Fatal(err)
	}
	settings := server.Settings{Town: townName, PublicURL: &url.URL{Scheme: "http", Host: net.JoinHostPort("localhost", port)}}
	settings.Keys, settings.PasswordCost = secret.Random(), &accounttest.LowCost
	change(&settings)
	p, err := t.New(tb, db, settings)
	if err != nil {
		tb.Fatal(err)
	}
	p.URL = settings.PublicURL.String()
	web.Config.Handler = p.Server
	web.Start()
	tb.Cleanup(web.Close)
	return p
}

// New makes a portal that answers no requests by itself, with an error where the
// settings are not ones that it can be made with.
func (t *Town) New(tb testing.TB, db pgtest.DB, settings server.Settings) (*Portal, error) {
	tb.Helper()
	p := &Portal{Clock: &Clock{now: Morning, set: func(at time.Time) { db.SetClock(tb, at) }}, Log: &Log{}, DB: db}
	db.SetClock(tb, Morning)
	var err error
	if p.Ground, err = server.NewGround(settings, db.Pool, p.Clock.Now, slog.New(slog.NewJSONHandler(p.Log, nil))); err != nil {
		return nil, err
	}
	parts, err := t.Parts.withSignIn(p.Ground)
	if err != nil {
		return nil, err
	}
	p.Server, err = server.New(p.Ground, parts)
	return p, err
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

// Transfer moves somebody to another section today, as one of its 職員.
func (p *Portal) Transfer(t testing.TB, who sample.Account, section string) {
	t.Helper()
	_, err := p.DB.Pool.Exec(context.Background(), `
		WITH gone AS (UPDATE appointment SET period = daterange(lower(period), $2) WHERE person_id = $1)
		INSERT INTO appointment (person_id, post_id, single_holder, period)
		SELECT $1, po.id, po.single_holder, daterange($2, NULL) FROM post po JOIN section s ON s.id = po.section_id
		WHERE s.code = $3 AND po.title = '職員'`, who.Person, calendar.Day(p.Clock.Now()), section)
	if err != nil {
		t.Fatal(err)
	}
}

// Clock is a clock that a test moves, and the database's with it.
type Clock struct {
	mu  sync.Mutex
	now time.Time
	set func(time.Time) // the database's
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
	c.set(c.now)
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

// Routes are the addresses for people who sign in, and those where they do.
func (p *Portal) Routes() []screen.Route {
	return slices.DeleteFunc(p.Server.Routes(), func(route screen.Route) bool { return route.Sessionless })
}
