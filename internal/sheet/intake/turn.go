package intake

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/fault"
	"kagami/internal/sheet"
)

// PlanDeadline is how long it may take to plan in a turn what has been read.
const PlanDeadline = 20 * time.Second

// turnLife is after how long a turn is over that nobody has ended, because a portal
// broke off: nothing that is done in it takes as long.
const turnLife = sheet.Deadline + PlanDeadline + 15*time.Second

// Turn begins a person's turn to have a file read, on whichever portal: done ends it.
// Conflict while another file of theirs is being read.
func Turn(ctx context.Context, pool *pgxpool.Pool, person int64) (done func(), err error) {
	// by the database's clock: the portals' may differ
	var until time.Time
	err = pool.QueryRow(ctx, `
		INSERT INTO table_turn AS t (person_id, until) VALUES (@person, clock_timestamp() + @life)
		ON CONFLICT (person_id) DO UPDATE SET until = excluded.until WHERE t.until <= clock_timestamp()
		RETURNING until`, pgx.StrictNamedArgs{"person": person, "life": turnLife}).Scan(&until)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.Conflict, "前に選んだファイルを、まだ読み取っています。終わるまで1分ほど待ってから、もう一度選んでください。")
	}
	if err != nil {
		return nil, fmt.Errorf("beginning to read a file: %w", err)
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second) // also where they have gone
		defer cancel()
		// where this fails, the turn ends by itself
		_, _ = pool.Exec(ctx, `DELETE FROM table_turn WHERE person_id = @person AND until = @until`,
			pgx.StrictNamedArgs{"person": person, "until": until})
	}, nil
}
