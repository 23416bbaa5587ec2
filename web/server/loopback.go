package server

import (
	"net"
	"net/netip"
	"strings"
)

// isLoopback tells whether a host, with or without a port, is this machine as a
// browser on it sees it.
func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if host == "localhost" {
		return true
	}
	address, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && address.IsLoopback()
}
