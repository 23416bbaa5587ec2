package factor

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/account"
	"kagami/internal/account/session"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/secret"
	"kagami/internal/trail"
)

// Config is what second factors are made of.
type Config struct {
	Pool *pgxpool.Pool
	Door *door.Door
	Now  func() time.Time
	// Keys seal the secrets of authenticator apps.
	Keys *secret.Keys
	// Accounts counts wrong codes as it counts wrong passwords.
	Accounts *account.Service
	// Town names the portal in authenticator apps and beside passkeys.
	Town string
	// PublicURL is where people reach the portal. Passkeys are tied to its
	// name; see Passkeys.
	PublicURL *url.URL
	// Demanded are the roles whose holders must have a second factor.
	Demanded []authz.Role
}

// Service are what people prove themselves with beside a password, in a
// database.
type Service struct {
	Config
	relying *webauthn.WebAuthn // nil where the portal has no name
}

// New makes the service.
func New(config Config) (*Service, error) {
	relying, err := relyingParty(config.Town, config.PublicURL)
	if err != nil {
		return nil, fmt.Errorf("preparing passkeys: %w", err)
	}
	return &Service{Config: config, relying: relying}, nil
}

// Factors are a person's second factors.
type Factors struct {
	TOTPSince     *time.Time // since when an authenticator app is in use; nil for none
	Passkeys      []Passkey  // the oldest first
	RecoveryCodes int        // how many have not been used
}

// Any tells whether there is a second factor at all. Recovery codes are none:
// they stand in for one.
func (f Factors) Any() bool { return f.count() > 0 }

func (f Factors) count() int {
	if f.TOTPSince != nil {
		return 1 + len(f.Passkeys)
	}
	return len(f.Passkeys)
}

// Own returns the actor's own second factors.
func (s *Service) Own(ctx context.Context, actor authz.Actor) (Factors, error) {
	return factorsOf(ctx, s.Pool, actor.Person)
}

// Of returns an account that the actor manages, with the second factors of it.
func (s *Service) Of(ctx context.Context, actor authz.Actor, number string) (account.Account, Factors, error) {
	of, err := s.Accounts.Account(ctx, actor, number)
	if err != nil {
		return account.Account{}, Factors{}, err
	}
	factors, err := factorsOf(ctx, s.Pool, of.Person)
	return of, factors, err
}

// Owed returns the second factors of whoever has given their password, for the
// second step of signing in.
func (s *Service) Owed(ctx context.Context, person int64) (Factors, error) {
	return factorsOf(ctx, s.Pool, person)
}

// querier is the part of a pool or a transaction that reads.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func factorsOf(ctx context.Context, db querier, person int64) (Factors, error) {
	var f Factors
	err := db.QueryRow(ctx, `
		SELECT (SELECT confirmed_at FROM totp WHERE person_id = $1),
		       (SELECT count(*) FROM recovery_code WHERE person_id = $1 AND used_at IS NULL)`, person).Scan(&f.TOTPSince, &f.RecoveryCodes)
	if err != nil {
		return Factors{}, fmt.Errorf("looking up second factors: %w", err)
	}
	rows, err := db.Query(ctx, `SELECT token, name, made_at, used_at FROM passkey WHERE person_id = $1 ORDER BY id`, person)
	if err != nil {
		return Factors{}, fmt.Errorf("looking up passkeys: %w", err)
	}
	if f.Passkeys, err = pgx.CollectRows(rows, pgx.RowToStructByName[Passkey]); err != nil {
		return Factors{}, fmt.Errorf("looking up passkeys: %w", err)
	}
	return f, nil
}

// own makes a change of the actor's own second factors. fn gets those they have
// and names what it changed; no other change of the same person's runs beside it.
func (s *Service) own(ctx context.Context, actor authz.Actor, fn func(tx *door.Tx, had Factors) ([]string, error)) error {
	return s.Door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.SignedIn, authz.Matter{Person: actor.Person}); err != nil {
			return door.Unchanged(), err
		}
		had, err := locked(ctx, tx, actor.Person)
		if err != nil {
			return door.Unchanged(), err
		}
		fields, err := fn(tx, had)
		if err != nil {
			return door.Unchanged(), err
		}
		return factorEffect(actor.Person, fields), nil
	})
}

func factorEffect(person int64, fields []string) door.Effect {
	return door.Effect{Subject: trail.Subject{Kind: "account", ID: person}, Fields: fields}
}

// locked are a person's second factors, which nobody else changes before the
// transaction ends.
func locked(ctx context.Context, tx *door.Tx, person int64) (Factors, error) {
	if err := org.LockPerson(ctx, tx, person); err != nil {
		return Factors{}, err
	}
	return factorsOf(ctx, tx, person)
}

// afterRemoval refuses to leave somebody without a second factor whose role
// demands one. With the last go the recovery codes, and what the person's
// sessions were strong by.
func (s *Service) afterRemoval(ctx context.Context, tx *door.Tx, actor authz.Actor, had Factors) error {
	if had.count() > 1 {
		return nil
	}
	if s.Demands(actor) {
		return fault.New(fault.Conflict, "あなたの役割では二要素認証が必要なため、最後の一つは取り外せません。先に、別の認証アプリかパスキーを登録してください。")
	}
	if _, err := tx.Exec(ctx, `DELETE FROM recovery_code WHERE person_id = $1`, actor.Person); err != nil {
		return fmt.Errorf("ending recovery codes: %w", err)
	}
	return session.Weaken(ctx, tx, actor.Person)
}

// AskTakeAway refuses who may not take somebody's second factors away because of the
// link that they have made: what a page asks before it shows the form.
func (s *Service) AskTakeAway(ctx context.Context, actor authz.Actor, person int64) error {
	demanded, err := s.demandedOf(ctx, s.Pool, person, calendar.Day(s.Now()))
	if err != nil {
		return err
	}
	return s.Accounts.AskFactorsTaken(ctx, actor, account.FactorsTaken{Person: person, Demanded: demanded})
}

// TakeAway removes all second factors of somebody else, who has lost them, and
// ends their sessions. Invalid without a reason; NotFound if they have none;
// Forbidden where their role demands one, and the actor has made a link within 7
// days by which they set their password.
func (s *Service) TakeAway(ctx context.Context, actor authz.Actor, person int64, reason string) error {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return fault.InvalidFields([]fault.Problem{{Field: "reason", Message: "取り外す理由を入力してください。監査証跡に残ります。"}})
	}
	err := s.Door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := account.AllowDecision(ctx, tx, person); err != nil {
			return door.Unchanged(), err
		}
		had, err := locked(ctx, tx, person)
		if err != nil {
			return door.Unchanged(), err
		}
		if !had.Any() {
			return door.Unchanged(), fault.New(fault.NotFound, "この職員には、取り外せる二要素認証がありません。")
		}
		demanded, err := s.demandedOf(ctx, tx, person, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		if err := account.DecideFactorsTaken(ctx, tx, actor, account.FactorsTaken{Person: person, Demanded: demanded}); err != nil {
			return door.Unchanged(), err
		}
		for _, statement := range []string{
			`DELETE FROM totp WHERE person_id = $1`,
			`DELETE FROM recovery_code WHERE person_id = $1`,
			`DELETE FROM passkey WHERE person_id = $1`,
		} {
			if _, err := tx.Exec(ctx, statement, person); err != nil {
				return door.Unchanged(), err
			}
		}
		if err := account.ForgetSignIns(ctx, tx, person); err != nil {
			return door.Unchanged(), err
		}
		effect := factorEffect(person, []string{"totp", "recovery_codes", "passkeys", "sessions"})
		effect.Confidential = map[string]any{"reason": reason}
		return effect, nil
	})
	if err != nil {
		return fmt.Errorf("taking away second factors: %w", err)
	}
	return nil
}
