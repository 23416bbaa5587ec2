package reading_test

import (
	"strings"
	"testing"

	"kagami/web/server/servertest"
)

// Whoever acknowledged an earlier revision is led to what has changed since; who
// did not, to the whole.
func TestOnlyWhatHasChangedIsReadAgain(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	before, never := servertest.SignIn(t, portal, town.Accounts[10]), servertest.SignIn(t, portal, town.Accounts[12])
	revise(t, portal, "kihon", "体制を確立する", "体制を確立し、維持する")
	a := before.Get("/policies/kihon/changes")
	for _, words := range []string{"<ins>し、維持</ins>", "（略）", "読んで理解し、遵守します", "全文（第2版）", "職員等の遵守義務"} {
		if !strings.Contains(a.Body, words) {
			t.Errorf("without %s: %d", words, a.Status)
		}
	}
	if a := never.Get("/policies/kihon/changes"); strings.Contains(a.Body, "改正前") || !strings.Contains(a.Body, "情報セキュリティ基本方針</h1>") {
		t.Errorf("who never acknowledged it: %d %s", a.Status, a.Body)
	}
	if a := before.Post("/policies/kihon", servertest.Hidden(a.Body)); !strings.Contains(a.Body, "確認を記録しました") {
		t.Errorf("acknowledging: %d", a.Status)
	}
}
