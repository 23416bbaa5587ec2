//go:build peers

package scim_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"kagami/internal/fault"
	"kagami/internal/rights/connector/peer"
	"kagami/internal/rights/connector/peer/peertest"
	"kagami/internal/rights/connector/peer/scim"
)

func TestAServiceThatOthersHaveMade(t *testing.T) {
	t.Parallel()
	for name, saysGroups := range map[string]bool{"users tell their groups": true, "groups tell their users": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := peertest.StartSCIM(t, saysGroups)
			user := func(login, number, employee string) string {
				attributes := map[string]any{
					"schemas":  []string{"urn:ietf:params:scim:schemas:core:2.0:User"},
					"userName": login, "displayName": "見本 " + login, "active": true,
				}
				if number != "" {
					attributes["externalId"] = number
				}
				if employee != "" {
					attributes["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"] = map[string]any{"employeeNumber": employee}
				}
				return s.Add(t, "Users", attributes)
			}
			taro := user("taro", "00123", "")
			user("taro-admin", "00123", "")
			hanako := user("hanako", "00200", "K200")
			user("quote", `(or) 1 eq 1`, "")
			for i := range 420 { // more than two pages
				user(fmt.Sprintf("u%03d", i), "", "")
			}
			group := func(name string, members ...string) string {
				list := []map[string]any{}
				for _, m := range members {
					list = append(list, map[string]any{"value": m})
				}
				return s.Add(t, "Groups", map[string]any{"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:Group"}, "displayName": name, "members": list})
			}
			tax, other := group("税務システム利用者", hanako, taro), group("ほかのグループ", hanako)
			c := scim.Config{URL: s.URL, Groups: []string{tax}}
			d := open(t, c, s.Token)

			must(t, d.Check(t.Context()))
			mustFail(t, open(t, c, "wrong").Check(t.Context()), fault.Forbidden, "サインインできません", "wrong")
			mustFail(t, open(t, scim.Config{URL: s.URL, Groups: []string{"none"}}, s.Token).Check(t.Context()), fault.NotFound, "グループが、接続先にありません")
			mustFail(t, open(t, scim.Config{URL: s.URL + "/elsewhere"}, s.Token).Check(t.Context()), fault.NotFound, "SCIM の窓口")

			found, err := d.Find(t.Context(), "00123")
			must(t, err)
			if len(found) != 2 || found[0].Number != "00123" || !found[0].Enabled {
				t.Errorf("found are %+v", found)
			}
			if a := only(t, d, `(or) 1 eq 1`); a.Login != "quote" {
				t.Errorf("found is %+v", a)
			}
			if found, err := d.Find(t.Context(), "none"); err != nil || len(found) != 0 {
				t.Errorf("nobody has it: %+v, %v", found, err)
			}
			byEmployee := open(t, scim.Config{URL: s.URL, NumberAttribute: scim.EnterpriseNumber}, s.Token)
			if a := only(t, byEmployee, "K200"); a.ID != hanako || a.Number != "K200" {
				t.Errorf("found by the extension is %+v", a)
			}

			for _, on := range []bool{false, false, true, true} {
				must(t, d.Enable(t.Context(), hanako, on))
				if a := only(t, d, "00200"); a.Enabled != on || a.ID != hanako {
					t.Errorf("after %t it is %+v", on, a)
				}
				if is := s.Ask(t, http.MethodGet, "Users/"+hanako, nil); is["active"] != on || is["displayName"] != "見本 hanako" {
					t.Errorf("after %t the service has %v", on, is)
				}
			}
			for _, in := range []bool{true, false, false, true, true, false} {
				must(t, d.Join(t.Context(), hanako, tax, in))
				if a := only(t, d, "00200"); slices.Contains(a.Groups, tax) != in {
					t.Errorf("in the group after %t: %+v", in, a)
				}
			}
			mustFail(t, d.Join(t.Context(), hanako, other, false), fault.Invalid, "設定にありません")

			seen := map[string]peer.Account{}
			must(t, d.List(t.Context(), func(a peer.Account) error { seen[a.ID] = a; return nil }))
			if len(seen) != 424 || !slices.Equal(seen[taro].Groups, []string{tax}) || len(seen[hanako].Groups) != 0 {
				t.Errorf("%d are listed, %+v and %+v", len(seen), seen[taro], seen[hanako])
			}
			s.Ask(t, http.MethodDelete, "Users/"+hanako, nil)
			mustFail(t, d.Enable(t.Context(), hanako, true), fault.NotFound, "接続先にありません")
		})
	}
}
