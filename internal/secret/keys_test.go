package secret_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"pgregory.net/rapid"

	"kagami/internal/fault"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/secret"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

func file(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "deep", "kagami.key")
	if err := secret.Make(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, path string) *secret.Keys {
	t.Helper()
	keys, err := secret.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestWhatIsSealedIsReadAgainByItsOwnersKeysAlone(t *testing.T) {
	t.Parallel()
	one, other := secret.Random(), secret.Random()
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOfN(rapid.Byte(), 0, 64).Draw(t, "plain")
		about := rapid.SampledFrom([]string{"totp 1", "totp 2"}).Draw(t, "about")
		sealed := one.Seal(plain, about)
		if len(sealed) != len(plain)+secret.Overhead || len(plain) >= 8 && bytes.Contains(sealed, plain) {
			t.Fatalf("sealed %x as %x", plain, sealed)
		}
		if got, err := one.Unseal(sealed, about); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("unsealed %x, %v", got, err)
		}
		if _, err := one.Unseal(sealed, "totp 3"); err == nil {
			t.Fatal("it was unsealed as somebody else's")
		}
		if _, err := other.Unseal(sealed, about); err == nil {
			t.Fatal("another town's keys unseal it")
		}
		sealed[rapid.IntRange(0, len(sealed)-1).Draw(t, "at")] ^= 1
		if _, err := one.Unseal(sealed, about); err == nil {
			t.Fatal("it was unsealed though it was changed")
		}
	})
}

func TestAFileOfKeysIsItsOwnersAlone(t *testing.T) {
	t.Parallel()
	path := file(t)
	about, err := os.Stat(path)
	if err != nil || about.Mode().Perm() != 0o600 {
		t.Fatalf("made with %v, %v", about.Mode(), err)
	}
	if err := secret.Make(path); err == nil {
		t.Error("a file is written over")
	}
	if err := secret.Make(filepath.Join(path, "below")); fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "--key-file") {
		t.Errorf("where none can be made: %v", err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.ReadFile(path); fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("others may read it: %v", err)
	}
}

func TestWhatIsNoFileOfKeysIsRefused(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty": "", "a comment": "# kagami\n", "a word": "secret\n", "half a key": "AAAA\n", "much": strings.Repeat("A", 100_000),
	} {
		path := filepath.Join(t.TempDir(), "k")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := secret.ReadFile(path); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := secret.ReadFile(filepath.Join(t.TempDir(), "none")); fault.KindOf(err) != fault.NotFound {
		t.Errorf("none: %v", err)
	}
}

// A key is changed while portals run: what the one seals by the new key, the other
// reads, and what was sealed before stays readable.
func TestAKeyIsChangedWithoutStopping(t *testing.T) {
	t.Parallel()
	path := file(t)
	running := read(t, path)
	before := running.Seal([]byte("12345678901234567890"), "totp 1")
	if err := secret.Add(path); err != nil {
		t.Fatal(err)
	}
	renewed := read(t, path)
	if got := renewed.Fingerprints(); len(got) != 2 || got[1] != running.Fingerprints()[0] {
		t.Errorf("the keys are %v", got)
	}
	if !running.SealedByNewest(before) || renewed.SealedByNewest(before) {
		t.Error("by which key it was sealed is told wrongly")
	}
	if _, err := renewed.Unseal(before, "totp 1"); err != nil {
		t.Errorf("sealed before: %v", err)
	}
	if _, err := running.Unseal(renewed.Seal([]byte("x"), "totp 1"), "totp 1"); err != nil {
		t.Errorf("sealed by the new key, on a portal that runs: %v", err)
	}
}

// Whoever adds a key leaves the file where it is and as it is, behind a link too:
// the portal reads it as before.
func TestAKeyIsAddedToTheFileAsItIs(t *testing.T) {
	t.Parallel()
	path := file(t)
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	const portal = 65534 // a user who can't sign in
	whose := os.Geteuid()
	if whose == 0 {
		whose = portal
		if err := os.Chown(path, portal, portal); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(t.TempDir(), "kagami.key")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if err := secret.Add(link); err != nil {
		t.Fatal(err)
	}
	if about, err := os.Lstat(link); err != nil || about.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link: %v, %v", about.Mode(), err)
	}
	about, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if owner := about.Sys().(*syscall.Stat_t); about.Mode() != 0o400 || int(owner.Uid) != whose {
		t.Errorf("the file has mode %v and is %d's", about.Mode(), owner.Uid)
	}
	if n := len(read(t, path).Fingerprints()); n != 2 {
		t.Errorf("it has %d keys", n)
	}
	if left, err := filepath.Glob(path + ".new*"); err != nil || len(left) != 0 {
		t.Errorf("left beside it: %v, %v", left, err)
	}
	if err := secret.Add(filepath.Join(t.TempDir(), "none")); fault.KindOf(err) != fault.NotFound {
		t.Errorf("where there is none: %v", err)
	}
}

func TestAPortalStartsOnlyWithTheKeysOfItsDatabase(t *testing.T) {
	t.Parallel()
	pool := databases.New(t).Pool
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "kagami.key")
	keys, err := secret.Load(ctx, pool, path, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := secret.Use(ctx, pool, keys); err != nil {
		t.Fatalf("the first: %v", err)
	}
	again, err := secret.Load(ctx, pool, path, "")
	if err != nil || secret.Use(ctx, pool, again) != nil {
		t.Errorf("at the next start: %v", err)
	}
	if _, err := secret.Load(ctx, pool, filepath.Join(t.TempDir(), "kagami.key"), ""); fault.KindOf(err) != fault.NotFound || !strings.Contains(err.Error(), "写してください") {
		t.Errorf("without a file: %v", err)
	}
	if err := secret.Use(ctx, pool, secret.Random()); fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "このデータベースのものではありません") {
		t.Errorf("another town's: %v", err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if variable, err := secret.Load(ctx, pool, "", string(text)); err != nil || secret.Use(ctx, pool, variable) != nil {
		t.Errorf("from a variable: %v", err)
	}
}

// A key may leave the file once nothing needs it, and not before.
func TestAKeyIsMissedUntilItIsRetired(t *testing.T) {
	t.Parallel()
	pool := databases.New(t).Pool
	ctx, path := t.Context(), file(t)
	if err := secret.Use(ctx, pool, read(t, path)); err != nil {
		t.Fatal(err)
	}
	if err := secret.Add(path); err != nil {
		t.Fatal(err)
	}
	both := read(t, path)
	if err := secret.Use(ctx, pool, both); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	newest, err := secret.Read(lines[len(lines)-2])
	if err != nil {
		t.Fatal(err)
	}
	if err := secret.Use(ctx, pool, newest); fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "使っている鍵") {
		t.Errorf("the old key is gone too early: %v", err)
	}
	if err := secret.Retire(ctx, pool, both); err != nil {
		t.Fatal(err)
	}
	if err := secret.Use(ctx, pool, newest); err != nil {
		t.Errorf("once it is retired: %v", err)
	}
}
