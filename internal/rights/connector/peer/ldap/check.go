package ldap

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"kagami/internal/fault"
	"kagami/internal/rights/connector/peer"
)

// allowedAttributesEffective names the attributes that whoever asks may write, in Active
// Directory.
const allowedAttributesEffective = "allowedAttributesEffective"

// sampleSize is how many accounts are looked at: the first may be one that nobody may
// change.
const sampleSize = 20

// Check signs in, and looks whether the portal finds accounts that have a staff number,
// and may change them and the named groups. It changes nothing.
func (d *Directory) Check(ctx context.Context) error {
	s, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	attributes := d.attributes()
	if d.config.Kind == ActiveDirectory {
		attributes = append(attributes, allowedAttributesEffective)
	}
	result, err := s.search(d.config.BaseDN, ldap.ScopeWholeSubtree, d.both("("+d.config.NumberAttribute+"=*)"), attributes, ldap.NewControlPaging(sampleSize))
	if err != nil {
		return err
	}
	if len(result.Entries) == 0 {
		return fault.New(fault.NotFound, "職員番号の入ったアカウントが、一つも見つかりません。アカウントを探す場所、条件、職員番号の属性を確かめてください。")
	}
	var first entry
	for i, found := range result.Entries {
		e, err := d.whole(s, found)
		if err != nil {
			return err
		}
		if i == 0 || !first.Enabled { // one that is enabled can be tried
			first = e
		}
	}
	if err := d.mayEnable(s, first, result.Entries); err != nil {
		return err
	}
	for _, g := range d.groups {
		if err := d.mayJoin(s, g); err != nil {
			return err
		}
	}
	return d.checkOwn(s)
}

func (d *Directory) mayEnable(s *session, first entry, entries []*ldap.Entry) error {
	if d.config.Kind != ActiveDirectory {
		// on the condition that the value is not there, so that nothing is ever enabled by it
		absent := "(!(" + d.config.Disabled.Attribute + "=" + ldap.EscapeFilter(d.config.Disabled.Value) + "))"
		return try(s, first.dn, d.config.Disabled.Attribute, d.config.Disabled.Value, conditional(absent))
	}
	for _, found := range entries {
		if allows(found, userAccountControl) {
			return nil
		}
	}
	return peer.Denied(errors.New("userAccountControl may not be written"))
}

func (d *Directory) mayJoin(s *session, g group) error {
	result, err := s.search(g.written, ldap.ScopeBaseObject, "(objectClass=*)", []string{"objectClass", allowedAttributesEffective})
	switch {
	case fault.KindOf(err) == fault.NotFound, err == nil && len(result.Entries) == 0:
		return peer.NoGroup(errors.New("a named group is not there"))
	case err != nil:
		return err
	case d.config.Kind == ActiveDirectory:
		if !allows(result.Entries[0], member) {
			return peer.Denied(errors.New("the members of a named group may not be written"))
		}
		return nil
	}
	return try(s, g.written, member, "cn="+rand.Text()+","+d.config.BaseDN)
}

func allows(found *ldap.Entry, name string) bool {
	for _, allowed := range found.GetEqualFoldAttributeValues(allowedAttributesEffective) {
		if strings.EqualFold(allowed, name) {
			return true
		}
	}
	return false
}

// try has OpenLDAP say whether the portal may write an attribute: it is to delete a value
// that is not there, and looks first whether that would be allowed.
func try(s *session, dn, name, value string, controls ...ldap.Control) error {
	request := ldap.NewModifyRequest(dn, controls)
	request.Delete(name, []string{value})
	err := s.modify(request)
	if err == nil || ldap.IsErrorAnyOf(err, ldap.LDAPResultNoSuchAttribute, ldap.LDAPResultAssertionFailed) {
		return nil
	}
	return s.failed("trying a change", err)
}
