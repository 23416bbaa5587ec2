//go:build browser

package browsertest

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"kagami/internal/account/factor"
	"kagami/internal/sample"
)

// signIn gives the password, and leaves it at that.
func (p *person) signIn(a sample.Account) {
	p.t.Helper()
	p.goTo("/login")
	p.write("login", a.StaffNumber)
	p.write("password", a.Password)
	p.press("サインインする")
}

func (p *person) write(field, words string) {
	p.t.Helper()
	p.do(chromedp.SendKeys(chromedp.CSS("#"+field), words))
}

// code is what the authenticator app shows now.
func (p *person) code(secret string) string {
	p.t.Helper()
	code, err := totp.GenerateCode(secret, p.portal.Clock.Now())
	if err != nil {
		p.t.Fatal(err)
	}
	return code
}

// takeAuthenticator puts a passkey into the person's computer: one that asks
// for a finger, and gets it.
func (p *person) takeAuthenticator() {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		p.t.Fatal(err)
	}
	_, err := chromedp.Call(p.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}})
	if err != nil {
		p.t.Fatal(err)
	}
}

// Somebody whose role demands it sets up an authenticator app before anything
// else, and signs in with it; with a recovery code when the telephone is lost,
// once.
func TestTheCISOSetsUpAnAppAndSignsInWithItAndWithARecoveryCode(t *testing.T) {
	t.Parallel()
	portal := town.Start(t, factor.DefaultDemanded()...)
	a := town.Holder("副町長")
	ciso := openBrowser(t, portal)
	ciso.signIn(a)
	ciso.mustSee("あなたの役割では、二要素認証が必要です")
	ciso.look("second-factor-demanded")
	ciso.goTo("/policies")
	ciso.mustSee("あなたの役割では、二要素認証が必要です")
	ciso.press("認証アプリを設定する")
	ciso.mustSee("この絵を読み取ってください")
	ciso.look("app")
	secret := strings.ReplaceAll(evaluate[string](ciso, `document.querySelector('.secret').innerText`), " ", "")
	ciso.write("code", "000000")
	ciso.press("設定を終える")
	ciso.mustSee("コードが違います")
	ciso.look("app-refused")
	ciso.write("code", ciso.code(secret))
	ciso.press("設定を終える")
	ciso.mustSee("いま一度だけ表示しています")
	ciso.look("recovery-codes")
	ciso.keepPDF("recovery-codes")
	codes := evaluate[[]string](ciso, `[...document.querySelectorAll('.codes li')].map(e => e.innerText.trim())`)
	ciso.press("保管したので")
	ciso.mustSee("使っていないコード：10個")
	ciso.look("second-factor")
	ciso.press("サインアウト")

	portal.Clock.Advance(time.Minute)
	ciso.signIn(a)
	ciso.mustSee("認証アプリのコード")
	ciso.look("second-step")
	ciso.write("proof_code", "12345")
	ciso.press("サインインする")
	ciso.mustSee("コードが違います")
	ciso.look("second-step-refused")
	ciso.write("proof_code", ciso.code(secret))
	ciso.press("サインインする")
	ciso.mustSee("さんのホーム")
	ciso.press("サインアウト")

	ciso.signIn(a)
	ciso.write("proof_code", codes[3])
	ciso.press("サインインする")
	ciso.mustSee("さんのホーム")
	ciso.press("サインアウト")
	ciso.signIn(a)
	ciso.write("proof_code", codes[3])
	ciso.press("サインインする")
	ciso.mustSee("コードが違います")
}

// A passkey is the second factor after a password, and the only one without.
func TestAPasskeyIsTheSecondFactorOrTheOnlyOne(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	a := town.Holder("税務町民課長")
	manager := openBrowser(t, portal)
	manager.goTo("/login")
	manager.look("signin-with-passkey")
	manager.takeAuthenticator()
	manager.signIn(a)
	manager.goTo("/account/second-factor/passkey")
	manager.look("passkey")
	manager.write("name", "課のパソコン")
	manager.press("パスキーを登録する")
	manager.mustSee("パスキーを登録しました")
	manager.mustSee("課のパソコン")
	manager.look("second-factor-passkey")
	manager.goTo("/account")
	manager.mustSee("パスキー1個を使っています")
	manager.look("account-second-factor")
	manager.press("サインアウト")

	manager.signIn(a)
	manager.mustSee("サインインの確認")
	manager.look("second-step-passkey")
	manager.press("パスキーを使う")
	manager.mustSee("さんのホーム")
	manager.press("サインアウト")

	manager.goTo("/login?next=%2Fpolicies")
	manager.press("パスキーでサインインする")
	manager.mustSee("ポリシー")
	if at := evaluate[string](manager, `location.pathname`); at != "/policies" {
		t.Errorf("signed in to %s", at)
	}

	// proved again with the passkey, after a while: before a form, and before a page
	portal.Clock.Advance(20 * time.Minute)
	manager.goTo("/account/second-factor")
	manager.press("回復コードを新しく作る")
	manager.mustSee("もう一度、本人であることを確かめます")
	manager.look("prove-passkey")
	manager.press("パスキーを使う")
	manager.mustSee("回復コードを作りました")
	portal.Clock.Advance(20 * time.Minute)
	manager.goTo("/account/second-factor")
	manager.press("取り外す")
	manager.mustSee("もう一度、本人であることを確かめます")
	manager.press("パスキーを使う")
	manager.mustSee("パスキー「課のパソコン」を取り外す")
	manager.look("remove-passkey")
	manager.press("取り外す")
	manager.mustSee("取り外しました")
	manager.press("サインアウト")

	// removed at the portal, but not from the computer
	manager.goTo("/login")
	manager.press("パスキーでサインインする")
	manager.mustSee("このパスキーは、このポータルに登録されていないか")
	manager.look("signin-passkey-refused")
	manager.signIn(a)
	manager.mustSee("さんのホーム")
}

// Publishing after a long while asks who it is, and loses nothing.
func TestASensitiveActAsksAgainAndKeepsTheForm(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	administrator := town.Holder("総務課 ポータル管理担当")
	lost := sitDown(t, portal, town.Holder("税務町民課長"))
	lost.goTo("/account/second-factor")
	lost.press("認証アプリを設定する")
	secret := strings.ReplaceAll(evaluate[string](lost, `document.querySelector('.secret').innerText`), " ", "")
	lost.write("code", lost.code(secret))
	lost.press("設定を終える")

	p := sitDown(t, portal, administrator)
	p.goTo("/accounts/" + town.Holder("税務町民課長").StaffNumber)
	p.look("account-with-second-factor")
	p.press("取り外しの手続きへ進む")
	p.look("take-away")
	p.write("reason", "スマートフォンの紛失")
	portal.Clock.Advance(16 * time.Minute)
	p.press("二要素認証を取り外す")
	p.mustSee("もう一度、本人であることを確かめます")
	p.look("prove")
	p.press("確かめて続ける")
	p.mustSee("パスワードを入力してください")
	p.look("prove-refused")
	p.write("proof_password", administrator.Password)
	p.press("確かめて続ける")
	p.mustSee("二要素認証を取り外しました")
	p.mustNotSee("取り外しの手続きへ進む")
	p.look("taken-away")
}
