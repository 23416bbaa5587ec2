package server

import "testing"

func TestOnlyThisMachineIsLoopback(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "localhost:8080": true, "127.0.0.1:8080": true, "127.8.9.1": true, "[::1]:8080": true, "::1": true,
		"": false, "portal.town.example": false, "192.0.2.1:8080": false, "localhost.example": false, "0.0.0.0:8080": false,
	} {
		if got := isLoopback(host); got != want {
			t.Errorf("%q is loopback: %t", host, got)
		}
	}
}
