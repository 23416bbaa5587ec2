package door

import (
	"context"
	"fmt"
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
type Lock string

// Take takes a lock of the town until the transaction ends.
func (tx *Tx) Take(ctx context.Context, lock Lock) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('kagami: ' || $1, 0))`, string(lock)); err != nil {
		return fmt.Errorf("waiting for the lock of %s: %w", lock, err)
	}
	return nil
}
