//go:build browser

package browsertest

import (
	"testing"
	"time"

	"kagami/internal/sample/policies"
)

// A link to a clause that was taken from an earlier revision says what has become
// of it, and never leads to another clause.
func TestAnOldLinkToAClauseSaysWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	staff := sitDown(t, portal, town.Holder("税務町民課 職員"))
	staff.goTo("/policies/kihon")
	link := evaluate[string](staff, `document.querySelector('[id="7-1"] a.n').getAttribute('href')`)
	staff.goTo(link)
	if at := evaluate[string](staff, `document.querySelector(':target')?.id ?? ''`); at != "7-1" {
		t.Errorf("while nothing has changed it leads to %q", at)
	}
	revise(t, portal, "kihon", "体制を確立する", "体制を確立し、維持する")
	staff.goTo(link)
	staff.mustSee("この項目は、変わりました")
	staff.mustSee("第2版")
	staff.look("clause-followed")
}

// 7(9): a document is abolished on the 本部会議's decision, from a day on. Before it,
// it binds as ever; after it, it is there for the record only.
func TestADocumentIsAbolishedFromADayOn(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	if err := policies.Examples(t.Context(), texts(portal).Draft, texts(portal).Publish, town.Town); err != nil {
		t.Fatal(err)
	}
	ciso := sitDown(t, portal, town.Holder("副町長"))
	ciso.goTo("/policies/taisaku-kijun")
	ciso.press("この文書を廃止する")
	ciso.look("abolish")
	ciso.setDate("abolished_on", "2026-12-01")
	ciso.setDate("decided_on", "2026-12-02")
	ciso.put("reason", "新しい対策基準に置き換えるため。")
	ciso.put("minutes", "本部会議 議事録（見本）")
	ciso.press("内容を確かめる")
	ciso.mustSee("直すところが")
	ciso.look("abolish-refused")
	ciso.setDate("decided_on", "2026-11-20")
	ciso.press("内容を確かめる")
	ciso.mustSee("新しい対策基準に置き換えるため。")
	ciso.look("abolish-confirm")
	ciso.press("廃止する")
	ciso.mustSee("廃止を記録しました")
	ciso.look("abolish-recorded")

	staff := sitDown(t, portal, town.Holder("税務町民課 職員"))
	staff.goTo("/policies/taisaku-kijun")
	staff.mustSee("読んで理解し、遵守します")
	portal.Clock.Advance(10 * 24 * time.Hour)
	staff = sitDown(t, portal, town.Holder("税務町民課 職員"))
	staff.mustNotSee("対策基準")
	staff.goTo("/policies")
	staff.look("policies-abolished")
	staff.goTo("/policies/taisaku-kijun")
	staff.mustSee("令和8年12月1日に廃止されました")
	staff.mustNotSee("読んで理解し、遵守します")
	staff.look("reading-abolished")
}
