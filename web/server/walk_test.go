package server

import (
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"kagami/internal/authz"
	"kagami/web/screen"
)

// unasked is a Part whose routes nobody asks, with sign-in.
func unasked(routes ...screen.Route) screen.Part {
	return screen.Part{Routes: routes, SignIn: &screen.SignIn{}}
}

func nothing(http.ResponseWriter, *http.Request) error { return nil }

// made makes a portal of Parts that speaks to no database.
func made(t *testing.T, parts ...screen.Part) (*Portal, error) {
	t.Helper()
	ground, err := NewGround(Settings{PublicURL: &url.URL{Scheme: "http", Host: "localhost"}}, nil, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return New(ground, parts)
}

// Every address of the router is one of a Part, but for those that machines ask.
func TestTheRouterHasNoAddressBesideThoseOfTheParts(t *testing.T) {
	t.Parallel()
	p, err := made(t, unasked(screen.Get("/asked", authz.SignedIn, nothing), screen.Get("/open", authz.Public, nothing).ForEverybody()))
	if err != nil {
		t.Fatal(err)
	}
	routes, ok := p.handler.(chi.Routes)
	if !ok {
		t.Fatal("the handler is no router")
	}
	table := map[string]bool{}
	for _, route := range p.Routes() {
		table[route.Method+" "+route.Pattern] = true
	}
	machines := []string{"/healthz", "/readyz", "/static/*"}
	err = chi.Walk(routes, func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if !table[method+" "+pattern] && !slices.Contains(machines, pattern) {
			t.Errorf("%s %s is of no Part", method, pattern)
		}
		delete(table, method+" "+pattern)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for route := range table {
		t.Errorf("%s is of a Part and not in the router", route)
	}
}
