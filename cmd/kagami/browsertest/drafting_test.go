//go:build browser

package browsertest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// typeInto types words at the end of the first line that holds others, key by
// key, as a person does.
func (p *person) typeInto(line, words string) {
	p.t.Helper()
	if !evaluate[bool](p, `(() => {
		const area = document.querySelector('#source');
		const at = area.value.indexOf('`+line+`');
		if (at < 0) return false;
		const end = area.value.indexOf('\n', at);
		area.focus();
		area.setSelectionRange(end, end);
		return true;
	})()`) {
		p.t.Fatalf("the text does not hold %q", line)
	}
	p.do(chromedp.SendKeys(chromedp.CSS("#source"), words))
}

// waitToRead waits until the page, as it changes by itself, reads so.
func (p *person) waitToRead(words string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](fmt.Sprintf(`new Promise(done => {
		const look = () => document.body.innerText.includes(%q) && done(true);
		new MutationObserver(look).observe(document.body, {subtree: true, childList: true, characterData: true, attributes: true});
		look();
	})`, words), chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("waiting for %q: %v, on a page that reads: %.1500s", words, err, p.text())
	}
}

// Somebody types, sees how it reads and that it is kept, leaves, and goes on; a
// second is told, sees both texts, and loses nothing.
func TestTwoEditADraftAndNobodysWordsAreLost(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	one, two := sitDown(t, portal, town.Holder("総務課 担当副課長")), sitDown(t, portal, town.Holder("総務課 情報政策担当"))
	one.goTo("/policies/kihon")
	one.press("次の版の下書きを始める")
	one.press("本文を直す")
	one.typeInto("対象とする脅威", "の見本")
	one.waitToRead("に控えました。まだ保存していません。")
	if tree := evaluate[string](one, `document.querySelector('#typed-outline').innerText`); !strings.Contains(tree, "対象とする脅威の見本") {
		t.Errorf("the outline reads %.300s", tree)
	}
	if focus := evaluate[string](one, `document.activeElement.id`); focus != "source" {
		t.Errorf("the focus went to %q", focus)
	}
	one.look("drafting-typed")

	two.goTo("/policies/kihon/draft/edit")
	two.mustSee("さんがいま直しています")
	two.mustNotSee("対象とする脅威の見本")
	two.look("drafting-second")
	two.typeInto("対象とする脅威", "（別の見本）")
	two.waitToRead("に控えました。まだ保存していません。")

	// left within the pause: the browser sends it with the page that goes
	one.typeInto("対象とする脅威", "です")
	one.goTo("/policies/kihon/draft")
	one.mustNotSee("対象とする脅威の見本です")
	one.mustSee("保存していない、あなたの本文があります")
	one.look("drafting-unfinished")
	one.press("本文を直す")
	one.mustSee("保存していない本文があります")
	one.mustSee("対象とする脅威の見本です")
	one.look("drafting-left")
	one.press("続きから直す")
	if kept := evaluate[bool](one, `document.querySelector('#source').value.includes('対象とする脅威の見本です')`); !kept {
		t.Error("what was typed is not there")
	}
	one.press("保存する")
	one.mustSee("保存しました")
	one.mustSee("対象とする脅威の見本です")

	two.typeInto("対象とする脅威", "！")
	two.waitToRead("あなたが直している間に、この下書きが変わりました")
	two.press("保存する")
	two.mustSee("がこの下書きを変えました")
	two.mustSee("見比べる")
	two.look("drafting-conflict")
	two.press("あなたの本文で置き換える")
	two.mustSee("保存しました")
	two.mustSee("対象とする脅威（別の見本）！")
	two.goTo("/policies/kihon/draft/edit")
	two.mustNotSee("保存していない本文があります")
}

// Where the portal does not answer, the page says so, and tries again.
func TestTheEditorSaysWhenNothingIsKept(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer := sitDown(t, portal, town.Holder("総務課 担当副課長"))
	officer.goTo("/policies/kihon")
	officer.press("次の版の下書きを始める")
	officer.press("本文を直す")
	evaluate[bool](officer, `fetch('/logout', {method: 'POST'}).then(r => true)`, chromedp.EvalAwaitPromise)
	officer.typeInto("　目的", "の見本")
	officer.waitToRead("いま入力した文字を控えられませんでした")
	officer.look("drafting-unkept")
	// and the browser asks whether to leave, for the words would be lost
	if asked := evaluate[bool](officer, `(() => {
		const leave = new Event('beforeunload', {cancelable: true});
		dispatchEvent(leave);
		return leave.defaultPrevented;
	})()`); !asked {
		t.Error("the page is left without a question")
	}
}

// The CISO comments on a clause of what was handed in; the 責任者 sees to it.
func TestAClauseIsCommentedOnAndSeenTo(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer, ciso := sitDown(t, portal, town.Holder("総務課 担当副課長")), sitDown(t, portal, town.Holder("副町長"))
	officer.goTo("/policies/kihon")
	officer.press("次の版の下書きを始める")
	officer.press("提出へ進む")
	officer.pick("scale", "minor")
	officer.pick("why", "audit")
	officer.put("why_text", "監査で、指摘されたため。")
	officer.press("提出する")

	ciso.goTo("/policies/kihon/draft")
	ciso.press("意見を書く")
	ciso.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('form.card').noValidate = true`))
	ciso.press("意見を書き込む")
	ciso.mustSee("どの項目への意見かを選んでください")
	ciso.look("drafting-comment-refused")
	ciso.choose("clause", "7-3-2")
	ciso.put("text", "「速やかに」では遅いのではないか。\n「直ちに」としてはどうか。")
	ciso.press("意見を書き込む")
	ciso.mustSee("意見を書きました")
	ciso.mustSee("では遅いのではないか")
	ciso.look("drafting-commented")
	ciso.goTo("/policies/kihon/draft/notice")
	ciso.mustSee("未済の意見が1件あります")
	ciso.look("drafting-open-comments")

	officer.goTo("/notices")
	officer.mustSee("の下書きに意見が書かれました")
	officer.goTo("/policies/kihon/draft")
	officer.mustSee("意見1件")
	officer.press("済みにする")
	officer.mustSee("意見を済みにしました")
	officer.mustNotSee("意見1件")
	officer.look("drafting-resolved")
}
