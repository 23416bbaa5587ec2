package asset_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kagami/web/server/servertest"
)

func TestASectionStartsFromWhatItUsuallyHas(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	page := manager.Get("/assets/usual")
	mustSay(t, "the catalogue", page, "税務町民課", "固定資産課税台帳", "自治体機密性3B", "マイナンバー利用事務系", "登録へ進む")
	form := manager.Get("/assets/new?section=zeimu&usual=" + url.QueryEscape("入湯税の課税台帳"))
	if form.Status != http.StatusNotFound {
		t.Errorf("what is not in the catalogue: %d", form.Status)
	}
	name := "固定資産課税台帳"
	form = manager.Get("/assets/new?section=zeimu&usual=" + url.QueryEscape(name))
	mustSay(t, "the form", form, `value="`+name+`"`, `value="3B" checked`, `value="mynumber" checked`, "写しました")
	_, code := register(t, manager, ledger("name", "見本の記録"))
	if page = manager.Get("/assets/usual"); strings.Contains(page.Body, "登録済み（<a href=\"/assets/"+code) {
		t.Error("another asset counts as one of the catalogue")
	}
}

func TestTheCatalogueIsForWhoRegisters(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	for post, paths := range map[string][]string{
		"税務町民課 職員": {"/assets/usual", "/assets/usual?section=zeimu"},
		"福祉こども課長":  {"/assets/usual?section=zeimu", "/assets/new?section=zeimu&usual=x"},
	} {
		for _, path := range paths {
			if a := servertest.SignIn(t, portal, town.Holder(post)).Get(path); a.Status != http.StatusForbidden {
				t.Errorf("%s at %s: %d", post, path, a.Status)
			}
		}
	}
}

// What does not fit the rules of zones says so on its page, with the clause.
func TestAnAssetThatDoesNotFitTheRulesSaysSo(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	a, _ := register(t, manager, ledger("zone", "internet"))
	mustSay(t, "3B in インターネット接続系", a, "基準に合わない（要是正）", "基本方針7(3)")
	if a, _ := register(t, manager, ledger()); strings.Contains(a.Body, "要是正") {
		t.Error("one that fits says so too")
	}
}
