package peer_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"kagami/internal/fault"
	"kagami/internal/rights/connector/peer"
)

func accounts(from, n int) []peer.Account {
	list := make([]peer.Account, n)
	for i := range list {
		list[i].ID = fmt.Sprint(from + i)
	}
	return list
}

func TestAListGoesOnAndEnds(t *testing.T) {
	t.Parallel()
	var p peer.Progress
	if fault.KindOf(p.End()) != fault.NotFound {
		t.Error("a list of nobody is one")
	}
	for n := 0; n < peer.MostAccounts; n += 1000 {
		for _, page := range [][]peer.Account{nil, accounts(n, 1000)} { // a page may be empty
			if err := p.Page(page); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := p.End(); err != nil {
		t.Error(err)
	}
	if err := p.Page(accounts(peer.MostAccounts, 1)); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("too many are taken: %v", err)
	}
	var again peer.Progress
	if err := errors.Join(again.Page(accounts(0, 10)), again.Page(accounts(10, 10))); err != nil {
		t.Error(err)
	}
	if err := again.Page(accounts(10, 10)); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("the same page is taken again: %v", err)
	}
	var empty peer.Progress
	n := 0
	for ; empty.Page(nil) == nil; n++ {
		if n > 1000 {
			t.Fatal("empty pages do not end")
		}
	}
}

func TestTextCanBeShownAndStored(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"見本 太郎": "見本 太郎", " a\r\nb\x00c ": "a  b c", "\xff見\xfe": "見", "a\u202egpj.exe": "agpj.exe", "": "",
	} {
		if got := peer.Text(text); got != want {
			t.Errorf("%q becomes %q, not %q", text, got, want)
		}
	}
	if got := peer.Text(strings.Repeat("あ", 10_000)); len(got) > 1024 || !utf8.ValidString(got) {
		t.Errorf("a long one becomes %d bytes", len(got))
	}
}

func FuzzText(f *testing.F) {
	f.Add("見本\x00\u202e\xff")
	f.Fuzz(func(t *testing.T, s string) {
		got := peer.Text(s)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "\x00\n\r") || peer.Text(got) != got {
			t.Errorf("%q becomes %q", s, got)
		}
	})
}

func TestHostsAreThoseOfTheSchemes(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"https://example.jp": true, "https://example.jp:8443/a": true, "http://example.jp": false, "https://": false, "https://a@example.jp": false,
		"https://example.jp?a": false, "https://example.jp#a": false, "https:example.jp": false, "example.jp": false, "https://exa mple.jp": false, "": false,
	} {
		if _, ok := peer.Host(address, "https"); ok != want {
			t.Errorf("%q: %t", address, ok)
		}
	}
}

func TestABrokenExchangeSaysWhetherItWasTooSlow(t *testing.T) {
	t.Parallel()
	over, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	gone, end := context.WithCancel(t.Context())
	end()
	for name, test := range map[string]struct {
		ctx  context.Context
		err  error
		slow bool
	}{
		"the time of the caller":     {over, errors.New("closed"), true},
		"that of the connection":     {t.Context(), os.ErrDeadlineExceeded, true},
		"that of looking up a name":  {t.Context(), &net.DNSError{IsTimeout: true}, true},
		"nobody is there":            {t.Context(), errors.New("connection refused"), false},
		"who asked doesn't any more": {gone, context.Canceled, false},
	} {
		err := peer.Broken(test.ctx, test.err)
		if fault.KindOf(err) != fault.Unavailable || !errors.Is(err, test.err) || strings.Contains(err.Error(), "時間のうち") != test.slow {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatMayPassByItselfIsTriedAgain(t *testing.T) {
	t.Parallel()
	err := errors.New("cause")
	for _, again := range []error{peer.Broken(t.Context(), err), peer.Slow(err), peer.Busy(err), peer.Nonsense(err), peer.Endless(err), peer.Elsewhere(err), peer.Overtaken(err), peer.Unchanged(err)} {
		if !peer.Retry(again) {
			t.Errorf("%v is not tried again", again)
		}
	}
	for _, no := range []error{peer.Unknown(err), peer.Denied(err), peer.Gone(err), peer.NoGroup(err), peer.NotNamed(), peer.NoNumber(), peer.Wrong("url", "x"), err} {
		if peer.Retry(no) {
			t.Errorf("%v is tried again", no)
		}
	}
}
