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

// TurnLife is after how long a turn is over that nobody has ended, because a portal
// broke off: nothing that is done in it takes as long.
const TurnLife = TurnLimit + 20*time.Second

// TurnLimit is how long what is done in a turn may take: a file is read, compared, and
// perhaps taken in.
const TurnLimit = sheet.Deadline + PlanDeadline + 50*time.Second

// mostTurns is how many files are read at once, on all portals together: each is held in
// memory with what it would do.
const mostTurns = 3

// turnWait is how long somebody waits for a place among them, and turnPause between two
// looks.
const (
	turnWait  = 15 * time.Second
	turnPause = 200 * time.Millisecond
)

// Turn begins a person's turn to have a file read, on whichever portal: done ends it.
// Conflict while another file of theirs is being read.
func Turn(ctx context.Context, pool *pgxpool.Pool, person int64) (done func(), err error) {
	waiting, cancel := context.WithTimeout(ctx, turnWait)
	defer cancel()
	until, err := begin(ctx, pool, person)
	for errors.Is(err, errFull) {
		select {
		case <-time.After(turnPause):
			until, err = begin(ctx, pool, person)
		case <-waiting.Done():
			return nil, fault.New(fault.Conflict, "いま、ほかの人のファイルを読み取っています。1分ほど待ってから、もう一度選んでください。")
		}
	}
	if err != nil {
		return nil, err
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second) // also where they have gone
		defer cancel()
		// where this fails, the turn ends by itself
		_, _ = pool.Exec(ctx, `DELETE FROM table_turn WHERE person_id = @person AND until = @until`,
			pgx.StrictNamedArgs{"person": person, "until": until})
	}, nil
}

// errFull says that as many files are being read as are read at once.
var errFull = errors.New("as many files are read as may be")

// begin begins a turn. errFull where there is no place; Conflict while another file of
// theirs is being read.
func begin(ctx context.Context, pool *pgxpool.Pool, person int64) (until time.Time, err error) {
	// by the database's clock: the portals' may differ
	var mine bool
	var others int
	err = pool.QueryRow(ctx, `SELECT count(*) FILTER (WHERE person_id = @person) > 0, count(*) FROM table_turn WHERE until > clock_timestamp()`,
		pgx.StrictNamedArgs{"person": person}).Scan(&mine, &others)
	switch {
	case err != nil:
		return until, fmt.Errorf("beginning to read a file: %w", err)
	case !mine && others >= mostTurns:
		return until, errFull
	}
	err = pool.QueryRow(ctx, `
		INSERT INTO table_turn AS t (person_id, until) VALUES (@person, clock_timestamp() + @life)
		ON CONFLICT (person_id) DO UPDATE SET until = excluded.until WHERE t.until <= clock_timestamp()
		RETURNING until`, pgx.StrictNamedArgs{"person": person, "life": TurnLife}).Scan(&until)
	if errors.Is(err, pgx.ErrNoRows) {
		return until, fault.New(fault.Conflict, "前に選んだファイルの読み取りが、まだ終わっていません。途中で止まったときも、2分たてば終わったものとします。何も変更されていません。少し待ってから、もう一度行ってください。")
	}
	if err != nil {
		return until, fmt.Errorf("beginning to read a file: %w", err)
	}
	return until, nil
}
