package walktest

import (
	"context"
	"kagami/web/server/servertest"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// counter counts the queries of a pool.
type counter struct{ queries atomic.Int64 }

func (c *counter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	c.queries.Add(1)
	return ctx
}

func (c *counter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// A signed-in page spends two queries on who it is: the session, and the person
// with the roles and sections of today; and one as long as the organization has
// not changed since.
func TestWhoItIsTakesTwoQueriesAtMost(t *testing.T) {
	t.Parallel()
	db := town.Database(t)
	var c counter
	config := db.Pool.Config()
	config.ConnConfig.Tracer = &c
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	counted := db
	counted.Pool = pool
	portal := town.StartOn(t, counted)
	v := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	asked := func() int64 {
		before := c.queries.Load()
		if a := v.Get("/permissions"); a.Status != 200 { // needs no query of its own
			t.Fatalf("answers %d", a.Status)
		}
		return c.queries.Load() - before
	}
	asked()
	if n := asked(); n != 1 {
		t.Errorf("%d queries while nothing changes", n)
	}
	if _, err := db.Pool.Exec(t.Context(), `UPDATE section SET name = name WHERE code = 'zeimu'`); err != nil {
		t.Fatal(err)
	}
	if n := asked(); n != 2 {
		t.Errorf("%d queries after a change", n)
	}
}

// The page of an asset reads it once, and what it goes by only where that has changed.
func TestThePageOfAnAssetReadsItOnce(t *testing.T) {
	t.Parallel()
	portal, count := counting(t)
	v := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	var code string
	if err := portal.DB.Pool.QueryRow(t.Context(), `
		SELECT min(a.code) FROM asset a JOIN section s ON s.id = a.section_id WHERE s.code = 'zeimu' AND a.state = 'registered' AND a.breaks = '{}'`).Scan(&code); err != nil {
		t.Fatal(err)
	}
	asked := func() int64 {
		before := count.all()
		if a := v.Get("/assets/" + code); a.Status != 200 {
			t.Fatalf("answers %d", a.Status)
		}
		return count.all() - before
	}
	asked()
	// who reads it; the asset, its history, proposal, papers and communications; three for what is beside it
	if n := asked(); n != 9 {
		t.Errorf("%d queries while nothing changes", n)
	}
}
