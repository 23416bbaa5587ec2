package account

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/trail"
)

// Admit makes the account of the person with that staff number, without a
// password: they sign in elsewhere. An invitation that waits for them ends. Conflict if
// they have an account, or could not be known where they would sign in.
func (s *Service) Admit(ctx context.Context, actor authz.Actor, number string) error {
	account, err := s.Account(ctx, actor, number)
	switch {
	case err != nil:
		return err
	case account.Exists:
		return fault.New(fault.Conflict, "この人には、すでにアカウントがあります。")
	case !s.ways.SingleSignOn():
		return errNoSingleSignOn()
	case s.ways.byEmailOnly() && account.Email == "":
		return fault.New(fault.Conflict, "メールアドレスが登録されていないため、シングルサインオンでは、だれかを見分けられません。先に「体制」でメールアドレスを登録してください。")
	}
	return s.admit(ctx, actor, account.Person)
}

func errNoSingleSignOn() error {
	return fault.New(fault.Conflict, "シングルサインオンは設定されていません。招待のリンクを作ってください。")
}

// Admissible counts those who are Waiting and can be known where they would sign
// in, as far as the actor manages their accounts: none where all sign in here.
func (s *Service) Admissible(ctx context.Context, actor authz.Actor) (int, error) {
	if !s.ways.SingleSignOn() {
		return 0, nil
	}
	people, err := s.admissible(ctx, actor)
	return len(people), err
}

// AdmitAll makes the accounts, without passwords, of all who are Admissible, and
// returns how many. Conflict where there is nobody.
func (s *Service) AdmitAll(ctx context.Context, actor authz.Actor) (int, error) {
	if !s.ways.SingleSignOn() {
		return 0, errNoSingleSignOn()
	}
	people, err := s.admissible(ctx, actor)
	if err != nil {
		return 0, err
	}
	if len(people) == 0 {
		return 0, fault.New(fault.Conflict, "アカウントを作る人がいません。作れるのは、発令されている職があるか60日以内に始まり、アカウントがまだない人です。メールアドレスで見分けるときは、その登録も要ります。")
	}
	for _, person := range people {
		if err := s.admit(ctx, actor, person); err != nil {
			return 0, err
		}
	}
	return len(people), nil
}

func (s *Service) admissible(ctx context.Context, actor authz.Actor) ([]int64, error) {
	mine, err := s.managed(ctx, actor)
	if err != nil {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, `
		SELECT p.id FROM person_shown p JOIN `+servesSoon+` serves ON serves.person_id = p.id
		WHERE (@managed::bigint[] IS NULL OR p.id = ANY(@managed)) AND (p.email IS NOT NULL OR NOT @by_email_only)
		  AND NOT EXISTS (SELECT FROM account a WHERE a.person_id = p.id)
		ORDER BY p.id`, pgx.StrictNamedArgs{"today": s.today(), "managed": mine, "by_email_only": s.ways.byEmailOnly()})
	if err != nil {
		return nil, fmt.Errorf("listing who needs an account: %w", err)
	}
	people, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("listing who needs an account: %w", err)
	}
	return people, nil
}

func (s *Service) admit(ctx context.Context, actor authz.Actor, person int64) error {
	err := s.door.Do(ctx, actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := AllowDecision(ctx, tx, person); err != nil {
			return door.Unchanged(), err
		}
		tag, err := tx.Exec(ctx, `INSERT INTO account (person_id) VALUES ($1) ON CONFLICT (person_id) DO NOTHING`, person)
		if err != nil || tag.RowsAffected() == 0 { // somebody else has just made it
			return door.Unchanged(), err
		}
		_, err = tx.Exec(ctx, `DELETE FROM one_time_link WHERE person_id = $1 AND used_at IS NULL`, person)
		return door.Effect{Subject: trail.Subject{Kind: "account", ID: person}, Fields: []string{"single_sign_on"}}, err
	})
	if err != nil {
		return fmt.Errorf("making an account without a password: %w", err)
	}
	return nil
}

// SetBreakGlass makes somebody else's account a break-glass account: its password
// signs in where the portal's own passwords are switched off. Invalid without a
// reason. Conflict for whoever is not ポータル管理者 or has no password.
func (s *Service) SetBreakGlass(ctx context.Context, actor authz.Actor, number, reason string) error {
	return s.decide(ctx, actor, order{number: number, field: "break_glass", reason: reason}, func(tx *door.Tx, person int64) error {
		tag, err := tx.Exec(ctx, `
			UPDATE account a SET break_glass = true
			WHERE a.person_id = @person AND a.password_hash IS NOT NULL AND a.suspended_at IS NULL AND NOT `+barred("a.person_id")+` AND `+administers("a.person_id"),
			pgx.StrictNamedArgs{"person": person, "today": tx.Today(), "now": tx.Now})
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "非常用のアカウントにできるのは、ポータル管理者で、このポータルのパスワードを決めてある人のものだけです。画面を開き直して、いまの状態を確かめてください。")
		}
		return nil
	})
}

// EndBreakGlass makes somebody else's break-glass account an ordinary one again.
// Invalid without a reason. Conflict where it would leave a town without one that
// needs one.
func (s *Service) EndBreakGlass(ctx context.Context, actor authz.Actor, number, reason string) error {
	return s.decide(ctx, actor, order{number: number, field: "break_glass_ended", reason: reason}, func(tx *door.Tx, person int64) error {
		if err := s.refuseLastBreakGlass(ctx, tx, person); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE account SET break_glass = false WHERE person_id = $1`, person)
		return err
	})
}

// refuseLastBreakGlass refuses to let somebody's break-glass account go where it is
// the last one of a town that needs one. Of two such changes the second waits
// for the first, so that each doesn't count on the other's.
func (s *Service) refuseLastBreakGlass(ctx context.Context, tx *door.Tx, person int64) error {
	if !s.ways.BreakGlassOnly {
		return nil
	}
	if err := tx.Take(ctx, breakGlassAccounts); err != nil {
		return err
	}
	var last bool
	err := tx.QueryRow(ctx, `
		SELECT coalesce(bool_or(a.person_id = @person) AND count(*) = 1, false)
		FROM account a WHERE a.break_glass AND a.suspended_at IS NULL AND NOT `+barred("a.person_id")+` AND `+administers("a.person_id"),
		pgx.StrictNamedArgs{"person": person, "today": tx.Today(), "now": tx.Now}).Scan(&last)
	if err != nil {
		return fmt.Errorf("counting break-glass accounts: %w", err)
	}
	if last {
		return fault.New(fault.Conflict, "使える非常用のアカウントがなくなるため、できません。先に、ほかのポータル管理者のアカウントを非常用にしてください。")
	}
	return nil
}
