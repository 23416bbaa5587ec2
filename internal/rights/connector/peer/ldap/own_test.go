package ldap_test

import (
	"testing"

	goldap "github.com/go-ldap/ldap/v3"

	"kagami/internal/account/directory/directorytest"
	"kagami/internal/fault"
	"kagami/internal/rights/connector/peer"
)

// An entry that the portal signs in as is nobody's account, whatever number stands in it.
func TestThePortalsOwnEntryIsNobodysToDisable(t *testing.T) {
	t.Parallel()
	s := town(t, directorytest.Options{})
	c := config(s)
	c.BaseDN, c.NumberAttribute = directorytest.Suffix, "description"
	c.Filter = "(|(objectClass=person)(objectClass=applicationProcess))"
	conn := direct(t, s)
	number := func(dn, number string) {
		t.Helper()
		change := goldap.NewModifyRequest(dn, nil)
		change.Replace("description", []string{number})
		must(t, conn.Modify(change))
	}
	number(dn("見本花子"), "00200")
	d := open(t, c, s.Password["kagami"])
	must(t, d.Check(t.Context())) // without a number it is nobody's
	number(directorytest.Portal, "00900")
	mustFail(t, d.Check(t.Context()), fault.Invalid, "「アカウントの条件」で外してください")
	own := only(t, d, "00900")
	mustFail(t, d.Enable(t.Context(), own.ID, false), fault.Invalid, "ポータル用の利用者のアカウントは")
	mustFail(t, d.Join(t.Context(), own.ID, tax, false), fault.Invalid, "ポータル用の利用者のアカウントは")
	must(t, d.Enable(t.Context(), only(t, d, "00200").ID, false)) // it signs in still
	listed := 0
	must(t, d.List(t.Context(), func(a peer.Account) error {
		listed++
		if a.ID == own.ID {
			t.Error("it is listed")
		}
		return nil
	}))
	if listed < 6 {
		t.Errorf("%d accounts are listed", listed)
	}
}
