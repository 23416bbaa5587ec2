package walktest

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"kagami/web/server/servertest"
)

// rightWays are how others look for somebody's right and for what bars it, and what each is
// answered: the 情報セキュリティ管理者 of another section, a 職員 there, a colleague, the
// ポータル管理者, and the 監査担当者, who reads all. RIGHT, BAR and WHO are their numbers.
var rightWays = []struct{ address, statuses string }{
	{"/rights", "200 200 200 200 200"},
	{"/rights?section=zeimu", "200 200 200 200 200"},
	{"/rights?person=WHO", "200 200 200 200 200"},
	{"/rights?choice=barred", "200 200 200 200 200"},
	{"/rights?choice=in_force&system=zeimu-0001", "200 200 200 200 200"},
	{"/rights/own", "200 200 200 200 200"},
	{"/rights/people/WHO", "404 404 404 404 200"},
	{"/rights/of/RIGHT", "404 404 404 404 200"},
	{"/rights/of/RIGHT/permit", "404 403 403 403 403"},
	{"/rights/of/RIGHT/confirm", "404 403 403 403 403"},
	{"/rights/of/RIGHT/end", "404 403 403 403 403"},
	{"/rights/of/RIGHT/give_up", "404 404 404 404 403"},
	{"/rights/bars/BAR", "404 404 404 404 200"},
	{"/rights/bars/BAR/letter", "404 404 404 404 200"},
	{"/rights/bars/BAR/reinstate", "403 403 403 403 403"},
	{"/rights/bars/BAR/confirm_cut", "403 403 403 403 403"},
	{"/rights/people/WHO/cut_conduct", "403 403 403 403 403"},
	{"/rights/people/WHO/cut_account", "403 403 403 403 403"},
	{"/rights/moved", "200 403 403 403 403"},
	{"/rights/systems", "200 403 403 403 200"},
	{"/notices", "200 200 200 200 200"},
	{"/", "200 200 200 200 200"},
}

// Who has nothing to do with somebody's rights finds neither them nor that they are barred,
// whatever they ask for; and who reads all changes nothing.
func TestRightsOfOthersAreNotThere(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	sit := func(post string) *servertest.Visitor { return servertest.SignIn(t, portal, town.Holder(post)) }
	officer, who := sit("総務課長"), town.Accounts[11] // a 職員 of 税務町民課
	if who.Post != "税務町民課 職員" {
		t.Fatalf("%s is %s", who.StaffNumber, who.Post)
	}
	visitors := []*servertest.Visitor{sit("福祉こども課長"), sit("福祉こども課 職員"), servertest.SignIn(t, portal, town.Accounts[12]), sit("総務課 ポータル管理担当"), sit("議会事務局 監査担当")}
	var right string
	if err := portal.DB.Pool.QueryRow(t.Context(), `
		SELECT r.code FROM access_right r JOIN asset a ON a.id = r.asset_id JOIN section s ON s.id = a.section_id WHERE r.person_id = $1 AND s.code = 'zeimu' AND r.state = 'permitted' ORDER BY r.id LIMIT 1`, who.Person).Scan(&right); err != nil {
		t.Fatal(err)
	}
	barred := officer.Post("/rights/people/"+who.StaffNumber+"/cut_conduct", url.Values{"scope": {"some"}, "right": {right}, "reason": {"秘匿の理由"}})
	bar := regexp.MustCompile(`/rights/bars/([a-z2-7]{16})`).FindStringSubmatch(barred.Body)
	if bar == nil {
		t.Fatalf("suspending: %d %.2000s", barred.Status, barred.Body)
	}
	for _, way := range rightWays {
		address := strings.NewReplacer("RIGHT", right, "BAR", bar[1], "WHO", who.StaffNumber).Replace(way.address)
		var statuses []string
		for i, v := range visitors {
			a := v.Get(address)
			statuses = append(statuses, strconv.Itoa(a.Status))
			auditor := i == len(visitors)-1
			for _, word := range []string{"秘匿の理由", bar[1], "権-" + right + "<"} {
				if !auditor && strings.Contains(a.Body, word) && !strings.Contains(address, word) {
					t.Errorf("%s tells visitor %d %q", address, i, word)
				}
			}
		}
		if got := strings.Join(statuses, " "); got != way.statuses {
			t.Errorf("%s answers %s, want %s", way.address, got, way.statuses)
		}
	}
	for _, form := range []struct {
		address  string
		form     url.Values
		statuses string
	}{
		{"/rights/of/RIGHT/end", url.Values{"version": {"1"}, "note": {"見本"}}, "404 403 403 403 403"},
		{"/rights/of/RIGHT/give_up", url.Values{"version": {"1"}}, "404 404 404 404 403"},
		{"/rights/of/RIGHT/confirm", url.Values{"version": {"1"}}, "404 403 403 403 403"},
		{"/rights/bars/BAR/reinstate", url.Values{"version": {"1"}, "note": {"見本"}}, "403 403 403 403 403"},
		{"/rights/people/WHO/cut_conduct", url.Values{"scope": {"whole"}, "reason": {"見本"}}, "403 403 403 403 403"},
		{"/rights/people/WHO/cut_account", url.Values{"scope": {"whole"}, "reason": {"見本"}}, "403 403 403 403 403"},
		{"/rights/new", url.Values{"person": {"WHO"}, "system": {"zeimu-0005"}, "kind": {"general"}, "purpose": {"見本"}, "from_on": {"2026-11-24"}}, "403 403 403 403 403"},
	} {
		put := strings.NewReplacer("RIGHT", right, "BAR", bar[1], "WHO", who.StaffNumber)
		filled := url.Values{}
		for name, values := range form.form {
			filled.Set(name, put.Replace(values[0]))
		}
		var statuses []string
		for _, v := range visitors {
			statuses = append(statuses, strconv.Itoa(v.Post(put.Replace(form.address), filled).Status))
		}
		if got := strings.Join(statuses, " "); got != form.statuses {
			t.Errorf("POST %s answers %s, want %s", form.address, got, form.statuses)
		}
	}
}
