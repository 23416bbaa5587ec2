package reading_test

import (
	"strings"
	"testing"

	"kagami/internal/sample/policies"
	"kagami/web/server/servertest"
)

// The demonstration brings a 対策基準 for everyone and a 実施手順 for one section, both
// marked 例.
func TestTheDemonstrationBringsExamplesOfEveryKind(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	if err := policies.Examples(t.Context(), texts(portal).Draft, texts(portal).Publish, town.Town); err != nil {
		t.Fatal(err)
	}
	for post, sees := range map[string]bool{"税務町民課 職員": true, "福祉こども課 職員": false, "副町長": true} {
		body := servertest.SignIn(t, portal, town.Holder(post)).Get("/policies").Body
		if !strings.Contains(body, "情報セキュリティ対策基準（例）") || strings.Contains(body, "住民情報端末の実施手順（例）") != sees {
			t.Errorf("the list of %s: %s", post, body)
		}
	}
}
