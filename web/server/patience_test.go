package server_test

import (
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"kagami/internal/postgres"
	"kagami/web/server/servertest"
)

// line is a way to a database that can fall silent, as a server does that hangs, and
// break.
type line struct {
	url string

	lock   sync.Mutex
	moves  *sync.Cond
	silent bool
	open   []net.Conn
}

// lay lays a line to the database at an address.
func lay(t *testing.T, to string) *line {
	t.Helper()
	address, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	dir, query := t.TempDir(), address.Query()
	const socket = ".s.PGSQL.5432"
	target := filepath.Join(query.Get("host"), socket)
	listener, err := net.Listen("unix", filepath.Join(dir, socket)) //nolint:noctx // it ends with the test
	if err != nil {
		t.Fatal(err)
	}
	query.Set("host", dir)
	address.RawQuery = query.Encode()
	l := &line{url: address.String()}
	l.moves = sync.NewCond(&l.lock)
	t.Cleanup(func() {
		listener.Close() //nolint:errcheck // the test is over
		l.silence(false)
		l.tear()
	})
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("unix", target) //nolint:noctx // it ends with the test
			if err != nil {
				near.Close() //nolint:errcheck // whoever asks sees that
				return
			}
			l.lock.Lock()
			l.open = append(l.open, near, far)
			l.lock.Unlock()
			go l.carry(near, far)
			go l.carry(far, near)
		}
	}()
	return l
}

func (l *line) carry(from, to net.Conn) {
	defer from.Close() //nolint:errcheck // torn or ended
	defer to.Close()   //nolint:errcheck // torn or ended
	for b := make([]byte, 32<<10); ; {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		l.lock.Lock()
		for l.silent {
			l.moves.Wait()
		}
		l.lock.Unlock()
		if _, err := io.Writer(to).Write(b[:n]); err != nil {
			return
		}
	}
}

// silence lets nothing through any more, or again.
func (l *line) silence(on bool) {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.silent = on
	l.moves.Broadcast()
}

// tear breaks what is connected.
func (l *line) tear() {
	l.lock.Lock()
	defer l.lock.Unlock()
	for _, c := range l.open {
		c.Close() //nolint:errcheck // that is what it is for
	}
	l.open = nil
}

// A database that hangs holds nobody for ever, and no connection: each page ends with
// what people do then, and once it answers again so does the portal.
func TestADatabaseThatHangsHoldsNobody(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for the deadlines of pages")
	}
	t.Parallel()
	db := town.Database(t)
	way := lay(t, db.URL)
	pool, err := postgres.Open(t.Context(), way.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	db.Pool = pool
	portal := town.StartOn(t, db)
	portal.Server.WaitForPages(300 * time.Millisecond)
	somebody := servertest.SignIn(t, portal, town.Accounts[12])

	somebody.Client.Timeout = 20 * time.Second // far more than they should take
	way.silence(true)
	begun := time.Now()
	for range 2 * pool.Config().MaxConns { // more than there are connections
		if a := somebody.Get("/notices"); a.Status != 503 || !strings.Contains(a.Body, "データベースが応答していません") {
			t.Fatalf("while it hangs: %d %s", a.Status, a.Body)
		}
	}
	if took := time.Since(begun); took > 30*time.Second {
		t.Errorf("they took %v", took)
	}
	if a := somebody.Get("/readyz"); a.Status != 503 || !strings.Contains(a.Body, "データベースにつながりません") {
		t.Errorf("readiness: %d %s", a.Status, a.Body)
	}
	way.silence(false)
	portal.Server.WaitForPages(10 * time.Second)
	if a := somebody.Get("/notices"); a.Status != 200 {
		t.Errorf("once it answers again: %d %s", a.Status, a.Body)
	}
}

// A connection that breaks in the middle of an answer is no bug of the portal.
func TestAConnectionThatBreaksIsNoBug(t *testing.T) {
	t.Parallel()
	db := town.Database(t)
	way := lay(t, db.URL)
	pool, err := postgres.Open(t.Context(), way.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	rows, err := pool.Query(t.Context(), `SELECT repeat('x', 10000), pg_sleep(0.01) FROM generate_series(1, 100000)`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for n := 0; rows.Next(); n++ {
		if n == 10 {
			way.tear()
		}
	}
	if err := rows.Err(); !postgres.IsUnavailable(err) {
		t.Errorf("torn in the middle: %T %v", err, err)
	}
}
