//go:build browser

package browsertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/internal/sample"
	"kagami/web/server/servertest"
)

const typedPassword = "屋根の上の猫と長い午後三時"

// fill types into the fields of a form, by their names.
func (p *person) fill(fields ...string) {
	p.t.Helper()
	for i := 0; i < len(fields); i += 2 {
		evaluate[string](p, fmt.Sprintf(`document.getElementById(%q).value = ''`, fields[i]))
		p.do(chromedp.SendKeys(chromedp.CSS("#"+fields[i]), fields[i+1]))
	}
}

// slipAddresses are the addresses on the slips that the page shows, within the portal.
func (p *person) slipAddresses() []string {
	p.t.Helper()
	whole := evaluate[[]string](p, `[...document.querySelectorAll('.slips .address')].map(e => e.innerText)`)
	for i, address := range whole {
		whole[i] = strings.TrimPrefix(address, p.portal.URL)
	}
	return whole
}

// The first start: the console's link makes the first administrator, who invites
// a colleague; the colleague sets a password, signs in on two devices, and ends
// one of them from the other.
func TestFromTheConsolesLinkToAColleaguesFirstDay(t *testing.T) {
	t.Parallel()
	portal := town.StartUnused(t)
	link, err := portal.Accounts.MakeFirstLink(t.Context(), authz.AsOperator())
	if err != nil {
		t.Fatal(err)
	}
	administrator := openBrowser(t, portal)
	administrator.goTo("/welcome/" + link.Token)
	administrator.look("welcome")
	administrator.fill("staff_number", "A001", "name", "見本 一郎", "furigana", "ミホン イチロウ", "password", "kagami20261124", "password_again", "kagami20261124")
	administrator.press("ポータル管理者になる")
	administrator.mustSee("よく使われる")
	administrator.look("welcome-problem")
	administrator.fill("password", typedPassword, "password_again", typedPassword)
	administrator.press("ポータル管理者になる")
	administrator.mustSee("アカウントができました")
	administrator.look("welcome-done")
	administrator.fill("login", "A001", "password", typedPassword)
	administrator.press("サインインする")
	administrator.mustSee("見本 一郎さんのホーム")

	for _, number := range []string{"N001", "N002", "N003", "N004", "N005", "N006"} {
		hire(t, portal, number)
	}
	administrator.press("アカウント管理")
	administrator.mustSee("6人")
	administrator.look("accounts")
	administrator.press("まとめて招待する")
	administrator.look("accounts-invitations")
	administrator.press("6人を招待する")
	administrator.mustSee("もう一度は表示できません")
	administrator.look("accounts-slips")
	administrator.keepPDF("accounts-slips")
	addresses := administrator.slipAddresses()
	if len(addresses) != 6 {
		t.Fatalf("%d slips", len(addresses))
	}
	administrator.goTo("/accounts/invitations")
	administrator.look("accounts-invitations-again")
	administrator.goTo("/accounts/N002")
	administrator.mustSee("招待中")
	administrator.look("account-invited")

	colleague := openBrowser(t, portal)
	colleague.goTo(addresses[0])
	colleague.mustSee("見本 新人")
	colleague.look("invitation")
	colleague.fill("password", typedPassword, "password_again", typedPassword)
	colleague.press("このパスワードに決める")
	colleague.mustSee("アカウントができました")
	account := sample.Account{StaffNumber: "N001", Password: typedPassword}
	elsewhere := sitDown(t, portal, account)
	colleague.fill("login", "n001", "password", typedPassword)
	colleague.press("サインインする")
	colleague.press("見本 新人")
	colleague.mustSee("この端末")
	colleague.look("account")
	colleague.press("終わらせる")
	colleague.mustSee("サインインを終わらせました")
	colleague.mustNotSee("終わらせる（")
	colleague.look("account-ended")
	elsewhere.goTo("/account")
	elsewhere.mustSee("この画面を見るには、サインインしてください")

	colleague.press("パスワードを変える")
	colleague.look("account-password")
	colleague.fill("current", "違うパスワード", "password", typedPassword, "password_again", typedPassword)
	colleague.press("パスワードを変える")
	colleague.mustSee("いまのパスワードが違います")
	colleague.look("account-password-problem")
}

// An administrator looks after somebody's account.
func TestAnAdministratorSuspendsAndResumesAnAccount(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	staff := town.Accounts[12]
	reader := sitDown(t, portal, staff)
	administrator := sitDown(t, portal, town.Holder("総務課 ポータル管理担当"))
	administrator.press("アカウント管理")
	administrator.fill("q", staff.StaffNumber)
	administrator.press("探す")
	administrator.look("accounts-found")
	administrator.press(staff.Name)
	administrator.mustSee("利用を止める")
	administrator.look("account-of")
	administrator.press("パスワードを決め直すリンクを作る")
	administrator.look("account-reset-slip")
	administrator.press(staff.Name + "さんのアカウントへ戻る")
	administrator.fill("reason", "見本の理由")
	administrator.press("利用を止める")
	administrator.mustSee("利用を止めました")
	administrator.look("account-suspended")
	reader.goTo("/account")
	reader.mustSee("サインインしてください")
	reader.fill("login", staff.StaffNumber, "password", staff.Password)
	reader.press("サインインする")
	reader.mustSee("利用を止められています")
	reader.look("login-suspended")
	administrator.fill("reason", "見本の理由")
	administrator.press("利用を再開する")
	administrator.mustSee("利用を再開しました")
	administrator.goTo("/accounts/" + town.Holder("総務課 ポータル管理担当").StaffNumber)
	administrator.look("account-own")
	stranger := openBrowser(t, portal)
	for range 7 {
		stranger.goTo("/login")
		stranger.fill("login", staff.StaffNumber, "password", "違うパスワード")
		stranger.press("サインインする")
	}
	stranger.mustSee("あと2秒は試せません")
	stranger.look("login-wait")
}

// hire registers somebody with a post and no account.
func hire(t *testing.T, portal *servertest.Portal, number string) {
	t.Helper()
	ctx, operator := t.Context(), authz.AsOperator()
	person, err := portal.Org.AddPerson(ctx, operator, org.Person{StaffNumber: number, Name: "見本 新人", Furigana: "ミホン シンジン"})
	if err != nil {
		t.Fatal(err)
	}
	post, err := portal.Org.AddPost(ctx, operator, org.Post{Title: "見本の職" + number})
	if err != nil {
		t.Fatal(err)
	}
	if err := portal.Org.Appoint(ctx, operator, org.Appointment{Person: person, Post: post, First: calendar.Day(servertest.Morning)}, org.Beside); err != nil {
		t.Fatal(err)
	}
}
