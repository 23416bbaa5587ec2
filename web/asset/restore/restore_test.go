package restore_test

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	domain "kagami/internal/asset/restore"
	"kagami/web/asset/assettest"
	"kagami/web/asset/restore"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = assettest.Town(func(_ server.Ground, register *asset.Service, _ *find.Service) []screen.Part {
	return []screen.Part{restore.New(domain.New(register), register).Part()}
})

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

func TestAnEarlierStateIsBroughtBack(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	_, code := assettest.Register(t, manager, assettest.Ledger())
	form := assettest.Ledger("place", "倉庫", "version", "1")
	if a := manager.Post("/assets/"+code+"/edit", form); a.Status != http.StatusOK {
		t.Fatalf("changing: %d", a.Status)
	}
	here := "/assets/" + code + "/versions/1"
	entry := manager.Get("/assets/" + code)
	assettest.MustSay(t, "the history", entry, `href="`+here+`">この内容に戻す`)
	if strings.Contains(entry.Body, "/versions/2") {
		t.Error("the state that it has is offered")
	}
	assettest.MustSay(t, "the preview", manager.Get(here), "倉庫", "税務システム", `name="seen" value="2"`, "第1版")
	clerk, other := servertest.SignIn(t, portal, town.Holder("税務町民課 職員")), servertest.SignIn(t, portal, town.Holder("福祉こども課長"))
	if a := clerk.Get("/assets/" + code); strings.Contains(a.Body, "この内容に戻す") {
		t.Error("a clerk is offered it")
	}
	back := url.Values{"seen": {"2"}, "why": {"元の棚に戻した"}}
	for who, c := range map[string]struct {
		visitor *servertest.Visitor
		status  int
	}{"a clerk": {clerk, http.StatusForbidden}, "another section's manager": {other, http.StatusNotFound}} {
		if a := c.visitor.Get(here); a.Status != c.status {
			t.Errorf("%s looks: %d", who, a.Status)
		}
		if a := c.visitor.Post(here, back); a.Status != c.status {
			t.Errorf("%s brings it back: %d", who, a.Status)
		}
	}
	for _, none := range []string{"0", "2", "9", "x"} {
		if a := manager.Get("/assets/" + code + "/versions/" + none); a.Status != http.StatusNotFound {
			t.Errorf("version %s: %d", none, a.Status)
		}
	}
	assettest.MustSay(t, "done", manager.Post(here, back), "前の内容に戻しました", "第1版", "元の棚に戻した")
	again := manager.Post(here, back)
	if again.Status != http.StatusConflict {
		t.Errorf("again: %d", again.Status)
	}
	assettest.MustSay(t, "again", again, "ほかの人がこの情報資産を変えました")
	assettest.MustSay(t, "nothing to bring back", manager.Get(here), "いまの内容と同じです")
}
