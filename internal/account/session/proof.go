package session

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// The ways to prove oneself, as a session's row names them: one, or several with
// a + between, such as password+totp.
const (
	ByPassword     = "password"
	ByTOTP         = "totp" // an authenticator app
	ByRecoveryCode = "recovery_code"
	ByPasskey      = "passkey"
	ByDirectory    = "directory" // the password of the town's directory
	ByProvider     = "openid"    // the identity provider vouches for them
)

var methodTitles = map[string]string{
	ByPassword: "パスワード", ByTOTP: "認証アプリ", ByRecoveryCode: "回復コード", ByPasskey: "パスキー",
	ByDirectory: "庁内のパスワード", ByProvider: "シングルサインオン",
}

// MethodTitle is a way to sign in as people read it: パスワードと認証アプリ.
func MethodTitle(method string) string {
	steps := strings.Split(method, "+")
	for i, step := range steps {
		if title, ok := methodTitles[step]; ok {
			steps[i] = title
		}
	}
	return strings.Join(steps, "と")
}

// Proof is how a person has proved who they are.
type Proof struct {
	Person int64
	Method string // ByPassword, …
	Strong bool   // whether more than a password was used
	Device string // in words, as Device makes them; never what the browser sent
	// At is when the proof was asked for, before the password was checked; zero
	// for now.
	At time.Time
	// Password is which of the account's own passwords was given, as DigestOf tells
	// it from others; empty where none was. One that has changed since proves
	// nothing, whatever the clocks say.
	Password string
}

// DigestOf tells a password's hash from those of other passwords, for keeping it
// where the hash itself has no business.
func DigestOf(hash string) string {
	sum := sha256.Sum256([]byte(hash))
	return hex.EncodeToString(sum[:])
}

// Strength is how much a proof is worth.
type Strength bool

// The strengths.
const (
	Plain  Strength = false // a password, or what stands in for it
	Strong Strength = true  // more than that: a second factor, a passkey
)
