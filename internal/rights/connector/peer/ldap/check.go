package ldap

import (
	"context"
	"errors"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"kagami/internal/fault"
	"kagami/internal/rights/connector/peer"
)

const (
	// allowedAttributesEffective names the attributes that whoever asks may write, in
	// Active Directory.
	allowedAttributesEffective = "allowedAttributesEffective"
	// controlNoOp has OpenLDAP try a change and leave it: success is noOperation.
	controlNoOp = "1.3.6.1.4.1.4203.1.10.2"
	noOperation = 16654
)

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
		if i == 0 {
			first = e
		}
	}
	if err := d.mayEnable(s, first, result.Entries); err != nil {
		return err
	}
	for _, g := range d.groups {
		if err := d.mayJoin(s, g, first); err != nil {
			return err
		}
	}
	return nil
}

func (d *Directory) mayEnable(s *session, first entry, entries []*ldap.Entry) error {
	if d.config.Kind != ActiveDirectory {
		return d.try(s, d.enabling(first, first.Enabled))
	}
	for _, found := range entries {
		if allows(found, userAccountControl) {
			return nil
		}
	}
	return peer.Denied(errors.New("userAccountControl may not be written"))
}

func (d *Directory) mayJoin(s *session, g group, e entry) error {
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
	request := ldap.NewModifyRequest(g.written, nil)
	request.Add(member, []string{e.dn})
	return d.try(s, request)
}

func allows(found *ldap.Entry, name string) bool {
	for _, allowed := range found.GetEqualFoldAttributeValues(allowedAttributesEffective) {
		if strings.EqualFold(allowed, name) {
			return true
		}
	}
	return false
}

// try has the directory say whether it would make a change. One that can't say so is
// believed to.
func (d *Directory) try(s *session, request *ldap.ModifyRequest) error {
	request.Controls = append(request.Controls, ldap.NewControlString(controlNoOp, true, ""))
	err := s.modify(request)
	if err == nil || ldap.IsErrorAnyOf(err, noOperation, ldap.LDAPResultUnavailableCriticalExtension, ldap.LDAPResultAttributeOrValueExists) {
		return nil
	}
	return s.failed("trying a change", err)
}
