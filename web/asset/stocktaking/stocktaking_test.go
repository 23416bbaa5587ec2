package stocktaking_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/asset/stocktaking"
	"kagami/web/asset/assettest"
	webstocktaking "kagami/web/asset/stocktaking"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

// town has a register without a 棚卸し: each test opens its own.
var town = assettest.Town(func(g server.Ground, register *asset.Service, _ *find.Service) []screen.Part {
	part := webstocktaking.New(stocktaking.New(g.Pool, g.Door, register, stocktaking.Ties{}), register).Part()
	part.Sample = nil
	return []screen.Part{part}
})

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

// plan is the form of a 棚卸し that nothing is wrong with.
func plan(more ...string) url.Values {
	form := url.Values{"title": {"令和8年度の棚卸し"}, "which": {"all"}, "due_on": {"2026-12-25"}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

// office is a town in which 税務町民課 has some assets that are gone through.
type office struct {
	t                         *testing.T
	portal                    *servertest.Portal
	officer, manager, welfare *servertest.Visitor
	codes                     []string
}

const page = "/stocktakings/8-1/zeimu"

// open registers assets, and opens a 棚卸し of them alone.
func open(t *testing.T) office {
	t.Helper()
	portal := town.Start(t)
	o := office{
		t: t, portal: portal, officer: servertest.SignIn(t, portal, town.Holder("総務課長")), manager: servertest.SignIn(t, portal, town.Holder("税務町民課長")),
		welfare: servertest.SignIn(t, portal, town.Holder("福祉こども課長")),
	}
	for _, name := range []string{"軽自動車税の台帳", "固定資産税の台帳", "住民税の台帳"} {
		_, code := assettest.Register(t, o.manager, assettest.Ledger("name", name, "kind", "medium", "confidentiality", "3A"))
		o.codes = append(o.codes, code)
	}
	assettest.MustSay(t, "opened", o.officer.Post("/stocktakings/new/check", plan("which", "some", "section", "zeimu", "kind", "medium", "level", "3A")), "棚卸しを始めました", "棚卸し-令和8年度", "税務町民課")
	return o
}

var row = regexp.MustCompile(`name="asset" value="([^"]+)"/?>\s*<input type="hidden" name="seen" value="([0-9]+)"`)

// tap answers with a button as it stands on the page.
func (o office) tap(who *servertest.Visitor, code, result string) servertest.Answer {
	o.t.Helper()
	for _, found := range row.FindAllStringSubmatch(who.Get(page).Body, -1) {
		if found[1] == code {
			return who.Post(page, url.Values{"asset": {code}, "seen": {found[2]}, "result": {result}})
		}
	}
	o.t.Fatalf("%s has no buttons", code)
	return servertest.Answer{}
}

func TestAStocktakingIsCheckedBeforeItIsOpened(t *testing.T) {
	t.Parallel()
	officer := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	assettest.MustSay(t, "no 棚卸し yet", officer.Get("/stocktakings"), "棚卸しは、まだありません", "/stocktakings/new")
	assettest.MustSay(t, "the form", officer.Get("/stocktakings/new"), "令和8年度の情報資産の棚卸し", "税務町民課", "電磁的記録媒体", "自治体機密性3B")
	wrong := officer.Get("/stocktakings/new/check?title=&which=some&due_on=2026-01-01&kind=medium")
	assettest.MustSay(t, "what is wrong", wrong, "棚卸しの名前を入力してください。", "課室を1つ以上選ぶか", "今日か、それより後の日", `value="2026-01-01"`, `value="medium" checked`)
	if wrong.Status != http.StatusUnprocessableEntity {
		t.Errorf("it answers %d", wrong.Status)
	}
	check := officer.Get("/stocktakings/new/check?" + plan().Encode())
	assettest.MustSay(t, "the page to check", check, "始める前の確認", "令和8年12月25日", "この範囲で始める", "税務町民課")
	assettest.MustSay(t, "sections ticked beside all", officer.Get("/stocktakings/new/check?"+plan("section", "zeimu").Encode()), "「すべての課室」になっています", `value="zeimu" checked`)
	assettest.MustSay(t, "back to the form", officer.Get("/stocktakings/new?"+plan("title", "別の名前").Encode()), "別の名前", "2026-12-25")
	assettest.MustSay(t, "opened", officer.Post("/stocktakings/new/check", plan()), "棚卸しを始めました", "確認済み（0）", "まだ始めていない")
	assettest.MustSay(t, "opened twice", officer.Post("/stocktakings/new/check", plan()), "棚卸しが終わっていない課室があります", "（棚卸し-令和8年度）")
}

func TestASectionIsGoneThrough(t *testing.T) {
	t.Parallel()
	o := open(t)
	assettest.MustSay(t, "home", o.manager.Get("/"), "税務町民課の情報資産を確かめる", page)
	first := o.manager.Get(page)
	assettest.MustSay(t, "the section", first, "軽自動車税の台帳", o.codes[0], "変更なし", "所在不明", "3件のうち0件", "このページの残り3件を、すべて変更なしにする", "税務システム", "機密性3A")
	assettest.MustNotSay(t, "the section", first, page+"/hand_in", page+"/confirm")
	a := o.tap(o.manager, o.codes[0], "same")
	assettest.MustSay(t, "the first answer", a, "3件のうち1件", "まだのものだけ（2）", "見本")
	assettest.MustSay(t, "home goes on", o.manager.Get("/"), "税務町民課の情報資産の続きを確かめる")
	assettest.MustNotSay(t, "what is left", o.manager.Get(page+"?show=left"), ">軽自動車税の台帳<")
	edit := o.tap(o.manager, o.codes[1], "changed")
	assettest.MustSay(t, "what is changed leads to its form", edit, "固定資産税の台帳", `name="back" value="`+page+`"`)
	assettest.MustSay(t, "and is not changed yet", o.manager.Get(page), "台帳は、まだ変わっていません")
	for _, elsewhere := range []string{"https://example.com/", "//example.com", "/logout"} {
		assettest.MustNotSay(t, "another way back", o.manager.Get("/assets/"+o.codes[1]+"/edit?back="+url.QueryEscape(elsewhere)), `name="back"`, "example.com")
	}
	form := assettest.Ledger("name", "固定資産税の台帳", "kind", "medium", "confidentiality", "3A", "place", "金庫", "version", "1", "back", page)
	assettest.MustSay(t, "and back", o.manager.Post("/assets/"+o.codes[1]+"/edit", form), "情報資産を変更しました", "3件のうち2件")
	assettest.MustNotSay(t, "and is changed", o.manager.Get(page), "台帳は、まだ変わっていません")
	assettest.MustSay(t, "the last", o.tap(o.manager, o.codes[2], "same"), "すべて確かめました", page+"/confirm")
	assettest.MustSay(t, "the page to confirm", o.manager.Get(page+"/confirm"), "3件のうち3件", "最終確認日が、確かめた日になります")
	confirmed := o.manager.Post(page+"/confirm", url.Values{"version": {"2"}})
	assettest.MustSay(t, "confirmed", confirmed, "棚卸しを確認しました", "確認済み", page+"/take_up")
	assettest.MustNotSay(t, "confirmed", confirmed, `class="four"`)
	assettest.MustSay(t, "the asset", o.manager.Get("/assets/"+o.codes[0]), "令和8年11月24日", "棚卸し-令和8年度で確かめた")
	assettest.MustSay(t, "taken up", o.manager.Post(page+"/take_up", url.Values{"version": {"3"}, "note": {"見間違い"}}), "確認を取り消しました", "見間違い", `class="four"`)
}

func TestTheAnswerThatNeedsWordsAsksForThem(t *testing.T) {
	t.Parallel()
	o := open(t)
	form := o.tap(o.manager, o.codes[0], "missing")
	assettest.MustSay(t, "what is missing", form, "いつ気づいたか", "だれが気づいたか", "最後に見た日", `value="2026-11-24"`)
	lost := url.Values{"asset": {o.codes[0]}, "result": {"missing"}, "seen": {"0"}, "note": {"書庫にない"}, "noticed_on": {"2026-11-25"}}
	wrong := o.manager.Post(page+"/answer", lost)
	assettest.MustSay(t, "what is wrong", wrong, "気づいた日は、今日までの日にしてください。", "だれが気づいたかを入力してください。", "書庫にない", `value="2026-11-25"`)
	lost.Set("noticed_on", "2026-11-23")
	lost.Set("noticed_by", "課長 見本")
	assettest.MustSay(t, "told", o.manager.Post(page+"/answer", lost), "「所在不明」と記録しました", "お知らせが届いています", "書庫にない", "所在不明（1）", `href="/assets/`+o.codes[0]+`/missing"`)
	assettest.MustSay(t, "what is disposed of", o.tap(o.manager, o.codes[1], "disposed"), "廃棄する理由")
	gone := url.Values{"asset": {o.codes[1]}, "result": {"disposed"}, "seen": {"0"}}
	assettest.MustSay(t, "without a reason", o.manager.Post(page+"/answer", gone), "廃棄する理由を書いてください。")
	gone.Set("note", "機器の更新")
	assettest.MustSay(t, "with one", o.manager.Post(page+"/answer", gone), "「廃棄」と記録しました", "機器の更新", `href="/assets/`+o.codes[1]+`/dispose"`)
	assettest.MustSay(t, "another answer meanwhile", o.manager.Post(page, url.Values{"asset": {o.codes[1]}, "seen": {"0"}, "result": {"same"}}), "開いている間に", "「廃棄」と答えました")
	if a := o.manager.Get(page + "/answer?asset=zeimu-9999&result=missing"); a.Status != http.StatusNotFound {
		t.Errorf("of no asset: %d", a.Status)
	}
}

func TestTheRestOfAPageIsAnsweredAfterAQuestion(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.tap(o.manager, o.codes[0], "changed")
	rest := o.manager.Get(page + "/rest")
	assettest.MustSay(t, "the question", rest, "2件を「変更なし」にする", o.codes[1], o.codes[2])
	assettest.MustNotSay(t, "the question", rest, `value="`+o.codes[0]+`"`)
	a := o.manager.Post(page+"/rest", url.Values{"asset": o.codes}) // one was answered meanwhile
	assettest.MustSay(t, "answered", a, "3件のうち3件（変更1件）", "残りを「変更なし」と記録しました")
}

func TestPaperIsPrintedAndTypedIn(t *testing.T) {
	t.Parallel()
	o := open(t)
	assettest.MustSay(t, "the sheet", o.manager.Get(page+"/sheet"), "棚卸しの用紙（税務町民課）", "□ 所在不明", o.codes[2], "確かめた人")
	assettest.MustSay(t, "the form", o.manager.Get(page+"/typing"), "result-"+o.codes[0], "記入した人")
	typed := url.Values{"asset": o.codes, "on": {"2026-11-24"}, "result-" + o.codes[0]: {"same"}, "result-" + o.codes[1]: {"disposed"}, "result-" + o.codes[2]: {"missing"}, "note-" + o.codes[2]: {"棚にない"}}
	wrong := o.manager.Post(page+"/typing", typed)
	assettest.MustSay(t, "what is wrong", wrong, o.codes[1]+"：廃棄する理由を書いてください。", "記入した人を入力してください。", "棚にない", `value="disposed" checked`)
	if n := strings.Count(wrong.Body, `href="#looked_by"`); n != 1 {
		t.Errorf("it says %d times that the name is missing", n)
	}
	assettest.MustSay(t, "nothing is written of it", o.manager.Get(page), "3件のうち0件")
	typed.Set("looked_by", "職員 見本")
	typed.Set("note-"+o.codes[1], "機器の更新")
	assettest.MustSay(t, "typed in", o.manager.Post(page+"/typing", typed), "用紙の答えを記録しました", "入力するものは、もうありません")
	assettest.MustSay(t, "the section", o.manager.Get(page), "職員 見本：棚にない", "3件のうち3件（廃棄1件、所在不明1件）")
	assettest.MustSay(t, "nothing ticked", o.manager.Post(page+"/typing", url.Values{"on": {"2026-11-24"}}), "答えが1つも選ばれていません")
}

func TestAHandedInSectionIsSentBack(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	o := office{t: t, officer: servertest.SignIn(t, portal, town.Holder("総務課長")), manager: servertest.SignIn(t, portal, town.Holder("税務町民課長"))}
	deputy := servertest.SignIn(t, portal, town.Holder("税務町民課 担当副課長"))
	_, code := assettest.Register(t, o.manager, assettest.Ledger("name", "軽自動車税の台帳", "kind", "medium", "confidentiality", "3A"))
	o.officer.Post("/stocktakings/new/check", plan("which", "some", "section", "zeimu", "kind", "medium", "confidentiality", "3A"))
	for _, found := range row.FindAllStringSubmatch(deputy.Get(page).Body, -1) {
		o.tap(deputy, found[1], "same")
	}
	handed := deputy.Get(page)
	assettest.MustSay(t, "all is answered", handed, page+"/hand_in", code)
	assettest.MustNotSay(t, "all is answered", handed, page+"/confirm")
	assettest.MustSay(t, "handed in", deputy.Post(page+"/hand_in", url.Values{"version": {"2"}}), "棚卸しを提出しました", "確認を待っています")
	assettest.MustSay(t, "home of who confirms", o.manager.Get("/"), "税務町民課の棚卸しを確認する")
	assettest.MustSay(t, "who confirms", o.manager.Get(page), page+"/confirm", page+"/send_back", "「確認する」か「差し戻す」")
	if a := deputy.Post(page+"/confirm", url.Values{"version": {"3"}}); a.Status != http.StatusForbidden {
		t.Errorf("who handed it in confirms: %d", a.Status)
	}
	assettest.MustSay(t, "without words", o.manager.Post(page+"/send_back", url.Values{"version": {"3"}}), "直すところを入力してください。")
	assettest.MustSay(t, "sent back", o.manager.Post(page+"/send_back", url.Values{"version": {"3"}, "note": {"金庫の中も見てください"}}), "棚卸しを差し戻しました")
	assettest.MustSay(t, "who mends it", deputy.Get(page), "差し戻されています", "金庫の中も見てください", `class="four"`)
	assettest.MustSay(t, "their notices", deputy.Get("/notices"), "税務町民課の棚卸しが差し戻されました")
	assettest.MustSay(t, "sent back twice", o.manager.Post(page+"/send_back", url.Values{"version": {"3"}, "note": {"もう一度"}}), "いまは行えません")
}

func TestItIsClosedAndItsRecordPrinted(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.tap(o.manager, o.codes[0], "changed")
	whole := o.officer.Get("/stocktakings/8-1")
	assettest.MustSay(t, "how far it is", whole, "3件のうち1件（変更1件）", "確かめている途中（1）", "/stocktakings/close/8-1", "期限を変える")
	assettest.MustSay(t, "a choice of sections", o.officer.Get("/stocktakings/8-1?stage=confirmed"), "この条件に当たる課室はありません")
	moved := url.Values{"was": {"2026-12-25"}, "due_on": {"2027-01-29"}, "note": {""}}
	assettest.MustSay(t, "moved without a reason", o.officer.Post("/stocktakings/due/8-1", moved), "期限を変える理由を入力してください。", "2027-01-29")
	moved.Set("note", "議会と重なるため")
	assettest.MustSay(t, "moved", o.officer.Post("/stocktakings/due/8-1", moved), "期限を変えました", "令和9年1月29日", "議会と重なるため")
	assettest.MustSay(t, "the closing", o.officer.Get("/stocktakings/close/8-1"), "1課室あります", "税務町民課", "2件")
	assettest.MustSay(t, "without a reason", o.officer.Post("/stocktakings/close/8-1", url.Values{"lacking": {"1"}}), "まま締める理由を入力してください。")
	assettest.MustSay(t, "on what was otherwise", o.officer.Post("/stocktakings/close/8-1", url.Values{"lacking": {"0"}}), "課室の棚卸しが進みました")
	record := o.officer.Post("/stocktakings/close/8-1", url.Values{"lacking": {"1"}, "note": {"年度が終わるため"}})
	assettest.MustSay(t, "the record", record, "棚卸しを締めました", "情報資産の棚卸しの記録", "年度が終わるため", "確認なし", "軽自動車税の台帳", "確認が済んでいない課室（1課室）")
	assettest.MustSay(t, "closed twice", o.officer.Get("/stocktakings/close/8-1"), "締められています")
	assettest.MustSay(t, "the section", o.manager.Get(page), "情報資産の棚卸しの記録", "税務町民課")
	if a := o.manager.Post(page, url.Values{"asset": {o.codes[1]}, "seen": {"0"}, "result": {"same"}}); a.Status != http.StatusConflict {
		t.Errorf("answered afterwards: %d", a.Status)
	}
	assettest.MustSay(t, "the list", o.officer.Get("/stocktakings"), "終了", "1課室のうち0課室が確認済み")
	assettest.MustNotSay(t, "home", o.manager.Get("/"), "の情報資産の続きを確かめる")
}

// What comes to a section that is confirmed is said there, and confirmed with the rest.
func TestWhatComesAfterTheConfirmationIsSaid(t *testing.T) {
	t.Parallel()
	o := open(t)
	_, err := o.portal.DB.Pool.Exec(t.Context(), `UPDATE asset SET section_id = (SELECT id FROM section WHERE code = 'fukushi') WHERE code = $1`, o.codes[2])
	if err != nil {
		t.Fatal(err)
	}
	o.manager.Post(page+"/rest", url.Values{"asset": o.codes[:2]})
	confirmed := o.manager.Post(page+"/confirm", url.Values{"version": {"2"}})
	assettest.MustSay(t, "confirmed", confirmed, "2件のうち2件")
	assettest.MustNotSay(t, "confirmed", confirmed, "確認の後に")
	if _, err := o.portal.DB.Pool.Exec(t.Context(), `UPDATE asset SET section_id = (SELECT id FROM section WHERE code = 'zeimu') WHERE code = $1`, o.codes[2]); err != nil {
		t.Fatal(err)
	}
	assettest.MustSay(t, "one has come", o.manager.Get(page), "ほかの課室から来た情報資産が1件あります", "「確認を取り消す」を選んで")
	assettest.MustSay(t, "how far it is", o.officer.Get("/stocktakings/8-1"), "後から来た1件がまだ")
}

func TestAnotherSectionSeesNothingOfIt(t *testing.T) {
	t.Parallel()
	o := open(t)
	assettest.MustNotSay(t, "their list", o.welfare.Get("/stocktakings"), "棚卸し-令和8年度")
	for _, path := range []string{"/stocktakings/8-1", page, page + "/answer?asset=" + o.codes[0], page + "/rest", page + "/sheet", page + "/typing", page + "/hand_in", page + "/confirm", "/stocktakings/record/8-1"} {
		if a := o.welfare.Get(path); a.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.Status)
		}
	}
	for _, path := range []string{page, page + "/answer", page + "/rest", page + "/typing", page + "/hand_in", page + "/confirm", page + "/send_back", page + "/take_up"} {
		if a := o.welfare.Post(path, url.Values{"asset": {o.codes[0]}, "result": {"same"}, "version": {"1"}}); a.Status != http.StatusNotFound {
			t.Errorf("posting to %s: %d", path, a.Status)
		}
	}
	for _, path := range []string{"/stocktakings/new", "/stocktakings/close/8-1", "/stocktakings/due/8-1"} {
		if a := o.manager.Get(path); a.Status != http.StatusForbidden {
			t.Errorf("%s for a 管理者: %d", path, a.Status)
		}
	}
}
