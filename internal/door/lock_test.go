package door_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/trail"
)

// Who takes a lock late, and has written what somebody who has the lock waits for, gives
// way before the database takes one of the two for a circle; where they do not wait for
// it, it waits.
func TestWhoTakesALockLateGivesWay(t *testing.T) {
	t.Parallel()
	const lock, other = door.Lock("organization"), door.Lock("another")
	for name, c := range map[string]struct {
		row   string // which the one who has the lock changes
		tries int
	}{
		"the same row":    {"1", 2},
		"a different row": {"2", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := server.New(t)
			ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
			defer stop()
			if _, err := db.Pool.Exec(ctx, `INSERT INTO person (staff_number, name, furigana) VALUES ('1', '見本', 'ミホン'), ('2', '見本', 'ミホン')`); err != nil {
				t.Fatal(err)
			}
			d := door.New(db.Pool, clock)
			change := func(row string, before, after func(*door.Tx) error) error {
				return d.Do(ctx, authz.AsOperator(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
					err := errors.Join(tx.Allow(authz.ChangeOrganization, authz.Matter{}), before(tx))
					if err == nil {
						_, err = tx.Exec(ctx, `UPDATE person SET name = name || '一' WHERE staff_number = $1`, row)
					}
					if err == nil {
						err = after(tx)
					}
					return door.Effect{Subject: trail.Subject{Kind: "person", ID: 1}}, err
				})
			}
			nothing := func(*door.Tx) error { return nil }
			tries, has, early := 0, make(chan struct{}), make(chan error, 1)
			hasIt := sync.OnceFunc(func() { close(has) })
			late := change("1", nothing, func(tx *door.Tx) error {
				if tries++; tries == 1 {
					go func() {
						early <- change(c.row, func(tx *door.Tx) error {
							err := tx.Take(ctx, lock)
							hasIt()
							return err
						}, func(tx *door.Tx) error {
							_, err := tx.Exec(ctx, `SELECT pg_sleep(0.5)`) // it goes on while it has the lock
							return err
						})
					}()
					<-has
				}
				if err := tx.GiveWay(ctx, other); err != nil {
					return err // of another lock, nobody waits
				}
				return tx.TakeLate(ctx, lock)
			})
			if err := errors.Join(late, <-early); err != nil {
				t.Fatal(err)
			}
			if tries != c.tries {
				t.Errorf("made in %d tries", tries)
			}
		})
	}
}
