package reading_test

import (
	"archive/zip"
	"bytes"
	"kagami/web/server/servertest"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// What the CISO asks of the portal before deciding (7(9), 9): what does the next
// revision change?
func TestTwoRevisionsStandSideBySide(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	v := servertest.SignIn(t, portal, town.Accounts[12])
	if a := v.Get("/policies/kihon"); strings.Contains(a.Body, "/comparison") {
		t.Error("a first revision leads to a comparison")
	}
	if a := v.Get("/policies/kihon/comparison"); a.Status != http.StatusOK || !strings.Contains(a.Body, "比べられる版がまだ1つ") {
		t.Errorf("with one revision: %d", a.Status)
	}
	if a := v.Get("/policies/kihon/comparison.xlsx"); a.Status != http.StatusNotFound {
		t.Errorf("a file of one revision: %d", a.Status)
	}
	revise(t, portal, "kihon", "完全性及び可用性を維持するため", "完全性及び可用性を確保するため")
	revise(t, portal, "kihon", "　3．　対象とする脅威", "　3．　想定する脅威")

	if a := v.Get("/policies/kihon"); !strings.Contains(a.Body, `href="/policies/kihon/comparison?to=3"`) {
		t.Error("a later revision leads to no comparison")
	}
	for _, c := range []struct {
		name, query     string
		has, doesNotHas []string
	}{
		{"the last two", "", []string{"<ins>想定</ins>", "<del>対象と</del>", "1～2　（略）"}, []string{"<ins>確保</ins>"}},
		{"the one before", "?to=2", []string{"<ins>確保</ins>", "<del>維持</del>", "2～10　（略）"}, []string{"<ins>想定</ins>"}},
		{"any two", "?from=1&to=3", []string{"<ins>確保</ins>", "<ins>想定</ins>"}, nil},
		{"backwards", "?from=3&to=1", []string{"<ins>維持</ins>", "<del>確保</del>"}, nil},
		{"one with itself", "?from=2&to=2", []string{"番号も本文も同じです"}, []string{"<ins>"}},
	} {
		a := v.Get("/policies/kihon/comparison" + c.query)
		if a.Status != http.StatusOK {
			t.Errorf("%s: %d", c.name, a.Status)
		}
		plain := regexp.MustCompile(`>\s+`).ReplaceAllString(a.Body, ">")
		for _, words := range c.has {
			if !strings.Contains(plain, words) {
				t.Errorf("%s: %q is not on the page", c.name, words)
			}
		}
		for _, words := range c.doesNotHas {
			if strings.Contains(plain, words) {
				t.Errorf("%s: %q is on the page", c.name, words)
			}
		}
	}
	for _, query := range []string{"?to=4", "?to=0", "?to=x", "?from=-1", "?from=9999999999999999999", "?to="} {
		for _, file := range []string{"", ".xlsx", ".docx"} {
			if a := v.Get("/policies/kihon/comparison" + file + query); a.Status != http.StatusNotFound || !strings.Contains(a.Body, "選び直してください") {
				t.Errorf("%s%s: %d", file, query, a.Status)
			}
		}
	}
}

func TestTheComparisonIsHandedOutAsFiles(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	revise(t, portal, "kihon", "完全性及び可用性を維持するため", "完全性及び可用性を確保するため")
	v := servertest.SignIn(t, portal, town.Accounts[12])
	a := v.Get("/policies/kihon/comparison.xlsx?from=1&to=2")
	book, err := excelize.OpenReader(strings.NewReader(a.Body))
	if err != nil {
		t.Fatalf("%d: %v", a.Status, err)
	}
	defer book.Close() //nolint:errcheck // it was read only
	if text, err := book.GetCellValue("新旧対照表", "A4"); err != nil || !strings.Contains(text, "可用性を確保するため") {
		t.Errorf("%q, %v", text, err)
	}
	a = v.Get("/policies/kihon/comparison.docx?from=1&to=2")
	if name, _ := url.PathUnescape(a.Header.Get("Content-Disposition")); !strings.HasSuffix(name, "新旧対照表_第1版から第2版.docx") {
		t.Errorf("named %q", name)
	}
	if _, err := zip.NewReader(bytes.NewReader([]byte(a.Body)), int64(len(a.Body))); err != nil {
		t.Errorf("%d: %v", a.Status, err)
	}
}

// 基本方針 10: of a document that one may not read, there is no comparison either.
func TestWhatOneMayNotReadIsNotCompared(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	enact(t, portal, hiddenProcedure)
	revise(t, portal, "tejun", "鍵を持つ者", "鍵を預かる者")
	outsider := servertest.SignIn(t, portal, town.Accounts[12])
	for _, path := range []string{"comparison", "comparison.xlsx", "comparison.docx", "comparison?from=1&to=2", "comparison?to=99"} {
		hidden, absent := outsider.Get("/policies/tejun/"+path), outsider.Get("/policies/no-such/"+path)
		if hidden.Status != http.StatusNotFound || absent.Status != http.StatusNotFound || !strings.Contains(hidden.Body, "この文書は見つかりません") {
			t.Errorf("%s answers %d, and %d for what is not there", path, hidden.Status, absent.Status)
		}
	}
	if a := servertest.SignIn(t, portal, town.Holder("総務課長")).Get("/policies/tejun/comparison"); a.Status != http.StatusOK {
		t.Errorf("who may read it: %d", a.Status)
	}
}
