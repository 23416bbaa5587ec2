package postgres_test

import (
	"bytes"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Minutes that stood in the decision's row are kept as attachments, byte for byte, and
// go back there.
func TestMinutesBecomeAttachmentsAndGoBack(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	provider, _ := steps(t, db)
	const before = 26
	if _, err := provider.DownTo(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	owner := db.Owner(t)
	file := bytes.Repeat([]byte("the minutes"), 30_000) // in three pieces
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := owner.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`
		WITH p AS (INSERT INTO person (staff_number, name, furigana) VALUES ('1', '見本', 'ミホン') RETURNING id),
		d AS (INSERT INTO document (code, kind, title) VALUES ('kihon', 'basic', '見本') RETURNING id),
		r AS (INSERT INTO revision (document_id, number, state, source, text, text_sha256, outline, drafted_at) SELECT id, 1, 'draft', 'x', 'x', sha256('x'), '[]', now() FROM d RETURNING id)
		INSERT INTO headquarters_decision (revision_id, text_sha256, decided_on, result, chair_id, minutes, file_name, file_type, file, recorded_at)
		SELECT r.id, sha256('x'), '2026-04-01', 'rejected', p.id, v.* FROM p, r,
			(VALUES ('in words', '', '', NULL::bytea, now()), ('', '議事録.pdf', 'application/pdf', @file, now())) v`, pgx.StrictNamedArgs{"file": file})
	kept := func(sql string) {
		t.Helper()
		var (
			words, name, mediaType string
			body                   []byte
		)
		if err := owner.QueryRow(t.Context(), sql).Scan(&words, &name, &mediaType, &body); err != nil {
			t.Fatal(err)
		}
		if words != "in words" || name != "議事録.pdf" || mediaType != "application/pdf" || !bytes.Equal(body, file) {
			t.Errorf("%s, %s, %s, %d bytes", words, name, mediaType, len(body))
		}
	}
	if _, err := provider.UpTo(t.Context(), before+1); err != nil {
		t.Fatal(err)
	}
	kept(`SELECT w.minutes, a.name, a.media_type, (SELECT string_agg(body, '' ORDER BY number) FROM attachment_piece WHERE attachment_id = a.id)
		FROM headquarters_decision w, headquarters_decision h JOIN attachment_shown a ON a.id = h.attachment_id
		JOIN attachment_tie USING (attachment_id) WHERE w.attachment_id IS NULL`)
	if _, err := provider.DownTo(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	kept(`SELECT w.minutes, h.file_name, h.file_type, h.file FROM headquarters_decision w, headquarters_decision h WHERE w.file IS NULL AND h.file IS NOT NULL`)
}
