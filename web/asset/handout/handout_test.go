package handout_test

import (
	"net/http"
	"strings"
	"testing"

	"kagami/web/asset/assettest"
	"kagami/web/server/servertest"
)

func TestWhatTheListShowsIsHadAsAFile(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	if a := manager.Get("/assets?q=nothing-is-called-so"); strings.Contains(a.Body, "export.xlsx") {
		t.Error("an empty list is offered as a file")
	}
	_, code := assettest.Register(t, manager, assettest.Ledger("note", "=1+1"))
	_, other := assettest.Register(t, manager, assettest.Ledger("name", "納税相談の記録", "confidentiality", "2", "zone", "lgwan"))
	assettest.MustSay(t, "the list", manager.Get("/assets?zone=lgwan&sort=code"), `href="/assets/export.xlsx?zone=lgwan&amp;sort=code"`, `href="/assets/export.csv?zone=lgwan&amp;sort=code"`)

	a := manager.Get("/assets/export.csv?q=" + code)
	if want := `filename*=UTF-8''%E6%83%85%E5%A0%B1%E8%B3%87%E7%94%A3%E5%8F%B0%E5%B8%B3_20261124.csv`; a.Status != http.StatusOK || !strings.Contains(a.Header.Get("Content-Disposition"), want) {
		t.Errorf("the file: %d, %v", a.Status, a.Header)
	}
	if want := "\ufeff管理番号,課室,状態,課の番号,種別,情報資産名,"; !strings.HasPrefix(a.Body, want) || !strings.Contains(a.Body, "自治体機密性3B") || !strings.HasSuffix(a.Body, ",'=1+1,1\r\n") || strings.Contains(a.Body, other) {
		t.Errorf("the file: %s", a.Body)
	}
	if a = manager.Get("/assets/export.xlsx?zone=lgwan"); a.Status != http.StatusOK || !strings.Contains(a.Header.Get("Content-Type"), "spreadsheetml") || !strings.HasPrefix(a.Body, "PK") {
		t.Errorf("the workbook: %d, %v", a.Status, a.Header)
	}
	if a = manager.Get("/assets/export.csv?q=" + strings.Repeat("x", 201)); a.Status != http.StatusUnprocessableEntity && a.Status != http.StatusBadRequest {
		t.Errorf("too many words: %d", a.Status)
	}
	stranger := servertest.SignIn(t, portal, town.Holder("総務課 職員"))
	if a = stranger.Get("/assets/export.csv"); a.Status != http.StatusOK || strings.Contains(a.Body, "課税台帳") || strings.Contains(a.Body, code) {
		t.Errorf("another section: %d %s", a.Status, a.Body)
	}
}

func TestLabelsArePrintedFromAnyPlaceOfASheet(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	_, code := assettest.Register(t, manager, assettest.Ledger("own_number", "見本-1", "content", "ラベルの見本"))
	assettest.MustSay(t, "the asset", manager.Get("/assets/"+code), `href="/assets/`+code+`/label"`)
	assettest.MustSay(t, "the list", manager.Get("/assets?q=ラベルの見本"), `href="/assets/labels?q=`)
	for _, c := range []struct {
		path                      string
		status, sheets, gaps, all int
	}{
		{"/assets/" + code + "/label", 200, 1, 0, 1},
		{"/assets/" + code + "/label?start=24", 200, 1, 23, 1},
		{"/assets/labels?q=ラベルの見本&start=2", 200, 1, 1, 1},
		{"/assets/labels?q=そのような名のものはない", 200, 0, 0, 0},
		{"/assets/" + code + "/label?start=25", 422, 1, 0, 1},
		{"/assets/" + code + "/label?start=x", 422, 1, 0, 1},
	} {
		a := manager.Get(c.path)
		if a.Status != c.status || strings.Count(a.Body, `<ol class="labels">`) != c.sheets || strings.Count(a.Body, `aria-label="空き"`) != c.gaps || strings.Count(a.Body, "<b>"+code+"</b>") != c.all {
			t.Errorf("%s: %d, %s", c.path, a.Status, a.Body)
		}
	}
	a := manager.Get("/assets/labels?q=ラベルの見本&start=2")
	assettest.MustSay(t, "a label", a, "●●●●", "持出禁止・暗号化必須", "税務町民課", `value="2"`, `name="q" value="ラベルの見本"`)
	if strings.Contains(a.Body, "自治体機密性") || strings.Contains(a.Body, "軽自動車税の課税台帳") {
		t.Error("a label tells outsiders what it is stuck on")
	}
	stranger := servertest.SignIn(t, portal, town.Holder("総務課 職員"))
	if a := stranger.Get("/assets/" + code + "/label"); a.Status != http.StatusNotFound {
		t.Errorf("another section's label: %d", a.Status)
	}
}
