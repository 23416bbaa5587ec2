//go:build browser

package browsertest

import "testing"

// Each page of the register is one to look at, on a screen and on a phone, for who may see
// it.
func TestThePagesOfTheRegisterAreLookedAt(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	for _, c := range []struct {
		post  string
		pages [][2]string // address, name of the picture
	}{
		{"税務町民課長", [][2]string{
			{"/assets/overview", "asset-overview-manager"}, {"/assets/zeimu-0001", "asset-page"}, {"/assets/zeimu-0004/relations", "asset-relations"},
			{"/assets/zeimu-0001/label", "asset-label"}, {"/assets/labels", "asset-labels"}, {"/assets/files", "asset-files"},
			{"/assets/zeimu-0001/file", "asset-file"}, {"/assets/zeimu-0001/file/edit", "asset-file-edit"}, {"/assets/zeimu-0001/papers", "asset-papers"},
			{"/assets/usual?section=zeimu", "asset-usual"}, {"/assets/drafts", "asset-drafts-none"}, {"/assets/keepers", "keepers-none"},
			{"/communications", "communications"}, {"/communications/new", "communication-new"},
		}},
		{"総務課長", [][2]string{{"/assets/overview", "asset-overview"}, {"/assets/somu-0007/relations", "asset-relations-officer"}, {"/communications", "communications-officer"}, {"/assets/files", "asset-files-officer"}}},
		{"税務町民課 職員", [][2]string{{"/assets/overview", "asset-overview-staff"}, {"/assets/zeimu-0004/relations", "asset-relations-staff"}, {"/communications", "communications-staff"}}},
	} {
		p := sitDown(t, portal, town.Holder(c.post))
		for _, page := range c.pages {
			p.goTo(page[0])
			p.mustNotSee("見つかりません")
			p.mustNotSee("あなたの役割では行えません")
			p.look(page[1])
		}
		if c.post == "税務町民課長" {
			p.goTo("/communications")
			p.press("住基ネットとの通信")
			p.look("communication")
			p.press("変更する")
			p.look("communication-edit")
			p.goTo("/assets/labels")
			p.keepPDF("asset-labels")
		}
	}
}
