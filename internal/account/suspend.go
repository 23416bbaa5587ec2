package account

import (
	"context"
	"fmt"
	"strings"

	"kagami/internal/account/session"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/trail"
)

// Suspend bars somebody from signing in, and ends all their sessions at once.
// Conflict where theirs is the last break-glass account that a town needs.
func (s *Service) Suspend(ctx context.Context, actor authz.Actor, number, reason string) error {
	return s.decide(ctx, actor, order{number: number, field: "suspended", reason: reason}, func(tx *door.Tx, person int64) error {
		if err := s.refuseLastBreakGlass(ctx, tx, person); err != nil {
			return err
		}
		if err := tx.Exclude(ctx, person); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `UPDATE account SET suspended_at = $2, suspension_reason = $3 WHERE person_id = $1 AND suspended_at IS NULL`,
			person, tx.Now, reason)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "このアカウントは、まだないか、すでに利用を止めています。画面を開き直してください。")
		}
		return ForgetSignIns(ctx, tx, person)
	})
}

// Resume lets somebody sign in again whose account is suspended.
func (s *Service) Resume(ctx context.Context, actor authz.Actor, number, reason string) error {
	return s.decide(ctx, actor, order{number: number, field: "resumed", reason: reason}, func(tx *door.Tx, person int64) error {
		tag, err := tx.Exec(ctx, `UPDATE account SET suspended_at = NULL, suspension_reason = NULL WHERE person_id = $1 AND suspended_at IS NOT NULL`, person)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "このアカウントは、利用を止めていません。画面を開き直してください。")
		}
		return nil
	})
}

// order is a decision with a reason on somebody's account.
type order struct {
	number string // the staff number of whose account it is
	field  string // what the trail says has changed
	reason string
}

// decide carries an order out.
func (s *Service) decide(ctx context.Context, actor authz.Actor, o order, change func(tx *door.Tx, person int64) error) error {
	account, err := s.Account(ctx, actor, o.number)
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(o.reason)
	if reason == "" {
		return fault.InvalidFields([]fault.Problem{{Field: "reason", Message: "理由を入力してください。監査証跡に残ります。"}})
	}
	err = s.door.Do(ctx, actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := AllowDecision(ctx, tx, account.Person); err != nil {
			return door.Unchanged(), err
		}
		return door.Effect{
			Subject: trail.Subject{Kind: "account", ID: account.Person}, Fields: []string{o.field},
			Confidential: map[string]any{"reason": reason},
		}, change(tx, account.Person)
	})
	if err != nil {
		return fmt.Errorf("deciding on an account: %w", err)
	}
	return nil
}

// ForgetSignIns ends a person's sessions, sign-ins halfway, and known devices,
// and the link by which they could have set a password. One that is used just
// now stays as what it was.
func ForgetSignIns(ctx context.Context, tx *door.Tx, person int64) error {
	if err := session.Forget(ctx, tx, person); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM one_time_link WHERE person_id = $1 AND used_at IS NULL`, person); err != nil {
		return fmt.Errorf("ending a link: %w", err)
	}
	return nil
}
