package bulk_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"kagami/internal/asset"
	domain "kagami/internal/asset/bulk"
	"kagami/internal/asset/find"
	"kagami/internal/asset/many"
	"kagami/web/asset/assettest"
	"kagami/web/asset/bulk"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = assettest.Town(func(g server.Ground, register *asset.Service, finding *find.Service) []screen.Part {
	return []screen.Part{bulk.New(domain.New(g.Pool, many.New(g.Pool, g.Door, register), register, finding), register, finding).Part()}
})

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

var hidden = regexp.MustCompile(`<input type="hidden" name="([a-z_]+)" value="([^"]*)">`)

// apply is the form of a preview, as the browser sends it.
func apply(page servertest.Answer) url.Values {
	form := url.Values{"do": {"apply"}}
	for _, field := range hidden.FindAllStringSubmatch(page.Body, -1) {
		form.Add(field[1], field[2])
	}
	return form
}

func TestWhatTheListShowsIsChangedAtOnce(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	_, code := assettest.Register(t, manager, assettest.Ledger("name", "うさぎ号の課税台帳"))
	_, other := assettest.Register(t, manager, assettest.Ledger("name", "例規集"))
	assettest.MustSay(t, "the list", manager.Get("/assets?q=うさぎ号の"), `href="/assets/bulk?q=%E3%81%86%E3%81%95%E3%81%8E%E5%8F%B7%E3%81%AE"`, "まとめて変更")
	page := "/assets/bulk?q=" + url.QueryEscape("うさぎ号の")
	assettest.MustSay(t, "the form", manager.Get(page), "1件", "管理責任者を空にする", "加える取扱制限", `value="internet"`)
	none := manager.Post(page, url.Values{"do": {"preview"}})
	if none.Status != http.StatusUnprocessableEntity {
		t.Errorf("nothing chosen: %d", none.Status)
	}
	assettest.MustSay(t, "nothing chosen", none, "変える項目がありません")
	both := manager.Post(page, url.Values{"do": {"preview"}, "place": {"書庫"}, "empty": {"place"}})
	assettest.MustSay(t, "typed and emptied", both, "どちらかにしてください", `value="書庫"`)
	preview := manager.Post(page, url.Values{"do": {"preview"}, "owner": {"税務町民課長"}, "empty": {"place"}, "zone": {"internet"}, "add": {"no_print"}})
	assettest.MustSay(t, "the preview", preview, "1件をまとめて変える", "（なし）</span> → <span class=\"lines\">税務町民課長", "税務システム</span> → <span class=\"lines\">（なし）", "要是正", "印刷禁止")
	if strings.Contains(preview.Body, other) {
		t.Error("the preview names what was not looked for")
	}
	back := apply(preview)
	back.Set("do", "choose")
	assettest.MustSay(t, "chosen anew", manager.Post(page, back), `value="税務町民課長"`, `value="internet" selected`, `value="no_print" checked`, `value="place" checked`)
	assettest.MustSay(t, "done", manager.Post(page, apply(preview)), "まとめて変更しました")
	assettest.MustSay(t, "the asset", manager.Get("/assets/"+code), "インターネット接続系", "印刷禁止", "税務町民課長")
	again := manager.Post(page, apply(preview))
	if again.Status != http.StatusConflict {
		t.Errorf("again: %d", again.Status)
	}
	assettest.MustSay(t, "again", again, "変わるところがありません", "変わるものはありません")
}

func TestAPreviewThatIsOvertakenIsShownAnew(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	assettest.Register(t, manager, assettest.Ledger("name", "うさぎ号の課税台帳"))
	page := "/assets/bulk?q=" + url.QueryEscape("うさぎ号の")
	preview := manager.Post(page, url.Values{"do": {"preview"}, "place": {"書庫"}})
	_, code := assettest.Register(t, manager, assettest.Ledger("name", "うさぎ号の名簿"))
	anew := manager.Post(page, apply(preview))
	if anew.Status != http.StatusConflict {
		t.Errorf("%d", anew.Status)
	}
	assettest.MustSay(t, "anew", anew, "作り直した内容", "2件をまとめて変える", code)
	assettest.MustSay(t, "done", manager.Post(page, apply(anew)), "まとめて変更しました")
}

func TestWhoChangesNoAssetsIsOfferedNoChangeOfMany(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	_, code := assettest.Register(t, servertest.SignIn(t, portal, town.Holder("税務町民課長")), assettest.Ledger())
	clerk := servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	list := clerk.Get("/assets")
	if !strings.Contains(list.Body, code) || strings.Contains(list.Body, "まとめて変更") {
		t.Errorf("the list of a clerk: %d", list.Status)
	}
	for _, a := range []servertest.Answer{clerk.Get("/assets/bulk"), clerk.Post("/assets/bulk", url.Values{"do": {"apply"}, "place": {"書庫"}})} {
		if a.Status != http.StatusForbidden {
			t.Errorf("a clerk: %d", a.Status)
		}
	}
	other := servertest.SignIn(t, portal, town.Holder("福祉こども課長"))
	preview := other.Post("/assets/bulk?q="+code, url.Values{"do": {"preview"}, "place": {"書庫"}})
	if preview.Status != http.StatusOK || strings.Contains(preview.Body, "税務システム") || strings.Contains(preview.Body, "をまとめて変える") {
		t.Errorf("another section's manager: %d", preview.Status)
	}
}
