package postgres_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"kagami/internal/postgres"
)

func TestQueuePutsEachArgumentUnderItsName(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	const sql = `SELECT @a::text || @b::text || @a::text || '@a'`
	for _, c := range []struct{ a, b, want string }{{"1", "2", "121@a"}, {"3", "4", "343@a"}} {
		var batch pgx.Batch
		postgres.Queue(&batch, sql, pgx.StrictNamedArgs{"a": c.a, "b": c.b})
		var got string
		batch.QueuedQueries[0].QueryRow(func(row pgx.Row) error { return row.Scan(&got) })
		if err := db.Pool.SendBatch(t.Context(), &batch).Close(); err != nil || got != c.want {
			t.Errorf("%v: %q, %v", c, got, err)
		}
	}
}

func TestQueueTakesNoOtherArgumentsThanItsNames(t *testing.T) {
	t.Parallel()
	const sql = `SELECT @a::text, @b::text`
	for what, args := range map[string]pgx.StrictNamedArgs{
		"one is missing":  {"a": 1},
		"one is too many": {"a": 1, "b": 2, "c": 3},
		"one is another":  {"a": 1, "c": 2},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: taken", what)
				}
			}()
			postgres.Queue(&pgx.Batch{}, sql, args)
		}()
	}
}
