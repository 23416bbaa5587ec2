// Package process is the bench of the portal's binary as a process: how it starts and what
// memory it holds.
package process

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"kagami/cmd/bench/figure"
)

const (
	startEmptyLimit = 3 * time.Second
	startUsedLimit  = 500 * time.Millisecond
	memoryLimit     = 80 << 20
)

// Measure starts the real binary on an empty directory and again on the
// same, and looks at its memory at rest.
func Measure(ctx context.Context, binary string) ([]figure.Figure, error) {
	var empty, used, memory []float64
	for range 3 {
		dir, remove, err := Place()
		if err != nil {
			return nil, err
		}
		defer remove()
		first, _, err := startAndStop(ctx, binary, dir)
		if err != nil {
			return nil, err
		}
		second, resident, err := startAndStop(ctx, binary, dir)
		if err != nil {
			return nil, err
		}
		empty, used, memory = append(empty, first.Seconds()), append(used, second.Seconds()), append(memory, float64(resident))
	}
	e, u, m := figure.Median(empty), figure.Median(used), figure.Median(memory)
	return []figure.Figure{
		{Name: "start-empty", Ratio: e / startEmptyLimit.Seconds(), Limit: 1, Detail: fmt.Sprintf("ready after %.2f s on an empty directory, limit %v", e, startEmptyLimit)},
		{Name: "start-used", Ratio: u / startUsedLimit.Seconds(), Limit: 1, Detail: fmt.Sprintf("ready after %.2f s on a used directory, limit %v", u, startUsedLimit)},
		{Name: "memory", Ratio: m / memoryLimit, Limit: 1, Detail: fmt.Sprintf("%.1f MB resident at rest, without PostgreSQL, limit %d MB", m/(1<<20), memoryLimit>>20)},
	}, nil
}

// startAndStop starts the portal, waits until it is ready, and stops it.
func startAndStop(ctx context.Context, binary, dir string) (ready time.Duration, resident int64, err error) {
	address, err := FreeAddress(ctx)
	if err != nil {
		return 0, 0, err
	}
	cmd := Command(ctx, binary, dir, address)
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, Stop(cmd)) }()
	if err := AwaitReady(ctx, "http://"+address+"/readyz"); err != nil {
		return 0, 0, err
	}
	ready = time.Since(begun)
	resident, err = ResidentBytes(cmd.Process.Pid)
	return ready, resident, err
}

// Stop ends the portal, and waits until it has.
func Stop(cmd *exec.Cmd) error {
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return cmd.Wait()
}

// AwaitReady asks until the portal is ready.
func AwaitReady(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("waiting for the portal: %w", ctx.Err())
		}
	}
}

// FreeAddress is an address of this machine at which nothing listens.
func FreeAddress(ctx context.Context) (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// ResidentBytes is the memory that a process has in use.
func ResidentBytes(pid int) (int64, error) { return statusBytes(pid, "VmRSS:") }

// MostResidentBytes is the most memory that a process has had in use.
func MostResidentBytes(pid int) (int64, error) { return statusBytes(pid, "VmHWM:") }

// statusBytes is a size that a process's status has in a line.
func statusBytes(pid int, line string) (int64, error) {
	file, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	defer file.Close() //nolint:errcheck // it was read only
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if rest, found := strings.CutPrefix(lines.Text(), line); found {
			var kB int64
			_, err := fmt.Sscan(rest, &kB)
			return kB << 10, err
		}
	}
	return 0, fmt.Errorf("no %s in the process's status", line)
}

// Place makes a directory that the database's user can enter.
func Place() (dir string, remove func(), err error) {
	dir, err = os.MkdirTemp("", "kagami-bench-")
	if err != nil {
		return "", nil, err
	}
	remove = func() { os.RemoveAll(dir) } //nolint:errcheck // a leftover in the temporary directory
	return filepath.Join(dir, "data"), remove, os.Chmod(dir, 0o755)
}

// Command is the portal's binary on a directory.
func Command(ctx context.Context, binary, dir, address string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, binary, "serve", "--data", dir, "--listen", address)
	cmd.Stderr = nil
	return cmd
}
