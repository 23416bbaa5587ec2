//go:build browser

package browsertest

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"kagami/internal/exception"
)

// tile is the number that stands on a tile of a page.
func (p *person) tile(words string) int {
	p.t.Helper()
	n, err := strconv.Atoi(evaluate[string](p, `[...document.querySelectorAll('.tile')].find(t => t.innerText.includes('`+words+`')).querySelector('b').innerText`))
	if err != nil {
		p.t.Fatal(err)
	}
	return n
}

// What an asset does not fit is excepted for a time: asked for from the asset, permitted,
// counted apart from what is to be put right, and over by itself after its last day.
func TestAnExceptionEndsByItself(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager, ciso := sitDown(t, portal, town.Holder("税務町民課長")), sitDown(t, portal, town.Holder("副町長"))
	manager.press("情報資産")
	manager.press("概要")
	broken, excepted := manager.tile("要是正"), manager.tile("例外措置あり")
	manager.goTo("/assets?broken=any")
	manager.goTo(evaluate[string](manager, `document.querySelector("tbody th a").getAttribute("href")`))
	manager.mustSee("基準に合わない（要是正）")
	asset := evaluate[string](manager, `location.pathname`)
	manager.press("例外措置を申請する")
	manager.mustSee("この条項のものだけを例外にします")
	manager.look("exception-new")
	for field, words := range map[string]string{"reason": "機器を12月に入れ替えるまで、ほかの領域に移せない。", "risk": "領域の間で、データが漏れるおそれがある。", "instead": "通信の相手を限り、記録を毎日、課長が見る。"} {
		manager.put(field, words)
	}
	manager.setDate("from_on", "2026-11-24")
	manager.setDate("until_on", "2027-12-25")
	manager.press("申請する")
	manager.mustSee("期間が長すぎます")
	manager.look("exception-refused")
	manager.setDate("until_on", "2026-12-25")
	manager.press("申請する")
	manager.mustSee("例外措置を申請しました")
	manager.mustSee("許可するかどうかは、見本 花子さんが決めます")
	manager.look("exception-asked")
	page := evaluate[string](manager, `location.pathname`)

	ciso.goTo("/")
	ciso.mustSee("例外措置の申請2件を見て、許可するかどうかを決める")
	ciso.look("home-exceptions")
	ciso.press("申請を見る")
	ciso.mustSee("情報資産1件")
	ciso.look("exceptions-asked")
	ciso.goTo(page)
	ciso.press("許可")
	ciso.put("note", "入れ替えの日が決まったら、知らせること。")
	ciso.look("exception-permit")
	ciso.press("許可を記録する")
	ciso.mustSee("例外措置を許可しました")
	ciso.mustSee("有効")
	ciso.look("exception-permitted")
	ciso.keepPDF("exception-paper")

	manager.goTo(asset)
	manager.mustSee("例外措置あり（令和8年12月25日まで、例-" + strings.TrimPrefix(page, "/exceptions/") + "）")
	manager.look("asset-excepted")
	manager.goTo("/assets/overview")
	if b, e := manager.tile("要是正"), manager.tile("例外措置あり"); b != broken-1 || e != excepted+1 {
		t.Errorf("%d to be put right and %d excepted, before %d and %d", b, e, broken, excepted)
	}
	manager.look("overview-excepted")
	manager.goTo(evaluate[string](manager, `document.querySelector(".tile a[href*=excepted]").getAttribute("href")`))
	manager.mustSee("例外措置あり（令和8年12月25日まで）")
	manager.look("assets-excepted")
	manager.press("例外措置")
	manager.look("exceptions")

	portal.Clock.Advance(32 * 24 * time.Hour)
	if err := exception.New(portal.Pool, portal.Door).Tend(t.Context()); err != nil {
		t.Fatal(err)
	}
	later := sitDown(t, portal, town.Holder("税務町民課長"))
	later.goTo(page)
	later.mustSee("期限切れ")
	later.look("exception-over")
	later.goTo("/assets/overview")
	if b, e := later.tile("要是正"), later.tile("例外措置あり"); b != broken+excepted || e != 0 {
		t.Errorf("after its last day %d to be put right and %d excepted, before %d and %d", b, e, broken, excepted)
	}
	later.goTo("/notices")
	later.mustSee("期限の日を過ぎて終わりました")
}
