package walktest

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"kagami/web/server/servertest"
)

// What the town has decided of the permission table holds from its first day on, and
// not before: for the page and its form, the gate, the navigation and 権限表.
func TestTheTableInEffectIsThatOfTheDay(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	if err := texts(portal).Acknowledge.TendAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	for name, value := range map[string]string{"excuse.security_manager": "行えない", "see_settings.staff": "全体"} {
		page := "/settings/permission." + name
		if a := officer.Get(page); a.Status != 200 || !strings.Contains(a.Body, `type="radio"`) {
			t.Errorf("%s: %d", name, a.Status)
		}
		if a := officer.Post(page, url.Values{"value": {"町長だけ"}, "first": {"2026-11-25"}, "reason": {"見本"}}); a.Status != 422 || !strings.Contains(a.Body, "選べる値のうちから") {
			t.Errorf("%s is no option: %d", name, a.Status)
		}
		if a := officer.Post(page, url.Values{"value": {value}, "first": {"2026-11-25"}, "reason": {"見本"}}); a.Status != 200 || !strings.Contains(a.Body, "設定しました") {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	asked := "/policies/kihon/readers/" + town.Accounts[12].StaffNumber
	head, staff := servertest.SignIn(t, portal, town.Holder("税務町民課長")), servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	for _, c := range []struct {
		day      string
		excuses  bool // a 管理者
		settings bool // 職員等 see them
	}{{"before", true, false}, {"on the day", false, true}} {
		if a := head.Get(asked); a.Status != 200 || strings.Contains(a.Body, "確認を免除する理由") != c.excuses {
			t.Errorf("%s the 管理者 is led to excuse: %t, %d", c.day, !c.excuses, a.Status)
		}
		status := map[bool]int{true: 422, false: 403}[c.excuses]
		if a := head.Post(asked, url.Values{"act": {"excuse"}}); a.Status != status {
			t.Errorf("%s the 管理者 excuses: %d", c.day, a.Status)
		}
		status = map[bool]int{true: 200, false: 403}[c.settings]
		if a := staff.Get("/settings"); a.Status != status {
			t.Errorf("%s a 職員 sees the settings: %d", c.day, a.Status)
		}
		if a := staff.Get("/"); strings.Contains(a.Body, `href="/settings"`) != c.settings {
			t.Errorf("%s a 職員 is led to the settings: %t", c.day, !c.settings)
		}
		_, row, _ := strings.Cut(staff.Get("/permissions").Body, ">確認を免除する<")
		row, _, _ = strings.Cut(row, "</tr>")
		if got := strings.Contains(row, "自課※"); got != c.excuses || got == strings.Contains(row, "―※") {
			t.Errorf("%s 権限表 says %s", c.day, row)
		}
		if c.excuses { // the next morning
			portal.Clock.Advance(24 * time.Hour)
			head, staff = servertest.SignIn(t, portal, town.Holder("税務町民課長")), servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
		}
	}
}

// What is decided from today on holds for whoever has been looked up before.
func TestWhatIsDecidedFromTodayOnHoldsAtOnce(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer, staff := servertest.SignIn(t, portal, town.Holder("総務課長")), servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	if a := staff.Get("/settings"); a.Status != 403 {
		t.Fatalf("before: %d", a.Status)
	}
	if a := officer.Post("/settings/permission.see_settings.staff", url.Values{"value": {"全体"}, "first": {"2026-11-24"}, "reason": {"見本"}}); a.Status != 200 {
		t.Fatalf("set: %d %s", a.Status, a.Body)
	}
	if a := staff.Get("/settings"); a.Status != 200 {
		t.Errorf("after: %d", a.Status)
	}
}
