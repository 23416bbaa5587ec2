//go:build browser

package browsertest

import "testing"

// The 管理者 names a 職員, who drafts; the 管理者 confirms it from やること.
func TestAKeeperDraftsAndTheManagerConfirms(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	clerk := town.Holder("税務町民課 職員")
	manager, keeper := sitDown(t, portal, town.Holder("税務町民課長")), sitDown(t, portal, clerk)
	keeper.goTo("/assets")
	keeper.mustNotSee("資産を登録する")
	manager.press("情報資産")
	manager.press("台帳担当者を決める")
	manager.chooseText("person", clerk.Name+"（職員）")
	manager.press("台帳担当者に決める")
	manager.mustSee("台帳担当者を決めました")
	manager.mustSee(clerk.Name)
	manager.look("keepers")

	keeper.goTo("/assets")
	keeper.mustSee("Excelの台帳を取り込む")
	keeper.press("資産を登録する")
	keeper.mustSee("情報セキュリティ管理者が確認すると、台帳に登録されます")
	keeper.put("name", "自動車の登録の控え")
	keeper.choose("kind", "paper")
	keeper.answers("confidentiality-1", "no", "confidentiality-2", "no", "confidentiality-3", "yes", "integrity-1", "no", "availability-1", "7", "personal", "personal", "zone", "offline")
	keeper.look("asset-new-keeper")
	keeper.press("下書きを作る")
	keeper.mustSee("下書きを作りました")
	keeper.mustSee("確認待ちの下書きです")
	keeper.look("asset-drafted")

	manager.goTo("/")
	manager.mustSee("台帳の下書き1件を確認する")
	manager.look("home-drafts")
	manager.press("下書きを確認する")
	manager.mustSee("自動車の登録の控え")
	manager.look("asset-drafts")
	manager.press("自動車の登録の控え")
	manager.mustSee("下書きを確認する")
	manager.look("asset-review")
	manager.press("この内容で登録する")
	manager.mustSee("自動車の登録の控え")
	manager.goTo("/")
	manager.mustNotSee("台帳の下書き")

	keeper.goTo("/assets?q=%E8%87%AA%E5%8B%95%E8%BB%8A")
	keeper.press("自動車の登録の控え")
	keeper.press("変更を提案する")
	keeper.put("owner", "税務町民課長")
	keeper.put("why", "書き忘れていたため。")
	keeper.press("変更を提案する")
	keeper.mustSee("変更を提案しました")
	manager.goTo("/")
	manager.press("提案を確認する")
	manager.press("自動車の登録の控え")
	manager.look("asset-review-proposal")
	manager.press("提案のとおりに変える")
	manager.mustSee("提案のとおりに変えました")
}
