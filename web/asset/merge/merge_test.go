package merge_test

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	domain "kagami/internal/asset/merge"
	"kagami/web/asset/assettest"
	"kagami/web/asset/merge"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = assettest.Town(func(g server.Ground, register *asset.Service, _ *find.Service) []screen.Part {
	return []screen.Part{merge.New(domain.New(g.Pool, g.Door, register), register).Part()}
})

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

func TestTwoEntriesBecomeOne(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	_, gone := assettest.Register(t, manager, assettest.Ledger("owner", "係長"))
	_, kept := assettest.Register(t, manager, assettest.Ledger("place", "書庫"))
	here := "/assets/" + gone + "/merge"
	assettest.MustSay(t, "the asset", manager.Get("/assets/"+gone), `href="`+here+`"`, "ほかの資産に統合する")
	assettest.MustSay(t, "the choice", manager.Get(here), "残す方の資産の管理番号", `<option value="`+kept+`">軽自動車税の課税台帳</option>`)
	assettest.MustNotSay(t, "the choice", manager.Get(here), `<option value="`+gone+`"`)
	wide := strings.NewReplacer("z", "Ｚ", "0", "０", "1", "１", "2", "２", "3", "３", "-", "－").Replace(kept)
	assettest.MustSay(t, "typed in full width", manager.Get(here+"?into="+url.QueryEscape(wide)), "<legend>保存先</legend>", "残す資産（"+kept+"）の内容", "終える資産（"+gone+"）の内容")
	none := manager.Get(here + "?into=zeimu-9999")
	if none.Status != http.StatusUnprocessableEntity {
		t.Errorf("into none: %d", none.Status)
	}
	assettest.MustSay(t, "into none", none, "見つかりません", `value="zeimu-9999"`)
	assettest.MustSay(t, "both", manager.Get(here+"?into="+kept), "書庫", "税務システム", `name="take-place" value="other" checked`, `name="take-owner" value="this" checked`)
	form := url.Values{"version": {"1"}, "into": {kept}, "into_version": {"1"}, "take-place": {"this"}, "take-owner": {"this"}, "why": {"二重の登録"}}
	unsure := manager.Post(here, form)
	assettest.MustSay(t, "unsure", unsure, "元に戻せないことを確かめて", `name="take-place" value="this" checked`, "二重の登録")
	form.Set("sure", "1")
	clerk, other := servertest.SignIn(t, portal, town.Holder("税務町民課 職員")), servertest.SignIn(t, portal, town.Holder("福祉こども課長"))
	for who, c := range map[string]struct {
		visitor *servertest.Visitor
		status  int
	}{"a clerk": {clerk, http.StatusForbidden}, "another section's manager": {other, http.StatusNotFound}} {
		if a := c.visitor.Get(here + "?into=" + kept); a.Status != c.status {
			t.Errorf("%s looks: %d", who, a.Status)
		}
		if a := c.visitor.Post(here, form); a.Status != c.status {
			t.Errorf("%s merges: %d", who, a.Status)
		}
	}
	if a := clerk.Get("/assets/" + gone); strings.Contains(a.Body, here) {
		t.Error("a clerk is offered it")
	}
	assettest.MustSay(t, "done", manager.Post(here, form), "1つに統合しました", gone+"『軽自動車税の課税台帳』を統合しました", "<h2>統合したもの</h2>", `<a href="/assets/`+gone+`">`+gone+"</a>『軽自動車税の課税台帳』", "二重の登録", "係長", "税務システム")
	assettest.MustSay(t, "what has ended", manager.Get("/assets/"+gone), "ほかの資産に統合", `href="/assets/`+kept+`"`, "統合した先")
	for _, words := range []string{gone, strings.ToUpper(gone), "　" + gone + " "} {
		assettest.MustSay(t, "its number, "+words, manager.Get("/assets?q="+url.QueryEscape(words)), `href="/assets/`+gone+`"`, `href="/assets/`+kept+`"`, "に統合されています")
	}
	assettest.MustNotSay(t, "its number, elsewhere", other.Get("/assets?q="+gone), "統合されています", kept)
	if a := manager.Post(here, form); a.Status != http.StatusConflict {
		t.Errorf("again: %d", a.Status)
	}
}
