//go:build browser

package browsertest

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"kagami/web/server/servertest"
)

// The main story: a 職員 reads the town's 基本方針, acknowledges it, and the 統括
// sees the bar of their section move.
func TestStaffReadAndAcknowledgeAndTheGeneralSecurityOfficerSeesIt(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer := sitDown(t, portal, town.Holder("総務課長"))
	officer.goTo("/policies/kihon/readers")
	before := officer.barOf("税務町民課")

	reader := sitDown(t, portal, town.Accounts[12]) // 税務町民課 職員, who has still to read
	reader.look("home-staff")
	reader.press("読む")
	reader.mustSee("第1章　情報セキュリティ基本方針")
	reader.look("reading")
	reader.keepView("reading-view") // the picture in the README
	reader.press("読んで理解し、遵守します")
	reader.mustSee("確認を記録しました")
	reader.mustSee("確認済みです")
	reader.look("reading-acknowledged")
	reader.press("確認の証明書を見る")
	reader.mustSee("見本 竹子")
	reader.look("proof")
	reader.keepPDF("proof")
	reader.goTo("/acknowledgements")
	reader.look("acknowledgements")
	reader.goTo("/")
	reader.mustSee("いま、あなたがすることはありません")

	officer.goTo("/policies/kihon/readers")
	after := officer.barOf("税務町民課")
	if before != "2 / 6人" || after != "3 / 6人" {
		t.Errorf("the bar went from %s to %s, want from 2 / 6人 to 3 / 6人", before, after)
	}
	officer.look("readers")
	officer.goTo("/")
	officer.look("home-officer")
}

// keepView keeps what is on the screen just now.
func (p *person) keepView(name string) {
	p.t.Helper()
	picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	p.keep(name+".png", picture)
}

// barOf is what stands beside a section's bar.
func (p *person) barOf(section string) string {
	p.t.Helper()
	return evaluate[string](p, `(() => {
		const row = [...document.querySelectorAll('tbody tr')].find(r => r.querySelector('th').innerText.includes('`+section+`'));
		return row.querySelector('.num').innerText.trim();
	})()`)
}

func (p *person) keepPDF(name string) {
	p.t.Helper()
	pdf, err := chromedp.Run(p.ctx, chromedp.PrintToPDF())
	if err != nil {
		p.t.Fatal(err)
	}
	p.keep(name+".pdf", pdf)
}

// A clause has an address, and a term shows its meaning without script.
func TestClausesHaveAddressesAndTermsShowTheirMeaning(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	reader := sitDown(t, portal, town.Accounts[12])
	reader.goTo("/policies/kihon#7-3-2")
	if target := evaluate[string](reader, `document.querySelector(':target').innerText`); !strings.Contains(target, "LGWAN 接続系においては") {
		t.Errorf("#7-3-2 is %q", target)
	}
	reader.do(chromedp.Click(chromedp.CSS(`[id="1"] ~ p .term`)))
	if shown := evaluate[string](reader, `document.querySelector(':popover-open').innerText`); !strings.Contains(shown, "定義へ") {
		t.Errorf("the meaning shown is %q", shown)
	}
	reader.keepPDF("reading")
}

// The whole way of a text: the CSIRT takes it in, settles the reader's
// question, and the CISO publishes it.
func TestATextIsTakenInSettledAndPublished(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	csirt := sitDown(t, portal, town.Holder("総務課 情報政策担当"))
	csirt.goTo("/policies")
	csirt.look("policies")
	csirt.press("文書を取り込む")
	csirt.look("import-start")
	file, err := filepath.Abs("../../../internal/sample/kihon-hoshin.txt")
	if err != nil {
		t.Fatal(err)
	}
	csirt.do(
		chromedp.SendKeys(chromedp.CSS("#title"), "基本方針（見本）"),
		chromedp.SendKeys(chromedp.CSS("#code"), "mihon"),
		chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{file}),
	)
	csirt.press("読み取る")
	csirt.mustSee("175行目から203行目")
	csirt.look("import-review")
	csirt.press("下書きにする")
	csirt.mustSee("まだ答えていない質問が1件あります")
	csirt.look("import-refused")
	csirt.do(chromedp.Click(chromedp.CSS(`input[value=figure]`)))
	csirt.press("下書きにする")
	csirt.mustSee("下書きにしました")
	csirt.look("draft")
	csirt.mustNotSee("公開の手続きへ進む")
	csirt.press("提出へ進む")
	csirt.pick("why", "other")
	csirt.put("why_text", "新たに定めるため。")
	csirt.press("提出する")

	officer := sitDown(t, portal, town.Holder("総務課 担当副課長"))
	officer.goTo("/policies/mihon/draft/decision")
	officer.look("decision")
	officer.setDate("decided_on", "2026-11-20")
	officer.pick("result", "adopted")
	officer.put("chair", town.Holder("町長").StaffNumber)
	officer.pick("attendees", town.Holder("町長").StaffNumber)
	officer.pick("attendees", town.Holder("副町長").StaffNumber)
	officer.put("minutes", "原案のとおり決定した。")
	officer.press("内容を確かめる")
	officer.mustSee("記録すると、取り消せません")
	officer.look("decision-confirm")
	officer.press("記録する")
	officer.mustSee("本部会議の記録を残しました")

	ciso := sitDown(t, portal, town.Holder("副町長"))
	ciso.press("下書きを見る")
	ciso.press("公開の手続きへ進む")
	ciso.look("publish")
	ciso.setDate("effective_on", "2026-11-01")
	ciso.press("内容を確かめる")
	ciso.mustSee("施行日は、本部会議で決定した日か、それより後の日にしてください。")
	ciso.look("publish-refused")
	ciso.setDate("effective_on", "2026-12-01")
	ciso.press("内容を確かめる")
	ciso.mustSee("公開すると、取り消せません")
	ciso.look("publish-confirm")
	ciso.press("公開する")
	ciso.mustSee("公開しました")
	ciso.mustSee("まだ施行されていません")
	ciso.look("published")
}

// Policies come as the Word documents they were typed in, and as the PDFs that
// were sent round; here one that the browser itself prints.
func TestAWordDocumentAndAPDFAreTakenIn(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	csirt := sitDown(t, portal, town.Holder("総務課 情報政策担当"))
	typed := filepath.Join(t.TempDir(), "対策基準.docx")
	if err := os.WriteFile(typed, servertest.WordDocument(t, "見本の対策基準", "第1条　職員は、机の上を片付ける。", "第2条　鍵をかける。"), 0o644); err != nil {
		t.Fatal(err)
	}
	csirt.goTo("/imports")
	csirt.do(
		chromedp.Click(chromedp.CSS(`input[value=standard]`)),
		chromedp.Click(chromedp.CSS(`input[name=audience][value=all]`)),
		chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{typed}),
	)
	csirt.press("読み取る")
	csirt.mustSee("質問はありません")
	csirt.mustSee("見本の対策基準")
	csirt.look("import-word")
	csirt.press("下書きにする")
	csirt.mustSee("下書きにしました")

	csirt.goTo("/policies/kihon")
	csirt.keepPDF("import-printed")
	printed, err := filepath.Abs(filepath.Join(screens, "import-printed.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	csirt.goTo("/imports")
	csirt.do(
		chromedp.Click(chromedp.CSS(`input[value=procedure]`)),
		chromedp.Click(chromedp.CSS(`input[name=audience][value=all]`)),
		chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{printed}),
	)
	csirt.press("読み取る")
	csirt.mustSee("読み取った結果を確かめる")
	csirt.mustSee("情報資産の無断持ち出し、無許可ソフトウェアの使用")
	csirt.look("import-pdf")
}

func (p *person) setDate(field, day string) {
	p.t.Helper()
	p.do(chromedp.SetValue(chromedp.CSS("#"+field), day))
}

// Pages for what goes wrong are pages too.
func TestFailuresArePagesToLookAt(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	nobody := openBrowser(t, portal)
	nobody.goTo("/policies/kihon")
	nobody.mustSee("サインインしてください")
	nobody.look("signin-needed")
	nobody.do(
		chromedp.SendKeys(chromedp.CSS("#login"), "M001"),
		chromedp.SendKeys(chromedp.CSS("#password"), "wrong password"),
	)
	nobody.press("サインインする")
	nobody.mustSee("パスワードが違います")
	nobody.look("signin-refused")

	staff := sitDown(t, portal, town.Holder("税務町民課 職員"))
	staff.goTo("/nowhere")
	staff.look("not-found")
	staff.goTo("/imports")
	staff.mustSee("この操作は、あなたの役割では行えません")
	staff.look("forbidden")
	staff.press("サインアウト")
	staff.mustSee("サインアウトしました")
}

// The list for Excel is the list on the page; a 管理者 gets their section's.
func TestTheSecurityManagerSeesTheirOwnSection(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := sitDown(t, portal, town.Holder("税務町民課長"))
	manager.look("home-manager")
	manager.goTo("/policies/kihon/readers")
	manager.mustSee("あなたの課室")
	manager.mustNotSee("福祉こども課")
	manager.look("readers-manager")
	manager.press("権限表")
	manager.mustSee("決定された見直しを公開する")
	manager.look("permissions")
	manager.press("体制")
	manager.mustSee("統括情報セキュリティ責任者")
	manager.look("organization")
	manager.press("税務町民課")
	manager.mustSee("見本 夏子")
	manager.look("organization-section")
	manager.goTo("/organization/zeimu?on=2025-05-01")
	manager.mustSee("空席")
	list := evaluate[string](manager, `fetch('/policies/kihon/readers.csv').then(r => r.text())`, chromedp.EvalAwaitPromise)
	rows, err := csv.NewReader(strings.NewReader(list)).ReadAll()
	if err != nil || len(rows) != 7 {
		t.Errorf("want a heading and 6 people, got %d rows, %v", len(rows), err)
	}
}
