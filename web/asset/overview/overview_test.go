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
	other := servertest.SignIn(t, portal, town.Holder("福祉こども課長"))
	page = other.Get("/assets/overview")
	if strings.Contains(page.Body, "税務町民課") || strings.Contains(page.Body, "機密性3B、インターネット接続系、") {
		t.Error("another section sees it")
	}
	if page := other.Get("/assets/overview?section=zeimu"); page.Status != http.StatusNotFound {
		t.Errorf("another's section: %d", page.Status)
	}
}
