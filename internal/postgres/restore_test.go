package postgres_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// oneAsset is a section with an asset: what the index of marks is made of.
const oneAsset = `
	WITH s AS (INSERT INTO section (code, name, kind, position) VALUES ('zeimu', '税務課', 'internal', 1) RETURNING id)
	INSERT INTO asset (code, section_id, kind, name, confidentiality, integrity, availability, ranks, personal, zone, registered_on, state)
	SELECT 'zeimu-0001', id, 'information', '課税台帳', '3B', '2', '1', '{40,20,10}', 'personal', 'lgwan', '2026-11-24', 'registered' FROM s`

// What a database does by itself it does with no schemas to look in but its own: autovacuum,
// and a dump that is restored. What an index or a generated column calls must be found then.
func TestTablesAreCountedWithNoSchemasToLookIn(t *testing.T) {
	t.Parallel()
	owner := server.New(t).Owner(t)
	if _, err := owner.Exec(t.Context(), oneAsset); err != nil {
		t.Fatal(err)
	}
	if _, err := owner.Exec(t.Context(), `SET search_path = ''; ANALYZE`); err != nil {
		t.Error(err)
	}
}

// A backup as docs/operation.md takes it comes back whole.
func TestADumpIsRestoredWhole(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	owner := db.Owner(t)
	if _, err := owner.Exec(t.Context(), oneAsset); err != nil {
		t.Fatal(err)
	}
	restored := server.Empty(t)
	dump := filepath.Join(t.TempDir(), "kagami.dump")
	run(t, "pg_dump", "--format=custom", "--file="+dump, "--dbname="+db.URL)
	run(t, "pg_restore", "--exit-on-error", "--dbname="+restored, dump)
	other, err := pgx.Connect(t.Context(), restored)
	if err != nil {
		t.Fatal(err)
	}
	for what, query := range map[string]string{
		"indexes":  `SELECT count(*)::text FROM pg_indexes WHERE schemaname = 'public'`,
		"triggers": `SELECT count(*)::text FROM pg_trigger WHERE NOT tgisinternal`,
		"keys":     `SELECT count(*)::text FROM pg_constraint WHERE contype = 'f'`,
		"assets":   `SELECT string_agg(search, ',') FROM asset`,
	} {
		was, is := one(t, owner, query), one(t, other, query)
		if was != is || was == "0" {
			t.Errorf("%s: %s, restored %s", what, was, is)
		}
	}
	if err := other.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func one(t *testing.T, conn *pgx.Conn, query string) (text string) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), query).Scan(&text); err != nil {
		t.Fatal(err)
	}
	return text
}

// run runs one of PostgreSQL's programs, wherever Debian puts them.
func run(t *testing.T, program string, args ...string) {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + program)
		if len(found) == 0 {
			t.Fatalf("there is no %s", program)
		}
		path = found[len(found)-1]
	}
	if out, err := exec.CommandContext(t.Context(), path, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", program, err, strings.TrimSpace(fmt.Sprintf("%.2000s", out)))
	}
}
