package walktest

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/web/server/servertest"
)

// trips counts the round trips of a pool, and the statements in them.
type trips struct{ queries, batches, statements atomic.Int64 }

func (t *trips) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	t.queries.Add(1)
	return ctx
}

func (t *trips) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (t *trips) TraceBatchStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceBatchStartData) context.Context {
	t.batches.Add(1)
	t.statements.Add(int64(data.Batch.Len()))
	return ctx
}

func (t *trips) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

func (t *trips) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

func (t *trips) all() int64 { return t.queries.Load() + t.batches.Load() }

// counting runs the portal on a pool whose round trips are counted.
func counting(t *testing.T) (*servertest.Portal, *trips) {
	t.Helper()
	db := town.Database(t)
	var count trips
	config := db.Pool.Config()
	config.ConnConfig.Tracer = &count
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	db.Pool = pool
	return town.StartOn(t, db), &count
}

// Home takes two round trips, the session and one batch, whatever the role and
// however many capabilities there are; and few statements for a 職員.
func TestHomeTakesTwoRoundTrips(t *testing.T) {
	t.Parallel()
	portal, count := counting(t)
	for post, most := range map[string]int64{
		"税務町民課 職員": 3, "税務町民課長": 4, "総務課長": 7, "総務課 ポータル管理担当": 5, "副町長": 6, "議会事務局 監査担当": 5,
	} {
		v := servertest.SignIn(t, portal, town.Holder(post))
		v.Get("/") // what is kept is drawn
		trips, statements := count.all(), count.statements.Load()
		if a := v.Get("/"); a.Status != 200 {
			t.Fatalf("%s: %d", post, a.Status)
		}
		if n := count.all() - trips; n != 2 {
			t.Errorf("%s: %d round trips", post, n)
		}
		if n := count.statements.Load() - statements; n > most {
			t.Errorf("%s: %d statements", post, n)
		}
	}
}
