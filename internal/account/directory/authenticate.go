package directory

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/fault"
)

// Identity is who a person is in the directory. The caller decides by which of
// these it knows them; either may be empty.
type Identity struct {
	DN          string
	Email       string
	StaffNumber string
}

// Authenticate returns whose login and password these are. The login is folded
// as package account folds it, but for the case of its letters, which the
// directory judges; the password is sent as it was typed. Unauthenticated
// otherwise, with the same words and after as many steps whether the directory
// knows the login, knows it more than once, or not; Unavailable if the
// directory does not answer in time or does not let the portal search.
func (d *Directory) Authenticate(ctx context.Context, login, password string) (Identity, error) {
	login = strings.TrimSpace(norm.NFKC.String(login))
	if login == "" || password == "" { // a bind without a password succeeds, and proves nothing
		return Identity{}, refused()
	}
	ctx, cancel := context.WithTimeout(ctx, d.config.Timeout)
	defer cancel()
	identity, err := d.authenticate(ctx, login, password)
	if err != nil && fault.KindOf(err) != fault.Unauthenticated {
		if ctx.Err() != nil {
			err = ctx.Err() // the connection broke because of it
		}
		err = fault.Wrap(fmt.Errorf("asking the directory: %w", err), fault.Unavailable,
			"ディレクトリを利用できません。少し待ってから、もう一度お試しください。続くときは、ポータル管理者に連絡してください。")
	}
	return identity, err
}

func refused() error {
	return fault.New(fault.Unauthenticated, "メールアドレス（または職員番号）かパスワードが違います。もう一度入力してください。")
}

func (d *Directory) authenticate(ctx context.Context, login, password string) (Identity, error) {
	conn, err := d.connect(ctx)
	if err != nil {
		return Identity{}, err
	}
	defer conn.Close() //nolint:errcheck // nothing is left to lose
	if err := conn.Bind(d.config.BindDN, d.config.BindPassword); err != nil {
		return Identity{}, fmt.Errorf("signing in as the portal: %w", answered(err))
	}
	identity, found, err := d.find(conn, login)
	if err != nil {
		return Identity{}, fmt.Errorf("searching: %w", err)
	}
	dn := identity.DN
	if !found {
		// As many steps as for a login that is known, on an entry that is not there.
		dn = "cn=" + rand.Text() + "," + d.config.BaseDN
	}
	err = conn.Bind(dn, password)
	switch {
	case isRefusal(err), err == nil && !found:
		return Identity{}, refused()
	case err != nil:
		return Identity{}, fmt.Errorf("signing in as the person: %w", answered(err))
	}
	return identity, nil
}

// find looks for the one entry that a login means; false if there is none, or
// more than one.
func (d *Directory) find(conn *ldap.Conn, login string) (Identity, bool, error) {
	filter := strings.Replace(d.config.Filter, place, ldap.EscapeFilter(login), 1)
	const enough = 2 // to see that it is not one
	limit := max(1, int(d.config.Timeout/time.Second))
	result, err := conn.Search(ldap.NewSearchRequest(d.config.BaseDN, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases,
		enough, limit, false, filter, []string{d.config.EmailAttribute, d.config.StaffNumberAttribute}, nil))
	switch {
	case ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded):
		return Identity{}, false, nil
	case err != nil:
		return Identity{}, false, answered(err)
	case len(result.Entries) != 1:
		return Identity{}, false, nil
	}
	entry := result.Entries[0]
	return Identity{
		DN:          entry.DN,
		Email:       entry.GetEqualFoldAttributeValue(d.config.EmailAttribute),
		StaffNumber: entry.GetEqualFoldAttributeValue(d.config.StaffNumberAttribute),
	}, true, nil
}

// isRefusal tells whether the directory's answer to a person's bind is about
// that person: a wrong password, an entry that is gone, has no password, is
// locked or must not sign in.
func isRefusal(err error) bool {
	return ldap.IsErrorAnyOf(err,
		ldap.LDAPResultInvalidCredentials, ldap.LDAPResultNoSuchObject, ldap.LDAPResultInappropriateAuthentication,
		ldap.LDAPResultUnwillingToPerform, ldap.LDAPResultConstraintViolation, ldap.LDAPResultInsufficientAccessRights)
}

// answered is what the log may hold of the directory's answer: its name. Its
// own words could tell of the person.
func answered(err error) error {
	e, ok := errors.AsType[*ldap.Error](err)
	if !ok || e.ResultCode >= ldap.ErrorNetwork {
		return err
	}
	return fmt.Errorf("the directory answers %d %s", e.ResultCode, ldap.LDAPResultCodeMap[e.ResultCode])
}
