package server_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"kagami/web/server/servertest"
)

// Pages are compressed for whoever asks from within the portal, as they are
// otherwise; not for another site, and not where one is let in.
func TestPagesAreCompressedForThoseWithin(t *testing.T) {
	t.Parallel()
	p := town.Start(t)
	v, stranger := servertest.SignIn(t, p, town.Holder("税務町民課 職員")), servertest.Visit(t, p)
	plain := v.Get("/permissions").Body
	for name, c := range map[string]struct {
		path, site, accept string
		packed             bool
	}{
		"a link":                    {"/permissions", "same-origin", "gzip, br", true},
		"the address bar":           {"/permissions", "none", "gzip", true},
		"another site":              {"/permissions", "cross-site", "gzip", false},
		"a neighbour":               {"/permissions", "same-site", "gzip", false},
		"an old browser":            {"/permissions", "", "gzip", false},
		"one that can't read it":    {"/permissions", "same-origin", "identity", false},
		"where one is let in":       {"/login", "none", "gzip", false},
		"the answer is a few bytes": {"/healthz", "none", "gzip", false},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, v.Portal.URL+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Accept-Encoding", c.accept) // the client then leaves what comes as it is
		if c.site != "" {
			request.Header.Set("Sec-Fetch-Site", c.site)
		}
		client := v.Client
		if c.path == "/login" {
			client = stranger.Client
		}
		answer, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		if err := answer.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		if packed := answer.Header.Get("Content-Encoding") == "gzip"; packed != c.packed {
			t.Errorf("%s: packed %v", name, packed)
			continue
		}
		if c.packed {
			if len(body) > len(plain)/3 {
				t.Errorf("%s: %d bytes of %d", name, len(body), len(plain))
			}
			body = unpacked(t, string(body))
		}
		if c.path == "/permissions" && string(body) != plain {
			t.Errorf("%s: another page came", name)
		}
	}
}

func unpacked(t *testing.T, packed string) []byte {
	t.Helper()
	in, err := gzip.NewReader(strings.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	whole, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	return whole
}
