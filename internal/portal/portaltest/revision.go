package portaltest

import (
	"encoding/json"
	"strings"
	"testing"

	"kagami/internal/policy/outline"
)

// Revise publishes a document's next revision, straight into the table: its last
// text with the old and new words exchanged, as strings.NewReplacer takes them.
func (p *Portal) Revise(t *testing.T, code string, words ...string) {
	t.Helper()
	var last string
	err := p.DB.Pool.QueryRow(t.Context(), `
		SELECT r.text FROM revision r JOIN document d ON d.id = r.document_id WHERE d.code = $1 ORDER BY r.number DESC LIMIT 1`, code).Scan(&last)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(words...).Replace(last)
	if text == last {
		t.Fatal("the words to exchange are not in the text")
	}
	o := outline.Read(text, nil)
	raw, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	written := outline.Write(o)
	_, err = p.DB.Pool.Exec(t.Context(), `
		INSERT INTO revision (document_id, number, state, source, text, text_sha256, outline, drafted_at, effective_on, decided_on, published_at)
		SELECT r.document_id, r.number + 1, 'published', $2, $2, sha256(convert_to($2, 'UTF8')), $3, r.drafted_at, r.effective_on, r.decided_on, r.published_at
		FROM revision r JOIN document d ON d.id = r.document_id WHERE d.code = $1 ORDER BY r.number DESC LIMIT 1`, code, written, raw)
	if err != nil {
		t.Fatal(err)
	}
}
