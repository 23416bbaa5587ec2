package asset_test

import (
	"strings"
	"testing"

	"kagami/web/server/servertest"
)

func TestTheSearchOfThePortalFindsAssets(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	_, code := register(t, manager, ledger("name", "見本<b>の台帳"))
	mustSay(t, "the manager", manager.Get("/search?q=見本<b>の"), `href="/assets/`+code+`">見本&lt;b&gt;の台帳`, code+"・税務町民課・税務システム", `href="/assets?q=`, "1件")
	for who, path := range map[string]string{"福祉こども課長": "/search?q=見本<b>の", "税務町民課長": "/search?q=見本<b>の&after=policies:kihon.3"} {
		if a := servertest.SignIn(t, portal, town.Holder(who)).Get(path); strings.Contains(a.Body, "の台帳") {
			t.Errorf("%s by %s finds it", who, path)
		}
	}
}
