//go:build browser

package browsertest

import (
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Somebody opens the next revision, sees what it changes, chooses other
// revisions, and prints the 新旧対照表.
func TestWhatARevisionChangesIsSeenAndPrinted(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	revise(t, portal, "kihon", "完全性及び可用性を維持するため", "完全性及び可用性を確保するため")
	revise(t, portal, "kihon",
		"　3．　対象とする脅威", "　3．　想定する脅威",
		"　　（3）\n　　　地震", "　　（3）\n　　　生成AIその他の新しい技術の不適切な利用による情報資産の漏えい等\n　　（4）\n　　　地震",
		"　　（4）\n　　　大規模", "　　（5）\n　　　大規模", "　　（5）\n　　　電力", "　　（6）\n　　　電力",
		"定期的又は必要に応じて", "毎年度１回以上、及び必要に応じて")
	reader := sitDown(t, portal, town.Accounts[12])
	reader.goTo("/policies/kihon")
	reader.press("前の版と比べる")
	reader.mustSee("新旧対照表")
	reader.mustSee("（新設）")
	reader.mustSee("1～2　（略）")
	reader.look("comparison")
	reader.keepLandscapePDF("comparison")
	reader.do(chromedp.SetValue(chromedp.CSS("#from"), "1"))
	reader.press("この2つを比べる")
	reader.mustSee("可用性を確保するため")
	reader.look("comparison-chosen")
	reader.goTo("/policies/kihon/comparison?from=3&to=3")
	reader.mustSee("番号も本文も同じです")
	reader.look("comparison-same")
}

// keepLandscapePDF keeps the page as it prints on the paper that it asks for.
func (p *person) keepLandscapePDF(name string) {
	p.t.Helper()
	pdf, err := chromedp.Run(p.ctx, chromedp.PrintToPDF(func(params *page.PrintToPDFParams) { params.PreferCSSPageSize = new(true) }))
	if err != nil {
		p.t.Fatal(err)
	}
	p.keep(name+".pdf", pdf)
}
