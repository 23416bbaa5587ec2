package views_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/asset/view"
	"kagami/web/asset/assettest"
	"kagami/web/asset/views"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = assettest.Town(func(g server.Ground, _ *asset.Service, _ *find.Service) []screen.Part {
	return []screen.Part{views.New(view.New(g.Pool, g.Door)).Part()}
})

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

var number = regexp.MustCompile(`name="view" value="([0-9]+)"`)

func TestTheListIsSavedAsItStands(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	clerk := servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	if a := clerk.Get("/assets"); strings.Contains(a.Body, "この条件を保存する") {
		t.Error("nothing is asked, and could be saved")
	}
	a := clerk.Get("/assets?zone=mynumber&after=x+1&done=y")
	assettest.MustSay(t, "the list", a, "この条件を保存する", `name="asked" value="zone=mynumber"`)
	if strings.Contains(a.Body, "町の全員") {
		t.Error("a clerk is offered the town's")
	}
	form := url.Values{"asked": {"zone=mynumber"}, "name": {"番号<b>の台帳"}}
	for range 2 { // sent twice
		a = clerk.Post("/assets/views", form)
		assettest.MustSay(t, "saved", a, "条件を保存しました", "番号&lt;b&gt;の台帳", `href="/assets?zone=mynumber" aria-current`)
	}
	a = clerk.Post("/assets/views", url.Values{"asked": {"q=a"}, "name": {"番号<b>の台帳"}})
	assettest.MustSay(t, "a name given", a, "ほかの条件に付いています", `name="asked" value="q=a"`, `value="番号&lt;b&gt;の台帳"`)
	if a.Status != http.StatusUnprocessableEntity && a.Status != http.StatusBadRequest {
		t.Errorf("a name given: %d", a.Status)
	}
	if a := clerk.Post("/assets/views", url.Values{"asked": {"q=a"}, "name": {"町の"}, "whose": {"town"}}); a.Status != http.StatusForbidden {
		t.Errorf("the town's by a clerk: %d", a.Status)
	}
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	assettest.MustSay(t, "the officer's list", officer.Get("/assets?broken=any"), "町の全員")
	assettest.MustSay(t, "the town's", officer.Post("/assets/views", url.Values{"asked": {"broken=any"}, "name": {"要是正の一覧"}, "whose": {"town"}}), "条件を保存しました")
	assettest.MustSay(t, "the clerk's list", clerk.Get("/assets"), "要是正の一覧", "番号&lt;b&gt;の台帳")
	page := clerk.Get("/assets/views")
	assettest.MustSay(t, "the page", page, "要是正の一覧", "変えられるのは", "番号&lt;b&gt;の台帳")
	id := number.FindStringSubmatch(page.Body)[1]
	a = clerk.Post("/assets/views", url.Values{"do": {"rename"}, "view": {id}, "name-" + id: {strings.Repeat("長", 51)}})
	assettest.MustSay(t, "a long name", a, "50字までで", strings.Repeat("長", 51), `id="name-`+id+`-problem"`)
	assettest.MustSay(t, "renamed", clerk.Post("/assets/views", url.Values{"do": {"rename"}, "view": {id}, "name-" + id: {"新しい名"}}), "名前を変えました", "新しい名")
	for range 2 {
		a = clerk.Post("/assets/views", url.Values{"do": {"remove"}, "view": {id}})
		assettest.MustSay(t, "removed", a, "条件を消しました")
	}
	if strings.Contains(a.Body, "新しい名") {
		t.Error("it is still there")
	}
	if a := clerk.Post("/assets/views", url.Values{"do": {"rename"}, "view": {"x"}, "name-x": {"a"}}); a.Status != http.StatusNotFound {
		t.Errorf("none: %d", a.Status)
	}
}
