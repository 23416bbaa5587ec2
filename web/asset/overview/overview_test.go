package overview_test

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/asset/overview"
	"kagami/internal/asset/relation"
	webasset "kagami/web/asset"
	weboverview "kagami/web/asset/overview"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = servertest.Town{Parts: func(g server.Ground) ([]screen.Part, error) {
	register := asset.New(g.Pool, g.Door)
	finding := find.New(g.Pool, register)
	return []screen.Part{
		webasset.New(webasset.Services{Register: register, Finding: finding, Relations: relation.New(g.Pool, g.Door, register)}).Part(),
		weboverview.New(overview.New(g.Pool, register), finding).Part(),
	}, nil
}}

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

// mustSay looks for words on a page.
func mustSay(t *testing.T, what string, a servertest.Answer, words ...string) {
	t.Helper()
	for _, want := range words {
		if !strings.Contains(a.Body, want) {
			t.Errorf("%s: the page lacks %q: %d", what, want, a.Status)
		}
	}
}

func TestTheOverviewLeadsToTheListsBehindItsNumbers(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	manager.Post("/assets/new", url.Values{
		"section": {"zeimu"}, "name": {"納税者の名簿"}, "kind": {"information"}, "confidentiality": {"3B"}, "integrity": {"2"}, "availability": {"1"},
		"personal": {"personal"}, "zone": {"internet"}, "registered_on": {"2026-11-20"},
	})
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	page := officer.Get("/assets/overview")
	mustSay(t, "the town", page, "台帳の概要", "基準に合わない（要是正）", `href="/assets?broken=any"`, "課室ごと", "税務町民課",
		"機密性3B、インターネット接続系、", `href="/assets?confidentiality=3B&amp;zone=internet"`, `href="/assets?section=zeimu&amp;broken=any"`, "30日まで")
	page = officer.Get("/assets/overview?section=zeimu")
	mustSay(t, "one section", page, "<dt>税務町民課</dt>", `href="/assets?section=zeimu&amp;broken=month"`)
	page = officer.Get("/assets/overview?day=2026-13-01")
	mustSay(t, "no day", page, `value="2026-13-01"`)
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
