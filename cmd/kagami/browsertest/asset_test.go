//go:build browser

package browsertest

import (
	"net/url"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// answers clicks what the form of an asset asks, by question and answer.
func (p *person) answers(pairs ...string) {
	p.t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		p.pick(pairs[i], pairs[i+1])
	}
}

// A 管理者 who has never seen the register registers an asset by the questions alone, and
// finds who decided each level, and why.
func TestAnAssetIsRegisteredByItsQuestions(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	account := town.Holder("税務町民課長")
	manager := sitDown(t, portal, account)
	manager.press("情報資産")
	manager.mustSee("住民基本台帳データ")
	manager.look("assets")
	manager.press("資産を登録する")
	manager.mustSee("機密性は、まだ決まりません")
	manager.look("asset-new")
	manager.put("name", "ふるさと納税の寄附者の名簿")
	manager.choose("kind", "information")
	// the answers show by themselves beneath their questions
	manager.answers("confidentiality-1", "no", "confidentiality-2", "yes")
	manager.waitToRead("が「はい」のため、自治体機密性3Bです。")
	manager.answers("integrity-1", "yes")
	manager.waitToRead("が「はい」のため、自治体完全性2です。")
	manager.answers("availability-1", "3")
	manager.waitToRead("が「3日」のため、自治体可用性1です。")
	manager.look("asset-answered")
	manager.answers("personal", "personal", "zone", "lgwan")
	manager.put("place", "共有フォルダ")
	manager.press("登録する")
	manager.mustSee("情報資産を登録しました")
	manager.mustSee("自治体機密性3B")
	manager.mustSee("が「はい」のため、自治体機密性3Bです。")
	manager.mustSee("自治体完全性2")
	manager.mustSee("が「3日」のため、自治体可用性1です。")
	manager.mustSee("決めた人")
	manager.mustSee(account.Name)
	manager.mustNotSee("選んだ理由：")
	manager.look("asset-registered")

	manager.press("変更する")
	manager.unfold("段階を自分で選ぶ")
	manager.answers("confidentiality", "2")
	manager.press("変更する")
	manager.mustSee("選んだ段階は自治体機密性2）の段階を、問いの答えによらずに選んでいます")
	manager.look("asset-without-reason")
	manager.put("level_reason", "町のホームページで公表している寄附者に限るため。")
	manager.press("変更する")
	manager.mustSee("情報資産を変更しました")
	manager.mustSee("自治体機密性3B → 自治体機密性2")
	manager.mustSee("選んだ理由：町のホームページで公表している寄附者に限るため。")
	manager.look("asset-by-hand")
}

// Without script the same is told by a button, and what was typed stays.
func TestTheAnswersToAnAssetsQuestionsAreToldWithoutScript(t *testing.T) {
	t.Parallel()
	manager := sitDown(t, town.Start(t), town.Holder("税務町民課長"))
	manager.goToWithoutScript("/assets/new")
	manager.put("name", "税の相談の記録")
	manager.answers("confidentiality-1", "no", "confidentiality-2", "no", "confidentiality-3", "yes", "integrity-1", "no", "availability-1", "1")
	manager.mustSee("機密性は、まだ決まりません")
	manager.press("答えから段階を出す")
	manager.mustSee("が「はい」のため、自治体機密性3Cです。")
	manager.mustSee("が「いいえ」のため、自治体完全性1です。")
	manager.mustSee("が「1日」のため、自治体可用性2です。")
	if typed := evaluate[string](manager, `document.querySelector('#name').value`); typed != "税の相談の記録" {
		t.Errorf("the name reads %q", typed)
	}
	manager.choose("kind", "information")
	manager.answers("personal", "personal", "zone", "lgwan")
	manager.press("登録する")
	manager.mustSee("情報資産を登録しました")
	manager.mustSee("自治体機密性3C")
}

// What is missing is said, two who change one asset lose nothing, it is found by its words,
// and for a 職員 of another section there is none.
func TestTheAssetRegisterInTheBrowser(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := sitDown(t, portal, town.Holder("税務町民課長"))
	manager.goTo("/assets/new")
	manager.put("name", "ふるさと納税の寄附者の名簿")
	manager.choose("kind", "information")
	manager.answers("confidentiality-1", "no", "confidentiality-2", "no", "confidentiality-3", "yes", "integrity-1", "yes", "availability-1", "7")
	manager.pick("personal", "specific")
	manager.pick("zone", "lgwan")
	manager.put("place", "共有フォルダ")
	manager.press("登録する")
	manager.mustSee("利用事務に使うか、関係事務に使うかを選んで")
	manager.look("asset-refused")
	manager.pick("number_work", "related")
	manager.press("登録する")
	manager.mustSee("情報資産を登録しました")
	code := assetOf(manager)

	colleague := sitDown(t, portal, town.Holder("税務町民課 担当副課長"))
	manager.press("変更する")
	colleague.goTo("/assets/" + code + "/edit")
	colleague.put("place", "寄附管理のフォルダ")
	colleague.press("変更する")
	colleague.mustSee("情報資産を変更しました")
	manager.answers("confidentiality-2", "yes")
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
	officer.goTo("/assets?q=" + url.QueryEscape("寄附"))
	officer.mustSee("ふるさと納税の寄附者の名簿")
	officer.look("assets-of-all")

	other := sitDown(t, portal, town.Holder("福祉こども課 職員"))
	other.goTo("/assets/" + code)
	other.mustSee("見つかりません")
	other.goTo("/assets?q=" + url.QueryEscape("寄附"))
	other.mustSee("この条件に当たる情報資産はありません")
	other.look("assets-none")
}

// goToWithoutScript opens a page none of whose scripts runs.
func (p *person) goToWithoutScript(path string) {
	p.t.Helper()
	p.withoutScript(true)
	p.goTo(path)
	p.withoutScript(false)
}

func (p *person) withoutScript(yes bool) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: yes}); err != nil {
		p.t.Fatal(err)
	}
}

// assetOf is the 管理番号 of the asset whose page it is.
func assetOf(p *person) string {
	p.t.Helper()
	return evaluate[string](p, `location.pathname.split("/").pop()`)
}
