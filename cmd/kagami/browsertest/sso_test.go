//go:build browser

package browsertest

import (
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"kagami/internal/account"
	"kagami/internal/account/directory"
	"kagami/internal/account/directory/directorytest"
	"kagami/internal/account/openid"
	"kagami/internal/account/openid/openidtest"
	"kagami/internal/address"
	"kagami/web/server"
)

// The town's own provider and directory, both real. Passwords of the portal's
// own are switched off but for one administrator.
func TestSigningInThroughTheTownsOwnAccounts(t *testing.T) {
	t.Parallel()
	administrator, staff := town.Holder("総務課 ポータル管理担当"), town.Accounts[12]
	passwords := map[string]string{administrator.StaffNumber: rand.Text(), staff.StaffNumber: rand.Text(), "N001": rand.Text()}
	portal := town.StartWith(t, town.Database(t), func(s *server.Settings) {
		var people []openidtest.Person
		for number, password := range passwords {
			people = append(people, openidtest.Person{ID: number, Username: number, Password: password})
		}
		provider := openidtest.Start(t, s.PublicURL.JoinPath(address.OpenIDReturn).String(), people...)
		config := provider.Config
		config.Claim = openid.ByStaffNumber
		made, err := openid.New(config)
		if err != nil {
			t.Fatal(err)
		}
		s.Ways = account.Ways{ProviderKey: account.KeyStaffNumber, BreakGlassOnly: true}
		s.Provider, s.ProviderName = made, "庁内認証"
	})
	if _, err := portal.DB.Pool.Exec(t.Context(), `UPDATE account SET break_glass = true WHERE person_id = $1`, administrator.Person); err != nil {
		t.Fatal(err)
	}
	hire(t, portal, "N001")

	other := openBrowser(t, portal)
	other.goTo("/login")
	other.look("sso-login")
	other.unfold("非常用のアカウントでサインインする")
	other.fill("login", staff.StaffNumber, "password", staff.Password)
	other.press("サインインする")
	other.mustSee("パスワードが違います")
	other.look("sso-login-emergency-refused")

	newcomer := openBrowser(t, portal)
	newcomer.atProvider("/login", "庁内認証でサインインする", "N001", passwords["N001"])
	newcomer.mustSee("アカウントを作るよう頼んでください")
	newcomer.look("sso-no-account")

	glass := openBrowser(t, portal)
	glass.goTo("/login")
	glass.unfold("非常用のアカウントでサインインする")
	glass.fill("login", administrator.StaffNumber, "password", administrator.Password)
	glass.press("サインインする")
	glass.mustSee("さんのホーム")
	glass.goTo("/account")
	glass.look("sso-account-break-glass")
	glass.goTo("/accounts/invitations")
	glass.look("sso-accounts-all")
	glass.goTo("/accounts/N001")
	glass.look("sso-admit")
	glass.press("シングルサインオンのアカウントを作る")
	glass.mustSee("アカウントを作りました")
	glass.look("sso-admitted")

	newcomer.atProvider("/login", "庁内認証でサインインする", "N001", passwords["N001"])
	newcomer.waitFor("さんのホーム")
	newcomer.goTo("/account")
	newcomer.mustSee("使いません")
	newcomer.look("sso-account")

	// a proof at the provider keeps what was typed
	manager := openBrowser(t, portal)
	manager.atProvider("/login", "庁内認証でサインインする", administrator.StaffNumber, passwords[administrator.StaffNumber])
	manager.waitFor("さんのホーム")
	portal.Clock.Advance(20 * time.Minute)
	manager.goTo("/accounts/N001")
	manager.fill("reason", "見本の理由")
	manager.press("利用を止める")
	manager.mustSee("もう一度、本人であることを確かめます")
	manager.look("sso-prove")
	manager.press("庁内認証で確かめる")
	manager.passProvider(administrator.StaffNumber, passwords[administrator.StaffNumber])
	manager.waitFor("本人であることを確かめました")
	manager.look("sso-continue")
	manager.press("続ける")
	manager.mustSee("利用を止めました")
	manager.mustSee("見本の理由")
}

// atProvider presses the button of the sign-in page, and signs in on the
// provider's page.
func (p *person) atProvider(path, words, name, password string) {
	p.t.Helper()
	p.goTo(path)
	p.press(words)
	p.passProvider(name, password)
}

func (p *person) passProvider(name, password string) {
	p.t.Helper()
	p.do(
		chromedp.WaitVisible(chromedp.CSS("#username")),
		chromedp.SendKeys(chromedp.CSS("#username"), name),
		chromedp.SendKeys(chromedp.CSS("#password"), password),
		chromedp.Click(chromedp.CSS("button[type=submit]")),
		chromedp.WaitVisible(chromedp.CSS("#main")),
	)
}

// unfold opens the part of a page that has this heading.
func (p *person) unfold(words string) {
	p.t.Helper()
	evaluate[bool](p, fmt.Sprintf(`[...document.querySelectorAll('summary')].filter(e => e.innerText.trim() === %q).map(e => e.click()).length === 1`, words))
}

// waitFor waits until the page is one that reads so.
func (p *person) waitFor(words string) {
	p.t.Helper()
	p.do(chromedp.WaitVisible(chromedp.CSS("#main")))
	p.mustSee(words)
}

func TestSigningInWithTheDirectorysPassword(t *testing.T) {
	t.Parallel()
	administrator, staff := town.Holder("総務課 ポータル管理担当"), town.Accounts[12]
	slapd := directorytest.Start(t, false,
		directorytest.Person("staff", directorytest.People, "uid=mihon-taro", "employeeNumber="+staff.StaffNumber),
		directorytest.Person("stranger", directorytest.People, "uid=stranger", "employeeNumber=X999"))
	d, err := directory.New(slapd.Config())
	if err != nil {
		t.Fatal(err)
	}
	portal := town.StartWith(t, town.Database(t), func(s *server.Settings) {
		s.Ways = account.Ways{Directory: d, DirectoryKey: account.KeyStaffNumber, BreakGlassOnly: true}
	})
	if _, err := portal.DB.Pool.Exec(t.Context(), `UPDATE account SET break_glass = true WHERE person_id = $1`, administrator.Person); err != nil {
		t.Fatal(err)
	}
	visitor := openBrowser(t, portal)
	visitor.goTo("/login")
	visitor.look("ldap-login")
	visitor.fill("login", "stranger", "password", slapd.Password["stranger"])
	visitor.press("サインインする")
	visitor.mustSee("アカウントを作るよう頼んでください")
	visitor.look("ldap-no-account")
	visitor.fill("login", "mihon-taro", "password", slapd.Password["staff"])
	visitor.press("サインインする")
	visitor.mustSee("さんのホーム")
	visitor.goTo("/account")
	visitor.look("ldap-account")
	portal.Clock.Advance(20 * time.Minute)
	visitor.goTo("/account/second-factor/passkey")
	visitor.mustSee("利用者名")
	visitor.look("ldap-prove")
	visitor.fill("proof_login", "mihon-taro", "proof_password", slapd.Password["staff"])
	visitor.press("確かめて続ける")
	visitor.mustSee("パスキーを登録する")

	slapd.Stop()
	other := openBrowser(t, portal)
	other.goTo("/login")
	other.fill("login", "mihon-taro", "password", slapd.Password["staff"])
	other.press("サインインする")
	other.mustSee("ディレクトリを利用できません")
	other.look("ldap-down")
	other.fill("login", administrator.StaffNumber, "password", administrator.Password)
	other.press("サインインする")
	other.mustSee("さんのホーム")
	other.goTo("/accounts/" + staff.StaffNumber)
	other.look("ldap-account-of")
}
