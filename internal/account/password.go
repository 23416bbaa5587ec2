package account

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"sync"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/fault"
)

// MinPassword is the least length of a password, in characters. Length is what
// counts; no rule asks for signs or digits, and none for a new one after a time
// (NIST SP 800-63B).
const MinPassword = 12

// maxPassword limits what is hashed, in bytes.
const maxPassword = 1024

// params cost about 30 ms and 19 MiB a hash (the OWASP recommendation for
// argon2id with one lane).
var params = argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// StoppedMessage is what somebody reads whose account or whose right to use the portal is
// suspended, and no more: not why, nor by whom.
const StoppedMessage = "このアカウントは、利用を止められています。総務課に連絡してください。"

// hashing limits the memory that sign-ins take together: a morning when all
// arrive at once waits its turn rather than filling the machine. nil is for what
// takes none.
type hashing chan struct{}

// enter waits for a turn. leave ends it, once however often it is called.
func (h hashing) enter(ctx context.Context) (leave func(), err error) {
	if h == nil {
		return func() {}, nil
	}
	select {
	case h <- struct{}{}:
		return sync.OnceFunc(func() { <-h }), nil
	case <-ctx.Done():
		return nil, fault.Wrap(ctx.Err(), fault.Unavailable, "混み合っています。少し待ってから、もう一度お試しください。")
	}
}

// fold makes the same password the same bytes however the keyboard composed it.
func fold(password string) string { return norm.NFKC.String(password) }

// checkPassword finds what is wrong with a new password. words are what an
// outsider would try first for this person: their name, number, e-mail.
func checkPassword(password string, words []string) error {
	message := ""
	switch folded := fold(password); {
	case len(password) > maxPassword || len(folded) > maxPassword:
		message = fmt.Sprintf("パスワードが長すぎます。%dバイト（漢字やかなで約%d字）までにしてください。", maxPassword, maxPassword/3)
	case utf8.RuneCountInString(folded) < MinPassword:
		message = fmt.Sprintf("パスワードは、%d字以上で入力してください。", MinPassword)
	case isKnownBad(folded, words):
		message = "よく使われる言葉や並び、あなたの名前や番号だけでできたパスワードは、すぐに当てられます。関係のない言葉をいくつか並べるなど、別のものにしてください。"
	default:
		return nil
	}
	return fault.InvalidFields([]fault.Problem{{Field: "password", Message: message}})
}

// hash makes what stands in the database of a password that checkPassword has let through.
func (s *Service) hash(ctx context.Context, password string) (string, error) {
	leave, err := s.hashing.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return argon2id.CreateHash(fold(password), &s.cost)
}

// nobodysHash has the form of a hash, and is compared with as slowly as any, but
// was made of no password: no memory is taken for it at the start.
func nobodysHash(cost argon2id.Params) string {
	salt, key := make([]byte, cost.SaltLength), make([]byte, cost.KeyLength)
	_, _ = rand.Read(salt) // never fails
	_, _ = rand.Read(key)
	text := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", 0x13, cost.Memory, cost.Iterations, cost.Parallelism, text(salt), text(key))
}

// matches holds a password against a hash; whoever calls it has entered.
func matches(password, hash string) (bool, error) {
	if len(password) > maxPassword {
		return false, nil
	}
	return argon2id.ComparePasswordAndHash(fold(password), hash)
}
