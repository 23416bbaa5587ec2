package main

import (
	"bufio"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
)

// serving is a portal that a test has started as the operator does.
type serving struct {
	cmd   *exec.Cmd
	lines []string // what it printed until it answered
}

// startServing starts a portal and waits until it says where it is.
func startServing(t *testing.T, data string, more ...string) serving {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "PLAY_KAGAMI="+strings.Join(append([]string{"serve", "--listen", "127.0.0.1:0", "--data", data}, more...), "\n"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := serving{cmd: cmd}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		s.lines = append(s.lines, lines.Text())
		if strings.HasPrefix(lines.Text(), "ポータルは http://") {
			return s
		}
	}
	t.Fatalf("it ended: %v, after %q", cmd.Wait(), s.lines)
	return s
}

func (s serving) stop(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// address is where the portal answers.
func (s serving) address() string {
	_, rest, _ := strings.Cut(s.lines[len(s.lines)-1], "http://")
	host, _, _ := strings.Cut(rest, " ")
	return "http://" + host
}

// welcome is the path of the first administrator's link; empty where none was
// printed.
func (s serving) welcome() string {
	for _, line := range s.lines {
		if u, err := url.Parse(line); err == nil && strings.HasPrefix(u.Path, "/welcome/") {
			return u.Path
		}
	}
	return ""
}

// The first start: the console has a link, the next start another, and once the
// first administrator has used it there is none.
func TestTheFirstStartPrintsALinkForTheFirstAdministrator(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "kagami-first-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) }) //nolint:errcheck // a leftover in the temporary directory
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	first := startServing(t, data)
	old := first.welcome()
	first.stop(t)

	second := startServing(t, data)
	address, link := second.address(), second.welcome()
	if old == "" || link == "" || link == old {
		t.Fatalf("the links are %q and %q", old, link)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	const password = "屋根の上の猫と長い午後三時"
	form := url.Values{
		"staff_number": {"A001"}, "name": {"見本 一郎"}, "furigana": {"ミホン イチロウ"},
		"password": {password}, "password_again": {password},
	}
	if status, _ := post(t, client, address+old, form); status != http.StatusNotFound {
		t.Errorf("the first link: %d", status)
	}
	if status, body := post(t, client, address+link, form); status != http.StatusOK || !strings.Contains(body, "アカウントができました") {
		t.Errorf("the second link: %d %s", status, body)
	}
	if status, body := post(t, client, address+"/login", url.Values{"login": {"A001"}, "password": {password}}); status != http.StatusOK || !strings.Contains(body, "見本 一郎") || !strings.Contains(body, "あなたの役割では、二要素認証が必要です") {
		t.Errorf("signing in: %d %s", status, body)
	}
	second.stop(t)

	third := startServing(t, data)
	if third.welcome() != "" {
		t.Error("a link is printed though there is an account")
	}
	third.stop(t)
}

// says tells whether one of the lines has these words.
func (s serving) says(words string) bool {
	return slices.ContainsFunc(s.lines, func(line string) bool { return strings.Contains(line, words) })
}

// The sample town asks nobody for a second factor; a real one does, though it be
// started with --demo. And a portal behind a proxy that nobody has named says so.
func TestARealTownIsNotLessGuardedForBeingStartedAsTheSample(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "kagami-demo-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) }) //nolint:errcheck // a leftover in the temporary directory
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	const notDemanded, unnamed = "見本の町では、二要素認証をどの役割にも必須にしていません", "--trusted-proxies が指定されていません"
	for _, starting := range []string{"empty", "filled"} {
		s := startServing(t, data, "--demo")
		if !s.says(notDemanded) || s.says(unnamed) {
			t.Errorf("%s: it says %q", starting, s.lines)
		}
		s.stop(t)
	}
	withDatabase(t, data, func(pool *pgxpool.Pool) error {
		_, err := pool.Exec(t.Context(), `INSERT INTO person (staff_number, name, furigana) VALUES ('A001', '本物 太郎', 'ホンモノ タロウ')`)
		return err
	})
	for _, c := range []struct {
		more   []string
		warned bool
	}{
		{[]string{"--demo", "--public-url", "https://portal.town.example"}, true},
		{[]string{"--demo", "--public-url", "https://portal.town.example", "--trusted-proxies", "192.0.2.10/32"}, false},
	} {
		s := startServing(t, data, c.more...)
		if s.says(notDemanded) || s.says(unnamed) != c.warned {
			t.Errorf("%q: it says %q", c.more, s.lines)
		}
		s.stop(t)
	}
}

func post(t *testing.T, client *http.Client, address string, form url.Values) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // it was read only
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func TestAWrongScannerEndsTheStart(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	_, stderr, code := kagami(t, "serve", "--listen", "127.0.0.1:0", "--data", data, "--clamd", "http://scanner")
	if code != 1 || !strings.HasPrefix(stderr, "--clamd が正しくありません。") {
		t.Errorf("%d %s", code, stderr)
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("a database was begun")
	}
}
