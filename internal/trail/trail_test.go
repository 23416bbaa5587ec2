package trail_test

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/postgres"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/trail"
)

var server pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &server)) }

// at has more digits than PostgreSQL keeps, and is not in UTC.
var at = time.Date(2026, 11, 24, 9, 30, 0, 123_456_789, time.FixedZone("Tokyo", 9*60*60))

// book is a trail of people 1 and 2.
type book struct {
	t     *testing.T
	db    pgtest.DB
	owner *pgx.Conn // of the schema
}

func newBook(t *testing.T) book {
	t.Helper()
	db := server.New(t)
	b := book{t, db, db.Owner(t)}
	b.exec(`INSERT INTO person (staff_number, name, furigana) VALUES ('1', '見本 一', 'ミホン'), ('2', '見本 二', 'ミホン')`)
	return b
}

func (b book) exec(sql string) {
	b.t.Helper()
	if _, err := b.db.Pool.Exec(b.t.Context(), sql); err != nil {
		b.t.Fatal(err)
	}
}

// behind changes what the portal can't, with the guards off.
func (b book) behind(sql string) {
	b.t.Helper()
	for _, statement := range []string{
		`ALTER TABLE trail_entry DISABLE TRIGGER USER`, `ALTER TABLE trail_confidential DISABLE TRIGGER USER`, sql,
		`ALTER TABLE trail_entry ENABLE TRIGGER USER`, `ALTER TABLE trail_confidential ENABLE TRIGGER USER`,
	} {
		if _, err := b.owner.Exec(b.t.Context(), statement); err != nil {
			b.t.Fatalf("%s: %v", statement, err)
		}
	}
}

func (b book) in(fn func(tx pgx.Tx) error) {
	b.t.Helper()
	if err := postgres.InTx(b.t.Context(), b.db.Pool, fn); err != nil {
		b.t.Fatal(err)
	}
}

func (b book) append(entries ...trail.Entry) {
	b.t.Helper()
	b.in(func(tx pgx.Tx) error {
		for _, e := range entries {
			if err := trail.Append(b.t.Context(), tx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// proves wants the whole trail to prove itself.
func (b book) proves(entries int) {
	b.t.Helper()
	if n, err := trail.Verify(b.t.Context(), b.db.Pool); n != entries || err != nil {
		b.t.Errorf("%d entries prove themselves, want %d: %v", n, entries, err)
	}
}

// open is an entry without a confidential part.
func open() trail.Entry {
	return trail.Entry{
		At: at, Person: 1, Role: authz.SecurityManager, Capacity: authz.Acting, Action: authz.ExcuseAcknowledgement,
		Subject: trail.Subject{Kind: "acknowledgement_excuse", ID: 7},
		Fields:  []string{"reason", "ended_at"}, Refs: map[string]int64{"person": 2, "document": 3},
	}
}

// secret is an entry with one.
func secret() trail.Entry {
	e := open()
	e.Confidential = map[string]any{"reason": "育児休業", "name": "見本 二"}
	return e
}

func TestEachWayOfWritingProvesItself(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	operator := trail.Entry{At: at, Role: authz.Operator, Action: authz.ChangeOrganization, Subject: trail.Subject{Kind: "section", ID: 1}}
	entries := []trail.Entry{open(), operator}
	b.append(append(entries, secret())...)
	b.in(func(tx pgx.Tx) error { return trail.AppendMany(t.Context(), tx, slices.Values(entries)) })
	var batch pgx.Batch
	for _, e := range append(entries, secret()) {
		if err := trail.Queue(&batch, e, trail.Condition{SQL: "@yes", Args: pgx.StrictNamedArgs{"yes": true}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.db.Pool.SendBatch(t.Context(), &batch).Close(); err != nil {
		t.Fatal(err)
	}
	b.proves(8)

	// the same entry is the same row, however it was written
	var ways, operators, parts int
	err := b.db.Pool.QueryRow(t.Context(), `
		SELECT (SELECT count(DISTINCT (at, person_id, role, action, subject_kind, subject_id, fields, refs, capacity, hash))
		        FROM trail_entry WHERE confidential_hash IS NULL),
		       (SELECT count(*) FROM trail_entry WHERE person_id IS NULL AND fields = '{}' AND refs = '{}' AND capacity = ''),
		       (SELECT count(*) FROM trail_confidential)`).Scan(&ways, &operators, &parts)
	if err != nil || ways != len(entries) || operators != 3 || parts != 2 {
		t.Errorf("%d different rows, %d of the operator, %d confidential parts: %v", ways, operators, parts, err)
	}
}

func TestAnEntryGoesWithItsChange(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	undone := errors.New("undone")
	err := postgres.InTx(t.Context(), b.db.Pool, func(tx pgx.Tx) error {
		return errors.Join(trail.Append(t.Context(), tx, secret()), trail.AppendMany(t.Context(), tx, slices.Values([]trail.Entry{open()})), undone)
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	b.proves(0)
}

func TestOfManyNoneIsConfidential(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	err := postgres.InTx(t.Context(), b.db.Pool, func(tx pgx.Tx) error {
		return trail.AppendMany(t.Context(), tx, slices.Values([]trail.Entry{open(), secret()}))
	})
	if err == nil || strings.Contains(err.Error(), "育児休業") {
		t.Errorf("got %v", err)
	}
	b.proves(0)
}

// Whatever of an entry is altered is found, and the entry named.
func TestWhatIsAlteredIsFound(t *testing.T) {
	t.Parallel()
	alterations := map[string]string{
		"when":          `at = at + interval '1 microsecond'`,
		"who":           `person_id = 2`,
		"nobody":        `person_id = NULL`,
		"the role":      `role = 'ciso'`,
		"the capacity":  `capacity = ''`,
		"the action":    `action = 'policy.acknowledge'`,
		"what kind":     `subject_kind = 'account'`,
		"which":         `subject_id = 8`,
		"a field":       `fields = '{reason}'`,
		"their order":   `fields = '{ended_at,reason}'`,
		"a reference":   `refs = '{"person": 1, "document": 3}'`,
		"one fewer":     `refs = '{"person": 2}'`,
		"bad reference": `refs = '[]'`,
		"the hash":      `hash = sha256('another')`,
		"no part":       `confidential_hash = NULL`,
		"another part":  `confidential_hash = sha256('another')`,
	}
	b := newBook(t)
	b.append(secret(), secret(), secret())
	for _, what := range slices.Sorted(maps.Keys(alterations)) {
		b.behind(`CREATE TABLE was AS SELECT * FROM trail_entry WHERE id = 2`)
		b.behind(`UPDATE trail_entry SET ` + alterations[what] + ` WHERE id = 2`)
		n, err := trail.Verify(t.Context(), b.db.Pool)
		if altered, ok := errors.AsType[*trail.Altered](err); !ok || altered.ID != 2 || n != 1 {
			t.Errorf("%s: %d entries before %v", what, n, err)
		}
		b.behind(`UPDATE trail_entry e SET at = w.at, person_id = w.person_id, role = w.role, capacity = w.capacity, action = w.action,
			subject_kind = w.subject_kind, subject_id = w.subject_id, fields = w.fields, refs = w.refs, hash = w.hash, confidential_hash = w.confidential_hash
			FROM was w WHERE e.id = w.id`)
		b.behind(`DROP TABLE was`)
	}
	b.proves(3)
}

// The confidential part is bound to its entry; once it is removed, by a rule to
// come, the entry still proves itself, and nobody can guess the part from it.
func TestTheConfidentialPartIsBoundToItsEntry(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		change string
		bad    int64 // the first entry that does not prove itself; 0 for none
	}{
		"a word":          {`UPDATE trail_confidential SET part = replace(part, '育児', '病気') WHERE entry_id = 2`, 2},
		"a blank":         {`UPDATE trail_confidential SET part = part || ' ' WHERE entry_id = 2`, 2},
		"the salt":        {`UPDATE trail_confidential SET salt = sha256(salt) WHERE entry_id = 2`, 2},
		"another's":       {`UPDATE trail_confidential c SET salt = o.salt, part = o.part FROM trail_confidential o WHERE c.entry_id = 1 AND o.entry_id = 3`, 1},
		"removed":         {`DELETE FROM trail_confidential WHERE entry_id = 2`, 0},
		"all are removed": {`DELETE FROM trail_confidential`, 0},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			b := newBook(t)
			b.append(secret(), secret(), secret())
			b.behind(c.change)
			n, err := trail.Verify(t.Context(), b.db.Pool)
			altered, ok := errors.AsType[*trail.Altered](err)
			if c.bad == 0 && (err != nil || n != 3) || c.bad != 0 && (!ok || altered.ID != c.bad) {
				t.Errorf("%d entries, then %v", n, err)
			}
		})
	}
	b := newBook(t)
	b.append(secret(), secret())
	var different int
	err := b.db.Pool.QueryRow(t.Context(), `SELECT count(DISTINCT confidential_hash) FROM trail_entry`).Scan(&different)
	if err != nil || different != 2 {
		t.Errorf("the same values twice have %d hashes: %v", different, err)
	}
}

// The trail is only ever added to: the portal has no right to more, and the
// schema's owner is refused too. That is what keeps an entry there: each proves
// only itself, and what a superuser has removed all the same is not missed.
func TestNothingIsChangedOrRemoved(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.append(secret())
	for _, statement := range []string{
		`UPDATE trail_entry SET role = 'ciso'`, `DELETE FROM trail_entry`, `TRUNCATE trail_entry CASCADE`,
		`UPDATE trail_confidential SET part = ''`, `DELETE FROM trail_confidential`, `TRUNCATE trail_confidential`,
	} {
		if _, err := b.db.Pool.Exec(t.Context(), statement); err == nil {
			t.Errorf("the portal may %s", statement)
		}
		if _, err := b.owner.Exec(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "is refused") {
			t.Errorf("the owner, %s: %v", statement, err)
		}
	}
	b.proves(1)
}
