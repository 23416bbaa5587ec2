package screen

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

func request(remote string, forwarded ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil) //nolint:noctx // it is never sent
	r.RemoteAddr = remote
	for _, value := range forwarded {
		r.Header.Add("X-Forwarded-For", value)
	}
	return r
}

// The client's address is what a trusted proxy says it is, and else where the
// connection comes from.
func TestTheClientsAddressIsTakenFromTrustedProxiesOnly(t *testing.T) {
	t.Parallel()
	trusted := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00::/8"), netip.MustParsePrefix("fe80::/10")}
	for _, c := range []struct {
		name      string
		remote    string
		forwarded []string
		want      string
	}{
		{"no proxy", "192.0.2.1:5000", nil, "192.0.2.1"},
		{"not a proxy of ours", "192.0.2.1:5000", []string{"203.0.113.9"}, "192.0.2.1"},
		{"one proxy", "127.0.0.1:5000", []string{"203.0.113.9"}, "203.0.113.9"},
		{"one proxy that says nothing", "127.0.0.1:5000", nil, "127.0.0.1"},
		{"what the client wrote itself", "127.0.0.1:5000", []string{"198.51.100.1, 203.0.113.9"}, "203.0.113.9"},
		{"two proxies", "127.0.0.1:5000", []string{"203.0.113.9, 10.1.2.3"}, "203.0.113.9"},
		{"two proxies, two headers", "127.0.0.1:5000", []string{"203.0.113.9", "10.1.2.3"}, "203.0.113.9"},
		{"a client that claims to be a proxy", "127.0.0.1:5000", []string{"198.51.100.1, 10.1.2.3, 203.0.113.9"}, "203.0.113.9"},
		{"nothing but proxies", "127.0.0.1:5000", []string{"10.1.2.4, 10.1.2.3"}, "10.1.2.4"},
		{"nonsense", "127.0.0.1:5000", []string{"unknown"}, "127.0.0.1"},
		{"nonsense further left", "127.0.0.1:5000", []string{"unknown, 10.1.2.3"}, "10.1.2.3"},
		{"with ports", "127.0.0.1:5000", []string{"203.0.113.9:61000"}, "203.0.113.9"},
		{"version 6", "[fd00::1]:5000", []string{"2001:db8::9"}, "2001:db8::9"},
		{"version 6 with a port", "[fd00::1]:5000", []string{"[2001:db8::9]:443"}, "2001:db8::9"},
		{"a proxy on the same link", "[fe80::1%eth0]:5000", []string{"2001:db8::9"}, "2001:db8::9"},
		{"version 4 inside 6", "[::ffff:127.0.0.1]:5000", []string{"::ffff:203.0.113.9"}, "203.0.113.9"},
	} {
		if got := clientAddress(request(c.remote, c.forwarded...), trusted); got.String() != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if got := clientAddress(request("127.0.0.1:5000", "203.0.113.9"), nil); got.String() != "127.0.0.1" {
		t.Errorf("without the setting: %s", got)
	}
}

// Whatever a client writes in front, the address that the proxy adds counts.
func TestWhatAClientWritesOfItsAddressNeverCounts(t *testing.T) {
	t.Parallel()
	trusted := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	rapid.Check(t, func(t *rapid.T) {
		forged := rapid.StringMatching(`[0-9a-f:., \[\]]{0,60}`).Draw(t, "forged")
		if got := clientAddress(request("127.0.0.1:5000", forged+", 203.0.113.9"), trusted); got.String() != "203.0.113.9" {
			t.Errorf("%q makes it %s", forged, got)
		}
	})
}
