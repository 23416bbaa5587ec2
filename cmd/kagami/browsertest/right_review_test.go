//go:build browser

package browsertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"kagami/internal/rights"
	"kagami/web/server/servertest"
)

// permitted lets somebody of 税務町民課 use a system of that section, and returns the right's code.
func permitted(t *testing.T, portal *servertest.Portal, post string, kind rights.Kind) string {
	t.Helper()
	ledger, user, deputy := rights.New(portal.Pool, portal.Door, rights.Ties{}), portal.Actor(t, town.Holder(post)), portal.Actor(t, town.Holder("税務町民課 担当副課長"))
	var system string
	err := portal.DB.Pool.QueryRow(t.Context(), `SELECT min(y.code) FROM system_shown y JOIN section_shown s ON s.id = y.section_id WHERE s.code = 'zeimu' AND y.counts`).Scan(&system)
	if err != nil {
		t.Fatal(err)
	}
	code, err := ledger.Ask(t.Context(), user, rights.Asking{System: system, Details: rights.Details{Kind: kind, Grade: "確認の見本", Purpose: "課税の事務", From: user.On}})
	if err == nil {
		err = ledger.Do(t.Context(), deputy, code, rights.EventPermit, rights.Step{Version: 1})
	}
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// The 統括 opens a confirmation of a section: its 課長 goes through the rights of their people,
// on a phone too, one is changed and one ends; the 課長's own goes to who stands above. It is
// handed in, closed and printed.
func TestTheRightsOfASectionAreConfirmed(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer, second, manager, deputy := sitDown(t, portal, town.Holder("総務課長")), sitDown(t, portal, town.Holder("総務課 担当副課長")), sitDown(t, portal, town.Holder("税務町民課長")), sitDown(t, portal, town.Holder("税務町民課 担当副課長"))
	usual, special := permitted(t, portal, "税務町民課 職員", rights.General), permitted(t, portal, "税務町民課 職員", rights.Privileged)
	permitted(t, portal, "税務町民課長", rights.General)
	officer.goTo("/rights/reviews")
	if strings.Contains(officer.text(), "（見本）") { // that of the sample
		officer.look("right-reviews")
		officer.goTo("/rights/reviews/8-1")
		officer.look("right-review-sample")
		officer.press("確認を締める")
		officer.put("note", "見本のため。")
		officer.look("right-review-closing")
		officer.press("締めて記録にする")
		officer.look("right-review-record-sample")
		officer.goTo("/rights/reviews")
	}
	officer.press("利用権限の確認を始める")
	officer.pick("which", "some")
	evaluate[bool](officer, `document.querySelectorAll('input[value=zeimu]').forEach(i => i.checked = true), true`)
	officer.setDate("due_on", portal.Now().AddDate(0, 0, 30).Format("2006-01-02"))
	officer.look("right-review-new")
	officer.press("課室と件数を確かめる")
	officer.look("right-review-check")
	officer.press("この内容で始める")
	officer.mustSee("利用権限の確認を始めました")
	officer.look("right-review")
	path := evaluate[string](officer, `location.pathname`) + "/zeimu"

	manager.goTo("/")
	manager.mustSee("税務町民課の職員の利用権限を確かめる")
	manager.goTo(path)
	manager.look("right-review-section")
	row := func(code string) string { return fmt.Sprintf("#r-%s .four ", code) }
	manager.do(chromedp.Click(chromedp.CSS(row(special)+"[value=change]")), chromedp.WaitVisible(chromedp.CSS("#words")))
	manager.put("words", "一般にする。")
	manager.look("right-review-change")
	manager.press("「変える」と記録する")
	manager.mustSee("変更を待っている")
	manager.do(chromedp.Click(chromedp.CSS(row(usual)+"[value=later]")), chromedp.WaitVisible(chromedp.CSS("#r-"+usual+".answered")))
	manager.goToWithoutScript(path)
	manager.do(chromedp.Click(chromedp.CSS(row(usual)+"[value=unneeded]")), chromedp.WaitVisible(chromedp.CSS(".banner.lasting")))
	manager.look("right-review-end")
	manager.press("「要らない」と記録して、終える")
	manager.mustSee("利用権限を終えました")
	for {
		manager.goTo(path + "?show=left")
		if !strings.Contains(manager.text(), "すべて「要る」にする") {
			break
		}
		manager.goTo(path + "/rest?show=left")
		manager.look("right-review-rest")
		manager.press(evaluate[string](manager, `document.querySelector('form.card button').innerText`))
		manager.mustSee("気になる点のないものを「要る」と記録しました")
	}
	answerAll := func(who *person) {
		for {
			who.goTo(path + "?show=left")
			if evaluate[int](who, `document.querySelectorAll('.four').length`) == 0 {
				return
			}
			left := evaluate[string](who, `document.querySelector('tr:has(.four)').id`)
			who.do(chromedp.Click(chromedp.CSS("#"+left+" .four [value=needed]")), chromedp.WaitNotPresent(chromedp.CSS("#"+left)))
		}
	}
	answerAll(manager)
	deputy.goTo("/")
	deputy.press("変えるものを見る")
	deputy.look("right-review-changes")
	deputy.do(chromedp.Click(chromedp.CSS("#r-"+special+" button")), chromedp.WaitNotPresent(chromedp.CSS("#r-"+special)))
	deputy.mustSee("変えたことを記録しました")
	answerAll(second)
	answerAll(officer)
	manager.goTo("/")
	manager.press("内容を見て提出する")
	manager.mustSee("変更済み")
	manager.press("提出する")
	manager.look("right-review-hand-in")
	manager.press("提出する")
	manager.mustSee("利用権限の確認を提出しました")
	officer.goTo(strings.TrimSuffix(path, "/zeimu"))
	officer.press("確認を締める")
	officer.mustSee("すべての課室が、提出しています")
	officer.press("締めて記録にする")
	officer.mustSee("利用権限の確認を締めました")
	officer.look("right-review-record")
	officer.keepPDF("right-review-record")
}
