package account

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/account/session"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
)

// BeginSession writes a session that begins. Whoever has been suspended, or has
// got another password, since they gave theirs gets none: Unauthenticated. The
// update waits for such a change that is under way, as that one would wait for
// this. Who is barred from the portal and has something to answer gets one that is
// confined to that, whatever it was asked for as.
func (s *Service) BeginSession(ctx context.Context, b session.Beginning) error {
	now := s.door.Now()
	err := postgres.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		var admitted bool
		err := tx.QueryRow(ctx, `
			WITH here AS MATERIALIZED (SELECT `+barred("@person::bigint")+` AS confined, NOT `+s.confinement.ShutsOut("@person::bigint", "@now::timestamptz")+` AS admitted),
			active AS (
				UPDATE account a SET signed_in_at = CASE WHEN here.confined THEN a.signed_in_at ELSE @now END, confined_at = CASE WHEN here.confined THEN @now ELSE a.confined_at END
				FROM here WHERE a.person_id = @person AND a.suspended_at IS NULL AND here.admitted
					AND (@password = '' OR encode(sha256(convert_to(a.password_hash, 'UTF8')), 'hex') = @password) RETURNING a.person_id)
			SELECT here.admitted AND (EXISTS (SELECT FROM active) OR NOT EXISTS (SELECT FROM account WHERE person_id = @person)), here.confined FROM here`,
			pgx.StrictNamedArgs{"person": b.Proof.Person, "now": now, "password": b.Proof.Password}).Scan(&admitted, &b.Confined)
		if err != nil {
			return err
		}
		if !admitted {
			return fault.New(fault.Unauthenticated, "サインインできませんでした。もう一度サインインしてください。")
		}
		return session.Begin(ctx, tx, now, b)
	})
	if err != nil {
		return fmt.Errorf("beginning a session: %w", err)
	}
	return nil
}

// SessionsOf lists the sessions of an account that the actor manages.
func (s *Service) SessionsOf(ctx context.Context, actor authz.Actor, number string) ([]session.Summary, error) {
	account, err := s.Account(ctx, actor, number)
	if err != nil {
		return nil, err
	}
	return session.Of(ctx, s.pool, account.Person, s.door.Now())
}

// EndSessionsOf ends all sessions of somebody else.
func (s *Service) EndSessionsOf(ctx context.Context, actor authz.Actor, number string) error {
	account, err := s.Account(ctx, actor, number)
	if err != nil {
		return err
	}
	err = s.door.Do(ctx, actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := AllowDecision(ctx, tx, account.Person); err != nil {
			return door.Unchanged(), err
		}
		ended, err := session.EndAll(ctx, tx, account.Person)
		if err != nil || ended == 0 {
			return door.Unchanged(), err
		}
		return session.EndEffect(account.Person), nil
	})
	if err != nil {
		return fmt.Errorf("ending sessions: %w", err)
	}
	return nil
}

// allowOwn allows the actor a change of their own account.
func allowOwn(tx *door.Tx, actor authz.Actor) error {
	return tx.Allow(authz.SignedIn, authz.Matter{Person: actor.Person})
}
