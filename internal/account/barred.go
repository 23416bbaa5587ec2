package account

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/door"
	"kagami/internal/fault"
)

// barred tells in SQL of a person's id that their right to use the portal is suspended,
// revoked or cut at @now (package rights).
func barred(person string) string { return barredAt(person, "@now::timestamptz") }

func barredAt(person, at string) string {
	return `EXISTS (SELECT FROM portal_barred x WHERE x.person_id = ` + person + ` AND x.during @> ` + at + `)`
}

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

// breakGlassAccounts is the lock of whoever lets one of them go.
const breakGlassAccounts door.Lock = "break-glass accounts"
