package scim_test

import (
	"strings"
	"testing"

	"kagami/internal/fault"
	"kagami/internal/rights/connector/peer"
	"kagami/internal/rights/connector/peer/scim"
)

func open(t testing.TB, c scim.Config, token string) *scim.Service {
	t.Helper()
	s, err := scim.New(c, token)
	must(t, err)
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// only finds the one account of a number.
func only(t testing.TB, d peer.Peer, number string) peer.Account {
	t.Helper()
	found, err := d.Find(t.Context(), number)
	must(t, err)
	if len(found) != 1 {
		t.Fatalf("%d accounts have the number %s", len(found), number)
	}
	return found[0]
}

// mustFail wants a failure of a kind, whose text repeats nothing that it must not.
func mustFail(t testing.TB, err error, kind fault.Kind, words string, secrets ...string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind || !strings.Contains(err.Error(), words) {
		t.Errorf("%v, want %s that says %s", err, kind, words)
		return
	}
	for _, secret := range secrets {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%v tells %q", err, secret)
		}
	}
}
