//go:build browser

package browsertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"kagami/internal/sample/policies"
)

// 基本方針 10: somebody outside the audience of a 実施手順 tries more than thirty
// ways in their browser, and finds no trace of it; somebody inside reads it.
func TestNobodyOutsideTheAudienceFindsATraceInTheirBrowser(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	if err := policies.Examples(t.Context(), texts(portal).Draft, texts(portal).Publish, town.Town); err != nil {
		t.Fatal(err)
	}
	if err := texts(portal).Acknowledge.TendAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	inside := sitDown(t, portal, town.Holder("税務町民課 職員"))
	inside.mustSee("住民情報端末の実施手順（例）")
	inside.goTo("/policies/juumin-tanmatsu")
	inside.mustSee("端末の封印に異常がないことを確かめる。")

	outside := sitDown(t, portal, town.Holder("福祉こども課 職員"))
	const document = "/policies/juumin-tanmatsu"
	ways := []string{
		"/", "/policies", "/acknowledgements", "/notices", "/glossary", "/search", "/organization", "/organization/zeimu", "/people", "/permissions", "/account", "/public", "/public/juumin-tanmatsu",
	}
	for _, words := range []string{"住民情報端末", "封印", "施錠", "端", "窓口から画面"} {
		ways = append(ways, "/search?q="+words)
	}
	for _, below := range []string{
		"", "?on=2026-11-24", "?done=published", "/changes", "/comparison", "/comparison.xlsx", "/comparison.docx", "/readers", "/readers.csv", "/readers.xlsx", "/readers/M011",
		"/revisions", "/revisions/1", "/revisions/1/notice", "/revisions/1/minutes", "/clauses/1/1", "/audience", "/abolish", "/draft", "/draft/edit", "/draft/clauses", "/draft/comments",
	} {
		ways = append(ways, document+below)
	}
	ways = append(ways, "/acknowledgements/juumin-tanmatsu/1", "/imports?document=juumin-tanmatsu")
	if len(ways) < 30 {
		t.Fatalf("only %d ways are tried", len(ways))
	}
	for _, way := range ways {
		answer := evaluate[string](outside, fmt.Sprintf(`fetch(%q).then(r => r.text())`, way), chromedp.EvalAwaitPromise)
		// what was typed comes back in the search field, and is no find
		answer = strings.ReplaceAll(answer, strings.TrimPrefix(way, "/search?q="), "")
		for _, trace := range []string{"住民情報端末", "実施手順（例）", "封印", "必ず画面を施錠", "juumin-tanmatsu"} {
			if strings.Contains(answer, trace) {
				t.Errorf("%s tells of it: %s", way, trace)
			}
		}
	}
	outside.goTo(document)
	outside.mustSee("この文書は見つかりません")
	outside.goTo("/policies")
	outside.fill("q", "封印")
	outside.press("文書の中を探す")
	outside.mustSee("がある項目は見つかりません")
}
