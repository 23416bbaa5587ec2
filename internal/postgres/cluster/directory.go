package cluster

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"syscall"

	"kagami/internal/fault"
)

// maxSocketPath is the longest path of a unix socket, in bytes; the system's
// limit is 108 with the final NUL.
const maxSocketPath = 107

// directory is the place of a cluster: the server's data, its socket, its log,
// and the lock that keeps a second portal out.
type directory struct {
	root   string
	data   string
	socket string
	lock   *os.File
}

// openDirectory takes a place for this process alone. Unavailable if another
// portal has it, or the server's user cannot enter it.
func openDirectory(root string, o owner) (*directory, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, fmt.Sprintf("データの場所 %s を作れません。--data で書き込める場所を指定してください。", root))
	}
	if err := o.canEnter(root); err != nil {
		return nil, err
	}
	d := &directory{root: root, data: filepath.Join(root, "postgres")}
	if d.lock, err = lock(filepath.Join(root, "lock")); err != nil {
		return nil, err
	}
	d.socket = socketDirectory(root)
	if err := o.makeDir(d.socket); err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

func (d *directory) close() error { return d.lock.Close() }

// lock holds a file for the life of the process, and no longer.
func lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, fmt.Sprintf("データの場所に書き込めません（%s）。--data で書き込める場所を指定してください。", path))
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fault.Wrap(err, fault.Unavailable, fmt.Sprintf(
			"データの場所 %s は、動いている別のポータルが使っています。そちらを止めるか、--data で別の場所を指定してください。", filepath.Dir(path))), f.Close())
	}
	return f, nil
}

// socketDirectory is where the socket goes: beside the data, or where that
// path would be too long, under the system's directory for such things, by a
// name that follows from the place.
func socketDirectory(root string) string {
	beside := filepath.Join(root, "run")
	if len(beside)+len("/.s.PGSQL.5432") <= maxSocketPath {
		return beside
	}
	sum := sha256.Sum256([]byte(root))
	return filepath.Join(os.TempDir(), "kagami-"+hex.EncodeToString(sum[:8]))
}

// initialize makes the cluster if there is none. It is made aside and moved
// into place whole, so that a start that is cut off leaves nothing half made.
func (d *directory) initialize(ctx context.Context, p programs, o owner, fast bool) error {
	switch major, err := majorOf(d.data); {
	case err == nil && major == p.major:
		return nil
	case err == nil:
		return fault.New(fault.Unavailable, fmt.Sprintf(
			"データは PostgreSQL %d のものですが、見つかったのは %d です。PostgreSQL %d を入れて起動し直してください。", major, p.major, major))
	case !errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("looking at the cluster: %w", err)
	}
	aside := d.data + ".new"
	if err := os.RemoveAll(aside); err != nil {
		return fmt.Errorf("clearing a half-made cluster: %w", err)
	}
	if err := o.makeDir(aside); err != nil {
		return fmt.Errorf("making the cluster's directory: %w", err)
	}
	args := []string{"-D", aside, "-U", superuser, "--data-checksums", "--encoding=UTF8", "--locale=C",
		"--auth-local=peer", "--auth-host=reject"}
	if fast {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(p.dir, "initdb"), args...)
	cmd.SysProcAttr = o.attributes()
	cmd.Dir = aside
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("making the cluster: %w: %s", err, out)
	}
	if err := writeAccess(aside, o); err != nil {
		return fmt.Errorf("writing who may sign in: %w", err)
	}
	return os.Rename(aside, d.data)
}

// writeAccess lets in the portal's user, as the schema's owner and to set the
// cluster up, and nobody else.
func writeAccess(data string, o owner) error {
	self, err := user.Current()
	if err != nil {
		return err
	}
	ident := fmt.Sprintf("kagami %q %s\nkagami %q %s\n", self.Username, superuser, self.Username, User)
	for name, content := range map[string]string{
		"pg_hba.conf":   "local all all peer map=kagami\n",
		"pg_ident.conf": ident,
	} {
		path := filepath.Join(data, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			return err
		}
		if o.other {
			if err := os.Chown(path, int(o.uid), int(o.gid)); err != nil {
				return err
			}
		}
	}
	return nil
}
