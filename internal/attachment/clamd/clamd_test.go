package clamd

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"kagami/internal/fault"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// at is the clamd at a URL, with little patience.
func at(t testing.TB, address string) *Scanner {
	t.Helper()
	u, err := url.Parse(address)
	must(t, err)
	s, err := New(u)
	must(t, err)
	s.step, s.answered = 200*time.Millisecond, 200*time.Millisecond
	return s
}

func TestWhereAClamdMayBe(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"tcp://scanner:3310": "tcp scanner:3310", "tcp://192.0.2.1": "tcp 192.0.2.1:3310", "tcp://[2001:db8::1]": "tcp [2001:db8::1]:3310",
		"unix:///run/clamav/clamd.ctl": "unix /run/clamav/clamd.ctl",
		"http://scanner":               "", "scanner:3310": "", "tcp://": "", "tcp://scanner/x": "", "unix://run/clamd": "", "": "",
	} {
		u, err := url.Parse(address)
		must(t, err)
		s, err := New(u)
		switch {
		case want == "" && fault.KindOf(err) != fault.Invalid:
			t.Errorf("%s: %v", address, err)
		case want != "" && (err != nil || s.network+" "+s.address != want):
			t.Errorf("%s: %+v, %v", address, s, err)
		}
	}
}

// peer is one who takes calls in clamd's place until the test ends, and answers each.
func peer(t testing.TB, answer func(conn net.Conn, words *bufio.Reader)) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { must(t, l.Close()) })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close() //nolint:errcheck // nothing is left to lose
				answer(conn, bufio.NewReader(conn))
			}()
		}
	}()
	return "tcp://" + l.Addr().String()
}

// takeIn takes a file in as clamd does; what is not in its words is an error.
func takeIn(words *bufio.Reader) ([]byte, error) {
	if command, err := words.ReadString(0); err != nil || command != "zINSTREAM\x00" {
		return nil, fmt.Errorf("it says %q: %w", command, err)
	}
	var file []byte
	for {
		var size uint32
		if err := binary.Read(words, binary.BigEndian, &size); err != nil || size == 0 {
			return file, err
		}
		b := make([]byte, size)
		if _, err := io.ReadFull(words, b); err != nil {
			return nil, err
		}
		file = append(file, b...)
	}
}

func TestAFileGoesToClamdAsItIs(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, chunk, chunk + 1, 5*chunk - 3} {
		want, got := bytes.Repeat([]byte("見本"), size)[:size], make(chan []byte, 1)
		address := peer(t, func(conn net.Conn, words *bufio.Reader) {
			file, err := takeIn(words)
			if err != nil {
				t.Error(err)
			}
			got <- file
			_, _ = conn.Write([]byte("stream: OK\x00"))
		})
		if err := at(t, address).Scan(t.Context(), bytes.NewReader(want)); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
		if file := <-got; !bytes.Equal(file, want) {
			t.Errorf("%d bytes came as %d others", size, len(file))
		}
	}
}

// Whatever clamd answers but that it has found nothing, the file is not to be used.
func TestClamdsAnswers(t *testing.T) {
	t.Parallel()
	after := func(answer string) func(net.Conn, *bufio.Reader) {
		return func(conn net.Conn, words *bufio.Reader) {
			_, _ = takeIn(words)
			_, _ = conn.Write([]byte(answer))
		}
	}
	for name, c := range map[string]struct {
		answer func(net.Conn, *bufio.Reader)
		kind   fault.Kind
		words  string
	}{
		"a virus":           {after("stream: Win.Test.EICAR_HDB-1 FOUND\x00"), fault.Invalid, "問題を見つけました"},
		"a virus called OK": {after("stream: OK FOUND\x00"), fault.Invalid, "問題を見つけました"},
		"too large": {func(conn net.Conn, words *bufio.Reader) { // before the end, and hangs up
			_, _ = words.Discard(100)
			_, _ = conn.Write([]byte("INSTREAM size limit exceeded. ERROR\x00"))
		}, fault.TooLarge, "検査できる大きさを超え"},
		"an error":         {after("stream: Can't allocate memory ERROR\x00"), fault.Unavailable, "応答しない"},
		"nothing":          {after(""), fault.Unavailable, "応答しない"},
		"half an answer":   {after("stream: O"), fault.Unavailable, "応答しない"},
		"OK without end":   {after("stream: OK"), fault.Unavailable, "応答しない"},
		"nonsense":         {after("HTTP/1.1 200 OK\r\n\r\n\x00"), fault.Unavailable, "応答しない"},
		"an endless one":   {after(strings.Repeat("OK", 10_000) + "\x00"), fault.Unavailable, "応答しない"},
		"hangs up at once": {func(net.Conn, *bufio.Reader) {}, fault.Unavailable, "応答しない"},
		"never answers":    {func(_ net.Conn, words *bufio.Reader) { _, _ = io.Copy(io.Discard, words) }, fault.Unavailable, "応答しない"},
		"takes nothing in": {func(net.Conn, *bufio.Reader) { <-t.Context().Done() }, fault.Unavailable, "応答しない"},
	} {
		begun := time.Now()
		err := at(t, peer(t, c.answer)).Scan(t.Context(), io.LimitReader(neverEnding{}, 20<<20))
		if err == nil || fault.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v, want %s", name, err, c.kind)
		}
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
	err := at(t, "unix://"+filepath.Join(t.TempDir(), "nobody")).Scan(t.Context(), strings.NewReader("x"))
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("where there is none: %v", err)
	}
}

type neverEnding struct{}

func (neverEnding) Read(p []byte) (int, error) { return len(p), nil }

func TestWhatFailsAroundAScanIsSaid(t *testing.T) {
	t.Parallel()
	address := peer(t, func(conn net.Conn, words *bufio.Reader) {
		_, _ = takeIn(words)
		_, _ = conn.Write([]byte("stream: OK\x00"))
	})
	lost := errors.New("the database is gone")
	if err := at(t, address).Scan(t.Context(), io.MultiReader(strings.NewReader("half"), iotest.ErrReader(lost))); !errors.Is(err, lost) {
		t.Errorf("reading: %v", err)
	}
	silent := peer(t, func(_ net.Conn, words *bufio.Reader) { _, _ = io.Copy(io.Discard, words) })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	patient := at(t, silent)
	patient.answered = time.Minute
	if err := patient.Scan(ctx, strings.NewReader("x")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("for somebody who has gone: %v", err)
	}
}

// A real clamd, where there is one on this machine, with a list of viruses of this
// test's own.
func TestARealClamd(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("clamd")
	if err != nil {
		t.Skip("there is no clamd on this machine")
	}
	dir, err := os.MkdirTemp("", "clamd") // a socket's path is to be short
	must(t, err)
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	must(t, os.Chmod(dir, 0o755))
	socket, config := filepath.Join(dir, "c"), filepath.Join(dir, "clamd.conf")
	must(t, os.WriteFile(filepath.Join(dir, "own.ndb"), fmt.Appendf(nil, "Kagami.Test:0:*:%x\n", "KAGAMI-TEST-VIRUS"), 0o644))
	must(t, os.WriteFile(config, fmt.Appendf(nil, "LocalSocket %s\nDatabaseDirectory %s\nForeground yes\nUser root\nStreamMaxLength 1M\n", socket, dir), 0o644))
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), program, "-c", config)
	must(t, cmd.Start())
	t.Cleanup(func() {
		must(t, cmd.Process.Signal(syscall.SIGTERM))
		_ = cmd.Wait()
	})
	s := at(t, "unix://"+socket)
	s.step, s.answered = time.Minute, time.Minute
	for begun := time.Now(); ; {
		if err := s.Scan(t.Context(), strings.NewReader("harmless")); err == nil {
			break
		} else if time.Since(begun) > time.Minute {
			t.Fatal(err)
		}
		select {
		case <-t.Context().Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
	err = s.Scan(t.Context(), strings.NewReader("before KAGAMI-TEST-VIRUS after"))
	if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "Kagami.Test") {
		t.Errorf("a virus: %v", err)
	}
	if err := s.Scan(t.Context(), io.LimitReader(neverEnding{}, 2<<20)); fault.KindOf(err) != fault.TooLarge {
		t.Errorf("more than it takes: %v", err)
	}
	if err := s.Scan(t.Context(), io.LimitReader(neverEnding{}, 900<<10)); err != nil {
		t.Errorf("a large file: %v", err)
	}
}
