// Package portal is the portal that is measured: with the sample town, on a cluster that keeps its
// promises to the disk.
package portal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/cmd/bench/figure"
	"kagami/cmd/bench/process"
	"kagami/cmd/kagami/parts"
	"kagami/internal/policy/policytest"
	"kagami/internal/postgres"
	"kagami/internal/postgres/cluster"
	"kagami/internal/sample"
	"kagami/internal/secret"
	"kagami/migrations"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

// Town is a portal with the sample town, on a cluster that keeps its promises
// to the disk.
type Town struct {
	server.Ground
	policytest.Rooms
	Pool   *pgxpool.Pool
	URL    string // as the schema's owner
	Logins []sample.Account
}

// On measures on a town of its own.
func On(ctx context.Context, measure func(t *Town) ([]figure.Figure, error)) (figures []figure.Figure, err error) {
	dir, remove, err := process.Place()
	if err != nil {
		return nil, err
	}
	defer remove()
	c, err := cluster.Start(ctx, cluster.Config{Dir: dir})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Stop()) }()
	if err := postgres.Migrate(ctx, c.URL(), migrations.All()); err != nil {
		return nil, err
	}
	t, err := fill(ctx, c.URL())
	if err != nil {
		return nil, err
	}
	defer t.Pool.Close()
	return measure(t)
}

func fill(ctx context.Context, database string) (*Town, error) {
	pool, err := postgres.Open(ctx, database)
	if err != nil {
		return nil, err
	}
	made, err := servertest.Fill(ctx, pool, time.Now, parts.List)
	if err != nil {
		return nil, err
	}
	ground, err := NewGround(pool)
	return &Town{ground, policytest.NewRooms(pool, ground.Door, time.Now), pool, database, made.Accounts}, err
}

// NewGround is what a portal on localhost stands on.
func NewGround(pool *pgxpool.Pool) (server.Ground, error) {
	settings := server.Settings{Town: "鏡石町", PublicURL: &url.URL{Scheme: "http", Host: "localhost"}, Keys: secret.Random()}
	return server.NewGround(settings, pool, time.Now, slog.New(slog.NewJSONHandler(io.Discard, nil)))
}

// Serve runs the portal until stop.
func (t *Town) Serve() (page *httptest.Server, stop func(), err error) {
	list, err := parts.List(t.Ground)
	if err != nil {
		return nil, nil, err
	}
	handler, err := server.New(t.Ground, list)
	if err != nil {
		return nil, nil, err
	}
	page = httptest.NewServer(handler)
	page.URL = strings.Replace(page.URL, "127.0.0.1", "localhost", 1) // where the portal is at home
	return page, page.Close, nil
}

// Analyze lets the database clear away what is no more and count what it holds, as it does
// by itself before long.
func (t *Town) Analyze(ctx context.Context) (err error) {
	owner, err := pgx.Connect(ctx, t.URL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, owner.Close(ctx)) }()
	_, err = owner.Exec(ctx, `VACUUM (ANALYZE)`)
	return err
}

// SignIn signs somebody in, and returns the cookie of their session.
func SignIn(ctx context.Context, page *httptest.Server, who sample.Account) (*http.Cookie, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	form := url.Values{"login": {who.StaffNumber}, "password": {who.Password}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, page.URL+"/login", strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := (&http.Client{Jar: jar}).Do(request)
	if err != nil {
		return nil, err
	}
	if err := response.Body.Close(); err != nil {
		return nil, err
	}
	for _, cookie := range jar.Cookies(request.URL) {
		if cookie.Name == "kagami" {
			return cookie, nil
		}
	}
	return nil, errors.New("signing in gave no session")
}

// Get returns a page as it comes.
func Get(ctx context.Context, address string, cookie *http.Cookie) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	request.AddCookie(cookie)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close() //nolint:errcheck // it was read only
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", address, response.Status)
	}
	return io.ReadAll(response.Body)
}
