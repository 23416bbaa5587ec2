package postgres_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
)

// Exceptions from before are found by their clauses, and settled as those from now on: those
// that began, and are over or will be. What is settled goes back to how it ended.
func TestExceptionsOfBeforeAreSettled(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	provider, _ := steps(t, db)
	const step = 86
	if _, err := provider.DownTo(t.Context(), step-1); err != nil {
		t.Fatal(err)
	}
	owner := db.Owner(t)
	exec := func(sql string) {
		t.Helper()
		if _, err := owner.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	exec(`
		WITH p AS (INSERT INTO person (staff_number, name, furigana) VALUES ('1', '見本', 'ミホン'), ('2', '見本', 'ミホン') RETURNING id),
		s AS (INSERT INTO section (code, name, kind, position) VALUES ('zeimu', '税務町民課', 'internal', 1) RETURNING id),
		made AS (
			INSERT INTO exception (code, section_id, asked_by, asked_at, clause, subject, reason, risk, instead, from_on, until_on, done_since, state, decided_by, decided_on, mend_on, ended_on)
			SELECT v.code, s.id, (SELECT min(id) FROM p), '2026-11-01T00:00Z', '基本方針 ７(3)①', 'x', 'x', 'x', 'x', '2026-11-02', '2026-12-31', v.done::date, v.state,
			       CASE WHEN v.state NOT IN ('asked', 'withdrawn') THEN (SELECT max(id) FROM p) END, CASE WHEN v.state NOT IN ('asked', 'withdrawn') THEN '2026-11-01'::date END, v.mend::date, v.ended::date
			FROM s, (VALUES ('8-0001', NULL, 'asked', NULL, NULL), ('8-0002', NULL, 'permitted', NULL, NULL), ('8-0003', NULL, 'ended', NULL, '2026-11-10'), ('8-0004', NULL, 'ended', NULL, '2026-11-01'),
			                ('8-0005', NULL, 'refused', NULL, NULL), ('8-0006', '2026-11-02', 'refused', '2026-11-20', NULL), ('8-0007', NULL, 'withdrawn', NULL, NULL), ('8-0008', '2026-11-02', 'withdrawn', NULL, NULL)) v (code, done, state, mend, ended)
			RETURNING id, asked_by)
		INSERT INTO exception_step (exception_id, version, at, by, event) SELECT id, 1, '2026-11-01T00:00Z', asked_by, 'ask' FROM made`)
	if _, err := provider.UpTo(t.Context(), step); err != nil {
		t.Fatal(err)
	}
	type kept struct{ Code, State, By, Key string }
	want := map[string]kept{
		"8-0001": {"8-0001", "asked", "", "基本方針7(3)1"}, "8-0002": {"8-0002", "permitted", "2027-01-14", "基本方針7(3)1"}, "8-0003": {"8-0003", "ended", "2026-11-24", "基本方針7(3)1"},
		"8-0004": {"8-0004", "ended", "", "基本方針7(3)1"}, "8-0005": {"8-0005", "refused", "", "基本方針7(3)1"}, "8-0006": {"8-0006", "refused", "2026-11-20", "基本方針7(3)1"},
		"8-0007": {"8-0007", "withdrawn", "", "基本方針7(3)1"}, "8-0008": {"8-0008", "withdrawn", "2026-11-15", "基本方針7(3)1"},
	}
	rows, err := owner.Query(t.Context(), `
		SELECT e.code, e.state, coalesce(e.settle_by::text, '') AS by, c.key FROM exception e JOIN exception_clause c ON c.exception_id = e.id WHERE c.place = 1 AND NOT c.unfound`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowToStructByName[kept])
	if err != nil || len(got) != len(want) {
		t.Errorf("%d of %d, %v", len(got), len(want), err)
	}
	for _, k := range got {
		if k != want[k.Code] {
			t.Errorf("%+v, want %+v", k, want[k.Code])
		}
	}
	exec(`UPDATE exception SET state = 'settled', settled_on = '2026-11-10' WHERE settle_by IS NOT NULL`)
	if _, err := provider.DownTo(t.Context(), step-1); err != nil {
		t.Fatal(err)
	}
	for code, k := range want {
		var state string
		if err := owner.QueryRow(t.Context(), `SELECT state FROM exception WHERE code = $1`, code).Scan(&state); err != nil || state != k.State {
			t.Errorf("%s goes back to %s, %v", code, state, err)
		}
	}
}
