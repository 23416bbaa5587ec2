package asset_test

import (
	"net/http"
	"net/url"
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
	mustSay(t, "an unknown number", manager.Post(page, url.Values{"on": {"zeimu-9999"}}), "見つかりません", `value="zeimu-9999"`)
	mustSay(t, "added", manager.Post(page, url.Values{"on": {" " + strings.ToLower(system) + "　"}}), "土台を加えました", "税務システム", "なし（直接）", "加えた")
	mustSay(t, "the system's level", manager.Get("/assets/"+system+"/relations"), "基準に合わない（要是正）", "軽自動車税の課税台帳", "機密性は、自治体機密性3B以上にしてください")
	mustSay(t, "the picture", manager.Get("/assets/"+system+"/relations"), "<svg", "この資産", "要是正：分類が低い", `<a href="/assets/`+ledgerCode+`"><g`, "上に、止まるものが1件。下に、土台が0件。")
	mustSay(t, "the system's page", manager.Get("/assets/"+system), `<a href="/assets/`+ledgerCode+`">軽自動車税の課税台帳</a>（`+ledgerCode+"）", "が自治体機密性3Bのため")
	mustSay(t, "a circle", manager.Post("/assets/"+system+"/relations", url.Values{"on": {system}}), "同じ情報資産です")
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
	mustSay(t, "the system", a, "土台を加えました", "他課の資産", system)
	if strings.Contains(a.Body, "秘密の") {
		t.Error("its name is told")
	}
	mustSay(t, "information", tax.Post(page, url.Values{"on": {paper}}), "見つかりません")
	for _, page := range []string{"/assets/" + system + "/relations", "/assets/" + system} {
		a = welfare.Get(page)
		mustSay(t, "from the other side", a, "他課の資産", "機密性は、自治体機密性3B以上にしてください")
		if strings.Contains(a.Body, "軽自動車税の課税台帳") || strings.Contains(a.Body, ledgerCode) {
			t.Errorf("whose system it is reads on %s what is in it", page)
		}
	}
}
