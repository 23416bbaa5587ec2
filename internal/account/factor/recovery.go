package factor

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"kagami/internal/account"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
)

const (
	// recoveryCodes is how many are made at once.
	recoveryCodes = 10
	// recoverySize is the length of one: base32, so 80 bits.
	recoverySize = 16
)

// NewRecoveryCodes makes new recovery codes for the actor, which end the old
// ones, and returns them; they can't be shown again. Conflict for a person
// without a second factor: there is nothing to recover.
func (s *Service) NewRecoveryCodes(ctx context.Context, actor authz.Actor) ([]string, error) {
	var codes []string
	err := s.own(ctx, actor, func(tx *door.Tx, had Factors) ([]string, error) {
		if !had.Any() {
			return nil, fault.New(fault.Conflict, "回復コードは、認証アプリかパスキーを登録したあとに作れます。")
		}
		var err error
		codes, err = makeCodes(ctx, tx, actor.Person)
		return []string{"recovery_codes"}, err
	})
	if err != nil {
		return nil, fmt.Errorf("making recovery codes: %w", err)
	}
	return codes, nil
}

// makeCodes replaces a person's recovery codes.
func makeCodes(ctx context.Context, tx *door.Tx, person int64) ([]string, error) {
	codes := make([]string, recoveryCodes)
	rows := make([][]any, recoveryCodes)
	for i := range codes {
		text := rand.Text()[:recoverySize]
		rows[i] = []any{person, codeHash(text)}
		codes[i] = account.InFours(text, "-")
	}
	if _, err := tx.Exec(ctx, `DELETE FROM recovery_code WHERE person_id = $1`, person); err != nil {
		return nil, fmt.Errorf("ending recovery codes: %w", err)
	}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"recovery_code"}, []string{"person_id", "hash"}, pgx.CopyFromRows(rows)); err != nil {
		return nil, fmt.Errorf("writing recovery codes: %w", err)
	}
	return codes, nil
}

// codeHash is what stands in the database of a recovery code, which is random
// and long: a plain hash tells nothing of it.
func codeHash(code string) []byte {
	sum := sha256.Sum256([]byte(code))
	return sum[:]
}

// misread are the figures that people take for letters of base32, which has
// neither 0 nor 1 nor 8.
var misread = strings.NewReplacer("0", "O", "1", "I", "8", "B")

// useRecoveryCode takes one of the actor's recovery codes, once.
func (s *Service) useRecoveryCode(ctx context.Context, actor authz.Actor, code string) error {
	hash := codeHash(misread.Replace(typedCode(code)))
	err := s.own(ctx, actor, func(tx *door.Tx, _ Factors) ([]string, error) {
		tag, err := tx.Exec(ctx, `UPDATE recovery_code SET used_at = $3 WHERE person_id = $1 AND hash = $2 AND used_at IS NULL`, actor.Person, hash, tx.Now)
		if err == nil && tag.RowsAffected() == 0 {
			err = errCode()
		}
		return []string{"recovery_code_used"}, err
	})
	if err != nil {
		return fmt.Errorf("using a recovery code: %w", err)
	}
	return nil
}
