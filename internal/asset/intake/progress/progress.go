// Package progress is how far it is with a register that is read and taken in: it goes on
// though nobody waits for it any more, and its page says where it is, on whichever portal.
//
// What is done is done in one change, or not at all; what is kept here is no part of it.
package progress

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/sheet/intake"
)

// Act is what is done with a register.
type Act string

// The acts.
const (
	Choosing Act = "choose" // it is planned anew, as somebody has chosen
	Taking   Act = "apply"  // it is taken in
)

// Step is a step of an act.
type Step string

// The steps, in their order.
const (
	Reading   Step = "read"
	Comparing Step = "compare"
	Writing   Step = "write"
)

// Tell is told, again and again, how much of a step is done: so many rows, of so many where that
// is known.
type Tell func(step Step, done, of int)

// Progress is how far an act is.
type Progress struct {
	Act      Act
	Step     Step
	Done, Of int
	UnderWay bool
	Refused  string // why it was not done; empty where it is under way, or broke off
}

// BrokeOff tells whether the portal stopped in the middle of it: then nothing was done.
func (p Progress) BrokeOff() bool { return p.Act != "" && !p.UnderWay && p.Refused == "" }

// Limit is how long an act may take.
const Limit = intake.TurnLimit

// life is after how long an act has broken off that nobody has ended: not before the turn is
// over in which it was done, so that it can be done again once its page says so.
const life = intake.TurnLife + 5*time.Second

// Work is an act that is under way.
type Work struct {
	pool  *pgxpool.Pool
	of    int64
	until time.Time // by the database's clock; tells this work from a later one
	step  Step
	said  int
}

// ErrUnderWay says that something is done with this register already. It is a Conflict.
var ErrUnderWay = errors.New("an act is under way")

// Begin begins an act. ErrUnderWay while another one is under way.
func Begin(ctx context.Context, pool *pgxpool.Pool, register int64, act Act) (*Work, error) {
	w := &Work{pool: pool, of: register, step: Reading}
	err := pool.QueryRow(ctx, `
		INSERT INTO asset_import_work AS w (import_id, act, step, until) VALUES (@register, @act, @step, clock_timestamp() + @life)
		ON CONFLICT (import_id) DO UPDATE SET act = excluded.act, step = excluded.step, done = 0, rows = 0, refused = '', until = excluded.until
		WHERE w.refused <> '' OR w.until <= clock_timestamp()
		RETURNING until`, pgx.StrictNamedArgs{"register": register, "act": act, "step": Reading, "life": life}).Scan(&w.until)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.Wrap(ErrUnderWay, fault.Conflict, "この台帳は、いま読み取っているか、取り込んでいます。終わるまで待ってください。")
	}
	if err != nil {
		return nil, fmt.Errorf("beginning with a register: %w", err)
	}
	return w, nil
}

// saidEvery is after how many rows it is written down how far it is.
const saidEvery = 2000

// sayWait is how long it waits for a connection to say so. Who says it holds another one, with
// rows that those may wait for who have all the others: none would go on.
const sayWait = 50 * time.Millisecond

// Say writes down how far it is, now and then. The act goes on where that fails, and where no
// connection is free.
func (w *Work) Say(ctx context.Context, step Step, done, of int) {
	if step == w.step && done < w.said+saidEvery && (done != of || done == w.said) {
		return
	}
	if done != of { // in round numbers, as it is seen to grow
		done -= done % saidEvery
	}
	w.step, w.said = step, done
	waiting, cancel := context.WithTimeout(ctx, sayWait)
	defer cancel()
	conn, err := w.pool.Acquire(waiting)
	if err != nil {
		return
	}
	defer conn.Release()
	_, _ = conn.Exec(ctx, `UPDATE asset_import_work SET step = @step, done = @done, rows = @of WHERE import_id = @register AND until = @until`,
		pgx.StrictNamedArgs{"step": step, "done": done, "of": of, "register": w.of, "until": w.until})
}

// endLimit is how long it may take to write down that an act is over.
const endLimit = 5 * time.Second

// End ends it. What is refused, where nobody has heard of it yet, stays for its page.
func (w *Work) End(ctx context.Context, refused string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endLimit)
	defer cancel()
	sql := `DELETE FROM asset_import_work WHERE import_id = @register AND until = @until`
	args := pgx.StrictNamedArgs{"register": w.of, "until": w.until}
	if refused != "" {
		sql = `UPDATE asset_import_work SET refused = @refused WHERE import_id = @register AND until = @until`
		args["refused"] = refused
	}
	_, _ = w.pool.Exec(ctx, sql, args) // where this fails, it has broken off
}

// Of is how far it is with a register; the zero value where nothing is to be said.
func Of(ctx context.Context, db postgres.Querier, register int64) (Progress, error) {
	list, err := postgres.List[Progress](ctx, db, "looking how far a register is", `
		SELECT act, step, done, rows AS of, refused = '' AND until > clock_timestamp() AS under_way, refused FROM asset_import_work WHERE import_id = @register`,
		pgx.StrictNamedArgs{"register": register})
	if err != nil || len(list) == 0 {
		return Progress{}, err
	}
	return list[0], nil
}
