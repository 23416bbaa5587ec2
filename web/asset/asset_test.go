package asset_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/web/asset/assettest"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = assettest.Town(func(server.Ground, *asset.Service, *find.Service) []screen.Part { return nil })

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

var (
	ledger   = assettest.Ledger
	mustSay  = assettest.MustSay
	register = assettest.Register
)

func TestAnAssetIsRegisteredChangedAndFound(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	page := manager.Get("/assets/new")
	mustSay(t, "the form", page, "税務町民課", `name="section" value="zeimu"`, "自治体機密性3B：漏えいすると", `value="2026-11-24"`, "簿冊のまとまり")
	if strings.Contains(page.Body, "三段階の分類") {
		t.Error("a new asset can be left unsettled")
	}
	a, code := register(t, manager, ledger())
	mustSay(t, "registered", a, "情報資産を登録しました", code, "自治体機密性3B", "特に慎重な取扱いが要るもの", "持出禁止、暗号化必須", "令和8年11月20日", "まだ書かれていない項目：", "<summary>登録</summary>")

	edit := manager.Get("/assets/" + code + "/edit")
	mustSay(t, "the form of a change", edit, `name="version" value="1"`, `value="軽自動車税の課税台帳"`, `value="3B" checked`, `value="encryption" checked`)
	a = manager.Post("/assets/"+code+"/edit", ledger("version", "1", "confidentiality", "3C", "place", "", "note", "一行目\r\n二行目", "why", "見直した"))
	mustSay(t, "changed", a, "情報資産を変更しました", "<b>機密性</b>：<span class=\"lines\">自治体機密性3B</span> → <span class=\"lines\">自治体機密性3C</span>", "税務システム</span> → <span class=\"lines\">（なし）", "見直した",
		"一行目\n二行目", portal.Actor(t, town.Holder("税務町民課長")).Name)
	a = manager.Post("/assets/"+code+"/edit", ledger("version", "2", "confidentiality", "3C", "place", "", "note", "一行目\r\n二行目"))
	mustSay(t, "the same again", a, "変わったところはありません")
	mustSay(t, "what is asked for, on paper too", manager.Get("/assets?q=軽自動車&zone=lgwan&confidentiality=3C&broken=month"),
		"条件…さがす言葉：軽自動車、機密性：自治体機密性3C、領域：LGWAN接続系、基準：要是正のうち、見つかってから30日まで", `<p class="printed">基準日：令和8年11月24日`)
	for _, q := range []string{"q=軽自動車", "q=" + code, "confidentiality=3C&kind=information", "q=一"} {
		a := manager.Get("/assets?" + q)
		if found := strings.Contains(a.Body, "軽自動車税の課税台帳"); found == (q == "q=一") {
			t.Errorf("by %s: %t", q, found)
		}
	}
	staff := servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	a = staff.Get("/assets/" + code)
	mustSay(t, "a colleague", a, "軽自動車税の課税台帳")
	for _, button := range []string{"変更する", "写して登録する", "登録の誤り"} {
		if strings.Contains(a.Body, button) {
			t.Errorf("a colleague is led to %s", button)
		}
	}
	for _, path := range []string{"/edit", "/mistake"} {
		if a := staff.Get("/assets/" + code + path); a.Status != http.StatusForbidden {
			t.Errorf("a colleague at %s: %d", path, a.Status)
		}
	}
}

func TestAnotherSectionSeesNothingOfIt(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	_, code := register(t, servertest.SignIn(t, portal, town.Holder("税務町民課長")), ledger())
	for _, post := range []string{"福祉こども課 職員", "福祉こども課長"} {
		v := servertest.SignIn(t, portal, town.Holder(post))
		mine := v.Get("/assets")
		own := v.Count("asset WHERE state = 'registered' AND section_id = (SELECT id FROM section_shown WHERE code = 'fukushi')")
		mustSay(t, post, mine, "情報資産台帳", "児童手当の受給者台帳", fmt.Sprintf("<dt>福祉こども課</dt><dd>%d件</dd>", own))
		for _, page := range []string{"/assets", "/assets?q=軽自動車", "/assets?section=zeimu&state=any", "/assets?q=" + code} {
			a := v.Get(page)
			if strings.Contains(a.Body, "軽自動車税の課税台帳") || strings.Contains(a.Body, "税務町民課") {
				t.Errorf("%s sees it on %s", post, page)
			}
		}
		missing := v.Get("/assets/zeimu-9999")
		if a := v.Get("/assets/" + code); a.Status != http.StatusNotFound || missing.Status != http.StatusNotFound || !strings.Contains(a.Body, "見つかりません") {
			t.Errorf("%s: %d, %d", post, a.Status, missing.Status)
		}
	}
	head := servertest.SignIn(t, portal, town.Holder("福祉こども課長"))
	for _, path := range []string{"/assets/" + code + "/edit", "/assets/" + code + "/mistake", "/assets/new?from=" + code} {
		if a := head.Get(path); a.Status != http.StatusNotFound {
			t.Errorf("the other manager at %s: %d", path, a.Status)
		}
	}
	if a := head.Post("/assets/new", ledger()); a.Status != http.StatusForbidden {
		t.Errorf("the other manager registers: %d", a.Status)
	}
	officer := servertest.SignIn(t, portal, town.Holder("総務課 担当副課長"))
	mustSay(t, "the officer", officer.Get("/assets"), "<dt>12課室</dt>", "課室</label>", "福祉こども課・")
	mustSay(t, "of one section", officer.Get("/assets?section=zeimu"), "<dt>税務町民課</dt>", "軽自動車税の課税台帳")
	administrator := servertest.SignIn(t, portal, town.Holder("総務課 ポータル管理担当"))
	if a := administrator.Get("/assets?q=軽自動車"); a.Status != http.StatusOK || strings.Contains(a.Body, "軽自動車税の課税台帳") {
		t.Errorf("a ポータル管理者 sees more than a 職員 of the section: %d", a.Status)
	}
}

func TestWhatIsRefusedKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	_, code := register(t, manager, ledger("own_number", "軽-1"))
	for name, c := range map[string]struct {
		path string
		form url.Values
		want []string
	}{
		"nothing":          {"/assets/new", nil, []string{"情報資産名を入力してください", "機密性を選んでください", "領域を選んでください", "種別を選んでください", "登録日を入力してください", "課室を選んでください", "直すところが9件"}},
		"no name":          {"/assets/new", ledger("name", " ", "place", "棚<b>", "confidentiality", "3C"), []string{"情報資産名を入力", "棚&lt;b&gt;", `value="3C" checked`, `value="no_takeout" checked`}},
		"no day":           {"/assets/new", ledger("registered_on", "11/20"), []string{"2026-04-01 のように", `value="11/20"`, "軽自動車税の課税台帳"}},
		"the same number":  {"/assets/new", ledger("own_number", "軽-1", "name", "別の台帳"), []string{"別の番号にするか", `value="軽-1"`}},
		"個人番号":             {"/assets/new", ledger("personal", "specific", "name", "別の台帳"), []string{"利用事務に使うか", `value="specific" checked`}},
		"a change":         {"/assets/" + code + "/edit", ledger("version", "1", "name", "", "why", "見本の理由"), []string{"情報資産名を入力", `value="見本の理由"`, `name="version" value="1"`}},
		"no reason":        {"/assets/" + code + "/mistake", url.Values{"version": {"1"}, "sure": {"1"}}, []string{"誤りだった理由を"}},
		"not sure":         {"/assets/" + code + "/mistake", url.Values{"version": {"1"}, "why": {"二重<b>"}}, []string{"印を付けてください", "二重&lt;b&gt;"}},
		"an older version": {"/assets/" + code + "/mistake", url.Values{"version": {"7"}, "sure": {"1"}, "why": {"二重<b>"}}, []string{"ほかの人がこの情報資産を変えました", "二重&lt;b&gt;", `name="version" value="1"`}},
	} {
		a := manager.Post(c.path, c.form)
		if a.Status != http.StatusUnprocessableEntity && a.Status != http.StatusConflict {
			t.Errorf("%s: %d", name, a.Status)
		}
		mustSay(t, name, a, c.want...)
	}
	a := manager.Get("/assets?q=" + strings.Repeat("x", 201))
	mustSay(t, "many words", a, "200字まで", "条件を直して")
	if a.Status != http.StatusUnprocessableEntity {
		t.Errorf("many words: %d", a.Status)
	}
}

// Two change one asset at a time: the second sees what the first has put there beside
// what they have typed, and only then takes its place.
func TestWhoComesSecondSeesWhatTheFirstHasChanged(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager, system := servertest.SignIn(t, portal, town.Holder("税務町民課長")), servertest.SignIn(t, portal, town.Holder("税務町民課 担当副課長"))
	_, code := register(t, manager, ledger())
	edit := "/assets/" + code + "/edit"
	mustSay(t, "the first", system.Post(edit, ledger("version", "1", "place", "新しい税務システム")), "変更しました")
	form := ledger("version", "1", "name", "軽自動車税の台帳", "why", "短くした")
	a := manager.Post(edit, form)
	if a.Status != http.StatusConflict {
		t.Errorf("the second: %d", a.Status)
	}
	mustSay(t, "the second", a, "開いている間に、内容が変わりました", portal.Actor(t, town.Holder("税務町民課 担当副課長")).Name+"さんが、",
		`<span class="lines">新しい税務システム</span>`, "ほかの人が変更</span>", `<span class="lines">軽自動車税の台帳</span>`, `value="軽自動車税の台帳"`, `value="短くした"`, `name="version" value="2"`)
	if n := strings.Count(a.Body, "ほかの人が変更</span>"); n != 1 {
		t.Errorf("%d columns are said to have been changed by others", n)
	}
	form.Set("version", "2")
	mustSay(t, "again", manager.Post(edit, form), "変更しました", "<h1>軽自動車税の台帳</h1>")
}

func TestAMistakeIsEndedAndStaysToBeRead(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	_, code := register(t, manager, ledger())
	mustSay(t, "the page", manager.Get("/assets/"+code+"/mistake"), "二度と変えられません", "軽自動車税の課税台帳")
	a := manager.Post("/assets/"+code+"/mistake", url.Values{"version": {"1"}, "sure": {"1"}, "why": {"二重に登録した"}})
	mustSay(t, "ended", a, "登録の誤りとして終えました", "変えられません", "<b>状態</b>：<span class=\"lines\">登録</span> → <span class=\"lines\">登録の誤り</span>", "二重に登録した")
	if strings.Contains(a.Body, "/edit") {
		t.Error("its page leads to a change")
	}
	for _, path := range []string{"/edit", "/mistake"} {
		if a := manager.Get("/assets/" + code + path); a.Status != http.StatusConflict || !strings.Contains(a.Body, "登録の誤り") {
			t.Errorf("%s: %d", path, a.Status)
		}
	}
	if a := manager.Get("/assets?q=軽自動車"); strings.Contains(a.Body, code) {
		t.Error("it is in the list of what there is")
	}
	mustSay(t, "its number", manager.Get("/assets?q="+code), code+"</a>は、", "登録の誤りとして終わっています")
	mustSay(t, "among all", manager.Get("/assets?q=軽自動車&state=any"), code, "登録の誤り</span>")
	mustSay(t, "copied", manager.Get("/assets/new?from="+code), "を写しました", `value="軽自動車税の課税台帳"`)
}

func TestACopyHasANumberAndDaysOfItsOwn(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	_, code := register(t, manager, ledger("own_number", "軽-1", "checked_on", "2026-11-21"))
	a := manager.Get("/assets/new?from=" + code)
	mustSay(t, "the copy", a, `value="税務システム"`, `value="3B" checked`, `value="2026-11-24"`)
	if strings.Contains(a.Body, "軽-1") || strings.Contains(a.Body, "2026-11-21") || strings.Contains(a.Body, "2026-11-20") {
		t.Error("it has the number or the days of the other one")
	}
}

// Who leads two sections says of which one a new asset is.
func TestWhoRegistersForSeveralSectionsChoosesOne(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	account := town.Holder("税務町民課長")
	ctx, operator := t.Context(), authz.AsOperator()
	var section int64
	if err := portal.DB.Pool.QueryRow(ctx, `SELECT id FROM section WHERE code = 'kaikei'`).Scan(&section); err != nil {
		t.Fatal(err)
	}
	post, err := portal.Org.AddPost(ctx, operator, org.Post{Section: section, Title: "課長"})
	if err != nil {
		t.Fatal(err)
	}
	if err := portal.Org.Appoint(ctx, operator, org.Appointment{Person: account.Person, Post: post, First: calendar.Day(servertest.Morning)}, org.Beside); err != nil {
		t.Fatal(err)
	}
	both := servertest.SignIn(t, portal, account)
	mustSay(t, "the form", both.Get("/assets/new"), `<select id="section"`, "会計室", "税務町民課")
	a := both.Post("/assets/new", ledger("section", ""))
	mustSay(t, "none chosen", a, "課室を選んでください")
	_, code := register(t, both, ledger("section", "kaikei"))
	if !strings.HasPrefix(code, "kaikei-") {
		t.Error(code)
	}
	mustSay(t, "the list", both.Get("/assets"), "会計室・")
}

var next = regexp.MustCompile(`<a class="button line small" href="([^"]*)">次の100件へ`)

func TestTheListGoesOnByPagesWithWhatWasAsked(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	_, err := portal.DB.Pool.Exec(t.Context(), `
		INSERT INTO asset (code, section_id, kind, name, confidentiality, integrity, availability, ranks, personal, zone, registered_on, state)
		SELECT 'zeimu-' || 1000 + i, (SELECT id FROM section_shown WHERE code = 'zeimu'), 'network', '媒体' || i, '2', '1', '1', ARRAY[20, 10, 10], 'none', 'offline', '2026-04-01', 'registered'
		FROM generate_series(1, 1001) AS i`)
	if err != nil {
		t.Fatal(err)
	}
	v := servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	a := v.Get("/assets?kind=network&sort=code")
	mustSay(t, "the first page", a, "1,000件以上。管理番号の順", `aria-sort="ascending"><a href="/assets?kind=network&amp;sort=-code" title="管理番号の逆順に並べる">管理番号</a>`, "正確な件数を数える", "媒体100<", `sort=name`, "<details open")
	to := next.FindStringSubmatch(a.Body)
	if to == nil || strings.Contains(a.Body, "媒体101<") {
		t.Fatalf("no next page: %s", a.Body)
	}
	a = v.Get(strings.ReplaceAll(to[1], "&amp;", "&"))
	mustSay(t, "the second page", a, "1,000件以上の続き", "媒体101<", "媒体200<")
	if strings.Contains(a.Body, "媒体100<") || strings.Contains(a.Body, "住民基本台帳") {
		t.Error("the second page holds others")
	}
	mustSay(t, "turned round", v.Get("/assets?kind=network&sort=-code"), "1,000件以上。管理番号の逆順", `aria-sort="descending"><a href="/assets?kind=network&amp;sort=code"`, "媒体1001<", `value="-code" selected`)
	a = v.Get("/assets?kind=network&sort=code&count=exact")
	mustSay(t, "counted", a, "1,001件。管理番号の順")
	if strings.Contains(a.Body, "件以上") || strings.Contains(a.Body, "正確な件数を数える") {
		t.Error("what is counted is to be counted once more")
	}
	mustSay(t, "past the end", v.Get("/assets?kind=network&sort=code&after=zz-1+0"), "続きは、もうありません")
	mustSay(t, "nothing such", v.Get("/assets?q=どこにもない"), "この条件に当たる情報資産はありません", "条件をすべて外す")
}

// The sample town's sections have what such sections have, some of it changed since.
func TestTheSampleTownHasARegister(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	if n := v.Count("asset"); n < 280 || n > 340 {
		t.Errorf("%d assets", n)
	}
	if n := v.Count("asset_change WHERE version > 1"); n != 9 {
		t.Errorf("%d changes", n)
	}
	if n := v.Count("asset WHERE section_id NOT IN (SELECT section_id FROM asset GROUP BY section_id HAVING count(*) >= 2)"); n != 0 {
		t.Errorf("%d in a section by themselves", n)
	}
	mustSay(t, "those to put right", v.Get("/assets?broken=1"), "<dd>5件</dd>", "基準に合わない（要是正）", "<details open")
	if n := v.Count("asset WHERE broken_since IS NOT NULL"); n != 5 {
		t.Errorf("%d don't fit the rules", n)
	}
	if n := v.Count("asset_relation"); n < 20 {
		t.Errorf("%d relations", n)
	}
}

// A draft that was taken in without its zone or a level says so, rather than nothing.
func TestWhatIsNotSettledOfADraftIsSaid(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	_, code := register(t, manager, ledger("name", "決まっていない資産"))
	if _, err := portal.DB.Pool.Exec(t.Context(), `UPDATE asset SET state = 'draft', zone = '', integrity = '' WHERE code = $1`, code); err != nil {
		t.Fatal(err)
	}
	list := manager.Get("/assets?state=draft")
	mustSay(t, "the list", list, "決まっていない資産", "下書き", `<td data-label="完全性">未定</td>`, `<td data-label="領域">未定</td>`)
	mustSay(t, "its page", manager.Get("/assets/"+code), "まだ決まっていません。「変更する」から選んでください。")
	a := manager.Post("/assets/"+code+"/edit", ledger("version", "1", "name", "決まっていない資産"))
	mustSay(t, "settled", a, "情報資産を変更しました", "状態</dt><dd>登録</dd>")
}

// Who registers what is there already is asked once; what they have typed stays.
func TestADoubleIsAskedAboutOnce(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	_, code := assettest.Register(t, manager, assettest.Ledger("name", "ＡＢＣの台帳"))
	form := assettest.Ledger("name", "abc の台帳", "note", "二つ目の備考", "own_number", "")
	a := manager.Post("/assets/new", form)
	if a.Status != http.StatusUnprocessableEntity {
		t.Fatalf("registered without a word: %d", a.Status)
	}
	assettest.MustSay(t, "asked", a, "同じ課に同じ名前の情報資産があります", `href="/assets/`+code+`"`, "別の情報資産として登録する", `name="twin" value="`+code+`"`, `value="abc の台帳"`, "二つ目の備考")
	form.Set("another", "1")
	if a := manager.Post("/assets/new", form); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("an answer about no twin: %d", a.Status)
	}
	form.Set("twin", code)
	form.Set("registered_on", "きのう")
	assettest.MustSay(t, "something else is wrong", manager.Post("/assets/new", form), `name="another" type="checkbox" value="1" checked`)
	form.Set("registered_on", "2026-11-20")
	assettest.MustSay(t, "registered", manager.Post("/assets/new", form), "情報資産を登録しました", "二つ目の備考")
}
