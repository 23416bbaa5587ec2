package cluster_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/fault"
	"kagami/internal/postgres/cluster"
)

// The test binary also plays the portal that gets killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("PLAY_PORTAL_ON"); dir != "" {
		playPortal(dir)
	}
	os.Exit(m.Run())
}

// playPortal keeps a cluster until it is killed, and says the server's process.
func playPortal(dir string) {
	c, err := cluster.Start(context.Background(), cluster.Config{Dir: dir})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Fprintln(os.Stdout, c.PID())
	select {}
}

// place is a directory that the server's user can enter, as t.TempDir may not be.
func place(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "kagami-cluster-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) }) //nolint:errcheck // a leftover in the temporary directory
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func start(t *testing.T, dir string) *cluster.Cluster {
	t.Helper()
	c, err := cluster.Start(t.Context(), cluster.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func exec1(t *testing.T, c *cluster.Cluster, sql string) (answer string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), c.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context()) //nolint:errcheck // nothing is left to lose
	rows, err := conn.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	answers, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(answers, ",")
}

func TestAClusterKeepsItsDataAndItsPromises(t *testing.T) {
	t.Parallel()
	dir := place(t)
	c := start(t, dir)
	exec1(t, c, `CREATE TABLE kept (what text)`)
	exec1(t, c, `INSERT INTO kept VALUES ('見本')`)
	for setting, want := range map[string]string{
		"data_checksums": "on", "server_encoding": "UTF8", "lc_collate": "C", "listen_addresses": "", "fsync": "on",
	} {
		if got := exec1(t, c, `SELECT current_setting('`+setting+`')`); got != want {
			t.Errorf("%s is %q, want %q", setting, got, want)
		}
	}
	if _, err := cluster.Start(t.Context(), cluster.Config{Dir: dir}); fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "別のポータルが使っています") {
		t.Errorf("a second portal on the directory: %v", err)
	}
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	again := start(t, dir)
	if got := exec1(t, again, `SELECT what FROM kept`); got != "見本" {
		t.Errorf("after the second start there is %q", got)
	}
	if err := again.Stop(); err != nil {
		t.Fatal(err)
	}
}

func TestAKilledPortalLeavesNoServerAndTheNextStartRecovers(t *testing.T) {
	t.Parallel()
	dir := place(t)
	portal := exec.CommandContext(t.Context(), os.Args[0])
	portal.Env = append(os.Environ(), "PLAY_PORTAL_ON="+dir)
	portal.Stderr = os.Stderr
	out, err := portal.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := portal.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var server int
	if _, err := fmt.Sscan(line, &server); err != nil {
		t.Fatal(err)
	}
	if err := portal.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	portal.Wait() //nolint:errcheck // it was killed

	c := start(t, dir) // waits for the former server to be gone
	// a process that has ended may stay in the table until somebody asks for
	// its end, but it has no directory any more
	if at, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", server)); err == nil {
		t.Errorf("the server of the killed portal, process %d, still runs in %s", server, at)
	}
	if got := exec1(t, c, `SELECT 'answers'`); got != "answers" {
		t.Errorf("got %q", got)
	}
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
}

func TestAKilledServerIsNoticed(t *testing.T) {
	t.Parallel()
	c := start(t, place(t))
	if err := syscall.Kill(c.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-c.Done():
		if err == nil {
			t.Error("a killed server ended in order")
		}
	case <-time.After(time.Minute):
		t.Error("nobody notices")
	}
	c.Stop() //nolint:errcheck // it has ended as it should not
}

func TestAHalfMadeClusterIsMadeAnew(t *testing.T) {
	t.Parallel()
	dir := place(t)
	half := filepath.Join(dir, "postgres.new")
	if err := os.MkdirAll(filepath.Join(half, "base"), 0o700); err != nil {
		t.Fatal(err)
	}
	c := start(t, dir)
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(half); !os.IsNotExist(err) {
		t.Errorf("the half-made cluster is still there: %v", err)
	}
}

func TestALongPathStillHasASocket(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(place(t), strings.Repeat("d", 100))
	c := start(t, dir)
	if got := exec1(t, c, `SELECT 'answers'`); got != "answers" {
		t.Errorf("got %q", got)
	}
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
}

func TestPlacesThatCannotServeAreRefusedWithASentence(t *testing.T) {
	t.Run("closed to the server's user", func(t *testing.T) {
		if os.Geteuid() != 0 {
			t.Skip("only root runs the server as another user")
		}
		closed := filepath.Join(place(t), "closed")
		if err := os.Mkdir(closed, 0o700); err != nil {
			t.Fatal(err)
		}
		refused(t, filepath.Join(closed, "data"), "入れません")
	})
	t.Run("a file in the way", func(t *testing.T) {
		file := filepath.Join(place(t), "file")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, file, "作れません")
	})
	t.Run("made by another version", func(t *testing.T) {
		dir := place(t)
		if err := os.MkdirAll(filepath.Join(dir, "postgres"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "postgres", "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, dir, "PostgreSQL 9 を入れて")
	})
	t.Run("somebody else's socket directory", func(t *testing.T) {
		dir := place(t)
		if err := os.Mkdir(filepath.Join(dir, "run"), 0o755); err != nil {
			t.Fatal(err)
		}
		refused(t, dir, "取り除くか")
	})
}

func refused(t *testing.T, dir, words string) {
	t.Helper()
	c, err := cluster.Start(t.Context(), cluster.Config{Dir: dir})
	if err == nil {
		c.Stop() //nolint:errcheck // the test has failed
		t.Fatal("started")
	}
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), words) {
		t.Errorf("got %v, want a sentence with %q", err, words)
	}
}
