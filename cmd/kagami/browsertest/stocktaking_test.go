//go:build browser

package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// The 統括 closes the 棚卸し of the sample and opens one of a section: it is gone through on a
// phone and by keys, handed in, sent back once, confirmed, closed and printed.
func TestARegisterIsGoneThroughOnAPhone(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer, manager, deputy := sitDown(t, portal, town.Holder("総務課長")), sitDown(t, portal, town.Holder("税務町民課長")), sitDown(t, portal, town.Holder("税務町民課 担当副課長"))
	manager.goTo("/stocktakings/8-1/zeimu")
	manager.look("stocktaking-section-many")
	officer.goTo("/assets")
	officer.press("棚卸し")
	officer.look("stocktakings")
	officer.press("棚卸し-令和8年度")
	officer.mustSee("確認済み（2）")
	officer.look("stocktaking")
	officer.press("棚卸しを締める")
	officer.look("stocktaking-closing")
	officer.put("note", "範囲を決め直すため。")
	officer.press("締めて記録にする")
	officer.mustSee("棚卸しを締めました")
	officer.look("stocktaking-record")
	officer.keepPDF("stocktaking-record")

	officer.goTo("/stocktakings")
	officer.press("棚卸しを始める")
	officer.pick("which", "some")
	evaluate[bool](officer, `document.querySelectorAll('input[value=zeimu], input[name=kind][value=medium], input[name=kind][value=system]').forEach(i => i.checked = true), true`)
	officer.setDate("due_on", portal.Now().AddDate(0, 0, 30).Format("2006-01-02"))
	officer.look("stocktaking-new")
	officer.press("範囲と件数を確かめる")
	officer.look("stocktaking-check")
	officer.press("この範囲で始める")
	officer.mustSee("棚卸しを始めました")
	for path, name := range map[string]string{"typing": "stocktaking-typing", "rest": "stocktaking-rest"} {
		manager.goTo("/stocktakings/8-2/zeimu/" + path)
		manager.look(name)
	}
	officer.goTo("/stocktakings/due/8-2")
	officer.look("stocktaking-due")

	deputy.goTo("/")
	deputy.mustSee("税務町民課の情報資産を確かめる")
	deputy.press("始める")
	deputy.do(chromedp.EmulateViewport(narrow, height))
	all := evaluate[int](deputy, `document.querySelectorAll('.four').length`)
	if all < 2 {
		t.Fatalf("there are %d to go through", all)
	}
	evaluate[bool](deputy, `document.querySelector('.four button').click(), true`)
	deputy.waitToRead(fmt.Sprintf("%d件のうち1件", all))
	deputy.look("stocktaking-section")
	deputy.do(chromedp.EmulateViewport(narrow, height))
	deputy.do(chromedp.Click(chromedp.CSS(`tr:not(.answered) .four [value=missing]`)), chromedp.WaitVisible(chromedp.CSS("#noticed_by")))
	deputy.put("noticed_by", "担当副課長 見本")
	deputy.put("note", "書庫の棚にない。")
	deputy.look("stocktaking-missing")
	deputy.press("「所在不明」と記録する")
	deputy.mustSee("「所在不明」と記録しました")
	deputy.press("まだのものだけ")
	for done := 2; done < all; done++ { // by the key of the row on which one is
		evaluate[bool](deputy, `document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowDown', bubbles: true})), document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: '1', bubbles: true}))`)
		deputy.waitToRead(fmt.Sprintf("%d件のうち%d件", all, done+1))
	}
	deputy.mustSee("すべて確かめました")
	deputy.press("提出する")
	deputy.look("stocktaking-hand-in")
	deputy.press("提出する")
	deputy.mustSee("棚卸しを提出しました")

	manager.goTo("/")
	manager.press("棚卸しを見る")
	manager.look("stocktaking-to-confirm")
	manager.press("差し戻す")
	manager.put("note", "机の中も探してください。")
	manager.look("stocktaking-send-back")
	manager.press("差し戻す")
	manager.mustSee("棚卸しを差し戻しました")
	deputy.goTo("/stocktakings/8-2/zeimu")
	deputy.mustSee("机の中も探してください。")
	deputy.goTo("/stocktakings/8-2/zeimu?show=missing")
	deputy.press("所在不明の届けを見る")
	deputy.put("found_where", "課長の机")
	deputy.put("found_by", "担当副課長 見本")
	deputy.press("見つかったことを記録する")
	deputy.mustSee("見つかったことを記録しました")
	deputy.goToWithoutScript("/stocktakings/8-2/zeimu?show=missing")
	deputy.do(chromedp.Click(chromedp.CSS(`.four [value=same]`)), chromedp.WaitVisible(chromedp.CSS(`.empty`)))
	deputy.mustSee("所在不明（0）")
	deputy.goTo("/stocktakings/8-2/zeimu/sheet")
	deputy.look("stocktaking-sheet")
	deputy.keepPDF("stocktaking-sheet")
	deputy.goTo("/stocktakings/8-2/zeimu/hand_in")
	deputy.press("提出する")

	manager.goTo("/stocktakings/8-2/zeimu")
	manager.press("確認する")
	manager.look("stocktaking-confirm")
	manager.press("確認する")
	manager.mustSee("棚卸しを確認しました")
	officer.goTo("/")
	officer.mustSee("棚卸し-令和8年度（2回目）を締める")
	officer.goTo("/stocktakings/close/8-2")
	officer.mustSee("すべての課室で、確認が済んでいます")
	officer.press("締めて記録にする")
	officer.mustSee("棚卸し-令和8年度（2回目）")
	officer.look("stocktaking-record-whole")
}
