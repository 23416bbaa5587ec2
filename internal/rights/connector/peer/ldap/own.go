package ldap

import (
	"strings"

	"github.com/go-ldap/ldap/v3"

	"kagami/internal/fault"
	"kagami/internal/rights/connector/peer"
)

// The attributes of Active Directory by whose values one signs in.
const (
	sAMAccountName    = "sAMAccountName"
	userPrincipalName = "userPrincipalName"
)

// isOwn tells whether an entry is the one that the portal signs in as. It is not somebody's
// to use: disabling it would leave the portal outside, with all that waits to be carried out.
func (d *Directory) isOwn(from *ldap.Entry) bool {
	if own, err := ldap.ParseDN(d.config.BindDN); err == nil {
		dn, err := ldap.ParseDN(from.DN)
		return err == nil && own.EqualFold(dn)
	}
	return d.config.Kind == ActiveDirectory &&
		(strings.EqualFold(from.GetEqualFoldAttributeValue(userPrincipalName), d.config.BindDN) ||
			strings.EqualFold(from.GetEqualFoldAttributeValue(sAMAccountName), shortName(d.config.BindDN)))
}

// shortName is the name of name@domain, or of DOMAIN\name.
func shortName(name string) string {
	name, _, _ = strings.Cut(name, "@")
	return name[strings.LastIndex(name, `\`)+1:]
}

// errOwn refuses what would change the account that the portal signs in as.
func errOwn() error {
	return peer.Wrong("bind_dn", "ポータル用の利用者のアカウントは、停止したり、グループを変えたりできません。このアカウントから職員番号を消すか、「アカウントの条件」で外してください。")
}

// checkOwn refuses a directory in which the portal's own entry would be taken for somebody's
// account.
func (d *Directory) checkOwn(s *session) error {
	base, scope := d.config.BindDN, ldap.ScopeBaseObject
	filter := "(" + d.config.NumberAttribute + "=*)"
	own, err := ldap.ParseDN(d.config.BindDN)
	if err != nil {
		base, scope = d.config.BaseDN, ldap.ScopeWholeSubtree
		filter = "(&" + filter + "(|(" + userPrincipalName + "=" + ldap.EscapeFilter(d.config.BindDN) + ")(" + sAMAccountName + "=" + ldap.EscapeFilter(shortName(d.config.BindDN)) + ")))"
	} else if among, err := ldap.ParseDN(d.config.BaseDN); err != nil || !among.EqualFold(own) && !among.AncestorOfFold(own) {
		return err
	}
	result, err := s.search(base, scope, d.both(filter), []string{"1.1"})
	switch {
	case fault.KindOf(err) == fault.NotFound: // one may sign in by a name that is no entry
		return nil
	case err == nil && len(result.Entries) > 0:
		return errOwn()
	}
	return err
}
