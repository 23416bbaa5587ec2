package factor

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/account"
	"kagami/internal/account/session"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
)

const (
	// totpPeriod is how long one code lasts (RFC 6238).
	totpPeriod = 30 * time.Second
	// totpSkew is how many steps the two clocks may be apart, either way.
	totpSkew = 1
	// totpSecretSize is that of a SHA-1 key, in bytes (RFC 4226).
	totpSecretSize = 20
)

var base32Text = base32.StdEncoding.WithPadding(base32.NoPadding)

// TOTPSetup is what a person puts into their authenticator app.
type TOTPSetup struct {
	Secret string // for typing, in fours
	URL    string // for the camera: an otpauth URL
}

// BeginTOTP makes a secret for an authenticator app. It is in use once
// ConfirmTOTP was given a code of it; until then one that was in use before
// stays so.
func (s *Service) BeginTOTP(ctx context.Context, actor authz.Actor) error {
	secret := make([]byte, totpSecretSize)
	if _, err := rand.Read(secret); err != nil {
		return fmt.Errorf("making a secret: %w", err)
	}
	err := s.own(ctx, actor, func(tx *door.Tx, _ Factors) ([]string, error) {
		if err := s.Keys.Hold(ctx, tx); err != nil {
			return nil, err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO totp (person_id, pending) VALUES ($1, $2)
			ON CONFLICT (person_id) DO UPDATE SET pending = excluded.pending`, actor.Person, s.Keys.Seal(secret, aboutTOTP(actor.Person)))
		return []string{"totp_pending"}, err
	})
	if err != nil {
		return fmt.Errorf("beginning with an authenticator app: %w", err)
	}
	return nil
}

// PendingTOTP is what BeginTOTP has made for the actor; NotFound if nothing
// waits to be confirmed.
func (s *Service) PendingTOTP(ctx context.Context, actor authz.Actor) (TOTPSetup, error) {
	secret, err := s.pendingSecret(ctx, s.Pool, actor.Person)
	if err != nil {
		return TOTPSetup{}, err
	}
	text := base32Text.EncodeToString(secret)
	return TOTPSetup{Secret: account.InFours(text, " "), URL: otpauth(s.Town, actor.Name, text)}, nil
}

func (s *Service) pendingSecret(ctx context.Context, db querier, person int64) ([]byte, error) {
	var sealed []byte
	err := db.QueryRow(ctx, `SELECT pending FROM totp WHERE person_id = $1 AND pending IS NOT NULL`, person).Scan(&sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "認証アプリの設定は、まだ始まっていません。「二要素認証」の画面から始めてください。")
	}
	if err != nil {
		return nil, fmt.Errorf("looking up a secret: %w", err)
	}
	return s.unsealTOTP(sealed, person)
}

// aboutTOTP names whose secret is sealed.
func aboutTOTP(person int64) string { return fmt.Sprintf("totp %d", person) }

func (s *Service) unsealTOTP(sealed []byte, person int64) ([]byte, error) {
	if len(sealed) == totpSecretSize {
		return sealed, nil // from before there were keys, until a portal starts that has some
	}
	secret, err := s.Keys.Unseal(sealed, aboutTOTP(person))
	if err != nil {
		return nil, fmt.Errorf("looking up the secret of an authenticator app: %w", err)
	}
	return secret, nil
}

// SealForPortal seals by the newest key what is not sealed by it, and returns how
// many secrets those were: those from before there were keys, and those of a key
// that is to be retired. One that changes meanwhile is sealed by whoever changes it.
func (s *Service) SealForPortal(ctx context.Context) (int, error) {
	type row struct {
		Person          int64
		Secret, Pending []byte
	}
	rows, err := postgres.List[row](ctx, s.Pool, "listing secrets", `SELECT person_id AS person, secret, pending FROM totp`)
	if err != nil {
		return 0, err
	}
	sealed := 0
	for _, r := range rows {
		for column, was := range map[string][]byte{"secret": r.Secret, "pending": r.Pending} {
			if was == nil || s.Keys.SealedByNewest(was) {
				continue
			}
			plain, err := s.unsealTOTP(was, r.Person)
			if err != nil {
				return sealed, err
			}
			err = postgres.InTx(ctx, s.Pool, func(tx pgx.Tx) error {
				if err := s.Keys.Hold(ctx, tx); err != nil {
					return err
				}
				_, err := tx.Exec(ctx, `UPDATE totp SET `+column+` = $3 WHERE person_id = $1 AND `+column+` = $2`, r.Person, was, s.Keys.Seal(plain, aboutTOTP(r.Person)))
				return err
			})
			if err != nil {
				return sealed, fmt.Errorf("sealing a secret: %w", err)
			}
			sealed++
		}
	}
	return sealed, nil
}

// otpauth is the URL that authenticator apps read from a picture. The rest
// is what they expect anyway: SHA-1, 6 digits, 30 seconds; the picture is the
// coarser without.
func otpauth(issuer, name, secret string) string {
	issuer = url.PathEscape(issuer)
	return "otpauth://totp/" + issuer + ":" + url.PathEscape(name) + "?secret=" + secret + "&issuer=" + issuer
}

// ConfirmTOTP puts the secret that BeginTOTP made in use, given a code of it.
// For a person without recovery codes it makes some and returns them; they can't
// be shown again. Invalid for a wrong code.
func (s *Service) ConfirmTOTP(ctx context.Context, actor authz.Actor, code string) ([]string, error) {
	var codes []string
	err := s.own(ctx, actor, func(tx *door.Tx, had Factors) ([]string, error) {
		secret, err := s.pendingSecret(ctx, tx, actor.Person)
		if err != nil {
			return nil, err
		}
		now, err := databaseNow(ctx, tx)
		if err != nil {
			return nil, err
		}
		step, err := stepOf(secret, code, now)
		if err != nil {
			return nil, err
		}
		if step == noStep {
			return nil, fault.InvalidFields([]fault.Problem{{Field: "code", Message: "コードが違います。認証アプリに出ている6桁の数字を、切り替わる前に入力してください。スマートフォンの時刻が合っているかも確かめてください。"}})
		}
		_, err = tx.Exec(ctx, `
			UPDATE totp SET secret = pending, pending = NULL, confirmed_at = $2, last_step = $3 WHERE person_id = $1`, actor.Person, tx.Now, step)
		if err != nil || had.RecoveryCodes > 0 {
			return []string{"totp"}, err
		}
		codes, err = makeCodes(ctx, tx, actor.Person)
		return []string{"totp", "recovery_codes"}, err
	})
	if err != nil {
		return nil, fmt.Errorf("confirming an authenticator app: %w", err)
	}
	return codes, nil
}

// RemoveTOTP ends the use of the actor's authenticator app. Conflict if it is
// their last second factor and their role demands one.
func (s *Service) RemoveTOTP(ctx context.Context, actor authz.Actor) error {
	err := s.own(ctx, actor, func(tx *door.Tx, had Factors) ([]string, error) {
		if had.TOTPSince == nil {
			return nil, errNoFactor()
		}
		if err := s.afterRemoval(ctx, tx, actor, had); err != nil {
			return nil, err
		}
		_, err := tx.Exec(ctx, `DELETE FROM totp WHERE person_id = $1`, actor.Person)
		return []string{"totp"}, err
	})
	if err != nil {
		return fmt.Errorf("removing an authenticator app: %w", err)
	}
	return nil
}

func errNoFactor() error {
	return fault.New(fault.NotFound, "この認証手段は、すでに取り外されています。「二要素認証」の画面を開き直してください。")
}

// CheckCode takes a code from an authenticator app or a recovery code of the
// actor's, each once, and tells which it was: session.ByTOTP or session.ByRecoveryCode.
// Unauthenticated for any other, and TooMany after too many of those: they are
// counted apart from passwords, so that who knows the password can't begin anew.
func (s *Service) CheckCode(ctx context.Context, actor authz.Actor, code string, try account.Try) (string, error) {
	method, take := session.ByRecoveryCode, s.useRecoveryCode
	if len(typedCode(code)) == otp.DigitsSix.Length() {
		method, take = session.ByTOTP, s.useTOTP
	}
	return method, s.Accounts.ThrottleCode(ctx, actor.Person, try, func() error { return take(ctx, actor, code) })
}

// useTOTP takes a code of the actor's authenticator app, once.
func (s *Service) useTOTP(ctx context.Context, actor authz.Actor, code string) error {
	var sealed []byte
	err := s.Pool.QueryRow(ctx, `SELECT secret FROM totp WHERE person_id = $1 AND secret IS NOT NULL`, actor.Person).Scan(&sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return errCode()
	}
	if err != nil {
		return fmt.Errorf("looking up a secret: %w", err)
	}
	secret, err := s.unsealTOTP(sealed, actor.Person)
	if err != nil {
		return err
	}
	now, err := databaseNow(ctx, s.Pool)
	if err != nil {
		return err
	}
	step, err := stepOf(secret, code, now)
	if err != nil {
		return fmt.Errorf("checking a code: %w", err)
	}
	if step == noStep {
		return errCode()
	}
	// whoever looks over a shoulder cannot use the code again, not even at once
	tag, err := s.Pool.Exec(ctx, `UPDATE totp SET last_step = $2 WHERE person_id = $1 AND secret = $3 AND last_step < $2`, actor.Person, step, sealed)
	if err != nil {
		return fmt.Errorf("taking a code: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Unauthenticated, "このコードは、すでに使われました。認証アプリの数字が切り替わるのを待って、新しいコードを入力してください。")
	}
	return nil
}

// databaseNow is the instant that codes are held against: the database's clock is
// one for all portals, whose own may go wrong.
func databaseNow(ctx context.Context, db querier) (now time.Time, err error) {
	if err := db.QueryRow(ctx, `SELECT database_clock()`).Scan(&now); err != nil {
		return time.Time{}, fmt.Errorf("asking the database's clock: %w", err)
	}
	return now, nil
}

func errCode() error {
	return fault.New(fault.Unauthenticated, "コードが違います。認証アプリに出ている6桁の数字か、回復コードを入力してください。")
}

// noStep is the step of a code that belongs to none.
const noStep = 0

// stepOf finds which step a code belongs to, of those that may be meant now, or
// noStep. It takes as long whether it is one or none.
func stepOf(secret []byte, code string, now time.Time) (int64, error) {
	typed := []byte(typedCode(code))
	key := base32Text.EncodeToString(secret)
	current := now.Unix() / int64(totpPeriod/time.Second)
	found := int64(noStep)
	for step := current - totpSkew; step <= current+totpSkew; step++ {
		want, err := hotp.GenerateCodeCustom(key, uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}) //nolint:gosec // steps since 1970
		if err != nil {
			return noStep, fmt.Errorf("computing a code: %w", err)
		}
		if subtle.ConstantTimeCompare(typed, []byte(want)) == 1 {
			found = step
		}
	}
	return found, nil
}

// typedCode is a code as it was meant: half-width, without the blanks and
// hyphens that are put in for reading.
func typedCode(code string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '‐' || r == 'ー' || r == '−' || r == '\t' {
			return -1
		}
		return r
	}, strings.ToUpper(norm.NFKC.String(code)))
}
