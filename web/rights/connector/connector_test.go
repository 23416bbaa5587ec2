package connector_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/rights/connector"
	"kagami/internal/rights/connector/outcome"
	"kagami/internal/rights/connector/reach"
	"kagami/internal/rights/settle"
	"kagami/web/asset/assettest"
	webrights "kagami/web/rights"
	webconnector "kagami/web/rights/connector"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = assettest.Town(func(g server.Ground, _ *asset.Service, _ *find.Service) []screen.Part {
	connectors := connector.New(g.Pool, g.Door, g.Keys, g.Log, reach.DialPeers)
	of := rights.New(g.Pool, g.Door, rights.Ties{Carry: connectors.Carry})
	return []screen.Part{
		webrights.New(of, bar.New(g.Pool, g.Door, of, g.Accounts.Bar), settle.New(g.Pool, g.Door, of)).Part(),
		webconnector.New(connectors, outcome.New(g.Pool)).Part(),
	}
})

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

// desk are who uses a system, who answers for it, the 統括, the ポータル管理者, and somebody of
// another section.
type desk struct {
	clerk, head, deputy, officer, keeper, stranger *servertest.Visitor
	system                                         string // a 管理番号
}

func open(t *testing.T) desk {
	t.Helper()
	portal := town.Start(t)
	sit := func(post string) *servertest.Visitor { return servertest.SignIn(t, portal, town.Holder(post)) }
	d := desk{clerk: sit("福祉こども課 職員"), head: sit("税務町民課長"), deputy: sit("税務町民課 担当副課長"), officer: sit("総務課長"), keeper: sit("総務課 ポータル管理担当"), stranger: sit("産業課長")}
	_, d.system = assettest.Register(t, d.head, assettest.Ledger("name", "収納システム", "kind", "system", "zone", "lgwan", "confidentiality", "2"))
	return d
}

var heading = regexp.MustCompile(`番号</dt><dd>権-([0-9]+-[0-9]+)`)

// permitted lets the clerk use the system.
func (d desk) permitted(t *testing.T) {
	t.Helper()
	a := d.clerk.Post("/rights/new", url.Values{"system": {d.system}, "kind": {"general"}, "grade": {"照会"}, "login": {"hana01"}, "purpose": {"滞納の確認"}, "from_on": {"2026-11-24"}})
	found := heading.FindStringSubmatch(a.Body)
	if found == nil {
		t.Fatalf("asking: %d %s", a.Status, a.Body)
	}
	d.deputy.Post("/rights/of/"+found[1]+"/permit", url.Values{"version": {"1"}})
}

var doneForm = regexp.MustCompile(`action="(/rights/orders/[0-9]+/done)"`)

func TestAWorkOrderIsCompletedInOneTap(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.permitted(t)
	assettest.MustSay(t, "home", d.deputy.Get("/"), "システムの利用権限の作業依頼")
	page := d.deputy.Get("/rights/orders?system=" + d.system)
	assettest.MustSay(t, "the orders", page, "収納システム", "使えるようにする", "一般（照会）、利用者ID hana01", ">完了</button>")
	assettest.MustNotSay(t, "the orders", page, "滞納の確認")
	assettest.MustNotSay(t, "those of another section", d.stranger.Get("/rights/orders"), "収納システム")
	form := doneForm.FindStringSubmatch(page.Body)
	if form == nil {
		t.Fatal("there is no button")
	}
	assettest.MustNotSay(t, "the 統括's", d.officer.Get("/rights/orders?system="+d.system), form[1])
	if a := d.stranger.Post(form[1], nil); a.Status != http.StatusForbidden && a.Status != http.StatusNotFound {
		t.Errorf("somebody of another section: %d", a.Status)
	}
	assettest.MustSay(t, "done", d.deputy.Post(form[1], url.Values{}), "作業依頼を完了しました")
	assettest.MustSay(t, "those that are done", d.deputy.Get("/rights/orders?kind=done&system="+d.system), "収納システム", town.Holder("税務町民課 担当副課長").Name)
	assettest.MustSay(t, "the target", d.officer.Get("/rights/targets?system="+d.system), "反映済み", "連携なし（作業依頼）")
	if a := d.clerk.Get("/rights/orders"); a.Status != http.StatusForbidden {
		t.Errorf("a 職員 sees them: %d", a.Status)
	}
}

// settings are those of a directory where nobody listens.
func settings(more ...string) url.Values {
	form := url.Values{
		"connector_kind": {"ldap"}, "name": {"庁内の認証"}, "kind": {"active-directory"}, "url": {"ldap://127.0.0.1:9"}, "bind_dn": {"kagami@example.jp"}, "base_dn": {"dc=example,dc=jp"}, "secret": {"himitsu-no-kotoba"},
	}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

func TestAConnectorIsSetUpCheckedAndNotSwitchedOnUntried(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.permitted(t)
	assettest.MustSay(t, "the kinds", d.keeper.Get("/rights/connectors/new"), "Active Directory", "SCIM 2.0", "Webhook")
	assettest.MustSay(t, "the form", d.keeper.Get("/rights/connectors/new?kind=ldap"), "アカウントを探す場所（DN）", `type="password"`)
	wrong := d.keeper.Post("/rights/connectors/new", settings("url", "ldap://dc1.example.jp", "name", "庁内"))
	assettest.MustSay(t, "wrong", wrong, "パスワードが暗号化されずに流れます。", `value="ldap://dc1.example.jp"`, `value="庁内"`)
	assettest.MustNotSay(t, "wrong", wrong, "himitsu")
	made := d.keeper.Post("/rights/connectors/new", settings())
	assettest.MustSay(t, "made", made, "連携を作りました", "収納システム")
	path := regexp.MustCompile(`action="(/rights/connectors/[a-z2-7]{16})/systems"`).FindStringSubmatch(made.Body)[1]
	systems := func(more ...string) url.Values {
		form := url.Values{"version": {"1"}, "system": {d.system}, "what": {"groups"}}
		for i := 0; i+1 < len(more); i += 2 {
			form.Set(more[i], more[i+1])
		}
		return form
	}
	assettest.MustSay(t, "no groups", d.keeper.Post(path+"/systems", systems()), "グループを、一行に1つずつ入力してください。")
	assettest.MustSay(t, "no name of a group", d.keeper.Post(path+"/systems", systems("groups", "tax")), "グループの DN を読めません。", "tax")
	assettest.MustSay(t, "assigned", d.keeper.Post(path+"/systems", systems("what", "account")), "連携するシステムを加えました", "アカウント全体を停止する")
	assettest.MustSay(t, "waiting", d.officer.Get("/rights/targets?system="+d.system), "反映待ち", "連携が動いていないため、待っています")
	assettest.MustSay(t, "home of the 統括", d.officer.Get("/"), "止まっている連携で待っている利用権限の変更1件に対応する")
	assettest.MustSay(t, "the orders", d.deputy.Get("/rights/orders?system="+d.system), "この条件に当たるものはありません。")
	assettest.MustSay(t, "checked", d.keeper.Post(path+"/check", url.Values{}), "接続を確かめました", "接続先に接続できません。")
	assettest.MustSay(t, "untried", d.officer.Post(path+"/on", url.Values{"version": {"2"}}), "いまの設定で、まだ試しに動かしていません。")
	assettest.MustSay(t, "trying", d.officer.Post(path+"/try", url.Values{}), "接続先と台帳を比べ始めました")
	set := d.keeper.Get(path + "/settings")
	assettest.MustSay(t, "the settings", set, `value="ldap://127.0.0.1:9"`, "変えないときは、空のままにします。")
	assettest.MustNotSay(t, "the settings", set, "himitsu")
	assettest.MustSay(t, "led elsewhere", d.keeper.Post(path+"/settings", settings("version", "2", "secret", "", "url", "ldap://127.0.0.1:10")), "接続先（URL、StartTLS、認証局の証明書）を変えるときは、")
	assettest.MustSay(t, "set", d.keeper.Post(path+"/settings", settings("version", "2", "name", "庁内のAD", "secret", "")), "連携の設定を変えました", "庁内のAD")
	assettest.MustSay(t, "overtaken", d.keeper.Post(path+"/settings", settings("version", "2")), "ほかの人がこの連携を変えました")
	assettest.MustSay(t, "who answers for the system", d.head.Get(path), "庁内のAD", "反映待ち1件")
	assettest.MustNotSay(t, "who answers for the system", d.head.Get(path), path+"/settings", path+"/on")
	if a := d.stranger.Get(path); a.Status != http.StatusNotFound {
		t.Errorf("somebody of another section: %d", a.Status)
	}
	if a := d.head.Post(path+"/off", url.Values{}); a.Status != http.StatusForbidden {
		t.Errorf("a 課長 switches it off: %d", a.Status)
	}
	assettest.MustSay(t, "dropped", d.keeper.Post(path+"/drop", url.Values{"version": {"3"}, "system": {d.system}}), "連携するシステムを外しました")
	assettest.MustSay(t, "the orders", d.deputy.Get("/rights/orders?system="+d.system), "使えるようにする")
	if strings.Contains(d.keeper.Get("/rights/connectors").Body, "himitsu") {
		t.Error("the secret is shown")
	}
}

func TestTheSampleTownShowsWhatFailsAndWhatDiffers(t *testing.T) {
	t.Parallel()
	d := open(t)
	list := d.officer.Get("/rights/connectors")
	assettest.MustSay(t, "the list", list, "庁内の Active Directory（見本）", "失敗2件", "いちばん古いもの：12日前から", "比べられませんでした。")
	assettest.MustSay(t, "home of the 統括", d.officer.Get("/"), "システムに届いていない利用権限の変更2件に対応する")
	assettest.MustSay(t, "what failed", d.officer.Get("/rights/targets?state=failed"), "接続先につながらないか、返事がありません。", "もう一度試す")
	assettest.MustSay(t, "drift", d.officer.Get("/rights/drift"), "台帳では使えるのに、アカウントが止まっている", "12日前から", "台帳に合わせる")
	assettest.MustSay(t, "a filter", d.officer.Get("/rights/drift?person=M999"), "この条件に当たるものはありません。")
	assettest.MustSay(t, "orders", d.officer.Get("/rights/orders"), "まだのもの", "使えるようにする")
	assettest.MustSay(t, "orders that are done", d.officer.Get("/rights/orders?kind=done"), "完了したもの")
	found := regexp.MustCompile(`action="(/rights/drift/[0-9]+/apply)"`).FindStringSubmatch(d.officer.Get("/rights/drift").Body)
	assettest.MustSay(t, "applied", d.officer.Post(found[1], url.Values{}), "台帳に合わせています", "食い違いは、ありません。")
	again := regexp.MustCompile(`action="(/rights/connectors/[a-z2-7]{16})/again"`).FindStringSubmatch(d.officer.Get("/rights/targets?state=failed").Body)
	assettest.MustSay(t, "again", d.officer.Post(again[1]+"/again", url.Values{}), "もう一度試しています", "失敗0件")
}
