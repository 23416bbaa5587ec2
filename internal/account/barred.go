package account

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/account/session"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/trail"
)

// barred tells in SQL of a person's id that their right to use the portal is suspended,
// revoked or cut at @now (package rights).
func barred(person string) string { return session.Barred(person, "@now::timestamptz") }

// Bar ends all that somebody is signed in with, in the change in which their right to use the
// portal has been suspended. Conflict where no break-glass account that a town needs is left.
func (s *Service) Bar(ctx context.Context, tx *door.Tx, person int64) error {
	if s.ways.BreakGlassOnly {
		if err := tx.Take(ctx, breakGlassAccounts); err != nil {
			return err
		}
		var last bool
		err := tx.QueryRow(ctx, `
			SELECT EXISTS (SELECT FROM account a WHERE a.person_id = @person AND a.break_glass AND a.suspended_at IS NULL AND `+administers("a.person_id")+`)
			  AND NOT EXISTS (SELECT FROM account a WHERE a.person_id <> @person AND a.break_glass AND a.suspended_at IS NULL AND NOT `+barred("a.person_id")+` AND `+administers("a.person_id")+`)`,
			pgx.StrictNamedArgs{"person": person, "today": tx.Today(), "now": tx.Now}).Scan(&last)
		if err != nil {
			return fmt.Errorf("counting break-glass accounts: %w", err)
		}
		if last {
			return fault.New(fault.Conflict, "使える非常用のアカウントがなくなるため、できません。先に、ほかのポータル管理者のアカウントを非常用にしてください。")
		}
	}
	return ForgetSignIns(ctx, tx, person)
}

// revokedReason is why an account is suspended whose person's right to the portal was revoked: the
// rest is confided to few.
const revokedReason = "このポータルの利用権限の剥奪が、剥奪のまま完了したため（詳しくは、統括情報セキュリティ責任者に聞いてください）"

// KeepOut suspends the account of somebody whose right to use the portal was revoked for good, in
// the change in which what has kept them out until then ends: nobody is let in again by that. One
// that there is not, or is suspended already, stays as it is.
func (s *Service) KeepOut(ctx context.Context, tx *door.Tx, person int64) (door.Effect, error) {
	_, err := tx.Exec(ctx, `UPDATE account SET suspended_at = @now, suspension_reason = @reason WHERE person_id = @person AND suspended_at IS NULL`,
		pgx.StrictNamedArgs{"person": person, "now": tx.Now, "reason": revokedReason})
	if err != nil {
		return door.Unchanged(), fmt.Errorf("keeping somebody out: %w", err)
	}
	return door.Effect{Subject: trail.Subject{Kind: "account", ID: person}, Fields: []string{"suspended"}}, ForgetSignIns(ctx, tx, person)
}

// breakGlassAccounts is the lock of whoever lets one of them go.
const breakGlassAccounts door.Lock = "break-glass accounts"
