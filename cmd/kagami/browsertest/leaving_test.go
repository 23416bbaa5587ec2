//go:build browser

package browsertest

import "testing"

// A transfer says whether the old post ends, and shows before and after.
func TestATransferInTheBrowser(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer := sitDown(t, portal, town.Holder("総務課長"))
	officer.goTo("/people/M010/appoint")
	officer.choose("section", "fukushi")
	officer.press("この課室の職を選ぶ")
	officer.chooseText("post", "福祉こども課 職員")
	officer.setDate("first", "2028-02-29")
	officer.press("発令の前後を確かめる")
	officer.mustSee("異動か兼務かを選んでください")
	officer.look("transfer-refused")
	officer.pick("way", "transfer")
	officer.press("発令の前後を確かめる")
	officer.mustSee("令和10年2月28日まで")
	officer.mustSee("前日で終わります")
	officer.look("transfer-check")
	officer.press("発令する")
	officer.mustSee("発令を記録しました")
	officer.look("transfer-done")
}

// Leave is recorded once: it takes the person out of what is asked, and only who may
// sees why.
func TestLeaveInTheBrowser(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	away := town.Accounts[12] // 税務町民課 職員, who has still to read
	officer := sitDown(t, portal, town.Holder("総務課長"))
	officer.goTo("/people/" + away.StaffNumber)
	officer.press("休業を登録する")
	officer.setDate("first", "2026-11-24")
	officer.setDate("last", "2026-11-20")
	officer.choose("kind", "childcare")
	officer.put("reason", "第二子の育児のため。")
	officer.press("休業を登録する")
	officer.mustSee("最初の日か、それより後の日")
	officer.look("absence-refused")
	officer.setDate("last", "2027-03-31")
	officer.press("休業を登録する")
	officer.mustSee("休業を登録しました")
	officer.mustSee("第二子の育児のため。")
	officer.look("absence-person")
	officer.goTo("/policies/kihon/readers")
	officer.mustSee("ほか休業1人")
	officer.look("absence-readers")
	officer.goTo("/people/" + away.StaffNumber + "/absences/2026-11-24")
	officer.look("absence-end")

	head := sitDown(t, portal, town.Holder("税務町民課長"))
	head.goTo("/people/" + away.StaffNumber)
	head.mustSee("休業中")
	head.mustNotSee("第二子")
	head.mustNotSee("育児休業")
}

// Who goes on leave hands the draft over to who may write it.
func TestHandingOverInTheBrowser(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	writer, successor := town.Holder("総務課 担当副課長"), town.Holder("総務課 情報政策担当")
	drafting := sitDown(t, portal, writer)
	drafting.goTo("/policies/kihon")
	drafting.press("次の版の下書きを始める")
	officer := sitDown(t, portal, town.Holder("総務課長"))
	officer.goTo("/people/" + writer.StaffNumber + "/absences")
	officer.setDate("first", "2026-12-01")
	officer.choose("kind", "care")
	officer.press("休業を登録する")
	officer.mustSee("この人が持っている仕事")
	officer.look("hanging")
	officer.press("引き継ぐ人を決める")
	officer.put("to", town.Holder("福祉こども課 職員").StaffNumber)
	officer.press("選んだものを引き継ぐ")
	officer.mustSee("下書きを書ける役割がありません")
	officer.look("handover-refused")
	officer.put("to", successor.StaffNumber)
	officer.press("選んだものを引き継ぐ")
	officer.mustSee("引き継ぎました")
	next := sitDown(t, portal, successor)
	next.mustSee("の下書きを引き継ぎました")
	next.goTo("/policies/kihon/draft")
	next.mustSee("引き継ぎ")
	next.look("handover-draft")
}
