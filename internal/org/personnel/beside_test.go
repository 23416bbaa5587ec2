package personnel_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/org"
)

// halted applies a file and lets it wait, in the midst of its writing, for what a
// transaction beside it holds. resume lets it go on, and returns how it ends.
func (tn importTown) halted(token, holding string) (resume func() error) {
	tn.t.Helper()
	ctx, stop := context.WithTimeout(tn.t.Context(), 30*time.Second)
	tn.t.Cleanup(stop)
	beside, err := tn.db.Pool.Begin(ctx)
	tn.must(err)
	tn.t.Cleanup(func() { beside.Rollback(context.WithoutCancel(ctx)) }) //nolint:errcheck // it may be over
	_, err = beside.Exec(ctx, holding)
	tn.must(err)
	ended := make(chan error, 1)
	go func() {
		_, err := tn.files.Apply(ctx, tn.actor, token, agreed)
		ended <- err
	}()
	tn.waiting(ctx, 1)
	return func() error {
		tn.must(beside.Rollback(ctx))
		return <-ended
	}
}

// waiting returns as soon as so many transactions wait for another.
func (tn importTown) waiting(ctx context.Context, many int) {
	tn.t.Helper()
	for waiting := 0; waiting < many; {
		tn.must(tn.db.Pool.QueryRow(ctx, `
			SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0`).Scan(&waiting))
	}
}

// What makes an import wait: somebody registers a number, or adds a post, that it does
// too, and undoes it.
const (
	sameNumber = `INSERT INTO person (staff_number, name, furigana) VALUES ('N1', '見本', 'ミホン')`
	samePost   = `INSERT INTO post (section_id, title, single_holder, position) SELECT id, '課長', true, 0 FROM section WHERE code = 'somu'`
)

// renames is a clerk who changes a person's furigana.
func (tn importTown) renames(ctx context.Context, number, furigana string) error {
	p, err := tn.Person(ctx, operator, number)
	if err != nil {
		return err
	}
	p.Furigana = furigana
	return tn.ChangePerson(ctx, operator, p.ID, p)
}

// soon is a clerk's patience.
func (tn importTown) soon(act func(ctx context.Context) error) {
	tn.t.Helper()
	ctx, stop := context.WithTimeout(tn.t.Context(), time.Second)
	defer stop()
	if err := act(ctx); err != nil {
		tn.t.Errorf("a clerk beside an import: %v", err)
	}
}

// While an import writes, the desk does not wait for it, and neither loses what the
// other does.
func TestAClerkDoesNotWaitForAnImport(t *testing.T) {
	t.Parallel()
	tn := newImportTown(t)
	clerks := tn.post(tn.section, "主事", false)
	other := tn.person("4")
	resume := tn.halted(tn.start("2,見本 二,,,,税務町民課,職員,2026-04-01,\nN1,見本 新,ミホン,,,税務町民課,職員,2027-04-01,\n"), sameNumber)
	tn.soon(func(ctx context.Context) error {
		return tn.Appoint(ctx, operator, org.Appointment{Person: other, Post: clerks, First: day("2026-11-24")}, org.Beside)
	})
	// it is planned with another furigana already
	tn.soon(func(ctx context.Context) error { return tn.renames(ctx, "2", "ミホン ジロウ") })
	tn.must(resume())
	p, err := tn.Person(t.Context(), operator, "2")
	tn.must(err)
	if p.Name != "見本 二" || p.Furigana != "ミホン ジロウ" {
		t.Errorf("the two have left %+v", p)
	}
	if tn.town.actor(other, "2026-11-24").Holdings[0].Post != "主事" {
		t.Error("the clerk's appointment is lost")
	}
}

// A clerk who waits for what an import has written waits no longer than its next
// statement: it gives way, and is made once more.
func TestAnImportGivesWayToAClerk(t *testing.T) {
	t.Parallel()
	tn := newImportTown(t)
	resume := tn.halted(tn.start("2,見本 二,,,,総務課,課長,2027-04-01,\n"), samePost)
	done := make(chan error, 1)
	go func() { done <- tn.renames(t.Context(), "2", "ミホン ジロウ") }()
	tn.waiting(t.Context(), 2)
	tn.must(resume())
	tn.must(<-done)
	p, err := tn.Person(t.Context(), operator, "2")
	tn.must(err)
	if p.Name != "見本 二" || p.Furigana != "ミホン ジロウ" {
		t.Errorf("the two have left %+v", p)
	}
	if !tn.town.actor(tn.staff, "2027-04-01").Has(authz.SecurityManager) {
		t.Error("the import is not made")
	}
}

// What a clerk does while an import writes, and the import was not planned on, stops
// all of it.
func TestAnImportIsOfThePlanThatWasShownAtItsEnd(t *testing.T) {
	t.Parallel()
	tn := newImportTown(t)
	clerks := tn.post(tn.section, "主事", false)
	token := tn.start("2,見本 二,,,,税務町民課,職員,2027-04-01,\nN1,見本 新,ミホン,,,税務町民課,職員,2027-04-01,\n")
	resume := tn.halted(token, sameNumber)
	tn.soon(func(ctx context.Context) error {
		return tn.Appoint(ctx, operator, org.Appointment{Person: tn.staff, Post: clerks, First: day("2027-01-01")}, org.Beside)
	})
	if err := resume(); fault.KindOf(err) != fault.Conflict {
		t.Errorf("applied what was not shown: %v", err)
	}
	if i, _ := tn.look(token); i.Ended != 1 || !i.AppliedAt.IsZero() {
		t.Errorf("the plan anew is %+v", i.Summary)
	}
	var numbers []string
	rows, err := tn.db.Pool.Query(t.Context(), `SELECT staff_number FROM person WHERE staff_number = 'N1' OR name = '見本 二'`)
	tn.must(err)
	if numbers, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil || len(numbers) > 0 {
		t.Errorf("done in part: %v, %v", numbers, err)
	}
}

// Whose role ends while their import writes has imported nothing.
func TestAnImportIsByTheRightsOfItsEnd(t *testing.T) {
	t.Parallel()
	tn := newImportTown(t)
	ctx := t.Context()
	tn.must(tn.GiveRole(ctx, operator, org.Grant{Person: tn.head, Role: authz.Administrator, First: day("2026-04-01"), Reason: "見本"}))
	resume := tn.halted(tn.start("N1,見本 新,ミホン,,,税務町民課,職員,2027-04-01,\n"), sameNumber)
	var grant int64
	tn.must(tn.db.Pool.QueryRow(ctx, `SELECT id FROM role_grant WHERE person_id = $1`, tn.admin).Scan(&grant))
	tn.soon(func(ctx context.Context) error { return tn.EndRole(ctx, operator, grant, day("2026-11-23")) })
	if err := resume(); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("imported by who may no longer: %v", err)
	}
	if _, err := tn.Person(ctx, operator, "N1"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("somebody is registered: %v", err)
	}
}

// hold begins a transaction that holds what a statement takes.
func (tn importTown) hold(ctx context.Context, sql string) (pgx.Tx, error) {
	beside, err := tn.db.Pool.Begin(ctx)
	if err != nil {
		return nil, err
	}
	tn.t.Cleanup(func() { beside.Rollback(context.WithoutCancel(ctx)) }) //nolint:errcheck // it may be over
	_, err = beside.Exec(ctx, sql)
	return beside, err
}

// nextImport is the lock for which one import waits as long as another is under way.
const nextImport = `SELECT pg_advisory_xact_lock(hashtextextended('kagami: imports of people', 0))`

// An import that clerks have overtaken twice lets them wait: at its third try it takes the
// lock of the organization first, and comes through.
func TestAnImportThatWasOvertakenTwiceTakesTheLockFirst(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	tn := newImportTown(t)
	clerks, other := tn.post(tn.section, "主事", false), tn.person("4")
	token := tn.start("2,見本 二,,,,税務町民課,職員,2026-04-01,\nN1,見本 新,ミホン,,,税務町民課,職員,2027-04-01,\n")
	number, err := tn.hold(ctx, sameNumber)
	tn.must(err)
	ended := make(chan error, 1)
	go func() {
		_, err := tn.files.Apply(ctx, tn.actor, token, agreed)
		ended <- err
	}()
	tn.waiting(ctx, 1)
	for _, furigana := range []string{"ミホン ジロウ", "ミホン サブロウ"} {
		// it is planned with another furigana already, and the lock is free
		tn.soon(func(ctx context.Context) error { return tn.renames(ctx, "2", furigana) })
		type held struct {
			pgx.Tx
			err error
		}
		turn := make(chan held, 1)
		go func() {
			tx, err := tn.hold(ctx, nextImport)
			turn <- held{tx, err}
		}()
		tn.waiting(ctx, 2)
		tn.must(number.Rollback(ctx))
		between := <-turn // the try is undone, and the next has not begun
		tn.must(between.err)
		number, err = tn.hold(ctx, sameNumber)
		tn.must(err)
		tn.must(between.Rollback(ctx))
		tn.waiting(ctx, 1)
	}
	var free bool
	tn.must(tn.db.Pool.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(hashtextextended('kagami: ' || $1, 0))`, string(org.Lock)).Scan(&free))
	if free {
		t.Fatal("the third try has not taken the lock of the organization")
	}
	clerk := make(chan error, 1)
	go func() {
		clerk <- tn.Appoint(ctx, operator, org.Appointment{Person: other, Post: clerks, First: day("2026-11-24")}, org.Beside)
	}()
	tn.waiting(ctx, 2)
	tn.must(number.Rollback(ctx))
	tn.must(<-ended)
	tn.must(<-clerk)
	p, err := tn.Person(ctx, operator, "2")
	tn.must(err)
	if p.Name != "見本 二" || p.Furigana != "ミホン サブロウ" {
		t.Errorf("the two have left %+v", p)
	}
	if i, _ := tn.look(token); i.AppliedAt.IsZero() {
		t.Error("the import is not made")
	}
}
