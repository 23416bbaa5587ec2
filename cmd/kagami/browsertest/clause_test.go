//go:build browser

package browsertest

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// The 責任者 changes one clause, puts one in before another, and sees which
// references go along; what one more change would leave without a clause is
// shown before it is made.
func TestOneClauseIsChangedInPlace(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer := sitDown(t, portal, town.Holder("総務課 担当副課長"))
	officer.goTo("/policies/kihon")
	officer.press("次の版の下書きを始める")
	officer.press("項目ごとに直す")
	officer.mustSee("直す項目を選んでください")
	officer.look("clauses")

	officer.goTo("/policies/kihon/draft/clauses/7-1/rewrite")
	officer.look("clause-rewrite")
	officer.put("text", "本町の情報資産について、全庁的な組織体制を確立し、維持する。")
	officer.press("保存する")
	officer.mustSee("保存しました")

	officer.goTo("/policies/kihon/draft/clauses/3/insert?where=before")
	officer.mustSee("「3　対象とする脅威」の前に、新しい項目を加えます")
	officer.look("clause-insert")
	officer.put("heading", "基本理念")
	officer.press("変わることを確かめる")
	officer.mustSee("番号が変わる項目")
	officer.mustSee("４項「対象とする脅威」")
	officer.look("clause-review")
	officer.press("戻って直す")
	officer.put("text", "町民の信頼に応えるため、情報資産を守る。")
	officer.press("変わることを確かめる")
	officer.press("保存する")
	officer.mustSee("保存しました")

	officer.goTo("/policies/kihon/draft/clauses/8-3/move")
	officer.look("clause-move")
	officer.pick("where", "up")
	officer.press("変わることを確かめる")
	officer.mustSee("新しい番号は「8(2)」です")
	officer.press("移して保存する")
	officer.mustSee("保存しました")

	officer.goTo("/policies/kihon/draft/clauses/9/delete")
	officer.look("clause-delete")
	officer.press("変わることを確かめる")
	officer.mustSee("指していた「9」は、なくなります")
	officer.look("clause-review-lost")
	officer.press("削って保存する")
	officer.mustSee("続けて、この項目を直してください")
	officer.look("clause-mend")
	officer.goTo("/policies/kihon/draft/clauses")
	officer.look("clauses-amended")

	second := sitDown(t, portal, town.Holder("総務課長"))
	second.goTo("/policies/kihon/draft/clauses/1/rewrite")
	officer.goTo("/policies/kihon/draft/clauses/1/rewrite")
	officer.put("text", "この基本方針は、情報セキュリティ対策の基本を定める。")
	officer.press("保存する")
	officer.mustSee("保存しました")
	second.put("text", "本基本方針は、目的を定める。")
	second.press("保存する")
	second.mustSee("まだ保存していません")
	second.mustSee("情報セキュリティ対策の基本を定める")
	second.look("clause-conflict")

	officer.goTo("/policies/kihon/draft")
	officer.mustSee("４項「対象とする脅威」から")
	officer.mustSee("本文の変更（5回）")
	officer.look("draft-clauses-folded")
	evaluate[bool](officer, `document.querySelectorAll('table details').forEach(list => { list.open = true }), true`)
	officer.mustSee("3を加えた（参照4か所を直した）")
	officer.look("draft-clauses-changed")
}

// Somebody types in the form on one clause, leaves it, and goes on where they
// were; and once more from the list, to throw it away.
func TestWordsTypedOnAClauseAreNotLost(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer := sitDown(t, portal, town.Holder("総務課 担当副課長"))
	officer.goTo("/policies/kihon")
	officer.press("次の版の下書きを始める")
	officer.goTo("/policies/kihon/draft/clauses/7-1/rewrite")
	officer.do(chromedp.SendKeys(chromedp.CSS("#text"), "見本として"))
	officer.waitToRead("に控えました。まだ保存していません。")
	officer.look("clause-typed")
	// left within the pause: the browser sends it with the page that goes
	officer.do(chromedp.SendKeys(chromedp.CSS("#text"), "書き足す。"))
	officer.goTo("/policies/kihon/draft")
	officer.mustSee("項目を直す画面で入力して、保存していない、あなたの言葉があります")
	officer.look("clause-unfinished")
	officer.press("控えた入力を確かめる")
	officer.mustSee("保存していない入力があります")
	officer.look("clauses-left")
	officer.press("入力を確かめる")
	officer.mustSee("見本として書き足す。")
	officer.look("clause-left")
	officer.press("続きから直す")
	if typed := evaluate[string](officer, `document.querySelector('#text').value`); !strings.Contains(typed, "見本として書き足す。") {
		t.Errorf("the form holds %q", typed)
	}
	officer.look("clause-going-on")
	officer.press("保存する")
	officer.mustSee("保存しました")
	officer.mustNotSee("保存していない入力")

	officer.goTo("/policies/kihon/draft/clauses/3/insert?where=before")
	officer.do(chromedp.SendKeys(chromedp.CSS("#heading"), "基本理念"))
	officer.waitToRead("に控えました。まだ保存していません。")
	officer.goTo("/policies/kihon/draft/clauses/3/insert?where=before")
	officer.mustSee("基本理念")
	officer.look("clause-left-insert")
	officer.press("控えた入力を捨てる")
	officer.mustSee("控えた入力を捨てました")
	officer.mustNotSee("保存していない入力")

	// where the portal does not answer, the page says so
	officer.goTo("/policies/kihon/draft/clauses/1/rewrite")
	evaluate[bool](officer, `fetch('/logout', {method: 'POST'}).then(r => true)`, chromedp.EvalAwaitPromise)
	officer.do(chromedp.SendKeys(chromedp.CSS("#text"), "見本"))
	officer.waitToRead("いま入力した文字を控えられませんでした")
}
