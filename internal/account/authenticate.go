package account

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/account/session"
	"kagami/internal/authz"
	"kagami/internal/fault"
)

// candidate is somebody who tries to sign in, as the portal knows them.
type candidate struct {
	Person      int64  `db:"person_id"` // 0 for nobody
	Hash        string // nobody's for whoever can't use a password of the portal's own
	Password    bool   `db:"-"` // they can
	BreakGlass  bool
	Suspended   bool     // or their right to use the portal is, and they have nothing to answer
	Administers bool     // they are ポータル管理者 today
	Logins      []string // what they sign in with, folded
}

// How a candidate is candidate, by @value.
const (
	byLogin       = `lower(p.email) = @value OR lower(p.staff_number) = @value`
	byPerson      = `p.id = @value`
	byEmail       = `lower(p.email) = @value`
	byStaffNumber = `lower(p.staff_number) = @value`
)

// Authenticate returns the proof that it is the person whose login (e-mail or
// staff number, in either width of letters) and password these are: first the
// portal's own, as far as the town lets it be used, and then the directory's, if
// there is one. Unauthenticated otherwise, with the same words and after the
// same time whether the account exists; TooMany where too many tries have
// failed before, without asking the directory; Unavailable if that does not
// answer and the portal's own password does not fit.
func (s *Service) Authenticate(ctx context.Context, login, password string, try Try) (session.Proof, error) {
	proof := session.Proof{Method: session.ByPassword, At: s.door.Now()}
	who, err := s.candidate(ctx, byLogin, folded(login))
	if err != nil {
		return session.Proof{}, err
	}
	t, err := s.tallyOf(ctx, ofPerson(who.Person), who.Person, try)
	if err != nil {
		return session.Proof{}, err
	}
	t = who.countByLogin(t, folded(login))
	err = s.throttled(ctx, t, s.hashing, func(ctx context.Context, leave func()) error {
		if fits, err := who.fits(password); err != nil || fits {
			proof.Person, proof.Password = who.Person, session.DigestOf(who.Hash)
			return err
		}
		if s.ways.Directory == nil {
			return refusal{errSignIn()}
		}
		leave()
		person, err := s.askDirectory(ctx, login, password, who)
		switch {
		case fault.KindOf(err) == fault.Unauthenticated:
			return refusal{err}
		case err != nil: // a directory that is down is no way round the counting
			return outage{err, who.Password}
		}
		proof.Person, proof.Method = person, session.ByDirectory
		return nil
	})
	if err != nil {
		return session.Proof{}, fmt.Errorf("checking a password: %w", err)
	}
	if proof.Method == session.ByPassword && who.Suspended {
		return session.Proof{}, errSuspended()
	}
	return proof, nil
}

// errSuspended is what somebody reads whose account is suspended, once they have
// proved who they are.
func errSuspended() error { return fault.New(fault.Unauthenticated, StoppedMessage) }

func errSignIn() error {
	return fault.New(fault.Unauthenticated, "メールアドレス（または職員番号）かパスワードが違います。もう一度入力してください。")
}

// askDirectory returns whom the directory knows by a login and password. who is
// whom the portal would take the login for: the directory may not mean another.
func (s *Service) askDirectory(ctx context.Context, login, password string, who candidate) (int64, error) {
	identity, err := s.ways.Directory.Authenticate(ctx, login, password)
	if fault.KindOf(err) == fault.Unauthenticated {
		return 0, errSignIn()
	}
	if err != nil {
		return 0, fmt.Errorf("signing in at the directory: %w", err)
	}
	value := identity.Email
	if s.ways.DirectoryKey == KeyStaffNumber {
		value = identity.StaffNumber
	}
	person, err := s.Vouched(ctx, s.ways.DirectoryKey, value)
	if err != nil {
		return 0, err
	}
	if who.Person != 0 && who.Person != person {
		return 0, errSignIn()
	}
	return person, nil
}

// Verify tells whether this is the actor's password of the portal's own, and they
// may still use one; counted as a sign-in is. TooMany where too many tries have
// failed before.
func (s *Service) Verify(ctx context.Context, actor authz.Actor, password string, try Try) (bool, error) {
	who, err := s.candidate(ctx, byPerson, actor.Person)
	if err != nil {
		return false, err
	}
	t, err := s.tallyOf(ctx, ofPerson(actor.Person), who.Person, try)
	if err != nil {
		return false, err
	}
	err = s.throttled(ctx, t, s.hashing, func(context.Context, func()) error {
		fits, err := who.fits(password)
		if err == nil && !fits {
			return refusal{errSignIn()}
		}
		return err
	})
	if fault.KindOf(err) == fault.Unauthenticated {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("checking a password: %w", err)
	}
	return !who.Suspended, nil
}

// CheckUsable is Unauthenticated where a person's account is suspended, or their right to use
// the portal is and they have nothing to answer.
func (s *Service) CheckUsable(ctx context.Context, person int64) error {
	who, err := s.candidate(ctx, byPerson, person)
	if err != nil {
		return err
	}
	if who.Suspended {
		return errSuspended()
	}
	return nil
}

// candidate finds who it is that tries to sign in; the zero candidate with
// nobody's hash for none. An account is asked for by one of the SQL conditions
// above and its value.
func (s *Service) candidate(ctx context.Context, by string, value any) (candidate, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT a.person_id, coalesce(a.password_hash, '') AS hash, a.suspended_at IS NOT NULL OR `+s.confinement.ShutsOut("a.person_id", "@now::timestamptz")+` AS suspended, a.break_glass,
		       `+administers("p.id")+` AS administers, ARRAY[lower(p.staff_number), coalesce(lower(p.email), '')] AS logins
		FROM person_shown p JOIN account a ON a.person_id = p.id WHERE `+by, pgx.StrictNamedArgs{"value": value, "today": s.today(), "now": s.door.Now()})
	if err != nil {
		return candidate{}, fmt.Errorf("looking up an account: %w", err)
	}
	who, err := pgx.CollectOneRow(rows, pgx.RowToStructByName[candidate])
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return candidate{}, fmt.Errorf("looking up an account: %w", err)
	}
	who.Password = who.Hash != "" && (!s.ways.BreakGlassOnly || who.BreakGlass && who.Administers)
	if !who.Password {
		who.Hash = s.nobody
	}
	return who, nil
}

// fits holds a password against the portal's own of an account, or against
// nobody's.
func (who candidate) fits(password string) (bool, error) {
	fits, err := matches(password, who.Hash)
	return fits && who.Password, err
}
