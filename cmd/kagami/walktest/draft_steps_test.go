package walktest

import (
	"encoding/hex"
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/outline"
	"kagami/internal/policy/policytest"
	"kagami/internal/sample"
	"kagami/web/server/servertest"
)

// pending drafts a document, ready to be published, and returns the form that
// publishes it.
func pending(t *testing.T, portal *servertest.Portal, code string) url.Values {
	t.Helper()
	source, err := outline.Decode(sample.Policy)
	if err != nil {
		t.Fatal(err)
	}
	officer := portal.Actor(t, town.Holder("総務課 担当副課長"))
	if _, err := texts(portal).Draft.DraftText(t.Context(), officer, draft.Text{
		Code: code, Kind: policy.Basic, Title: "見本の文書", Source: source, Answers: outline.Answers{175: outline.AsFigure},
	}); err != nil {
		t.Fatal(err)
	}
	draft, err := policytest.Adopt(t.Context(), texts(portal), officer, code, town.Holder("副町長").StaffNumber, calendar.Day(servertest.Morning))
	if err != nil {
		t.Fatal(err)
	}
	return url.Values{
		"act": {"publish"}, "effective_on": {"2026-12-01"}, "anew": {"anew"}, "asked": {"all"}, "due_on": {"2026-12-15"},
		"sha256": {hex.EncodeToString(draft.SHA256)}, "twice": {"<一>", `"二"`},
	}
}

func TestASensitiveActAsksAgainAfterFifteenMinutes(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	ciso := town.Holder("副町長")
	form := pending(t, portal, "mihon")
	v := servertest.SignIn(t, portal, ciso)
	published := func() (n int) {
		if err := portal.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM revision r JOIN document d ON d.id = r.document_id WHERE d.code = 'mihon' AND state = 'published'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	portal.Clock.Advance(14*time.Minute + 59*time.Second)
	check := maps.Clone(form)
	check.Set("act", "check")
	if a := v.Post("/policies/mihon/draft/publish", check); a.Status != 200 || !strings.Contains(a.Body, "公開すると、取り消せません") {
		t.Errorf("after 14:59: %d %s", a.Status, a.Body)
	}

	portal.Clock.Advance(2 * time.Second)
	a := v.Post("/policies/mihon/draft/publish", form)
	if a.Status != 403 || !strings.Contains(a.Body, "もう一度、本人であることを確かめます") || published() != 0 {
		t.Fatalf("after 15:01: %d %s", a.Status, a.Body)
	}
	again := servertest.Hidden(a.Body)
	if again.Encode() != form.Encode() {
		t.Errorf("handed back %v of %v", again, form)
	}
	for password, words := range map[string]string{"": "パスワードを入力してください", "a wrong password": "パスワードが違います"} {
		again.Set("proof_password", password)
		a = v.Post("/policies/mihon/draft/publish", again)
		if a.Status != 422 || !strings.Contains(a.Body, words) || published() != 0 {
			t.Errorf("%q: %d %s", password, a.Status, a.Body)
		}
		if refused := servertest.Hidden(a.Body); refused.Encode() != form.Encode() {
			t.Errorf("handed back %v of %v", refused, form)
		}
	}
	again.Set("proof_password", ciso.Password)
	if a = v.Post("/policies/mihon/draft/publish", again); a.Status != 200 || !strings.Contains(a.Body, "公開しました") || published() != 1 {
		t.Errorf("with the password: %d %s", a.Status, a.Body)
	}
	if a = v.Post("/policies/mihon/draft/publish", again); a.Status == 200 || published() != 1 {
		t.Errorf("sent again: %d, published %d", a.Status, published())
	}

	// now for as long again
	portal.Clock.Advance(14 * time.Minute)
	if a = v.Post("/account/second-factor", url.Values{"act": {"app"}}); a.Status != 200 {
		t.Errorf("14 minutes after the proof: %d", a.Status)
	}
}
