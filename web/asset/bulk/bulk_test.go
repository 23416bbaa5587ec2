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
	assettest.MustSay(t, "done", manager.Post(page, apply(preview)), "まとめて変更しました", "情報資産1件を変えました。</p>", `href="/assets?q=%E3%81%86%E3%81%95%E3%81%8E%E5%8F%B7%E3%81%AE"`, "このまとめて変更を元に戻す", "このときのままです")
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

// Who has changed many assets reads how many, and what stayed and why, and can take it back
// as a whole: what was changed since stays and is named.
func TestAChangeInBulkIsTakenBackFromItsPage(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	_, first := assettest.Register(t, manager, assettest.Ledger("name", "うさぎ号の課税台帳"))
	_, second := assettest.Register(t, manager, assettest.Ledger("name", "うさぎ号の名簿"))
	assettest.Register(t, manager, assettest.Ledger("name", "うさぎ号の控え", "place", "書庫"))
	page := "/assets/bulk?q=" + url.QueryEscape("うさぎ号の")
	assettest.MustSay(t, "nothing yet", manager.Get("/assets/bulk/changes"), "まとめて変更の記録は、まだありません。")
	done := manager.Post(page, apply(manager.Post(page, url.Values{"do": {"preview"}, "place": {"書庫"}, "why": {"移転"}})))
	assettest.MustSay(t, "done", done, "情報資産2件を変えました。そのまま残したものは、1件です（すでに同じ内容のもの）。", first, second, "移転")
	assettest.MustNotSay(t, "done", done, "うさぎ号の控え")
	back := regexp.MustCompile(`href="(/assets/bulk/changes/[^"/]+/back)"`).FindStringSubmatch(done.Body)
	if back == nil {
		t.Fatal("there is no way back")
	}
	record := strings.TrimSuffix(back[1], "/back")
	assettest.MustSay(t, "the list", manager.Get("/assets/bulk/changes"), `href="`+record+`"`, "2件", "保存先", "移転")

	assettest.MustSay(t, "one of them is changed", manager.Post("/assets/bulk?q="+second, apply(manager.Post("/assets/bulk?q="+second, url.Values{"do": {"preview"}, "owner": {"課長"}}))), "情報資産1件を変えました")
	preview := manager.Get(back[1])
	assettest.MustSay(t, "the preview", preview, "1件を元に戻す", "書庫</span> → <span class=\"lines\">税務システム", "そのまま残すもの1件", "が変えています")
	refused := manager.Post(back[1], apply(preview))
	assettest.MustSay(t, "without a reason", refused, "元に戻す理由を書いてください")
	if refused.Status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", refused.Status)
	}
	form := apply(preview)
	form.Set("why", "誤り")
	form.Set("digest", "x")
	overtaken := manager.Post(back[1], form)
	assettest.MustSay(t, "overtaken", overtaken, "作り直した内容", "誤り</textarea>")
	if overtaken.Status != http.StatusConflict {
		t.Errorf("overtaken: %d", overtaken.Status)
	}
	form.Set("digest", apply(preview).Get("digest"))
	assettest.MustSay(t, "taken back", manager.Post(back[1], form), "まとめて変更を元に戻しました", "情報資産1件を、変える前の内容に戻しました。そのまま残したものは、1件です（その後に変えられたなどの理由で、戻せなかったもの）。", "元に戻したことを取り消す")
	assettest.MustSay(t, "the asset", manager.Get("/assets/"+first), "税務システム", "を元に戻した。誤り")
	assettest.MustSay(t, "the other", manager.Get("/assets/"+second), "書庫")
	list := manager.Get("/assets/bulk/changes")
	if strings.Count(list.Body, ">元に戻した記録<") != 1 || strings.Count(list.Body, ">元に戻しました<") != 1 {
		t.Error("the list does not tell what was taken back from what takes it back")
	}
	var undoing string
	for _, one := range regexp.MustCompile(`href="(/assets/bulk/changes/[^"/]+)"`).FindAllStringSubmatch(list.Body, -1) {
		if strings.Contains(manager.Get(one[1]).Body, "元に戻したことを取り消す") {
			undoing = one[1]
		}
	}
	assettest.MustSay(t, "taking back that it was taken back", manager.Get(undoing+"/back"), "元に戻したことを取り消す</h1>", "取り消す理由", "1件の元に戻したことを取り消す")
	again := manager.Get(record)
	assettest.MustSay(t, "the record", again, "が1件を元に戻しました。")
	assettest.MustNotSay(t, "the record", again, "このまとめて変更を元に戻す")

	other := servertest.SignIn(t, portal, town.Holder("福祉こども課長"))
	for _, u := range []string{record, back[1]} {
		if a := other.Get(u); a.Status != http.StatusNotFound {
			t.Errorf("another section's manager at %s: %d", u, a.Status)
		}
	}
	if a := other.Post(back[1], form); a.Status != http.StatusNotFound {
		t.Errorf("another section's manager takes back: %d", a.Status)
	}
	if a := servertest.SignIn(t, portal, town.Holder("税務町民課 職員")).Get(record); a.Status != http.StatusForbidden {
		t.Errorf("a clerk: %d", a.Status)
	}
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
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	assettest.Register(t, servertest.SignIn(t, portal, town.Holder("税務町民課長")), assettest.Ledger("name", "うさぎ号の名簿"))
	none := officer.Get("/assets/bulk?q=" + url.QueryEscape("うさぎ号の"))
	assettest.MustSay(t, "of another section only", none, "条件に当たる1件のうち、あなたが変えられるものはありません", "さがす言葉：うさぎ号の")
	assettest.MustNotSay(t, "of another section only", none, `name="zone"`, `value="preview"`)
	preview := other.Post("/assets/bulk?q="+code, url.Values{"do": {"preview"}, "place": {"書庫"}})
	if preview.Status != http.StatusOK || strings.Contains(preview.Body, "税務システム") || strings.Contains(preview.Body, "をまとめて変える") {
		t.Errorf("another section's manager: %d", preview.Status)
	}
}
