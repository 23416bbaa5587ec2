package overview_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/asset/overview"
	"kagami/web/asset/assettest"
	weboverview "kagami/web/asset/overview"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = assettest.Town(func(g server.Ground, register *asset.Service, finding *find.Service) []screen.Part {
	return []screen.Part{weboverview.New(overview.New(g.Pool, register), finding).Part()}
})

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

func TestTheOverviewLeadsToTheListsBehindItsNumbers(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	assettest.Register(t, manager, assettest.Ledger("zone", "internet"))
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	page := officer.Get("/assets/overview")
	assettest.MustSay(t, "the town", page, "台帳の概要", "基準に合わない（要是正）", `href="/assets?broken=any"`, "課室ごと", "税務町民課",
		"機密性3B、インターネット接続系、", `href="/assets?confidentiality=3B&amp;zone=internet"`, `href="/assets?section=zeimu&amp;broken=any"`, "30日まで")
	page = officer.Get("/assets/overview?section=zeimu")
	assettest.MustSay(t, "one section", page, "<dt>税務町民課</dt>", `href="/assets?section=zeimu&amp;broken=month"`)
	page = officer.Get("/assets/overview?day=2026-13-01")
	assettest.MustSay(t, "no day", page, `value="2026-13-01"`)
	if page.Status != http.StatusUnprocessableEntity {
		t.Errorf("no day: %d", page.Status)
	}
	page = officer.Get("/assets/overview?day=3026-01-01")
	assettest.MustSay(t, "a day to come", page, `value="3026-01-01"`, "この日の数字は、ありません。まだ来ていない日です。", "下は、今日の数字です。")
	if page.Status != http.StatusUnprocessableEntity {
		t.Errorf("a day to come: %d", page.Status)
	}
	if _, err := portal.DB.Pool.Exec(t.Context(), `UPDATE section SET abolished_on = '2026-11-01' WHERE code = 'zeimu'`); err != nil {
		t.Fatal(err)
	}
	assettest.MustSay(t, "an abolished section", officer.Get("/assets/overview"), "税務町民課</a>（令和8年11月1日廃止）")
	other := servertest.SignIn(t, portal, town.Holder("福祉こども課長"))
	page = other.Get("/assets/overview")
	if strings.Contains(page.Body, "税務町民課") || strings.Contains(page.Body, "機密性3B、インターネット接続系、") {
		t.Error("another section sees it")
	}
	if page := other.Get("/assets/overview?section=zeimu"); page.Status != http.StatusNotFound {
		t.Errorf("another's section: %d", page.Status)
	}
}

// Who asks for a day of which nothing was kept reads that, and which day they are shown.
func TestADayThatWasNotKeptIsSaidToBeNone(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	if _, err := portal.DB.Pool.Exec(t.Context(), `INSERT INTO asset_day (day, section_id, duty, number) SELECT '2026-11-10', id, 'assets', 7 FROM section WHERE code = 'zeimu'`); err != nil {
		t.Fatal(err)
	}
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	page := officer.Get("/assets/overview?day=2026-11-12")
	assettest.MustSay(t, "two days later", page, "令和8年11月12日の数字は、残っていません。", "令和8年11月10日の数字を出しています。", "<dd>令和8年11月10日</dd>", "<dd>7件</dd>")
	page = officer.Get("/assets/overview?day=2026-11-10")
	assettest.MustSay(t, "the day itself", page, "令和8年11月10日の数字です。")
	assettest.MustNotSay(t, "the day itself", page, "残っていません")
	assettest.MustSay(t, "before the first", officer.Get("/assets/overview?day=2026-11-09"), "台帳の数字を残し始める前の日です。令和8年11月10日から、")
}

// Of more than a hundred sections those are shown that need most attention, and how to
// reach the others is said.
func TestOfManySectionsThoseThatNeedMostAttentionAreShown(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	_, err := portal.DB.Pool.Exec(t.Context(), `
		WITH made AS (
			INSERT INTO section (code, name, kind, position)
			SELECT 'm' || i, '見本第' || i || '課', 'internal', 1000 + i FROM generate_series(1, 120) i RETURNING id, position - 1000 AS i)
		INSERT INTO asset (code, section_id, kind, name, confidentiality, integrity, availability, ranks, personal, zone, registered_on, state, breaks, broken_since)
		SELECT 'm' || i || '-1', id, 'information', '見本', '2', '1', '1', '{20,10,10}', 'none', 'lgwan', '2026-04-01', CASE WHEN i = 119 THEN 'draft' ELSE 'registered' END,
		       CASE WHEN i = 120 THEN '{"floor": "2026-04-01"}' ELSE '{}' END::jsonb, CASE WHEN i = 120 THEN date '2026-04-01' END
		FROM made WHERE i > 60`)
	if err != nil {
		t.Fatal(err)
	}
	page := servertest.SignIn(t, portal, town.Holder("総務課長")).Get("/assets/overview").Body
	_, table, _ := strings.Cut(page, "要是正、下書き、件数の多い順に100の課室を出しています")
	if rows := strings.Count(table, `data-label="課室"`); rows != 100 {
		t.Errorf("%d rows", rows)
	}
	first, second, third := strings.Index(table, ">見本第120課<"), strings.Index(table, ">見本第119課<"), strings.Index(table, ">見本第61課<")
	if first < 0 || second < first || third < second {
		t.Errorf("at %d, %d, %d", first, second, third)
	}
}
