package walktest

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kagami/web/asset/assettest"
	"kagami/web/server/servertest"
)

// What is lost while it is lent can't be found in the register, and the 統括 is told of it
// once: the loan and the register do not each tell the same.
func TestWhatIsLostOnALoanIsMissingInTheRegister(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	sit := func(post string) *servertest.Visitor { return servertest.SignIn(t, portal, town.Holder(post)) }
	clerk, manager, deputy, officer := sit("税務町民課 職員"), sit("税務町民課長"), sit("税務町民課 担当副課長"), sit("総務課長")
	form := assettest.Ledger("name", "訪問調査用のUSBメモリー", "kind", "medium", "confidentiality", "2", "personal", "none", "zone", "offline")
	form.Del("handling")
	_, code := assettest.Register(t, manager, form)
	asked := clerk.Post("/loans/new", url.Values{"asset": {code}, "section": {"zeimu"}, "purpose": {"調査"}, "place": {"町内"}, "from_on": {"2026-11-24"}, "until_on": {"2026-11-26"}})
	number := regexp.MustCompile(`番号</dt><dd>持-([0-9-]+)`).FindStringSubmatch(asked.Body)
	if number == nil {
		t.Fatalf("asking: %d %s", asked.Status, asked.Body)
	}
	path := "/loans/" + number[1]
	manager.Post(path+"/permit", url.Values{"version": {"1"}})
	deputy.Post(path+"/hand", url.Values{"version": {"2"}})
	lost := clerk.Post(path+"/lose", url.Values{"version": {"3"}, "noticed_on": {"2026-11-24"}, "noticed_by": {"本人"}, "note": {"電車に置き忘れた"}})
	assettest.MustSay(t, "the loan", lost, "紛失を届け出ました")
	assettest.MustSay(t, "the asset", clerk.Get("/assets/"+code), "所在不明")
	assettest.MustSay(t, "its case", manager.Get("/assets/"+code+"/missing"), "持-"+number[1], "電車に置き忘れた")
	notices := officer.Get("/notices")
	if n := strings.Count(notices.Body, "訪問調査用のUSBメモリー"); n == 0 || strings.Contains(notices.Body, "訪問調査用のUSBメモリーが見つかりません") {
		t.Errorf("the 統括 is told %d times", n)
	}
	assettest.MustSay(t, "the overview", officer.Get("/assets/overview"), `href="/assets?state=missing"><b>1</b>`)
	assettest.MustSay(t, "asking for it again", clerk.Get("/loans/new?asset="+code), "このままでは、許可されません")
}
