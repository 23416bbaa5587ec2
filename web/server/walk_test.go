package server

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/go-chi/chi/v5"

	"kagami/internal/authz"
)

// Every address of the router stands in one of the tables of routes, with its
// action, but for those that machines ask. Those that know no sessions are for
// everybody.
func TestTheRouterHasNoAddressBesideTheTable(t *testing.T) {
	p, err := New(Config{PublicURL: &url.URL{Scheme: "http", Host: "localhost"}})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	routes, ok := p.handler.(chi.Routes)
	if !ok {
		t.Fatal("the handler is no router")
	}
	table := map[string]bool{}
	for _, route := range p.Routes() {
		if route.Action == "" {
			t.Errorf("%s %s names no action", route.Method, route.Pattern)
		}
		table[route.Method+" "+route.Pattern] = true
	}
	for _, route := range p.OpenRoutes() {
		if route.Action != authz.Public || route.Sensitive {
			t.Errorf("%s %s is open, and asks for %q", route.Method, route.Pattern, route.Action)
		}
		if table[route.Method+" "+route.Pattern] {
			t.Errorf("%s %s stands in both tables", route.Method, route.Pattern)
		}
		table[route.Method+" "+route.Pattern] = true
	}
	machines := []string{"/healthz", "/readyz", "/static/*"}
	err = chi.Walk(routes, func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if !table[method+" "+pattern] && !slices.Contains(machines, pattern) {
			t.Errorf("%s %s is not in the table of routes", method, pattern)
		}
		delete(table, method+" "+pattern)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for route := range table {
		t.Errorf("%s is in the table and not in the router", route)
	}
}
