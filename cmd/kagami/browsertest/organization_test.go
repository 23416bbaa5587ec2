//go:build browser

package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// The 総務課長 adds a 課室 with a post, registers who is to lead it, and prepares
// the transfer of 1 April; everyone sees the 体制図 of any day.
func TestTheOrganizationIsChangedInTheBrowser(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer := sitDown(t, portal, town.Holder("総務課長"))
	officer.press("体制")
	officer.look("organization-officer")
	officer.keepPDF("organization")

	officer.press("課室を加える")
	officer.fill("name", "デジタル推進室")
	officer.fill("code", "税務")
	officer.choose("kind", "internal")
	officer.press("課室を加える")
	officer.mustSee("課室コードは、20字までの半角の英数字とハイフンで入力してください。")
	officer.look("section-refused")
	officer.fill("code", "digital")
	officer.press("課室を加える")
	officer.mustSee("課室を加えました")
	officer.press("職を加える")
	officer.fill("title", "室長")
	officer.do(chromedp.Click(chromedp.CSS("#single_holder")))
	officer.press("職を加える")
	officer.mustSee("デジタル推進室長")
	officer.look("post-added")

	officer.goTo("/organization/digital")
	officer.mustSee("統括情報セキュリティ責任者が代わって行います")
	officer.look("organization-vacant")

	officer.goTo("/register")
	officer.choose("section", "digital")
	officer.press("この課室の職を選ぶ")
	officer.fill("staff_number", "M900")
	officer.fill("name", "見本 新子")
	officer.fill("furigana", "見本")
	officer.chooseText("post", "デジタル推進室長")
	officer.setDate("first", "2026-12-01")
	officer.press("職員を加えて発令する")
	officer.mustSee("フリガナは、カタカナで入力してください。")
	officer.look("register-refused")
	officer.fill("furigana", "ミホン シンコ")
	officer.press("職員を加えて発令する")
	officer.mustSee("職員を加えました")
	officer.mustSee("予定")
	officer.look("person")

	officer.press("役割を直接与える")
	officer.choose("role", "auditor")
	officer.setDate("first", "2026-12-01")
	officer.fill("reason", "内部監査のため")
	officer.look("grant")
	officer.press("与える前と後を確かめる")
	officer.mustSee("加わります")
	officer.look("grant-check")
	officer.press("役割を与える")
	officer.mustSee("役割を与えました")

	officer.goTo("/people?q=M010")
	officer.look("people")
	officer.press("見本 秋子")
	officer.press("発令する")
	officer.choose("section", "zeimu")
	officer.press("この課室の職を選ぶ")
	officer.chooseText("post", "税務町民課長")
	officer.setDate("first", "2027-04-01")
	officer.pick("way", "transfer")
	officer.press("発令の前後を確かめる") // refused before it shows what would come of it
	officer.mustSee("その期間には、この職にすでに別の人が就いています。")
	officer.look("appoint-refused")
	officer.do(chromedp.Click(chromedp.CSS("#succeed")))
	officer.press("発令の前後を確かめる")
	officer.press("発令する")
	officer.mustSee("発令を記録しました")
	officer.press("税務町民課長")
	officer.look("appointment")

	officer.goTo("/organization/zeimu?on=2027-04-01")
	officer.mustSee("見本 秋子")
	officer.goTo("/roles")
	officer.look("roles")

	staff := sitDown(t, portal, town.Holder("税務町民課 職員"))
	staff.goTo("/organization/digital?on=2026-12-01")
	staff.mustSee("見本 新子")
	staff.mustNotSee("課室を変える")
	staff.press("見本 新子")
	staff.mustNotSee("発令する")
}

// choose picks the choice with that value.
func (p *person) choose(field, value string) {
	p.t.Helper()
	p.do(chromedp.SetValue(chromedp.CSS("#"+field), value))
}

// chooseText picks the choice that reads so.
func (p *person) chooseText(field, words string) {
	p.t.Helper()
	found := evaluate[bool](p, `(() => {
		const o = [...document.querySelectorAll('#`+field+` option')].find(o => o.innerText.trim() === '`+words+`');
		if (o) o.selected = true;
		return !!o;
	})()`)
	if !found {
		p.t.Fatalf("nothing to choose reads %q", words)
	}
}
