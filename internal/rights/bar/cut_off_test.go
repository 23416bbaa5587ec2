package bar_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/door"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/rights/rightstest"
)

// death cuts the connection at the nth thing that is sent to the database, as the end of the
// portal would.
type death struct{ left int }

func (d *death) count(conn *pgx.Conn) {
	if d.left--; d.left == 0 {
		conn.PgConn().Conn().Close() //nolint:errcheck // that is what it is for
	}
}

func (d *death) TraceQueryStart(ctx context.Context, conn *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	d.count(conn)
	return ctx
}

func (d *death) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (d *death) TraceBatchStart(ctx context.Context, conn *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	d.count(conn)
	return ctx
}

func (d *death) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}
func (d *death) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData)     {}

// Whenever the portal ends while somebody's rights are suspended, there is nothing of it, or
// the whole: the bar, its step, the trail, the notices, and that sign-ins were ended.
func TestASuspensionIsWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	person := o.Number["fukushi 主事"]
	o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	_, err := o.DB.Pool.Exec(t.Context(), `
		INSERT INTO sessions (token, person_id, id, method, device, strong, begun_at, seen_at, proved_at, expiry, ends_at)
		VALUES ('t', $1, 'i', 'password', 'x', false, $2, $2, $2, $2, $2)`, o.People["fukushi 主事"], *o.Time)
	o.Must(err)
	out := func(ctx context.Context, tx *door.Tx, person int64) error {
		_, err := tx.Exec(ctx, `DELETE FROM sessions WHERE person_id = $1`, person)
		return err
	}
	config, err := pgxpool.ParseConfig(o.DB.URL)
	o.Must(err)
	by := o.As("soumu 統括")
	begin := func(die *death) error {
		config := config.Copy()
		config.MaxConns = 1
		if die != nil {
			config.ConnConfig.Tracer = die
		}
		pool, err := pgxpool.NewWithConfig(t.Context(), config)
		o.Must(err)
		defer pool.Close()
		through := door.New(pool, func() time.Time { return *o.Time })
		_, err = bar.New(pool, through, rights.New(pool, through, rights.Ties{}), bar.Ties{Out: out}).Begin(t.Context(), by, bar.Order{Kind: bar.Suspension, Person: person, Whole: true, Reason: "見本"})
		return err
	}
	type trace struct{ Bars, Steps, Entries, Notices, Turns, Sessions int }
	traces := func() (found trace) {
		rows, err := o.DB.Pool.Query(t.Context(), `
			SELECT (SELECT count(*) FROM right_bar) AS bars, (SELECT count(*) FROM right_bar_step) AS steps, (SELECT count(*) FROM trail_entry WHERE subject_kind = 'right_bar') AS entries,
			       (SELECT count(*) FROM notice WHERE topic = 'right_bar') AS notices, (SELECT count(*) FROM right_bar_turn) AS turns, (SELECT count(*) FROM sessions) AS sessions`)
		o.Must(err)
		found, err = pgx.CollectOneRow(rows, pgx.RowToStructByName[trace])
		o.Must(err)
		return found
	}
	died := 0
	for moment := 1; ; moment++ {
		err := begin(&death{left: moment})
		got := traces()
		if err == nil {
			if want := (trace{1, 1, 1, 3, 1, 0}); got != want {
				t.Errorf("the whole is %+v", got)
			}
			break
		}
		died++
		if want := (trace{Sessions: 1}); got != want && got.Bars == 0 {
			t.Errorf("ended at moment %d there is %+v", moment, got)
		}
		if got.Bars == 1 { // it was committed, and only its answer was lost
			if want := (trace{1, 1, 1, 3, 1, 0}); got != want {
				t.Errorf("ended at moment %d there is %+v", moment, got)
			}
			break
		}
	}
	if died < 10 {
		t.Errorf("it ended at %d moments only", died)
	}
}
