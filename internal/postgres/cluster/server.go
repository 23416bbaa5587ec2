package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// settings are given at each start rather than kept in a file, so that they
// are those of the portal that runs. Values never reach the server's log.
func settings(socket string, fast bool) []string {
	s := map[string]string{
		"listen_addresses":                  "",
		"unix_socket_directories":           socket,
		"unix_socket_permissions":           "0777", // the directory is closed; peer decides
		"max_connections":                   "60",
		"shared_buffers":                    "128MB",
		"timezone":                          "UTC",
		"log_timezone":                      "UTC",
		"log_statement":                     "none",
		"log_min_error_statement":           "panic",
		"log_error_verbosity":               "terse",
		"log_parameter_max_length_on_error": "0",
	}
	if fast {
		s["fsync"], s["synchronous_commit"], s["full_page_writes"] = "off", "off", "off"
	}
	args := make([]string, 0, 2*len(s))
	for name, value := range s {
		args = append(args, "-c", name+"="+value)
	}
	return args
}

// run starts the server and returns once the process exists; done gets its end.
//
// The kernel's notice of the portal's death (Pdeathsig) is tied to the thread
// that started the child, so a goroutine keeps that thread until the child has
// ended.
func run(p programs, o owner, d *directory, fast bool) (*os.Process, <-chan error, error) {
	logFile, err := openLog(filepath.Join(d.root, "postgresql.log"))
	if err != nil {
		return nil, nil, fmt.Errorf("opening the server's log: %w", err)
	}
	cmd := exec.Command(filepath.Join(p.dir, "postgres"), append([]string{"-D", d.data}, settings(d.socket, fast)...)...) //nolint:noctx // it lives until Stop
	cmd.SysProcAttr = o.attributes()
	cmd.Dir = d.data
	cmd.Stdout, cmd.Stderr = logFile, logFile
	started := make(chan error)
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		err := cmd.Start()
		started <- err
		if err == nil {
			err = cmd.Wait()
		}
		done <- errors.Join(err, logFile.Close())
		close(done)
	}()
	if err := <-started; err != nil {
		return nil, nil, fmt.Errorf("starting the server: %w", err)
	}
	return cmd.Process, done, nil
}

// logLimit is the size from which the server's log is begun anew, in bytes.
const logLimit = 10 << 20

func openLog(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > logLimit {
		if err := os.Rename(path, path+".old"); err != nil {
			return nil, err
		}
	}
	return os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
}

// predecessorLimit is how long the server of a portal that was killed may take
// to shut down.
const predecessorLimit = 30 * time.Second

// awaitPredecessor waits until a server that still runs on the data has ended:
// its portal was killed, and it is shutting down.
func awaitPredecessor(ctx context.Context, data string) error {
	ctx, cancel := context.WithTimeout(ctx, predecessorLimit)
	defer cancel()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		pid, ok := serverOn(data)
		if !ok {
			return nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("waiting for the former server, process %d, to end: %w", pid, ctx.Err())
		}
	}
}

// serverOn is the process that runs on the data, if one does. A process number
// can come round to something else, so the process must also be a server whose
// directory this is.
func serverOn(data string) (int, bool) {
	raw, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return 0, false
	}
	first, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return 0, false
	}
	dir, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
	return pid, err == nil && dir == data
}
