package bar_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/org"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/rights/connector"
	"kagami/internal/rights/connector/connectortest"
	"kagami/internal/rights/connector/reach"
	"kagami/internal/rights/rightstest"
	"kagami/internal/secret"
)

const (
	actOf   = "KAGAMI_TEST_SUSPENDS" // what a process of its own is to do
	actsAs  = "suspends"             // what the database calls its connections
	moments = 20                     // at which it is killed
)

// act is a suspension of all that somebody may use, as a portal of its own makes it.
type act struct {
	URL    string
	Now    time.Time
	By     int64
	Number string // of whom
}

// run does it. What follows from the bar in the same change are the end of sign-ins, a
// connector's job, a work order, and the job of the day on which it is over.
func (a act) run(ctx context.Context, tracer pgx.QueryTracer) error {
	config, err := pgxpool.ParseConfig(a.URL)
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
	through := door.New(pool, func() time.Time { return a.Now })
	connectors := connector.New(pool, through, secret.Random(), slog.New(slog.DiscardHandler), nil)
	out := func(ctx context.Context, tx *door.Tx, person int64) error {
		_, err := tx.Exec(ctx, `DELETE FROM sessions WHERE person_id = $1`, person)
		return err
	}
	who := authz.Actor{Person: a.By, Holdings: []authz.Holding{{Role: authz.GeneralSecurityOfficer}}}
	_, err = bar.New(pool, through, rights.New(pool, through, rights.Ties{Carry: connectors.Carry}), bar.Ties{Out: out}).
		Begin(ctx, who, bar.Order{Kind: bar.Suspension, Person: a.Number, Whole: true, Until: rightstest.Today.AddDays(2), Reason: "見本"})
	return err
}

// whole is what there is more of after an act.
var whole = map[string]int{
	"bars": 1, "steps": 1, "turns": 1, "suspended rights": 2, "sessions": -1, "entries of the trail": 1, "notices of bars": 3, "notices of orders": 2,
	"targets that are not wanted": 2, "targets that wait": 1, "work orders": 1, "jobs of connectors": 1, "jobs of the day when it is over": 1,
}

// counts counts what an act changes.
func counts(o *rightstest.Office) map[string]int {
	o.T.Helper()
	rows, err := o.DB.Pool.Query(o.T.Context(), `
		SELECT 'bars', count(*) FROM right_bar UNION ALL
		SELECT 'steps', count(*) FROM right_bar_step UNION ALL
		SELECT 'turns', count(*) FROM right_bar_turn UNION ALL
		SELECT 'suspended rights', count(*) FROM access_right r WHERE `+rights.StandingOf+` = 'suspended' UNION ALL
		SELECT 'sessions', count(*) FROM sessions UNION ALL
		SELECT 'entries of the trail', count(*) FROM trail_entry UNION ALL
		SELECT 'notices of bars', count(*) FROM notice WHERE topic = 'right_bar' UNION ALL
		SELECT 'notices of orders', count(*) FROM notice WHERE topic = 'work_order' UNION ALL
		SELECT 'targets that are not wanted', count(*) FROM right_target WHERE NOT wanted UNION ALL
		SELECT 'targets that wait', count(*) FROM right_target WHERE state = 'waiting' UNION ALL
		SELECT 'work orders', count(*) FROM work_order WHERE moot_at IS NULL AND done_at IS NULL UNION ALL
		SELECT 'jobs of connectors', count(*) FROM river_job WHERE kind = 'right_carry_out' UNION ALL
		SELECT 'jobs of the day when it is over', count(*) FROM river_job WHERE kind = 'right_bar_turn'`, rights.Instant(*o.Time))
	o.Must(err)
	found := map[string]int{}
	var (
		what  string
		count int
	)
	_, err = pgx.ForEachRow(rows, []any{&what, &count}, func() error {
		found[what] = count
		return nil
	})
	o.Must(err)
	return found
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

// reached is an office with people who are signed in, and may use a system that a connector
// reaches and one of which somebody is told by work orders. It returns what suspends each.
func reached(t *testing.T, people int) (*rightstest.Office, []act) {
	t.Helper()
	ctx := t.Context()
	var connectors *connector.Service
	o := rightstest.New(t, databases.New(t), rights.Ties{Carry: func(ctx context.Context, tx *door.Tx, people []int64) error {
		return connectors.Carry(ctx, tx, people)
	}})
	connectors = connector.New(o.DB.Pool, o.Door, secret.Random(), slog.New(slog.DiscardHandler), func(reach.Kind, json.RawMessage, string, func() time.Time) (reach.Far, error) {
		return reach.Far{Peer: connectortest.Accounts(people)}, nil
	})
	by := o.As("soumu 統括")
	code, err := connectors.Make(ctx, by, connector.Details{Name: "ディレクトリ", Kind: reach.LDAP, Secret: "secret"})
	o.Must(err)
	o.Must(connectors.Assign(ctx, by, code, 1, connector.Assignment{System: o.Tax, What: connector.WholeAccount}))
	o.Must(connectors.Try(ctx, by, code))
	o.Must(connectors.CompareDue(ctx))
	c, err := connectors.Find(ctx, by, code)
	o.Must(err)
	o.Must(connectors.SwitchOn(ctx, by, code, c.Version))

	acts := make([]act, people)
	for i := range acts {
		name := fmt.Sprint("clerk ", i)
		o.Number[name] = fmt.Sprint("C", i)
		o.People[name], err = o.Town.AddPerson(ctx, authz.AsOperator(), org.Person{StaffNumber: o.Number[name], Name: "見本", Furigana: "ミホン"})
		o.Must(err)
		o.Must(o.Town.Appoint(ctx, authz.AsOperator(), org.Appointment{Person: o.People[name], Post: o.Posts["fukushi 主事"], First: rightstest.Today.AddDays(-200)}, org.Beside))
		for _, system := range []string{o.Tax, o.Mail} {
			o.Permitted(name, "zeimu 担当副課長", rightstest.Asking(system))
		}
		_, err = o.DB.Pool.Exec(ctx, `
			INSERT INTO sessions (token, person_id, id, method, device, strong, begun_at, seen_at, proved_at, expiry, ends_at)
			VALUES ($3, $1, $3, 'password', 'x', false, $2, $2, $2, $2, $2)`, o.People[name], *o.Time, name)
		o.Must(err)
		acts[i] = act{URL: o.DB.URL, Now: *o.Time, By: by.Person, Number: o.Number[name]}
	}
	// what they may use was carried out
	for _, done := range []string{`UPDATE right_target SET effected = usable, state = 'done', done_at = since`, `UPDATE work_order SET moot_at = from_at`} {
		_, err = o.DB.Pool.Exec(ctx, done)
		o.Must(err)
	}
	return o, acts
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

// Whenever the database is lost while somebody's rights are suspended, there is nothing of it,
// or the whole: the bar, its step, the trail, the notices, that sign-ins were ended, and what
// connectors and work orders are to do.
func TestASuspensionIsWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	o, acts := reached(t, 1)
	before := counts(o)
	died := 0
	for moment := 1; ; moment++ {
		err := acts[0].run(t.Context(), &death{left: moment})
		got := more(before, counts(o))
		if err == nil || len(got) > 0 { // it was committed, and perhaps its answer was lost
			if !maps.Equal(got, whole) {
				t.Errorf("ended at moment %d there is %v", moment, got)
			}
			break
		}
		died++
	}
	if died < 10 {
		t.Errorf("it ended at %d moments only", died)
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

// actAlone is what a process of its own does: the act, and then nothing until nobody writes to
// it any more.
func actAlone(text string) (code int) {
	var a act
	err := json.Unmarshal([]byte(text), &a)
	if err == nil {
		err = a.run(context.Background(), ticks{})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	os.Stdout.Close()             //nolint:errcheck // there is no more to say
	io.Copy(io.Discard, os.Stdin) //nolint:errcheck // it ends when it ends
	return 0
}

// alone does an act in a process of its own, and kills that at a moment of it, or lets it end
// by itself where that is 0. It returns how many moments there were.
func (a act) alone(o *rightstest.Office, moment int) (passed int) {
	o.T.Helper()
	text, err := json.Marshal(a)
	o.Must(err)
	program, err := os.Executable()
	o.Must(err)
	process := exec.CommandContext(o.T.Context(), program)
	process.Env = append(os.Environ(), actOf+"="+string(text))
	var trouble bytes.Buffer
	process.Stderr = &trouble
	hold, err := process.StdinPipe()
	o.Must(err)
	said, err := process.StdoutPipe()
	o.Must(err)
	o.Must(process.Start())
	for says := bufio.NewReader(said); passed != moment || moment == 0; passed++ {
		if _, err := says.ReadByte(); err != nil {
			break
		}
	}
	if moment == 0 {
		o.Must(hold.Close())
		if err := process.Wait(); err != nil {
			o.T.Fatalf("it ended with %v: %s", err, trouble.String())
		}
	} else {
		o.Must(process.Process.Signal(syscall.SIGKILL))
		process.Wait() //nolint:errcheck // how it ended is looked at
		if status, ok := process.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL || passed != moment {
			o.T.Fatalf("it was not killed at moment %d, but %v at %d: %s", moment, process.ProcessState, passed, trouble.String())
		}
	}
	// what it has sent last may be under way still
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for range 2000 {
		var left int
		o.Must(o.DB.Pool.QueryRow(o.T.Context(), `SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()`, actsAs).Scan(&left))
		if left == 0 {
			return passed
		}
		<-ticker.C
	}
	o.T.Fatal("the database still works for a process that was killed")
	return passed
}

// At whatever moment of a suspension the portal is killed, there is nothing of it, or the
// whole; and where there is nothing, it can be done then.
func TestASuspensionThatIsKilledIsWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	o, acts := reached(t, 1+moments)
	before := counts(o)
	all := acts[0].alone(o, 0)
	if got := more(before, counts(o)); !maps.Equal(got, whole) {
		t.Fatalf("the whole is %v", got)
	}
	if all < moments {
		t.Fatalf("there are %d moments only", all)
	}
	undone := 0
	for i, a := range acts[1:] {
		moment := 1 + i*(all-1)/(moments-1)
		before := counts(o)
		a.alone(o, moment)
		got := more(before, counts(o))
		if len(got) == 0 {
			undone++
			a.alone(o, 0)
			got = more(before, counts(o))
		}
		if !maps.Equal(got, whole) {
			t.Errorf("killed at moment %d of %d there is %v", moment, all, got)
		}
	}
	if undone < moments/2 || undone == moments {
		t.Errorf("there was nothing at %d moments of %d", undone, moments)
	}
}
