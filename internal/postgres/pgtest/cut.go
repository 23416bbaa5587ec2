package pgtest

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Act is one change, as a portal of its own makes it: by a pool of its own, from a text that says
// what it is to do.
type Act func(ctx context.Context, pool *pgxpool.Pool, text string) error

const (
	actOn   = "KAGAMI_TEST_ACT_ON"   // the database on which a process of its own acts
	actText = "KAGAMI_TEST_ACT_TEXT" // what it is to do
	actsAs  = "act"                  // what the database calls its connections
)

// Alone does the act for which this process was started, and ends it; in any other it does nothing.
// TestMain calls it first.
func Alone(do Act) {
	url, alone := os.LookupEnv(actOn)
	if !alone {
		return
	}
	if err := do.on(context.Background(), url, os.Getenv(actText), ticks{}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Stdout.Close()             //nolint:errcheck // there is no more to say
	io.Copy(io.Discard, os.Stdin) //nolint:errcheck // it ends when it ends
	os.Exit(0)
}

// on does an act on a database, one thing after another.
func (do Act) on(ctx context.Context, url, text string, tracer pgx.QueryTracer) error {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return err
	}
	config.MaxConns = 1
	config.ConnConfig.Tracer = tracer
	config.ConnConfig.RuntimeParams["application_name"] = actsAs
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	defer pool.Close()
	return do(ctx, pool, text)
}

// more is what there is more of than before.
func more(before, after map[string]int) map[string]int {
	found := map[string]int{}
	for what, count := range after {
		if d := count - before[what]; d != 0 {
			found[what] = d
		}
	}
	return found
}

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

// CutOff does an act again and again, each time losing the database one thing later than before,
// until it is done: there is nothing of it then, or the whole. counts is what there is.
func (do Act) CutOff(t testing.TB, db DB, text string, counts func() map[string]int, whole map[string]int) {
	t.Helper()
	before := counts()
	for moment := 1; ; moment++ {
		err := do.on(t.Context(), db.URL, text, &death{left: moment})
		got := more(before, counts())
		if err == nil || len(got) > 0 { // it was committed, and perhaps its answer was lost
			if !maps.Equal(got, whole) {
				t.Errorf("ended at moment %d there is %v", moment, got)
			}
			if moment <= 10 {
				t.Errorf("it ended at %d moments only", moment-1)
			}
			return
		}
	}
}

// ticks writes a byte whenever something is sent to the database, and when it has answered.
type ticks struct{}

func (ticks) tick() { os.Stdout.Write([]byte{'.'}) } //nolint:errcheck // nobody is left to tell

func (k ticks) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	k.tick()
	return ctx
}

func (k ticks) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) { k.tick() }

func (k ticks) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	k.tick()
	return ctx
}

func (k ticks) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) { k.tick() }
func (k ticks) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData)     { k.tick() }

// alone does an act in a process of its own, which Alone lets do it, and kills that at a moment of
// it, or lets it end by itself where that is 0. It returns how many moments there were.
func (db DB) alone(t testing.TB, text string, moment int) (passed int) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	program, err := os.Executable()
	must(err)
	process := exec.CommandContext(t.Context(), program)
	process.Env = append(os.Environ(), actOn+"="+db.URL, actText+"="+text)
	var trouble bytes.Buffer
	process.Stderr = &trouble
	hold, err := process.StdinPipe()
	must(err)
	said, err := process.StdoutPipe()
	must(err)
	must(process.Start())
	for says := bufio.NewReader(said); passed != moment || moment == 0; passed++ {
		if _, err := says.ReadByte(); err != nil {
			break
		}
	}
	if moment == 0 {
		must(hold.Close())
		if err := process.Wait(); err != nil {
			t.Fatalf("it ended with %v: %s", err, trouble.String())
		}
	} else {
		must(process.Process.Signal(syscall.SIGKILL))
		process.Wait() //nolint:errcheck // how it ended is looked at
		if status, ok := process.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL || passed != moment {
			t.Fatalf("it was not killed at moment %d, but %v at %d: %s", moment, process.ProcessState, passed, trouble.String())
		}
	}
	// what it has sent last may be under way still
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for range 2000 {
		var left int
		must(db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()`, actsAs).Scan(&left))
		if left == 0 {
			return passed
		}
		<-ticker.C
	}
	t.Fatal("the database still works for a process that was killed")
	return passed
}

// Killed is how many acts Kill kills, beside the one that it lets end.
const Killed = 20

// Kill does acts, one more than Killed, each in a process of its own, and kills each but the first
// at another moment of it: there is nothing of it then, or the whole; and where there is nothing,
// it can be done then. counts is what there is.
func (db DB) Kill(t testing.TB, texts []string, counts func() map[string]int, whole map[string]int) {
	t.Helper()
	before := counts()
	all := db.alone(t, texts[0], 0)
	if got := more(before, counts()); !maps.Equal(got, whole) {
		t.Fatalf("the whole is %v", got)
	}
	if all < Killed {
		t.Fatalf("there are %d moments only", all)
	}
	undone := 0
	for i, text := range texts[1:] {
		moment := 1 + i*(all-1)/(Killed-1)
		before := counts()
		db.alone(t, text, moment)
		got := more(before, counts())
		if len(got) == 0 {
			undone++
			db.alone(t, text, 0)
			got = more(before, counts())
		}
		if !maps.Equal(got, whole) {
			t.Errorf("killed at moment %d of %d there is %v", moment, all, got)
		}
	}
	if undone < Killed/2 || undone == Killed {
		t.Errorf("there was nothing at %d moments of %d", undone, Killed)
	}
}
