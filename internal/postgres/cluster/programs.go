package cluster

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"kagami/internal/fault"
)

// programs is where the server's programs are, and of which major version.
type programs struct {
	dir   string
	major int
}

// findPrograms looks in PATH, then where Debian puts them, newest first.
func findPrograms(ctx context.Context) (programs, error) {
	var dirs []string
	if path, err := exec.LookPath("initdb"); err == nil {
		dirs = append(dirs, filepath.Dir(path))
	}
	installed, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return programs{}, err
	}
	slices.SortFunc(installed, func(a, b string) int { return majorIn(b) - majorIn(a) })
	for _, dir := range append(dirs, installed...) {
		out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
		if err != nil {
			continue
		}
		if major := majorIn(string(out)); major >= minMajor {
			return programs{dir, major}, nil
		}
	}
	return programs{}, noPrograms()
}

func noPrograms() error {
	return fault.New(fault.Unavailable, fmt.Sprintf(
		"PostgreSQL %d 以上のサーバープログラムが見つかりません。Debian・Ubuntu では「apt-get install postgresql」で入れるか、--database-url で既存の PostgreSQL を指定してください。", minMajor))
}

// minMajor is the oldest PostgreSQL that the portal runs on.
const minMajor = 15

var firstNumber = regexp.MustCompile(`\d+`)

func majorIn(s string) int {
	n, err := strconv.Atoi(firstNumber.FindString(s))
	if err != nil {
		return 0
	}
	return n
}

// majorOf tells the version that made a data directory.
func majorOf(dataDir string) (int, error) {
	raw, err := os.ReadFile(filepath.Join(dataDir, "PG_VERSION"))
	if err != nil {
		return 0, err
	}
	return majorIn(string(raw)), nil
}
