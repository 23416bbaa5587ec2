package postgres_test

import "testing"

// What was asked and reminded before people could be asked again goes along, and
// of several requests the newest goes back.
func TestRequestsGoAlongWhenPeopleCanBeAskedAgain(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	provider, owner := steps(t, db)
	exec := func(statements ...string) {
		t.Helper()
		for _, sql := range statements {
			if _, err := owner.ExecContext(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
		}
	}
	reminded := func(want string) {
		t.Helper()
		var got string
		err := owner.QueryRowContext(t.Context(), `
			SELECT string_agg(q.asked_on || ' ' || coalesce(m.days::text, 'none'), ', ' ORDER BY q.asked_on)
			FROM acknowledgement_request q LEFT JOIN acknowledgement_reminder m USING (revision_id, person_id)`).Scan(&got)
		if err != nil || got != want {
			t.Errorf("there are %s, want %s: %v", got, want, err)
		}
	}
	const before = 16
	if _, err := provider.DownTo(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	exec(`INSERT INTO person (staff_number, name, furigana) VALUES ('1', '見本', 'ミホン')`,
		`INSERT INTO document (code, kind, title) VALUES ('a', 'basic', 'a')`,
		`INSERT INTO revision (document_id, number, state, source, text, text_sha256, outline, drafted_at) VALUES (1, 1, 'draft', '', 't', sha256('t'), '{}', now())`,
		`INSERT INTO acknowledgement_request VALUES (1, 1, '2026-11-24', '2026-12-08')`,
		`INSERT INTO acknowledgement_reminder VALUES (1, 1, -3, '2026-12-05')`)
	if _, err := provider.UpTo(t.Context(), before+1); err != nil {
		t.Fatal(err)
	}
	reminded("2026-11-24 -3")
	exec(`INSERT INTO acknowledgement_request VALUES (1, 1, '2027-04-01', '2027-04-15')`)
	if _, err := provider.DownTo(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	reminded("2027-04-01 none")
}
