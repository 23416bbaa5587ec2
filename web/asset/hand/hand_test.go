package hand_test

import (
	"html"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/communication"
	"kagami/internal/asset/find"
	"kagami/internal/asset/hand"
	"kagami/internal/asset/overview"
	"kagami/internal/asset/propose"
	"kagami/internal/handover"
	"kagami/internal/org/absence"
	"kagami/internal/org/keeper"
	"kagami/internal/org/reach"
	"kagami/internal/org/transfer"
	"kagami/web/asset/assettest"
	webcommunication "kagami/web/asset/communication"
	webhand "kagami/web/asset/hand"
	"kagami/web/asset/keeping"
	weboverview "kagami/web/asset/overview"
	"kagami/web/organization"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = assettest.Town(func(g server.Ground, register *asset.Service, finding *find.Service) []screen.Part {
	handing := webhand.New(hand.New(g.Pool, g.Door)).Part()
	return []screen.Part{
		handing, weboverview.New(overview.New(g.Pool, register), finding).Part(), keeping.New(register, keeper.New(g.Pool, g.Door), propose.New(g.Pool, g.Door, register)).Part(),
		webcommunication.New(communication.New(g.Pool, g.Door), register, finding).Part(),
		organization.New(g.Org, absence.New(g.Pool, g.Door), transfer.New(g.Pool), reach.New(g.Pool, g.Door), handover.New(g.Pool, g.Door), handing.Belongs).Part(),
	}
})

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

func TestTheOfficerHandsTheAssetsOfAnAbolishedSectionOver(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager, officer, other := servertest.SignIn(t, portal, town.Holder("税務町民課長")), servertest.SignIn(t, portal, town.Holder("総務課長")), servertest.SignIn(t, portal, town.Holder("福祉こども課長"))
	// a section that has been abolished, with an asset that nobody answers for
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := portal.DB.Pool.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO section (code, name, kind, position, abolished_on) VALUES ('minato', '見本水道課', 'internal', 900, '2026-12-01')`)
	_, code := assettest.Register(t, manager, assettest.Ledger("name", "水道の台帳", "own_number", "7"))
	exec(`UPDATE asset SET section_id = (SELECT id FROM section WHERE code = 'minato') WHERE code = $1`, code)

	exec(`INSERT INTO communication (code, section_id, name, from_zone, to_zone, direction, purpose, safeguard, asset_id)
		SELECT 'minato-T0001', section_id, '水道の送信', 'lgwan', 'mynumber', 'one_way', '見本', 'firewall', id FROM asset WHERE code = $1`, code)

	if a := officer.Get("/assets/hand/minato"); a.Status != http.StatusConflict {
		t.Errorf("before the day: %d", a.Status)
	}
	assettest.MustSay(t, "the section before the day", officer.Get("/organization/minato"), "この課室には、情報資産1件と領域間の通信1件があります", "令和8年12月1日")
	assettest.MustSay(t, "its form", officer.Get("/organization/minato/edit"), "この課室には、情報資産1件と領域間の通信1件があります。廃止の日から、ほかの課室に引き継げます。")
	exec(`UPDATE section SET abolished_on = '2026-11-01' WHERE code = 'minato'`)
	link := `href="/assets/hand/minato"`
	assettest.MustSay(t, "home", officer.Get("/"), "廃止した見本水道課の情報資産1件と領域間の通信1件を引き継ぐ", link)
	assettest.MustSay(t, "the overview", officer.Get("/assets/overview"), "廃止した課室に、情報資産が残っています", "見本水道課：1件", link)
	assettest.MustSay(t, "the section", officer.Get("/organization/minato"), "情報資産1件と領域間の通信1件が残っています", link)
	for path, status := range map[string]int{"/assets/hand/minato": http.StatusForbidden, "/": http.StatusOK, "/assets/overview": http.StatusOK, "/organization/minato": http.StatusOK} {
		a := other.Get(path)
		if a.Status != status {
			t.Errorf("%s answers another manager %d", path, a.Status)
		}
		assettest.MustNotSay(t, path, a, link, "情報資産1件", "水道の台帳", "残っています")
	}

	assettest.MustSay(t, "the page", officer.Get("/assets/hand/minato"), "水道の台帳", "引き継ぐとどうなるかを見る")
	a := officer.Get("/assets/hand/minato?to=fukushi")
	assettest.MustSay(t, "what moves", a, "管理番号は、1件とも、そのままです", "課の番号も、そのままです", "すべて（1件と、領域間の通信1件）", "領域間の通信1件も、番号を変えずに引き継ぎます")
	if a := officer.Get("/assets/hand/minato?to=minato"); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("to itself: %d", a.Status)
	}
	a = officer.Post("/assets/hand/minato", url.Values{"to": {"fukushi"}, "count": {"1"}, "which": {"ticked"}, "why": {"機構改革<b>"}})
	assettest.MustSay(t, "nothing ticked", a, "引き継ぐものに、印を付けてください", "引き継ぐ課室が「福祉こども課」でよいかを確かめて、印を付けてください", "機構改革&lt;b&gt;", `value="ticked" checked`)
	a = officer.Post("/assets/hand/minato", url.Values{"to": {"fukushi"}, "count": {"1"}, "communications": {"1"}, "which": {"all"}, "asset": {code}, "sure": {"1"}})
	assettest.MustSay(t, "some ticked, and all chosen", a, "「すべて」が選ばれています", `value="`+code+`" checked`)
	a = officer.Post("/assets/hand/minato", url.Values{"to": {"fukushi"}, "count": {"5"}, "which": {"all"}, "sure": {"1"}})
	if a.Status != http.StatusConflict {
		t.Errorf("another count: %d", a.Status)
	}
	a = officer.Post("/assets/hand/minato", url.Values{"to": {"fukushi"}, "count": {"1"}, "communications": {"1"}, "which": {"all"}, "why": {"機構改革"}, "sure": {"1"}})
	assettest.MustSay(t, "handed over", a, "情報資産を引き継ぎました", "情報資産1件と領域間の通信1件を、福祉こども課に引き継ぎました。管理番号は、そのままです。", "引き継ぐ情報資産は残っていません")
	assettest.MustSay(t, "theirs", other.Get("/assets/"+code), "水道の台帳", "機構改革", "福祉こども課")
	assettest.MustSay(t, "their communication", other.Get("/communications/minato-T0001"), "水道の送信", "機構改革", "<b>課室</b>")
	assettest.MustSay(t, "told", other.Get("/notices"), "見本水道課の情報資産1件と領域間の通信1件が、福祉こども課に引き継がれました")
	assettest.MustNotSay(t, "home", officer.Get("/"), link)
	assettest.MustNotSay(t, "the overview", officer.Get("/assets/overview"), link)

	// it was the wrong section
	on := "/assets/hand/minato?at=fukushi"
	assettest.MustSay(t, "where it went", officer.Get("/assets/hand/minato"), "引き継いだもの", `href="`+on+`"`)
	assettest.MustSay(t, "what can go on", officer.Get(on), "水道の台帳", "福祉こども課に引き継いだ情報資産")
	assettest.MustSay(t, "what moves on", officer.Get(on+"&to=zeimu"), "税務町民課に引き継ぐ", "福祉こども課の情報セキュリティ管理者にも", `name="at" value="fukushi"`)
	if a := officer.Get("/assets/hand/minato?at=nowhere"); a.Status != http.StatusNotFound {
		t.Errorf("at no section: %d", a.Status)
	}
	a = officer.Post("/assets/hand/minato", url.Values{"at": {"fukushi"}, "to": {"zeimu"}, "count": {"1"}, "communications": {"1"}, "which": {"all"}})
	assettest.MustSay(t, "without a tick", a, "「税務町民課」でよいかを確かめて", `name="at" value="fukushi"`)
	officer.Post("/assets/hand/minato", url.Values{"at": {"fukushi"}, "to": {"zeimu"}, "count": {"1"}, "communications": {"1"}, "which": {"all"}, "sure": {"1"}})
	assettest.MustSay(t, "theirs again", manager.Get("/assets/"+code), "水道の台帳", "税務町民課")
	if a := other.Get("/assets/" + code); a.Status != http.StatusNotFound {
		t.Errorf("the other manager reads it still: %d", a.Status)
	}
	assettest.MustSay(t, "told of it", other.Get("/notices"), "見本水道課から引き継いだ情報資産1件と領域間の通信1件が、税務町民課に移りました")
}

// What was handed over is a list of its own: its address can be sent to who has it now, and
// the filters of the list go on from there.
func TestEachHandOverIsAListOfItsOwn(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager, officer, other := servertest.SignIn(t, portal, town.Holder("税務町民課長")), servertest.SignIn(t, portal, town.Holder("総務課長")), servertest.SignIn(t, portal, town.Holder("福祉こども課長"))
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := portal.DB.Pool.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO section (code, name, kind, position, abolished_on) VALUES ('minato', '見本水道課', 'internal', 900, '2026-11-01')`)
	var codes []string
	for _, name := range []string{"うさぎ号の台帳", "うさぎ号の名簿", "うさぎ号の控え"} {
		_, code := assettest.Register(t, manager, assettest.Ledger("name", name))
		codes = append(codes, code)
	}
	exec(`UPDATE asset SET section_id = (SELECT id FROM section WHERE code = 'minato') WHERE code = ANY($1)`, codes)
	assettest.Register(t, other, assettest.Ledger("section", "fukushi", "name", "うさぎ号の児童名簿"))
	leads := func(form url.Values) string {
		t.Helper()
		form.Set("to", "fukushi")
		form.Set("sure", "1")
		a := officer.Post("/assets/hand/minato", form)
		link := regexp.MustCompile(`href="(/assets\?handed=[^"]+)">引き継いだ情報資産`).FindStringSubmatch(a.Body)
		if link == nil {
			t.Fatalf("%d: no link to what was handed over", a.Status)
		}
		return html.UnescapeString(link[1])
	}
	first := leads(url.Values{"which": {"ticked"}, "asset": codes[:2]})
	portal.Clock.Advance(time.Minute)
	second := leads(url.Values{"which": {"all"}, "count": {"1"}, "communications": {"0"}})
	for who, v := range map[string]*servertest.Visitor{"the officer": officer, "who has them now": other} {
		a := v.Get(first)
		assettest.MustSay(t, who+" of the first", a, "うさぎ号の台帳", "うさぎ号の名簿", "2件。", "に引き継いだもの")
		assettest.MustNotSay(t, who+" of the first", a, "うさぎ号の控え", "うさぎ号の児童名簿")
		a = v.Get(second)
		assettest.MustSay(t, who+" of the second", a, "うさぎ号の控え", "1件。")
		assettest.MustNotSay(t, who+" of the second", a, "うさぎ号の台帳")
	}
	if a := manager.Get(first); strings.Contains(a.Body, "うさぎ号の台帳") {
		t.Error("another section's manager sees them")
	}
	var told string
	if err := portal.DB.Pool.QueryRow(t.Context(), `SELECT address FROM notice WHERE topic = 'asset_handed' ORDER BY id DESC LIMIT 1`).Scan(&told); err != nil || told != second {
		t.Errorf("told of %s, %v", told, err)
	}
	all := officer.Get("/assets?section=fukushi&handed=minato")
	assettest.MustSay(t, "all", all, "うさぎ号の台帳", "うさぎ号の控え", "3件。", "見本水道課から引き継いだもの")
	assettest.MustNotSay(t, "all", all, "うさぎ号の児童名簿")
	assettest.MustSay(t, "where it went", officer.Get("/assets/hand/minato"), `href="/assets?section=fukushi&amp;handed=minato"`)
	assettest.MustSay(t, "of no hand-over", officer.Get("/assets?handed=nowhere"), "この条件に当たる情報資産はありません")
}
