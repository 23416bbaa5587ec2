package postgres_test

import "testing"

// How far a section was set to reach before that was kept for its page is taken over
// from the trail.
func TestHowFarSectionsReachedIsTakenOverFromTheTrail(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	provider, _ := steps(t, db)
	if _, err := provider.DownTo(t.Context(), 36); err != nil {
		t.Fatal(err)
	}
	owner := db.Owner(t)
	_, err := owner.Exec(t.Context(), `
		WITH s AS (INSERT INTO section (code, name, kind, position) VALUES ('zeimu', '税務課', 'internal', 1) RETURNING id),
		e AS (
			INSERT INTO trail_entry (at, role, action, subject_kind, subject_id, fields, refs, hash)
			SELECT '2026-11-01'::timestamptz + n * '1 day'::interval, 'operator', 'setting.change', 'section', s.id, f.fields, '[]', '\x00'
			FROM s, (VALUES (1, '{reads_inside}'::text[]), (2, '{name}'), (3, '{reads_inside}')) f(n, fields) RETURNING id, at, fields)
		INSERT INTO trail_confidential (entry_id, salt, part)
		SELECT id, '\x00', CASE WHEN fields = '{name}' THEN '{"name": "税務課"}'
			ELSE format('{"reads": true, "told": %s, "decides": false}', (at < '2026-11-03')::text) END FROM e`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), 37); err != nil {
		t.Fatal(err)
	}
	var kept string
	err = owner.QueryRow(t.Context(), `
		SELECT string_agg(concat_ws(' ', set_at::date, reads, told, decides, set_by), ', ' ORDER BY id) FROM section_reach_change`).Scan(&kept)
	if want := "2026-11-02 t t f, 2026-11-04 t f f"; err != nil || kept != want {
		t.Errorf("%s, want %s; %v", kept, want, err)
	}
}
