package asset_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"kagami/web/server/servertest"
)

func TestWhatAnAssetRestsOnIsSaidAndTakenBack(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	_, ledgerCode := register(t, manager, ledger())
	_, system := register(t, manager, ledger("name", "税務システム", "kind", "system", "confidentiality", "3C"))
	page := "/assets/" + ledgerCode + "/relations"

	mustSay(t, "before", manager.Get(page), "土台にしている資産は、登録されていません", "システム、電磁的記録媒体")
	mustSay(t, "an unknown number", manager.Post(page, url.Values{"on": {"zeimu-9999"}}), "この管理番号の資産は、土台にできません", `value="zeimu-9999"`)
	mustSay(t, "no number", manager.Post(page, url.Values{"on": {" "}}), "管理番号を入力してください。")
	mustSay(t, "added", manager.Post(page, url.Values{"on": {" " + strings.ToLower(system) + "　"}}), "土台を加えました", `aria-label="税務システムを外す"`, "税務システム", "なし（直接）", "相手の資産：土台に追加")
	mustSay(t, "the system's level", manager.Get("/assets/"+system+"/relations"), "基準に合わない（要是正）", "軽自動車税の課税台帳", "機密性は、自治体機密性3B以上にしてください")
	mustSay(t, "the picture", manager.Get("/assets/"+system+"/relations"), "<svg", "この資産", "要是正：分類が低い", `<a href="/assets/`+ledgerCode+`"><g`, "上に、止まるものが1件。下に、土台が0件。")
	mustSay(t, "the system's page", manager.Get("/assets/"+system), `<a href="/assets/`+ledgerCode+`">軽自動車税の課税台帳</a>（`+ledgerCode+"）", "が自治体機密性3Bのため")
	mustSay(t, "a circle", manager.Post("/assets/"+system+"/relations", url.Values{"on": {system}}), "同じ情報資産です")
	mustSay(t, "another number", manager.Post(page, url.Values{"on": {"zeimu-0001"}, "act": {"release"}}), "土台になっていません")
	mustSay(t, "taken back", manager.Post(page, url.Values{"on": {system}, "act": {"release"}}), "土台から外しました", "土台にしている資産は、登録されていません", "外した")

	staff := servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	if a := staff.Get(page); a.Status != http.StatusOK || strings.Contains(a.Body, "土台に加える") {
		t.Errorf("a 職員: %d, or a button that refuses them", a.Status)
	}
	if a := staff.Post(page, url.Values{"on": {system}}); a.Status != http.StatusForbidden {
		t.Errorf("a 職員 adds: %d", a.Status)
	}
	other := servertest.SignIn(t, portal, town.Holder("福祉こども課長"))
	for _, answer := range []servertest.Answer{other.Get(page), other.Post(page, url.Values{"on": {system}})} {
		if answer.Status != http.StatusNotFound {
			t.Errorf("another section's manager: %d", answer.Status)
		}
	}
}

func TestAnotherSectionsSystemStandsThereWithoutItsName(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	tax, welfare := servertest.SignIn(t, portal, town.Holder("税務町民課長")), servertest.SignIn(t, portal, town.Holder("福祉こども課長"))
	_, ledgerCode := register(t, tax, ledger())
	_, system := register(t, welfare, ledger("section", "fukushi", "name", "秘密のシステム", "kind", "system", "confidentiality", "3C"))
	_, paper := register(t, welfare, ledger("section", "fukushi", "name", "秘密の紙", "kind", "information"))
	page := "/assets/" + ledgerCode + "/relations"
	a := tax.Post(page, url.Values{"on": {system}})
	mustSay(t, "asked", a, "土台にしたいと申し出ました", "認めるのを待っている土台", system, "取り下げる")
	if strings.Contains(a.Body, "秘密の") {
		t.Error("its name is told")
	}
	mustSay(t, "information", tax.Post(page, url.Values{"on": {paper}}), "土台にできません")
	bearer := "/assets/" + system + "/relations"
	mustSay(t, "what waits", welfare.Get("/"), "申し出1件に答える", bearer+"#asks")
	mustSay(t, "the ask", welfare.Get(bearer), "載せたいという申し出", "軽自動車税の課税台帳", ledgerCode, "税務町民課", "機密性3B", "認める", "断る")
	if a := welfare.Get("/assets/" + system); strings.Contains(a.Body, "要是正") {
		t.Error("what is only asked counts")
	}
	mustSay(t, "refused", welfare.Post(bearer, url.Values{"on": {ledgerCode}, "act": {"refuse"}}), "申し出を断りました", "この資産：申し出を断った")
	mustSay(t, "on the other side", tax.Get(page), "相手の資産：申し出を断った")
	tax.Post(page, url.Values{"on": {system}})
	mustSay(t, "agreed", welfare.Post(bearer, url.Values{"on": {ledgerCode}, "act": {"agree"}}), "申し出を認めました")
	a = tax.Get(page)
	mustSay(t, "the system", a, "他課の資産", system, "見られません")
	if strings.Contains(a.Body, "秘密の") {
		t.Error("its name is told")
	}
	for _, page := range []string{"/assets/" + system + "/relations", "/assets/" + system} {
		a = welfare.Get(page)
		mustSay(t, "from the other side", a, "他課の資産", "機密性は、自治体機密性3B以上にしてください")
		if strings.Contains(a.Body, "軽自動車税の課税台帳") {
			t.Errorf("whose system it is reads on %s what is in it", page)
		}
	}
	mustSay(t, "taken off", welfare.Post(bearer, url.Values{"on": {ledgerCode}, "act": {"take"}}), "この資産から外しました")
	if a := welfare.Get("/assets/" + system); strings.Contains(a.Body, "要是正") {
		t.Error("what was taken off counts")
	}
}

func TestThePageOfAnAssetSaysWhatStandsBesideItAndWhatEndsWithIt(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	_, system := register(t, manager, ledger("name", "税務システム", "kind", "system", "confidentiality", "3B"))
	for i := range 7 {
		_, code := register(t, manager, ledger("name", "台帳"+strconv.Itoa(i)))
		manager.Post("/assets/"+code+"/relations", url.Values{"on": {system}})
		if i == 0 {
			mustSay(t, "below", manager.Get("/assets/"+code), "土台にしているもの", `<a href="/assets/`+system+`">税務システム</a>`, "機密性3B、")
			mustSay(t, "what it no longer rests on", manager.Get("/assets/"+code+"/mistake"), "次の1件を土台にしなくなります：", "「税務システム」（"+system+"）")
		}
	}
	a := manager.Get("/assets/" + system)
	mustSay(t, "above", a, "台帳4", "ほか2件", "図と表で見る")
	if strings.Contains(a.Body, "台帳5") {
		t.Error("more than five are listed")
	}
	mustSay(t, "what loses its base", manager.Get("/assets/"+system+"/mistake"), "次の7件の土台から外れます：", "「台帳0」", "ほか2件")
}

func TestAnAssetIsLookedAtByOnePress(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	a, code := register(t, manager, ledger())
	mustSay(t, "the button", a, "内容を確かめた（変更なし）", "/assets/"+code+"/looked-at")
	page := "/assets/" + code + "/looked-at"
	mustSay(t, "looked at", manager.Post(page, url.Values{"version": {"1"}}), "内容を確かめたことを残しました", "最終確認日", "→ <span class=\"lines\">令和8年11月24日", "内容を確かめた（変更なし）</span>")
	if a := manager.Post(page, url.Values{"version": {"1"}}); a.Status != http.StatusConflict {
		t.Errorf("on an older version: %d", a.Status)
	}
	staff := servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	if a := staff.Post(page, url.Values{"version": {"2"}}); a.Status != http.StatusForbidden {
		t.Errorf("a 職員: %d", a.Status)
	}
	if a := staff.Get("/assets/" + code); strings.Contains(a.Body, "looked-at") {
		t.Error("a button that refuses a 職員")
	}
}

func TestOnlySystemsLackWhatIsAskedOfSystems(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	for kind, asked := range map[string]bool{"paper": false, "system": true} {
		a, _ := register(t, manager, ledger("kind", kind, "name", kind))
		_, blank, _ := strings.Cut(a.Body, "まだ書かれていない項目：")
		blank, _, _ = strings.Cut(blank, "</p>")
		if strings.Contains(blank, "端末の多要素認証") != asked || !strings.Contains(blank, "備考") {
			t.Errorf("%s: %s", kind, blank)
		}
	}
}
