package intake_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/sheet"
	"kagami/internal/sheet/intake"
)

var server pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &server)) }

// settle answers the questions of a file with these headings, and remembers it.
func settle(t *testing.T, db pgtest.DB, headings string, choices map[string]string) {
	t.Helper()
	_, r, _ := read(t, headings, nil)
	list, err := people.Settle(r.Headings, func(field string) string {
		for _, h := range r.Headings {
			if choice, ok := choices[h.Text]; ok && h.Field() == field {
				return choice
			}
		}
		return intake.NotRead
	})
	if err == nil {
		err = postgres.InTx(t.Context(), db.Pool, func(tx pgx.Tx) error { return people.Remember(t.Context(), tx, list) })
	}
	if err != nil {
		t.Fatal(err)
	}
}

func recall(t *testing.T, db pgtest.DB, kind string) intake.Answers {
	t.Helper()
	answers, err := intake.Recall(t.Context(), db.Pool, kind)
	if err != nil {
		t.Fatal(err)
	}
	return answers
}

// What somebody has settled of a heading is read so in the next file that is headed
// alike, among other headings too; what its words say already is not stored, and what
// is settled otherwise later is.
func TestWhatIsSettledIsRemembered(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	settle(t, db, "番号,氏名,部署,職,半角フリガナ", map[string]string{"番号": "number", "氏名": "name", "部署": "section", "職": "title"})
	want := intake.Answers{"番号": "number", "部署": "section", "半角フリガナ": ""}
	if got := recall(t, db, "people"); !maps.Equal(got, want) {
		t.Errorf("remembered %v, want %v", got, want)
	}
	if got := recall(t, db, "assets"); len(got) > 0 {
		t.Errorf("another kind of tables remembers %v", got)
	}
	for headings, want := range map[string]string{
		"部　署,職名,番号,職員氏名":    "section title number name",
		"番号,氏名,部署,職,半角フリガナ": "number name section title ",
	} {
		if got, r, err := read(t, headings, recall(t, db, "people")); got != want || err != nil || len(r.Learned()) < 2 {
			t.Errorf("%s: read as %q, learned %+v, %v", headings, got, r.Learned(), err)
		}
	}
	// a word of its own beside what was remembered: one of them it is
	if got, _, err := read(t, "職員番号,番号,氏名,課室,職", recall(t, db, "people")); got != "?number ?number name section title" || err == nil {
		t.Errorf("read as %q, %v", got, err)
	}
	settle(t, db, "職員番号,番号,氏名,部署,職", map[string]string{"職員番号": "number", "氏名": "name", "部署": "code", "職": "title"})
	want = intake.Answers{"部署": "code", "半角フリガナ": ""}
	if got := recall(t, db, "people"); !maps.Equal(got, want) {
		t.Errorf("remembered %v, want %v", got, want)
	}
}

// A person has one file read at a time, on whichever portal; others are not kept
// waiting, and a portal that broke off leaves nobody without a turn.
func TestAPersonHasOneFileReadAtATime(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	var one, other int64
	for i, id := range []*int64{&one, &other} {
		err := db.Pool.QueryRow(t.Context(), `INSERT INTO person (staff_number, name, furigana) VALUES ($1, '見本', 'ミホン') RETURNING id`, string(rune('1'+i))).Scan(id)
		if err != nil {
			t.Fatal(err)
		}
	}
	begin := func(person int64) (func(), error) { return intake.Turn(t.Context(), db.Pool, person) }
	ctx, leave := context.WithCancel(t.Context())
	done, err := intake.Turn(ctx, db.Pool, one)
	if err != nil {
		t.Fatal(err)
	}
	_, err = begin(one)
	if e, ok := errors.AsType[*fault.Error](err); !ok || e.Kind != fault.Conflict || e.Message == "" {
		t.Errorf("a second: %v", err)
	}
	if _, err := begin(other); err != nil {
		t.Errorf("another person: %v", err)
	}
	var lasts bool // as long as the work in it may
	if err := db.Pool.QueryRow(t.Context(), `SELECT until > clock_timestamp() + @work FROM table_turn WHERE person_id = @person`,
		pgx.StrictNamedArgs{"person": one, "work": sheet.Deadline + intake.PlanDeadline}).Scan(&lasts); err != nil || !lasts {
		t.Errorf("a turn is over before its work: %v", err)
	}
	leave() // the browser has gone
	done()
	late, err := begin(one)
	if err != nil {
		t.Fatalf("after the first: %v", err)
	}
	if _, err := db.Owner(t).Exec(t.Context(), `UPDATE table_turn SET until = now()`); err != nil {
		t.Fatal(err)
	}
	if _, err := begin(one); err != nil {
		t.Errorf("after one that broke off: %v", err)
	}
	late()
	if _, err := begin(one); fault.KindOf(err) != fault.Conflict {
		t.Errorf("the turn of another file was ended: %v", err)
	}
}

// As many are read at once as memory is there for, and no more.
func TestSomebodyWaitsWhileAsManyFilesAreReadAsMayBe(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	begin := func(ctx context.Context, n int) (func(), error) {
		var id int64
		if err := db.Pool.QueryRow(t.Context(), `INSERT INTO person (staff_number, name, furigana) VALUES ($1, '見本', 'ミホン') ON CONFLICT (staff_number) DO UPDATE SET name = '見本' RETURNING id`, string(rune('1'+n))).Scan(&id); err != nil {
			t.Fatal(err)
		}
		return intake.Turn(ctx, db.Pool, id)
	}
	var first func()
	for i := range 3 {
		done, err := begin(t.Context(), i)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = done
		}
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := begin(gone, 3); err == nil {
		t.Error("a fourth is read at once")
	}
	began := make(chan error)
	go func() {
		_, err := begin(t.Context(), 3)
		began <- err
	}()
	first()
	if err := <-began; err != nil {
		t.Errorf("after the first: %v", err)
	}
}
