package state_test

import (
	"context"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"kagami/internal/postgres"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/state"
)

var server pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &server)) }

// key names a value as a domain does: what it is of, and the state it is from.
type key struct {
	person, organization int64
}

func TestAValueIsDrawnOnceOfEachState(t *testing.T) {
	t.Parallel()
	cache := state.NewCache[key, int](10)
	drawn := 0
	draw := func() (int, error) { drawn++; return drawn, nil }
	for _, c := range []struct {
		key  key
		want int
	}{{key{1, 7}, 1}, {key{1, 7}, 1}, {key{1, 8}, 2}, {key{2, 8}, 3}, {key{1, 8}, 2}, {key{1, 7}, 1}} {
		if got, err := cache.Get(c.key, draw); got != c.want || err != nil {
			t.Errorf("%v: %d, %v, want %d", c.key, got, err, c.want)
		}
	}
}

func TestWhatCouldNotBeDrawnIsNotKept(t *testing.T) {
	t.Parallel()
	cache := state.NewCache[int, string](10)
	failed := errors.New("no connection")
	if got, err := cache.Get(1, func() (string, error) { return "half", failed }); !errors.Is(err, failed) || got != "half" {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := cache.Get(1, func() (string, error) { return "whole", nil }); got != "whole" || err != nil {
		t.Errorf("afterwards: %q, %v", got, err)
	}
	if got, _ := cache.Get(1, func() (string, error) { return "again", nil }); got != "whole" {
		t.Errorf("at last: %q", got)
	}
}

// However it is asked, it answers what was drawn under the key, and keeps no more
// than its size, of those used last.
func TestWhatIsKeptIsWhatWasUsedLast(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 5).Draw(t, "size")
		cache := state.NewCache[int, int](size)
		var used []int // the latest last
		for range rapid.IntRange(0, 40).Draw(t, "times") {
			k := rapid.IntRange(0, 7).Draw(t, "key")
			drawn := false
			got, err := cache.Get(k, func() (int, error) { drawn = true; return k * k, nil })
			if got != k*k || err != nil {
				t.Fatalf("under %d stands %d, %v", k, got, err)
			}
			was := false
			for i, u := range used {
				if u == k {
					was = true
					used = append(used[:i:i], used[i+1:]...)
					break
				}
			}
			if drawn == was {
				t.Fatalf("%d was kept: %v, and drawn: %v; before it %v", k, was, drawn, used)
			}
			used = append(used, k)
			used = used[max(0, len(used)-size):]
		}
	})
}

func TestManyMayAskAtOnce(t *testing.T) {
	t.Parallel()
	cache := state.NewCache[int, int](4)
	var (
		wait  sync.WaitGroup
		wrong atomic.Int64
	)
	for n := range 16 {
		wait.Go(func() {
			for i := range 200 {
				k := (n + i) % 8
				if got, err := cache.Get(k, func() (int, error) { return -k, nil }); got != -k || err != nil {
					wrong.Add(1)
				}
			}
		})
	}
	wait.Wait()
	if wrong.Load() != 0 {
		t.Errorf("%d were given another's value", wrong.Load())
	}
}

func TestThereIsNothingToKeepWithoutASize(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("a size of nothing is taken")
		}
	}()
	state.NewCache[int, int](0)
}

var organization, policy = state.Counted("organization"), state.Counted("policy")

// counts are the numbers of organization and policy.
type counts struct{ organization, policy int64 }

// numbers are the counts as a session reads them.
func numbers(t *testing.T, db pgtest.DB) (c counts) {
	t.Helper()
	counters, err := state.NewCounters(organization, policy)
	if err != nil {
		t.Fatal(err)
	}
	now, err := counters.Load(t.Context(), db.Pool, 0)
	if err != nil {
		t.Fatal(err)
	}
	c.organization, _ = now.Of(organization)
	c.policy, _ = now.Of(policy)
	return c
}

// The database counts each change of what values are kept of, whoever makes it,
// with the change or not at all.
func TestEachChangeIsCounted(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	for _, c := range []struct {
		change       string
		organization int64 // by how much the numbers grow
		policy       int64
	}{
		{`INSERT INTO section (code, name, kind, position) VALUES ('zeimu', '税務町民課', 'internal', 1)`, 1, 0},
		{`INSERT INTO person (staff_number, name, furigana) VALUES ('1', '見本', 'ミホン')`, 1, 0},
		{`INSERT INTO post (section_id, title, single_holder, position) SELECT id, '課長', true, 1 FROM section`, 1, 0},
		{`INSERT INTO appointment (person_id, post_id, single_holder, period)
		  SELECT p.id, o.id, true, daterange('2026-04-01', NULL) FROM person p, post o`, 1, 0},
		{`INSERT INTO role_rule (title, role, period) VALUES ('課長', 'security_manager', daterange(NULL, NULL))`, 1, 0},
		{`INSERT INTO role_grant (person_id, role, period, reason) SELECT id, 'auditor', daterange('2026-04-01', NULL), '見本' FROM person`, 1, 0},
		{`UPDATE person SET name = '見本 太郎'`, 1, 0},
		{`DELETE FROM role_grant`, 1, 0},
		{`INSERT INTO document (code, kind, title) VALUES ('kihon', 'basic', '基本方針')`, 0, 1},
		{`INSERT INTO document (code, kind, title) VALUES ('kijun', 'standard', '対策基準')`, 0, 1},
		{`INSERT INTO document_audience (document_id, kind) SELECT id, 'all' FROM document WHERE code = 'kijun'`, 0, 1},
		{`DELETE FROM document_audience`, 0, 1},
		{`INSERT INTO revision (document_id, number, state, source, text, text_sha256, outline, drafted_at)
		  SELECT id, 1, 'draft', '', 'x', sha256('x'), '{}', now() FROM document WHERE code = 'kihon'`, 0, 1},
		{`INSERT INTO campaign_audience (revision_id, role) SELECT id, 'ciso' FROM revision`, 0, 1},
		{`SELECT name FROM person FOR UPDATE`, 0, 0},
		{`INSERT INTO notice (person_id, given_at, topic, topic_id, title, text, address) SELECT id, now(), 'document', 1, '見本', '', '/' FROM person`, 0, 0},
	} {
		before := numbers(t, db)
		undone := errors.New("undone")
		err := postgres.InTx(t.Context(), db.Pool, func(tx pgx.Tx) error {
			if _, err := tx.Exec(t.Context(), c.change); err != nil {
				return err
			}
			return undone
		})
		if !errors.Is(err, undone) {
			t.Fatalf("%s: %v", c.change, err)
		}
		if now := numbers(t, db); now != before {
			t.Errorf("%s: undone, and counted: %+v, before %+v", c.change, now, before)
		}
		if _, err := db.Pool.Exec(t.Context(), c.change); err != nil {
			t.Fatalf("%s: %v", c.change, err)
		}
		want := counts{before.organization + c.organization, before.policy + c.policy}
		if now := numbers(t, db); now != want {
			t.Errorf("%s: %+v, want %+v", c.change, now, want)
		}
	}
	if _, err := db.Pool.Exec(t.Context(), `UPDATE change_counter SET number = 1`); err == nil {
		t.Error("the portal sets the numbers as it likes")
	}
}

// Two changes at once follow each other: no number stands for two states.
func TestTheNumbersFollowTheCommits(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	before := numbers(t, db)
	const many = 8
	var wait sync.WaitGroup
	for i := range many {
		wait.Go(func() {
			ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
			defer stop()
			if _, err := db.Pool.Exec(ctx, `INSERT INTO person (staff_number, name, furigana) VALUES ($1::int::text, '見本', 'ミホン')`, i); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if now := numbers(t, db); now.organization != before.organization+many {
		t.Errorf("after %d changes %d, before %d", many, now.organization, before.organization)
	}
}

func TestAStateIsOfTheCountersThatWereRead(t *testing.T) {
	t.Parallel()
	rows := state.Counter{Name: "rows", SQL: "(SELECT count(*) FROM person p WHERE p.id < s.person_id)"}
	counters, err := state.NewCounters(rows, policy)
	if err != nil {
		t.Fatal(err)
	}
	now := counters.Numbers([]int64{5, 7})
	for _, c := range []struct {
		state   state.Numbers
		counter state.Counter
		number  int64
		known   bool
	}{
		{now, rows, 5, true}, {now, policy, 7, true},
		{now, organization, 0, false}, // no Part hands it in
		{state.Numbers{}, policy, 0, false},
		{counters.Numbers(now.Values()), policy, 7, true},
		{(*state.Counters)(nil).Numbers(nil), policy, 0, false},
	} {
		if number, known := c.state.Of(c.counter); number != c.number || known != c.known {
			t.Errorf("%s: %d, %v, want %d, %v", c.counter.Name, number, known, c.number, c.known)
		}
	}
}

func TestCountersThatCannotBeTakenInAreRefused(t *testing.T) {
	t.Parallel()
	var many []state.Counter
	for i := range state.Limit + 1 {
		many = append(many, state.Counter{Name: string(rune('a' + i)), SQL: "1"})
	}
	if _, err := state.NewCounters(many...); err == nil {
		t.Error("more than the limit are taken in")
	}
	if _, err := state.NewCounters(many[:state.Limit]...); err != nil {
		t.Error(err)
	}
	if _, err := state.NewCounters(policy, organization, policy); err == nil {
		t.Error("two of a name are taken in")
	}
}

// The number of an expression is that of the person who is asked for.
func TestAnExpressionCountsForThePerson(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	counters, err := state.NewCounters(organization, state.Counter{Name: "own", SQL: "(s.person_id * 10)"})
	if err != nil {
		t.Fatal(err)
	}
	now, err := counters.Load(t.Context(), db.Pool, 4)
	if err != nil {
		t.Fatal(err)
	}
	if own, known := now.Of(state.Counter{Name: "own"}); own != 40 || !known {
		t.Errorf("got %d, %v", own, known)
	}
}

const (
	changeOrganization = `INSERT INTO person (staff_number, name, furigana) VALUES (left(translate(gen_random_uuid()::text, '-', ''), 12), '見本', 'ミホン')`
	changePolicy       = `INSERT INTO document (code, kind, title) VALUES ('d' || translate(gen_random_uuid()::text, '-', ''), 'procedure', '見本')`
)

// A long change, such as an import, lets others change and commit the same
// meanwhile.
func TestAChangeUnderWayKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	before := numbers(t, db)
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	err := postgres.InTx(ctx, db.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, changeOrganization); err != nil {
			return err
		}
		_, err := db.Pool.Exec(ctx, changeOrganization)
		if now := numbers(t, db); now.organization != before.organization+1 {
			t.Errorf("while one is under way: %d, before %d", now.organization, before.organization)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if now := numbers(t, db); now.organization != before.organization+2 {
		t.Errorf("after both: %d, before %d", now.organization, before.organization)
	}
}

// Two that change two things in opposite orders never wait for each other in a
// circle.
func TestTheOrderOfChangesDoesNotMatter(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	before := numbers(t, db)
	const rounds = 10
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	for range rounds {
		var wait, changed sync.WaitGroup
		changed.Add(2)
		for _, changes := range [][]string{{changeOrganization, changePolicy}, {changePolicy, changeOrganization}} {
			wait.Go(func() {
				err := postgres.InTx(ctx, db.Pool, func(tx pgx.Tx) error {
					defer func() { changed.Done(); changed.Wait() }() // both commit at once
					for _, change := range changes {
						if _, err := tx.Exec(ctx, change); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
	}
	if now := numbers(t, db); now != (counts{before.organization + 2*rounds, before.policy + 2*rounds}) {
		t.Errorf("after %d rounds: %+v, before %+v", rounds, now, before)
	}
}

// Nothing is left of what a transaction has noted.
func TestNoNoteStays(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	if _, err := db.Pool.Exec(t.Context(), changePolicy); err != nil {
		t.Fatal(err)
	}
	var notes int
	if err := db.Owner(t).QueryRow(t.Context(), `SELECT count(*) FROM change_note`).Scan(&notes); err != nil || notes != 0 {
		t.Errorf("%d notes, %v", notes, err)
	}
}
