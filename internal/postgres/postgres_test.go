package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/postgres/pgtest"
	"kagami/migrations"
)

var server pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &server)) }

func TestThePoolWorksAsTheRoleThatServes(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	var role, zone string
	if err := db.Pool.QueryRow(t.Context(), `SELECT current_user, current_setting('timezone')`).Scan(&role, &zone); err != nil {
		t.Fatal(err)
	}
	if role != postgres.PortalRole || zone != "UTC" {
		t.Errorf("works as %s in %s", role, zone)
	}
}

// The one revision that there is, adopted and published.
const (
	adopted = `INSERT INTO headquarters_decision (revision_id, text_sha256, decided_on, result, chair_id, minutes, recorded_at)
		VALUES (1, sha256('t'), '2026-11-24', 'adopted', 1, 'm', now())`
	published = `UPDATE revision SET state = 'published', scale = 'major', why = 'law', submitted_at = now(), effective_on = '2026-11-24', counts_from = number, asked_from = '2026-11-24',
		decision_id = 1, decided_on = '2026-11-24', published_at = now()`
)

// What is append-only can't be changed by the role that serves (grants), and
// not by mistake by the schema's owner either (triggers).
func TestAppendOnlyTablesRefuseChange(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	owner := db.Owner(t)
	for _, sql := range []string{
		`INSERT INTO person (staff_number, name, furigana) VALUES ('1', '見本', 'ミホン')`,
		`INSERT INTO trail_entry (at, person_id, role, action, subject_kind, subject_id, fields, refs, hash) VALUES (now(), 1, 'staff', 'a', 'k', 1, '{}', '{}', '')`,
		`INSERT INTO trail_confidential VALUES (1, '', '{}')`,
		`INSERT INTO document (code, kind, title) VALUES ('d', 'basic', 't')`,
		`INSERT INTO revision (document_id, number, state, source, text, text_sha256, outline, drafted_at)
			VALUES (1, 1, 'draft', '', 't', sha256('t'), '{}', now())`,
		`INSERT INTO campaign_audience (revision_id, role) VALUES (1, 'ciso')`,
		adopted, published,
		`INSERT INTO decision_attendee VALUES (1, 1)`,
		`INSERT INTO ciso_notice (revision_id, text_sha256, fiscal_year, number, notified_on, addressees, body, touched, answer, issued_at)
			VALUES (1, sha256('t'), 2026, 1, '2026-11-24', 'a', 'b', '{}', '', now())`,
		`INSERT INTO revision_step (revision_id, event, at, note) VALUES (1, 'start', now(), '')`,
		`INSERT INTO draft_comment (revision_id, number, anchor, citation, heading, wording, text, written_by, written_at)
			VALUES (1, 1, '1', '1', '', '', 'c', 1, now())`,
		`INSERT INTO draft_comment_resolution VALUES (1, 1, now())`,
		`INSERT INTO acknowledgement VALUES (1, 1, now(), sha256('t'))`,
		`INSERT INTO campaign_opening VALUES (1, '2026-11-24')`,
		`INSERT INTO acknowledgement_request VALUES (1, 1, '2026-11-24', '2026-12-08')`,
		`INSERT INTO acknowledgement_reminder VALUES (1, 1, -3, '2026-12-05', '2026-11-24', 'person')`,
		`INSERT INTO person (staff_number, name, furigana) VALUES ('2', '見本', 'ミホン')`,
		`INSERT INTO acknowledgement_excuse (revision_id, person_id, reason, excused_by, excused_at, ended_by, ended_at) VALUES (1, 1, 'r', 2, now(), 2, now())`,
		`INSERT INTO account_decision (person_id, what, demanded, made_at) VALUES (1, 'reset_link', false, now())`,
	} {
		if _, err := owner.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	for _, sql := range []string{
		`UPDATE trail_entry SET action = 'b'`, `DELETE FROM trail_entry`, `TRUNCATE trail_entry CASCADE`,
		`UPDATE trail_confidential SET part = ''`, `DELETE FROM trail_confidential`,
		`UPDATE revision SET text = 'u'`, `DELETE FROM revision`, `TRUNCATE revision CASCADE`,
		`UPDATE headquarters_decision SET minutes = 'm'`, `DELETE FROM headquarters_decision`, `TRUNCATE headquarters_decision CASCADE`,
		`UPDATE decision_attendee SET person_id = 1`, `DELETE FROM decision_attendee`, `TRUNCATE decision_attendee`,
		`UPDATE ciso_notice SET body = 'c'`, `DELETE FROM ciso_notice`, `TRUNCATE ciso_notice CASCADE`,
		`UPDATE revision_step SET note = 'n'`, `DELETE FROM revision_step`, `TRUNCATE revision_step`,
		`UPDATE draft_comment SET text = 'd'`, `DELETE FROM draft_comment`, `TRUNCATE draft_comment CASCADE`,
		`UPDATE draft_comment_resolution SET resolved_at = now()`, `DELETE FROM draft_comment_resolution`, `TRUNCATE draft_comment_resolution`,
		`UPDATE acknowledgement SET acknowledged_at = now()`, `DELETE FROM acknowledgement`, `TRUNCATE acknowledgement`,
		`INSERT INTO campaign_audience (revision_id, role) VALUES (1, 'cio')`, `DELETE FROM campaign_audience`, `TRUNCATE campaign_audience`, `UPDATE acknowledgement_excuse SET ended_at = now()`, `DELETE FROM acknowledgement_excuse`, `TRUNCATE acknowledgement_excuse`,
		`UPDATE campaign_opening SET opened_on = now()`, `DELETE FROM campaign_opening`, `TRUNCATE campaign_opening`,
		`UPDATE acknowledgement_request SET due_on = now()`, `DELETE FROM acknowledgement_request`, `TRUNCATE acknowledgement_request CASCADE`,
		`UPDATE acknowledgement_reminder SET days = 99`, `DELETE FROM acknowledgement_reminder`, `TRUNCATE acknowledgement_reminder`,
		`UPDATE account_decision SET made_by = 1`, `DELETE FROM account_decision`, `TRUNCATE account_decision CASCADE`,
	} {
		if _, err := db.Pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("the role that serves may %s", sql)
		}
		if _, err := owner.Exec(t.Context(), sql); err == nil {
			t.Errorf("the schema's owner may %s", sql)
		}
	}
}

// The database itself keeps an acknowledgement to the text that was published.
func TestAnAcknowledgementIsOfAPublishedTextOnly(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	owner := db.Owner(t)
	for _, sql := range []string{
		`INSERT INTO person (staff_number, name, furigana) VALUES ('1', '見本', 'ミホン')`,
		`INSERT INTO document (code, kind, title) VALUES ('d', 'basic', 't')`,
		`INSERT INTO revision (document_id, number, state, source, text, text_sha256, outline, drafted_at)
			VALUES (1, 1, 'draft', '', 't', sha256('t'), '{}', now())`,
	} {
		if _, err := owner.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	acknowledge := func(text string) string {
		_, err := db.Pool.Exec(t.Context(), `INSERT INTO acknowledgement VALUES (1, 1, now(), sha256($1::bytea))`, []byte(text))
		return postgres.Constraint(err)
	}
	if got := acknowledge("t"); got != "acknowledgement_of_published_text" {
		t.Errorf("a draft was acknowledged: %q", got)
	}
	for _, sql := range []string{adopted, published} {
		if _, err := owner.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if got := acknowledge("another text"); got != "acknowledgement_of_published_text" {
		t.Errorf("another text was acknowledged: %q", got)
	}
	if got := acknowledge("t"); got != "" {
		t.Errorf("the published text can't be acknowledged: %q", got)
	}
}

func TestMigrationsRunOnceHoweverManyPortalsStart(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	files := fstest.MapFS{}
	entries, err := migrations.FS.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		raw, err := migrations.FS.ReadFile(entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		files[entry.Name()] = &fstest.MapFile{Data: raw}
	}
	files["9000_next.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\nCREATE TABLE next (id int);\n-- +goose Down\nDROP TABLE next;\n")}
	schema := migrations.Schema{SQL: files, Go: migrations.All().Go}
	if err := postgres.CheckSchema(t.Context(), db.Pool, schema); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("the schema is behind, but: %v", err)
	}
	var wait sync.WaitGroup
	results := make([]error, 3)
	for i := range results {
		wait.Go(func() { results[i] = postgres.Migrate(t.Context(), db.URL, schema) })
	}
	wait.Wait()
	if err := errors.Join(results...); err != nil {
		t.Fatal(err)
	}
	steps, err := postgres.Migrations(t.Context(), db.URL, schema)
	if err != nil || steps[len(steps)-1].AppliedAt.IsZero() {
		t.Errorf("the last step is pending: %v, %v", steps, err)
	}
	if err := postgres.CheckSchema(t.Context(), db.Pool, schema); err != nil {
		t.Error(err)
	}
	// the program of before would answer people with errors
	if err := postgres.CheckSchema(t.Context(), db.Pool, migrations.All()); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("the schema is newer than the program, but: %v", err)
	}
}

// Down is for development; it must leave nothing behind.
func TestEveryMigrationHasItsWayBack(t *testing.T) {
	t.Parallel()
	entries, err := migrations.FS.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		raw, err := migrations.FS.ReadFile(entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(raw), "-- +goose Down\n") {
			t.Errorf("%s has no way back", entry.Name())
		}
	}
}

func TestADatabaseThatDoesNotAnswerIsUnavailable(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"postgres://nobody@127.0.0.1:1/nothing?connect_timeout=1", "nonsense://"} {
		if _, err := postgres.Open(t.Context(), url); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// Several hosts may stand in the URL: the first that answers and takes writes
// is used.
func TestTheFirstHostThatAnswersIsUsed(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	config, err := pgx.ParseConfig(db.URL)
	if err != nil {
		t.Fatal(err)
	}
	url := strings.Replace(db.URL, "host=", "host=/nowhere,", 1)
	pool, err := postgres.Open(context.Background(), url)
	if err != nil {
		t.Fatalf("with a dead host before %s: %v", config.Host, err)
	}
	pool.Close()
}

// What says that the database does not do its work now is told from a mistake of the
// program, for which nobody needs to wait.
func TestWhatADatabaseSaysThatDoesNotDoItsWorkNow(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"08006", "25006", "25P03", "53100", "53300", "57014", "57P01", "57P02", "57P03", "58030"} {
		if err := fmt.Errorf("writing: %w", &pgconn.PgError{Code: code}); !postgres.IsUnavailable(err) {
			t.Errorf("%s: the database is to blame", code)
		}
	}
	for _, code := range []string{"22021", "23505", "25P02", "40001", "42P01", "42501", ""} {
		if err := fmt.Errorf("writing: %w", &pgconn.PgError{Code: code}); postgres.IsUnavailable(err) {
			t.Errorf("%q: the program is to blame", code)
		}
	}
	for _, err := range []error{io.ErrUnexpectedEOF, net.ErrClosed, context.DeadlineExceeded} {
		if !postgres.IsUnavailable(fmt.Errorf("reading: %w", err)) {
			t.Errorf("%v: the database is to blame", err)
		}
	}
	if postgres.IsUnavailable(io.EOF) || postgres.IsUnavailable(errors.New("a bug")) {
		t.Error("something else is to blame")
	}
}

// A text that no database keeps is known as one in itself and within JSON.
func TestATextThatNoDatabaseKeeps(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	for _, sql := range []string{`SELECT $1::text`, `SELECT jsonb_build_object('text', $1::text)`} {
		if _, err := db.Pool.Exec(t.Context(), sql, "a\x00"); !postgres.IsBadText(err) {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if _, err := db.Pool.Exec(t.Context(), `SELECT $1::jsonb`, map[string]string{"text": "a\x00"}); !postgres.IsBadText(err) {
		t.Errorf("within JSON: %v", err)
	}
}

// Readiness says of each what is to be done.
func TestReadinessSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	owner := db.Owner(t)
	if err := postgres.Ready(t.Context(), db.Pool); err != nil {
		t.Fatalf("a database as it is to be: %v", err)
	}
	for _, c := range []struct {
		spoil, mend, words string
		other              bool
	}{
		{`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`, `DELETE FROM goose_db_version WHERE version_id = 9999`, "このプログラムより新しい", true},
		{`UPDATE goose_db_version SET is_applied = false WHERE version_id = 1`, `UPDATE goose_db_version SET is_applied = true WHERE version_id = 1`, "kagami migrate up", true},
		{`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$`, `SELECT`, "読み取り専用", false},
	} {
		if _, err := owner.Exec(t.Context(), c.spoil); err != nil {
			t.Fatal(err)
		}
		db.Pool.Reset()
		err := postgres.Ready(t.Context(), db.Pool)
		if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), c.words) || errors.Is(err, postgres.ErrOtherSchema) != c.other {
			t.Errorf("%s: %v", c.spoil, err)
		}
		if _, err := owner.Exec(t.Context(), c.mend); err != nil {
			t.Fatal(err)
		}
	}
	db.Pool.Close()
	if err := postgres.Ready(t.Context(), db.Pool); fault.KindOf(err) != fault.Unavailable || errors.Is(err, postgres.ErrOtherSchema) {
		t.Errorf("a database that is out of reach: %v", err)
	}
}

// What runs with the rights of the owner finds no table of the caller's before the schema's own.
func TestFunctionsOfTheOwnerSearchTemporaryTablesLast(t *testing.T) {
	t.Parallel()
	rows, err := server.New(t).Owner(t).Query(t.Context(), `
		SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace AND coalesce(proconfig, '{}') <> ARRAY['search_path=public, pg_temp'] ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	loose, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(loose) > 0 {
		t.Errorf("they may be shadowed: %v, %v", loose, err)
	}
}

// Each start sees to it: a copied or restored database has lost it.
func TestThePortalMakesNoTemporaryTable(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	if err := postgres.Migrate(t.Context(), db.URL, migrations.All()); err != nil {
		t.Fatal(err)
	}
	_, err := db.Pool.Exec(t.Context(), `CREATE TEMPORARY TABLE person ()`)
	if refused, ok := errors.AsType[*pgconn.PgError](err); !ok || refused.Code != "42501" {
		t.Errorf("made: %v", err)
	}
}
