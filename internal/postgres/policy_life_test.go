package postgres_test

import (
	"testing"
	"testing/fstest"

	"kagami/internal/postgres"
	"kagami/migrations"
)

// What was published before decisions and audiences were kept stays published
// and as it was: on a decision that is carried over, for those who read it.
func TestWhatWasPublishedBeforeIsCarriedOver(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	owner := db.Owner(t)
	before := fstest.MapFS{}
	entries, err := migrations.FS.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.Name() >= "0011" {
			continue
		}
		raw, err := migrations.FS.ReadFile(entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		before[entry.Name()] = &fstest.MapFile{Data: raw}
	}
	if _, err := owner.Exec(t.Context(), `DROP SCHEMA public CASCADE; CREATE SCHEMA public`); err != nil {
		t.Fatal(err)
	}
	if err := postgres.Migrate(t.Context(), db.URL, migrations.Schema{SQL: before}); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		`INSERT INTO document (code, kind, title) VALUES ('d', 'standard', 't')`,
		`INSERT INTO revision (document_id, number, state, source, text, text_sha256, outline, drafted_at, effective_on, decided_on, published_at)
			VALUES (1, 1, 'published', '', 't', sha256('t'), '{}', now(), '2026-04-01', '2026-03-17', now()),
			       (1, 2, 'draft', '', 'u', sha256('u'), '{}', now(), NULL, NULL, NULL)`,
	} {
		if _, err := owner.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	if err := postgres.Migrate(t.Context(), db.URL, migrations.All()); err != nil {
		t.Fatal(err)
	}
	var published, audience int
	err = owner.QueryRow(t.Context(), `
		SELECT count(*), (SELECT count(*) FROM document_audience WHERE kind = 'role')
		FROM revision r JOIN headquarters_decision h ON h.id = r.decision_id
		WHERE r.state = 'published' AND r.scale = 'major' AND h.carried_over AND h.decided_on = '2026-03-17'`).Scan(&published, &audience)
	if err != nil || published != 1 || audience != 6 {
		t.Errorf("carried over: %d revisions, for %d roles, %v", published, audience, err)
	}
	if _, err := owner.Exec(t.Context(), `UPDATE revision SET text = 'v' WHERE number = 1`); err == nil {
		t.Error("what is published can be changed now")
	}
}
