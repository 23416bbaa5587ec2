package client_test

import (
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"kagami/internal/fault"
	"kagami/internal/rights/connector/peer/client"
)

func newClient(t *testing.T, address, authority string) *client.Client {
	t.Helper()
	c, err := client.New(address, authority)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestOnlyATrustedServerIsSpokenTo(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") })) //nolint:errcheck // the test reads it
	t.Cleanup(server.Close)
	authority := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	answer, err := newClient(t, server.URL, authority).Do(t.Context(), client.Request{Method: http.MethodGet})
	if err != nil || string(answer.Body) != "ok" {
		t.Errorf("a trusted one answers %q, %v", answer.Body, err)
	}
	_, err = newClient(t, server.URL, "").Do(t.Context(), client.Request{Method: http.MethodGet})
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "x509") {
		t.Errorf("one of an unknown authority: %v", err)
	}
}

func TestWhatIsAskedForStaysBelowTheAddress(t *testing.T) {
	t.Parallel()
	var asked string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked = r.RequestURI }))
	t.Cleanup(server.Close)
	for want, parts := range map[string][]string{
		"/a/b/Users/u1?x=1":          {"Users", "u1"},
		"/a/b/Users/..%2F..%2Fc?x=1": {"Users", "../../c"},
		"/a/b/%2F%2Fevil?x=1":        {"//evil"},
		"/a/b/%3Fy=2?x=1":            {"?y=2"},
		"/a/b/?x=1":                  nil,
	} {
		if _, err := newClient(t, server.URL+"/a/b/", "").Do(t.Context(), client.Request{Method: http.MethodGet, Path: parts, Query: url.Values{"x": {"1"}}}); err != nil {
			t.Error(err)
		}
		if asked != want {
			t.Errorf("%q is asked as %s, not %s", parts, asked, want)
		}
	}
	for _, part := range []string{"", ".", ".."} {
		asked = ""
		_, err := newClient(t, server.URL, "").Do(t.Context(), client.Request{Method: http.MethodGet, Path: []string{"Users", part}})
		if fault.KindOf(err) != fault.NotFound || asked != "" {
			t.Errorf("%q is asked as %s: %v", part, asked, err)
		}
	}
}

// The library names the address in a failure, which could tell of a person.
func TestAFailureTellsNothingOfWhatWasAsked(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	_, err := newClient(t, server.URL, "").Do(t.Context(), client.Request{Method: http.MethodGet, Path: []string{"Users", "hanako"}, Query: url.Values{"filter": {"00200"}}})
	if err == nil || strings.Contains(err.Error(), "hanako") || strings.Contains(err.Error(), "00200") {
		t.Errorf("it says %v", err)
	}
}
