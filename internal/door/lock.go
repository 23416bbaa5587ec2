package door

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/postgres"
)

// Lock is a lock of the whole town, by its name.
//
// Whoever changes something takes what it locks in one order, so that no two wait
// for each other in a circle:
//
//  1. the person's own deed, which Do and Write begin;
//  2. the locks of the town, in the order of their names;
//  3. the deeds of others (Exclude);
//  4. rows, of several in the order of their ids;
//  5. the counters of changes, which the database takes itself at commit.
//
// What is undone all the same is tried again.
//
// Who writes so much that nobody shall wait for it meanwhile takes its lock late, after
// its rows (TakeLate), and gives way: where somebody who has the lock waits for one of
// its rows, it is undone and tried again.
type Lock string

const takeLock = `SELECT pg_advisory_xact_lock(hashtextextended('kagami: ' || $1, 0))`

// Take takes a lock of the town until the transaction ends.
func (tx *Tx) Take(ctx context.Context, lock Lock) error {
	if _, err := tx.Exec(ctx, takeLock, string(lock)); err != nil {
		return fmt.Errorf("waiting for the lock of %s: %w", lock, err)
	}
	return nil
}

// TryTake is Take for who waits for nobody: free is false where another has the lock.
func (tx *Tx) TryTake(ctx context.Context, lock Lock) (free bool, err error) {
	if err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(hashtextextended('kagami: ' || $1, 0))`, string(lock)).Scan(&free); err != nil {
		return false, fmt.Errorf("taking the lock of %s: %w", lock, err)
	}
	return free, nil
}

// ErrOvertaken undoes a change that was overtaken by another beside it, and lets it be
// tried again.
var ErrOvertaken = errors.New("overtaken by another change")

// gaveWay is the ErrOvertaken of a change that gives way to whoever has a lock.
type gaveWay struct{ to Lock }

func (g gaveWay) Error() string { return "gave way to the lock of " + string(g.to) }

func (g gaveWay) Is(err error) bool { return err == ErrOvertaken }

// wait waits until all who had the lock, or waited for it, are through: without it, who
// gave way could be back at its rows before the other has woken up, and be in the way
// once more.
func (g gaveWay) wait(ctx context.Context, pool *pgxpool.Pool) error {
	return postgres.InTx(ctx, pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, takeLock, string(g.to))
		return err
	})
}

// patience is how long TakeLate waits before it looks whether it is waited for: less
// than the database takes to find a circle, in which it may undo the other.
const patience = `SELECT set_config('lock_timeout', '200ms', true)`

// TakeLate is Take for a change that has written its rows already. ErrOvertaken where it
// has to give way.
func (tx *Tx) TakeLate(ctx context.Context, lock Lock) error {
	for {
		err := pgx.BeginFunc(ctx, tx.Tx, func(try pgx.Tx) error {
			var batch pgx.Batch
			batch.Queue(patience)
			batch.Queue(takeLock, string(lock))
			batch.Queue(`SELECT set_config('lock_timeout', '0', true)`)
			return try.SendBatch(ctx, &batch).Close()
		})
		switch {
		case err == nil:
			return nil
		case !hasCode(err, "55P03"):
			return fmt.Errorf("waiting for the lock of %s: %w", lock, err)
		}
		if err := tx.GiveWay(ctx, lock); err != nil {
			return err
		}
	}
}

// GiveWay returns ErrOvertaken where somebody who has a lock waits for what this change
// has written, or for somebody who waits for it, by however many steps: what writes for long without the lock asks now and then.
func (tx *Tx) GiveWay(ctx context.Context, lock Lock) error {
	var awaited bool
	err := tx.QueryRow(ctx, `
		WITH RECURSIVE ahead AS (
			SELECT has.pid FROM pg_locks has
			WHERE has.granted AND has.locktype = 'advisory' AND has.database = (SELECT oid FROM pg_database WHERE datname = current_database())
			  AND (has.classid::bigint << 32) | has.objid::bigint = hashtextextended('kagami: ' || $1, 0) AND has.pid <> pg_backend_pid()
			UNION SELECT b.pid FROM ahead CROSS JOIN LATERAL unnest(pg_blocking_pids(ahead.pid)) AS b (pid) WHERE ahead.pid <> pg_backend_pid())
		SELECT EXISTS (SELECT FROM ahead WHERE pid = pg_backend_pid())`, string(lock)).Scan(&awaited)
	switch {
	case err != nil:
		return fmt.Errorf("looking who waits: %w", err)
	case awaited:
		return gaveWay{lock}
	}
	return nil
}
