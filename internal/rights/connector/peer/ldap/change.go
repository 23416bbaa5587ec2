package ldap

import (
	"context"
	"errors"
	"strconv"

	"github.com/go-ldap/ldap/v3"

	"kagami/internal/rights/connector/peer"
)

const (
	controlAssertion = "1.3.6.1.1.12" // RFC 4528
	// member is the attribute of a group with those who are in it.
	member = "member"
)

// Enable enables or disables the account with an ID.
func (d *Directory) Enable(ctx context.Context, id string, on bool) error {
	s, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	e, err := d.get(s, id)
	if err != nil {
		return err
	}
	if e.own {
		return errOwn()
	}
	if e.Enabled == on && d.seen(on) {
		return nil
	}
	if err := s.modify(d.enabling(e, on)); err != nil {
		return s.failed("changing an account", err)
	}
	switch e, err := d.get(s, id); {
	case err != nil:
		return err
	case e.Enabled != on:
		return peer.Unchanged(errors.New("the directory answers success and the account is as before"))
	}
	return nil
}

// seen tells whether an account that is read as enabled, or as disabled, is surely so: one
// whose attribute may not be read looks as if it had none.
func (d *Directory) seen(on bool) bool { return d.config.Kind == ActiveDirectory || !on }

// enabling is the change that enables or disables an entry. It is refused where the entry
// is another one by now.
func (d *Directory) enabling(e entry, on bool) *ldap.ModifyRequest {
	request := d.change(e)
	if d.config.Kind == ActiveDirectory {
		control := e.control | accountDisabled
		if on {
			control = e.control &^ accountDisabled
		}
		if control != e.control { // from what it was, so that no other bit is lost that somebody sets just now
			request.Delete(userAccountControl, []string{strconv.FormatInt(e.control, 10)})
			request.Add(userAccountControl, []string{strconv.FormatInt(control, 10)})
		}
		return request
	}
	value := d.config.Disabled.Value
	if on {
		value = d.config.Disabled.Enabled
	}
	var values []string
	if value != "" {
		values = []string{value}
	}
	request.Replace(d.config.Disabled.Attribute, values)
	return request
}

// change is a change of an entry, on the condition that it has its ID still.
func (d *Directory) change(e entry) *ldap.ModifyRequest {
	if d.config.Kind == ActiveDirectory {
		return ldap.NewModifyRequest("<GUID="+e.ID+">", nil)
	}
	return ldap.NewModifyRequest(e.dn, []ldap.Control{conditional(d.byID(e.ID))})
}

// conditional has a change refused unless the entry fits a filter.
func conditional(filter string) ldap.Control {
	condition, err := ldap.CompileFilter(filter)
	if err != nil {
		condition, _ = ldap.CompileFilter("(!(objectClass=*))") // what can't be said fits nothing
	}
	return ldap.NewControlString(controlAssertion, true, string(condition.Bytes()))
}

// Join puts the account with an ID into a named group, or takes it out.
func (d *Directory) Join(ctx context.Context, id, groupDN string, in bool) error {
	g, err := d.named(groupDN)
	if err != nil {
		return err
	}
	s, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	e, err := d.get(s, id)
	if err != nil {
		return err
	}
	if e.own {
		return errOwn()
	}
	already, err := s.isMember(g, e.dn)
	if err != nil {
		return err
	}
	// Who does not look like a member is taken out all the same: a group whose members
	// may not be read looks as if it had none.
	if in && already {
		return nil
	}
	request := ldap.NewModifyRequest(g.written, nil)
	so := []uint16{ldap.LDAPResultNoSuchAttribute} // the answer that it is so already
	if in {
		request.Add(member, []string{e.dn})
		so = []uint16{ldap.LDAPResultAttributeOrValueExists, ldap.LDAPResultEntryAlreadyExists}
	} else {
		request.Delete(member, []string{e.dn})
		if d.config.Kind == ActiveDirectory { // which says 50 where the portal may not
			so = append(so, ldap.LDAPResultUnwillingToPerform)
		}
	}
	if err := s.modify(request); err != nil && !ldap.IsErrorAnyOf(err, so...) {
		return s.failed("changing a group", err)
	}
	// The entry may have been renamed in between: what counts is where it is now.
	if e, err = d.get(s, id); err != nil {
		return err
	}
	switch now, err := s.isMember(g, e.dn); {
	case err != nil:
		return err
	case now != in:
		return peer.Unchanged(errors.New("the directory answers success and the group is as before"))
	}
	return nil
}
