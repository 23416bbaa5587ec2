//go:build browser

package browsertest

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"kagami/internal/sample/policies"
)

// put sets a field, or a choice, to a value.
func (p *person) put(field, text string) {
	p.t.Helper()
	p.do(chromedp.SetValue(chromedp.CSS("#"+field), text))
}

// pick ticks a box or chooses an answer, once no answer before it is still to be shown: it
// would move what is pressed.
func (p *person) pick(name, value string) {
	p.t.Helper()
	p.do(chromedp.WaitNotPresent(chromedp.CSS(`[aria-busy="true"]`)), chromedp.Click(chromedp.CSS(fmt.Sprintf(`input[name="%s"][value="%s"]`, name, value))))
}

// change puts words in the place of others in a draft's whole text.
func (p *person) change(from, to string) {
	p.t.Helper()
	if !evaluate[bool](p, fmt.Sprintf(`(() => {
		const area = document.querySelector('#source');
		const had = area.value.includes(%q);
		area.value = area.value.replace(%q, %q);
		return had;
	})()`, from, from, to)) {
		p.t.Fatalf("the text does not hold %q", from)
	}
}

// 7(9), minor: the 責任者 drafts, the CISO sends back, then publishes by a 通知.
func TestAMinorRevisionIsSentBackThenPublishedByANotice(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer, ciso := sitDown(t, portal, town.Holder("総務課 担当副課長")), sitDown(t, portal, town.Holder("副町長"))
	officer.goTo("/policies/kihon")
	officer.press("次の版の下書きを始める")
	officer.mustSee("下書きを始めました")
	officer.press("本文を直す")
	officer.look("draft-edit")
	officer.change("体制を確立する", "体制を確立し、維持する")
	officer.press("保存する")
	officer.mustSee("保存しました")
	officer.press("提出へ進む")
	officer.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('form.card').noValidate = true`))
	officer.press("提出する")
	officer.mustSee("見直しの種類を選んでください")
	officer.look("draft-submit-refused")
	officer.pick("scale", "minor")
	officer.pick("why", "audit")
	officer.put("why_text", "監査で、体制の維持について書き足すよう指摘されたため。")
	officer.press("提出する")
	officer.mustSee("提出しました")
	officer.mustNotSee("差し戻す")

	ciso.goTo("/")
	ciso.press("下書きを見る")
	ciso.mustSee("監査で、体制の維持について")
	ciso.look("draft-submitted")
	ciso.press("差し戻す")
	ciso.look("draft-send-back")
	ciso.put("reason", "「維持し、改善する」としてください。")
	ciso.press("差し戻す")
	ciso.mustSee("差し戻しました")

	officer.goTo("/policies/kihon/draft")
	officer.mustSee("「維持し、改善する」としてください。")
	officer.press("本文を直す")
	officer.change("確立し、維持する", "確立し、維持し、改善する")
	officer.press("保存する")
	officer.press("提出へ進む")
	officer.press("提出する")
	officer.mustSee("提出しました")

	ciso.goTo("/policies/kihon/draft")
	ciso.press("通知を出して公開する")
	ciso.mustSee("組織体制：7(1) 組織体制")
	ciso.look("draft-notice")
	ciso.setDate("effective_on", "2026-11-24")
	ciso.pick("anew", "anew")
	ciso.setDate("due_on", "2026-12-08")
	ciso.put("body", "情報セキュリティ基本方針を簡易に見直したので、通知する。")
	ciso.put("answer", "体制そのものは変わらず、言葉を足しただけであるため。")
	ciso.press("内容を確かめる")
	ciso.mustSee("公開すると、取り消せません")
	ciso.look("draft-notice-confirm")
	ciso.press("通知を出して公開する")
	ciso.mustSee("公開しました")
	ciso.press("版の履歴")
	ciso.mustSee("2026年度 第1号")
	ciso.look("revisions")
	ciso.press("CISO の通知")
	ciso.mustSee("最高情報セキュリティ責任者")
	ciso.look("notice")
	ciso.keepPDF("notice")

	staff := sitDown(t, portal, town.Accounts[12])
	staff.goTo("/policies/kihon")
	staff.mustSee("確立し、維持し、改善する")
	staff.press("版の履歴")
	staff.press("第1版")
	staff.mustSee("第1版の本文です")
	staff.mustNotSee("読んで理解し、遵守します")
	staff.look("revision-past")
	staff.goTo("/policies/kihon?on=2026-11-23#7-3-2")
	staff.mustSee("第1版の本文です")
}

// 7(9), major: without a decision it is not published, with one it is, and takes
// effect on its day by itself.
func TestAMajorRevisionNeedsADecision(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer, ciso := sitDown(t, portal, town.Holder("総務課 担当副課長")), sitDown(t, portal, town.Holder("副町長"))
	officer.goTo("/policies/kihon")
	officer.press("次の版の下書きを始める")
	officer.press("本文を直す")
	officer.change("体制を確立する", "体制を新たに確立する")
	officer.press("保存する")
	officer.press("提出へ進む")
	officer.pick("scale", "major")
	officer.pick("why", "law")
	officer.put("why_text", "法律が改正されたため。")
	officer.press("提出する")

	ciso.goTo("/policies/kihon/draft/publish")
	ciso.setDate("effective_on", "2026-12-01")
	ciso.pick("anew", "anew")
	ciso.press("内容を確かめる")
	ciso.press("公開する")
	ciso.mustSee("この下書きは「提出済み」なので、この操作は行えません")
	ciso.look("publish-undecided")

	officer.press("本部会議の決定を記録する")
	officer.pick("result", "adopted")
	officer.put("chair", town.Holder("町長").StaffNumber)
	officer.pick("attendees", town.Holder("町長").StaffNumber)
	officer.pick("attendees", town.Holder("副町長").StaffNumber)
	officer.press("内容を確かめる")
	officer.mustSee("議事録を入力するか、ファイルを付けてください。")
	officer.look("decision-refused")
	officer.put("minutes", "原案のとおり決定した。")
	officer.press("内容を確かめる")
	officer.mustSee("記録すると、取り消せません")
	officer.press("記録する")
	officer.mustSee("本部会議の記録を残しました")
	officer.look("draft-decided")

	ciso.goTo("/policies/kihon/draft/publish")
	ciso.setDate("effective_on", "2026-12-01")
	ciso.pick("anew", "anew")
	ciso.press("内容を確かめる")
	ciso.press("公開する")
	ciso.mustSee("公開しました")
	ciso.mustNotSee("体制を新たに確立する")
	portal.Clock.Advance(7 * 24 * time.Hour)
	later := sitDown(t, portal, town.Accounts[12])
	later.goTo("/policies/kihon")
	later.mustSee("体制を新たに確立する")
}

// 基本方針 10: whom a 実施手順 is for is changed, and is seen at once.
func TestWhomADocumentIsForIsChanged(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	if err := policies.Examples(t.Context(), texts(portal).Draft, texts(portal).Publish, town.Town); err != nil {
		t.Fatal(err)
	}
	ciso, staff := sitDown(t, portal, town.Holder("副町長")), sitDown(t, portal, town.Holder("福祉こども課 職員"))
	staff.goTo("/policies/juumin-tanmatsu")
	staff.mustSee("この文書は見つかりません")
	ciso.goTo("/policies")
	ciso.look("policies-restricted")
	ciso.goTo("/policies/juumin-tanmatsu")
	ciso.mustSee("あなたは、この版の確認の対象ではありません。")
	ciso.press("対象を変える")
	ciso.look("audience")
	ciso.pick("audience-section", "fukushi")
	ciso.press("対象を変える")
	ciso.mustSee("対象を変えました")
	ciso.look("reading-restricted")
	staff.goTo("/policies/juumin-tanmatsu")
	staff.mustSee("読んで理解し、遵守します")
}
