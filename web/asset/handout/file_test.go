package handout_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kagami/web/asset/assettest"
	"kagami/web/server/servertest"
)

func TestTheFileOfAnAssetIsWrittenAndPublished(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	_, plain := assettest.Register(t, manager, assettest.Ledger("name", "例規集の見本", "personal", "none"))
	if a := manager.Get("/assets/" + plain); strings.Contains(a.Body, "/file") {
		t.Error("an asset without personal data is offered a file")
	}
	if a := manager.Get("/assets/" + plain + "/file"); a.Status != http.StatusNotFound {
		t.Errorf("its file: %d", a.Status)
	}
	_, code := assettest.Register(t, manager, assettest.Ledger("name", "課税台帳の見本"))
	assettest.MustSay(t, "the asset", manager.Get("/assets/"+code), `href="/assets/`+code+`/file"`)
	assettest.MustSay(t, "nothing yet", manager.Get("/assets/"+code+"/file"), "まだ書かれていません", "75条", `/file/edit"`)
	assettest.MustSay(t, "the form", manager.Get("/assets/"+code+"/file/edit"), `value="課税台帳の見本"`, `value="税務町民課"`, `value="computer" checked`)

	form := url.Values{
		"version": {"0"}, "name": {"課税台帳ファイル"}, "body": {"見本町長"}, "section": {"税務町民課"}, "purpose": {"課税のため"}, "items": {"1氏名\r\n2住所"}, "scope": {"納税義務者"},
		"collection": {"申告書"}, "sensitive": {"no"}, "desk": {""}, "processing": {"computer"}, "headcount": {"thousand"},
	}
	a := manager.Post("/assets/"+code+"/file/edit", form)
	assettest.MustSay(t, "without a desk", a, "開示請求等を受理する組織の名称と所在地を入力してください。", "課税のため")
	form.Set("desk", "総務課")
	a = manager.Post("/assets/"+code+"/file/edit", form)
	assettest.MustSay(t, "written", a, "個人情報ファイル簿に書きました", "1氏名\n2住所", "1,000人以上", "電算処理ファイル", "<b>利用目的</b>")
	form.Set("purpose", "別の目的")
	a = manager.Post("/assets/"+code+"/file/edit", form)
	assettest.MustSay(t, "on an old version", a, "ほかの人が個人情報ファイル簿を変えました", "いまの内容", "課税のため", "別の目的", `name="version" value="1"`)

	a = manager.Get("/assets/files?q=" + code)
	assettest.MustSay(t, "the book", a, "課税台帳ファイル", `href="/assets/files.csv?q=`+code+`"`)
	if strings.Contains(a.Body, "<th scope=\"row\">公表しない理由") {
		t.Error("what is published says why it is not")
	}
	a = manager.Get("/assets/files.csv?q=" + code)
	assettest.MustSay(t, "the book as a file", a, "\ufeff管理番号,個人情報ファイルの名称,", code+",課税台帳ファイル,", "1,000人以上")
	if a = manager.Get("/assets/files?q=" + plain); strings.Contains(a.Body, "課税台帳ファイル") {
		t.Error("the book is not of what the list shows")
	}
	form.Set("version", "1")
	form.Set("unpublished", "支障がある")
	manager.Post("/assets/"+code+"/file/edit", form)
	assettest.MustSay(t, "not published", manager.Get("/assets/files?q="+code), "公表する個人情報ファイルはありません", "理由：支障がある")

	staff := servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	if a = staff.Get("/assets/" + code + "/file"); a.Status != http.StatusOK || strings.Contains(a.Body, "/file/edit") {
		t.Errorf("a clerk: %d", a.Status)
	}
	if a = staff.Get("/assets/" + code + "/file/edit"); a.Status != http.StatusForbidden {
		t.Errorf("a clerk writes: %d", a.Status)
	}
	stranger := servertest.SignIn(t, portal, town.Holder("総務課 職員"))
	if a = stranger.Get("/assets/" + code + "/file"); a.Status != http.StatusNotFound {
		t.Errorf("another section: %d", a.Status)
	}
	if a = stranger.Get("/assets/files"); strings.Contains(a.Body, "課税台帳ファイル") {
		t.Error("another section sees the book")
	}
}
