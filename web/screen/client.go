package screen

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// ClientAddress is where a request comes from, as far as a portal's proxies are
// to be believed.
func ClientAddress(r *http.Request) netip.Addr {
	return clientAddress(r, VisitOf(r.Context()).TrustedProxies)
}

// clientAddress is where a request comes from. What a proxy says of it counts
// only if the proxy is one of those that the setting names: the addresses that
// were forwarded are read from the right, as far as each was written by a proxy
// that is trusted. What stands further left, anyone can write.
//
// chi's ClientIPFromXFF reads them alike, but finds no client behind proxies that
// add a port, none where a proxy itself asks, and none right of an address that
// can't be read: all of those would count as one.
func clientAddress(r *http.Request, trusted []netip.Prefix) netip.Addr {
	address := parseAddress(r.RemoteAddr)
	forwarded := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, before := range slices.Backward(forwarded) {
		if !contains(trusted, address) {
			break
		}
		next := parseAddress(strings.TrimSpace(before))
		if !next.IsValid() {
			break
		}
		address = next
	}
	return address
}

// parseAddress reads an address with or without a port, and without a zone, which
// no prefix has; the zero value for none.
func parseAddress(s string) netip.Addr {
	if port, err := netip.ParseAddrPort(s); err == nil {
		return port.Addr().Unmap().WithZone("")
	}
	address, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil {
		return netip.Addr{}
	}
	return address.Unmap().WithZone("")
}

func contains(prefixes []netip.Prefix, address netip.Addr) bool {
	return slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(address) })
}
