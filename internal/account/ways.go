package account

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/account/directory"
	"kagami/internal/authz"
	"kagami/internal/fault"
)

// Key is what tells which of the town's people a provider or a directory means.
type Key string

// The keys.
const (
	KeyEmail       Key = "email"
	KeyStaffNumber Key = "staff-number"
)

// Ways are the ways to sign in that the town has chosen beside passwords of the
// portal's own. The zero value is none.
type Ways struct {
	Directory    *directory.Directory // whose passwords are taken too; nil for none
	DirectoryKey Key
	ProviderKey  Key // empty where no identity provider vouches for people
	// BreakGlassOnly switches the portal's own passwords off for all but
	// administrators whose account is a break-glass account.
	BreakGlassOnly bool
}

// SingleSignOn tells whether people can sign in without a password of the
// portal's own.
func (w Ways) SingleSignOn() bool { return w.Directory != nil || w.ProviderKey != "" }

// byEmailOnly tells whether whoever has no e-mail address can't be known.
func (w Ways) byEmailOnly() bool {
	return w.SingleSignOn() && (w.Directory == nil || w.DirectoryKey == KeyEmail) && w.ProviderKey != KeyStaffNumber
}

// With returns the service of a town that has chosen these ways.
func (s *Service) With(ways Ways) *Service {
	other := *s
	other.ways = ways
	return &other
}

// Ways are those that the town has chosen.
func (s *Service) Ways() Ways { return s.ways }

// folded is a login, an e-mail address or a staff number in the one form that
// they are compared in.
func folded(s string) string { return strings.ToLower(strings.TrimSpace(norm.NFKC.String(s))) }

// Vouched returns the person whom a provider or the directory means, who has
// proved to it who they are. Unauthenticated where that person is not
// registered, has no account, or has one that is suspended: nobody gets an
// account by signing in.
func (s *Service) Vouched(ctx context.Context, key Key, value string) (int64, error) {
	by := byEmail
	if key == KeyStaffNumber {
		by = byStaffNumber
	}
	if value = folded(value); value == "" {
		return 0, errNoAccount()
	}
	who, err := s.candidate(ctx, by, value)
	if err != nil {
		return 0, err
	}
	if who.Person == 0 {
		return 0, errNoAccount()
	}
	if who.Suspended {
		return 0, errSuspended()
	}
	return who.Person, nil
}

func errNoAccount() error {
	return fault.New(fault.Unauthenticated, "本人であることは確かめられましたが、このポータルにアカウントがありません。総務課（情報政策担当）に、アカウントを作るよう頼んでください。")
}

// OwnWays are how somebody can prove who they are, their second factors aside.
type OwnWays struct {
	Password   bool   // the portal's own password of theirs is taken
	BreakGlass bool   // it is a break-glass account
	Login      string // what the directory probably knows them by; empty without one
}

// OwnWays returns how the actor can prove who they are.
func (s *Service) OwnWays(ctx context.Context, actor authz.Actor) (OwnWays, error) {
	who, err := s.candidate(ctx, byPerson, actor.Person)
	if err != nil {
		return OwnWays{}, err
	}
	own := OwnWays{Password: who.Password, BreakGlass: who.BreakGlass}
	if s.ways.Directory == nil {
		return own, nil
	}
	own.Login, err = s.keyOf(ctx, actor.Person, s.ways.DirectoryKey)
	return own, err
}

// BreakGlassReadyForPortal tells whether there is an account that can be used when the
// provider and the directory can't: a break-glass account of somebody who is
// ポータル管理者 today, and not suspended. It also does where there is no account
// at all: the first one will be one.
func (s *Service) BreakGlassReadyForPortal(ctx context.Context) (bool, error) {
	var ready bool
	err := s.pool.QueryRow(ctx, `
		SELECT NOT EXISTS (SELECT FROM account) OR EXISTS (
			SELECT FROM account a WHERE a.break_glass AND a.suspended_at IS NULL AND NOT `+barred("a.person_id")+` AND `+administers("a.person_id")+`)`,
		pgx.StrictNamedArgs{"today": s.today(), "now": s.door.Now()}).Scan(&ready)
	if err != nil {
		return false, fmt.Errorf("looking for a break-glass account: %w", err)
	}
	return ready, nil
}
