package secret

import (
	"bufio"
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"kagami/internal/fault"
)

const (
	keySize = 32 // bytes: AES-256
	idSize  = 4  // of a key, at the head of what it has sealed
	// fileLimit is far above what a file of keys can be.
	fileLimit = 64 << 10
)

// Overhead is by how many bytes what is sealed is longer than what it was.
const Overhead = idSize + 12 + 16 // the key's id, the nonce, the tag

// key seals and unseals.
type key struct {
	fingerprint string // the first 16 bytes of its SHA-256, in hex
	id          [idSize]byte
	aead        cipher.AEAD
}

// Keys are a town's keys.
type Keys struct {
	path string // of the file; empty where they came otherwise
	lock sync.RWMutex
	list []key // the newest first
}

// Make writes a file with one new key, readable by its owner alone. It fails where
// there is a file already.
func Make(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return errNotMade(path, err)
	}
	line, err := newLine()
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return errNotMade(path, err)
	}
	_, err = file.WriteString(heading + line)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("writing the file of the keys: %w", err)
	}
	return nil
}

func errNotMade(path string, err error) error {
	return fault.Wrap(err, fault.Unavailable, fmt.Sprintf("鍵ファイル %s を作れません。ポータルを動かす利用者が書き込める場所を、--key-file で指定してください。", path))
}

// heading tells whoever finds the file what it is.
const heading = `# kagami の鍵ファイルです。1行が1本の鍵で、上が新しい鍵です。
# なくすと、二要素認証の秘密などを読めなくなります。データベースの控えとは別の場所に、控えを保管してください。
`

// Add puts a new key in front of those in a file. What is sealed from now on by a
// portal that starts, or that reads the file again, is sealed by it. The file stays
// where it is, behind a link too, and whose it is: root adds keys for a portal that
// runs as somebody else.
func Add(path string) error {
	path, err := target(path)
	if err != nil {
		return err
	}
	text, err := readFile(path)
	if err != nil {
		return err
	}
	if _, err := parse(text); err != nil {
		return err
	}
	line, err := newLine()
	if err != nil {
		return err
	}
	beside, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new*") // mode 600
	if err != nil {
		return fmt.Errorf("adding a key: %w", err)
	}
	defer os.Remove(beside.Name()) //nolint:errcheck // it is gone once it has its name
	_, err = beside.WriteString(heading + line + strings.TrimPrefix(string(text), heading))
	if err = errors.Join(err, handOver(beside, path), beside.Sync(), beside.Close()); err != nil {
		return fmt.Errorf("adding a key: %w", err)
	}
	if err := os.Rename(beside.Name(), path); err != nil {
		return fmt.Errorf("adding a key: %w", err)
	}
	return nil
}

// target is the file that a path leads to by links; the path itself where there is
// none.
func target(path string) (string, error) {
	at, err := filepath.EvalSymlinks(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return path, nil
	case err != nil:
		return "", fmt.Errorf("looking for the file of the keys: %w", err)
	}
	return at, nil
}

// handOver makes a file belong to whom that at a path does, with the same mode.
func handOver(file *os.File, path string) error {
	about, err := os.Stat(path)
	if err != nil {
		return err
	}
	if owner, ok := about.Sys().(*syscall.Stat_t); ok && (int(owner.Uid) != os.Geteuid() || int(owner.Gid) != os.Getegid()) {
		if err := file.Chown(int(owner.Uid), int(owner.Gid)); err != nil {
			return fault.Wrap(err, fault.Invalid, fmt.Sprintf("鍵ファイル %s は、ほかの利用者の持ち物です。その利用者か root で実行してください。", path))
		}
	}
	return file.Chmod(about.Mode().Perm())
}

func newLine() (string, error) {
	var raw [keySize]byte
	if _, err := rand.Read(raw[:]); err != nil {
		return "", fmt.Errorf("making a key: %w", err)
	}
	return base64.StdEncoding.EncodeToString(raw[:]) + "\n", nil
}

// ReadFile reads the keys of a file. NotFound where there is none, Invalid where
// others than its owner may read it or it is no file of keys.
func ReadFile(path string) (*Keys, error) {
	text, err := readFile(path)
	if err != nil {
		return nil, err
	}
	list, err := parse(text)
	if err != nil {
		return nil, err
	}
	return &Keys{path: path, list: list}, nil
}

// Read reads keys from a text, as a file has them.
func Read(text string) (*Keys, error) {
	list, err := parse([]byte(text))
	if err != nil {
		return nil, err
	}
	return &Keys{list: list}, nil
}

// Random are keys that nobody has kept: for a portal that is only tried.
func Random() *Keys {
	line, err := newLine()
	if err != nil {
		panic(err) // the system has no randomness
	}
	keys, err := Read(line)
	if err != nil {
		panic(err) // not what newLine writes
	}
	return keys
}

func readFile(path string) ([]byte, error) {
	about, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.Wrap(err, fault.NotFound, fmt.Sprintf("鍵ファイル %s がありません。", path))
	case err != nil:
		return nil, fmt.Errorf("reading the keys: %w", err)
	case about.Mode().Perm()&0o077 != 0:
		return nil, fault.New(fault.Invalid, fmt.Sprintf("鍵ファイル %s を、ほかの利用者が読めます。「chmod 600 %s」を実行してください。", path, path))
	case about.Size() > fileLimit:
		return nil, errNoKeys()
	}
	text, err := os.ReadFile(path) //nolint:gosec // the operator names it
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, fmt.Sprintf("鍵ファイル %s を読めません。ポータルを動かす利用者の持ち物にしてください。", path))
	}
	return text, nil
}

func errNoKeys() error {
	return fault.New(fault.Invalid, "鍵ファイルの中身が、鍵ではありません。控えから元に戻してください。")
}

func parse(text []byte) ([]key, error) {
	var list []key
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		raw, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(raw) != keySize {
			return nil, errNoKeys()
		}
		k, err := newKey(raw)
		if err != nil {
			return nil, err
		}
		list = append(list, k)
	}
	if lines.Err() != nil || len(list) == 0 {
		return nil, errNoKeys()
	}
	return list, nil
}

func newKey(raw []byte) (key, error) {
	block, err := aes.NewCipher(raw)
	if err != nil {
		return key{}, fmt.Errorf("preparing a key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return key{}, fmt.Errorf("preparing a key: %w", err)
	}
	sum := sha256.Sum256(append([]byte("kagami key "), raw...))
	k := key{fingerprint: hex.EncodeToString(sum[:16]), aead: aead}
	copy(k.id[:], sum[:])
	return k, nil
}

// Fingerprints name the keys, the newest first.
func (k *Keys) Fingerprints() []string {
	k.lock.RLock()
	defer k.lock.RUnlock()
	var list []string
	for _, one := range k.list {
		list = append(list, one.fingerprint)
	}
	return list
}

// Seal seals a secret by the newest key. about names whose it is, such as totp 7:
// moved to somebody else's row it can't be unsealed. The transaction that writes it
// Holds the keys first.
func (k *Keys) Seal(plain []byte, about string) []byte {
	newest := k.newest()
	return newest.aead.Seal(newest.id[:], nil, plain, []byte(about))
}

func (k *Keys) newest() key {
	k.lock.RLock()
	defer k.lock.RUnlock()
	return k.list[0]
}

// readAgain reads the file again: another portal may have been given a new key.
func (k *Keys) readAgain() error {
	again, err := ReadFile(k.path)
	if err != nil {
		return fmt.Errorf("reading the keys again: %w", err)
	}
	k.lock.Lock()
	defer k.lock.Unlock()
	k.list = again.list
	return nil
}

// SealedByNewest tells whether something was sealed by the newest key.
func (k *Keys) SealedByNewest(b []byte) bool {
	k.lock.RLock()
	defer k.lock.RUnlock()
	return len(b) >= Overhead && bytes.Equal(b[:idSize], k.list[0].id[:])
}

// Unseal returns a secret. Where it was sealed by a key that is not known, the
// file is read again.
func (k *Keys) Unseal(sealed []byte, about string) ([]byte, error) {
	if len(sealed) < Overhead {
		return nil, errors.New("unsealing: too short")
	}
	one, ok := k.find(sealed[:idSize])
	if !ok && k.path != "" {
		if err := k.readAgain(); err != nil {
			return nil, err
		}
		one, ok = k.find(sealed[:idSize])
	}
	if !ok {
		return nil, fmt.Errorf("unsealing: no key begins with %x", sealed[:idSize])
	}
	plain, err := one.aead.Open(nil, nil, sealed[idSize:], []byte(about))
	if err != nil {
		return nil, fmt.Errorf("unsealing: %w", err)
	}
	return plain, nil
}

func (k *Keys) find(id []byte) (key, bool) {
	k.lock.RLock()
	defer k.lock.RUnlock()
	for _, one := range k.list {
		if bytes.Equal(one.id[:], id) {
			return one, true
		}
	}
	return key{}, false
}
