package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Nothing else has begun when a setting turns out to be wrong: no database is
// there to be started.
func TestAWrongSettingOfSingleSignOnEndsTheStartAndNamesTheFlag(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	secret, nothing := filepath.Join(dir, "secret"), filepath.Join(dir, "nothing")
	for path, text := range map[string]string{secret: "a secret of the test\n", nothing: "\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	oidc := []string{"--oidc-issuer", "https://id.town.example", "--oidc-client-id", "kagami", "--public-url", "https://portal.town.example"}
	ldap := []string{
		"--ldap-url", "ldaps://ad.town.example", "--ldap-bind-dn", "cn=kagami,dc=town,dc=example", "--ldap-bind-password-file", secret,
		"--ldap-base-dn", "dc=town,dc=example", "--ldap-filter", "(sAMAccountName=%s)",
	}
	for _, test := range []struct {
		flag string
		args [][]string
	}{
		{"--oidc-issuer", [][]string{oidc, {"--oidc-issuer", "http://id.town.example"}}},
		{"--oidc-issuer", [][]string{{"--oidc-client-id", "kagami"}}},
		{"--oidc-client-id", [][]string{oidc, {"--oidc-client-id", ""}}},
		{"--oidc-client-secret-file", [][]string{oidc, {"--oidc-client-secret-file", filepath.Join(dir, "not there")}}},
		{"--oidc-client-secret-file", [][]string{oidc, {"--oidc-client-secret-file", nothing}}},
		{"--oidc-match", [][]string{oidc, {"--oidc-match", "name"}}},
		{"--oidc-name", [][]string{oidc, {"--oidc-name", " "}}},
		{"--public-url", [][]string{oidc, {"--public-url", "http://portal.town.example"}}},
		{"--ldap-url", [][]string{ldap, {"--ldap-url", "ldap://ad.town.example"}}},
		{"--ldap-url", [][]string{{"--ldap-base-dn", "dc=town,dc=example"}}},
		{"--ldap-starttls", [][]string{ldap, {"--ldap-starttls"}}},
		{"--ldap-ca-file", [][]string{ldap, {"--ldap-ca-file", nothing}}},
		{"--ldap-bind-dn", [][]string{ldap, {"--ldap-bind-dn", ""}}},
		{"--ldap-bind-password-file", [][]string{ldap, {"--ldap-bind-password-file", ""}}},
		{"--ldap-base-dn", [][]string{ldap, {"--ldap-base-dn", "town"}}},
		{"--ldap-filter", [][]string{ldap, {"--ldap-filter", "(uid=taro)"}}},
		{"--ldap-match", [][]string{ldap, {"--ldap-match", "name"}}},
		{"--local-passwords", [][]string{ldap, {"--local-passwords", "none"}}},
		{"--local-passwords", [][]string{{"--local-passwords", "break-glass"}}},
	} {
		args := []string{"serve", "--listen", "127.0.0.1:0", "--data", filepath.Join(dir, "data")}
		for _, more := range test.args {
			args = append(args, more...)
		}
		_, stderr, code := kagami(t, args...)
		if code != 1 || !strings.HasPrefix(stderr, test.flag+" が正しくありません。") || strings.Count(stderr, "\n") != 1 || strings.Contains(stderr, "a secret") {
			t.Errorf("%s with %q: %d %s", test.flag, test.args[len(test.args)-1], code, stderr)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "data")); err == nil {
		t.Error("a database was begun")
	}
}
