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

// What the manual of rights quotes are the words on the screens to which those lead who use,
// permit, suspend, connect and confirm; or those of the settings and editions that it leads to.
func TestTheManualOfRightsQuotesTheScreens(t *testing.T) {
	t.Parallel()
	manual, err := os.ReadFile("../../../docs/rights.md")
	if err != nil {
		t.Fatal(err)
	}
	portal := town.Start(t)
	within := regexp.MustCompile(`^/(rights|settings|editions)\b`)
	tag, digits := regexp.MustCompile(`<[^>]*>`), regexp.MustCompile(`[0-9]+|[a-z2-7]{16}|[A-Z][0-9]{3}|(zeimu|fukushi|soumu)-`)
	var screens strings.Builder
	see := func(page servertest.Answer) {
		screens.WriteString(html.UnescapeString(tag.ReplaceAllString(page.Body, "\n")))
	}
	for _, post := range []string{"総務課長", "税務町民課長", "税務町民課 担当副課長", "福祉こども課 職員", "副町長"} {
		visitor := servertest.SignIn(t, portal, town.Holder(post))
		seen, alike := map[string]bool{}, map[string]int{}
		for next := []string{"/", "/rights", "/rights/own", "/rights/new", "/rights/people/" + town.Holder("産業課長").StaffNumber, "/rights/connectors/new?kind=ldap"}; len(next) > 0; next = next[1:] {
			shape := digits.ReplaceAllString(next[0], "0")
			if seen[next[0]] || alike[shape] == mostAlike || strings.HasSuffix(next[0], ".xlsx") {
				continue
			}
			seen[next[0]] = true
			alike[shape]++
			page := visitor.Get(next[0])
			see(page)
			for _, link := range regexp.MustCompile(`href="(/[^"#]*)"`).FindAllStringSubmatch(page.Body, -1) {
				if to := html.UnescapeString(link[1]); within.MatchString(to) {
					next = append(next, to)
				}
			}
		}
	}
	sit := func(post string) *servertest.Visitor { return servertest.SignIn(t, portal, town.Holder(post)) }
	officer, deputy, clerk, stopped := sit("総務課長"), sit("税務町民課 担当副課長"), sit("福祉こども課 職員"), town.Holder("産業課長")
	system := regexp.MustCompile(`value="(zeimu-[0-9]+)"`).FindStringSubmatch(clerk.Get("/rights/new").Body)
	asked := clerk.Post("/rights/new", url.Values{"system": system[1:], "kind": {"general"}, "grade": {"照会"}, "purpose": {"見本"}, "from_on": {"2026-11-24"}})
	right := regexp.MustCompile(`番号</dt><dd>権-([0-9]+-[0-9]+)`).FindStringSubmatch(asked.Body)
	if right == nil {
		t.Fatalf("asking: %d", asked.Status)
	}
	see(deputy.Get("/rights/of/" + right[1]))
	see(officer.Post("/rights/people/"+stopped.StaffNumber+"/cut_conduct", url.Values{"scope": {"whole"}, "reason": {"見本"}}))
	see(officer.Post("/rights/people/"+town.Holder("教育課長").StaffNumber+"/cut_account", url.Values{"scope": {"whole"}, "reason": {"見本"}}))
	see(servertest.Visit(t, portal).Post("/login", url.Values{"login": {stopped.StaffNumber}, "password": {stopped.Password}}))
	see(officer.Post("/rights/connectors/new", url.Values{
		"connector_kind": {"ldap"}, "name": {"庁内の認証"}, "kind": {"active-directory"}, "url": {"ldap://127.0.0.1:9"}, "bind_dn": {"kagami@example.jp"}, "base_dn": {"dc=example,dc=jp"}, "secret": {"himitsu"},
	}))
	// what shows only once somebody was transferred, a directory was compared, a file was read, or all is answered
	for _, source := range []string{"list.templ", "intake/accounts.templ", "intake/import.templ", "intake/import.go", "connector/entry.templ", "connector/list.templ", "review/step.go"} {
		text, err := os.ReadFile("../../../web/rights/" + source)
		if err != nil {
			t.Fatal(err)
		}
		screens.Write(text)
	}
	text := screens.String()
	quoted := regexp.MustCompile(`「([^」 ]+)」`).FindAllStringSubmatch(string(manual), -1)
	if len(quoted) < 60 {
		t.Errorf("only %d words are quoted", len(quoted))
	}
	for _, words := range quoted {
		if !strings.Contains(text, words[1]) {
			t.Errorf("no screen reads 「%s」", words[1])
		}
	}
}

// What the manual of the year quotes are the words on the screens to which those lead who
// open, go through, ask, permit and confirm.
func TestTheManualOfTheYearQuotesTheScreens(t *testing.T) {
	t.Parallel()
	manual, err := os.ReadFile("../../../docs/asset-year.md")
	if err != nil {
		t.Fatal(err)
	}
	portal := town.Start(t)
	within := regexp.MustCompile(`^/(stocktakings|loans|disposals|exceptions|settings|editions|assets/[a-z]+-[0-9]+/(loans|dispose|missing|edit))\b`)
	var screens strings.Builder
	for _, post := range []string{"総務課長", "税務町民課長", "福祉こども課長", "福祉こども課 職員", "健康環境課長", "産業課長", "教育課長", "副町長"} {
		visitor := servertest.SignIn(t, portal, town.Holder(post))
		seen, alike := map[string]bool{}, map[string]int{}
		for next := []string{"/", "/assets", "/assets/overview", "/assets/zeimu-0001", "/assets/fukushi-0001", "/stocktakings", "/loans", "/disposals", "/exceptions", "/exceptions/new"}; len(next) > 0; next = next[1:] {
			shape := regexp.MustCompile(`[0-9]+`).ReplaceAllString(next[0], "0")
			if seen[next[0]] || alike[shape] == mostAlike {
				continue
			}
			seen[next[0]] = true
			alike[shape]++
			page := visitor.Get(next[0])
			screens.WriteString(html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page.Body, "\n")))
			for _, link := range regexp.MustCompile(`href="(/[^"#]*)"`).FindAllStringSubmatch(page.Body, -1) {
				if to := html.UnescapeString(link[1]); within.MatchString(to) {
					next = append(next, to)
				}
			}
		}
	}
	see := func(a servertest.Answer) string {
		t.Helper()
		if a.Status != 200 {
			t.Errorf("a page answers %d", a.Status)
		}
		screens.WriteString(html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(a.Body, "\n")))
		return a.Body
	}
	sit := func(post string) *servertest.Visitor { return servertest.SignIn(t, portal, town.Holder(post)) }
	manager, deputy, clerk := sit("税務町民課長"), sit("税務町民課 担当副課長"), sit("税務町民課 職員")
	form := assettest.Ledger("name", "見本の媒体", "kind", "medium", "confidentiality", "2", "personal", "none", "zone", "offline")
	form.Del("handling")
	_, medium := assettest.Register(t, manager, form)
	asked := see(clerk.Post("/loans/new", url.Values{"asset": {medium}, "section": {"zeimu"}, "purpose": {"見本"}, "place": {"町内"}, "from_on": {"2026-11-24"}, "until_on": {"2026-11-26"}}))
	loan := "/loans/" + regexp.MustCompile(`番号</dt><dd>持-([0-9-]+)`).FindStringSubmatch(asked)[1]
	see(manager.Post(loan+"/permit", url.Values{"version": {"1"}}))
	see(deputy.Post(loan+"/hand", url.Values{"version": {"2"}}))
	see(deputy.Post(loan+"/close", url.Values{"version": {"3"}, "whole": {"yes"}, "sound": {"yes"}, "erased": {"yes"}}))
	see(clerk.Get(loan))
	see(manager.Get("/assets/" + medium + "/dispose?medium=hdd"))
	const section = "/stocktakings/8-1/zeimu"
	see(deputy.Post(section+"/answer", url.Values{"asset": {"zeimu-0003"}, "result": {"missing"}, "seen": {"0"}, "noticed_on": {"2026-11-24"}, "noticed_by": {"見本"}, "note": {"書庫にない"}}))
	see(deputy.Get(section))
	codes := url.Values{}
	for _, code := range regexp.MustCompile(`name="asset" value="([^"]+)"`).FindAllStringSubmatch(deputy.Get(section+"/rest").Body, -1) {
		codes.Add("asset", code[1])
	}
	see(deputy.Post(section+"/rest", codes))
	version := regexp.MustCompile(`name="version" value="([0-9]+)"`).FindStringSubmatch(see(deputy.Get(section + "/hand_in")))
	see(deputy.Post(section+"/hand_in", url.Values{"version": version[1:]}))
	see(manager.Get(section))
	text := screens.String()
	for _, words := range regexp.MustCompile(`「([^」 ]+)」`).FindAllStringSubmatch(string(manual), -1) {
		if !strings.Contains(text, words[1]) {
			t.Errorf("no screen reads 「%s」", words[1])
		}
	}
}

// mostAlike is how many pages each visitor looks at whose addresses differ in numbers only.
const mostAlike = 4
