package imports_test

import (
	"net/url"
	"strings"
	"testing"

	"kagami/internal/address"
	"kagami/web/server/servertest"
)

// A Word document goes the way of any text, through the reader's questions.
func TestAWordDocumentIsTakenInSettledAndDrafted(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer := servertest.SignIn(t, portal, town.Holder("総務課 担当副課長"))
	file := servertest.WordDocument(t, "見本の対策基準", "第1条　職員は、机の上を片付ける。", "図1 体制", "課長", "職員", "第2条　鍵をかける。")
	a := officer.Upload(address.Imports, map[string]string{"kind": "standard", "audience": "all", "code": "mihon"}, file)
	if a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	var token string
	if err := portal.DB.Pool.QueryRow(t.Context(), `SELECT token FROM text_import WHERE source LIKE '見本の対策基準%'`).Scan(&token); err != nil {
		t.Fatal(err)
	}
	page := officer.Get("/imports/" + token).Body
	if !strings.Contains(page, "3行目から5行目") || !strings.Contains(page, "職員は、机の上を片付ける。") {
		t.Errorf("the reader's question is not asked: %s", page)
	}
	if a := officer.Post("/imports/"+token, url.Values{"answer-3": {"figure"}, "act": {"draft"}}); a.Status >= 400 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if draft := officer.Get("/policies/mihon/draft"); draft.Status != 200 || !strings.Contains(draft.Body, "鍵をかける。") {
		t.Errorf("%d %s", draft.Status, draft.Body)
	}
	// The file is not stored, but the trail says which one it was.
	var name, hash string
	if err := portal.DB.Pool.QueryRow(t.Context(), `
		SELECT c.part::jsonb->>'file', c.part::jsonb->>'sha256' FROM trail_entry e JOIN trail_confidential c ON c.entry_id = e.id
		WHERE e.subject_kind = 'text_import'`).Scan(&name, &hash); err != nil || name != "text.txt" || len(hash) != 64 {
		t.Errorf("the trail has the file %q, %q, %v", name, hash, err)
	}
}
