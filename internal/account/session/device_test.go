package session_test

import (
	"testing"

	"kagami/internal/account/session"
)

func TestDevicesAreNamedInWords(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36":                         "Windows の Chrome",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0":               "Windows の Edge",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1": "iPhone の Safari",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0":                                                    "Mac の Firefox",
		"curl/8.5.0":                "不明な端末",
		"":                          "不明な端末",
		"<script>alert(1)</script>": "不明な端末",
	} {
		if got := session.Device(agent); got != want {
			t.Errorf("%q is %s", agent, got)
		}
	}
}
