package walktest

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	"kagami/web/server/servertest"
)

// connectorWays are how others look for how rights reach the town's systems, for the yearly
// confirmation of another section and for the ledger's files, and what each is answered: the
// 情報セキュリティ管理者 of another section, a 職員 there, a 職員 of the section, the
// ポータル管理者, and the 監査担当者.
var connectorWays = []struct{ address, statuses string }{
	{"/rights/connectors", "200 403 403 200 200"},
	{"/rights/connectors/CONNECTOR", "404 403 403 200 200"},
	{"/rights/connectors/CONNECTOR/settings", "403 403 403 200 403"},
	{"/rights/connectors/CONNECTOR/systems", "403 403 403 200 403"},
	{"/rights/connectors/CONNECTOR/plan", "403 403 403 200 403"},
	{"/rights/connectors/new", "403 403 403 200 403"},
	{"/rights/targets", "200 403 403 200 200"},
	{"/rights/orders", "200 403 403 200 200"},
	{"/rights/drift", "200 403 403 200 200"},
	{"/rights/reviews", "200 200 200 200 200"},
	{"/rights/reviews/new", "403 403 403 403 403"},
	{"/rights/reviews/REVIEW", "200 404 404 404 200"},
	{"/rights/reviews/REVIEW/zeimu", "404 404 404 404 200"},
	{"/rights/reviews/REVIEW/zeimu/rest", "404 403 403 403 403"},
	{"/rights/reviews/REVIEW/zeimu/hand_in", "404 403 403 403 403"},
	{"/rights/reviews/close/REVIEW", "403 403 403 403 403"},
	{"/rights/reviews/due/REVIEW", "403 403 403 403 403"},
	{"/rights/import", "200 403 403 403 403"},
	{"/rights/import/accounts", "200 403 403 403 403"},
	{"/rights/export", "200 403 403 403 200"},
	{"/rights/export.xlsx?system=zeimu-0005", "200 403 403 403 200"},
}

// connectorForms are what they send, and what each is answered.
var connectorForms = []struct {
	address  string
	form     url.Values
	statuses string
}{
	{"/rights/connectors/CONNECTOR/check", url.Values{}, "403 403 403 - 403"},
	{"/rights/connectors/CONNECTOR/try", url.Values{"version": {"1"}}, "403 403 403 - 403"},
	{"/rights/connectors/CONNECTOR/off", url.Values{"version": {"1"}}, "403 403 403 - 403"},
	{"/rights/connectors/CONNECTOR/again", url.Values{}, "403 403 403 - 403"},
	{"/rights/orders/ORDER/done", url.Values{}, "404 403 403 403 403"},
	{"/rights/targets/TARGET/hand", url.Values{}, "404 403 403 403 403"},
	{"/rights/drift/DRIFT/apply", url.Values{}, "403 403 403 - 403"},
	{"/rights/reviews/REVIEW/zeimu", url.Values{"right": {"RIGHT"}, "answer": {"needed"}, "version": {"1"}}, "404 403 403 403 403"},
	{"/rights/reviews/close/REVIEW", url.Values{"version": {"1"}}, "403 403 403 403 403"},
}

// Who has nothing to do with it changes nothing of how rights reach systems or are confirmed,
// and another section's are not shown to them.
func TestConnectorsAndConfirmationsOfOthersAreNotThere(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	sit := func(post string) *servertest.Visitor { return servertest.SignIn(t, portal, town.Holder(post)) }
	visitors := []*servertest.Visitor{sit("福祉こども課長"), sit("福祉こども課 職員"), servertest.SignIn(t, portal, town.Accounts[12]), sit("総務課 ポータル管理担当"), sit("議会事務局 監査担当")}
	one := func(sql string) (text string) {
		t.Helper()
		if err := portal.DB.Pool.QueryRow(t.Context(), sql).Scan(&text); err != nil {
			t.Fatal(sql, err)
		}
		return text
	}
	put := strings.NewReplacer(
		"CONNECTOR", one(`SELECT code FROM connector`), "REVIEW", one(`SELECT code FROM right_review WHERE state = 'open'`), "DRIFT", one(`SELECT min(id)::text FROM right_drift`),
		"ORDER", one(`SELECT o.id::text FROM work_order o JOIN asset a ON a.id = o.asset_id JOIN section s ON s.id = a.section_id WHERE s.code <> 'fukushi' AND o.done_at IS NULL ORDER BY o.id LIMIT 1`),
		"TARGET", one(`SELECT t.id::text FROM right_target t JOIN asset a ON a.id = t.asset_id JOIN section s ON s.id = a.section_id WHERE s.code <> 'fukushi' AND t.state = 'failed' ORDER BY t.id LIMIT 1`),
		"RIGHT", one(`SELECT r.code FROM access_right r JOIN section s ON s.id = r.section_id WHERE s.code = 'zeimu' ORDER BY r.id LIMIT 1`))
	for _, way := range connectorWays {
		address := put.Replace(way.address)
		var statuses []string
		for _, v := range visitors {
			statuses = append(statuses, strconv.Itoa(v.Get(address).Status))
		}
		if got := strings.Join(statuses, " "); got != way.statuses {
			t.Errorf("%s answers %s, want %s", way.address, got, way.statuses)
		}
	}
	for _, form := range connectorForms {
		filled := url.Values{}
		for name, values := range form.form {
			filled.Set(name, put.Replace(values[0]))
		}
		var statuses []string
		for i, v := range visitors {
			if strings.Fields(form.statuses)[i] == "-" { // they may
				statuses = append(statuses, "-")
				continue
			}
			statuses = append(statuses, strconv.Itoa(v.Post(put.Replace(form.address), filled).Status))
		}
		if got := strings.Join(statuses, " "); got != form.statuses {
			t.Errorf("POST %s answers %s, want %s", form.address, got, form.statuses)
		}
	}
	for _, page := range []string{"/rights/orders", "/rights/targets", "/rights/drift"} {
		for _, word := range []string{"文書管理システム", "庁内ネットワーク"} { // of 総務課
			if a := visitors[0].Get(page); strings.Contains(a.Body, word) {
				t.Errorf("%s tells another section's 管理者 of %s", page, word)
			}
		}
	}
}
