package directory_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kagami/internal/account/directory"
	"kagami/internal/fault"
)

func TestAWrongConfigurationSaysWhatToGive(t *testing.T) {
	t.Parallel()
	good := directory.Config{
		URL: "ldaps://directory.example.jp", BindDN: portal, BindPassword: "password", BaseDN: people, Filter: "(&(objectClass=person)(uid=%s))",
	}
	empty := filepath.Join(t.TempDir(), "empty.pem")
	write(t, empty, "no certificate\n")
	for name, test := range map[string]struct {
		change func(*directory.Config)
		words  string // empty: nothing is wrong
	}{
		"ldaps":                        {func(*directory.Config) {}, ""},
		"StartTLS":                     {func(c *directory.Config) { c.URL, c.StartTLS = "ldap://directory.example.jp:3389/", true }, ""},
		"plain on this machine":        {func(c *directory.Config) { c.URL = "ldap://127.0.0.1" }, ""},
		"plain on this machine, IPv6":  {func(c *directory.Config) { c.URL = "ldap://[::1]:389" }, ""},
		"plain on this machine, named": {func(c *directory.Config) { c.URL = "ldap://localhost" }, ""},
		"plain to another machine":     {func(c *directory.Config) { c.URL = "ldap://192.0.2.1" }, "暗号化されずに"},
		"plain to a name like ours":    {func(c *directory.Config) { c.URL = "ldap://localhost.example.jp" }, "暗号化されずに"},
		"twice TLS":                    {func(c *directory.Config) { c.StartTLS = true }, "StartTLS は"},
		"no URL":                       {func(c *directory.Config) { c.URL = "" }, "ディレクトリの URL"},
		"an unknown scheme":            {func(c *directory.Config) { c.URL = "https://directory.example.jp" }, "ディレクトリの URL"},
		"a socket":                     {func(c *directory.Config) { c.URL = "ldapi:///var/run/slapd/ldapi" }, "ディレクトリの URL"},
		"no host":                      {func(c *directory.Config) { c.URL = "ldaps:///" }, "ディレクトリの URL"},
		"a base in the URL":            {func(c *directory.Config) { c.URL = "ldaps://directory.example.jp/dc=jp" }, "ディレクトリの URL"},
		"a password in the URL":        {func(c *directory.Config) { c.URL = "ldaps://a:b@directory.example.jp" }, "ディレクトリの URL"},
		"nobody to search as":          {func(c *directory.Config) { c.BindDN = "" }, "両方とも"},
		"no password to search with":   {func(c *directory.Config) { c.BindPassword = "" }, "両方とも"},
		"a name of Active Directory":   {func(c *directory.Config) { c.BindDN = "kagami@mihon.example.jp" }, ""},
		"no base":                      {func(c *directory.Config) { c.BaseDN = "" }, "職員を探す場所"},
		"not a base":                   {func(c *directory.Config) { c.BaseDN = "people" }, "職員を探す場所"},
		"a filter for everyone":        {func(c *directory.Config) { c.Filter = "(objectClass=person)" }, "%s を、一つだけ"},
		"two places for the login":     {func(c *directory.Config) { c.Filter = "(|(uid=%s)(mail=%s))" }, "%s を、一つだけ"},
		"another verb":                 {func(c *directory.Config) { c.Filter = "(&(uid=%s)(cn=%d))" }, "%s を、一つだけ"},
		"an open filter":               {func(c *directory.Config) { c.Filter = "(&(uid=%s)" }, "検索の条件を読めません"},
		"a negative time":              {func(c *directory.Config) { c.Timeout = -time.Second }, "待つ時間"},
		"no CA file":                   {func(c *directory.Config) { c.CACertFile = empty + ".none" }, "ファイルを読めません"},
		"a CA file without any":        {func(c *directory.Config) { c.CACertFile = empty }, "証明書がありません"},
	} {
		config := good
		test.change(&config)
		_, err := directory.New(config)
		switch {
		case test.words == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case test.words != "" && (fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), test.words)):
			t.Errorf("%s: %v", name, err)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
