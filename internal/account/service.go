package account

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/account/session"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/trail"
)

// Service is the accounts in a database.
type Service struct {
	pool     *pgxpool.Pool
	door     *door.Door
	sessions *session.Service
	hashing  hashing
	// words are what passwords here would be guessed to be made of, such as the
	// town's name.
	words []string
	ways  Ways
	// nobody is the hash that a sign-in without an account is held against, so
	// that it takes as long as one with an account.
	nobody string
}

// New makes the accounts' service. words are what an outsider would try first
// at this portal, such as the town's name; passwords made of them are refused.
func New(pool *pgxpool.Pool, d *door.Door, words ...string) *Service {
	s := &Service{pool: pool, door: d, sessions: session.New(pool, d), hashing: make(hashing, 2*runtime.GOMAXPROCS(0)), nobody: nobodysHash()}
	for _, word := range words {
		s.words = append(s.words, word, strings.TrimRight(word, "都道府県市区町村"))
	}
	return s
}

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
	err = s.door.Do(ctx, actor, func(tx *door.Tx) (door.Effect, error) {
		if err := tx.Allow(authz.ManageAccounts, authz.Matter{Person: person}); err != nil {
			return door.Unchanged(), err
		}
		return passwordEffect(person), keepPassword(ctx, tx, person, hash)
	})
	if err != nil {
		return fmt.Errorf("setting a password: %w", err)
	}
	return nil
}

// newHash checks a person's new password and makes what is kept of it.
func (s *Service) newHash(ctx context.Context, person int64, password string) (string, error) {
	words := s.words
	var number, name, furigana, email string
	err := s.pool.QueryRow(ctx, `SELECT staff_number, name, furigana, coalesce(email, '') FROM person WHERE id = $1`, person).
		Scan(&number, &name, &furigana, &email)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("looking up a person: %w", err)
	}
	words = append(words[:len(words):len(words)], number, name, furigana, email)
	if err := checkPassword(password, words); err != nil {
		return "", err
	}
	return s.hashing.hash(ctx, password)
}

// keepPassword writes a person's new password. Whatever else could sign them in
// or was waiting to set a password ends with the old one.
func keepPassword(ctx context.Context, tx *door.Tx, person int64, hash string) error {
	var batch pgx.Batch
	batch.Queue(`
		INSERT INTO account (person_id, password_hash, password_set_at) VALUES ($1, $2, $3)
		ON CONFLICT (person_id) DO UPDATE SET password_hash = excluded.password_hash, password_set_at = excluded.password_set_at`,
		person, hash, tx.Now)
	batch.Queue(`DELETE FROM one_time_link WHERE person_id = $1 AND used_at IS NULL`, person)
	t := newTally(byAccount, ofPerson(person))
	batch.Queue(`DELETE FROM sign_in_failure WHERE kind = $1 AND key_hash = $2`, t.counter, t.key)
	batch.Queue(`
		DELETE FROM sign_in_failure WHERE kind = $1 AND key_hash IN (
			SELECT sha256(convert_to($3 || lower(login), 'UTF8')) FROM person p, unnest(ARRAY[p.staff_number, p.email]) login WHERE p.id = $2)`,
		byAccount, person, ofLogin(""))
	return tx.SendBatch(ctx, &batch).Close()
}

func passwordEffect(person int64) door.Effect {
	return door.Effect{Subject: trail.Subject{Kind: "account", ID: person}, Fields: []string{"password"}}
}

// found is what is known of whoever tries to sign in.
type found struct {
	person     int64  // 0 for nobody
	hash       string // nobody's for whoever can't use a password of the portal's own
	password   bool   // they can
	breakGlass bool
	suspended  bool
	logins     []string // what they sign in with, folded
}

// Authenticate returns the proof that it is the person whose login (e-mail or
// staff number, in either width of letters) and password these are: first the
// portal's own, as far as the town lets it be used, and then the directory's, if
// there is one. Unauthenticated otherwise, with the same words and after the
// same time whether the account exists; TooMany where too many tries have
// failed before, without asking the directory; Unavailable if that does not
// answer and the portal's own password does not fit.
func (s *Service) Authenticate(ctx context.Context, login, password string, try Try) (session.Proof, error) {
	proof := session.Proof{Method: session.ByPassword, At: s.door.Now()}
	who, err := s.find(ctx, `lower(p.email) = $1 OR lower(p.staff_number) = $1`, folded(login))
	if err != nil {
		return session.Proof{}, err
	}
	tallies, err := s.tallies(ctx, ofPerson(who.person), who.person, try)
	if err != nil {
		return session.Proof{}, err
	}
	who.countByLogin(tallies, folded(login))
	var refusal error // of the directory, which has no say in what is counted
	ok, err := s.throttled(ctx, tallies, func() (bool, error) {
		proof.Person = who.person
		if ok, err := s.fits(ctx, who, password); ok || err != nil {
			return ok, err
		}
		if s.ways.Directory == nil {
			return false, nil
		}
		proof.Method = session.ByDirectory
		proof.Person, refusal = s.askDirectory(ctx, login, password, who)
		return refusal == nil, nil
	})
	switch {
	case err != nil:
		return session.Proof{}, fmt.Errorf("checking a password: %w", err)
	case refusal != nil:
		return session.Proof{}, refusal
	case !ok:
		return session.Proof{}, errSignIn()
	case proof.Method == session.ByPassword && who.suspended:
		return session.Proof{}, fault.New(fault.Unauthenticated, suspendedMessage)
	}
	return proof, nil
}

func errSignIn() error {
	return fault.New(fault.Unauthenticated, "メールアドレス（または職員番号）かパスワードが違います。もう一度入力してください。")
}

// askDirectory returns whom the directory knows by a login and password. who is
// whom the portal would take the login for: the directory may not mean another.
func (s *Service) askDirectory(ctx context.Context, login, password string, who found) (int64, error) {
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
	if err == nil && who.person != 0 && who.person != person {
		return 0, errSignIn()
	}
	return person, err
}

// Verify tells whether this is the portal's own password of a person who is
// signed in, and may still use one; counted as a sign-in is. TooMany where too
// many tries have failed before.
func (s *Service) Verify(ctx context.Context, person int64, password string, try Try) (bool, error) {
	who, err := s.find(ctx, `p.id = $1`, person)
	if err != nil {
		return false, err
	}
	tallies, err := s.tallies(ctx, ofPerson(person), who.person, try)
	if err != nil {
		return false, err
	}
	ok, err := s.throttled(ctx, tallies, func() (bool, error) { return s.fits(ctx, who, password) })
	if err != nil {
		return false, fmt.Errorf("checking a password: %w", err)
	}
	return ok && !who.suspended, nil
}

// CheckUsable is Unauthenticated where a person's account is suspended.
func (s *Service) CheckUsable(ctx context.Context, person int64) error {
	who, err := s.find(ctx, `p.id = $1`, person)
	if err != nil {
		return err
	}
	if who.suspended {
		return fault.New(fault.Unauthenticated, suspendedMessage)
	}
	return nil
}

func (s *Service) find(ctx context.Context, where string, arg any) (found, error) {
	who := found{hash: s.nobody}
	var (
		hash          *string
		administrates bool
	)
	err := s.pool.QueryRow(ctx, `
		SELECT a.person_id, a.password_hash, a.suspended_at IS NOT NULL, a.break_glass, EXISTS (
			SELECT FROM holding h WHERE h.person_id = p.id AND h.role = $3 AND h.period @> $2::date AND h.rule_period @> $2::date),
			ARRAY[lower(p.staff_number), coalesce(lower(p.email), '')]
		FROM person p JOIN account a ON a.person_id = p.id WHERE `+where, arg, s.today(), authz.Administrator).
		Scan(&who.person, &hash, &who.suspended, &who.breakGlass, &administrates, &who.logins)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return found{}, fmt.Errorf("looking up an account: %w", err)
	}
	if hash != nil && (!s.ways.BreakGlassOnly || who.breakGlass && administrates) {
		who.hash, who.password = *hash, true
	}
	return who, nil
}

// fits holds a password against the portal's own of an account, or against
// nobody's.
func (s *Service) fits(ctx context.Context, who found, password string) (bool, error) {
	ok, err := s.hashing.matches(ctx, password, who.hash)
	return ok && who.password, err
}

// Change is what somebody enters to change their own password.
type Change struct {
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
func (s *Service) ChangePassword(ctx context.Context, actor authz.Actor, c Change) error {
	who, err := s.find(ctx, `p.id = $1`, actor.Person)
	if err == nil && !who.password {
		err = fault.New(fault.Conflict, "このポータルのパスワードではサインインしないことになっているため、変えられるパスワードがありません。")
	}
	if err != nil {
		return err
	}
	ok, err := s.Verify(ctx, actor.Person, c.Current, c.Try)
	if err != nil {
		return err
	}
	if !ok {
		return fault.InvalidFields([]fault.Problem{{Field: "current", Message: "いまのパスワードが違います。もう一度入力してください。"}})
	}
	hash, err := s.newHash(ctx, actor.Person, c.New)
	if err != nil {
		return err
	}
	err = s.door.Do(ctx, actor, func(tx *door.Tx) (door.Effect, error) {
		if err := allowOwn(tx, actor); err != nil {
			return door.Unchanged(), err
		}
		if err := keepPassword(ctx, tx, actor.Person, hash); err != nil {
			return door.Unchanged(), err
		}
		return passwordEffect(actor.Person), session.ForgetAllBut(ctx, tx, actor.Person, session.Here{Session: c.Session, Device: c.Try.Device})
	})
	if err != nil {
		return fmt.Errorf("changing a password: %w", err)
	}
	return nil
}

// AllowDecision allows a change of somebody else's account. Nobody decides on
// their own; where they alone are ポータル管理者, the role above does.
func AllowDecision(ctx context.Context, tx *door.Tx, person int64) error {
	matter, err := org.Concerning(ctx, tx, person, tx.Today())
	if err != nil {
		return err
	}
	return tx.Allow(authz.ManageAccounts, matter)
}

// Lock lets no other change of how a person signs in run beside the transaction.
func Lock(ctx context.Context, tx *door.Tx, person int64) error {
	if _, err := tx.Exec(ctx, `SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE`, person); err != nil {
		return fmt.Errorf("locking a person: %w", err)
	}
	return nil
}

// orZero is an instant, or zero where the database has none.
func orZero(at *time.Time) time.Time {
	if at == nil {
		return time.Time{}
	}
	return *at
}
