package account_test

import (
	"net/url"
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/web/server/servertest"
)

func TestAnAdministratorTakesAwayALostSecondFactor(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	owner := town.Holder("税務町民課長")
	v := servertest.SignIn(t, portal, owner)
	v.SetUpApp()
	administrator := servertest.SignIn(t, portal, town.Holder("総務課 ポータル管理担当"))
	address := "/accounts/" + owner.StaffNumber + "/second-factor"
	if a := administrator.Get("/accounts/" + owner.StaffNumber); !strings.Contains(a.Body, `href="`+address+`"`) {
		t.Errorf("no way there from the account: %s", a.Body)
	}
	if a := administrator.Get(address); a.Status != 200 || !strings.Contains(a.Body, owner.Name) {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if a := administrator.Post(address, url.Values{"reason": {""}}); a.Status != 422 {
		t.Errorf("without a reason: %d", a.Status)
	}
	if a := v.Post(address, url.Values{"reason": {"自分で"}}); a.Status != 404 {
		t.Errorf("somebody who manages no accounts: %d", a.Status)
	}
	if a := administrator.Post(address, url.Values{"reason": {"スマートフォンの紛失"}}); a.Status != 200 || !strings.Contains(a.Body, "二要素認証を取り外しました") {
		t.Errorf("with a reason: %d %s", a.Status, a.Body)
	}
	if a := administrator.Get(address); a.Status != 200 || !strings.Contains(a.Body, "さんは、二要素認証を設定していません") {
		t.Errorf("nothing to take away: %d %s", a.Status, a.Body)
	}
	if a := v.Get("/"); a.Status != 401 {
		t.Errorf("their session goes on: %d", a.Status)
	}
	servertest.SignIn(t, portal, owner)
}

// The only ポータル管理者 has lost theirs: the 統括 takes it away.
func TestTheGeneralSecurityOfficerHelpsTheOnlyAdministrator(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	administrator := town.Holder("総務課 ポータル管理担当")
	servertest.SignIn(t, portal, administrator).SetUpApp()
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	address := "/accounts/" + administrator.StaffNumber + "/second-factor"
	if a := officer.Post(address, url.Values{"reason": {"スマートフォンの紛失"}}); a.Status != 200 || !strings.Contains(a.Body, "二要素認証を取り外しました") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	servertest.SignIn(t, portal, administrator)
}

// Who has taken away what a role demands is told that they make no link, in the place
// of the button that would refuse them.
func TestWhoTookTheFactorsAwayIsShownNoButtonForALink(t *testing.T) {
	t.Parallel()
	portal := town.Start(t, authz.CISO)
	ciso, administrator := town.Holder("副町長"), servertest.SignIn(t, portal, town.Holder("総務課 ポータル管理担当"))
	v := servertest.Visit(t, portal)
	v.Post("/login", url.Values{"login": {ciso.StaffNumber}, "password": {ciso.Password}})
	v.SetUpApp()
	const button = `value="reset"`
	page := "/accounts/" + ciso.StaffNumber
	if a := administrator.Get(page); !strings.Contains(a.Body, button) {
		t.Fatalf("before: %d", a.Status)
	}
	if a := administrator.Post(page+"/second-factor", url.Values{"reason": {"見本"}}); a.Status != 200 {
		t.Fatalf("taken away: %d", a.Status)
	}
	if a := administrator.Get(page); strings.Contains(a.Body, button) || !strings.Contains(a.Body, "7日の間、パスワードを決め直すリンクは作れません") {
		t.Errorf("after: %d %s", a.Status, a.Body)
	}
	if a := administrator.Post(page, url.Values{"act": {"reset"}}); a.Status != 403 {
		t.Errorf("a link all the same: %d", a.Status)
	}
}
