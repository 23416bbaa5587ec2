package keeping_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/asset/propose"
	"kagami/internal/org/keeper"
	"kagami/web/asset/assettest"
	"kagami/web/asset/keeping"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = assettest.Town(func(g server.Ground, register *asset.Service, _ *find.Service) []screen.Part {
	return []screen.Part{keeping.New(register, keeper.New(g.Pool, g.Door), propose.New(g.Pool, g.Door, register)).Part()}
})

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

// ledger is the form of an asset that nothing is wrong with.
func ledger(more ...string) url.Values {
	form := assettest.Ledger("confidentiality", "3C", "zone", "lgwan", "place", "")
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

func mustSay(t *testing.T, what string, a servertest.Answer, words ...string) {
	t.Helper()
	for _, want := range words {
		if !strings.Contains(a.Body, want) {
			t.Errorf("%s: the page lacks %q: %d", what, want, a.Status)
		}
	}
}

var (
	heading  = regexp.MustCompile(`管理番号</dt><dd>([0-9A-Za-z-]+)`)
	naming   = regexp.MustCompile(`href="/assets/keepers/([0-9]+)"`)
	proposal = regexp.MustCompile(`name="proposal" value="([0-9]+)"`)
)

// clerk is a newcomer of 税務町民課, who can sign in.
func clerk(t *testing.T, portal *servertest.Portal) *servertest.Visitor {
	t.Helper()
	return servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
}

func TestAKeeperDraftsAndProposesAndTheManagerConfirms(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	who := town.Holder("税務町民課 職員")
	worker := clerk(t, portal)
	if a := worker.Get("/assets/new"); a.Status != http.StatusForbidden {
		t.Fatalf("a 職員 registers: %d", a.Status)
	}
	a := manager.Get("/assets/keepers")
	mustSay(t, "whom to name", a, "台帳担当者は、まだいません", who.Name)
	a = manager.Post("/assets/keepers", url.Values{"section": {"zeimu"}, "person": {who.StaffNumber}, "first": {"きのう"}})
	mustSay(t, "with a day that is none", a, `value="きのう"`)
	a = manager.Post("/assets/keepers", url.Values{"section": {"zeimu"}, "person": {who.StaffNumber}, "first": {"2026-11-24"}})
	mustSay(t, "named", a, "台帳担当者を決めました", who.Name+"は、令和8年11月24日から", who.Name+"の台帳担当者の指定を解除する")
	mustSay(t, "the keeper is told", worker.Get("/notices"), "税務町民課の台帳担当者に決まりました", "令和8年11月24日から")

	mustSay(t, "the keeper's form", worker.Get("/assets/new"), "下書きを作る", "情報セキュリティ管理者が確認すると")
	a = worker.Post("/assets/new", ledger("zone", ""))
	mustSay(t, "with something to settle", a, "下書きを作りました", "決まっていない項目があります", "領域を決めて")
	code := heading.FindStringSubmatch(a.Body)[1]
	mustSay(t, "nothing to confirm", manager.Get("/assets/drafts"), "確認を待つものは、ありません")
	a = worker.Post("/assets/"+code+"/edit", ledger("version", "1"))
	mustSay(t, "complete", a, "確認待ちの下書きです", "確認を待っています", "内容を見る</a>")
	mustSay(t, "the register", manager.Get("/assets"), "確認を待つもの（1件）", "台帳担当者を決める")
	if a := worker.Get("/assets"); strings.Contains(a.Body, "確認を待つもの（") || strings.Contains(a.Body, "台帳担当者を決める") {
		t.Error("the keeper's register leads to what is not theirs")
	}
	mustSay(t, "to the manager", manager.Get("/assets/"+code), "下書きを確認する</a>")
	mustSay(t, "home", manager.Get("/"), "台帳の下書き1件を確認する")
	mustSay(t, "the keeper's own review", worker.Get("/assets/"+code+"/review"), "自分では確認できません")

	a = manager.Post("/assets/"+code+"/review", url.Values{"version": {"2"}, "proposal": {"0"}, "do": {"send-back"}, "words": {"保存先も書いてください。"}})
	mustSay(t, "sent back", a, "差し戻しました", who.Name+"に差し戻し、お知らせで伝えました", "下書きが差し戻されました", "保存先も書いてください。", who.Name+"に、お知らせで伝えました。台帳担当者が直して保存すると")
	assettest.MustNotSay(t, "to the manager", a, "直して「変更する」から保存すると")
	mustSay(t, "to the writer", worker.Get("/assets/"+code), "直して「変更する」から保存すると")
	mustSay(t, "told", worker.Get("/notices"), "の下書きが差し戻されました", "保存先も書いてください。")
	mustSay(t, "the writer's home", worker.Get("/"), "差し戻された下書き1件を直す")
	mustSay(t, "the writer's form", worker.Get("/assets/"+code+"/edit"), "下書きが差し戻されました", "保存先も書いてください。")
	mustSay(t, "mended", worker.Post("/assets/"+code+"/edit", ledger("version", "2", "place", "税務システム")), "もう一度、税務町民課の情報セキュリティ管理者の確認を待ちます")
	if a := worker.Get("/"); strings.Contains(a.Body, "差し戻された下書き") {
		t.Error("what is mended is still to mend")
	}
	a = manager.Get("/assets/drafts")
	mustSay(t, "waits again", a, `value="`+code+` 3"`, who.Name)
	mustSay(t, "none ticked", manager.Post("/assets/drafts", url.Values{}), "1件から100件まで")
	a = manager.Post("/assets/drafts", url.Values{"draft": {code + " 2"}})
	if a.Status != http.StatusConflict {
		t.Errorf("on an older version: %d", a.Status)
	}
	mustSay(t, "confirmed", manager.Post("/assets/drafts", url.Values{"draft": {code + " 3"}}), "下書きを登録しました", "確認を待つものは、ありません")

	mustSay(t, "registered", worker.Get("/assets/"+code), "変更を提案する")
	a = worker.Post("/assets/"+code+"/edit", ledger("version", "4", "place", "共有フォルダ", "why", "移した"))
	mustSay(t, "proposed", a, "変更を提案しました", "税務町民課の情報セキュリティ管理者が確認すると、「軽自動車税の課税台帳」の台帳が変わります", "変更の提案が、確認を待っています")
	mustSay(t, "home", manager.Get("/"), "情報資産の変更の提案1件を確認する")
	a = manager.Get("/assets/" + code + "/review")
	mustSay(t, "the proposal", a, "税務システム", "共有フォルダ", "移した", "提案のとおりに変える")
	if strings.Contains(a.Body, `data-label="項目">機密性`) {
		t.Error("what does not change is shown as proposed")
	}
	a = manager.Post("/assets/"+code+"/review", url.Values{"version": {"4"}, "proposal": {proposal.FindStringSubmatch(a.Body)[1]}, "do": {"confirm"}})
	mustSay(t, "confirmed", a, "提案のとおりに変えました", "共有フォルダ", who.Name+"の提案を確認した：移した")

	a = manager.Get("/assets/keepers")
	ask := "/assets/keepers/" + naming.FindStringSubmatch(a.Body)[1]
	mustSay(t, "asked before", manager.Get(ask), "台帳担当者の指定を解除する", who.Name, "書きかけの下書きと、確認を待っているものは残ります")
	if a := servertest.SignIn(t, portal, town.Holder("福祉こども課長")).Get(ask); a.Status != http.StatusNotFound {
		t.Errorf("another section is asked: %d", a.Status)
	}
	mustSay(t, "taken back", manager.Post(ask, nil), "台帳担当者の指定を解除しました", who.Name+"は、これからは下書きを作れません")
	mustSay(t, "who kept it is told", worker.Get("/notices"), "税務町民課の台帳担当者の指定が解除されました")
	if a := worker.Get("/assets/new"); a.Status != http.StatusForbidden {
		t.Errorf("drafts still: %d", a.Status)
	}
}

// Nobody confirms what they cannot see: the levels and what they rest on, the zone, personal
// data, and what would not fit the rules.
func TestWhoConfirmsSeesWhatItWouldBe(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	manager.Post("/assets/keepers", url.Values{"section": {"zeimu"}, "person": {town.Holder("税務町民課 職員").StaffNumber}, "first": {"2026-11-24"}})
	worker := clerk(t, portal)
	a := worker.Post("/assets/new", ledger("confidentiality", "3A", "zone", "internet", "level_reason", "課で決めた段階"))
	code := heading.FindStringSubmatch(a.Body)[1]
	mustSay(t, "the list", manager.Get("/assets/drafts"), "3A・2・1", "インターネット接続系", "要是正")
	mustSay(t, "the draft", manager.Get("/assets/"+code+"/review"), "基準に合わないもの（要是正）になります", "インターネット接続系に置けません", "自分で選んでいます", "課で決めた段階", "個人情報")

	_, code = assettest.Register(t, manager, ledger("name", "固定資産税の課税台帳", "own_number", ""))
	worker.Post("/assets/"+code+"/edit", ledger("name", "固定資産税の課税台帳", "version", "1", "confidentiality", "3B", "zone", "internet"))
	mustSay(t, "the list of proposals", manager.Get("/assets/drafts"), "3B・2・1")
	mustSay(t, "the proposal", manager.Get("/assets/"+code+"/review"), "基準に合わないもの（要是正）になります", "確認した後の分類")
}

// Another section's drafts are neither shown nor counted.
func TestAnotherSectionSeesNothingOfIt(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	who := town.Holder("税務町民課 職員")
	manager.Post("/assets/keepers", url.Values{"section": {"zeimu"}, "person": {who.StaffNumber}, "first": {"2026-11-24"}})
	a := clerk(t, portal).Post("/assets/new", ledger())
	mustSay(t, "a complete draft", a, "情報セキュリティ管理者の確認を待っています")
	if strings.Contains(a.Body, "決まっていない項目がなくなると") {
		t.Error("a complete draft speaks of what is open")
	}
	code := heading.FindStringSubmatch(a.Body)[1]
	other := servertest.SignIn(t, portal, town.Holder("福祉こども課長"))
	mustSay(t, "the other's list", other.Get("/assets/drafts"), "確認を待つものは、ありません")
	for _, a := range []servertest.Answer{
		other.Get("/assets/" + code + "/review"),
		other.Post("/assets/"+code+"/review", url.Values{"version": {"1"}, "proposal": {"0"}, "do": {"confirm"}}),
	} {
		if a.Status != http.StatusNotFound || strings.Contains(a.Body, "軽自動車税") {
			t.Errorf("the other's page: %d", a.Status)
		}
	}
	if a := other.Get("/"); strings.Contains(a.Body, "台帳の下書き") {
		t.Error("it is the other's to do")
	}
}

// The form's words follow the section: who may only draft for one of two registers for the
// other.
func TestTheFormSaysWhichSectionsAreOnlyDrafted(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	if a := manager.Get("/assets/new"); strings.Contains(a.Body, "下書き") {
		t.Error("a manager's form speaks of drafts")
	}
	manager.Post("/assets/keepers", url.Values{"section": {"zeimu"}, "person": {town.Holder("税務町民課 職員").StaffNumber}, "first": {"2026-11-24"}})
	mustSay(t, "a keeper's form", clerk(t, portal).Get("/assets/new"), "下書きを作る")
}

// What a keeper has prepared is on a list of their own, and what was sent back is theirs to
// do until they hand it in again or withdraw it.
func TestAKeeperSeesAndWithdrawsTheirOwn(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	manager.Post("/assets/keepers", url.Values{"section": {"zeimu"}, "person": {town.Holder("税務町民課 職員").StaffNumber}, "first": {"2026-11-24"}})
	worker := clerk(t, portal)
	mustSay(t, "nothing yet", worker.Get("/assets/mine"), "書きかけの下書きも、確認を待つものもありません")
	if a := worker.Get("/assets"); strings.Contains(a.Body, "自分の下書き") {
		t.Error("nothing is linked to")
	}
	draft := heading.FindStringSubmatch(worker.Post("/assets/new", ledger("zone", "")).Body)[1]
	_, code := assettest.Register(t, manager, ledger("name", "固定資産税の課税台帳", "own_number", ""))
	worker.Post("/assets/"+code+"/edit", ledger("name", "固定資産税の課税台帳", "version", "1", "place", "共有フォルダ"))
	a := worker.Get("/assets/" + code + "/edit")
	mustSay(t, "mending what waits", a, "あなたの提案が、確認を待っています", "前の提案に代わります", `value="共有フォルダ"`)
	if a := manager.Get("/assets/" + code + "/edit"); strings.Contains(a.Body, "共有フォルダ") {
		t.Error("somebody else's form opens with the proposal")
	}
	mustSay(t, "the register", worker.Get("/assets"), `href="/assets/mine">自分の下書き（2件）`)
	mustSay(t, "the list", worker.Get("/assets/mine"), draft, ">下書き</span>", "新しい資産の下書き", code, ">確認待ち</span>", "変更の提案", "/assets/"+code+"/withdraw")
	mustSay(t, "the manager's home", manager.Get("/"), "登録していない下書きが1件あります", `href="/assets?state=draft&amp;section=zeimu"`)
	if a := servertest.SignIn(t, portal, town.Holder("福祉こども課長")).Get("/"); strings.Contains(a.Body, "登録していない下書き") {
		t.Error("another section's drafts are told")
	}

	a = manager.Get("/assets/" + code + "/review")
	manager.Post("/assets/"+code+"/review", url.Values{"version": {"1"}, "proposal": {proposal.FindStringSubmatch(a.Body)[1]}, "do": {"send-back"}, "words": {"税務システムのままです。"}})
	mustSay(t, "whom it went back to", manager.Get("/assets/"+code+"?done=draft-sent-back"), town.Holder("税務町民課 職員").Name+"に差し戻し")
	mustSay(t, "sent back", worker.Get("/assets/mine"), "差し戻し", "税務システムのままです。")
	mustSay(t, "mending what was sent back", worker.Get("/assets/"+code+"/edit"), "変更の提案が差し戻されました", "税務システムのままです。", `value="共有フォルダ"`)
	mustSay(t, "home", worker.Get("/"), "差し戻された変更の提案1件を直す", `href="/assets/mine"`)
	a = worker.Get("/assets/" + code + "/withdraw")
	mustSay(t, "asked before", a, "変更の提案を取り下げる", "取り下げずに戻る")
	id := proposal.FindStringSubmatch(a.Body)[1]
	mustSay(t, "withdrawn", worker.Post("/assets/"+code+"/withdraw", url.Values{"version": {"1"}, "proposal": {id}}), "提案を取り下げました")
	mustSay(t, "its review", manager.Get("/assets/"+code+"/review"), town.Holder("税務町民課 職員").Name+"が、", "に取り下げました。確認することは、ありません")
	if a := worker.Get("/assets/" + code + "/edit"); strings.Contains(a.Body, "共有フォルダ") || strings.Contains(a.Body, "差し戻され") {
		t.Error("the form opens with what is withdrawn")
	}
	if a := worker.Get("/"); strings.Contains(a.Body, "差し戻された変更の提案") {
		t.Error("what is withdrawn is still to do")
	}
	if a := worker.Post("/assets/"+code+"/withdraw", url.Values{"version": {"1"}, "proposal": {id}}); a.Status != http.StatusConflict {
		t.Errorf("withdrawn twice: %d", a.Status)
	}
	mustSay(t, "a draft", worker.Get("/assets/"+draft+"/withdraw"), "新しい資産の下書きを取り下げる", "元には戻せません")
	if a := manager.Get("/assets/" + draft + "/withdraw"); a.Status != http.StatusNotFound {
		t.Errorf("somebody else is asked: %d", a.Status)
	}
	mustSay(t, "the draft is withdrawn", worker.Post("/assets/"+draft+"/withdraw", url.Values{"version": {"1"}, "proposal": {"0"}}), "下書きを取り下げました", "書きかけの下書きも、確認を待つものもありません")
	mustSay(t, "it has ended", worker.Get("/assets/"+draft), `<dt>状態</dt><dd>取り下げ</dd>`, "取り下げました。", "<summary>下書きを作成</summary>", "下書きを取り下げた")
	mustSay(t, "the review of what has ended", worker.Get("/assets/"+draft+"/review"), town.Holder("税務町民課 職員").Name+"が、", "に取り下げました")
	mustSay(t, "the list of what has ended", worker.Get("/assets?state=mistaken"), draft, ">取り下げ</span>")
	mustSay(t, "its number", worker.Get("/assets?q="+draft), draft+"</a>は、", "下書きのうちに取り下げられています")
	if a := manager.Get("/"); strings.Contains(a.Body, "登録していない下書き") {
		t.Error("what is withdrawn is still to register")
	}
}

// What was sent back comes to the manager's list again once who has written it keeps the
// register no more.
func TestWhatWasSentBackToNobodyIsTheManagers(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager, who := servertest.SignIn(t, portal, town.Holder("税務町民課長")), town.Holder("税務町民課 職員")
	worker := clerk(t, portal)
	manager.Post("/assets/keepers", url.Values{"section": {"zeimu"}, "person": {who.StaffNumber}, "first": {"2026-11-24"}})
	code := heading.FindStringSubmatch(worker.Post("/assets/new", ledger()).Body)[1]
	review := "/assets/" + code + "/review"
	back := url.Values{"version": {"1"}, "proposal": {"0"}, "do": {"send-back"}, "words": {"保存先も書いてください。"}}
	manager.Post(review, back)
	mustSay(t, "while they keep it", manager.Get("/assets/drafts"), "確認を待つものは、ありません")
	if _, err := portal.DB.Owner(t).Exec(t.Context(), `UPDATE appointment SET period = daterange(lower(period), '2026-11-25') WHERE person_id = $1`, who.Person); err != nil {
		t.Fatal(err)
	}
	portal.Clock.Advance(24 * time.Hour)
	manager = servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	mustSay(t, "home", manager.Get("/"), "台帳の下書き1件を確認する")
	mustSay(t, "the list", manager.Get("/assets/drafts"), code, who.Name, "差し戻し先なし")
	page := manager.Get(review)
	mustSay(t, "the draft", page, "直す人がいません", "保存先も書いてください。", "この内容で登録する")
	assettest.MustNotSay(t, "the draft", page, `value="send-back"`)
	mustSay(t, "the asset", manager.Get("/assets/"+code), "下書きを確認する</a>")
	mustSay(t, "its form", manager.Get("/assets/"+code+"/edit"), "いまはこの課室の台帳担当者ではありません")
	if a := manager.Post(review, back); a.Status != http.StatusConflict {
		t.Errorf("sent back again: %d", a.Status)
	}
	mustSay(t, "registered", manager.Post(review, url.Values{"version": {"1"}, "proposal": {"0"}, "do": {"confirm"}}), "登録しました")
}
