package asset_test

import (
	"strings"
	"testing"

	"kagami/internal/asset"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/edition"
	"kagami/web/server/servertest"
)

// What the list is asked by a mark stands in an address that one can send: whoever opens
// it reads in the form what was asked, and sees what it finds and nothing else.
func TestWhatIsAskedByAMarkIsAnAddressToSend(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	register(t, manager, ledger("name", "何もないもの", "owner", "課長", "confidentiality", "3C", "zone", "lgwan", "registered_on", "2026-11-24"))
	register(t, manager, ledger("name", "要是正のもの", "owner", "課長", "zone", "internet", "registered_on", "2026-11-24"))
	register(t, manager, ledger("name", "古いもの", "owner", "課長", "confidentiality", "3C", "zone", "lgwan", "registered_on", "2025-01-10"))
	register(t, manager, ledger("name", "責任者のないもの", "owner", "", "confidentiality", "3C", "zone", "lgwan", "registered_on", "2026-11-24"))
	_, code := register(t, manager, ledger("name", "基準の変わるもの", "owner", "課長", "confidentiality", "2", "personal", "none", "zone", "standalone", "registered_on", "2026-11-20"))
	if _, err := portal.DB.Pool.Exec(t.Context(), `UPDATE asset SET level_reason = '' WHERE name = '何もないもの'`); err != nil {
		t.Fatal(err)
	}
	say(t, portal, "asset_zone", "standalone", "独立系", "町で決めた説明", "4")
	form := func(name, value string) string {
		return `id="` + name + `" name="` + name + `"` + "\x00" + `<option value="` + value + `" selected`
	}
	names := []string{"何もないもの", "要是正のもの", "古いもの", "責任者のないもの", "基準の変わるもの"}
	for _, c := range []struct{ name, value, found string }{
		{"broken", "any", "要是正のもの"}, {"broken", string(asset.Month), "要是正のもの"}, {"broken", string(asset.Older), ""}, {"overdue", "1", "古いもの"}, {"unowned", "1", "責任者のないもの"}, {"again", "1", "基準の変わるもの"},
	} {
		a := manager.Get("/assets?" + c.name + "=" + c.value)
		field, option, _ := strings.Cut(form(c.name, c.value), "\x00")
		_, after, there := strings.Cut(a.Body, field)
		shown, _, _ := strings.Cut(after, "</select>")
		if !there || !strings.Contains(shown, option) {
			t.Errorf("%s: the form does not show what was asked: %.300s", c.name, shown)
		}
		mustSay(t, c.name, a, "<details open>", "条件をすべて外す")
		for _, name := range names {
			if found := strings.Contains(a.Body, ">"+name+"</a>"); found != (name == c.found) {
				t.Errorf("%s=%s: %s: %t", c.name, c.value, name, found)
			}
		}
	}
	a := manager.Get("/assets?by_hand=1")
	if _, after, _ := strings.Cut(a.Body, `name="by_hand"`); !strings.Contains(after[:300], `value="1" selected`) || strings.Contains(a.Body, ">何もないもの</a>") || !strings.Contains(a.Body, ">古いもの</a>") {
		t.Errorf("by hand: %.300s", after)
	}

	mustSay(t, "the asset", manager.Get("/assets/"+code), "見直しが要ります", "領域「独立系」の基準は、令和8年11月24日からの町の行で、変わりました", `href="/assets/`+code+`/edit">変更する</a>から最終確認日を今日に`)
	staff := servertest.SignIn(t, portal, town.Holder("税務町民課 職員")).Get("/assets/" + code)
	mustSay(t, "a colleague", staff, "見直しが要ります", "この表示は消えます")
	a = manager.Post("/assets/"+code+"/edit", ledger("version", "1", "name", "基準の変わるもの", "owner", "課長", "confidentiality", "2", "personal", "none", "zone", "standalone", "checked_on", "2026-11-24"))
	mustSay(t, "looked at", a, "情報資産を変更しました")
	if strings.Contains(a.Body, "見直しが要ります") {
		t.Error("it is to be looked at though somebody has")
	}
	if a := manager.Get("/assets?again=1"); strings.Contains(a.Body, ">基準の変わるもの</a>") {
		t.Error("it is found though somebody has looked at it")
	}
}

// say has the town's own row hold from today on.
func say(t *testing.T, portal *servertest.Portal, kind string, cells ...string) {
	t.Helper()
	through := door.New(portal.DB.Pool, portal.Clock.Now)
	err := edition.NewService(portal.DB.Pool, through, asset.EditionKinds()...).Say(t.Context(), portal.Actor(t, town.Holder("総務課長")), kind,
		edition.Say{Cells: cells, What: "own", First: calendar.Day(portal.Clock.Now()), Reason: "見本"})
	if err != nil {
		t.Fatal(err)
	}
}
