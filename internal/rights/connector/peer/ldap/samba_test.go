//go:build peers

package ldap_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"testing"

	goldap "github.com/go-ldap/ldap/v3"

	"kagami/internal/fault"
	"kagami/internal/rights/connector/peer"
	"kagami/internal/rights/connector/peer/ldap"
	"kagami/internal/rights/connector/peer/peertest"
)

// One domain for all of it: making one takes a while.
func TestSambaAsADomainController(t *testing.T) {
	t.Parallel()
	users := []peertest.User{
		{Name: "見本太郎", Login: "taro", Attributes: []string{"employeeNumber=00123"}},
		{Name: "見本太郎（特権）", Login: "taro-admin", Attributes: []string{"employeeNumber=00123"}},
		{Name: "見本花子", Login: "hanako", Attributes: []string{"employeeNumber=00200"}},
		{Name: "見本一", Login: "one", Attributes: []string{`employeeNumber=(*)\`}},
	}
	for i := range 250 { // more than two pages
		users = append(users, peertest.User{Name: fmt.Sprintf("職員%03d", i), Login: fmt.Sprintf("u%03d", i)})
	}
	s := peertest.StartSamba(t, users, "税務システム利用者", "ほかのグループ")
	tax := "CN=税務システム利用者," + peertest.Groups
	c := ldap.Config{
		Kind: ldap.ActiveDirectory, URL: s.URL, Authority: s.Authority, BindDN: "kagami@mihon.example.jp", BaseDN: peertest.Domain, Groups: []string{tax},
	}
	d := open(t, c, s.Password["kagami"])
	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM([]byte(s.Authority))
	dial := func(t *testing.T, name, password string) (*goldap.Conn, error) {
		t.Helper()
		conn, err := goldap.DialURL(s.URL, goldap.DialWithTLSConfig(&tls.Config{RootCAs: authorities, MinVersion: tls.VersionTLS12}))
		must(t, err)
		t.Cleanup(func() { conn.Close() }) //nolint:errcheck // nothing is left to lose
		return conn, conn.Bind(name, password)
	}
	signsIn := func(t *testing.T, login, name string) bool {
		t.Helper()
		_, err := dial(t, login+"@mihon.example.jp", s.Password[name])
		return err == nil
	}

	t.Run("the portal may do what it needs", func(t *testing.T) {
		must(t, d.Check(t.Context()))
		mustFail(t, open(t, c, "wrong").Check(t.Context()), fault.Forbidden, "サインインできません")
		other := c
		other.Groups = []string{"CN=Domain Admins,CN=Users," + peertest.Domain}
		mustFail(t, open(t, other, s.Password["kagami"]).Check(t.Context()), fault.Forbidden, "必要な権限がありません")
		other.Groups = []string{"CN=none,CN=Users," + peertest.Domain}
		mustFail(t, open(t, other, s.Password["kagami"]).Check(t.Context()), fault.NotFound, "グループが、接続先にありません")
		reader := c
		reader.BindDN = "hanako@mihon.example.jp"
		mustFail(t, open(t, reader, s.Password["見本花子"]).Check(t.Context()), fault.Forbidden, "必要な権限がありません")
	})
	t.Run("accounts are found by their number", func(t *testing.T) {
		found, err := d.Find(t.Context(), "00123")
		must(t, err)
		if len(found) != 2 || !found[0].Enabled || found[0].Name == "" || found[0].Number != "00123" {
			t.Errorf("found are %+v", found)
		}
		if a := only(t, d, `(*)\`); a.Login != "one" {
			t.Errorf("found is %+v", a)
		}
	})
	t.Run("a disabled account does not sign in", func(t *testing.T) {
		a := only(t, d, "00200")
		for _, on := range []bool{false, false, true, true} {
			must(t, d.Enable(t.Context(), a.ID, on))
			got, err := d.Get(t.Context(), a.ID)
			must(t, err)
			if got.Enabled != on || signsIn(t, "hanako", "見本花子") != on {
				t.Errorf("after %t it is %+v", on, got)
			}
		}
	})
	t.Run("an account is taken out of a named group only", func(t *testing.T) {
		a := only(t, d, "00200")
		for _, in := range []bool{false, true, true, false, false} {
			must(t, d.Join(t.Context(), a.ID, tax, in))
			if got := slices.Contains(only(t, d, "00200").Groups, tax); got != in {
				t.Errorf("in the group is %t after %t", got, in)
			}
		}
		mustFail(t, d.Join(t.Context(), a.ID, "CN=ほかのグループ,"+peertest.Groups, true), fault.Invalid, "設定にありません")
	})
	t.Run("who may only read is told so", func(t *testing.T) {
		reader := c
		reader.BindDN = "hanako@mihon.example.jp"
		r := open(t, reader, s.Password["見本花子"])
		a := only(t, r, `(*)\`)
		mustFail(t, r.Enable(t.Context(), a.ID, false), fault.Forbidden, "必要な権限がありません")
		mustFail(t, r.Join(t.Context(), a.ID, tax, true), fault.Forbidden, "必要な権限がありません")
		mustFail(t, r.Join(t.Context(), a.ID, tax, false), fault.Forbidden, "必要な権限がありません")
	})
	t.Run("the portal's own account is nobody's to disable", func(t *testing.T) {
		for _, name := range []string{"hanako@mihon.example.jp", "HANAKO@mihon", `MIHON\hanako`, "CN=見本花子," + strings.ToLower(peertest.People)} {
			own := c
			own.BindDN = name
			o := open(t, own, s.Password["見本花子"])
			mustFail(t, o.Enable(t.Context(), only(t, d, "00200").ID, false), fault.Invalid, "ポータル用の利用者のアカウントは")
			must(t, o.List(t.Context(), func(a peer.Account) error {
				if a.Login == "hanako" {
					t.Errorf("who signs in as %s is listed", name)
				}
				return nil
			}))
		}
	})
	t.Run("each account is listed", func(t *testing.T) {
		seen := map[string]peer.Account{}
		must(t, d.List(t.Context(), func(a peer.Account) error { seen[a.Login] = a; return nil }))
		for _, u := range users {
			if a, ok := seen[u.Login]; !ok || a.Name != u.Name || a.ID == "" {
				t.Errorf("%s is listed as %+v", u.Login, a)
			}
		}
		if seen["krbtgt"].Enabled { // which Windows has from the first, and disabled
			t.Error("krbtgt is listed as enabled")
		}
	})
	t.Run("a renamed account is the same", func(t *testing.T) {
		admin, err := dial(t, "Administrator@mihon.example.jp", s.Password["Administrator"])
		must(t, err)
		a := only(t, d, "00200")
		must(t, admin.ModifyDN(goldap.NewModifyDNRequest("CN=見本花子,"+peertest.People, "CN=見本はな", true, "")))
		stranger := goldap.NewAddRequest("CN=見本花子,"+peertest.People, nil)
		stranger.Attribute("objectClass", []string{"user"})
		stranger.Attribute("sAMAccountName", []string{"stranger"})
		must(t, admin.Add(stranger))
		must(t, d.Enable(t.Context(), a.ID, false))
		if signsIn(t, "hanako", "見本花子") {
			t.Error("the renamed account signs in")
		}
		must(t, admin.Del(goldap.NewDelRequest("CN=見本はな,"+peertest.People, nil)))
		mustFail(t, d.Enable(t.Context(), a.ID, true), fault.NotFound, "接続先にありません")
	})
}
