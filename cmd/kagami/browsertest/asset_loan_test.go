//go:build browser

package browsertest

import (
	"testing"
	"time"
)

// A 職員 asks for data that a rule bars, then for papers: the 管理者 permits, the papers are
// handed over with a slip, are not back in time, and come back.
func TestATakeOutIsBarredPermittedOverdueAndReturned(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	codeOf := func(condition string) (code string) {
		if err := portal.DB.Pool.QueryRow(t.Context(), `SELECT min(a.code) FROM asset a JOIN section s ON s.id = a.section_id WHERE s.code = 'zeimu' AND a.state = 'registered' AND `+condition).Scan(&code); err != nil {
			t.Fatal(err)
		}
		return code
	}
	barred, papers := codeOf(`a.zone = 'mynumber' AND a.kind = 'information'`), codeOf(`a.kind = 'paper' AND a.confidentiality = '2'`)

	clerk, manager, deputy := sitDown(t, portal, town.Holder("税務町民課 職員")), sitDown(t, portal, town.Holder("税務町民課長")), sitDown(t, portal, town.Holder("税務町民課 担当副課長"))
	clerk.press("情報資産")
	clerk.press("持出し・貸出し")
	clerk.look("loans-empty")
	clerk.press("持出し・貸出しを申請する")
	clerk.look("loan-choose")
	clerk.put("asset", barred)
	clerk.press("この情報資産を申請する")
	clerk.mustSee("このままでは、許可されません")
	fill := func() {
		clerk.put("purpose", "家屋の調査のため、書類と突き合わせる。")
		clerk.put("place", "町内の家屋")
		clerk.setDate("from_on", "2026-11-24")
		clerk.setDate("until_on", "2026-11-26")
	}
	fill()
	clerk.press("申請する")
	clerk.mustSee("基準により、許可されません")
	clerk.mustSee("基本方針7(3)①")
	clerk.look("loan-barred")
	clerk.goTo("/loans/new?asset=" + papers)
	fill()
	clerk.look("loan-new")
	clerk.press("申請する")
	clerk.mustSee("持出し・貸出しを申請しました")
	clerk.look("loan-asked")

	manager.goTo("/")
	manager.mustSee("持出し・貸出しの申請1件を見て")
	manager.press("申請を見る")
	manager.press("令和")
	manager.press("許可する")
	manager.look("loan-permit")
	manager.press("許可する")
	manager.mustSee("持出し・貸出しを許可しました")

	deputy.goTo("/")
	deputy.press("渡すものを見る")
	deputy.press("令和")
	deputy.press("票を印刷する")
	deputy.mustSee("情報資産持出し・貸出し票")
	deputy.look("loan-slip")
	deputy.keepPDF("loan-slip")
	deputy.press("持出し・貸出しの画面に戻る")
	deputy.press("渡す")
	deputy.look("loan-hand")
	deputy.press("渡す")
	deputy.mustSee("渡したことを記録しました")
	clerk.goTo("/assets/" + papers + "/loans")
	clerk.mustSee("使用中")
	clerk.look("loan-calendar")
	clerk.goTo("/assets/" + papers)
	clerk.mustSee("持ち出されています")

	portal.Clock.Advance(4 * 24 * time.Hour)
	clerk, deputy = sitDown(t, portal, town.Holder("税務町民課 職員")), sitDown(t, portal, town.Holder("税務町民課 担当副課長"))
	clerk.mustSee("を返す")
	clerk.look("home-loan-overdue")
	clerk.press("持ち出しているものを見る")
	clerk.mustSee("返す日を過ぎています")
	clerk.look("loan-overdue")
	clerk.goTo("/loans")
	clerk.look("loans")
	deputy.press("返っていないものを見る")
	deputy.press("令和")
	deputy.press("返却を確かめる")
	deputy.pick("whole", "yes")
	deputy.pick("sound", "yes")
	deputy.pick("erased", "none")
	deputy.look("loan-close")
	deputy.press("返却を確かめる")
	deputy.mustSee("返却を確かめました")
	deputy.look("loan-closed")
	clerk.goTo("/assets/" + papers)
	clerk.mustNotSee("持ち出されたまま")
}
