package ldap_test

import (
	"encoding/json"
	"strings"
	"testing"

	"kagami/internal/account/directory/directorytest"
	"kagami/internal/fault"
	"kagami/internal/rights/connector/peer/ldap"
)

func TestAWrongConfigurationSaysWhatToGive(t *testing.T) {
	t.Parallel()
	good := ldap.Config{Kind: ldap.OpenLDAP, URL: "ldaps://directory.example.jp", BindDN: "cn=kagami", BaseDN: people}
	for name, test := range map[string]struct {
		change func(*ldap.Config)
		field  string // empty: nothing is wrong
	}{
		"ldaps":                       {func(*ldap.Config) {}, ""},
		"StartTLS":                    {func(c *ldap.Config) { c.URL, c.StartTLS = "ldap://directory.example.jp:3389/", true }, ""},
		"plain on this machine":       {func(c *ldap.Config) { c.URL = "ldap://127.0.0.1" }, ""},
		"plain on this machine, IPv6": {func(c *ldap.Config) { c.URL = "ldap://[::1]:389" }, ""},
		"Active Directory":            {func(c *ldap.Config) { c.Kind, c.BindDN = ldap.ActiveDirectory, "kagami@mihon.example.jp" }, ""},
		"all of it": {func(c *ldap.Config) {
			c.Filter, c.Groups, c.MemberOf = "(&(objectClass=person)(!(uid=x)))", []string{tax, staff}, "memberOf"
			c.Disabled = ldap.Disabled{Attribute: "nsAccountLock", Value: "true"}
		}, ""},
		"no kind":                     {func(c *ldap.Config) { c.Kind = "" }, "kind"},
		"plain to another machine":    {func(c *ldap.Config) { c.URL = "ldap://192.0.2.1" }, "url"},
		"plain to a name like ours":   {func(c *ldap.Config) { c.URL = "ldap://localhost.example.jp" }, "url"},
		"twice TLS":                   {func(c *ldap.Config) { c.StartTLS = true }, "starttls"},
		"no URL":                      {func(c *ldap.Config) { c.URL = "" }, "url"},
		"another scheme":              {func(c *ldap.Config) { c.URL = "https://directory.example.jp" }, "url"},
		"a socket":                    {func(c *ldap.Config) { c.URL = "ldapi:///var/run/slapd/ldapi" }, "url"},
		"a base in the URL":           {func(c *ldap.Config) { c.URL = "ldaps://directory.example.jp/dc=jp" }, "url"},
		"a password in the URL":       {func(c *ldap.Config) { c.URL = "ldaps://a:b@directory.example.jp" }, "url"},
		"nobody to sign in as":        {func(c *ldap.Config) { c.BindDN = "" }, "bind_dn"},
		"no base":                     {func(c *ldap.Config) { c.BaseDN = "" }, "base_dn"},
		"not a base":                  {func(c *ldap.Config) { c.BaseDN = "people" }, "base_dn"},
		"an open filter":              {func(c *ldap.Config) { c.Filter = "(&(uid=x)" }, "filter"},
		"an attribute that is more":   {func(c *ldap.Config) { c.NumberAttribute = "uid=*)(uid" }, "number_attribute"},
		"an attribute with an option": {func(c *ldap.Config) { c.NameAttribute = "cn;lang-ja" }, "name_attribute"},
		"a login of two words":        {func(c *ldap.Config) { c.LoginAttribute = "a b" }, "login_attribute"},
		"groups of nothing":           {func(c *ldap.Config) { c.MemberOf = "*" }, "member_of"},
		"no group":                    {func(c *ldap.Config) { c.Groups = []string{""} }, "groups"},
		"not a group":                 {func(c *ldap.Config) { c.Groups = []string{"税務"} }, "groups"},
		"too many groups":             {func(c *ldap.Config) { c.Groups = make([]string, 51) }, "groups"},
		"disabled by the password":    {func(c *ldap.Config) { c.Disabled = ldap.Disabled{Attribute: "userpassword", Value: "x"} }, "disabled"},
		"disabled by the number":      {func(c *ldap.Config) { c.Disabled = ldap.Disabled{Attribute: "employeeNumber", Value: "x"} }, "disabled"},
		"disabled by no value":        {func(c *ldap.Config) { c.Disabled = ldap.Disabled{Attribute: "employeeType"} }, "disabled"},
		"disabled or not alike":       {func(c *ldap.Config) { c.Disabled = ldap.Disabled{Attribute: "employeeType", Value: "x", Enabled: "X"} }, "disabled"},
		"disabled where it is fixed": {func(c *ldap.Config) {
			c.Kind, c.Disabled = ldap.ActiveDirectory, ldap.Disabled{Attribute: "employeeType", Value: "x"}
		}, "disabled"},
		"no authority": {func(c *ldap.Config) { c.Authority = "no certificate" }, "authority"},
	} {
		c := good
		test.change(&c)
		_, err := ldap.New(c, "password")
		if test.field == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		e, ok := err.(*fault.Error) //nolint:errorlint // it is the outermost one
		if !ok || e.Kind != fault.Invalid || len(e.Problems) != 1 || e.Problems[0].Field != test.field {
			t.Errorf("%s: %v, want one about %s", name, err, test.field)
		}
	}
	_, err := ldap.New(good, "") // signing in without a password proves nothing
	mustFail(t, err, fault.Invalid, "パスワードを入力")
}

func TestAConfigurationIsKeptWithoutThePassword(t *testing.T) {
	t.Parallel()
	c := ldap.Config{
		Kind: ldap.OpenLDAP, URL: "ldaps://directory.example.jp", StartTLS: true, Authority: "a", BindDN: "b", BaseDN: "c", Filter: "d", LoginAttribute: "e",
		NumberAttribute: "f", NameAttribute: "g", Disabled: ldap.Disabled{Attribute: "h", Value: "i", Enabled: "j"}, Groups: []string{"k"}, MemberOf: "l",
	}
	text, err := json.Marshal(c)
	must(t, err)
	var again ldap.Config
	must(t, json.Unmarshal(text, &again))
	other, err := json.Marshal(again)
	must(t, err)
	if string(text) != string(other) || strings.Contains(string(text), "password") {
		t.Errorf("%s is read as %s", text, other)
	}
}

// As Windows writes it: the bytes are those of the documentation of GUIDs.
func TestAGUIDIsWrittenAsWindowsDoes(t *testing.T) {
	t.Parallel()
	b := []byte{0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}
	const written = "00112233-4455-6677-8899-aabbccddeeff"
	if got, ok := ldap.FromGUID(b); !ok || got != written {
		t.Errorf("written as %s", got)
	}
	if got := ldap.ToGUID(written); string(got) != string(b) {
		t.Errorf("read as %x", got)
	}
	if _, ok := ldap.FromGUID(b[1:]); ok {
		t.Error("fifteen bytes are taken for one")
	}
}

// Between finding an account and changing it, another may have taken its name.
func TestWhoHasTakenANameIsNotDisabled(t *testing.T) {
	t.Parallel()
	s := town(t, directorytest.Options{})
	d := open(t, config(s), s.Password["kagami"])
	a := only(t, d, "00200")
	mustFail(t, d.EnableAt(t.Context(), a.ID, dn("見本一"), false), fault.Conflict, "同時に変えられました")
	if got := only(t, d, `(*)\`); !got.Enabled {
		t.Error("who has the name is disabled")
	}
	must(t, d.EnableAt(t.Context(), a.ID, dn("見本花子"), false))
}
