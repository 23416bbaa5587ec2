package communication_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"kagami/internal/asset"
	"kagami/internal/asset/communication"
	"kagami/internal/asset/find"
	"kagami/web/asset/assettest"
	webcommunication "kagami/web/asset/communication"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = assettest.Town(func(g server.Ground, register *asset.Service, finding *find.Service) []screen.Part {
	return []screen.Part{webcommunication.New(communication.New(g.Pool, g.Door), register, finding).Part()}
})

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

// eltax is the form of a communication that nothing is wrong with.
func eltax(more ...string) url.Values {
	form := url.Values{
		"section": {"zeimu"}, "name": {"地方税の申告の控え"}, "from_zone": {"out_of_town"}, "to_zone": {"mynumber"}, "direction": {"one_way"}, "purpose": {"申告書を受け取る"},
		"safeguard": {"listed"}, "listed": {"eltax"}, "since": {"2024-04-01"},
	}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

// mustNotSay looks for words that are not on a page.
func mustNotSay(t *testing.T, what string, a servertest.Answer, words ...string) {
	t.Helper()
	for _, word := range words {
		if strings.Contains(a.Body, word) {
			t.Errorf("%s: the page says %q", what, word)
		}
	}
}

var heading = regexp.MustCompile(`番号</dt><dd>([0-9A-Za-z]+-T[0-9]+)`)

// register registers a communication and returns its page and number.
func register(t *testing.T, manager *servertest.Visitor, form url.Values) (servertest.Answer, string) {
	t.Helper()
	a := manager.Post("/communications/new", form)
	found := heading.FindStringSubmatch(a.Body)
	if a.Status != http.StatusOK || found == nil {
		t.Fatalf("registering: %d %s", a.Status, a.Body)
	}
	return a, found[1]
}

func TestACommunicationIsRegisteredChangedAndFound(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	page := manager.Get("/communications/new")
	assettest.MustSay(t, "the form", page, `name="section" value="zeimu"`, "庁外</option>", "住民基本台帳法による、", "（マイナンバー利用事務系と庁外の間）", "特定通信ではない", "ファイアウォール等による通信制限", `aria-current="page"`)
	mustNotSay(t, "the form", page, "紙・媒体</option>")
	a, code := register(t, manager, eltax("purpose", "一行目\r\n二行目"))
	assettest.MustSay(t, "registered", a, "領域間の通信を登録しました", code, "庁外 → マイナンバー利用事務系", "eLTAX（地方税ポータルシステム）", "地方税共同機構が運営する", "令和6年4月1日", "一行目\n二行目", "<summary>登録</summary>")
	mustNotSay(t, "registered", a, "要是正", "確かめてください")

	assettest.MustSay(t, "the form of a change", manager.Get("/communications/"+code+"/edit"), `name="version" value="1"`, `value="eltax" checked`, `value="out_of_town" selected`, `value="2024-04-01"`)
	a = manager.Post("/communications/"+code+"/edit", eltax("version", "1", "safeguard", "unconfirmed", "since", "", "why", "見直した"))
	assettest.MustSay(t, "changed", a, "領域間の通信を変更しました", "<b>安全対策</b>：<span class=\"lines\">特定通信</span> → <span class=\"lines\">未確認</span>",
		"eLTAX（地方税ポータルシステム）</span> → <span class=\"lines\">（なし）", "令和6年4月1日</span> → <span class=\"lines\">（なし）", "見直した", "安全対策を確かめてください", "情報政策の担当に確かめて",
		portal.Actor(t, town.Holder("税務町民課長")).Name)
	mustNotSay(t, "to be confirmed", a, "基準に合わない")
	assettest.MustSay(t, "the same again", manager.Post("/communications/"+code+"/edit", eltax("version", "2", "safeguard", "unconfirmed", "since", "")), "変わったところはありません")
	staff := servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	a = staff.Get("/communications/" + code)
	assettest.MustSay(t, "a colleague", a, "地方税の申告の控え")
	mustNotSay(t, "a colleague", a, "変更する", "通信を終える")
	mustNotSay(t, "a colleague's list", staff.Get("/communications"), "通信を登録する")
	for _, path := range []string{"/" + code + "/edit", "/" + code + "/end", "/new"} {
		if a := staff.Get("/communications" + path); a.Status != http.StatusForbidden {
			t.Errorf("a colleague at %s: %d", path, a.Status)
		}
	}
	assettest.MustSay(t, "the list of assets", staff.Get("/assets"), `href="/communications"`)
}

func TestWhatBreaksARuleSaysWhichAndSinceWhen(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	a, code := register(t, manager, eltax("from_zone", "lgwan", "safeguard", "firewall"))
	assettest.MustSay(t, "its page", a, "基準に合わない（要是正）", "原則として、ほかの領域や庁外と通信できません", "基本方針7(3)①（原則）", "令和8年11月24日から、1日目", "<dt>課室</dt><dd>税務町民課</dd>")
	if _, err := portal.DB.Pool.Exec(t.Context(), `UPDATE communication SET breaks = '{"mynumber": "2026-11-01"}', broken_since = '2026-11-01' WHERE code = $1`, code); err != nil {
		t.Fatal(err)
	}
	assettest.MustSay(t, "later", manager.Get("/communications/"+code), "令和8年11月1日から、24日目")
	list := manager.Get("/communications?breaks=1")
	assettest.MustSay(t, "the list", list, code, "要是正</span>", "令和8年11月1日")
	mustNotSay(t, "the list", list, "住基ネットとの通信", "要是正なし")
	assettest.MustSay(t, "put right", manager.Post("/communications/"+code+"/edit", eltax("version", "1")), "変更しました")
	mustNotSay(t, "put right", manager.Get("/communications/"+code), "基準に合わない")
}

func TestAnotherSectionSeesNothingOfIt(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	_, code := register(t, servertest.SignIn(t, portal, town.Holder("税務町民課長")), eltax())
	for _, post := range []string{"福祉こども課 職員", "福祉こども課長"} {
		v := servertest.SignIn(t, portal, town.Holder(post))
		assettest.MustSay(t, post, v.Get("/communications"), "情報連携の通信", "<dt>福祉こども課</dt><dd>1件</dd>")
		for _, query := range []string{"", "?section=zeimu&state=any", "?zone=mynumber&state=any", "?after=a-1"} {
			mustNotSay(t, post+query, v.Get("/communications"+query), "地方税の申告の控え", "税務町民課", code)
		}
		if a := v.Get("/communications/" + code); a.Status != http.StatusNotFound || !strings.Contains(a.Body, "見つかりません") {
			t.Errorf("%s: %d", post, a.Status)
		}
	}
	head := servertest.SignIn(t, portal, town.Holder("福祉こども課長"))
	for _, path := range []string{"/edit", "/end"} {
		for _, a := range []servertest.Answer{head.Get("/communications/" + code + path), head.Post("/communications/"+code+path, eltax("version", "1"))} {
			if a.Status != http.StatusNotFound {
				t.Errorf("the other manager at %s: %d", path, a.Status)
			}
		}
	}
	if a := head.Post("/communications/new", eltax()); a.Status != http.StatusForbidden {
		t.Errorf("the other manager registers: %d", a.Status)
	}
	officer := servertest.SignIn(t, portal, town.Holder("総務課 担当副課長"))
	assettest.MustSay(t, "the officer", officer.Get("/communications"), "<dt>12課室</dt><dd>7件</dd>", "課室</label>", "税務町民課</span>")
	of := officer.Get("/communications?section=zeimu&safeguard=listed")
	assettest.MustSay(t, "of one section", of, "<dt>税務町民課</dt><dd>3件</dd>", "地方税の申告の控え", `value="zeimu" selected`, `value="listed" selected`, "条件をすべて外す")
	mustNotSay(t, "of one section", of, "情報連携の通信", "収納データの受渡し")
}

func TestWhatIsRefusedKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	_, code := register(t, manager, eltax())
	for name, c := range map[string]struct {
		path string
		form url.Values
		want []string
	}{
		"nothing":             {"/new", nil, []string{"名称を入力してください", "送る側の領域を選んで", "受ける側の領域を選んで", "向きを選んで", "目的を入力", "安全対策を選んで", "課室を選んでください", "直すところが7件"}},
		"no name":             {"/new", eltax("name", " ", "note", "棚<b>"), []string{"名称を入力", "棚&lt;b&gt;", `value="eltax" checked`, `value="mynumber" selected`, `value="one_way" checked`}},
		"no day":              {"/new", eltax("since", "4/1"), []string{"2026-04-01 のように", `value="4/1"`, "地方税の申告の控え"}},
		"one zone":            {"/new", eltax("from_zone", "mynumber"), []string{"別の領域を選んで"}},
		"which 特定通信":          {"/new", eltax("listed", ""), []string{"どの特定通信かを選んで", `value="listed" checked`}},
		"no such asset":       {"/new", eltax("asset", "fukushi-0001"), []string{"この管理番号のものはありません", `value="fukushi-0001"`}},
		"a change":            {"/" + code + "/edit", eltax("version", "1", "purpose", "", "why", "見本の理由"), []string{"目的を入力", `value="見本の理由"`, `name="version" value="1"`}},
		"an end without all":  {"/" + code + "/end", url.Values{"version": {"1"}, "sure": {"1"}}, []string{"終わった日を入力", "終えた理由を"}},
		"an end that is not":  {"/" + code + "/end", url.Values{"version": {"1"}, "sure": {"1"}, "ended_on": {"昨日"}, "why": {"やめた<b>"}}, []string{"2026-04-01 のように", `value="昨日"`, "やめた&lt;b&gt;"}},
		"not sure":            {"/" + code + "/end", url.Values{"version": {"1"}, "ended_on": {"2026-11-20"}, "why": {"やめた"}}, []string{"印を付けてください", `value="2026-11-20"`}},
		"an end of an older":  {"/" + code + "/end", url.Values{"version": {"7"}, "sure": {"1"}, "ended_on": {"2026-11-20"}, "why": {"やめた"}}, []string{"ほかの人がこの通信の登録を変えました", `name="version" value="1"`}},
		"an end of next year": {"/" + code + "/end", url.Values{"version": {"1"}, "sure": {"1"}, "ended_on": {"2027-11-20"}, "why": {"やめた"}}, []string{"今日までの日に"}},
	} {
		a := manager.Post("/communications"+c.path, c.form)
		if a.Status != http.StatusUnprocessableEntity && a.Status != http.StatusConflict {
			t.Errorf("%s: %d", name, a.Status)
		}
		assettest.MustSay(t, name, a, c.want...)
	}
}

// Two change one communication at a time: the second sees what the first has put there
// beside what they have typed, and only then takes its place.
func TestWhoComesSecondSeesWhatTheFirstHasChanged(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager, system := servertest.SignIn(t, portal, town.Holder("税務町民課長")), servertest.SignIn(t, portal, town.Holder("税務町民課 担当副課長"))
	_, code := register(t, manager, eltax())
	edit := "/communications/" + code + "/edit"
	assettest.MustSay(t, "the first", system.Post(edit, eltax("version", "1", "purpose", "届出も受け取る")), "変更しました")
	form := eltax("version", "1", "name", "申告の控え", "why", "短くした")
	a := manager.Post(edit, form)
	if a.Status != http.StatusConflict {
		t.Errorf("the second: %d", a.Status)
	}
	assettest.MustSay(t, "the second", a, "開いている間に、内容が変わりました", portal.Actor(t, town.Holder("税務町民課 担当副課長")).Name+"さんが、",
		`<span class="lines">届出も受け取る</span>`, "ほかの人が変更</span>", `<span class="lines">申告の控え</span>`, `value="申告の控え"`, `value="短くした"`, `name="version" value="2"`)
	if n := strings.Count(a.Body, "ほかの人が変更</span>"); n != 1 {
		t.Errorf("%d columns are said to have been changed by others", n)
	}
	form.Set("version", "2")
	assettest.MustSay(t, "again", manager.Post(edit, form), "変更しました", "<h1>申告の控え</h1>")
}

func TestWhatHasEndedStaysToBeRead(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	_, code := register(t, manager, eltax("from_zone", "lgwan", "safeguard", "none"))
	assettest.MustSay(t, "the page", manager.Get("/communications/"+code+"/end"), "二度と変えられません", `value="2026-11-24"`)
	a := manager.Post("/communications/"+code+"/end", url.Values{"version": {"1"}, "sure": {"1"}, "ended_on": {"2026-11-20"}, "why": {"やめた"}})
	assettest.MustSay(t, "ended", a, "終わった通信として登録しました", "変えられません", "<b>終わった日</b>：<span class=\"lines\">（なし）</span> → <span class=\"lines\">令和8年11月20日", "やめた")
	mustNotSay(t, "ended", a, "/edit", "基準に合わない")
	for _, path := range []string{"/edit", "/end"} {
		if a := manager.Get("/communications/" + code + path); a.Status != http.StatusConflict || !strings.Contains(a.Body, "終わった") {
			t.Errorf("%s: %d", path, a.Status)
		}
	}
	mustNotSay(t, "the list", manager.Get("/communications"), code)
	for _, state := range []string{"ended", "any"} {
		assettest.MustSay(t, state, manager.Get("/communications?state="+state), code, "終了</span>")
	}
}

func TestACommunicationOfAnAssetBeginsWithIt(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	assettest.MustSay(t, "the form", manager.Get("/communications/new?asset=zeimu-0004"), `value="zeimu-0004"`)
	a, _ := register(t, manager, eltax("asset", " ｚeimu-0004 "))
	assettest.MustSay(t, "its page", a, `href="/assets/zeimu-0004"`)
	if a := manager.Get("/communications/new?asset=fukushi-0001"); a.Status != http.StatusNotFound {
		t.Errorf("an asset of another section: %d", a.Status)
	}
}

var next = regexp.MustCompile(`<a class="button line small" href="([^"]*)">次の100件へ`)

func TestTheListGoesOnByPagesWithWhatWasAsked(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	_, err := portal.DB.Pool.Exec(t.Context(), `
		INSERT INTO communication (code, section_id, name, from_zone, to_zone, direction, purpose, safeguard)
		SELECT 'zeimu-T' || 1000 + i, (SELECT id FROM section_shown WHERE code = 'zeimu'), '通信' || i, 'internet', 'out_of_town', 'both', '見本', 'none'
		FROM generate_series(1, 150) AS i`)
	if err != nil {
		t.Fatal(err)
	}
	v := servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	a := v.Get("/communications?zone=internet&safeguard=none")
	assettest.MustSay(t, "the first page", a, "150件。番号の順", "通信100<")
	to := next.FindStringSubmatch(a.Body)
	if to == nil || strings.Contains(a.Body, "通信101<") {
		t.Fatalf("no next page: %s", a.Body)
	}
	a = v.Get(strings.ReplaceAll(to[1], "&amp;", "&"))
	assettest.MustSay(t, "the second page", a, "150件の続き", "通信101<", "通信150<")
	mustNotSay(t, "the second page", a, "通信100<", "住基ネットとの通信", "件へ</a>")
	assettest.MustSay(t, "past the end", v.Get("/communications?zone=internet&after=zz-T1"), "続きは、もうありません")
	assettest.MustSay(t, "nothing such", v.Get("/communications?zone=standalone"), "この条件に当たる通信はありません", "条件をすべて外す")
}

// The sample town has a few communications, of which one breaks a rule and one is to be
// confirmed.
func TestTheSampleTownHasCommunications(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	for condition, want := range map[string]int{"": 6, " WHERE broken_since IS NOT NULL": 1, " WHERE safeguard = 'unconfirmed'": 1, " WHERE asset_id IS NOT NULL": 5} {
		if n := v.Count("communication" + condition); n != want {
			t.Errorf("%d communications%s", n, condition)
		}
	}
}

// What belongs to an asset stands on its page, with what is to be put right and what has
// ended; another section's is not there.
func TestTheCommunicationsOfAnAssetStandOnItsPage(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager, staff := servertest.SignIn(t, portal, town.Holder("税務町民課長")), servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	_, asset := assettest.Register(t, manager, assettest.Ledger())
	link := `href="/communications/new?asset=` + asset + `"`
	assettest.MustSay(t, "without any", manager.Get("/assets/"+asset), "領域間の通信は、まだ登録されていません", link)
	mustNotSay(t, "a colleague, without any", staff.Get("/assets/"+asset), "<h2>通信</h2>", link)
	_, ended := register(t, manager, eltax("asset", asset, "name", "終えた通信"))
	_, broken := register(t, manager, eltax("asset", asset, "name", "直す通信", "safeguard", "none", "listed", ""))
	register(t, manager, eltax("name", "ほかの通信"))
	assettest.MustSay(t, "ended", manager.Post("/communications/"+ended+"/end", url.Values{"version": {"1"}, "ended_on": {"2026-11-20"}, "why": {"やめた"}, "sure": {"1"}}), "終")
	page := staff.Get("/assets/" + asset)
	assettest.MustSay(t, "the page", page, "<h2>通信</h2>", `href="/communications/`+broken+`"`, "要是正", "マイナンバー利用事務系", "庁外", "に終了")
	mustNotSay(t, "the page", page, "ほかの通信", link)
	if strings.Index(page.Body, "終えた通信") < strings.Index(page.Body, "直す通信") {
		t.Error("what has ended stands first")
	}
}
