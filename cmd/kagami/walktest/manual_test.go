package walktest

import (
	"html"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"kagami/web/asset/assettest"
	"kagami/web/server/servertest"
)

// What the manual of the register quotes are the words on its screens.
func TestTheManualQuotesTheScreens(t *testing.T) {
	t.Parallel()
	manual, err := os.ReadFile("../../../docs/asset-register.md")
	if err != nil {
		t.Fatal(err)
	}
	portal := town.Start(t)
	manager, clerk := servertest.SignIn(t, portal, town.Holder("税務町民課長")), town.Holder("税務町民課 職員")
	var screens strings.Builder
	see := func(a servertest.Answer) {
		t.Helper()
		if a.Status != 200 {
			t.Errorf("a page answers %d", a.Status)
		}
		screens.WriteString(html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(a.Body, "\n")))
	}
	for _, page := range []string{
		"/assets", "/assets/new", "/assets/usual?section=zeimu", "/assets/import", "/assets/overview", "/assets/labels", "/assets/files", "/assets/zeimu-0001", "/assets/zeimu-0001/edit",
		"/assets/zeimu-0001/file", "/assets/zeimu-0001/file/edit", "/assets/zeimu-0004/relations", "/communications", "/assets/keepers", "/exceptions",
	} {
		see(manager.Get(page))
	}
	communication := regexp.MustCompile(`href="(/communications/[^"/]+-[^"/]+)"`).FindStringSubmatch(manager.Get("/communications").Body)
	if communication == nil {
		t.Fatal("no communication is listed")
	}
	see(manager.Get(communication[1]))
	head := "課の番号,情報資産名,機密性,完全性,可用性,個人情報の有無,領域\n"
	see(attach(manager, "/assets/import", "a.csv", head+"Z-1,見本,3,2,2,無,LGWAN\nZ-2,見本,9,2,2,無,LGWAN\n", nil))
	see(attach(manager, "/assets/import", "b.csv", "管理番号,情報資産名,機密性\nzeimu-0001,住民基本台帳データ,2\n", nil))
	manager.Post("/assets/keepers", url.Values{"do": {"name"}, "section": {"zeimu"}, "person": {clerk.StaffNumber}, "first": {"2026-11-24"}})
	keeper := servertest.SignIn(t, portal, clerk)
	see(keeper.Get("/assets/new"))
	see(keeper.Get("/assets/zeimu-0001/edit"))
	see(keeper.Post("/assets/new", assettest.Ledger("name", "見本の下書き")))
	see(keeper.Post("/assets/zeimu-0011/edit", assettest.Ledger("version", "2", "name", "見本の提案")))
	see(keeper.Get("/assets/mine"))
	see(manager.Get("/"))
	see(manager.Get("/assets/zeimu-0011/review"))
	var drafted string
	if err := portal.DB.Pool.QueryRow(t.Context(), `SELECT code FROM asset ORDER BY id DESC LIMIT 1`).Scan(&drafted); err != nil {
		t.Fatal(err)
	}
	see(manager.Get("/assets/" + drafted + "/review"))
	see(manager.Get("/assets/bulk?q=zeimu-0001"))
	change := url.Values{"do": {"preview"}, "place": {"見本の書庫"}}
	preview := manager.Post("/assets/bulk?q=zeimu-0001", change)
	change.Set("do", "apply")
	change.Set("digest", regexp.MustCompile(`name="digest" value="([^"]+)"`).FindStringSubmatch(preview.Body)[1])
	see(preview)
	see(manager.Post("/assets/bulk?q=zeimu-0001", change))
	text := screens.String()
	quoted := regexp.MustCompile(`「([^」 ]+)」`).FindAllStringSubmatch(string(manual), -1)
	if len(quoted) < 40 {
		t.Errorf("only %d words are quoted", len(quoted))
	}
	for _, words := range quoted {
		if !strings.Contains(text, words[1]) {
			t.Errorf("no screen reads 「%s」", words[1])
		}
	}
}
