//go:build browser

package browsertest

import (
	"net/url"
	"testing"
)

// The 管理者 of a section registers an asset, changes it and finds it; for a 職員 of
// another section there is none.
func TestTheAssetRegisterInTheBrowser(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := sitDown(t, portal, town.Holder("税務町民課長"))
	manager.goTo("/")
	manager.press("情報資産")
	manager.mustSee("12件")
	manager.mustSee("住民基本台帳データ")
	manager.look("assets")
	manager.press("資産を登録する")
	manager.look("asset-new")
	manager.put("name", "ふるさと納税の寄附者の名簿")
	manager.choose("kind", "information")
	manager.pick("confidentiality", "3C")
	manager.pick("integrity", "2")
	manager.pick("availability", "1")
	manager.pick("personal", "specific")
	manager.pick("zone", "lgwan")
	manager.put("place", "共有フォルダ")
	manager.press("登録する")
	manager.mustSee("利用事務に使うか、関係事務に使うかを選んで")
	manager.look("asset-refused")
	manager.pick("number_work", "related")
	manager.press("登録する")
	manager.mustSee("情報資産を登録しました")
	manager.look("asset-registered")
	code := evaluate[string](manager, `location.pathname.split("/").pop()`)

	colleague := sitDown(t, portal, town.Holder("税務町民課 担当副課長"))
	manager.press("変更する")
	colleague.goTo("/assets/" + code + "/edit")
	colleague.put("place", "寄附管理のフォルダ")
	colleague.press("変更する")
	colleague.mustSee("情報資産を変更しました")
	manager.pick("confidentiality", "3B")
	manager.put("why", "口座の情報を含むため。")
	manager.press("変更する")
	manager.mustSee("ほかの人が変更")
	manager.look("asset-overtaken")
	manager.put("place", "寄附管理のフォルダ")
	manager.press("変更する")
	manager.mustSee("情報資産を変更しました")
	manager.mustSee("自治体機密性3C → 自治体機密性3B")
	manager.look("asset-changed")
	manager.press("登録の誤りとして終える")
	manager.look("asset-mistake")

	manager.goTo("/assets?q=" + url.QueryEscape("寄附") + "&personal=specific")
	manager.mustSee("ふるさと納税の寄附者の名簿")
	manager.look("assets-found")
	officer := sitDown(t, portal, town.Holder("総務課長"))
	officer.goTo("/assets")
	officer.mustSee("ふるさと納税の寄附者の名簿")
	officer.look("assets-of-all")

	other := sitDown(t, portal, town.Holder("福祉こども課 職員"))
	other.goTo("/assets/" + code)
	other.mustSee("見つかりません")
	other.goTo("/assets?q=" + url.QueryEscape("寄附"))
	other.mustSee("この条件に当たる情報資産はありません")
	other.look("assets-none")
}
