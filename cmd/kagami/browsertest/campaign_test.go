//go:build browser

package browsertest

import (
	"testing"
	"time"

	"kagami/web/server/servertest"
)

// fallDue does what the portal's jobs do by themselves, some days later.
func fallDue(t *testing.T, portal *servertest.Portal, days int) {
	t.Helper()
	portal.Clock.Advance(time.Duration(days) * 24 * time.Hour)
	if err := texts(portal).Acknowledge.TendAll(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// From the publication of a change to the evidence: who had acknowledged the
// policy reads only what changed, who is late is reminded, and their 管理者 sees
// how far it has come and excuses who is on leave.
func TestACampaignFromPublicationToEvidence(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer, ciso := sitDown(t, portal, town.Holder("総務課 担当副課長")), sitDown(t, portal, town.Holder("副町長"))
	officer.goTo("/policies/kihon")
	officer.press("次の版の下書きを始める")
	officer.press("本文を直す")
	officer.change("体制を確立する", "体制を確立し、維持する")
	officer.press("保存する")
	officer.press("提出へ進む")
	officer.pick("scale", "minor")
	officer.pick("why", "audit")
	officer.put("why_text", "監査で、体制の維持について書き足すよう指摘されたため。")
	officer.press("提出する")

	ciso.goTo("/")
	ciso.mustSee("の簡易な見直しが提出されました")
	ciso.look("home-ciso-told")
	ciso.goTo("/policies/kihon/draft/notice")
	ciso.setDate("effective_on", "2026-11-24")
	ciso.setDate("due_on", "2026-11-20")
	ciso.put("body", "情報セキュリティ基本方針を簡易に見直したので、通知する。")
	ciso.put("answer", "体制そのものは変わらないため。")
	ciso.press("内容を確かめる")
	ciso.mustSee("新しい確認を求めるかどうかを選んでください")
	ciso.mustSee("確認の期限は、確認を求め始める日")
	ciso.look("notice-campaign-refused")
	ciso.pick("anew", "anew")
	ciso.setDate("due_on", "2026-12-08")
	ciso.press("内容を確かめる")
	ciso.press("通知を出して公開する")
	ciso.mustSee("公開しました")
	fallDue(t, portal, 0)

	// somebody who had acknowledged the first revision
	staff := sitDown(t, portal, town.Accounts[10])
	staff.mustSee("（第2版）を読んで、確認してください")
	staff.mustSee("期限 令和8年12月8日")
	staff.look("home-asked")
	staff.press("変わったところを読む")
	staff.mustSee("体制を確立し、維持する")
	staff.mustSee("（略）")
	staff.look("changes")
	staff.press("読んで理解し、遵守します")
	staff.mustSee("確認を記録しました")
	staff.goTo("/policies/kihon/changes")
	staff.mustSee("確認済みです")

	fallDue(t, portal, 11)
	late := sitDown(t, portal, town.Holder("福祉こども課 職員"))
	late.goTo("/notices")
	late.mustSee("の確認の期限が近づいています")
	late.look("notices-reminded")

	fallDue(t, portal, 4)
	head := sitDown(t, portal, town.Holder("福祉こども課長"))
	head.mustSee("（第2版）の確認の期限を過ぎています")
	head.look("home-late")
	head.press("読む")
	head.press("読んで理解し、遵守します")
	fallDue(t, portal, 4)
	head = sitDown(t, portal, town.Holder("福祉こども課長"))
	head.mustSee("（第2版）を確認していない職員が")
	head.look("home-head")
	head.goTo("/policies/kihon/readers")
	head.mustSee("日ごとの進み具合")
	head.look("readers-late")
	head.goTo("/policies/kihon/readers/" + town.Holder("福祉こども課 職員").StaffNumber)
	head.mustSee("本人にお知らせしました")
	head.look("wanted")
	head.put("reason", "育児休業中のため。")
	head.press("確認を免除する")
	head.mustSee("確認を免除しました")
	head.look("wanted-excused")
	late = sitDown(t, portal, town.Holder("福祉こども課 職員"))
	late.mustNotSee("変わったところを読む")

	ciso = sitDown(t, portal, town.Holder("副町長"))
	ciso.goTo("/policies/kihon/readers")
	ciso.mustSee("免除")
	ciso.look("readers-town")
	ciso.keepPDF("readers")
}
