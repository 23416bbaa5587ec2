package cluster

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"kagami/internal/fault"
)

// owner is the operating system's user that the server runs as.
type owner struct {
	name     string
	uid, gid uint32
	other    bool // another user than the portal's own
}

// findOwner returns the portal's own user, or for root, whom PostgreSQL
// refuses, the user postgres, else nobody.
func findOwner() (owner, error) {
	names := []string{"postgres", "nobody"}
	if os.Geteuid() != 0 {
		self, err := user.Current()
		if err != nil {
			return owner{}, fmt.Errorf("looking up the portal's user: %w", err)
		}
		names = []string{self.Username}
	}
	for _, name := range names {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return owner{}, err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return owner{}, err
		}
		return owner{name, uint32(uid), uint32(gid), os.Geteuid() == 0}, nil
	}
	return owner{}, fault.New(fault.Unavailable, "PostgreSQL を動かす利用者（postgres または nobody）がありません。「adduser --system postgres」で作るか、root 以外で起動してください。")
}

// attributes make a child run as the owner, in a process group of its own: an
// interrupt typed at the terminal reaches the portal only, which then stops
// the server in order.
func (o owner) attributes() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGINT}
	if o.other {
		attr.Credential = &syscall.Credential{Uid: o.uid, Gid: o.gid}
	}
	return attr
}

// canEnter returns Unavailable if the owner cannot get into dir: somewhere
// above it a directory is closed to them.
func (o owner) canEnter(dir string) error {
	for at := dir; ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if err != nil {
			return fmt.Errorf("looking at the data directory: %w", err)
		}
		bit := os.FileMode(0o001)
		if stat, ok := info.Sys().(*syscall.Stat_t); ok {
			switch {
			case stat.Uid == o.uid:
				bit = 0o100
			case stat.Gid == o.gid:
				bit = 0o010
			}
		}
		if info.Mode()&bit == 0 {
			return fault.New(fault.Unavailable, fmt.Sprintf(
				"データの場所 %s には、PostgreSQL を動かす利用者 %s が入れません（%s が閉じています）。--data で別の場所を指定してください。", dir, o.name, at))
		}
		if at == filepath.Dir(at) {
			return nil
		}
	}
}

// makeDir makes a directory of the owner's, closed to others. One that is
// already there must be theirs: somebody else may have put it there first.
func (o owner) makeDir(dir string) error {
	err := os.Mkdir(dir, 0o700)
	if os.IsExist(err) {
		info, err := os.Lstat(dir)
		if err != nil {
			return err
		}
		stat, ok := info.Sys().(*syscall.Stat_t)
		if !ok || !info.IsDir() || stat.Uid != o.uid || info.Mode().Perm() != 0o700 {
			return fault.New(fault.Unavailable, fmt.Sprintf("%s は、PostgreSQL のためのディレクトリではありません。取り除くか、--data で別の場所を指定してください。", dir))
		}
		return nil
	}
	if err != nil {
		return err
	}
	if o.other {
		return os.Chown(dir, int(o.uid), int(o.gid))
	}
	return nil
}
