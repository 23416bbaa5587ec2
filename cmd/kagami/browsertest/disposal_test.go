//go:build browser

package browsertest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// attach chooses a file of a name for the form.
func (p *person) attach(name, content string) {
	p.t.Helper()
	file := filepath.Join(p.t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		p.t.Fatal(err)
	}
	p.do(chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{file}))
}

// A medium is disposed of with its certificate: asked for, done, sent back once, confirmed by
// another, and printed.
func TestAMediumIsDisposedOfWithItsCertificate(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager, deputy := sitDown(t, portal, town.Holder("税務町民課長")), sitDown(t, portal, town.Holder("税務町民課 担当副課長"))
	deputy.goTo("/assets?kind=medium&q=%E6%97%A7%E3%83%95%E3%82%A1%E3%82%A4%E3%83%AB") // the sample's, which waits
	deputy.press("見本：旧ファイルサーバのHDD")
	deputy.mustSee("廃棄の手続き中です")
	deputy.look("asset-disposing")
	deputy.press("廃棄の進み具合を見る")
	deputy.look("disposals")
	deputy.press("見本：旧ファイルサーバのHDD")
	deputy.mustSee("廃棄待ち")

	deputy.goTo("/assets/zeimu-0001")
	deputy.press("廃棄を申請する")
	deputy.look("disposal-medium")
	deputy.pick("medium", "data")
	deputy.press("次へ")
	deputy.mustSee("OSの初期化は、データが残るため、方法になりません")
	deputy.look("disposal-ask")
	deputy.press("媒体を選び直す")
	deputy.pick("medium", "hdd")
	deputy.press("次へ")
	deputy.pick("ways", "HDD：消磁")
	deputy.put("reason", "サーバを入れ替えた。")
	deputy.press("廃棄を申請する")
	deputy.mustSee("「除去」の方法を2つ選んで")
	deputy.look("disposal-refused")
	deputy.pick("ways", "HDD：暗号化消去")
	deputy.put("witness", "見本 竹子")
	deputy.press("廃棄を申請する")
	deputy.mustSee("廃棄を申請しました")
	deputy.look("disposal-asked")

	deputy.press("廃棄したことを記録する")
	deputy.put("done_by", "見本処理株式会社")
	deputy.put("place", "庁舎1階 作業室")
	deputy.choose("done_time", "00:01")
	deputy.put("serial-zeimu-0001", "SAMPLE-0009")
	deputy.look("disposal-record")
	deputy.press("廃棄を記録する")
	deputy.mustSee("廃棄を記録しました")
	deputy.pick("kind", "certificate")
	deputy.attach("shomei.pdf", "%PDF-1.7\n見本の証明書")
	deputy.press("加える")
	deputy.mustSee("shomei.pdf")
	deputy.mustNotSee("確認して、廃棄済みにする")

	manager.goTo("/")
	manager.mustSee("廃棄の記録1件を確認する")
	manager.press("廃棄の記録を見る")
	manager.press("住民基本台帳データ")
	manager.press("差し戻す")
	manager.put("note", "場所が足りない。")
	manager.look("disposal-send-back")
	manager.press("差し戻す")
	manager.mustSee("廃棄の記録を差し戻しました")

	deputy.goTo("/disposals?state=waiting")
	deputy.press("住民基本台帳データ")
	deputy.press("廃棄したことを記録する")
	if serial := evaluate[string](deputy, `document.querySelector('#serial-zeimu-0001').value`); serial != "SAMPLE-0009" {
		t.Errorf("what was recorded does not come back: %q", serial)
	}
	deputy.put("place", "庁舎1階 作業室（施錠）")
	deputy.press("廃棄を記録する")

	manager.goTo("/disposals?state=done")
	manager.press("住民基本台帳データ")
	manager.press("確認する")
	manager.look("disposal-confirm")
	manager.press("確認して、廃棄済みにする")
	manager.mustSee("廃棄を確認しました")
	manager.mustSee("廃棄記録")
	manager.look("disposal-confirmed")
	manager.keepPDF("disposal-record")
	manager.goTo("/assets/zeimu-0001")
	manager.mustSee("廃棄済みのものです")
	manager.look("asset-retired")
}

// What can't be found is told at once, and found.
func TestWhatCantBeFoundIsToldAtOnce(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	clerk, officer := sitDown(t, portal, town.Holder("税務町民課 職員")), sitDown(t, portal, town.Holder("総務課長"))
	clerk.goTo("/assets/zeimu-0001")
	clerk.press("見つからないことを届ける")
	clerk.choose("noticed_time", "00:01")
	clerk.put("words", "書庫と執務室を探した。")
	clerk.look("missing-report")
	clerk.press("所在不明を届ける")
	clerk.mustSee("所在不明を届けました")
	clerk.mustNotSee("見つかったことを記録する")
	officer.goTo("/")
	officer.mustSee("所在不明の情報資産1件を探す")
	officer.look("home-missing")
	officer.press("所在不明のものを見る")
	officer.press("住民基本台帳データ")
	officer.look("asset-missing")
	officer.press("所在不明の届けを見る")
	officer.put("found_where", "別の棚")
	officer.put("found_by", "見本 竹子")
	officer.look("missing-case")
	officer.keepPDF("missing")
	officer.press("見つかったことを記録する")
	officer.mustSee("見つかったことを記録しました")
	officer.look("missing-found")
}
