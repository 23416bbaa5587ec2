package account

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/account/session"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/trail"
)

// SetPassword gives a person a password, and with it an account if they had
// none. Only the operator at the server does that; people set their own.
// Invalid if it is too short or known to be bad.
func (s *Service) SetPassword(ctx context.Context, actor authz.Actor, person int64, password string) error {
	if !actor.Has(authz.Operator) {
		return fault.New(fault.Forbidden, "ほかの人のパスワードは決められません。本人が決めるためのリンクを作ってください。")
	}
	hash, err := s.newHash(ctx, person, password)
	if err != nil {
		return err
	}
	err = s.door.Do(ctx, actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.ManageAccounts, authz.Matter{Person: person}); err != nil {
			return door.Unchanged(), err
		}
		return passwordEffect(person), writePassword(ctx, tx, person, hash)
	})
	if err != nil {
		return fmt.Errorf("setting a password: %w", err)
	}
	return nil
}

// newHash checks a person's new password and makes the hash of it.
func (s *Service) newHash(ctx context.Context, person int64, password string) (string, error) {
	words, err := s.wordsOfPerson(ctx, person)
	if err != nil {
		return "", err
	}
	if err := checkPassword(password, slices.Concat(s.words, words)); err != nil {
		return "", err
	}
	return s.hash(ctx, password)
}

// writePassword writes a person's new password. Whatever else could sign them in
// or was waiting to set a password ends with the old one.
func writePassword(ctx context.Context, tx *door.Tx, person int64, hash string) error {
	var batch pgx.Batch
	batch.Queue(`
		INSERT INTO account (person_id, password_hash, password_set_at) VALUES ($1, $2, $3)
		ON CONFLICT (person_id) DO UPDATE SET password_hash = excluded.password_hash, password_set_at = excluded.password_set_at`,
		person, hash, tx.Now)
	batch.Queue(`DELETE FROM one_time_link WHERE person_id = $1 AND used_at IS NULL`, person)
	batch.Queue(`
		WITH theirs AS (
			SELECT t.id FROM sign_in_try t WHERE t.failed AND t.target IN (
				SELECT sha256(convert_to(account, 'UTF8'))
				FROM person_shown p, unnest(ARRAY[@account, @login || lower(p.staff_number), @login || lower(p.email)]) account WHERE p.id = @person)
			ORDER BY t.id FOR UPDATE
		),
		gone AS (DELETE FROM sign_in_try t USING theirs WHERE t.id = theirs.id AND t.network IS NULL)
		UPDATE sign_in_try t SET target = NULL FROM theirs WHERE t.id = theirs.id AND t.network IS NOT NULL`,
		pgx.StrictNamedArgs{"person": person, "account": ofPerson(person), "login": ofLogin("")})
	return tx.SendBatch(ctx, &batch).Close()
}

func passwordEffect(person int64) door.Effect {
	return door.Effect{Subject: trail.Subject{Kind: "account", ID: person}, Fields: []string{"password"}}
}

// PasswordChange is what somebody enters to change their own password.
type PasswordChange struct {
	Current string
	New     string
	// Session is what goes on; all the person's other sessions end.
	Session string
	Try     Try
}

// ChangePassword changes the actor's own password and ends all their other
// sessions at once. Invalid if the current one is wrong, or the new one is too
// short or known to be bad; Conflict if they have none that is used; TooMany where
// too many tries have failed before.
func (s *Service) ChangePassword(ctx context.Context, actor authz.Actor, c PasswordChange) error {
	who, err := s.candidate(ctx, byPerson, actor.Person)
	if err != nil {
		return err
	}
	if !who.Password {
		return fault.New(fault.Conflict, "このポータルのパスワードではサインインしないことになっているため、変えられるパスワードがありません。")
	}
	theirs, err := s.Verify(ctx, actor, c.Current, c.Try)
	if err != nil {
		return err
	}
	if !theirs {
		return fault.InvalidFields([]fault.Problem{{Field: "current", Message: "いまのパスワードが違います。もう一度入力してください。"}})
	}
	hash, err := s.newHash(ctx, actor.Person, c.New)
	if err != nil {
		return err
	}
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := allowOwn(tx, actor); err != nil {
			return door.Unchanged(), err
		}
		if err := writePassword(ctx, tx, actor.Person, hash); err != nil {
			return door.Unchanged(), err
		}
		return passwordEffect(actor.Person), session.ForgetAllBut(ctx, tx, actor.Person, session.Here{Session: c.Session, Device: c.Try.Device})
	})
	if err != nil {
		return fmt.Errorf("changing a password: %w", err)
	}
	return nil
}
